/* SPDX-License-Identifier: MIT */
/* The checker of sets agrees, element by element, with brute force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"
#include "tests/support/invariant_judge.h"

extern const struct checker checker_set;

#define SEED 20261122
#define ROUNDS 25000 /* for each object */
#define ELEMENTS 14

static const struct random_object objects[] = {
	{ .model = "set",
	  .spec = brute_set,
	  .values = 9,
	  .is_distinct = true,
	  .verbs = { VERB_ADD, VERB_READ } },
	{ .model = "set",
	  .spec = brute_set,
	  .values = 2,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_READ } },
	{ .model = "set",
	  .spec = brute_set,
	  .values = 1,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_READ, VERB_READ } },
	{ .model = "set",
	  .spec = brute_set,
	  .values = 2,
	  .verbs = { VERB_ADD, VERB_ADD, VERB_REMOVE, VERB_CONTAINS,
		     VERB_READ } },
};

#define OBJECTS (sizeof(objects) / sizeof(*objects))

/* How often the list has the number. */
static int times_in(const struct history *history, struct value list,
		    int64_t number)
{
	struct value elements[64];
	size_t length = value_list_length(history->values, list);
	int times = 0;

	assert_true(length <= 64);
	value_list_elements(history->values, list, elements);
	for (size_t i = 0; i < length; i++) {
		int64_t element;

		times +=
			value_get_int(history->values, elements[i], &element) &&
			element == number;
	}
	return times;
}

static bool concerns(const struct history *history, const struct action *action,
		     int64_t element)
{
	int64_t arg;

	return element == NIL || action->verb == VERB_READ ||
	       (value_get_int(history->values, action->arg, &arg) &&
		arg == element);
}

/* The list of a read; if `liar`, perhaps with one element more. */
static struct value copy_list(const struct history *from, struct value list,
			      struct rng *liar, struct values *values)
{
	list = value_copy(values, from->values, list);
	if (liar && rng_chance(liar, 0.08))
		list = value_append(
			values, list,
			value_int(values, (int64_t)rng_below(liar, 3)));
	return list;
}

static void copy_end(const struct history *from, const struct op *op,
		     int64_t element, struct rng *liar, struct builder *to)
{
	const struct action *action = op_actions(from, op);
	int64_t told;

	if (op->outcome == OUTCOME_FAIL)
		build_fail(to, op->process);
	else if (op->outcome == OUTCOME_INDETERMINATE)
		build_info(to, op->process);
	else if (action->verb == VERB_READ && element != NIL)
		build_ok_value(to, op->process,
			       value_bool(times_in(from, action->result,
						   element) > 0));
	else if (value_get_int(from->values, action->result, &told))
		build_ok_value(to, op->process, value_bool(told != 0));
	else if (action->verb == VERB_READ)
		build_ok_value(to, op->process,
			       copy_list(from, action->result, liar,
					 to->history->values));
	else
		build_ok_value(to, op->process,
			       value_copy(to->history->values, from->values,
					  action->result));
}

/* Copies what concerns one element, where reads become `contains`; or all
 * (NIL), where the answers to `contains` become true and false. */
static void project(const struct history *from, int64_t element,
		    struct rng *liar, struct builder *to)
{
	builder_init(to);
	for (uint32_t i = 0; i < from->entry_count; i++) {
		const struct op *op = &from->ops[from->entry_ops[i]];
		const struct action *action = op_actions(from, op);
		bool becomes = action->verb == VERB_READ && element != NIL;
		int64_t arg;

		if (!concerns(from, action, element))
			continue;
		if (i != op->invoke) {
			copy_end(from, op, element, liar, to);
			continue;
		}
		if (becomes)
			arg = element;
		else if (!value_get_int(from->values, action->arg, &arg))
			arg = NIL;
		build_invoke(to, op->process,
			     becomes ? VERB_CONTAINS : (enum verb)action->verb,
			     arg);
	}
}

/* A read shows something twice, or what cannot be a number of ours. */
static bool has_odd_read(const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);
		size_t known = 0;

		if (action->verb != VERB_READ || op->outcome != OUTCOME_OK)
			continue;
		for (int64_t e = 0; e <= ELEMENTS; e++) {
			int times = times_in(history, action->result, e);

			known += times == 1;
		}
		if (known != value_list_length(history->values, action->result))
			return true;
	}
	return false;
}

static bool is_right(const struct random_object *object,
		     const struct history *history)
{
	const struct brute brute = { object->spec, NIL, false };

	if (has_odd_read(history))
		return false;
	for (int64_t e = 0; e <= ELEMENTS; e++) {
		struct builder builder;
		bool fits;

		project(history, e, NULL, &builder);
		fits = brute_force(&brute, builder.history);
		builder_release(&builder);
		if (!fits)
			return false;
	}
	return true;
}

static void compare(const struct random_object *object, uint64_t round,
		    uint64_t *right)
{
	struct random_shape shape = { .fail = 3 };
	enum verdict_kind strict;
	enum verdict_kind loose;
	struct builder raw;
	struct builder builder;
	struct rng rng;
	bool expected;

	rng_init(&rng, SEED, "set",
		 round * OBJECTS + (uint64_t)(object - objects));
	shape.ops = 2 + (int)rng_below(&rng, 9);
	shape.processes = 2 + (int)rng_below(&rng, 3);
	shape.open = (unsigned)rng_below(&rng, 3) * 10;
	shape.lie = rng_chance(&rng, 0.5) ? 0 : 12;
	builder_init(&raw);
	random_history(&raw, &rng, object, &shape);
	project(raw.history, NIL, shape.lie ? &rng : NULL, &builder);
	expected = is_right(object, builder.history);
	*right += expected;
	strict = invariant_verdict(&checker_set, builder.history, NULL, NULL);
	loose = invariant_verdict(&checker_set, builder.history, "linearizable",
				  "false");
	/* What is convicted although reads may be late is wrong anyway. */
	if ((strict == VERDICT_INVALID) == expected ||
	    (loose == VERDICT_INVALID && strict != VERDICT_INVALID)) {
		print_random(object, builder.history);
		fail_msg("round %llu: should be %s, is %s, %s if reads may be "
			 "late",
			 (unsigned long long)round,
			 expected ? "right" : "wrong",
			 verdict_kind_name(strict), verdict_kind_name(loose));
	}
	builder_release(&builder);
	builder_release(&raw);
}

static void elements_agree_with_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (size_t i = 0; i < OBJECTS; i++) {
		uint64_t right = 0;

		for (uint64_t round = 0; round < rounds; round++)
			compare(&objects[i], round, &right);
		assert_true(right > rounds / 20);
		assert_true(right < rounds - rounds / 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_agree_with_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
