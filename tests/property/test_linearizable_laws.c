/* SPDX-License-Identifier: MIT */
/* What must hold of any checker of linearizability, whatever the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"

#define SEED 4711
#define ROUNDS 400 /* for each object and law */

/* How a history is copied with one thing changed. */
struct change {
	int32_t widened; /* operation that completes at the end, or -1 */
	int32_t opened; /* that becomes indeterminate */
	int32_t left_out;
	uint32_t length; /* entries taken */
	bool renamed; /* processes, keys, and values that are only compared */
	int keys; /* copies of the history, each on its own key; 0: as is */
};

static const struct change same = { -1, -1, -1, UINT32_MAX, false, 0 };

static struct value rename_value(const struct history *from,
				 struct history *to, struct value value,
				 bool renamed)
{
	struct value elements[64];
	int64_t number;
	size_t length;

	if (renamed && value_get_int(from->values, value, &number))
		return value_int(to->values, number * 1000003 + 17);
	if (!renamed || value_kind(from->values, value) != VALUE_LIST)
		return value_copy(to->values, from->values, value);
	length = value_list_length(from->values, value);
	assert_true(length <= 64);
	value_list_elements(from->values, value, elements);
	for (size_t i = 0; i < length; i++) {
		value_get_int(from->values, elements[i], &number);
		elements[i] = value_int(to->values, number * 1000003 + 17);
	}
	return value_list(to->values, elements, length);
}

static void copy_entry(struct history *to, const struct history *from,
		       const struct op *op, enum op_type type,
		       const struct change *change, int key)
{
	struct action action = *op_actions(from, op);
	struct entry entry = {
		.index = to->entry_count,
		.time_ns = (int64_t)to->entry_count,
		.process = change->renamed ? 900 - op->process :
					     op->process + key * 1000,
		.type = type,
		.f = op->f,
		.actions = &action,
		.action_count = 1,
	};
	struct error err;

	action.key = change->keys ? value_int(to->values, key) : value_nil();
	action.arg = rename_value(from, to, action.arg, change->renamed);
	action.expected =
		rename_value(from, to, action.expected, change->renamed);
	action.result = type == OP_OK ? rename_value(from, to, action.result,
						     change->renamed) :
					value_nil();
	if (history_append(to, &entry, &err))
		fail_msg("%s", err.text);
}

static struct history *copy(const struct history *from,
			    const struct change *change)
{
	struct history *to = history_new();
	int keys = change->keys ? change->keys : 1;

	for (uint32_t i = 0; i < from->entry_count && i < change->length;
	     i++) {
		const struct op *op = &from->ops[from->entry_ops[i]];
		int32_t number = (int32_t)from->entry_ops[i];
		enum op_type type = history_entry_type(from, i);

		if (number == change->left_out)
			continue;
		if (number == change->opened && type != OP_INVOKE)
			type = OP_INFO;
		if (number == change->widened && type != OP_INVOKE)
			continue;
		for (int key = 0; key < keys; key++)
			copy_entry(to, from, op, type, change, key);
	}
	if (change->widened >= 0)
		copy_entry(to, from, &from->ops[change->widened], OP_OK,
			   change, 0);
	return to;
}

static enum verdict_kind judge_changed(const struct random_object *object,
				       const struct history *history,
				       const struct change *change)
{
	struct history *changed = copy(history, change);
	enum verdict_kind verdict = judge_random(object, changed, "auto");

	history_free(changed);
	return verdict;
}

/* The last operation of its process, which may so end later. */
static bool is_last_of_process(const struct history *history, uint32_t op)
{
	for (size_t i = op + 1; i < history->op_count; i++) {
		if (history->ops[i].process == history->ops[op].process)
			return false;
	}
	return history->ops[op].outcome == OUTCOME_OK;
}

typedef void (*law_function)(const struct random_object *object,
			     const struct history *history,
			     enum verdict_kind verdict, struct rng *rng);

static void each_history(law_function law, const char *name)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	for (size_t i = 0; i < random_object_count; i++) {
		for (uint64_t round = 0; round < rounds; round++) {
			struct random_shape shape = { 8, 3, 5, 5, 4 };
			struct builder builder;
			struct rng rng;

			rng_init(&rng, SEED, name, round * 64 + i);
			builder_init(&builder);
			random_history(&builder, &rng, &random_objects[i],
				       &shape);
			law(&random_objects[i], builder.history,
			    judge_random(&random_objects[i],
					 builder.history, "auto"), &rng);
			builder_release(&builder);
		}
	}
}

