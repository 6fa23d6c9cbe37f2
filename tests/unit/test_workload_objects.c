/* SPDX-License-Identifier: MIT */
/* The workloads of single objects: set, counter, queue, lock. */
#include "harness/workload.h"

#include <string.h>

#include "tests/support/play_workload.h"

extern const struct workload workload_set;
extern const struct workload workload_counter;
extern const struct workload workload_queue;
extern const struct workload workload_lock;

#define KEYS 1000

static void play(struct played *played, const struct workload *workload,
		 const char *const *settings)
{
	assert_true(play_workload(played, workload, settings));
	assert_within_needs(played, workload);
}

static const struct action *action_of(const struct simulated *op)
{
	return &op->actions[0];
}

/* Asserts that the arguments of a verb are 1, 2, 3, ... for each key, and
 * returns how many there are. */
static size_t assert_counted(const struct played *played, enum verb verb)
{
	static int64_t last[KEYS];
	size_t count = 0;

	memset(last, 0, sizeof(last));
	for (size_t i = 0; i < played->main.count; i++) {
		const struct action *action = action_of(&played->main.ops[i]);
		int64_t key = played_int(played, action->key);

		if (action->verb != verb)
			continue;
		count++;
		assert_int_equal(played_int(played, action->arg), ++last[key]);
	}
	return count;
}

static void a_set_gets_each_element_once(void **state)
{
	static const char *const settings[] = { "reads=20%", "ops-per-key=300",
						NULL };
	struct played played = { .outcome = simulate_imperfect };

	(void)state;
	play(&played, &workload_set, settings);
	assert_in_range(assert_counted(&played, VERB_ADD), 3850, 4150);
	played_release(&played);
}

static void every_thread_reads_the_last_sets(void **state)
{
	static const char *const settings[] = { "ops-per-key=300", "keys=12",
						NULL };
	struct played played = { 0 };
	size_t reads[12] = { 0 };

	(void)state;
	play(&played, &workload_set, settings);
	assert_int_equal(played.main.end, SIMULATION_EXHAUSTED);
	for (size_t i = 0; i < played.final.count; i++) {
		const struct action *action = action_of(&played.final.ops[i]);

		assert_int_equal(action->verb, VERB_READ);
		reads[played_int(&played, action->key)]++;
	}
	for (size_t key = 0; key < 12; key++)
		assert_int_equal(reads[key], key < 4 ? 1 : 11);
	played_release(&played);
}

static void a_counter_only_grows_unless_told_otherwise(void **state)
{
	static const char *const settings[] = { "decrements=50%",
						"max-amount=9", NULL };
	struct played played = { 0 };
	size_t of_verb[VERB_COUNT] = { 0 };
	int64_t most = 0;

	(void)state;
	play(&played, &workload_counter, NULL);
	assert_false(workload_counter.needs(&played.setup)->verbs >>
			     VERB_DECREMENT &
		     1);
	played_release(&played);
	played = (struct played){ 0 };
	play(&played, &workload_counter, settings);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct action *action = action_of(&played.main.ops[i]);

		of_verb[action->verb]++;
		if (action->verb == VERB_READ)
			continue;
		assert_in_range(played_int(&played, action->arg), 1, 9);
		if (played_int(&played, action->arg) > most)
			most = played_int(&played, action->arg);
	}
	assert_int_equal(most, 9);
	assert_in_range(of_verb[VERB_READ], 1350, 1650);
	assert_in_range(of_verb[VERB_INCREMENT], 1600, 1900);
	assert_in_range(of_verb[VERB_DECREMENT], 1600, 1900);
	played_release(&played);
}

static void a_queue_gets_each_element_once(void **state)
{
	struct played played = { .outcome = simulate_imperfect };

	(void)state;
	play(&played, &workload_queue, NULL);
	assert_in_range(assert_counted(&played, VERB_ENQUEUE), 2350, 2650);
	played_release(&played);
}

