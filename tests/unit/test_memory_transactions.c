/* SPDX-License-Identifier: MIT */
/* Transactions of the memory target, level by level. */
#include "tests/support/memory_fixture.h"

#define ROUNDS 3000

/* An action on a register of this key; `arg` 0 reads. */
static struct action on_key(struct talker *talker, int64_t key, int64_t arg)
{
	struct action action = {
		.object = OBJECT_REGISTER,
		.verb = arg ? VERB_WRITE : VERB_READ,
		.key = value_int(talker->values, key),
	};

	if (arg)
		action.arg = value_int(talker->values, arg);
	return action;
}

static int64_t result_of(const struct talker *talker,
			 const struct action *action)
{
	int64_t number = 0;

	value_get_int(talker->values, action->result, &number);
	return number;
}

static enum outcome two(struct talker *talker, struct action *actions)
{
	return carry_out(talker, actions, 2, true);
}

static void a_transaction_sees_what_it_wrote(void **state)
{
	struct fixture *f = *state;
	struct action actions[3];

	open_target(f);
	actions[0] = on_key(&f->a, 1, 7);
	actions[1] = on_key(&f->a, 1, 0);
	actions[2] = on_key(&f->a, 2, 0);
	assert_int_equal(carry_out(&f->a, actions, 3, true), OUTCOME_OK);
	assert_int_equal(result_of(&f->a, &actions[1]), 7);
	assert_true(value_is_nil(actions[2].result));
}

static void a_transaction_happens_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct action actions[2];

	open_target(f);
	actions[0] = on_key(&f->a, 1, 7);
	actions[1] = on_key(&f->a, 2, 8);
	actions[1].verb = VERB_CAS;
	actions[1].expected = value_int(f->a.values, 99);
	assert_int_equal(two(&f->a, actions), OUTCOME_FAIL);
	assert_string_equal(f->a.err.text, "precondition failed");
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "null");
}

static void lists_and_counters_take_part(void **state)
{
	struct fixture *f = *state;
	struct action actions[4];

	open_target(f);
	for (int i = 0; i < 4; i++) {
		actions[i] = on_key(&f->a, 1, i + 1);
		actions[i].object = i % 2 ? OBJECT_LIST : OBJECT_COUNTER;
		actions[i].verb = i % 2 ? VERB_APPEND : VERB_INCREMENT;
	}
	assert_int_equal(carry_out(&f->a, actions, 4, true), OUTCOME_OK);
	assert_string_equal(seen(&f->b, OBJECT_LIST), "[2,4]");
	assert_string_equal(seen(&f->b, OBJECT_COUNTER), "4");
}

/* What reads of two registers, always written together, show. */
struct tally {
	int torn;      /* not the same number */
	int stale;     /* not the last number */
	int backwards; /* before one that was seen already */
	int failed;    /* a number whose transaction failed */
};

static struct tally watch_pairs(struct fixture *f)
{
	struct tally tally = { 0 };
	bool *has_failed = calloc(ROUNDS + 1, sizeof(*has_failed));
	int64_t last = 0;
	int64_t most = 0;

	for (int i = 1; i <= ROUNDS; i++) {
		struct action write[2] = { on_key(&f->a, 1, i),
					   on_key(&f->a, 2, i) };
		struct action read[2] = { on_key(&f->b, 1, 0),
					  on_key(&f->b, 2, 0) };
		int64_t x, y;

		has_failed[i] = two(&f->a, write) != OUTCOME_OK;
		if (!has_failed[i])
			last = i;
		assert_int_equal(two(&f->b, read), OUTCOME_OK);
		x = result_of(&f->b, &read[0]);
		y = result_of(&f->b, &read[1]);
		tally.torn += x != y;
		tally.stale += x != last;
		tally.backwards += x < most;
		tally.failed += has_failed[x] || has_failed[y];
		most = x > most ? x : most;
	}
	free(has_failed);
	return tally;
}

static void strict_serializable_is_always_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	open_target(f);
	tally = watch_pairs(f);
	assert_int_equal(tally.torn + tally.stale + tally.failed, 0);
}

