/* SPDX-License-Identifier: MIT */
#include "harness/core/generator.h"

#include "tests/support/simulate_fixture.h"

static void a_sequence_does_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 10),
				      numbers(f, VERB_READ, 0, 0),
				      numbers(f, VERB_CAS, 10, 30) };
	struct simulation_result r = play(f, gen_sequence(&f->arena, parts, 3));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 30);
	for (size_t i = 0; i < 30; i++) {
		assert_int_equal(r.ops[i].f, i < 10 ? VERB_WRITE : VERB_CAS);
		assert_int_equal(simulated_number(&r.ops[i]), i);
	}
	r = play(f, gen_sequence(&f->arena, NULL, 0));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 0);
}

static size_t count_of(const struct simulation_result *r, enum verb verb)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->ops[i].f == verb;
	return count;
}

static void a_mix_keeps_to_its_weights(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 10000),
				      numbers(f, VERB_READ, 0, 10000),
				      numbers(f, VERB_CAS, 0, 10000) };
	const uint32_t weights[] = { 10, 30, 0 };
	struct simulation_result r =
		play(f, gen_mix(&f->arena, &f->rng, parts, weights, 3));

	assert_int_equal(r.count, 1000);
	assert_in_range(count_of(&r, VERB_WRITE), 200, 300);
	assert_int_equal(count_of(&r, VERB_CAS), 0);
}

static void a_mix_of_equals_is_even(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 10000),
				      numbers(f, VERB_READ, 0, 10000) };
	struct simulation_result r =
		play(f, gen_mix(&f->arena, &f->rng, parts, NULL, 2));

	assert_in_range(count_of(&r, VERB_WRITE), 440, 560);
}

static void a_mix_goes_on_with_what_is_left(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 3),
				      numbers(f, VERB_READ, 0, 100) };
	struct simulation_result r =
		play(f, gen_mix(&f->arena, &f->rng, parts, NULL, 2));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(count_of(&r, VERB_WRITE), 3);
	assert_int_equal(count_of(&r, VERB_READ), 100);
	assert_int_equal(r.ops[102].f, VERB_READ);
}

static void a_pending_child_blocks_its_mix(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = {
		gen_sleep(&f->arena, 5000),
		numbers(f, VERB_READ, 0, 50),
	};
	const uint32_t weights[] = { 1000000, 1 };
	struct simulation_result r =
		play(f, gen_mix(&f->arena, &f->rng, parts, weights, 2));

	assert_int_equal(r.count, 50);
	assert_true(r.ops[0].invoke_ns >= 5000);
}

static void any_takes_the_soonest(void **state)
{
	struct fixture *f = *state;
	struct generator *late[] = { gen_sleep(&f->arena, 700),
				     numbers(f, VERB_WRITE, 0, 1) };
	struct generator *parts[] = {
		gen_delay(&f->arena, 300, numbers(f, VERB_READ, 0, 5)),
		gen_sequence(&f->arena, late, 2),
	};
	struct simulation_result r =
		play(f, gen_any(&f->arena, &f->rng, parts, 2));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 6);
	/* reads at 0, 300, 600, 900, 1200; the write at 700 */
	assert_int_equal(r.ops[3].f, VERB_WRITE);
	assert_int_equal(r.ops[3].invoke_ns, 700);
	assert_int_equal(r.ops[4].invoke_ns, 900);
	assert_int_equal(r.ops[5].invoke_ns, 1200);
}

static void any_decides_ties_by_chance(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 1000),
				      numbers(f, VERB_READ, 0, 1000),
				      numbers(f, VERB_CAS, 0, 1000) };
	struct simulation_result r =
		play(f, gen_any(&f->arena, &f->rng, parts, 3));

	assert_in_range(count_of(&r, VERB_WRITE), 270, 400);
	assert_in_range(count_of(&r, VERB_READ), 270, 400);
	assert_in_range(count_of(&r, VERB_CAS), 270, 400);
}

static void any_ends_when_all_have_ended(void **state)
{
	struct fixture *f = *state;
	struct generator *parts[] = { numbers(f, VERB_WRITE, 0, 2),
				      numbers(f, VERB_READ, 0, 70),
				      gen_sleep(&f->arena, 1000000) };
	struct simulation_result r =
		play(f, gen_any(&f->arena, &f->rng, parts, 3));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 72);
	assert_int_equal(r.end_ns, 1000000);
}

static void a_flip_flop_alternates(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r =
		play(f, gen_flip_flop(&f->arena, numbers(f, VERB_WRITE, 0, 5),
				      numbers(f, VERB_READ, 0, 100)));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	/* five of each, and then it is the turn of one that has ended */
	assert_int_equal(r.count, 10);
	for (size_t i = 0; i < r.count; i++) {
		assert_int_equal(r.ops[i].f, i % 2 ? VERB_READ : VERB_WRITE);
		assert_int_equal(simulated_number(&r.ops[i]), i / 2);
	}
}

static void repeat_does_the_first_again(void **state)
{
	struct fixture *f = *state;
	struct simulation_result r = play(
		f, gen_repeat(&f->arena, 25, numbers(f, VERB_WRITE, 7, 100)));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 25);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(simulated_number(&r.ops[i]), 7);
	r = play(f, gen_repeat(&f->arena, 0, numbers(f, VERB_WRITE, 7, 8)));
	assert_int_equal(r.end, SIMULATION_CUT);
	r = play(f, gen_repeat(&f->arena, 0, numbers(f, VERB_WRITE, 7, 7)));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
}

