/* SPDX-License-Identifier: MIT */
/* A history that is written and read again is the same: as JSON Lines, as
 * EDN. ORDEAL_SEED and ORDEAL_CASES choose others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/history_write.h"
#include "harness/core/jsonl.h"
#include "harness/core/reader.h"
#include "tests/support/random_line.h"

#define PROCESSES 8
#define ENTRIES 60
#define POOL_MAX 256

/* A history in the making. */
struct maker {
	struct rng rng;
	struct history *history;
	bool has_keys;		     /* on every operation, else on none */
	struct value pool[POOL_MAX]; /* values to choose from; [0] is nil */
	size_t pool_count;
	struct action open[PROCESSES][3]; /* operations that are open */
	size_t open_count[PROCESSES];
	uint16_t open_f[PROCESSES]; /* 0: none */
	int32_t process[PROCESSES];
};

/* Values of random lines, by way of another history. */
static void fill_pool(struct maker *maker)
{
	struct history *history = history_new();
	struct jsonl *jsonl = jsonl_new(history, false);
	struct random_line *line = calloc(1, sizeof(*line) + JSONL_PAD);
	struct error err;
	bool is_cut;

	assert_non_null(line);
	for (int i = 0; i < 40; i++) {
		random_line_make(&maker->rng, line);
		line->bytes[line->length] = '\n';
		jsonl_line(jsonl, line->bytes, line->bytes + line->length,
			   &is_cut, &err);
	}
	maker->pool_count = 1;
	for (size_t i = 0; i < history->action_count; i++) {
		const struct action *action = &history->actions[i];
		struct value values[3] = { action->key, action->arg,
					   action->expected };

		for (int v = 0; v < 3 && maker->pool_count < POOL_MAX; v++)
			maker->pool[maker->pool_count++] =
				value_copy(maker->history->values,
					   history->values, values[v]);
	}
	free(line);
	jsonl_free(jsonl);
	history_free(history);
}

static struct value any(struct maker *maker)
{
	return maker->pool[rng_below(&maker->rng, maker->pool_count)];
}

static struct value text_or_nil(struct maker *maker)
{
	static const char *const texts[] = { "n1", "time out", "\"\\\n" };

	if (rng_chance(&maker->rng, 0.5))
		return value_nil();
	return value_string(maker->history->values,
			    texts[rng_below(&maker->rng, 3)]);
}

static struct action random_action(struct maker *maker, uint16_t verb,
				   bool has_key)
{
	struct action action = { .verb = verb };

	if (has_key)
		action.key = any(maker);
	if (maker->has_keys && value_is_nil(action.key))
		action.key = value_int(maker->history->values, 3);
	if (verb != VERB_READ && verb != VERB_GENERATE)
		action.arg = any(maker);
	if (verb == VERB_CAS)
		action.expected = any(maker);
	return action;
}

static void invoke(struct maker *maker, size_t at, struct entry *entry)
{
	static const uint16_t verbs[] = {
		VERB_READ, VERB_WRITE,	 VERB_CAS,	VERB_APPEND, VERB_SEND,
		VERB_TXN,  VERB_ACQUIRE, VERB_GENERATE, VERB_NONE,
	};
	struct error err = { "" };
	uint16_t f = verbs[rng_below(&maker->rng, 9)];

	if (f == VERB_NONE)
		f = history_f(maker->history, "transfer", 8, &err);
	if (f == VERB_TXN && maker->has_keys)
		f = VERB_READ;
	entry->type = OP_INVOKE;
	entry->f = maker->open_f[at] = f;
	maker->open_count[at] = 1;
	maker->open[at][0] = random_action(maker, f, maker->has_keys);
	if (f != VERB_TXN)
		return;
	maker->open_count[at] = rng_below(&maker->rng, 4);
	for (size_t i = 0; i < maker->open_count[at]; i++)
		maker->open[at][i] = random_action(
			maker, verbs[rng_below(&maker->rng, 5)], true);
}

static void complete(struct maker *maker, size_t at, struct entry *entry)
{
	entry->type = OP_OK + (enum op_type)rng_below(&maker->rng, 3);
	entry->f = maker->open_f[at];
	maker->open_f[at] = VERB_NONE;
	for (size_t i = 0; i < maker->open_count[at]; i++)
		if (entry->type == OP_OK)
			maker->open[at][i].result = any(maker);
	if (entry->type == OP_INFO)
		maker->process[at] += PROCESSES;
	entry->error = entry->type == OP_OK ? value_nil() : text_or_nil(maker);
}

