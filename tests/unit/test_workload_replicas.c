/* SPDX-License-Identifier: MIT */
/* Workloads for replicas: who hops, what is asked, who reads in the end. */
#include "tests/support/play_workload.h"

#include <string.h>

#include "harness/registry.h"

extern const struct workload workload_ormap;
extern const struct workload workload_orset;
extern const struct workload workload_pncounter;
extern const struct workload workload_session;
extern const struct workload workload_siblings;

static const struct workload *const all[] = {
	&workload_ormap, &workload_orset, &workload_pncounter,
	&workload_session, &workload_siblings,
};
#define ALL (sizeof(all) / sizeof(*all))

static void play(struct played *played, const struct workload *workload,
		 const char *const *settings)
{
	if (!play_workload(played, workload, settings))
		fail_msg("%s", played->err.text);
	assert_within_needs(played, workload);
}

static void half_of_the_sessions_hop(void **state)
{
	struct played played = { 0 };
	size_t hops = 0;

	(void)state;
	play(&played, &workload_session, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		assert_in_range(op->hop, 0, 4);
		if (op->thread < 5)
			assert_int_equal(op->hop, 0);
		hops += op->hop > 0;
	}
	/* A fifth of half of 5000. */
	assert_in_range(hops, 400, 600);
	played_release(&played);
}

static void with_one_node_nobody_hops(void **state)
{
	static const char *const settings[] = { "hoppers=100%", NULL };
	struct played played = { .nodes = 1 };

	(void)state;
	play(&played, &workload_session, settings);
	for (size_t i = 0; i < played.main.count; i++)
		assert_int_equal(played.main.ops[i].hop, 0);
	played_release(&played);
}

static size_t count_of(const struct played *played, enum verb verb)
{
	size_t count = 0;

	for (size_t i = 0; i < played->main.count; i++)
		count += played->main.ops[i].f == verb;
	return count;
}

static void elements_of_an_or_set_come_again(void **state)
{
	struct played played = { 0 };

	(void)state;
	play(&played, &workload_orset, NULL);
	for (size_t i = 0; i < played.main.count; i++) {
		const struct simulated *op = &played.main.ops[i];

		if (op->f != VERB_READ)
			assert_in_range(
				played_int(&played, op->actions[0].arg), 1,
				10);
	}
	assert_in_range(count_of(&played, VERB_REMOVE), 1250, 1550);
	assert_in_range(count_of(&played, VERB_ADD), 1950, 2250);
	played_release(&played);
}

static void a_set_that_grows_is_never_made_less(void **state)
{
	static const char *const settings[] = { "type=g-set", NULL };
	struct played played = { 0 };

	(void)state;
	play(&played, &workload_orset, settings);
	assert_int_equal(count_of(&played, VERB_REMOVE), 0);
	played_release(&played);
}

static void every_thread_reads_every_key_in_the_end(void **state)
{
	static const char *const settings[] = { "converge-within=5s",
						"final-keys=3", NULL };

	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		struct played played = { 0 };

		play(&played, all[i], settings);
		assert_int_equal(played.final.count, 30);
		assert_true(played.final.ops[0].invoke_ns >=
			    INT64_C(5000000000));
		played_release(&played);
	}
}

/* What its checker is told. */
static void assert_told(const struct workload *workload, const char *setting,
			const char *model, const char *visibility)
{
	const char *const settings[] = { setting, NULL };
	struct played played = { .count_max = 10 };
	const char *const *pairs;

	play(&played, workload, setting ? settings : NULL);
	pairs = workload->checker_options(&played.setup);
	assert_string_equal(pairs[0], "replicated.model");
	assert_string_equal(pairs[1], model);
	if (visibility) {
		assert_string_equal(pairs[2], "replicated.visibility");
		assert_string_equal(pairs[3], visibility);
		pairs += 2;
	}
	assert_null(pairs[2]);
	played_release(&played);
}

static void the_checker_knows_what_is_asked(void **state)
{
	(void)state;
	assert_told(&workload_orset, NULL, "or-set", "causal");
	assert_told(&workload_orset, "type=2p-set", "2p-set", "causal");
	assert_told(&workload_orset, "visibility=eventual", "or-set",
		    "eventual");
	assert_told(&workload_pncounter, NULL, "pn-counter", "causal");
	assert_told(&workload_pncounter, "decrements=0", "g-counter",
		    "causal");
	assert_told(&workload_ormap, "type=lww-map", "lww-map", "causal");
	assert_told(&workload_siblings, NULL, "mv-register", NULL);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refuses(&workload_session, "hoppers=2",
		       "option hoppers: 2 is not between 0 and 1 (100%)");
	assert_refuses(&workload_orset, "elements=-1",
		       "option elements: -1 is not between 0 and 100000");
	assert_refuses(&workload_ormap, "fields=0",
		       "option fields: 0 is not between 1 and 100000");
	assert_refuses(&workload_pncounter, "max-amount=0",
		       "option max-amount: 0 is not between 1 and 1000");
}

static void the_seed_determines_the_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++)
		assert_determined_by_seed(all[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_the_sessions_hop),
		cmocka_unit_test(with_one_node_nobody_hops),
		cmocka_unit_test(elements_of_an_or_set_come_again),
		cmocka_unit_test(a_set_that_grows_is_never_made_less),
		cmocka_unit_test(every_thread_reads_every_key_in_the_end),
		cmocka_unit_test(the_checker_knows_what_is_asked),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_seed_determines_the_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
