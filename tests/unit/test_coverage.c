/* SPDX-License-Identifier: MIT */
/* coverage: whatever makes a pass vacuous makes it unknown, and says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define MAIN "phase main; ok 0 write 1; ok 1 read 1;"
#define END "phase healing; heal kill proven; phase final; ok 2 read 1;"

/* Kind and reason of a story. */
struct outcome_of {
	enum verdict_kind kind;
	char reason[512];
};

static struct outcome_of cover_with(const char *text, const char *option)
{
	struct arena arena = { 0 };
	struct history *history = story(text);
	/* Stories are short: one operation of a kind is enough, unless the
	 * test says otherwise. */
	const char *options = arena_printf(&arena, "min-ok=1 %s",
					   option ? option : "");
	struct verdict *verdict =
		story_judge(history, "coverage", options, &arena);
	struct outcome_of outcome = { .kind = verdict->kind };

	snprintf(outcome.reason, sizeof(outcome.reason), "%s", verdict->reason);
	history_free(history);
	arena_release(&arena);
	return outcome;
}

static void assert_valid_with(const char *text, const char *option)
{
	struct outcome_of outcome = cover_with(text, option);

	if (outcome.kind != VERDICT_VALID)
		fail_msg("%s", outcome.reason);
}

static void assert_gap_with(const char *text, const char *option,
			    const char *part)
{
	struct outcome_of outcome = cover_with(text, option);

	assert_int_equal(outcome.kind, VERDICT_UNKNOWN);
	if (!strstr(outcome.reason, part))
		fail_msg("\"%s\" is not in: %s", part, outcome.reason);
}

static void assert_valid(const char *text)
{
	assert_valid_with(text, NULL);
}

static void assert_gap(const char *text, const char *part)
{
	assert_gap_with(text, NULL, part);
}

static void a_run_with_all_its_parts_is_covered(void **state)
{
	(void)state;
	assert_valid(MAIN "inject kill proven; ok 0 write 2;"
			  "heal kill proven; ok 0 read 2;" END);
}

static void a_handful_of_operations_is_no_pass(void **state)
{
	(void)state;
	assert_gap_with(MAIN "ok 0 write 2; ok 1 read 2;" END, "min-ok=10",
			"2 of");
}

static void an_empty_history_is_no_pass(void **state)
{
	(void)state;
	assert_gap("", "nothing ran");
	assert_gap("phase main; phase healing; phase final", "nothing ran");
}

static void a_recorded_history_needs_one_success(void **state)
{
	(void)state;
	assert_valid("ok 0 write 1");
	assert_gap("info 0 write 1 !timeout; fail 1 read !no leader",
		   "none of 2 operations succeeded");
}

static void a_main_phase_without_success_is_no_pass(void **state)
{
	(void)state;
	assert_gap("ok 0 write 1; phase main; fail 0 write 2; phase healing;"
		   "phase final; ok 1 read 1",
		   "none of 1 operations succeeded in the main phase");
	assert_gap("ok 0 write 1; phase main; phase healing; phase final",
		   "no operation was invoked in the main phase");
}

static void each_f_must_succeed(void **state)
{
	static const char text[] = MAIN "fail 0 cas [1,2]; fail 0 cas [1,3];"
					"phase final; ok 1 read 1";

	(void)state;
	assert_gap(text, "none of 2 \"cas\" operations succeeded in the main");
	assert_valid_with(text, "may-fail=cas");
	assert_gap_with(MAIN "phase final", "min-ok=2",
			"only 1 of 1 \"write\"");
}

static void a_trickle_is_no_pass(void **state)
{
	(void)state;
	assert_gap_with(MAIN "info 2 write 3; info 3 write 4; info 4 write 5;"
			     "phase final",
			"min-ok-fraction=50%", "only 2 of 5 operations");
}

static void a_fault_that_did_not_take_is_told(void **state)
{
	(void)state;
	assert_gap(MAIN "inject kill absent; ok 0 write 2;" END,
		   "1 of 1 injections of \"kill\" did not take effect");
	assert_gap(MAIN "inject kill unknown; ok 0 write 2;" END,
		   "not proven to take effect");
	assert_gap(MAIN "inject kill; ok 0 write 2;" END,
		   "not proven to take effect");
}

static void a_fault_that_never_came_is_told(void **state)
{
	(void)state;
	assert_gap(MAIN "ok 0 write 2;" END, "none was injected");
	assert_valid(MAIN "ok 0 write 2; phase healing; phase final;"
			  "ok 2 read 1");
}

static void some_unproven_injections_can_be_allowed(void **state)
{
	static const char text[] =
		MAIN "inject kill proven; ok 0 write 2;"
		     "heal kill proven; inject kill absent;" END;

	(void)state;
	assert_gap(text, "1 of 2 injections");
	assert_valid_with(text, "unproven-max=1");
	assert_gap_with(MAIN "inject kill absent; ok 0 write 2;" END,
			"unproven-max=1", "1 of 1 injections");
}

