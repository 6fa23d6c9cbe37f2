/* SPDX-License-Identifier: MIT */
/* The checker of queues agrees with its definition, by trying every choice,
 * and so does that of ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"
#include "tests/support/invariant_judge.h"

extern const struct checker checker_queue;
extern const struct checker checker_unique_ids;

#define SEED 20261122
#define ROUNDS 60000
#define OPS_MAX 9
#define PROCESSES 3

struct interval {
	int64_t element; /* NIL: none */
	uint32_t begin;
	uint32_t end; /* HISTORY_NONE: in doubt */
};

/* What the definition is about. */
struct definition {
	struct interval puts[OPS_MAX];	    /* that may have happened */
	struct interval takes[OPS_MAX * 2]; /* elements that came out */
	struct interval doubts[OPS_MAX]; /* dequeues that may have taken one */
	struct interval empties[OPS_MAX];
	size_t put_count;
	size_t take_count;
	size_t doubt_count;
	size_t empty_count;
	uint32_t open_drain; /* begin of the first drain in doubt */
	bool used[OPS_MAX];
	bool spent[OPS_MAX]; /* doubts */
};

static void define_take(struct definition *d, const struct history *history,
			const struct action *action, struct interval interval)
{
	struct value elements[OPS_MAX * 2];
	size_t length = 1;

	elements[0] = action->result;
	if (action->verb == VERB_DRAIN) {
		length = value_list_length(history->values, action->result);
		value_list_elements(history->values, action->result, elements);
		d->empties[d->empty_count++] = interval;
	}
	for (size_t i = 0; i < length; i++) {
		if (value_is_nil(elements[i])) {
			d->empties[d->empty_count++] = interval;
			continue;
		}
		interval.element = value_as_int(history->values, elements[i]);
		d->takes[d->take_count++] = interval;
	}
}

static void define(struct definition *d, const struct history *history)
{
	*d = (struct definition){ .open_drain = HISTORY_NONE };
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);
		bool is_ok = op->outcome == OUTCOME_OK;
		struct interval interval = { NIL, op->invoke,
					     is_ok ? op->complete
						   : HISTORY_NONE };

		if (op->outcome == OUTCOME_FAIL)
			continue;
		if (action->verb == VERB_ENQUEUE) {
			interval.element =
				value_as_int(history->values, action->arg);
			d->puts[d->put_count++] = interval;
		} else if (is_ok) {
			define_take(d, history, action, interval);
		} else if (action->verb == VERB_DEQUEUE) {
			d->doubts[d->doubt_count++] = interval;
		} else if (d->open_drain == HISTORY_NONE) {
			d->open_drain = op->invoke;
		}
	}
}

/* Every element that was acknowledged and is left was taken by a dequeue in
 * doubt, or came later than every sight of the empty queue. */
static bool is_accounted_for(struct definition *d, size_t put)
{
	const struct interval *it = &d->puts[put];
	uint32_t deadline = HISTORY_NONE; /* of who took it */

	if (put == d->put_count)
		return true;
	for (size_t i = 0; i < d->empty_count; i++) {
		if (it->end < d->empties[i].begin &&
		    d->empties[i].end < deadline)
			deadline = d->empties[i].end;
	}
	if (d->used[put] || it->end == HISTORY_NONE ||
	    deadline == HISTORY_NONE || d->open_drain < deadline)
		return is_accounted_for(d, put + 1);
	for (size_t i = 0; i < d->doubt_count; i++) {
		bool fits;

		if (d->spent[i] || d->doubts[i].begin > deadline)
			continue;
		d->spent[i] = true;
		fits = is_accounted_for(d, put + 1);
		d->spent[i] = false;
		if (fits)
			return true;
	}
	return false;
}

/* Every element that came out has a put of its own. */
static bool is_right(struct definition *d, size_t take)
{
	if (take == d->take_count)
		return is_accounted_for(d, 0);
	for (size_t i = 0; i < d->put_count; i++) {
		bool fits;

		if (d->used[i] ||
		    d->puts[i].element != d->takes[take].element ||
		    d->puts[i].begin > d->takes[take].end)
			continue;
		d->used[i] = true;
		fits = is_right(d, take + 1);
		d->used[i] = false;
		if (fits)
			return true;
	}
	return false;
}

/* A queue that errs now and then, and clients of it. */
struct play {
	struct builder builder;
	struct rng rng;
	int64_t inside[OPS_MAX * 2];
	size_t count;
	int64_t elements; /* so many were made */
	int64_t few;	  /* if not 0, elements are 1 .. few */
	double slip;
};

static int64_t take_one(struct play *play)
{
	size_t at = (size_t)rng_below(&play->rng, play->count);
	int64_t element = play->inside[at];

	if (!rng_chance(&play->rng, play->slip))
		play->inside[at] = play->inside[--play->count];
	return element;
}

