/* SPDX-License-Identifier: MIT */
/* The workloads append and wr. */
#include "harness/workload.h"

#include <string.h>

#include "tests/support/play_workload.h"

extern const struct workload workload_append;
extern const struct workload workload_wr;

#define KEYS 100000
#define VALUES 257

static void play(struct played *played, const struct workload *workload,
		 const char *const *settings)
{
	assert_true(play_workload(played, workload, settings));
	assert_within_needs(played, workload);
}

static void each_write_of_a_key_has_its_own_value(void **state)
{
	static const struct workload *const both[] = { &workload_append,
						       &workload_wr };
	static int64_t last[KEYS];

	(void)state;
	for (size_t w = 0; w < 2; w++) {
		struct played played = { .outcome = simulate_imperfect };

		memset(last, 0, sizeof(last));
		play(&played, both[w], NULL);
		for (size_t i = 0; i < played.main.count; i++) {
			const struct simulated *op = &played.main.ops[i];

			for (size_t j = 0; j < op->action_count; j++) {
				const struct action *a = &op->actions[j];
				int64_t key = played_int(&played, a->key);

				if (a->verb == VERB_READ)
					continue;
				assert_int_equal(played_int(&played, a->arg),
						 ++last[key]);
				assert_true(last[key] < VALUES);
			}
		}
		played_release(&played);
	}
}

static void lengths_keep_to_their_bounds(void **state)
{
	static const char *const settings[] = { "min-txn-length=2",
						"max-txn-length=7", NULL };
	struct played played = { 0 };
	size_t counts[8] = { 0 };

	(void)state;
	play(&played, &workload_append, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		assert_in_range(played.main.ops[i].action_count, 2, 7);
		counts[played.main.ops[i].action_count]++;
	}
	for (size_t length = 2; length <= 7; length++)
		assert_in_range(counts[length], 5000 / 6 - 150, 5000 / 6 + 150);
	played_release(&played);
}

/* Which share of actions is on the last of ten keys, in hundredths of a
 * percent; without writes, no other takes its place. */
static size_t share_of_last_key(const char *distribution)
{
	const char *const settings[] = { distribution, "read-only=100%", NULL };
	struct played played = { .count_max = 20000 };
	size_t last = 0;
	size_t all = 0;

	play(&played, &workload_append, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		for (size_t j = 0; j < op->action_count; j++) {
			all++;
			last += played_int(&played, op->actions[j].key) == 9;
		}
	}
	played_release(&played);
	return last * 10000 / all;
}

static void keys_are_chosen_as_the_distribution_says(void **state)
{
	(void)state;
	/* 1/10, 1/10 of 1/H(10), 1/1023 */
	assert_in_range(share_of_last_key("key-distribution=uniform"), 950,
			1050);
	assert_in_range(share_of_last_key("key-distribution=zipf"), 310, 370);
	assert_in_range(share_of_last_key("key-distribution=exponential"), 5,
			15);
}

static void keys_live_short_and_long(void **state)
{
	static const char *const settings[] = { "max-writes-per-key=64", NULL };
	static size_t writes[KEYS];
	struct played played = { .count_max = 20000 };
	size_t few = 0;
	size_t many = 0;
	int64_t last = 0;

	(void)state;
	memset(writes, 0, sizeof(writes));
	play(&played, &workload_append, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		for (size_t j = 0; j < op->action_count; j++) {
			int64_t key = played_int(&played, op->actions[j].key);

			last = key > last ? key : last;
			writes[key] += op->actions[j].verb == VERB_APPEND;
		}
	}
	for (int64_t key = 0; key <= last; key++) {
		assert_true(writes[key] <= 64);
		few += writes[key] <= 4;
		many += writes[key] > 32;
	}
	assert_true(few > (size_t)last / 5);
	assert_true(many > (size_t)last / 20);
	played_release(&played);
}

static size_t read_only_share(const char *setting)
{
	const char *const settings[] = { setting, "min-txn-length=4", NULL };
	struct played played = { 0 };
	size_t count = 0;

	play(&played, &workload_wr, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		bool is_read_only = true;

		for (size_t j = 0; j < op->action_count; j++)
			is_read_only &= op->actions[j].verb == VERB_READ;
		count += is_read_only;
	}
	played_release(&played);
	return count;
}

static void so_many_only_read(void **state)
{
	(void)state;
	/* of 5000, beside those that only read by chance: 1/16 */
	assert_in_range(read_only_share("read-only=0"), 200, 430);
	assert_in_range(read_only_share("read-only=50%"), 2450, 2850);
	assert_int_equal(read_only_share("read-only=100%"), 5000);
}

static void in_the_end_the_last_keys_are_read(void **state)
{
	static const char *const settings[] = { "final-keys=30", NULL };
	struct played played = { 0 };
	static bool is_read[KEYS];
	int64_t last = 0;

	(void)state;
	memset(is_read, 0, sizeof(is_read));
	play(&played, &workload_append, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		for (size_t j = 0; j < op->action_count; j++) {
			int64_t key = played_int(&played, op->actions[j].key);

			last = key > last ? key : last;
		}
	}
	for (size_t i = 0; i < played.final.count; i++) {
		const struct simulated *op = &played.final.ops[i];

		for (size_t j = 0; j < op->action_count; j++) {
			assert_int_equal(op->actions[j].verb, VERB_READ);
			is_read[played_int(&played, op->actions[j].key)] = true;
		}
	}
	for (int64_t key = last - 28; key <= last; key++)
		assert_true(is_read[key]);
	/* 30 keys by four, and 8 by each of ten threads */
	assert_int_equal(played.final.count, 8 + 10 * 2);
	played_release(&played);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refuses(&workload_append, "min-txn-length=9",
		       "option max-txn-length: 4 is not between 9 and 64");
	assert_refuses(&workload_wr, "key-count=0",
		       "option key-count: 0 is not between 1 and 1000000");
	assert_refuses(&workload_wr, "read-only=-0.5",
		       "option read-only: -0.5 is not between 0 and 1 (100%)");
}

static void the_seed_determines_the_operations(void **state)
{
	(void)state;
	assert_determined_by_seed(&workload_append, simulate_imperfect);
	assert_determined_by_seed(&workload_wr, simulate_imperfect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_write_of_a_key_has_its_own_value),
		cmocka_unit_test(lengths_keep_to_their_bounds),
		cmocka_unit_test(keys_are_chosen_as_the_distribution_says),
		cmocka_unit_test(keys_live_short_and_long),
		cmocka_unit_test(so_many_only_read),
		cmocka_unit_test(in_the_end_the_last_keys_are_read),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_seed_determines_the_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
