/* SPDX-License-Identifier: MIT */
/* Sets that are read whole: explained by the elements that matter, and watched
 * while the run goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <malloc.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/history_write.h"
#include "tests/support/brute_judge.h"

#define SEED 31
#define ROUNDS 1500
#define PLAYERS 8
#define HELD 40 /* elements, where they are removed again */

extern const struct checker checker_linearizable;

static const struct random_object growing = {
	.model = "set", .spec = brute_set, .values = 9, .is_distinct = true,
	.verbs = { VERB_ADD, VERB_READ },
};

static const struct random_object shrinking = {
	.model = "set", .spec = brute_set, .values = 9, .is_distinct = true,
	.verbs = { VERB_ADD, VERB_ADD, VERB_REMOVE, VERB_READ, VERB_READ },
};

/* The elements that the evidence is about: those that it changes. */
static struct value list_of(const struct history *history,
			    const struct anomaly *anomaly, struct value list,
			    struct values *to)
{
	struct value elements[BRUTE_CELLS * 2];
	struct value kept = value_empty_list();
	size_t length = 0;

	if (value_kind(history->values, list) == VALUE_LIST)
		length = value_list_length(history->values, list);
	assert_true(length <= BRUTE_CELLS * 2);
	if (length)
		value_list_elements(history->values, list, elements);
	for (size_t i = 0; i < length; i++) {
		for (size_t k = 0; k < anomaly->evidence_count; k++) {
			const struct op *op =
				&history->ops[anomaly->evidence[k].op];
			const struct action *action = op_actions(history, op);

			if (action->verb == VERB_READ ||
			    !value_equal(action->arg, elements[i]))
				continue;
			kept = value_append(to, kept,
					    value_copy(to, history->values,
						       elements[i]));
			break;
		}
	}
	return kept;
}

static bool is_evidence(const struct anomaly *anomaly, uint32_t op)
{
	for (size_t i = 0; i < anomaly->evidence_count; i++) {
		if (anomaly->evidence[i].op == op)
			return true;
	}
	return false;
}

/* The evidence as a history of its own; reads show what it is about. */
static void take_out(const struct history *history,
		     const struct anomaly *anomaly, struct builder *builder)
{
	struct values *to = builder->history->values;

	for (uint32_t i = 0; i < history->entry_count; i++) {
		uint32_t number = history->entry_ops[i];
		const struct op *op = &history->ops[number];
		const struct action *action = op_actions(history, op);
		int64_t arg = NIL;

		if (!is_evidence(anomaly, number))
			continue;
		value_get_int(history->values, action->arg, &arg);
		if (history_entry_type(history, i) == OP_INVOKE)
			build_invoke(builder, (int32_t)number,
				     (enum verb)action->verb, arg);
		else if (history_entry_type(history, i) == OP_OK &&
			 action->verb == VERB_READ)
			build_ok_value(builder, (int32_t)number,
				       list_of(history, anomaly,
					       action->result, to));
		else if (history_entry_type(history, i) == OP_OK)
			build_ok(builder, (int32_t)number, NIL);
	}
}

static void check(const struct history *history, struct arena *arena,
		  struct verdict *verdict)
{
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check asked = {
		history, options_new(arena, checker_linearizable.options),
		&budget, arena
	};
	struct error err;

	verdict_init(verdict);
	if (checker_linearizable.check(&asked, verdict, &err))
		fail_msg("%s", err.text);
}

/* Returns how many operations explain it; 0 if nothing is wrong. One alone
 * shows what nobody put in. */
static size_t explain(const struct history *history)
{
	const struct brute brute = { brute_set, NIL, false };
	struct arena arena = { 0 };
	struct verdict verdict;
	struct builder builder;
	size_t count = 0;

	check(history, &arena, &verdict);
	builder_init(&builder);
	if (verdict.kind == VERDICT_INVALID) {
		count = verdict.anomalies->evidence_count;
		take_out(history, verdict.anomalies, &builder);
		if (count > 1 && brute_force(&brute, builder.history)) {
			print_random(&growing, history);
			fail_msg("right by itself:\n%s",
				 verdict.anomalies->story);
		}
		if (count == 1)
			assert_non_null(strstr(verdict.anomalies->story,
					       "cannot be placed"));
	}
	builder_release(&builder);
	arena_release(&arena);
	return count;
}

static void explain_many(const struct random_object *object, int ops,
			 size_t at_most)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	size_t counts[17] = { 0 };

	for (uint64_t round = 0; round < rounds; round++) {
		struct random_shape shape = { ops, 6, 3, 2, 8 };
		struct builder builder;
		struct rng rng;
		size_t count;

		rng_init(&rng, SEED, object->model,
			 round * 100 + (uint64_t)ops);
		builder_init(&builder);
		random_history(&builder, &rng, object, &shape);
		count = explain(builder.history);
		if (count > at_most) {
			print_random(object, builder.history);
			fail_msg("round %llu: %zu operations",
				 (unsigned long long)round, count);
		}
		counts[count]++;
		builder_release(&builder);
	}
	for (size_t i = 0; i <= at_most; i++)
		print_message("%zu operations: %zu\n", i, counts[i]);
	assert_true(counts[0] && counts[2] && counts[3] && counts[4]);
}

