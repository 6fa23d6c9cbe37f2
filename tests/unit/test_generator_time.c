/* SPDX-License-Identifier: MIT */
#include "harness/core/generator.h"

#include "tests/support/simulate_fixture.h"

#define SECOND INT64_C(1000000000)

static void a_time_limit_counts_from_the_first_operation(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { gen_sleep(&f->arena, 3 * SECOND),
				      gen_delay(
					      &f->arena, SECOND / 10,
					      numbers(f, VERB_READ, 0, 1000)) };
	struct simulation_result r =
		play(f, gen_time_limit(&f->arena, 2 * SECOND,
				       gen_sequence(&f->arena, parts, 2)));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	/* at 3.0, 3.1, ... 4.9: the one at 5.0 is too late */
	assert_int_equal(r.count, 20);
	assert_int_equal(r.ops[0].invoke_ns, 3 * SECOND);
	assert_int_equal(r.ops[19].invoke_ns, 49 * SECOND / 10);
}

static void operations_in_flight_finish_after_the_limit(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r;

	f->setup.latency_min_ns = f->setup.latency_max_ns = 3 * SECOND;
	r = play(f, gen_time_limit(&f->arena, 4 * SECOND,
				   numbers(f, VERB_READ, 0, 1000)));
	assert_int_equal(r.count, 8); /* four threads at 0 and at 3 s */
	assert_int_equal(r.end_ns, 6 * SECOND);
	assert_int_equal(r.ops[7].type, OP_OK);
}

static void a_time_limit_ends_what_is_pending(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_READ, 0, 1),
				      gen_sleep(&f->arena, 1000 * SECOND) };
	struct generator *then[] = {
		gen_time_limit(&f->arena, 5 * SECOND,
			       gen_sequence(&f->arena, parts, 2)),
		numbers(f, VERB_WRITE, 0, 1),
	};
	struct simulation_result r = play(f, gen_sequence(&f->arena, then, 2));

	assert_int_equal(r.count, 2);
	assert_int_equal(r.ops[1].invoke_ns, 5 * SECOND);
}

static void a_time_limit_of_nothing_offers_nothing(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r = play(
		f, gen_time_limit(&f->arena, 0, numbers(f, VERB_READ, 0, 10)));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 0);
}

static void staggered_gaps_are_uniform_around_their_mean(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r;
	int64_t least = INT64_MAX;
	int64_t most = 0;

	f->setup.count_max = 5000;
	f->setup.latency_max_ns = 20;
	r = play(f, gen_stagger(&f->arena, &f->rng, 1000,
				numbers(f, VERB_READ, 0, 100000)));
	assert_int_equal(r.count, 5000);
	assert_int_equal(r.ops[0].invoke_ns, 0); /* the first at once */
	for (size_t i = 1; i < r.count; i++) {
		int64_t gap = r.ops[i].invoke_ns - r.ops[i - 1].invoke_ns;

		least = gap < least ? gap : least;
		most = gap > most ? gap : most;
	}
	assert_in_range(least, 0, 20);
	assert_in_range(most, 1980, 2000);
	assert_in_range(r.ops[4999].invoke_ns, 4850000, 5150000);
}

static void the_rate_is_that_of_all_threads_together(void **state)
{
	struct fixture *f = *state;
	int64_t took[2];

	f->setup.latency_max_ns = 20;
	for (unsigned i = 0; i < 2; i++) {
		f->setup.threads = i ? 64 : 2;
		took[i] = play(f, gen_stagger(&f->arena, &f->rng, 1000,
					      numbers(f, VERB_READ, 0, 9999)))
				  .end_ns;
	}
	assert_in_range(took[0], 900000, 1100000);
	assert_in_range(took[1], 900000, 1100000);
}

static void lateness_does_not_add_up(void **state)
{
	struct fixture *f = *state;
	struct generator *g = gen_stagger(&f->arena, &f->rng, 1000000,
					  numbers(f, VERB_READ, 0, 9999));
	const uint64_t free = 1;
	struct gen_context context = { .threads = 1,
				       .total = 1,
				       .free = &free };
	struct gen_op op;

	/* Whoever takes them is 0.3 ms late each time. */
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		if (op.time_ns > context.time_ns)
			context.time_ns = op.time_ns + 300000;
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		generator_take(g, &context, &op);
	}
	assert_in_range(context.time_ns, 950000000, 1050000000);
}

static void a_long_stall_is_not_followed_by_a_burst(void **state)
{
	struct fixture *f = *state;
	struct generator *g = gen_stagger(&f->arena, &f->rng, 1000000,
					  numbers(f, VERB_READ, 0, 9999));
	const uint64_t free = 1;
	struct gen_context context = { .threads = 1,
				       .total = 1,
				       .free = &free };
	struct gen_op op;
	int due = 0;

	assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
	generator_take(g, &context, &op);
	context.time_ns = SECOND; /* where 1000 would have been due */
	while (generator_offer(g, &context, &op) == GEN_OP &&
	       op.time_ns <= context.time_ns) {
		generator_take(g, &context, &op);
		due++;
	}
	assert_in_range(due, 1, 3);
}

static void delayed_operations_are_so_far_apart(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r = play(
		f, gen_delay(&f->arena, 500, numbers(f, VERB_READ, 0, 50)));

	assert_int_equal(r.count, 50);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(r.ops[i].invoke_ns, 500 * i);
}

static void a_delay_counts_from_when_the_one_before_was_done(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r;

	/* One thread that takes 700: each waits for it. */
	f->setup.threads = 1;
	f->setup.latency_min_ns = f->setup.latency_max_ns = 700;
	r = play(f, gen_delay(&f->arena, 500, numbers(f, VERB_READ, 0, 9)));
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(r.ops[i].invoke_ns, 700 * i);
}

static void a_sleep_is_a_pause_in_a_sequence(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_READ, 0, 2),
				      gen_sleep(&f->arena, 12345),
				      numbers(f, VERB_WRITE, 0, 1) };
	struct simulation_result r = play(f, gen_sequence(&f->arena, parts, 3));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.ops[2].invoke_ns, 12345);
}

static void a_pause_of_one_does_not_hold_up_another(void **state)
{
	struct fixture *f = *state;
	struct generator *slow[] = { gen_sleep(&f->arena, SECOND),
				     numbers(f, VERB_WRITE, 0, 1) };
	struct generator *parts[] = { gen_sequence(&f->arena, slow, 2),
				      numbers(f, VERB_READ, 0, 20) };
	struct simulation_result r =
		play(f, gen_any(&f->arena, &f->rng, parts, 2));

	assert_int_equal(r.count, 21);
	assert_true(r.ops[19].invoke_ns < 1000);
	assert_int_equal(r.ops[20].f, VERB_WRITE);
	assert_int_equal(r.ops[20].invoke_ns, SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_time_limit_counts_from_the_first_operation),
		TEST(operations_in_flight_finish_after_the_limit),
		TEST(a_time_limit_ends_what_is_pending),
		TEST(a_time_limit_of_nothing_offers_nothing),
		TEST(staggered_gaps_are_uniform_around_their_mean),
		TEST(the_rate_is_that_of_all_threads_together),
		TEST(lateness_does_not_add_up),
		TEST(a_long_stall_is_not_followed_by_a_burst),
		TEST(delayed_operations_are_so_far_apart),
		TEST(a_delay_counts_from_when_the_one_before_was_done),
		TEST(a_sleep_is_a_pause_in_a_sequence),
		TEST(a_pause_of_one_does_not_hold_up_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
