/* SPDX-License-Identifier: MIT */
/* unique-ids and its workload; and removals in the workload set. */
#include "tests/support/play_workload.h"

#include "tests/support/invariant_judge.h"
#include "tests/support/story.h"

#include <string.h>

extern const struct checker checker_unique_ids;
extern const struct workload workload_ids;
extern const struct workload workload_set;

static void an_id_given_out_twice_is_convicted(void **state)
{
	struct history *history =
		story("0 invoke generate; 0 ok generate 7;"
		      "1 invoke generate; 1 ok generate \"a\";"
		      "2 invoke generate; 2 ok generate 7;"
		      "3 invoke generate; 3 info generate");
	struct arena arena = { 0 };
	struct verdict *verdict = invariant_judge(&checker_unique_ids, history,
						  NULL, NULL, &arena);

	(void)state;
	assert_int_equal(verdict->kind, VERDICT_INVALID);
	assert_string_equal(verdict->anomalies->name, "duplicate-id");
	assert_int_equal(verdict->anomalies->evidence_count, 2);
	assert_string_equal(verdict->reason, "the id 7 was given out 2 times");
	assert_int_equal(figure_find(&verdict->figures, "attempted")->number,
			 4);
	assert_int_equal(figure_find(&verdict->figures, "acknowledged")->number,
			 3);
	assert_int_equal(figure_find(&verdict->figures, "duplicated")->number,
			 1);
	history_free(history);
	arena_release(&arena);
}

static enum verdict_kind judge(const char *text)
{
	struct history *history = story(text);
	enum verdict_kind kind =
		invariant_verdict(&checker_unique_ids, history, NULL, NULL);

	history_free(history);
	return kind;
}

static void ids_that_differ_are_valid(void **state)
{
	(void)state;
	assert_int_equal(judge("0 invoke generate; 0 ok generate 7;"
			       "0 invoke generate; 0 ok generate \"7\""),
			 VERDICT_VALID);
}

static void without_ids_it_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(judge("phase main"), VERDICT_UNKNOWN);
	assert_int_equal(judge("0 invoke generate; 0 info generate"),
			 VERDICT_UNKNOWN);
	assert_int_equal(judge("0 invoke generate; 0 ok generate;"
			       "0 invoke generate; 0 ok generate 2"),
			 VERDICT_UNKNOWN);
}

static void clients_only_ask_for_ids(void **state)
{
	struct played played = { .count_max = 500 };

	(void)state;
	assert_true(play_workload(&played, &workload_ids, NULL));
	assert_within_needs(&played, &workload_ids);
	assert_int_equal(played.main.count, 500);
	for (size_t i = 0; i < played.main.count; i++) {
		assert_int_equal(played.main.ops[i].f, VERB_GENERATE);
		assert_int_equal(played.main.ops[i].actions[0].object,
				 OBJECT_ID);
	}
	assert_int_equal(played.final.count, 0);
	played_release(&played);
}

static void removals_are_of_elements_that_were_added(void **state)
{
	static const char *const settings[] = { "removes=40%", "ops-per-key=0",
						NULL };
	struct played played = { 0 };
	size_t removes = 0;
	int64_t added = 0;

	(void)state;
	assert_true(play_workload(&played, &workload_set, settings));
	assert_within_needs(&played, &workload_set);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct action *action = &played.main.ops[i].actions[0];

		if (action->verb == VERB_ADD)
			added = played_int(&played, action->arg);
		if (action->verb != VERB_REMOVE)
			continue;
		removes++;
		assert_in_range(played_int(&played, action->arg), 1, added);
	}
	assert_in_range(removes, 1650, 1950);
	played_release(&played);
	assert_refuses(&workload_set, "removes=2",
		       "option removes: 2 is not between 0 and 1 (100%)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_given_out_twice_is_convicted),
		cmocka_unit_test(ids_that_differ_are_valid),
		cmocka_unit_test(without_ids_it_is_unknown),
		cmocka_unit_test(clients_only_ask_for_ids),
		cmocka_unit_test(removals_are_of_elements_that_were_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
