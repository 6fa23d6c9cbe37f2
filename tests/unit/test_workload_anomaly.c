/* SPDX-License-Identifier: MIT */
/* Workloads that look for one anomaly: bank, long-fork, write-skew, causal,
 * convergence. */
#include "harness/workload.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/play_workload.h"

extern const struct workload workload_bank;
extern const struct workload workload_long_fork;
extern const struct workload workload_g2;
extern const struct workload workload_write_skew;
extern const struct workload workload_causal;
extern const struct workload workload_convergence;

#define KEYS 20000

/* A store of registers with serial transactions. */
struct store {
	struct value registers[KEYS];
};

static enum op_type store_apply(void *state, struct rng *rng,
				struct values *values, struct simulated *op)
{
	struct store *store = state;

	(void)rng;
	for (size_t i = 0; i < op->action_count; i++) {
		struct action *action = &op->actions[i];

		if (action->verb == VERB_CAS &&
		    !value_equal(action->expected,
				 store->registers[value_as_int(values,
							       action->key)]))
			return OP_FAIL;
	}
	for (size_t i = 0; i < op->action_count; i++) {
		struct action *action = &op->actions[i];
		struct value *at =
			&store->registers[value_as_int(values, action->key)];

		if (action->verb == VERB_READ)
			action->result = *at;
		else
			*at = action->arg;
	}
	return OP_OK;
}

static void play(struct played *played, const struct workload *workload,
		 const char *const *settings)
{
	played->outcome = store_apply;
	played->state = heap_zeroed(1, sizeof(struct store));
	assert_true(play_workload(played, workload, settings));
	assert_within_needs(played, workload);
}

static void end(struct played *played)
{
	played_release(played);
	free(played->state);
}

static int64_t key_of(const struct played *played, const struct simulated *op,
		      size_t i)
{
	return played_int(played, op->actions[i].key);
}

static int64_t total_read(const struct played *played,
			  const struct simulated *op)
{
	int64_t total = 0;

	assert_int_equal(op->action_count, 8);
	for (size_t i = 0; i < 8; i++)
		total += played_int(played, op->actions[i].result);
	return total;
}