static void a_growing_set_is_explained_by_four_operations(void **state)
{
	(void)state;
	explain_many(&growing, 14, 4);
	explain_many(&growing, 50, 4);
}

static void a_set_that_shrinks_is_explained_by_eight_operations(void **state)
{
	(void)state;
	explain_many(&shrinking, 14, 8);
	explain_many(&shrinking, 30, 8);
}

/* Clients of a set that is right, but for one read. */
struct client {
	int stage; /* 0 idle, 1 invoked, 2 took effect */
	enum verb verb;
	int element;
	struct value result;
};

struct play {
	struct history *history;
	struct rng rng;
	struct client clients[PLAYERS];
	bool *is_in;
	int ops;
	int next; /* element to add */
	int removed; /* elements up to that one are, or will be */
	int reads; /* in 1000 */
	bool removes;
	int lie_at; /* an element that the reads after its time lack; 0: none */
};

static void append(struct play *play, int who, enum op_type type)
{
	const struct client *client = &play->clients[who];
	struct action action = { .object = OBJECT_SET,
				 .verb = (uint16_t)client->verb };
	struct entry entry = {
		.index = play->history->entry_count,
		.process = who,
		.type = type,
		.f = action.verb,
		.actions = &action,
		.action_count = 1,
	};
	struct error err;

	if (client->verb != VERB_READ)
		action.arg = value_int(play->history->values, client->element);
	else if (type == OP_OK)
		action.result = client->result;
	if (history_append(play->history, &entry, &err))
		fail_msg("%s", err.text);
}

static void begin(struct play *play, int who)
{
	struct client *client = &play->clients[who];

	client->stage = 1;
	if (rng_below(&play->rng, 1000) < (uint64_t)play->reads) {
		client->verb = VERB_READ;
	} else if (play->removes && play->next - play->removed > HELD) {
		client->verb = VERB_REMOVE;
		client->element = ++play->removed;
	} else {
		client->verb = VERB_ADD;
		client->element = ++play->next;
	}
	append(play, who, OP_INVOKE);
}

static void effect(struct play *play, int who)
{
	struct client *client = &play->clients[who];

	client->stage = 2;
	client->result = value_empty_list();
	if (client->verb != VERB_READ) {
		play->is_in[client->element] = client->verb == VERB_ADD;
		return;
	}
	for (int i = 1; i <= play->next; i++) {
		if (play->is_in[i] &&
		    (i != play->lie_at || play->next < i + HELD / 2))
			client->result =
				value_append(play->history->values,
					     client->result,
					     value_int(play->history->values,
						       i));
	}
}

static struct history *play_set(struct play *play)
{
	play->history = history_new();
	play->is_in = heap_zeroed((size_t)play->ops + 1, sizeof(bool));
	rng_init(&play->rng, SEED, "whole set", (uint64_t)play->ops);
	for (int invoked = 0; invoked < play->ops;) {
		int who = (int)rng_below(&play->rng, PLAYERS);

		if (play->clients[who].stage == 2) {
			append(play, who, OP_OK);
			play->clients[who].stage = 0;
		} else if (play->clients[who].stage == 1) {
			effect(play, who);
		} else {
			begin(play, who);
			invoked++;
		}
	}
	free(play->is_in);
	return play->history;
}

static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* True when the watcher convicts; *early and *late are what it holds. */
static bool watch(struct play *play, size_t *early, size_t *late)
{
	struct history *history = play_set(play);
	struct arena arena = { 0 };
	const struct stream_checker *stream = checker_linearizable.stream;
	size_t before = heap_bytes();
	void *watcher = stream->open(
		options_new(&arena, checker_linearizable.options));
	bool convicted = false;
	struct error err;

	for (uint32_t i = 0; i < history->entry_count && !convicted; i++) {
		struct entry entry = history_entry(history, i);

		convicted = stream->feed(watcher, &entry, history->values,
					 &err);
		if (i == history->entry_count / 4)
			*early = heap_bytes() - before;
	}
	*late = heap_bytes() - before;
	stream->close(watcher);
	arena_release(&arena);
	history_free(history);
	return convicted;
}

static void a_long_run_is_convicted_of_one_lost_element(void **state)
{
	size_t early = 0;
	size_t late = 0;

	(void)state;
	for (int removes = 0; removes < 2; removes++) {
		struct play play = { .ops = 4000, .reads = 60,
				     .removes = removes };
		struct play lying = play;

		lying.lie_at = 1500;
		assert_false(watch(&play, &early, &late));
		assert_true(watch(&lying, &early, &late));
	}
}

static void what_was_removed_is_forgotten(void **state)
{
	struct play play = { .ops = 60000, .reads = 20, .removes = true };
	size_t early = 0;
	size_t late = 0;

	(void)state;
	assert_false(watch(&play, &early, &late));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	print_message("%zu bytes, then %zu\n", early, late);
	assert_true(late < early * 2 + 65536 * 8);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_growing_set_is_explained_by_four_operations),
		cmocka_unit_test(
			a_set_that_shrinks_is_explained_by_eight_operations),
		cmocka_unit_test(a_long_run_is_convicted_of_one_lost_element),
		cmocka_unit_test(what_was_removed_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