struct rounds {
	struct fixture *f;
	int64_t empty_round;
	uint64_t made;
};

static struct generator *make_round(void *state, struct arena *arena,
				    uint64_t number)
{
	struct rounds *rounds = state;
	int64_t first = (int64_t)number * 10;

	assert_int_equal(number, rounds->made++);
	assert_int_equal(arena->bytes, 0); /* the last round is gone */
	if ((int64_t)number == rounds->empty_round)
		return simulate_numbers(arena, VERB_WRITE, 0, 0);
	return simulate_numbers(arena, VERB_WRITE, first, first + 10);
}

static void a_cycle_starts_again_from_the_start(void **state)
{
	struct fixture *f = *state;
	struct rounds rounds = { .f = f, .empty_round = -1 };
	struct simulation_result r =
		play(f, gen_cycle(&f->arena, make_round, &rounds, 6));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 60);
	for (size_t i = 0; i < r.count; i++)
		assert_int_equal(simulated_number(&r.ops[i]), i);
}

static void a_cycle_without_number_goes_on(void **state)
{
	struct fixture *f = *state;
	struct rounds rounds = { .f = f, .empty_round = -1 };
	struct simulation_result r =
		play(f, gen_cycle(&f->arena, make_round, &rounds, 0));

	assert_int_equal(r.end, SIMULATION_CUT);
	assert_int_equal(r.count, 1000);
}

static void an_empty_round_ends_a_cycle(void **state)
{
	struct fixture *f = *state;
	struct rounds rounds = { .f = f, .empty_round = 3 };
	struct simulation_result r =
		play(f, gen_cycle(&f->arena, make_round, &rounds, 0));

	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 30);
}

static void rounds_do_not_pile_up_in_memory(void **state)
{
	struct fixture *f = *state;
	struct rounds rounds = { .f = f, .empty_round = -1 };
	struct arena arena = { 0 };
	struct generator *g = gen_cycle(&arena, make_round, &rounds, 0);
	const uint64_t free = 0xf;
	struct gen_context context = { .threads = 4,
				       .total = 4,
				       .free = &free };
	struct gen_op op;
	size_t bytes = arena.bytes;

	for (int i = 0; i < 100000; i++) {
		assert_int_equal(generator_offer(g, &context, &op), GEN_OP);
		generator_take(g, &context, &op);
	}
	assert_int_equal(arena.bytes, bytes);
	assert_int_equal(rounds.made, 10000);
	arena_release(&arena);
}

struct stubborn {
	int64_t succeeds; /* this number and those after it */
};

static enum op_type stubborn_outcome(void *state, struct rng *rng,
				     struct values *values,
				     struct simulated *op)
{
	const struct stubborn *stubborn = state;

	(void)rng;
	(void)values;
	if (simulated_number(op) >= stubborn->succeeds)
		return OP_OK;
	return simulated_number(op) % 2 ? OP_FAIL : OP_INFO;
}

static void until_ok_stops_when_it_worked(void **state)
{
	struct fixture *f = *state;
	struct stubborn stubborn = { .succeeds = 40 };
	struct simulation_result r;

	f->setup.threads = 1;
	f->setup.outcome = stubborn_outcome;
	f->setup.state = &stubborn;
	r = play(f, gen_until_ok(&f->arena, numbers(f, VERB_WRITE, 0, 500)));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(r.count, 41);
	assert_int_equal(r.ops[40].type, OP_OK);
}

static void until_ok_is_not_deceived_by_others(void **state)
{
	struct fixture *f = *state;
	struct stubborn stubborn = { .succeeds = 1000 };
	struct generator *parts[] = {
		numbers(f, VERB_READ, 5000, 5100), /* always ok */
		gen_until_ok(&f->arena, numbers(f, VERB_WRITE, 0, 100)),
	};
	struct simulation_result r;

	f->setup.outcome = stubborn_outcome;
	f->setup.state = &stubborn;
	r = play(f, gen_any(&f->arena, &f->rng, parts, 2));
	assert_int_equal(r.end, SIMULATION_EXHAUSTED);
	assert_int_equal(count_of(&r, VERB_READ), 100);
	assert_int_equal(count_of(&r, VERB_WRITE), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sequence_does_one_after_the_other),
		TEST(a_mix_keeps_to_its_weights),
		TEST(a_mix_of_equals_is_even),
		TEST(a_mix_goes_on_with_what_is_left),
		TEST(a_pending_child_blocks_its_mix),
		TEST(any_takes_the_soonest),
		TEST(any_decides_ties_by_chance),
		TEST(any_ends_when_all_have_ended),
		TEST(a_flip_flop_alternates),
		TEST(repeat_does_the_first_again),
		TEST(a_cycle_starts_again_from_the_start),
		TEST(a_cycle_without_number_goes_on),
		TEST(an_empty_round_ends_a_cycle),
		TEST(rounds_do_not_pile_up_in_memory),
		TEST(until_ok_stops_when_it_worked),
		TEST(until_ok_is_not_deceived_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
