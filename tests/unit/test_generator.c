/* SPDX-License-Identifier: MIT */
#include "harness/core/generator.h"

#include <string.h>

#include "tests/support/simulate_fixture.h"

static void a_function_is_called_once_for_each_operation(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r = play(f, numbers(f, VERB_WRITE, 0, 50));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 50);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(simulated_number(&r.ops[i]), i);
}

static void a_busy_thread_is_offered_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t free_at[4] = { 0 };
	struct simulation_result r = play(f, numbers(f, VERB_WRITE, 0, 500));

	for (size_t i = 0; i < r.count; i++) {
		assert_true(r.ops[i].invoke_ns >= free_at[r.ops[i].thread]);
		free_at[r.ops[i].thread] = r.ops[i].complete_ns;
	}
}

static void the_nemesis_gets_no_clients_operation(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r;

	f->setup.has_nemesis = true;
	r = play(f, numbers(f, VERB_WRITE, 0, 100));
	assert_int_equal(r.count, 100);
	for (size_t i = 0; i < r.count; i++)
		assert_true(r.ops[i].thread < 4);
}

static void a_process_is_retired_after_an_indeterminate_end(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r;

	f->setup.outcome = simulate_info;
	r = play(f, numbers(f, VERB_WRITE, 0, 40));
	for (size_t i = 0; i < r.count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(r.ops[i].process,
					     r.ops[j].process);
		assert_int_equal(r.ops[i].process % 4, r.ops[i].thread);
	}
}

static void at_a_low_rate_all_threads_get_work(void **state)
{
	struct fixture *f = *state;
	size_t of_thread[4] = { 0 };
	struct simulation_result r = play(
		f, gen_delay(&f->arena, 1000, numbers(f, VERB_WRITE, 0, 400)));

	for (size_t i = 0; i < r.count; i++)
		of_thread[r.ops[i].thread]++;
	for (size_t t = 0; t < 4; t++)
		assert_in_range(of_thread[t], 60, 140);
}

static void who_asks_is_preferred(void **state)
{
	struct fixture *f = *state;
	struct generator *g = numbers(f, VERB_WRITE, 0, 9);
	const uint64_t free = 0xf;
	struct gen_context context = { .threads = 4,
				       .total = 4,
				       .free = &free };
	struct gen_op op;

	for (context.asker = 0; context.asker < 4; context.asker++) {
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		assert_int_equal(op.thread, context.asker);
		assert_int_equal(value_as_int(NULL, op.actions->arg), 0);
	}
}

struct pinned {
	struct action action;
	size_t left;
};

static bool next_pinned(void *state, const struct gen_context *context,
			struct gen_op *op)
{
	struct pinned *self = state;

	if (!self->left--)
		return false;
	op->f = VERB_READ;
	op->actions = &self->action;
	op->action_count = 1;
	op->thread = 2;
	op->time_ns = context->time_ns + 1000;
	return true;
}

static void a_function_may_say_who_and_when(void **state)
{
	struct fixture *f = *state;
	struct pinned pinned = { .left = 20 };
	struct simulation_result r =
		play(f, generator_function(&f->arena, next_pinned, &pinned));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 20);
	for (size_t i = 0; i < r.count; i++) {
		assert_int_equal(r.ops[i].thread, 2);
		assert_true(r.ops[i].invoke_ns >= 1000 * ((int64_t)i + 1));
	}
}

static void a_constant_never_ends_and_a_limit_ends_it(void **state)
{
	struct fixture *f = *state;
	const struct action action = { .verb = VERB_READ };
	const struct gen_op op = { .f = VERB_READ,
				   .action_count = 1,
				   .actions = &action };
	struct simulation_result r = play(f, gen_constant(&f->arena, &op));

	assert_int_equal(r.end, SIMULATION_CUT);
	assert_int_equal(r.count, 1000);
	r = play(f, gen_limit(&f->arena, 17, gen_constant(&f->arena, &op)));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 17);
	r = play(f, gen_once(&f->arena, gen_constant(&f->arena, &op)));
	assert_int_equal(r.count, 1);
	r = play(f, gen_limit(&f->arena, 0, gen_constant(&f->arena, &op)));
	assert_int_equal(r.count, 0);
}

static void a_limit_counts_what_was_taken_not_what_was_offered(void **state)
{
	struct fixture *f = *state;
	struct generator *g =
		gen_limit(&f->arena, 2, numbers(f, VERB_WRITE, 0, 9));
	const uint64_t free = 0xf;
	struct gen_context context = {
		.threads = 4, .total = 4, .free = &free, .asker = 0
	};
	struct gen_op op;

	for (int i = 0; i < 10; i++)
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		generator_take(g, &context, &op);
	}
	assert_int_equal(generator_offer(g, &context, &op), GEN_EXHAUSTED);
}

