/* SPDX-License-Identifier: MIT */
#include "harness/core/generator.h"

#include <string.h>

#include "tests/support/simulate_fixture.h"

static bool is_odd(const void *state, size_t thread)
{
	(void)state;
	return thread % 2 == 1;
}

static void only_allowed_threads_see_it(void **state)
{
	struct fixture *f = *state;
	size_t of_thread[4] = { 0 };
	struct simulation_result r =
		play(f, gen_on_threads(&f->arena, is_odd, NULL,
				       numbers(f, VERB_READ, 0, 100)));

	assert_int_equal(r.count, 100);
	for (size_t i = 0; i < r.count; i++)
		of_thread[r.ops[i].thread]++;
	assert_int_equal(of_thread[0] + of_thread[2], 0);
	assert_true(of_thread[1] > 0 && of_thread[3] > 0);
}

struct heard {
	size_t count;
	size_t even;
};

static void hear(void *state, const struct gen_context *context,
		 const struct gen_event *event)
{
	struct heard *heard = state;

	(void)context;
	heard->count++;
	heard->even += event->thread % 2 == 0;
}

static void it_hears_of_allowed_threads_only(void **state)
{
	struct fixture *f = *state;
	struct heard heard = { 0, 0 };
	struct generator *parts[] = {
		gen_on_threads(&f->arena, is_odd, NULL,
			       gen_hear(&f->arena, hear, &heard,
					numbers(f, VERB_WRITE, 0, 50))),
		numbers(f, VERB_READ, 0, 50),
	};

	play(f, gen_any(&f->arena, &f->rng, parts, 2));
	assert_true(heard.count >= 100);
	assert_int_equal(heard.even, 0);
}

static bool is_ninth(const void *state, size_t thread)
{
	(void)state;
	return thread == 9;
}

static void what_nobody_may_do_is_exhausted(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r =
		play(f, gen_on_threads(&f->arena, is_ninth, NULL,
				       numbers(f, VERB_READ, 0, 100)));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	r = play(f, gen_nemesis(&f->arena, numbers(f, VERB_READ, 0, 9)));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 0);
}

static void clients_and_nemesis_work_side_by_side(void **state)
{
	struct fixture *f = *state;
	const struct gen_op fault = { .note = "partition" };
	struct generator *faults =
		gen_delay(&f->arena, 100, gen_constant(&f->arena, &fault));
	struct generator *parts[] = {
		gen_clients(&f->arena, numbers(f, VERB_READ, 0, 1000)),
		gen_nemesis(&f->arena, gen_limit(&f->arena, 8, faults)),
	};
	struct simulation_result r;
	size_t injected = 0;

	f->setup.has_nemesis = true;
	r = play(f, gen_any(&f->arena, &f->rng, parts, 2));
	for (size_t i = 0; i < r.count; i++) {
		bool is_nemesis = r.ops[i].process == PROCESS_NEMESIS;

		assert_int_equal(is_nemesis, r.ops[i].note != NULL);
		assert_int_equal(is_nemesis, r.ops[i].thread == 4);
		injected += is_nemesis;
	}
	assert_int_equal(injected, 8);
	assert_int_equal(r.count, 1000);
}

static void synchronise_waits_until_all_are_free(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = {
		numbers(f, VERB_WRITE, 0, 30),
		gen_synchronize(&f->arena, numbers(f, VERB_READ, 0, 30)),
	};
	struct simulation_result r = play(f, gen_sequence(&f->arena, parts, 2));
	int64_t last = 0;
	int64_t overlapping = 0;

	assert_int_equal(r.count, 60);
	for (size_t i = 0; i < 30; i++)
		last = r.ops[i].complete_ns > last ? r.ops[i].complete_ns
						   : last;
	for (size_t i = 30; i < 60; i++) {
		assert_true(r.ops[i].invoke_ns >= last);
		/* and does not wait again */
		overlapping += r.ops[i].invoke_ns < r.ops[30].complete_ns;
	}
	assert_true(overlapping >= 4);
}

static void phases_never_overlap(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 30),
				      numbers(f, VERB_READ, 0, 1),
				      numbers(f, VERB_CAS, 0, 30) };
	struct simulation_result r = play(f, gen_phases(&f->arena, parts, 3));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 61);
	for (size_t i = 0; i < 30; i++) {
		assert_true(r.ops[i].complete_ns <= r.ops[30].invoke_ns);
		assert_true(r.ops[i + 31].invoke_ns >= r.ops[30].complete_ns);
	}
}

static void clients_synchronise_without_the_nemesis(void **state)
{
	struct fixture *f = *state;
	const struct gen_op fault = { .note = "pause" };
	struct generator *phases[] = { numbers(f, VERB_WRITE, 0, 4),
				       numbers(f, VERB_READ, 0, 4) };
	struct generator *parts[] = {
		gen_clients(&f->arena, gen_phases(&f->arena, phases, 2)),
		/* back to back: the nemesis is never free for long */
		gen_nemesis(&f->arena, gen_constant(&f->arena, &fault)),
	};
	struct simulation_result r;
	size_t reads = 0;

	f->setup.has_nemesis = true;
	f->setup.count_max = 200;
	r = play(f, gen_any(&f->arena, &f->rng, parts, 2));
	for (size_t i = 0; i < r.count; i++)
		reads += r.ops[i].f == VERB_READ;
	assert_int_equal(reads, 4);
}

static void more_threads_than_bits_of_a_word(void **state)
{
	struct fixture *f = *state;
	bool seen[201] = { false };
	const struct gen_op fault = { .note = "kill" };
	struct generator *parts[] = {
		gen_clients(&f->arena, numbers(f, VERB_READ, 0, 2000)),
		gen_nemesis(&f->arena,
			    gen_limit(&f->arena, 3,
				      gen_constant(&f->arena, &fault))),
	};
	struct simulation_result r;

	f->setup.threads = 200;
	f->setup.has_nemesis = true;
	f->setup.count_max = 5000;
	r = play(f, gen_any(&f->arena, &f->rng, parts, 2));
	assert_int_equal(r.count, 2003);
	for (size_t i = 0; i < r.count; i++)
		seen[r.ops[i].thread] = true;
	for (size_t t = 0; t <= 200; t++)
		assert_true(seen[t]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_allowed_threads_see_it),
		TEST(it_hears_of_allowed_threads_only),
		TEST(what_nobody_may_do_is_exhausted),
		TEST(clients_and_nemesis_work_side_by_side),
		TEST(synchronise_waits_until_all_are_free),
		TEST(phases_never_overlap),
		TEST(clients_synchronise_without_the_nemesis),
		TEST(more_threads_than_bits_of_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