static void serializable_may_be_behind_but_is_whole(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	option(f, "isolation", "serializable");
	open_target(f);
	tally = watch_pairs(f);
	assert_int_equal(tally.torn + tally.failed, 0);
	assert_true(tally.stale > ROUNDS / 4);
	assert_true(tally.backwards > ROUNDS / 10);
}

static void snapshots_are_whole(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	option(f, "isolation", "snapshot-isolation");
	open_target(f);
	tally = watch_pairs(f);
	assert_int_equal(tally.torn + tally.failed, 0);
	assert_true(tally.stale > ROUNDS / 4);
}

static void read_committed_tears_but_sees_no_failure(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	option(f, "isolation", "read-committed");
	open_target(f);
	tally = watch_pairs(f);
	assert_true(tally.torn > ROUNDS / 10);
	assert_int_equal(tally.failed, 0);
}

static void read_uncommitted_sees_what_failed(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	option(f, "isolation", "read-uncommitted");
	open_target(f);
	tally = watch_pairs(f);
	assert_true(tally.torn > ROUNDS / 10);
	assert_true(tally.failed > ROUNDS / 100);
}

/* Reads a number and writes one more; how many were lost, of those that are
 * said to have been added. */
static int64_t lost_additions(struct fixture *f)
{
	struct action last;
	int64_t added = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct talker *talker = i % 2 ? &f->b : &f->a;
		struct action read = on_key(talker, 1, 0);
		struct action write = on_key(talker, 1, 1);

		/* The answer is known only afterwards: so in two steps, with
		 * a check of the first in the second. */
		carry_out(talker, &read, 1, true);
		write.verb = VERB_CAS;
		write.expected = read.result;
		write.arg =
			value_int(talker->values, result_of(talker, &read) + 1);
		added += carry_out(talker, &write, 1, true) == OUTCOME_OK;
	}
	last = on_key(&f->a, 1, 0);
	carry_out(&f->a, &last, 1, false);
	return added - result_of(&f->a, &last);
}

static void snapshots_lose_no_compared_and_set_value(void **state)
{
	struct fixture *f = *state;

	option(f, "isolation", "snapshot-isolation");
	open_target(f);
	assert_int_equal(lost_additions(f), 0);
}

static void a_snapshot_that_is_overtaken_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	int conflicts = 0;

	option(f, "isolation", "snapshot-isolation");
	open_target(f);
	for (int i = 1; i <= 200; i++) {
		struct action actions[2] = { on_key(&f->a, 1, 0),
					     on_key(&f->a, 1, i) };

		if (two(&f->a, actions) == OUTCOME_OK)
			continue;
		assert_string_equal(f->a.err.text, "conflict");
		conflicts++;
	}
	assert_in_range(conflicts, 50, 195);
}

static void logs_take_part_in_transactions(void **state)
{
	struct fixture *f = *state;
	struct action actions[2];

	open_target(f);
	for (int i = 0; i < 2; i++) {
		actions[i] = on_key(&f->a, 1, 10 + i);
		actions[i].object = OBJECT_LOG;
		actions[i].verb = VERB_SEND;
	}
	assert_int_equal(two(&f->a, actions), OUTCOME_OK);
	assert_int_equal(result_of(&f->a, &actions[1]), 1);
}

static void a_transaction_of_queues_is_refused(void **state)
{
	struct fixture *f = *state;
	struct action actions[2];

	open_target(f);
	actions[0] = on_key(&f->a, 1, 1);
	actions[1] = on_key(&f->a, 1, 1);
	actions[1].object = OBJECT_QUEUE;
	actions[1].verb = VERB_ENQUEUE;
	assert_int_equal(two(&f->a, actions), OUTCOME_FAIL);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_transaction_sees_what_it_wrote),
		TEST(a_transaction_happens_whole_or_not_at_all),
		TEST(lists_and_counters_take_part),
		TEST(strict_serializable_is_always_up_to_date),
		TEST(serializable_may_be_behind_but_is_whole),
		TEST(snapshots_are_whole),
		TEST(read_committed_tears_but_sees_no_failure),
		TEST(read_uncommitted_sees_what_failed),
		TEST(snapshots_lose_no_compared_and_set_value),
		TEST(a_snapshot_that_is_overtaken_is_a_conflict),
		TEST(logs_take_part_in_transactions),
		TEST(a_transaction_of_queues_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