static void add_entry(struct maker *maker)
{
	size_t at = rng_below(&maker->rng, PROCESSES);
	struct error err = { "" };
	struct entry entry = {
		.index = maker->history->entry_count * 2,
		.time_ns = (int64_t)rng_below(&maker->rng, 1000) - 1,
		.process = maker->process[at],
		.node = text_or_nil(maker),
	};
	struct action nemesis = { .arg = any(maker) };

	if (rng_chance(&maker->rng, 0.05)) {
		entry.process = PROCESS_NEMESIS;
		entry.type = OP_INFO;
		entry.f = history_f(maker->history, "part it", 7, &err);
		nemesis.verb = entry.f;
		entry.actions = &nemesis;
		entry.action_count = 1;
	} else {
		if (maker->open_f[at])
			complete(maker, at, &entry);
		else
			invoke(maker, at, &entry);
		entry.actions = maker->open[at];
		entry.action_count = maker->open_count[at];
	}
	if (history_append(maker->history, &entry, &err))
		print_error("%s\n", err.text);
	assert_string_equal(err.text, "");
}

static void same_value(const struct history *a, struct value x,
		       struct history *b, struct value y)
{
	assert_true(value_equal(value_copy(b->values, a->values, x), y));
}

static void same_history(const struct history *a, struct history *b)
{
	assert_int_equal(a->entry_count, b->entry_count);
	assert_int_equal(a->op_count, b->op_count);
	assert_int_equal(a->action_count, b->action_count);
	for (size_t i = 0; i < a->op_count; i++) {
		const struct op *x = &a->ops[i];
		const struct op *y = &b->ops[i];

		assert_int_equal(x->invoke_ns, y->invoke_ns);
		assert_int_equal(x->complete_ns, y->complete_ns);
		assert_int_equal(x->invoke, y->invoke);
		assert_int_equal(x->complete, y->complete);
		assert_int_equal(x->process, y->process);
		assert_int_equal(x->outcome, y->outcome);
		assert_int_equal(x->action_count, y->action_count);
		assert_int_equal(history_index(a, x->invoke),
				 history_index(b, y->invoke));
		assert_string_equal(history_f_name(a, x->f),
				    history_f_name(b, y->f));
		same_value(a, x->error, b, y->error);
		same_value(a, x->node, b, y->node);
	}
	for (size_t i = 0; i < a->action_count; i++) {
		const struct action *x = &a->actions[i];
		const struct action *y = &b->actions[i];

		assert_string_equal(history_f_name(a, x->verb),
				    history_f_name(b, y->verb));
		same_value(a, x->key, b, y->key);
		same_value(a, x->expected, b, y->expected);
		same_value(a, x->arg, b, y->arg);
		same_value(a, x->result, b, y->result);
	}
}

typedef int write_function(const struct history *, FILE *, struct error *);

static void comes_back(const struct history *history, bool has_keys,
		       write_function *write)
{
	struct read_options options = {
		.independent = write == history_write_edn && has_keys
				       ? READ_INDEPENDENT_YES
				       : READ_INDEPENDENT_NO,
	};
	struct error err = { "" };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct history *again;

	assert_non_null(out);
	assert_int_equal(write(history, out, &err), 0);
	fclose(out);
	again = history_read_bytes("h", text, length, &options, NULL, &err);
	if (!again)
		print_error("%s\n", err.text);
	assert_non_null(again);
	same_history(history, again);
	history_free(again);
	free(text);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void what_is_written_is_read_again(void **state)
{
	uint64_t cases = from_environment("ORDEAL_CASES", 1000);
	uint64_t seed = from_environment("ORDEAL_SEED", 1);

	(void)state;
	for (uint64_t i = 0; i < cases; i++) {
		struct maker *maker = calloc(1, sizeof(*maker));

		assert_non_null(maker);
		rng_init(&maker->rng, seed, "round trip", i);
		maker->history = history_new();
		maker->has_keys = rng_chance(&maker->rng, 0.5);
		fill_pool(maker);
		for (int p = 0; p < PROCESSES; p++)
			maker->process[p] = p;
		for (int e = 0; e < ENTRIES; e++)
			add_entry(maker);
		comes_back(maker->history, maker->has_keys,
			   history_write_jsonl);
		comes_back(maker->history, maker->has_keys, history_write_edn);
		history_free(maker->history);
		free(maker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
