/* SPDX-License-Identifier: MIT */
#include "harness/workload.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/play_workload.h"

extern const struct workload workload_register;

#define KEYS 10000

/* A store of registers; by key, nil at first. */
struct store {
	struct value registers[KEYS];
};

static enum op_type store_apply(void *state, struct rng *rng,
				struct values *values, struct simulated *op)
{
	struct store *store = state;
	struct action *action = op->actions;
	struct value *at = &store->registers[value_as_int(values, action->key)];

	(void)rng;
	if (action->verb == VERB_READ)
		action->result = *at;
	else if (action->verb == VERB_CAS &&
		 !value_equal(*at, action->expected))
		return OP_FAIL;
	else
		*at = action->arg;
	return OP_OK;
}

static void play(struct played *played, const char *const *settings)
{
	played->outcome = store_apply;
	played->state = heap_zeroed(1, sizeof(struct store));
	assert_true(play_workload(played, &workload_register, settings));
	assert_within_needs(played, &workload_register);
}

static void end(struct played *played)
{
	played_release(played);
	free(played->state);
}

static int64_t key_of(const struct played *played, const struct simulated *op)
{
	return played_int(played, op->actions[0].key);
}

static void written_values_are_distinct_for_each_key(void **state)
{
	static const char *const settings[] = { "ops-per-key=200", NULL };
	static bool seen[100][1000];
	struct played played = { 0 };

	(void)state;
	memset(seen, 0, sizeof(seen));
	play(&played, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t value;

		if (op->f == VERB_READ)
			continue;
		value = played_int(&played, op->actions[0].arg);
		assert_in_range(value, 1, 200);
		assert_false(seen[key_of(&played, op)][value]);
		seen[key_of(&played, op)][value] = true;
	}
	end(&played);
}

static void small_values_come_again(void **state)
{
	static const char *const settings[] = { "values=small", NULL };
	struct played played = { 0 };
	unsigned seen = 0;

	(void)state;
	play(&played, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		if (op->f != VERB_READ)
			seen |= 1u << played_int(&played, op->actions[0].arg);
	}
	assert_int_equal(seen, 0x1f);
	end(&played);
}

static void a_good_share_of_cas_succeeds(void **state)
{
	struct played played = { 0 };
	size_t tried = 0;
	size_t succeeded = 0;

	(void)state;
	play(&played, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		if (played.main.ops[i].f != VERB_CAS)
			continue;
		tried++;
		succeeded += played.main.ops[i].type == OP_OK;
	}
	assert_true(tried > 500);
	assert_true(succeeded > tried / 5);
	end(&played);
}

static void half_of_a_group_only_reads(void **state)
{
	struct played played = { .threads = 20 };
	size_t writes[20] = { 0 };

	(void)state;
	play(&played, NULL);
	for (size_t i = 0; i < played.main.count; i++)
		writes[played.main.ops[i].thread] +=
			played.main.ops[i].f != VERB_READ;
	for (size_t t = 0; t < 20; t++)
		assert_int_equal(writes[t] == 0, t % 10 < 5);
	end(&played);
}

static void somebody_writes_however_many_read(void **state)
{
	static const char *const settings[] = { "readers=100%", "reads=0",
						NULL };
	struct played played = { 0 };
	size_t writes = 0;

	(void)state;
	play(&played, settings);
	for (size_t i = 0; i < played.main.count; i++)
		writes += played.main.ops[i].f != VERB_READ;
	assert_true(writes > 100);
	end(&played);
}

static void each_key_gets_its_number_of_operations(void **state)
{
	static const char *const settings[] = { "ops-per-key=100", "keys=12",
						"threads-per-key=2", NULL };
	struct played played = { 0 };
	size_t counts[12] = { 0 };

	(void)state;
	play(&played, settings);
	assert_int_equal(played.main.end, SIMULATION_EXHAUSTED);
	for (size_t i = 0; i < played.main.count; i++)
		counts[key_of(&played, &played.main.ops[i])]++;
	for (size_t k = 0; k < 12; k++)
		assert_in_range(counts[k], 90, 100);
	end(&played);
}

static void without_cas_none_is_needed(void **state)
{
	static const char *const settings[] = { "cas=0", NULL };
	struct played played = { 0 };

	(void)state;
	play(&played, settings);
	assert_int_equal(workload_register.needs(&played.setup)->verbs,
			 1u << VERB_READ | 1u << VERB_WRITE);
	end(&played);
}

static void every_number_of_threads_will_do(void **state)
{
	(void)state;
	for (size_t threads = 1; threads <= 33; threads++) {
		struct played played = { .threads = threads, .count_max = 300 };
		size_t reads = 0;
		size_t writes = 0;

		play(&played, NULL);
		assert_int_equal(played.main.count, 300);
		for (size_t i = 0; i < played.main.count; i++) {
			reads += played.main.ops[i].f == VERB_READ;
			writes += played.main.ops[i].f != VERB_READ;
		}
		assert_true(reads > 0 && writes > 0);
		end(&played);
	}
}

static void a_group_is_never_one_thread_alone_when_there_are_more(void **state)
{
	struct played played = { .threads = 11 };

	(void)state;
	/* A prime: all of them share a key. */
	play(&played, NULL);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(key_of(&played, &played.main.ops[i]), 0);
	end(&played);
}

static void in_the_end_every_thread_reads_the_last_keys(void **state)
{
	static const char *const settings[] = { "ops-per-key=50",
						"final-keys=30", NULL };
	struct played played = { 0 };
	size_t of_thread[10] = { 0 };
	bool is_read[1000] = { false };
	int64_t last = 0;

	(void)state;
	play(&played, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		int64_t key = key_of(&played, &played.main.ops[i]);

		last = key > last ? key : last;
	}
	for (size_t i = 0; i < played.final.count; i++) {
		const struct simulated *op = &played.final.ops[i];

		assert_int_equal(op->f, VERB_READ);
		is_read[key_of(&played, op)] = true;
		of_thread[op->thread] += key_of(&played, op) == last;
	}
	assert_int_equal(played.final.count, 30 + 10 * 8);
	for (int64_t key = last - 29; key <= last; key++)
		assert_true(is_read[key]);
	for (size_t t = 0; t < 10; t++)
		assert_true(of_thread[t] >= 1);
	end(&played);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refuses(&workload_register, "ops-per-key=-1",
		       "option ops-per-key: -1 is not between 0 and "
		       "1000000000");
	assert_refuses(&workload_register, "readers=150%",
		       "option readers: 1.5 is not between 0 and 1 (100%)");
	assert_refuses(&workload_register, "cas=-1",
		       "option cas: -1 is not between 0 and 1000000");
}

static void the_seed_determines_the_operations(void **state)
{
	(void)state;
	assert_determined_by_seed(&workload_register, simulate_imperfect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_values_are_distinct_for_each_key),
		cmocka_unit_test(small_values_come_again),
		cmocka_unit_test(a_good_share_of_cas_succeeds),
		cmocka_unit_test(half_of_a_group_only_reads),
		cmocka_unit_test(somebody_writes_however_many_read),
		cmocka_unit_test(each_key_gets_its_number_of_operations),
		cmocka_unit_test(without_cas_none_is_needed),
		cmocka_unit_test(every_number_of_threads_will_do),
		cmocka_unit_test(
			a_group_is_never_one_thread_alone_when_there_are_more),
		cmocka_unit_test(in_the_end_every_thread_reads_the_last_keys),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_seed_determines_the_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
