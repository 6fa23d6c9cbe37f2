/* SPDX-License-Identifier: MIT */
/* The evidence of an anomaly is a history that can be judged alone. */
#include "tests/support/memory_play.h"

#include "harness/core/history_part.h"
#include "tests/support/isolation_history.h"

static const struct shape lists = { OBJECT_LIST, 8, 8, 400, true };

static const char *const bugs[] = {
	"G0",	      "G1a",	     "G1b",	    "G1c",
	"read-skew",  "write-skew",  "long-fork",   "lost-update",
	"stale-read", "late-commit", "future-read", "non-repeatable-read",
	"internal",   "stale-snapshot", "garbage-read", "applied-failure",
};

/* The operations that the evidence names, once each. */
static struct history *evidence_of(const struct history *history,
				   const struct anomaly *anomaly)
{
	uint32_t *ops = calloc(anomaly->evidence_count + 1, sizeof(*ops));
	struct history *part;
	struct error err;

	for (size_t i = 0; i < anomaly->evidence_count; i++)
		ops[i] = anomaly->evidence[i].op;
	part = history_part(history, ops, anomaly->evidence_count, &err);
	free(ops);
	if (!part)
		fail_msg("%s", err.text);
	return part;
}

static void assert_found_alone(const struct history *history,
			       const struct anomaly *anomaly, const char *bug)
{
	struct history *part = evidence_of(history, anomaly);
	/* Which write a read misses first, others decide as well. */
	const char *name = strcmp(anomaly->name,
				  "writes-do-not-follow-reads") == 0 ?
				   "causality-violation" :
				   anomaly->name;
	struct arena arena = { 0 };
	struct verdict verdict;

	judge(part, NULL, &arena, &verdict);
	if (!has_anomaly(&verdict, name))
		fail_msg("%s: not found in its evidence: %s: %s\n%s",
			 anomaly->name, bug, verdict.reason,
			 anomaly->story ? anomaly->story : "");
	arena_release(&arena);
	history_free(part);
}

static void evidence_shows_the_anomaly_alone(void **state)
{
	struct fixture *f = *state;
	unsigned count = 0;

	option(f, "bug-rate", "0.1");
	for (size_t b = 0; b < sizeof(bugs) / sizeof(*bugs); b++) {
		struct arena arena = { 0 };
		struct verdict verdict;
		struct history *history;

		option(f, "bug", bugs[b]);
		history = play_seed(f, &lists, b + 1);
		judge(history, NULL, &arena, &verdict);
		for (const struct anomaly *a = verdict.anomalies; a;
		     a = a->next, count++)
			assert_found_alone(history, a, bugs[b]);
		arena_release(&arena);
		history_free(history);
	}
	assert_true(count > 50);
}

/* Who wrote what was read is there, without what it read itself. */
static void writers_keep_their_writes_alone(void **state)
{
	struct history *history = isolation_shorthand(
		"1: ax1 | 2: rx1ay1 | 3: ry1az1 | 4: rz1");
	const uint32_t ops[] = { 2 };
	struct error err;
	struct history *part = history_part(history, ops, 1, &err);

	(void)state;
	assert_non_null(part);
	assert_int_equal(part->op_count, 2);
	assert_int_equal(part->ops[0].action_count, 1);
	assert_int_equal(op_actions(part, &part->ops[0])->verb, VERB_APPEND);
	assert_int_equal(history_index(part, part->ops[0].invoke), 2);
	assert_int_equal(part->ops[1].action_count, 2);
	assert_int_equal(history_index(part, part->ops[1].invoke), 4);
	history_free(part);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(evidence_shows_the_anomaly_alone),
		cmocka_unit_test(writers_keep_their_writes_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
