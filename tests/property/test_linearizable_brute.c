/* SPDX-License-Identifier: MIT */
/* The checker agrees with brute force, whatever the object and the method. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/registry.h"
#include "tests/support/random_history.h"

#define SEED 20261122
#define DEFAULT_ROUNDS 12000

extern const struct checker checker_linearizable;

static const struct random_object objects[] = {
	{ .model = "register", .spec = brute_register, .values = 3,
	  .verbs = { VERB_READ, VERB_WRITE }, .initial = NIL },
	{ .model = "cas-register", .spec = brute_register, .values = 3,
	  .verbs = { VERB_READ, VERB_WRITE, VERB_CAS }, .initial = NIL },
	{ .model = "cas-register", .spec = brute_register, .values = 2,
	  .verbs = { VERB_READ, VERB_WRITE, VERB_CAS, VERB_CAS },
	  .initial = 1, .failed_cas_asserts = true },
	{ .model = "register", .spec = brute_register, .is_distinct = true,
	  .values = 9, .verbs = { VERB_READ, VERB_READ, VERB_WRITE },
	  .initial = NIL },
	{ .model = "cas-register", .spec = brute_register, .values = 9,
	  .is_distinct = true, .initial = NIL,
	  .verbs = { VERB_READ, VERB_WRITE, VERB_CAS, VERB_CAS } },
	{ .model = "fifo-queue", .spec = brute_queue, .values = 9,
	  .is_distinct = true,
	  .verbs = { VERB_ENQUEUE, VERB_ENQUEUE, VERB_DEQUEUE, VERB_DEQUEUE,
		     VERB_PEEK } },
	{ .model = "fifo-queue", .spec = brute_queue, .values = 9,
	  .is_distinct = true, .verbs = { VERB_ENQUEUE, VERB_DEQUEUE } },
	{ .model = "fifo-queue", .spec = brute_queue, .values = 2,
	  .verbs = { VERB_ENQUEUE, VERB_DEQUEUE, VERB_PEEK } },
	{ .model = "stack", .spec = brute_stack, .values = 9,
	  .is_distinct = true,
	  .verbs = { VERB_PUSH, VERB_PUSH, VERB_POP, VERB_POP, VERB_PEEK } },
	{ .model = "stack", .spec = brute_stack, .values = 2,
	  .verbs = { VERB_PUSH, VERB_POP } },
	{ .model = "priority-queue", .spec = brute_priority, .values = 9,
	  .is_distinct = true,
	  .verbs = { VERB_ENQUEUE, VERB_ENQUEUE, VERB_DEQUEUE, VERB_DEQUEUE,
		     VERB_PEEK } },
	{ .model = "priority-queue", .spec = brute_priority, .values = 3,
	  .verbs = { VERB_ENQUEUE, VERB_DEQUEUE } },
	{ .model = "bag", .spec = brute_bag, .values = 9, .is_distinct = true,
	  .verbs = { VERB_ENQUEUE, VERB_ENQUEUE, VERB_DEQUEUE, VERB_DEQUEUE,
		     VERB_PEEK } },
	{ .model = "bag", .spec = brute_bag, .values = 2,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_DEQUEUE } },
	{ .model = "set", .spec = brute_set, .values = 2, .tells = true,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_CONTAINS } },
	{ .model = "set", .spec = brute_set, .values = 9, .is_distinct = true,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_CONTAINS } },
	{ .model = "set", .spec = brute_set, .values = 3,
	  .verbs = { VERB_ADD, VERB_REMOVE, VERB_READ } },
	{ .model = "set", .spec = brute_set, .values = 9, .is_distinct = true,
	  .verbs = { VERB_ADD, VERB_READ } },
	{ .model = "mutex", .spec = brute_mutex, .values = 1,
	  .verbs = { VERB_ACQUIRE, VERB_RELEASE } },
	{ .model = "owner-mutex", .spec = brute_owner, .values = 1,
	  .verbs = { VERB_ACQUIRE, VERB_RELEASE } },
	{ .model = "reentrant-mutex", .spec = brute_reentrant, .values = 1,
	  .verbs = { VERB_ACQUIRE, VERB_ACQUIRE, VERB_RELEASE } },
	{ .model = "semaphore", .spec = brute_semaphore, .values = 1,
	  .verbs = { VERB_ACQUIRE, VERB_ACQUIRE, VERB_RELEASE } },
	{ .model = "fenced-lock", .spec = brute_fenced, .values = 5,
	  .tells = true, .initial = NIL,
	  .verbs = { VERB_ACQUIRE, VERB_RELEASE } },
	{ .model = "counter", .spec = brute_counter, .values = 2,
	  .verbs = { VERB_INCREMENT, VERB_DECREMENT, VERB_READ } },
	{ .model = "counter", .spec = brute_counter, .values = 1,
	  .verbs = { VERB_INCREMENT, VERB_INCREMENT, VERB_READ } },
	{ .model = "list", .spec = brute_list, .values = 9,
	  .is_distinct = true, .verbs = { VERB_APPEND, VERB_READ } },
	{ .model = "list", .spec = brute_list, .values = 2,
	  .verbs = { VERB_APPEND, VERB_READ } },
	{ .model = "log", .spec = brute_log, .values = 9, .tells = true,
	  .is_distinct = true, .verbs = { VERB_SEND, VERB_POLL } },
};

#define OBJECT_COUNT (sizeof(objects) / sizeof(*objects))

static enum verdict_kind judge(const struct random_object *object,
			       const struct history *history,
			       const char *algorithm, bool *is_told)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;
	int failed = 0;

	failed |= options_set(options, &arena, "model", object->model, &err);
	failed |= options_set(options, &arena, "algorithm", algorithm, &err);
	if (object->spec == brute_register && object->initial != NIL)
		failed |= options_set(options, &arena, "initial", "1", &err);
	if (object->failed_cas_asserts)
		failed |= options_set(options, &arena, "failed-cas", "assert",
				      &err);
	if (object->spec == brute_semaphore)
		failed |= options_set(options, &arena, "permits", "2", &err);
	assert_int_equal(failed, 0);
	verdict_init(&verdict);
	assert_int_equal(checker_linearizable.check(&check, &verdict, &err), 0);
	*is_told = verdict.kind != VERDICT_INVALID ||
		   verdict.anomalies->story;
	arena_release(&arena);
	return verdict.kind;
}

static void print_history(const struct random_object *object,
			  const struct history *history, bool expected)
{
	struct arena arena = { 0 };

	print_message("%s, brute force says %s:\n", object->model,
		      expected ? "valid" : "invalid");
	for (uint32_t i = 0; i < history->entry_count; i++) {
		const struct op *op =
			&history->ops[history->entry_ops[i]];
		const struct action *a = op_actions(history, op);

		print_message("  %u %s p%d %s %s %s -> %s\n", i,
			      op_type_name(history_entry_type(history, i)),
			      op->process, verb_name((enum verb)a->verb),
			      value_text(history->values, a->expected, &arena),
			      value_text(history->values, a->arg, &arena),
			      value_text(history->values, a->result, &arena));
	}
	arena_release(&arena);
}

static void compare(const struct random_object *object, uint64_t round,
		    size_t *valid)
{
	struct random_shape shape = { .open = 8, .fail = 3 };
	struct builder builder;
	struct rng rng;
	bool expected;
	bool is_told;
	bool was_told;
	enum verdict_kind searched;
	enum verdict_kind found;
	struct brute brute = { object->spec, object->initial,
			       object->failed_cas_asserts };

	rng_init(&rng, SEED, object->model,
		 round * OBJECT_COUNT + (uint64_t)(object - objects));
	shape.ops = 2 + (int)rng_below(&rng, 6);
	shape.processes = 2 + (int)rng_below(&rng, 3);
	shape.open = (unsigned)rng_below(&rng, 3) * 10;
	shape.lie = rng_chance(&rng, 0.5) ? 0 : 12;
	builder_init(&builder);
	random_history(&builder, &rng, object, &shape);
	expected = brute_force(&brute, builder.history);
	searched = judge(object, builder.history, "search", &is_told);
	found = judge(object, builder.history, "auto", &was_told);
	*valid += expected;
	if (searched != (expected ? VERDICT_VALID : VERDICT_INVALID) ||
	    found != searched || !is_told || !was_told)
		print_history(object, builder.history, expected);
	assert_int_equal(searched,
			 expected ? VERDICT_VALID : VERDICT_INVALID);
	assert_int_equal(found, searched);
	assert_true(is_told && was_told);
	builder_release(&builder);
}

/* ROUNDS in the environment asks for more than the usual number a object. */
static uint64_t rounds_wanted(void)
{
	const char *text = getenv("ORDEAL_ROUNDS");
	uint64_t rounds = text ? strtoull(text, NULL, 10) : 0;

	return rounds ? rounds : DEFAULT_ROUNDS;
}

static void every_object_agrees_with_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted();

	(void)state;
	for (size_t i = 0; i < OBJECT_COUNT; i++) {
		size_t valid = 0;

		for (uint64_t round = 0; round < rounds; round++)
			compare(&objects[i], round, &valid);
		/* A test of valid histories only, or of invalid ones only,
		 * would show little. */
		assert_true(valid > rounds / 20);
		assert_true(valid < rounds - rounds / 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_agrees_with_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
