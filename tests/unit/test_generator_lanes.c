/* SPDX-License-Identifier: MIT */
#include "harness/core/generator.h"

#include <string.h>

#include "tests/support/simulate_fixture.h"

static void reserved_threads_keep_to_their_own(void **state)
{
	struct fixture *f = *state;
	static const enum verb verbs[] = { VERB_READ, VERB_WRITE, VERB_CAS };
	const size_t sizes[] = { 3, 2 };
	struct generator *parts[] = { numbers(f, VERB_READ, 0, 300),
				      numbers(f, VERB_WRITE, 0, 300),
				      numbers(f, VERB_CAS, 0, 300) };
	struct simulation_result r;

	f->setup.threads = 9;
	f->setup.has_nemesis = true;
	r = play(f, gen_reserve(&f->arena, &f->rng, sizes, parts, 2));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 900);
	for (size_t i = 0; i < r.count; i++) {
		size_t t = r.ops[i].thread;

		assert_true(t < 9);
		assert_int_equal(r.ops[i].f, verbs[t < 3 ? 0 : t < 5 ? 1 : 2]);
	}
}

static void a_reserve_larger_than_the_threads_still_ends(void **state)
{
	struct fixture *f = *state;
	const size_t sizes[] = { 3, 2 };
	struct generator *parts[] = { numbers(f, VERB_READ, 0, 30),
				      numbers(f, VERB_WRITE, 0, 30),
				      numbers(f, VERB_CAS, 0, 30) };
	struct simulation_result r =
		play(f, gen_reserve(&f->arena, &f->rng, sizes, parts, 2));

	/* four threads: three read, one writes, nobody is left for cas */
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 60);
}

static struct generator *make_ten(void *state, struct arena *arena,
				  uint64_t number)
{
	int64_t first = (int64_t)number * 10;

	(void)state;
	return simulate_numbers(arena, VERB_WRITE, first, first + 10);
}

static void each_thread_has_a_copy_of_its_own(void **state)
{
	struct fixture *f = *state;
	int64_t next[4] = { 0, 10, 20, 30 };
	struct simulation_result r;

	f->setup.has_nemesis = true;
	r = play(f, gen_each_thread(&f->arena, &f->rng, make_ten, NULL));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 40);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(simulated_number(&r.ops[i]),
				 next[r.ops[i].thread]++);
}

static struct generator *make_synchronised(void *state, struct arena *arena,
					   uint64_t number)
{
	return gen_synchronize(arena, make_ten(state, arena, number));
}

static void a_copy_synchronises_with_its_own_thread_alone(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r =
		play(f, gen_each_thread(&f->arena, &f->rng, make_synchronised,
					NULL));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 40);
}

static int64_t key_of(const struct simulated *op)
{
	return value_as_int(NULL, op->actions[0].key);
}

static void each_key_is_worked_to_its_end_by_one_group(void **state)
{
	struct fixture *f = *state;
	size_t group_of[20];
	size_t done[20] = { 0 };
	struct simulation_result r;

	f->setup.threads = 6;
	r = play(f, gen_independent(&f->arena, &f->rng, 2, 20, make_ten, NULL));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 200);
	for (size_t i = 0; i < r.count; i++) {
		size_t key = (size_t)key_of(&r.ops[i]);
		size_t group = r.ops[i].thread / 2;

		assert_true(key < 20);
		if (!done[key])
			group_of[key] = group;
		assert_int_equal(group, group_of[key]);
		assert_int_equal(simulated_number(&r.ops[i]),
				 key * 10 + done[key]++);
	}
}

static void keys_begin_in_order_and_all_groups_are_busy(void **state)
{
	struct fixture *f = *state;
	bool is_busy[3] = { false };
	int64_t begun = 0;
	struct simulation_result r;

	f->setup.threads = 6;
	r = play(f, gen_independent(&f->arena, &f->rng, 2, 20, make_ten, NULL));
	for (size_t i = 0; i < r.count; i++) {
		if (key_of(&r.ops[i]) == begun)
			begun++;
		assert_true(key_of(&r.ops[i]) < begun);
		if (i < 6)
			is_busy[r.ops[i].thread / 2] = true;
	}
	assert_true(is_busy[0] && is_busy[1] && is_busy[2]);
}

struct listening {
	bool has_strangers;
	size_t heard;
};

struct one_key {
	struct listening *listening;
	int64_t key;
};

static void listen(void *state, const struct gen_context *context,
		   const struct gen_event *event)
{
	struct one_key *self = state;

	(void)context;
	self->listening->heard++;
	if (value_as_int(NULL, event->actions[0].key) != self->key)
		self->listening->has_strangers = true;
}

static struct generator *make_listening(void *state, struct arena *arena,
					uint64_t number)
{
	struct one_key *self;

	assert_int_equal(arena->bytes, 0); /* the key before is gone */
	self = arena_alloc(arena, sizeof(*self));
	self->listening = state;
	self->key = (int64_t)number;
	return gen_hear(arena, listen, self, make_ten(NULL, arena, number));
}

static void a_key_hears_of_its_own_operations_only(void **state)
{
	struct fixture *f = *state;
	struct listening listening = { false, 0 };
	struct simulation_result r;

	f->setup.outcome = simulate_imperfect;
	r = play(f, gen_independent(&f->arena, &f->rng, 4, 50, make_listening,
				    &listening));
	assert_int_equal(r.count, 500);
	assert_false(listening.has_strangers);
	/* all invocations, and most completions: the last few of a key come
	 * when it has already ended */
	assert_in_range(listening.heard, 800, 1000);
}