static void every_thread_drains_the_queue(void **state)
{
	struct played played = { 0 };
	size_t drains[10] = { 0 };

	(void)state;
	play(&played, &workload_queue, NULL);
	assert_int_equal(played.final.count, 10);
	for (size_t i = 0; i < played.final.count; i++) {
		assert_int_equal(played.final.ops[i].f, VERB_DRAIN);
		drains[played.final.ops[i].thread]++;
	}
	for (size_t t = 0; t < 10; t++)
		assert_int_equal(drains[t], 1);
	played_release(&played);
}

/* A queue of so many elements. */
static enum op_type dequeue_from(void *state, struct rng *rng,
				 struct values *values, struct simulated *op)
{
	size_t *left = state;

	(void)rng;
	(void)values;
	if (op->f == VERB_ENQUEUE)
		++*left;
	else if (*left == 0)
		return OP_FAIL;
	else
		--*left;
	return OP_OK;
}

static void without_drain_threads_dequeue_until_it_is_empty(void **state)
{
	static const char *const settings[] = { "closing=dequeue",
						"enqueues=90%", NULL };
	size_t left = 0;
	struct played played = { .outcome = dequeue_from, .state = &left };
	size_t refused[10] = { 0 };

	(void)state;
	play(&played, &workload_queue, settings);
	assert_int_equal(played.final.end, SIMULATION_EXHAUSTED);
	assert_int_equal(left, 0);
	assert_true(played.final.count > 3000);
	for (size_t i = 0; i < played.final.count; i++)
		refused[played.final.ops[i].thread] +=
			played.final.ops[i].type == OP_FAIL;
	for (size_t t = 0; t < 10; t++)
		assert_int_equal(refused[t], 1);
	played_release(&played);
}

static void only_who_holds_a_lock_releases_it(void **state)
{
	struct played played = { .outcome = simulate_imperfect };
	bool holds[10] = { false };
	int64_t key_held[10] = { 0 };
	size_t released = 0;

	(void)state;
	play(&played, &workload_lock, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];
		int64_t key = played_int(&played, action_of(op)->key);
		bool is_mine = holds[op->thread] && key_held[op->thread] == key;

		assert_int_equal(op->f, is_mine ? VERB_RELEASE : VERB_ACQUIRE);
		released += op->f == VERB_RELEASE;
		holds[op->thread] = op->f == VERB_ACQUIRE && op->type == OP_OK;
		key_held[op->thread] = key;
	}
	assert_true(released > 500);
	played_release(&played);
}

static void fencing_asks_for_growing_tokens(void **state)
{
	static const char *const settings[] = { "fencing=yes", NULL };
	struct played played = { 0 };

	(void)state;
	play(&played, &workload_lock, settings);
	assert_string_equal(workload_lock.checker_options(&played.setup)[1],
			    "fenced-lock");
	played_release(&played);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refuses(&workload_set, "reads=2",
		       "option reads: 2 is not between 0 and 1 (100%)");
	assert_refuses(&workload_counter, "max-amount=0",
		       "option max-amount: 0 is not between 1 and 1000");
	assert_refuses(&workload_queue, "keys=-3",
		       "option keys: -3 is not between 0 and 1000000000");
	assert_refuses(&workload_lock, "threads-per-key=-1",
		       "option threads-per-key: -1 is not between 0 and "
		       "1000000000");
}

static void the_seed_determines_the_operations(void **state)
{
	(void)state;
	assert_determined_by_seed(&workload_set, simulate_imperfect);
	assert_determined_by_seed(&workload_counter, simulate_imperfect);
	assert_determined_by_seed(&workload_queue, simulate_imperfect);
	assert_determined_by_seed(&workload_lock, simulate_imperfect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_gets_each_element_once),
		cmocka_unit_test(every_thread_reads_the_last_sets),
		cmocka_unit_test(a_counter_only_grows_unless_told_otherwise),
		cmocka_unit_test(a_queue_gets_each_element_once),
		cmocka_unit_test(every_thread_drains_the_queue),
		cmocka_unit_test(
			without_drain_threads_dequeue_until_it_is_empty),
		cmocka_unit_test(only_who_holds_a_lock_releases_it),
		cmocka_unit_test(fencing_asks_for_growing_tokens),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_seed_determines_the_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