static void widen(const struct random_object *object,
		  const struct history *history, enum verdict_kind verdict,
		  struct rng *rng)
{
	struct change change = same;

	(void)rng;
	for (uint32_t i = 0; i < history->op_count; i++) {
		if (verdict != VERDICT_VALID ||
		    !is_last_of_process(history, i))
			continue;
		change.widened = (int32_t)i;
		assert_int_equal(judge_changed(object, history, &change),
				 VERDICT_VALID);
	}
}

static void widening_never_convicts(void **state)
{
	(void)state;
	each_history(widen, "widen");
}

static void rename_all(const struct random_object *object,
		       const struct history *history,
		       enum verdict_kind verdict, struct rng *rng)
{
	struct change change = same;

	(void)rng;
	if (object->spec == brute_counter || object->spec == brute_semaphore ||
	    object->spec == brute_log || object->initial == 1 ||
	    object->spec == brute_fenced)
		return; /* they reckon with values */
	change.renamed = true;
	assert_int_equal(judge_changed(object, history, &change), verdict);
}

static void renaming_changes_nothing(void **state)
{
	(void)state;
	each_history(rename_all, "rename");
}

static void split(const struct random_object *object,
		  const struct history *history, enum verdict_kind verdict,
		  struct rng *rng)
{
	struct change change = same;

	(void)rng;
	change.keys = 3;
	assert_int_equal(judge_changed(object, history, &change), verdict);
}

static void keys_are_judged_alone(void **state)
{
	(void)state;
	each_history(split, "split");
}

static void cut_short(const struct random_object *object,
		      const struct history *history,
		      enum verdict_kind verdict, struct rng *rng)
{
	struct change change = same;

	if (verdict != VERDICT_VALID || object->failed_cas_asserts)
		return;
	change.length = (uint32_t)rng_below(rng, history->entry_count + 1);
	assert_int_equal(judge_changed(object, history, &change),
			 VERDICT_VALID);
}

static void a_prefix_of_a_valid_history_is_valid(void **state)
{
	(void)state;
	each_history(cut_short, "prefix");
}

static void open_one(const struct random_object *object,
		     const struct history *history, enum verdict_kind verdict,
		     struct rng *rng)
{
	struct change change = same;

	(void)rng;
	for (uint32_t i = 0; i < history->op_count; i++) {
		if (verdict != VERDICT_VALID ||
		    !is_last_of_process(history, i))
			continue;
		change.opened = (int32_t)i;
		assert_int_equal(judge_changed(object, history, &change),
				 VERDICT_VALID);
	}
}

static void an_indeterminate_end_never_convicts(void **state)
{
	(void)state;
	each_history(open_one, "open");
}

static void leave_out_failed(const struct random_object *object,
			     const struct history *history,
			     enum verdict_kind verdict, struct rng *rng)
{
	struct change change = same;

	(void)rng;
	for (uint32_t i = 0; i < history->op_count; i++) {
		if (history->ops[i].outcome != OUTCOME_FAIL ||
		    object->failed_cas_asserts)
			continue;
		change.left_out = (int32_t)i;
		assert_int_equal(judge_changed(object, history, &change),
				 verdict);
	}
}

static void a_failed_operation_makes_no_difference(void **state)
{
	(void)state;
	each_history(leave_out_failed, "failed");
}

static void judge_again(const struct random_object *object,
			const struct history *history,
			enum verdict_kind verdict, struct rng *rng)
{
	struct change change = same;
	struct arena arena = { 0 };
	struct history *wide;
	const char *once;

	(void)verdict;
	(void)rng;
	change.keys = 5;
	wide = copy(history, &change);
	once = judge_text(object, wide, 1, &arena);
	assert_string_equal(once, judge_text(object, wide, 1, &arena));
	assert_string_equal(once, judge_text(object, wide, 3, &arena));
	history_free(wide);
	arena_release(&arena);
}

static void judging_twice_says_the_same_whatever_the_threads(void **state)
{
	(void)state;
	each_history(judge_again, "again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widening_never_convicts),
		cmocka_unit_test(renaming_changes_nothing),
		cmocka_unit_test(keys_are_judged_alone),
		cmocka_unit_test(a_prefix_of_a_valid_history_is_valid),
		cmocka_unit_test(an_indeterminate_end_never_convicts),
		cmocka_unit_test(a_failed_operation_makes_no_difference),
		cmocka_unit_test(
			judging_twice_says_the_same_whatever_the_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