static void a_sound_bank_keeps_its_total(void **state)
{
	struct played played = { 0 };
	size_t transfers = 0;
	size_t succeeded = 0;

	(void)state;
	play(&played, &workload_bank, NULL);
	for (size_t i = 1; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		if (op->actions[0].verb == VERB_READ) {
			assert_int_equal(total_read(&played, op), 100);
			continue;
		}
		transfers++;
		succeeded += op->type == OP_OK;
	}
	assert_true(transfers > 2000);
	assert_true(succeeded > transfers / 5);
	assert_int_equal(played.final.count, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(total_read(&played, &played.final.ops[i]),
				 100);
	end(&played);
}

static void a_transfer_moves_money_that_is_there(void **state)
{
	struct played played = { 0 };

	(void)state;
	play(&played, &workload_bank, NULL);
	for (size_t i = 1; i < played.main.count; i++) {
		const struct action *a = played.main.ops[i].actions;
		int64_t taken;
		int64_t given;

		if (a[0].verb == VERB_READ)
			continue;
		assert_int_equal(played.main.ops[i].action_count, 2);
		assert_false(value_equal(a[0].key, a[1].key));
		taken = played_int(&played, a[0].expected) -
			played_int(&played, a[0].arg);
		given = played_int(&played, a[1].arg) -
			played_int(&played, a[1].expected);
		assert_int_equal(taken, given);
		assert_in_range(taken, 1, 5);
		assert_true(played_int(&played, a[0].arg) >= 0);
	}
	end(&played);
}

static void accounts_are_opened_before_all_else(void **state)
{
	static const char *const settings[] = { "accounts=7", "total=30",
						NULL };
	struct played played = { 0 };
	const struct simulated *first;
	int64_t total = 0;

	(void)state;
	play(&played, &workload_bank, settings);
	first = &played.main.ops[0];
	assert_int_equal(first->action_count, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(first->actions[i].verb, VERB_WRITE);
		total += played_int(&played, first->actions[i].arg);
	}
	assert_int_equal(total, 30);
	assert_true(played.main.ops[1].invoke_ns >= first->complete_ns);
	assert_string_equal(workload_bank.checker_options(&played.setup)[3],
			    "30");
	end(&played);
}

static void accounts_are_opened_again_until_it_is_certain(void **state)
{
	struct played played = { .outcome = simulate_info, .count_max = 100 };

	(void)state;
	assert_true(play_workload(&played, &workload_bank, NULL));
	for (size_t i = 0; i < played.main.count; i++) {
		assert_int_equal(played.main.ops[i].actions[0].verb,
				 VERB_WRITE);
		assert_int_equal(played.main.ops[i].thread, 0);
	}
	played_release(&played);
}

static void each_key_of_a_long_fork_is_written_once(void **state)
{
	static bool is_written[KEYS];
	struct played played = { 0 };
	int64_t next = 0;

	(void)state;
	memset(is_written, 0, sizeof(is_written));
	play(&played, &workload_long_fork, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		if (op->actions[0].verb != VERB_WRITE)
			continue;
		assert_int_equal(op->action_count, 1);
		assert_int_equal(key_of(&played, op, 0), next++);
	}
	assert_true(next > 1000);
	end(&played);
}

static void a_writer_reads_its_group_next(void **state)
{
	static const char *const settings[] = { "group-size=3", NULL };
	struct played played = { 0 };
	int64_t wrote[10];

	(void)state;
	memset(wrote, 0xff, sizeof(wrote));
	play(&played, &workload_long_fork, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t group = key_of(&played, op, 0) / 3;

		if (op->actions[0].verb == VERB_WRITE) {
			assert_int_equal(wrote[op->thread], -1);
			wrote[op->thread] = group;
			continue;
		}
		assert_int_equal(op->action_count, 3);
		for (size_t j = 1; j < 3; j++)
			assert_int_equal(key_of(&played, op, j) / 3, group);
		if (wrote[op->thread] >= 0)
			assert_int_equal(group, wrote[op->thread]);
		wrote[op->thread] = -1;
	}
	end(&played);
}

static void skewed_writers_read_both_and_write_one(void **state)
{
	static int64_t last[KEYS];
	struct played played = { 0 };
	size_t of_side[2] = { 0 };

	(void)state;
	memset(last, 0, sizeof(last));
	play(&played, &workload_write_skew, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t key = key_of(&played, op, 2);
		int64_t value = played_int(&played, op->actions[2].arg);

		assert_int_equal(op->action_count, 3);
		assert_int_equal(key_of(&played, op, 0) ^ 1,
				 key_of(&played, op, 1));
		assert_int_equal(key / 2, key_of(&played, op, 0) / 2);
		assert_int_equal(op->actions[2].verb, VERB_WRITE);
		assert_true(value > last[key]);
		last[key] = value;
		of_side[key % 2]++;
	}
	assert_in_range(of_side[0], 2450, 2550);
	end(&played);
}

static void concurrent_neighbours_write_different_sides(void **state)
{
	struct played played = { 0 };
	size_t could_skew = 0;

	(void)state;
	play(&played, &workload_write_skew, NULL);
	for (size_t i = 1; i < played.main.count; i++) {
		const struct simulated *a = &played.main.ops[i - 1];
		const struct simulated *b = &played.main.ops[i];

		could_skew +=
			b->invoke_ns < a->complete_ns &&
			(key_of(&played, a, 2) ^ key_of(&played, b, 2)) == 1;
	}
	assert_true(could_skew > played.main.count / 2);
	end(&played);
}

static void of_two_inserts_each_has_a_table_of_its_own(void **state)
{
	struct played played = { 0 };

	(void)state;
	play(&played, &workload_g2, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t group = (int64_t)i / 2;

		assert_int_equal(op->action_count, 3);
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(op->actions[j].object, OBJECT_SET);
		assert_int_equal(key_of(&played, op, 0) / 2, group);
		assert_int_equal(key_of(&played, op, 0) ^ 1,
				 key_of(&played, op, 1));
		assert_int_equal(op->actions[2].verb, VERB_ADD);
		assert_int_equal(key_of(&played, op, 2),
				 group * 2 + (int64_t)(i % 2));
	}
	end(&played);
}

static void causal_values_are_written_once(void **state)
{
	static int64_t last[KEYS];
	struct played played = { 0 };
	size_t reads = 0;

	(void)state;
	memset(last, 0, sizeof(last));
	play(&played, &workload_causal, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t key = key_of(&played, op, 0);

		reads += op->f == VERB_READ;
		if (op->f == VERB_WRITE)
			assert_int_equal(
				played_int(&played, op->actions[0].arg),
				++last[key]);
		assert_true(last[key] <= 100);
	}
	assert_in_range(reads, 2850, 3150);
	end(&played);
}

static void replicas_get_time_and_then_every_thread_reads(void **state)
{
	static const char *const settings[] = { "converge-within=5s",
						"final-keys=20", NULL };
	struct played played = { 0 };
	size_t of_thread[10] = { 0 };

	(void)state;
	play(&played, &workload_convergence, settings);
	assert_int_equal(played.final.count, 200);
	for (size_t i = 0; i < played.final.count; i++) {
		assert_true(played.final.ops[i].invoke_ns >=
			    INT64_C(5000000000));
		of_thread[played.final.ops[i].thread]++;
	}
	for (size_t t = 0; t < 10; t++)
		assert_int_equal(of_thread[t], 20);
	end(&played);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refuses(&workload_bank, "accounts=1",
		       "option accounts: 1 is not between 2 and 64");
	assert_refuses(&workload_long_fork, "group-size=1",
		       "option group-size: 1 is not between 2 and 16");
	assert_refuses(&workload_write_skew, "txns-per-pair=1",
		       "option txns-per-pair: 1 is not between 2 and "
		       "1000000000");
	assert_refuses(&workload_causal, "key-count=0",
		       "option key-count: 0 is not between 1 and 100000");
}

static void the_seed_determines_the_operations(void **state)
{
	static const struct workload *const all[] = {
		&workload_bank, &workload_long_fork, &workload_write_skew,
		&workload_causal, &workload_convergence
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_determined_by_seed(all[i], simulate_imperfect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_bank_keeps_its_total),
		cmocka_unit_test(a_transfer_moves_money_that_is_there),
		cmocka_unit_test(accounts_are_opened_before_all_else),
		cmocka_unit_test(accounts_are_opened_again_until_it_is_certain),
		cmocka_unit_test(each_key_of_a_long_fork_is_written_once),
		cmocka_unit_test(a_writer_reads_its_group_next),
		cmocka_unit_test(skewed_writers_read_both_and_write_one),
		cmocka_unit_test(concurrent_neighbours_write_different_sides),
		cmocka_unit_test(of_two_inserts_each_has_a_table_of_its_own),
		cmocka_unit_test(causal_values_are_written_once),
		cmocka_unit_test(replicas_get_time_and_then_every_thread_reads),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_seed_determines_the_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