static void a_skipped_injection_is_told_and_no_gap(void **state)
{
	struct outcome_of outcome = cover_with(
		MAIN "inject kill proven; ok 0 write 2; heal kill proven;"
		     "inject kill skipped; heal kill proven;" END,
		NULL);

	(void)state;
	assert_int_equal(outcome.kind, VERDICT_VALID);
	assert_non_null(strstr(outcome.reason, "1 injections of faults were "
					       "proven, 1 skipped"));
	/* It changes nothing of the one before it. */
	assert_valid(MAIN "inject kill proven; inject kill skipped;"
			  "ok 0 write 2;" END);
}

static void injections_that_were_all_skipped_are_no_pass(void **state)
{
	(void)state;
	assert_gap(MAIN "inject kill skipped; ok 0 write 2;"
			"inject kill skipped;" END,
		   "each of 2 injections of \"kill\" was skipped");
	assert_gap(MAIN "inject kill skipped; inject kill absent;"
			"ok 0 write 2;" END,
		   "1 of 2 injections of \"kill\" did not take effect");
}

static void a_fault_left_in_force_is_told(void **state)
{
	(void)state;
	assert_gap(MAIN "inject kill proven; ok 0 write 2; phase healing;"
			"heal kill unknown; phase final; ok 1 read 2",
		   "\"kill\" was not proven to be healed");
}

static void a_fault_nobody_met_is_told(void **state)
{
	(void)state;
	assert_gap(MAIN "inject kill proven; heal kill proven;" END,
		   "no operation was in flight while \"kill\" was in force");
}

/* Clients that wait for a paused store invoke nothing: that is the effect. */
static void what_waits_through_a_fault_has_met_it(void **state)
{
	(void)state;
	assert_valid(MAIN "0 invoke write 2; inject kill proven;"
			  "heal kill proven; 0 ok write 2;" END);
}

static void only_quiet_moments_are_no_pass(void **state)
{
	static const char text[] =
		MAIN "inject kill proven; fail 0 write 2;" END;

	(void)state;
	assert_gap(text, "only quiet moments were tested");
	assert_valid_with(text, "during-faults=any");
	/* When all nodes are down, nothing can succeed. */
	assert_valid(MAIN "inject kill proven all; fail 0 write 2;" END);
}

static void a_run_cut_off_is_no_pass(void **state)
{
	(void)state;
	assert_gap(MAIN, "the record ends in the main phase");
}

static void closing_reads_must_succeed(void **state)
{
	(void)state;
	assert_gap(MAIN "phase final; fail 0 read !no leader",
		   "none of 1 \"read\" operations succeeded in the final");
	assert_valid(MAIN "phase final");
	assert_gap_with(MAIN "phase final", "final=required",
			"the closing reads never happened");
}

static void trouble_of_the_harness_comes_first(void **state)
{
	(void)state;
	assert_gap(MAIN "trouble node n2: no route to host; phase final",
		   "the harness had trouble: node n2: no route to host");
}

static void all_gaps_are_listed(void **state)
{
	struct arena arena = { 0 };
	struct history *history =
		story("phase main; fail 0 write 1; inject kill absent");
	struct verdict *verdict =
		story_judge(history, "coverage", NULL, &arena);
	const struct figure *gaps = figure_find(&verdict->figures, "gaps");
	size_t count = 0;

	(void)state;
	for (const struct figure *gap = gaps->first; gap; gap = gap->next)
		count++;
	assert_int_equal(count, 4);
	assert_non_null(strstr(verdict->reason, "(and 3 gaps more)"));
	history_free(history);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_with_all_its_parts_is_covered),
		cmocka_unit_test(a_handful_of_operations_is_no_pass),
		cmocka_unit_test(an_empty_history_is_no_pass),
		cmocka_unit_test(a_recorded_history_needs_one_success),
		cmocka_unit_test(a_main_phase_without_success_is_no_pass),
		cmocka_unit_test(each_f_must_succeed),
		cmocka_unit_test(a_trickle_is_no_pass),
		cmocka_unit_test(a_fault_that_did_not_take_is_told),
		cmocka_unit_test(a_fault_that_never_came_is_told),
		cmocka_unit_test(some_unproven_injections_can_be_allowed),
		cmocka_unit_test(a_skipped_injection_is_told_and_no_gap),
		cmocka_unit_test(injections_that_were_all_skipped_are_no_pass),
		cmocka_unit_test(a_fault_left_in_force_is_told),
		cmocka_unit_test(a_fault_nobody_met_is_told),
		cmocka_unit_test(what_waits_through_a_fault_has_met_it),
		cmocka_unit_test(only_quiet_moments_are_no_pass),
		cmocka_unit_test(a_run_cut_off_is_no_pass),
		cmocka_unit_test(closing_reads_must_succeed),
		cmocka_unit_test(trouble_of_the_harness_comes_first),
		cmocka_unit_test(all_gaps_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