struct heard {
	size_t of_type[OP_INFO + 1];
};

static void hear(void *state, const struct gen_context *context,
		 const struct gen_event *event)
{
	struct heard *heard = state;

	(void)context;
	heard->of_type[event->type]++;
}

static void whoever_listens_hears_both_ends_of_each_operation(void **state)
{
	struct fixture *f = *state;
	struct heard heard = { { 0 } };
	struct generator *leaf = numbers(f, VERB_WRITE, 0, 300);
	struct simulation_result r;

	/* Through limits, clocks and choices. */
	leaf = gen_hear(&f->arena, hear, &heard, leaf);
	leaf = gen_mix(&f->arena, &f->rng, &leaf, NULL, 1);
	leaf = gen_any(&f->arena, &f->rng, &leaf, 1);
	leaf = gen_limit(&f->arena, 200, gen_sequence(&f->arena, &leaf, 1));
	leaf = gen_time_limit(&f->arena, 1000000000, leaf);
	leaf = gen_stagger(&f->arena, &f->rng, 10, leaf);
	leaf = gen_clients(&f->arena, gen_synchronize(&f->arena, leaf));
	f->setup.outcome = simulate_imperfect;
	r = play(f, leaf);
	assert_int_equal(r.count, 200);
	assert_int_equal(heard.of_type[OP_INVOKE], 200);
	assert_true(heard.of_type[OP_OK] > 0);
	/* All of them: it hears even when nobody asks it any more. */
	assert_int_equal(heard.of_type[OP_OK] + heard.of_type[OP_FAIL] +
				 heard.of_type[OP_INFO],
			 200);
}

static void the_same_seed_gives_the_same_operations(void **state)
{
	struct fixture *f = *state;
	struct simulation_result runs[3];

	for (unsigned i = 0; i < 3; i++) {
		struct generator *inner[2] = { numbers(f, VERB_WRITE, 0, 99),
					       numbers(f, VERB_READ, 0, 99) };
		struct generator *g;

		rng_init(&f->rng, i == 2 ? 8 : 7, "test", 0);
		g = gen_mix(&f->arena, &f->rng, inner, NULL, 2);
		g = gen_stagger(&f->arena, &f->rng, 50, g);
		f->setup.seed = i == 2 ? 8 : 7;
		runs[i] = play(f, g);
	}
	assert_int_equal(runs[0].count, 198);
	for (size_t i = 0; i < 198; i++) {
		assert_int_equal(runs[0].ops[i].invoke_ns,
				 runs[1].ops[i].invoke_ns);
		assert_int_equal(runs[0].ops[i].thread, runs[1].ops[i].thread);
		assert_int_equal(runs[0].ops[i].f, runs[1].ops[i].f);
	}
	assert_int_not_equal(runs[0].end_ns, runs[2].end_ns);
}

static void a_declined_offer_changes_no_draw(void **state)
{
	struct fixture *f = *state;
	uint16_t order[2][100];

	/* The second time, each offer is made five times before it is taken. */
	for (int asks = 1, i = 0; i < 2; asks = 5, i++) {
		struct generator *inner[2] = { numbers(f, VERB_WRITE, 0, 99),
					       numbers(f, VERB_READ, 0, 99) };
		struct generator *g =
			gen_mix(&f->arena, &f->rng, inner, NULL, 2);
		const uint64_t free = 0xf;
		struct gen_context context = { .threads = 4,
					       .total = 4,
					       .free = &free };
		struct gen_op op = { 0 };

		g = gen_any(&f->arena, &f->rng, &g, 1);
		g = gen_stagger(&f->arena, &f->rng, 50, g);
		for (size_t n = 0; n < 100; n++) {
			for (int ask = 0; ask < asks; ask++)
				generator_offer(g, &context, &op);
			context.time_ns = op.time_ns;
			order[i][n] = op.f;
			generator_take(g, &context, &op);
		}
	}
	assert_memory_equal(order[0], order[1], sizeof(order[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_function_is_called_once_for_each_operation),
		TEST(a_busy_thread_is_offered_nothing),
		TEST(the_nemesis_gets_no_clients_operation),
		TEST(a_process_is_retired_after_an_indeterminate_end),
		TEST(at_a_low_rate_all_threads_get_work),
		TEST(who_asks_is_preferred),
		TEST(a_function_may_say_who_and_when),
		TEST(a_constant_never_ends_and_a_limit_ends_it),
		TEST(a_limit_counts_what_was_taken_not_what_was_offered),
		TEST(whoever_listens_hears_both_ends_of_each_operation),
		TEST(the_same_seed_gives_the_same_operations),
		TEST(a_declined_offer_changes_no_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
