/* SPDX-License-Identifier: MIT */
/* The memory target with a replica at each of two nodes: talker a is at n1,
 * talker b at n2. Time is one millisecond for each operation. */
#include "tests/support/memory_fixture.h"

static void open_replicas(struct fixture *f)
{
	option(f, "replication", "async");
	option(f, "replica-clock", "operations");
	option(f, "link-delay", "5ms");
	option(f, "anti-entropy", "100ms");
	open_target(f);
}

/* Operations that change nothing. */
static void wait_for(struct fixture *f, int operations)
{
	for (int i = 0; i < operations; i++)
		seen(&f->a, OBJECT_COUNTER);
}

static void cut(struct fixture *f, bool is_cut)
{
	static const bool both[4] = { false, true, true, false };
	struct error err;

	assert_int_equal(target_memory.cut_links(f->state,
						 is_cut ? both : NULL, &err),
			 0);
}

static void must_show(struct fixture *f, enum object object, const char *text)
{
	assert_string_equal(seen(&f->a, object), text);
	assert_string_equal(seen(&f->b, object), text);
}

/* Writes a field of the map, or (value 0) removes it. */
static void put(struct talker *talker, const char *field, int64_t value)
{
	struct value pair[2] = { value_string(talker->values, field),
				 value_int(talker->values, value) };

	talker->action = (struct action){
		.verb = value ? VERB_WRITE : VERB_REMOVE,
		.object = OBJECT_MAP,
		.key = value_int(talker->values, 1),
		.arg = value ? value_list(talker->values, pair, 2) : pair[0],
	};
	assert_int_equal(carry_out(talker, &talker->action, 1, false),
			 OUTCOME_OK);
}

static void an_update_is_here_at_once_and_there_later(void **state)
{
	struct fixture *f = *state;

	option(f, "link-delay", "50ms");
	open_replicas(f);
	cut(f, true);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "1");
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "null");
	cut(f, false);
	wait_for(f, 300);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "1");
}

static void what_is_cut_off_hears_nothing_until_it_heals(void **state)
{
	struct fixture *f = *state;
	bool refuses[4];

	open_replicas(f);
	cut(f, true);
	target_memory.see_links(f->state, refuses);
	assert_true(refuses[1] && refuses[2] && !refuses[0] && !refuses[3]);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	wait_for(f, 1000);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "null");
	cut(f, false);
	wait_for(f, 200); /* given up long ago: anti-entropy brings it */
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "1");
}

static void one_copy_has_no_links(void **state)
{
	struct fixture *f = *state;
	struct error err;

	open_target(f);
	assert_int_equal(target_memory.cut_links(f->state, NULL, &err), -1);
	assert_non_null(strstr(err.text, "--replication async"));
}

static void the_last_write_wins_everywhere(void **state)
{
	struct fixture *f = *state;

	open_replicas(f);
	cut(f, true);
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 2);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "2");
	cut(f, false);
	wait_for(f, 200);
	must_show(f, OBJECT_REGISTER, "1");
}

static void a_slow_clock_loses_what_it_wrote_last(void **state)
{
	struct fixture *f = *state;

	option(f, "bug", "skewed-clock");
	open_replicas(f);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	wait_for(f, 200);
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 2);
	wait_for(f, 200);
	must_show(f, OBJECT_REGISTER, "1");
}

/* The home of key 1 is n2: what arrives there last is left. */
static void the_home_of_a_key_says_what_arrived_last(void **state)
{
	struct fixture *f = *state;

	option(f, "conflict", "arrival");
	open_replicas(f);
	cut(f, true);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 2);
	cut(f, false);
	wait_for(f, 300);
	must_show(f, OBJECT_REGISTER, "1");
}

static void arrival_wants_causal_delivery(void **state)
{
	struct fixture *f = *state;
	struct error err;
	struct target_setup setup = { .options = f->options, .nodes = 2 };

	option(f, "replication", "async");
	option(f, "conflict", "arrival");
	option(f, "delivery", "any");
	assert_null(target_memory.open(&setup, &err));
	assert_non_null(strstr(err.text, "delivery causal"));
}

static void siblings_have_version_vectors(void **state)
{
	struct fixture *f = *state;

	option(f, "conflict", "siblings");
	open_replicas(f);
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "[]");
	cut(f, true);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 2);
	cut(f, false);
	wait_for(f, 200);
	assert_string_equal(seen(&f->a, OBJECT_REGISTER),
			    "[[1,{\"n1\":1}],[2,{\"n2\":1}]]");
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 3);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER),
			    "[[3,{\"n1\":1,\"n2\":2}]]");
	wait_for(f, 200);
	must_show(f, OBJECT_REGISTER, "[[3,{\"n1\":1,\"n2\":2}]]");
}

