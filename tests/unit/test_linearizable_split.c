/* SPDX-License-Identifier: MIT */
/* A register that split is told from one that is stale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/history.h"

extern const struct checker checker_linearizable;

/* One entry: who, through which node (0: not known), what. */
struct line {
	int process;
	int node;
	enum verb verb;
	int value; /* 0: an invocation of a read */
	bool is_end;
};

static struct history *history_of(const struct line *lines, bool with_nodes)
{
	struct history *history = history_new();

	for (; lines->verb != VERB_NONE; lines++) {
		char node[8];
		struct action action = { .verb = (uint16_t)lines->verb };
		struct entry entry = {
			.index = history->entry_count,
			.process = lines->process,
			.type = lines->is_end ? OP_OK : OP_INVOKE,
			.f = (uint16_t)lines->verb,
			.actions = &action,
			.action_count = 1,
		};
		struct error err;

		snprintf(node, sizeof(node), "n%d", lines->node);
		if (with_nodes)
			entry.node = value_string(history->values, node);
		if (lines->verb == VERB_WRITE)
			action.arg = value_int(history->values, lines->value);
		else if (lines->is_end)
			action.result =
				value_int(history->values, lines->value);
		if (history_append(history, &entry, &err))
			fail_msg("%s", err.text);
	}
	return history;
}

static void expect(const struct line *lines, bool with_nodes, const char *name)
{
	struct history *history = history_of(lines, with_nodes);
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 1 };
	struct check check = { history,
			       options_new(&arena,
					   checker_linearizable.options),
			       &budget, &arena };
	struct verdict verdict;
	struct error err;

	verdict_init(&verdict);
	assert_int_equal(checker_linearizable.check(&check, &verdict, &err), 0);
	assert_int_equal(verdict.kind, VERDICT_INVALID);
	assert_string_equal(verdict.anomalies->name, name);
	arena_release(&arena);
	history_free(history);
}

#define WRITE(process, node, value)                          \
	{ process, node, VERB_WRITE, value, false },         \
		{ process, node, VERB_WRITE, value, true }
#define READ(process, node, value)                           \
	{ process, node, VERB_READ, 0, false },              \
		{ process, node, VERB_READ, value, true }

/* Both halves went on with values of their own. */
static const struct line split[] = {
	WRITE(0, 1, 10), WRITE(1, 2, 20), READ(0, 1, 10), READ(1, 2, 20),
	WRITE(0, 1, 11), WRITE(1, 2, 21), READ(0, 1, 11), READ(1, 2, 21),
	WRITE(0, 1, 12), READ(1, 2, 21), READ(0, 1, 12), READ(1, 2, 21),
	{ 0 },
};

/* One node lags behind what the other does. */
static const struct line lag[] = {
	WRITE(0, 1, 10), READ(1, 2, 10), WRITE(0, 1, 11), READ(1, 2, 10),
	READ(0, 1, 11), WRITE(0, 1, 12), READ(1, 2, 10), READ(0, 1, 12),
	READ(1, 2, 11), READ(0, 1, 12), { 0 },
};

/* Both nodes lag, but each shows what came through the other. */
static const struct line mixed[] = {
	WRITE(0, 1, 10), WRITE(1, 2, 20), READ(0, 1, 10), READ(0, 1, 20),
	WRITE(0, 1, 11), READ(1, 2, 20), READ(1, 2, 11), WRITE(1, 2, 21),
	READ(0, 1, 11), READ(0, 1, 21), WRITE(0, 1, 12), READ(1, 2, 21),
	READ(1, 2, 12), { 0 },
};

static void two_halves_that_go_on_are_a_split_brain(void **state)
{
	(void)state;
	expect(split, true, "split-brain");
}

static void without_nodes_it_is_a_stale_read(void **state)
{
	(void)state;
	expect(split, false, "stale-read");
}

static void a_node_that_lags_is_a_stale_read(void **state)
{
	(void)state;
	expect(lag, true, "stale-read");
}

static void nodes_that_see_each_other_are_no_split_brain(void **state)
{
	(void)state;
	expect(mixed, true, "stale-read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_halves_that_go_on_are_a_split_brain),
		cmocka_unit_test(without_nodes_it_is_a_stale_read),
		cmocka_unit_test(a_node_that_lags_is_a_stale_read),
		cmocka_unit_test(nodes_that_see_each_other_are_no_split_brain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
