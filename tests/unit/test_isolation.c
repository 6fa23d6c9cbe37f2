/* SPDX-License-Identifier: MIT */
/* What the isolation checker says, and the lattice of levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "checkers/isolation/model.h"
#include "tests/support/isolation_history.h"

/* A history judged, and what it takes. */
struct judged {
	struct history *history;
	struct arena arena;
	struct verdict verdict;
};

static void judge(struct judged *judged, const char *text, const char *model)
{
	*judged = (struct judged){ .history = isolation_shorthand(text) };
	isolation_run(judged->history, model, &judged->arena,
		      &judged->verdict);
}

static void dismiss(struct judged *judged)
{
	arena_release(&judged->arena);
	history_free(judged->history);
}

static const struct anomaly *find(const struct verdict *verdict,
				  const char *name)
{
	static const struct anomaly none = { .name = "none" };
	const struct anomaly *anomaly = verdict->anomalies;

	while (anomaly && strcmp(anomaly->name, name) != 0)
		anomaly = anomaly->next;
	return anomaly ? anomaly : &none;
}

static void a_cycle_is_told_edge_by_edge(void **state)
{
	struct judged judged;
	const struct anomaly *anomaly;

	(void)state;
	judge(&judged, "1: ax1ay1 | 2: ax2ry | 3: rx12", "serializable");
	anomaly = find(&judged.verdict, "G-single-item");
	assert_non_null(anomaly->story);
	assert_string_equal(
		anomaly->story,
		"T1 is operation 2 of process 2: append 2 to x, read y = []\n"
		"T2 is operation 0 of process 1: append 1 to x,"
		" append 1 to y\n"
		"    T1 < T2 (rw), because T1 did read y = [], and so did not"
		" see T2's append 1 to y, which comes next (no read shows it,"
		" so it came after all that was read)\n"
		"but T2 < T1 (ww), because T2 did append 1 to x, and the next"
		" change of it is T1's append 2 to x (operation 4 shows that:"
		" read x = [1,2]): a contradiction\n");
	assert_int_equal(anomaly->evidence_count, 3);
	assert_non_null(figure_find(&anomaly->figures, "cycle"));
	dismiss(&judged);
}

static void an_aborted_read_is_told_with_both_operations(void **state)
{
	struct judged judged;
	const struct anomaly *anomaly;

	(void)state;
	judge(&judged, "1: ax1! | 2: rx1", "read-committed");
	anomaly = find(&judged.verdict, "G1a");
	assert_non_null(anomaly->text);
	assert_string_equal(anomaly->text,
			    "operation 2 (read x = [1]) saw what was written"
			    " by an aborted transaction, operation 0"
			    " (append 1 to x)");
	assert_int_equal(anomaly->evidence_count, 2);
	dismiss(&judged);
}

static void every_anomaly_comes_with_evidence(void **state)
{
	static const char *const texts[] = {
		"ax1ay1 | ax2ay2 | rx12ry21", "ax1! | ax2 | rx12",
		"rxrx2 | ax2", "ax1ry1 | ax2 | ax3ay1 | rx13 | rx123",
		"ax1ry1 | ax2ay1 | rx121", "rx9", "wx1 | rx2",
		"1: wx1 | 1: wx2 | 2: rx2 | 2: rx1", "ax1ax2 | rx1",
		"ax0 | rx0ax1 | rx0ax2", "1: ax1 | 1: rx | 2: rx1",
		"rxaz1ay1 | ryaz2ax1", "ax1 | rx1ry | ay1 | ry1rx",
		"rxay1 | ryaz1 | rzax1az2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct judged judged;

		judge(&judged, texts[i], NULL);
		assert_int_equal(judged.verdict.kind, VERDICT_INVALID);
		for (const struct anomaly *a = judged.verdict.anomalies; a;
		     a = a->next) {
			assert_true(a->evidence_count > 0);
			assert_non_null(a->story);
		}
		dismiss(&judged);
	}
}

static void the_strongest_level_that_stands_is_named(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, "ax1ry | ay1rx", NULL);
	assert_true(isolation_lists(&judged.verdict, "strongest",
				    "strong-snapshot-isolation"));
	assert_true(isolation_lists(&judged.verdict, "not",
				    "repeatable-read"));
	assert_true(isolation_lists(&judged.verdict, "also_not",
				    "strict-serializable"));
	assert_false(isolation_lists(&judged.verdict, "strongest",
				     "snapshot-isolation"));
	dismiss(&judged);
}

static void values_written_twice_are_diagnosed(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, "ax1 | ax1 | rx1 | ax2 | rx12", NULL);
	assert_int_equal(judged.verdict.kind, VERDICT_UNKNOWN);
	assert_non_null(strstr(judged.verdict.reason, "more than one"));
	dismiss(&judged);
}

static void nothing_to_judge_is_unknown(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, "ax1 | ay1 | az1", NULL);
	assert_int_equal(judged.verdict.kind, VERDICT_UNKNOWN);
	dismiss(&judged);
	judge(&judged, "ax1? | ay1!", NULL);
	assert_int_equal(judged.verdict.kind, VERDICT_UNKNOWN);
	dismiss(&judged);
}

static void an_indeterminate_write_that_was_seen_happened(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, "ax1ay1? | rx1ry", "snapshot-isolation");
	assert_int_equal(judged.verdict.kind, VERDICT_INVALID);
	dismiss(&judged);
	judge(&judged, "ax1ay1? | rxry | az1 | rz1", NULL);
	assert_int_equal(judged.verdict.kind, VERDICT_VALID);
	dismiss(&judged);
}

static void judging_twice_says_the_same(void **state)
{
	struct judged one, two;

	(void)state;
	judge(&one, "ax1 | rx1ry | ay1 | ry1rx", NULL);
	judge(&two, "ax1 | rx1ry | ay1 | ry1rx", NULL);
	assert_string_equal(one.verdict.anomalies->story,
			    two.verdict.anomalies->story);
	dismiss(&one);
	dismiss(&two);
}

static void stronger_levels_forbid_what_weaker_ones_do(void **state)
{
	size_t strict = lattice_find("PL-SS");

	(void)state;
	assert_int_equal(lattice_find("no such level"), model_count);
	for (size_t i = 0; i < model_count; i++) {
		assert_int_equal(lattice_find(models[i].name), i);
		for (size_t j = 0; j < model_count; j++) {
			anomaly_set strong =
				anomaly_closure(model_forbids(i));

			if (model_weaker(i) >> j & 1)
				assert_int_equal(model_forbids(j) & ~strong,
						 0);
		}
		if (models[i].judged)
			assert_true(model_weaker(strict) >> i & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cycle_is_told_edge_by_edge),
		cmocka_unit_test(an_aborted_read_is_told_with_both_operations),
		cmocka_unit_test(every_anomaly_comes_with_evidence),
		cmocka_unit_test(the_strongest_level_that_stands_is_named),
		cmocka_unit_test(values_written_twice_are_diagnosed),
		cmocka_unit_test(nothing_to_judge_is_unknown),
		cmocka_unit_test(an_indeterminate_write_that_was_seen_happened),
		cmocka_unit_test(judging_twice_says_the_same),
		cmocka_unit_test(stronger_levels_forbid_what_weaker_ones_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
