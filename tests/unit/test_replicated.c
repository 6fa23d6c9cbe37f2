/* SPDX-License-Identifier: MIT */
/* Replicated data types, judged: one story for each thing that can go wrong,
 * and one beside it that is allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/registry.h"
#include "tests/support/history_builder.h"

struct trial {
	struct builder builder;
	struct arena arena;
	struct verdict verdict;
};

static int set_up(void **state)
{
	struct trial *trial = heap_zeroed(1, sizeof(*trial));

	builder_init(&trial->builder);
	trial->builder.key = 1;
	*state = trial;
	return 0;
}

static int tear_down(void **state)
{
	struct trial *trial = *state;

	builder_release(&trial->builder);
	arena_release(&trial->arena);
	free(trial);
	return 0;
}

static void update(struct trial *trial, int32_t process, enum verb verb,
		   int64_t arg)
{
	build_call(&trial->builder, process, verb, arg, NIL);
}

static void count(struct trial *trial, int32_t process, int64_t shown)
{
	build_call(&trial->builder, process, VERB_READ, NIL, shown);
}

/* A read that shows these elements, 0 at the end. */
static void look(struct trial *trial, int32_t process, const int64_t *elements)
{
	struct values *values = trial->builder.history->values;
	struct value list = value_empty_list();

	for (; *elements; elements++)
		list = value_append(values, list, value_int(values, *elements));
	build_invoke(&trial->builder, process, VERB_READ, NIL);
	build_ok_value(&trial->builder, process, list);
}

#define LOOK(trial, process, ...) \
	look(trial, process, (const int64_t[]){ __VA_ARGS__ 0 })

/* One sibling: a value, and what its write had seen of nodes a and b. */
struct sibling {
	int64_t value;
	int64_t a;
	int64_t b;
};

static void look_siblings(struct trial *trial, int32_t process,
			  const struct sibling *siblings)
{
	struct values *values = trial->builder.history->values;
	struct value list = value_empty_list();

	for (; siblings->value; siblings++) {
		struct value names[2] = { value_string(values, "a"),
					  value_string(values, "b") };
		struct value numbers[2] = { value_int(values, siblings->a),
					    value_int(values, siblings->b) };
		struct value pair[2] = {
			value_int(values, siblings->value),
			value_map(values, names, numbers, 2),
		};

		list = value_append(values, list, value_list(values, pair, 2));
	}
	build_invoke(&trial->builder, process, VERB_READ, NIL);
	build_ok_value(&trial->builder, process, list);
}

#define SIBLINGS(trial, process, ...)                   \
	look_siblings(trial, process,                   \
		      (const struct sibling[]){ __VA_ARGS__, { 0 } })

static void end_main(struct trial *trial)
{
	struct history *history = trial->builder.history;
	struct error err;
	struct action action = { .arg = value_string(history->values,
						     "final") };
	struct entry entry = {
		.index = history->entry_count,
		.process = PROCESS_NEMESIS,
		.type = OP_INFO,
		.f = history_f(history, "phase", 5, &err),
		.actions = &action,
		.action_count = 1,
	};

	assert_int_equal(history_append(history, &entry, &err), 0);
}

static enum verdict_kind judge(struct trial *trial, const char *model,
			       const char *visibility)
{
	const struct checker *checker = registry_checker("replicated");
	struct options *options = options_new(&trial->arena, checker->options);
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check check = { trial->builder.history, options, &budget,
			       &trial->arena };
	struct error err;

	assert_int_equal(options_set(options, &trial->arena, "model", model,
				     &err),
			 0);
	assert_int_equal(options_set(options, &trial->arena, "visibility",
				     visibility, &err),
			 0);
	verdict_init(&trial->verdict);
	assert_int_equal(checker->check(&check, &trial->verdict, &err), 0);
	return trial->verdict.kind;
}

static void must_convict(struct trial *trial, const char *model,
			 const char *name)
{
	if (judge(trial, model, "causal") != VERDICT_INVALID)
		fail_msg("%s: not convicted: %s", model,
			 trial->verdict.reason);
	assert_string_equal(trial->verdict.anomalies->name, name);
	assert_true(trial->verdict.anomalies->evidence_count > 0);
}

static void must_acquit(struct trial *trial, const char *model)
{
	if (judge(trial, model, "causal") != VERDICT_VALID)
		fail_msg("%s: %s", model, trial->verdict.reason);
}

static void an_addition_wins_over_a_removal_that_did_not_see_it(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	update(trial, 1, VERB_ADD, 7);
	LOOK(trial, 1, 7, );
	update(trial, 1, VERB_REMOVE, 7);
	end_main(trial);
	LOOK(trial, 2, 7, );
	must_acquit(trial, "or-set");
}

static void a_removal_that_saw_all_additions_is_for_good(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	LOOK(trial, 1, 7, );
	update(trial, 1, VERB_REMOVE, 7);
	LOOK(trial, 1, );
	end_main(trial);
	LOOK(trial, 2, 7, );
	must_convict(trial, "or-set", "resurrected-element");
	assert_int_equal(judge(trial, "or-set", "eventual"), VERDICT_VALID);
}

static void an_element_that_nobody_can_have_removed_is_there(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	update(trial, 0, VERB_REMOVE, 7);
	update(trial, 1, VERB_ADD, 7);
	end_main(trial);
	LOOK(trial, 2, );
	must_convict(trial, "or-set", "lost-element");
	must_acquit(trial, "2p-set");
}

static void a_session_sees_what_it_added(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	LOOK(trial, 1, );
	LOOK(trial, 0, );
	end_main(trial);
	LOOK(trial, 2, 7, );
	must_convict(trial, "g-set", "lost-element");
	assert_int_equal(trial->verdict.anomaly_count, 1);
}