static void finish(struct play *play, int32_t process)
{
	struct values *values = play->builder.history->values;
	enum verb verb = play->builder.open[process].verb;
	bool in_doubt = rng_chance(&play->rng, 0.15);
	int64_t result = NIL;
	struct value list = value_empty_list();

	if (rng_chance(&play->rng, 0.05)) {
		build_fail(&play->builder, process);
		return;
	}
	if (verb == VERB_ENQUEUE) {
		if (!rng_chance(&play->rng, play->slip))
			play->inside[play->count++] =
				play->builder.open[process].arg;
	} else if (verb == VERB_DEQUEUE) {
		if (rng_chance(&play->rng, play->slip))
			result = 1 + (int64_t)rng_below(&play->rng, 5);
		else if (play->count > 0)
			result = take_one(play);
	} else {
		while (play->count > 0 &&
		       value_list_length(values, list) < OPS_MAX)
			list = value_append(values, list,
					    value_int(values, take_one(play)));
	}
	if (in_doubt)
		build_info(&play->builder, process);
	else if (verb == VERB_DRAIN)
		build_ok_value(&play->builder, process, list);
	else
		build_ok(&play->builder, process, result);
}

static void begin(struct play *play, int32_t process)
{
	double chance = rng_unit(&play->rng);

	if (chance < 0.5)
		build_invoke(
			&play->builder, process, VERB_ENQUEUE,
			play->few ? 1 + (int64_t)rng_below(&play->rng,
							   (uint64_t)play->few)
				  : ++play->elements);
	else
		build_invoke(&play->builder, process,
			     chance < 0.85 ? VERB_DEQUEUE : VERB_DRAIN, NIL);
}

static void play_queue(struct play *play, uint64_t round)
{
	bool open[PROCESSES] = { false };
	int32_t process[PROCESSES] = { 0, 1, 2 };
	size_t steps;

	rng_init(&play->rng, SEED, "queue", round);
	play->few = rng_chance(&play->rng, 0.3) ? 2 : 0;
	play->slip = rng_chance(&play->rng, 0.5) ? 0 : 0.12;
	builder_init(&play->builder);
	steps = 4 + (size_t)rng_below(&play->rng, 2 * OPS_MAX - 4);
	for (size_t i = 0; i < steps; i++) {
		size_t who = (size_t)rng_below(&play->rng, PROCESSES);
		size_t ops = play->builder.history->op_count;
		const struct op *last;

		if (!open[who] && ops == OPS_MAX)
			continue;
		if (!open[who]) {
			begin(play, process[who]);
			open[who] = true;
			continue;
		}
		finish(play, process[who]);
		open[who] = false;
		last = &play->builder.history->ops
				[play->builder.history->entry_ops
					 [play->builder.history->entry_count -
					  1]];
		if (last->outcome == OUTCOME_INDETERMINATE)
			process[who] += PROCESSES;
	}
}

static void queues_agree_with_the_definition(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t right = 0;

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct play play = { .count = 0 };
		struct definition definition;
		enum verdict_kind kind;
		bool expected;

		play_queue(&play, round);
		define(&definition, play.builder.history);
		expected = is_right(&definition, 0);
		right += expected;
		kind = invariant_verdict(&checker_queue, play.builder.history,
					 NULL, NULL);
		/* Where elements are not distinct it may be lenient. */
		if ((expected && kind == VERDICT_INVALID) ||
		    (!expected && kind != VERDICT_INVALID && !play.few)) {
			print_random(&random_objects[0], play.builder.history);
			fail_msg("round %llu: should be %s, is %s",
				 (unsigned long long)round,
				 expected ? "right" : "wrong",
				 verdict_kind_name(kind));
		}
		builder_release(&play.builder);
	}
	assert_true(right > rounds / 20);
	assert_true(right < rounds - rounds / 20);
}

static void ids_are_compared_with_each_other(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct builder builder;
		int64_t ids[OPS_MAX];
		bool is_twice = false;
		struct rng rng;

		rng_init(&rng, SEED, "ids", round);
		builder_init(&builder);
		for (int32_t i = 0; i < OPS_MAX; i++) {
			ids[i] = (int64_t)rng_below(&rng, 40);
			build_invoke(&builder, i, VERB_GENERATE, NIL);
			if (rng_chance(&rng, 0.2)) {
				ids[i] = -1 - i;
				build_info(&builder, i);
				continue;
			}
			build_ok(&builder, i, ids[i]);
			for (int32_t j = 0; j < i; j++)
				is_twice |= ids[j] == ids[i];
		}
		assert_int_equal(invariant_verdict(&checker_unique_ids,
						   builder.history, NULL, NULL),
				 is_twice ? VERDICT_INVALID : VERDICT_VALID);
		builder_release(&builder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_agree_with_the_definition),
		cmocka_unit_test(ids_are_compared_with_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