static void keys_without_end_do_not_pile_up_in_memory(void **state)
{
	struct fixture *f = *state;
	struct listening listening = { false, 0 };
	struct arena arena = { 0 };
	struct generator *g = gen_independent(&arena, &f->rng, 2, 0,
					      make_listening, &listening);
	const uint64_t free = 0xf;
	struct gen_context context = {
		.threads = 4, .total = 4, .free = &free, .asker = SIZE_MAX
	};
	struct gen_op op;
	size_t bytes = 0;

	for (int i = 0; i < 100000; i++) {
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		generator_take(g, &context, &op);
		if (i == 100)
			bytes = arena.bytes;
	}
	assert_int_equal(arena.bytes, bytes);
	assert_in_range(value_as_int(NULL, op.actions[0].key), 9990, 10000);
	arena_release(&arena);
}

static struct generator *make_nothing(void *state, struct arena *arena,
				      uint64_t number)
{
	(void)state;
	(void)number;
	return simulate_numbers(arena, VERB_WRITE, 0, 0);
}

static void keys_with_nothing_to_do_end_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(play(f, gen_independent(&f->arena, &f->rng, 2, 0,
						 make_nothing, NULL))
				 .end,
			 SIMULATION_EXHAUSTED);
	assert_int_equal(play(f, gen_independent(&f->arena, &f->rng, 2, 50,
						 make_nothing, NULL))
				 .end,
			 SIMULATION_EXHAUSTED);
}

static struct generator *make_reserved(void *state, struct arena *arena,
				       uint64_t number)
{
	static const size_t sizes[] = { 1 };
	struct fixture *f = state;
	struct generator *parts[] = {
		simulate_numbers(arena, VERB_READ, 0, 1000),
		simulate_numbers(arena, VERB_WRITE, 0, 1000),
	};

	(void)number;
	return gen_limit(arena, 40,
			 gen_reserve(arena, &f->rng, sizes, parts, 1));
}

static void each_group_reserves_among_its_own_threads(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r =
		play(f, gen_independent(&f->arena, &f->rng, 2, 10,
					make_reserved, f));

	assert_int_equal(r.count, 400);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(r.ops[i].f, r.ops[i].thread % 2 == 0
						     ? VERB_READ
						     : VERB_WRITE);
}

static void a_lane_that_pauses_does_not_wait_for_a_slow_one(void **state)
{
	struct fixture *f = *state;
	const size_t sizes[] = { 2 };
	struct generator *late[] = { gen_sleep(&f->arena, 700),
				     numbers(f, VERB_WRITE, 0, 1) };
	struct generator *lanes[] = {
		gen_delay(&f->arena, 1000, numbers(f, VERB_READ, 0, 5)),
		gen_sequence(&f->arena, late, 2),
	};
	struct simulation_result r =
		play(f, gen_reserve(&f->arena, &f->rng, sizes, lanes, 1));

	assert_int_equal(r.count, 6);
	assert_int_equal(r.ops[1].f, VERB_WRITE);
	assert_int_equal(r.ops[1].invoke_ns, 700);
	assert_int_equal(r.ops[2].invoke_ns, 1000);
}

static bool is_odd(const void *state, size_t thread)
{
	(void)state;
	return thread % 2 == 1;
}

static void groups_are_made_of_the_threads_it_may_use(void **state)
{
	struct fixture *f = *state;
	struct generator *g =
		gen_independent(&f->arena, &f->rng, 2, 30, make_ten, NULL);
	struct simulation_result r;

	/* Threads 1 3, 5 7, 9 11 are the groups. */
	f->setup.threads = 12;
	r = play(f, gen_on_threads(&f->arena, is_odd, NULL, g));
	assert_int_equal(r.count, 300);
	for (size_t i = 0; i < r.count; i++) {
		assert_true(r.ops[i].thread % 2 == 1);
		for (size_t j = 0; j < i; j++) {
			if (key_of(&r.ops[i]) == key_of(&r.ops[j]))
				assert_int_equal(r.ops[i].thread / 4,
						 r.ops[j].thread / 4);
		}
	}
}

static void stacks_of_many_kinds_keep_the_contract(void **state)
{
	struct fixture *f = *state;
	struct generator *g =
		gen_independent(&f->arena, &f->rng, 4, 0, make_reserved, f);
	const struct gen_op fault = { .note = "kill" };
	struct generator *nemesis = gen_stagger(
		&f->arena, &f->rng, 5000, gen_constant(&f->arena, &fault));
	struct generator *sides[2];
	struct simulation_result r;

	g = gen_stagger(&f->arena, &f->rng, 50, g);
	sides[0] = gen_clients(&f->arena, g);
	sides[1] = gen_nemesis(&f->arena, nemesis);
	g = gen_any(&f->arena, &f->rng, sides, 2);
	f->setup.threads = 64;
	f->setup.has_nemesis = true;
	f->setup.count_max = 20000;
	f->setup.outcome = simulate_imperfect;
	r = play(f, gen_time_limit(&f->arena, 500000, g));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_in_range(r.count, 9000, 11000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reserved_threads_keep_to_their_own),
		TEST(a_reserve_larger_than_the_threads_still_ends),
		TEST(each_thread_has_a_copy_of_its_own),
		TEST(a_copy_synchronises_with_its_own_thread_alone),
		TEST(each_key_is_worked_to_its_end_by_one_group),
		TEST(keys_begin_in_order_and_all_groups_are_busy),
		TEST(a_key_hears_of_its_own_operations_only),
		TEST(keys_without_end_do_not_pile_up_in_memory),
		TEST(keys_with_nothing_to_do_end_it),
		TEST(each_group_reserves_among_its_own_threads),
		TEST(a_lane_that_pauses_does_not_wait_for_a_slow_one),
		TEST(groups_are_made_of_the_threads_it_may_use),
		TEST(stacks_of_many_kinds_keep_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