static void an_element_comes_from_somewhere(void **state)
{
	struct trial *trial = *state;

	LOOK(trial, 1, 7, );
	update(trial, 0, VERB_ADD, 7);
	end_main(trial);
	LOOK(trial, 2, 7, );
	must_convict(trial, "g-set", "phantom-element");
}

static void a_two_phase_set_takes_nothing_back(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	update(trial, 0, VERB_REMOVE, 7);
	update(trial, 0, VERB_ADD, 7);
	end_main(trial);
	LOOK(trial, 2, 7, );
	must_acquit(trial, "or-set");
	must_convict(trial, "2p-set", "resurrected-element");
}

static void nodes_that_differ_at_the_end_diverge(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	update(trial, 1, VERB_ADD, 7);
	update(trial, 2, VERB_REMOVE, 7);
	end_main(trial);
	LOOK(trial, 3, 7, );
	LOOK(trial, 4, );
	must_convict(trial, "or-set", "divergence");
}

static void what_is_in_doubt_may_come_between(void **state)
{
	struct trial *trial = *state;

	build_invoke(&trial->builder, 0, VERB_ADD, 7);
	build_info(&trial->builder, 0);
	end_main(trial);
	LOOK(trial, 3, );
	LOOK(trial, 4, 7, );
	must_acquit(trial, "or-set");
}

static void a_counter_shows_no_more_than_was_added(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_INCREMENT, 2);
	count(trial, 1, 0);
	update(trial, 1, VERB_INCREMENT, 3);
	count(trial, 1, 3);
	count(trial, 1, 5);
	end_main(trial);
	count(trial, 2, 5);
	must_acquit(trial, "g-counter");
	count(trial, 2, 7);
	must_convict(trial, "g-counter", "overcount");
}

static void a_counter_that_grows_does_not_go_back(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_INCREMENT, 2);
	count(trial, 1, 2);
	count(trial, 1, 0);
	end_main(trial);
	count(trial, 2, 2);
	must_convict(trial, "g-counter", "stale-read");
	must_acquit(trial, "pn-counter");
}

static void concurrent_versions_are_siblings(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	update(trial, 1, VERB_WRITE, 2);
	end_main(trial);
	SIBLINGS(trial, 2, { 1, 1, 0 }, { 2, 0, 1 });
	must_acquit(trial, "mv-register");
}

static void a_sibling_that_nothing_overwrote_stays(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	update(trial, 1, VERB_WRITE, 2);
	SIBLINGS(trial, 0, { 1, 1, 0 });
	end_main(trial);
	SIBLINGS(trial, 2, { 2, 0, 1 });
	must_convict(trial, "mv-register", "lost-sibling");
}

static void a_dominated_version_is_no_sibling(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	update(trial, 1, VERB_WRITE, 2);
	end_main(trial);
	SIBLINGS(trial, 2, { 1, 1, 0 }, { 2, 1, 1 });
	must_convict(trial, "mv-register", "dominated-sibling");
}

static void who_saw_a_version_overwrites_it(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	SIBLINGS(trial, 1, { 1, 1, 0 });
	update(trial, 1, VERB_WRITE, 2);
	end_main(trial);
	SIBLINGS(trial, 2, { 1, 1, 0 }, { 2, 0, 1 });
	must_convict(trial, "mv-register", "dominated-sibling");
}

static void vectors_must_be_possible(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	SIBLINGS(trial, 0, { 1, 2, 1 });
	update(trial, 1, VERB_WRITE, 2);
	SIBLINGS(trial, 1, { 2, 1, 1 });
	end_main(trial);
	SIBLINGS(trial, 2, { 1, 2, 1 });
	must_convict(trial, "mv-register", "false-vector");
}

static void an_overwritten_value_does_not_last(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_WRITE, 1);
	update(trial, 0, VERB_WRITE, 2);
	end_main(trial);
	count(trial, 2, 1);
	must_convict(trial, "lww-register", "lost-write");
}

static void without_closing_reads_it_is_unknown(void **state)
{
	struct trial *trial = *state;

	update(trial, 0, VERB_ADD, 7);
	LOOK(trial, 0, 7, );
	assert_int_equal(judge(trial, "auto", "causal"), VERDICT_UNKNOWN);
	end_main(trial);
	assert_int_equal(judge(trial, "auto", "causal"), VERDICT_UNKNOWN);
	LOOK(trial, 0, 7, );
	must_acquit(trial, "auto");
	assert_int_equal(judge(trial, "pn-counter", "causal"), VERDICT_UNKNOWN);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_addition_wins_over_a_removal_that_did_not_see_it),
		TEST(a_removal_that_saw_all_additions_is_for_good),
		TEST(an_element_that_nobody_can_have_removed_is_there),
		TEST(a_session_sees_what_it_added),
		TEST(an_element_comes_from_somewhere),
		TEST(a_two_phase_set_takes_nothing_back),
		TEST(nodes_that_differ_at_the_end_diverge),
		TEST(what_is_in_doubt_may_come_between),
		TEST(a_counter_shows_no_more_than_was_added),
		TEST(a_counter_that_grows_does_not_go_back),
		TEST(concurrent_versions_are_siblings),
		TEST(a_sibling_that_nothing_overwrote_stays),
		TEST(a_dominated_version_is_no_sibling),
		TEST(who_saw_a_version_overwrites_it),
		TEST(vectors_must_be_possible),
		TEST(an_overwritten_value_does_not_last),
		TEST(without_closing_reads_it_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