static void an_addition_wins_over_a_removal_beside_it(void **state)
{
	struct fixture *f = *state;

	open_replicas(f);
	must(&f->a, OBJECT_SET, VERB_ADD, 7);
	must(&f->a, OBJECT_SET, VERB_ADD, 8);
	wait_for(f, 200);
	cut(f, true);
	must(&f->a, OBJECT_SET, VERB_REMOVE, 7);
	must(&f->a, OBJECT_SET, VERB_REMOVE, 8);
	must(&f->b, OBJECT_SET, VERB_ADD, 7);
	cut(f, false);
	wait_for(f, 200);
	must_show(f, OBJECT_SET, "[7]");
	assert_string_equal(asked(&f->b, OBJECT_SET, VERB_CONTAINS, 8),
			    "false");
}

static void a_two_phase_set_never_takes_an_element_again(void **state)
{
	struct fixture *f = *state;

	option(f, "set-type", "2p-set");
	open_replicas(f);
	must(&f->a, OBJECT_SET, VERB_ADD, 7);
	must(&f->a, OBJECT_SET, VERB_REMOVE, 7);
	must(&f->a, OBJECT_SET, VERB_ADD, 7);
	must(&f->b, OBJECT_SET, VERB_REMOVE, 9);
	must(&f->b, OBJECT_SET, VERB_ADD, 9);
	wait_for(f, 200);
	must_show(f, OBJECT_SET, "[9]");
}

static void a_set_that_grows_refuses_removals(void **state)
{
	struct fixture *f = *state;

	option(f, "set-type", "g-set");
	open_replicas(f);
	must(&f->a, OBJECT_SET, VERB_ADD, 7);
	assert_int_equal(act(&f->a, OBJECT_SET, VERB_REMOVE, 7), OUTCOME_FAIL);
	assert_string_equal(seen(&f->a, OBJECT_SET), "[7]");
}

static void counters_add_up(void **state)
{
	struct fixture *f = *state;

	open_replicas(f);
	cut(f, true);
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 5);
	must(&f->b, OBJECT_COUNTER, VERB_DECREMENT, 2);
	assert_string_equal(seen(&f->b, OBJECT_COUNTER), "-2");
	cut(f, false);
	wait_for(f, 200);
	must_show(f, OBJECT_COUNTER, "3");
}

static void fields_of_a_map_are_merged(void **state)
{
	struct fixture *f = *state;

	open_replicas(f);
	put(&f->a, "x", 1);
	put(&f->a, "y", 2);
	wait_for(f, 200);
	cut(f, true);
	put(&f->b, "x", 3);
	put(&f->a, "x", 0);
	put(&f->a, "y", 0);
	cut(f, false);
	wait_for(f, 200);
	must_show(f, OBJECT_MAP, "{\"x\":3}");
}

static void by_time_a_removal_wins_like_a_write(void **state)
{
	struct fixture *f = *state;

	option(f, "map-type", "lww-map");
	open_replicas(f);
	cut(f, true);
	put(&f->a, "x", 1);
	put(&f->b, "x", 3);
	put(&f->a, "x", 0);
	cut(f, false);
	wait_for(f, 200);
	must_show(f, OBJECT_MAP, "{}");
}

static void what_replicas_do_not_have_is_refused(void **state)
{
	struct fixture *f = *state;
	struct action write = { .verb = VERB_WRITE,
				.object = OBJECT_REGISTER };

	open_replicas(f);
	assert_int_equal(act(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 1),
			 OUTCOME_FAIL);
	assert_int_equal(cas(&f->a, 1, 2), OUTCOME_FAIL);
	assert_int_equal(carry_out(&f->a, &write, 1, true), OUTCOME_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_update_is_here_at_once_and_there_later),
		TEST(what_is_cut_off_hears_nothing_until_it_heals),
		TEST(one_copy_has_no_links),
		TEST(the_last_write_wins_everywhere),
		TEST(a_slow_clock_loses_what_it_wrote_last),
		TEST(the_home_of_a_key_says_what_arrived_last),
		TEST(arrival_wants_causal_delivery),
		TEST(siblings_have_version_vectors),
		TEST(an_addition_wins_over_a_removal_beside_it),
		TEST(a_two_phase_set_never_takes_an_element_again),
		TEST(a_set_that_grows_refuses_removals),
		TEST(counters_add_up),
		TEST(fields_of_a_map_are_merged),
		TEST(by_time_a_removal_wins_like_a_write),
		TEST(what_replicas_do_not_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
