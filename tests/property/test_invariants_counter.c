/* SPDX-License-Identifier: MIT */
/* The checker of counters agrees with brute force where it says that it is
 * exact, with its definition elsewhere, and never convicts what could be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"
#include "tests/support/invariant_judge.h"

extern const struct checker checker_counter;

#define SEED 20261122
#define ROUNDS 25000 /* for each object */

static const struct random_object ones = {
	.model = "counter",
	.spec = brute_counter,
	.values = 1,
	.verbs = { VERB_INCREMENT, VERB_INCREMENT, VERB_READ },
};
static const struct random_object upward = {
	.model = "counter",
	.spec = brute_counter,
	.values = 3,
	.verbs = { VERB_INCREMENT, VERB_READ },
};
static const struct random_object both_ways = {
	.model = "counter",
	.spec = brute_counter,
	.values = 4,
	.verbs = { VERB_INCREMENT, VERB_DECREMENT, VERB_READ },
};

/* What the definition says, by trying every choice. */
struct definition {
	const struct history *history;
	bool may_be_late;
};

static bool is_read(const struct definition *definition, const struct op *op)
{
	return op_actions(definition->history, op)->verb == VERB_READ;
}

static int64_t number_of(const struct definition *definition,
			 const struct op *op)
{
	const struct action *action = op_actions(definition->history, op);
	struct value value =
		action->verb == VERB_READ ? action->result : action->arg;
	int64_t number;

	if (!value_get_int(definition->history->values, value, &number))
		return action->verb == VERB_DECREMENT ? -1 : 1;
	return action->verb == VERB_DECREMENT ? -number : number;
}

/* Whether updates that had ended before the read, and some of those that had
 * begun before it ended, make up what it shows. */
static bool adds_up(const struct definition *definition, const struct op *read)
{
	const struct history *history = definition->history;
	int64_t may[16];
	int64_t sum = 0;
	unsigned count = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (is_read(definition, op) || op->outcome == OUTCOME_FAIL ||
		    op->invoke > read->complete)
			continue;
		if (op->outcome == OUTCOME_OK && op->complete < read->invoke &&
		    !definition->may_be_late)
			sum += number_of(definition, op);
		else
			may[count++] = number_of(definition, op);
	}
	assert_true(count <= 16);
	for (unsigned choice = 0; choice < 1u << count; choice++) {
		int64_t total = sum;

		for (unsigned i = 0; i < count; i++)
			total += choice >> i & 1 ? may[i] : 0;
		if (total == number_of(definition, read))
			return true;
	}
	return false;
}

static bool is_right(const struct definition *definition)
{
	const struct history *history = definition->history;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		int64_t result;

		if (is_read(definition, op) && op->outcome == OUTCOME_OK &&
		    value_get_int(history->values,
				  op_actions(history, op)->result, &result) &&
		    !adds_up(definition, op))
			return false;
	}
	return true;
}

/* Reads of a counter nobody touched bring nil from the simulated object. */
static bool reads_nil(const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct action *action =
			op_actions(history, &history->ops[i]);

		if (action->verb == VERB_READ &&
		    history->ops[i].outcome == OUTCOME_OK &&
		    value_is_nil(action->result))
			return true;
	}
	return false;
}

static void make(const struct random_object *object, uint64_t round,
		 struct builder *builder)
{
	struct random_shape shape = { .fail = 3 };
	struct rng rng;

	rng_init(&rng, SEED, "counter", round);
	do {
		shape.ops = 2 + (int)rng_below(&rng, 9);
		shape.processes = 2 + (int)rng_below(&rng, 3);
		shape.open = (unsigned)rng_below(&rng, 3) * 10;
		shape.lie = rng_chance(&rng, 0.5) ? 0 : 15;
		builder_release(builder);
		builder_init(builder);
		random_history(builder, &rng, object, &shape);
	} while (reads_nil(builder->history));
}

static void complain(const struct random_object *object,
		     const struct history *history, uint64_t round,
		     const char *what)
{
	print_random(object, history);
	fail_msg("round %llu: %s", (unsigned long long)round, what);
}

static void increments_by_one_are_decided_exactly(void **state)
{
	const struct brute brute = { ones.spec, NIL, false };
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t right = 0;

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct builder builder = { .history = NULL };
		bool expected;

		make(&ones, round, &builder);
		expected = brute_force(&brute, builder.history);
		right += expected;
		if ((invariant_verdict(&checker_counter, builder.history, NULL,
				       NULL) != VERDICT_INVALID) != expected)
			complain(&ones, builder.history, round,
				 "not what brute force says");
		builder_release(&builder);
	}
	assert_true(right > rounds / 20);
	assert_true(right < rounds - rounds / 50);
}

/* What the definition forbids is convicted; what is convicted, brute force
 * forbids as well. */
static void compare(const struct random_object *object, uint64_t round,
		    uint64_t *wrong)
{
	const struct brute brute = { object->spec, NIL, false };
	struct builder builder = { .history = NULL };
	struct definition definition;
	enum verdict_kind kind;

	make(object, round, &builder);
	definition = (struct definition){ .history = builder.history };
	kind = invariant_verdict(&checker_counter, builder.history, NULL, NULL);
	*wrong += kind == VERDICT_INVALID;
	if (!is_right(&definition) && kind != VERDICT_INVALID)
		complain(object, builder.history, round, "a read is wrong");
	if (kind == VERDICT_INVALID && brute_force(&brute, builder.history))
		complain(object, builder.history, round, "it could be");
	definition.may_be_late = true;
	if (!is_right(&definition) &&
	    invariant_verdict(&checker_counter, builder.history, "linearizable",
			      "false") != VERDICT_INVALID)
		complain(object, builder.history, round,
			 "a read is wrong though it may be late");
	builder_release(&builder);
}

static void reads_show_sums_that_can_be(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t wrong = 0;

	(void)state;
	for (uint64_t round = 0; round < rounds; round++)
		compare(&upward, round, &wrong);
	for (uint64_t round = 0; round < rounds; round++)
		compare(&both_ways, round, &wrong);
	assert_true(wrong > rounds / 20);
	assert_true(wrong < 2 * rounds - rounds / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(increments_by_one_are_decided_exactly),
		cmocka_unit_test(reads_show_sums_that_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
