/* SPDX-License-Identifier: MIT */
/* The memory target without a bug, under several threads. */
#include "tests/support/memory_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS 2000

struct crowd;

struct member {
	struct crowd *crowd;
	struct talker talker;
	pthread_t id;
	int64_t taken[ROUNDS * THREADS]; /* ids, or elements of the queue */
	size_t count;
	size_t wrong;
};

struct crowd {
	void (*play)(struct member *member);
	struct member members[THREADS];
	atomic_int holders; /* of the lock */
};

static void *member_main(void *argument)
{
	struct member *member = argument;

	member->crowd->play(member);
	return NULL;
}

static struct crowd *crowd_run(struct fixture *f,
			       void (*play)(struct member *member))
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	open_target(f);
	crowd->play = play;
	for (int i = 0; i < THREADS; i++) {
		struct member *member = &crowd->members[i];

		member->crowd = crowd;
		talker_open(f, &member->talker, i);
		assert_int_equal(
			pthread_create(&member->id, NULL, member_main, member),
			0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(crowd->members[i].id, NULL);
	for (int i = 0; i < THREADS; i++)
		talker_close(&crowd->members[i].talker);
	return crowd;
}

/* What members took is all different. */
static void assert_no_number_twice(const struct crowd *crowd, size_t bound)
{
	bool *is_taken = calloc(bound, sizeof(*is_taken));

	for (int i = 0; i < THREADS; i++) {
		const struct member *member = &crowd->members[i];

		assert_int_equal(member->wrong, 0);
		for (size_t j = 0; j < member->count; j++) {
			assert_in_range(member->taken[j], 0, bound - 1);
			assert_false(is_taken[member->taken[j]]);
			is_taken[member->taken[j]] = true;
		}
	}
	free(is_taken);
}

static void play_counter(struct member *member)
{
	for (int i = 0; i < ROUNDS; i++)
		act(&member->talker, OBJECT_COUNTER, VERB_INCREMENT, 0);
}

static void no_increment_is_lost(void **state)
{
	struct fixture *f = *state;

	free(crowd_run(f, play_counter));
	must(&f->a, OBJECT_COUNTER, VERB_READ, 0);
	assert_int_equal(value_as_int(f->a.values, f->a.action.result),
			 THREADS * ROUNDS);
}

static void play_cas(struct member *member)
{
	struct talker *talker = &member->talker;

	for (int done = 0; done < ROUNDS / 4;) {
		struct value before;
		int64_t now = 0;

		act(talker, OBJECT_REGISTER, VERB_READ, 0);
		before = talker->action.result;
		value_get_int(talker->values, before, &now);
		talker->action.verb = VERB_CAS;
		talker->action.expected = before;
		talker->action.arg = value_int(talker->values, now + 1);
		done += carry_out(talker, &talker->action, 1, false) ==
			OUTCOME_OK;
	}
}

static void every_cas_that_succeeds_counts(void **state)
{
	struct fixture *f = *state;

	free(crowd_run(f, play_cas));
	must(&f->a, OBJECT_REGISTER, VERB_READ, 0);
	assert_int_equal(value_as_int(f->a.values, f->a.action.result),
			 THREADS * (ROUNDS / 4));
}

static void take(struct member *member)
{
	struct talker *talker = &member->talker;

	member->taken[member->count++] =
		value_as_int(talker->values, talker->action.result);
}

static void play_queue(struct member *member)
{
	struct talker *talker = &member->talker;

	for (int i = 0; i < ROUNDS; i++) {
		act(talker, OBJECT_QUEUE, VERB_ENQUEUE,
		    1 + i * THREADS + talker->process);
		if (act(talker, OBJECT_QUEUE, VERB_DEQUEUE, 0) == OUTCOME_OK)
			take(member);
	}
}

static void every_element_is_delivered_once(void **state)
{
	struct fixture *f = *state;
	struct crowd *crowd = crowd_run(f, play_queue);
	size_t count = 0;

	assert_no_number_twice(crowd, THREADS * ROUNDS + 1);
	for (int i = 0; i < THREADS; i++)
		count += crowd->members[i].count;
	assert_int_equal(count, THREADS * ROUNDS);
	free(crowd);
}

static void play_ids(struct member *member)
{
	for (int i = 0; i < ROUNDS; i++) {
		act(&member->talker, OBJECT_ID, VERB_GENERATE, 0);
		take(member);
	}
}

static void every_id_is_given_out_once(void **state)
{
	struct fixture *f = *state;
	struct crowd *crowd = crowd_run(f, play_ids);

	assert_no_number_twice(crowd, THREADS * ROUNDS + 1);
	free(crowd);
}

static void play_lock(struct member *member)
{
	struct talker *talker = &member->talker;

	for (int i = 0; i < ROUNDS; i++) {
		if (act(talker, OBJECT_LOCK, VERB_ACQUIRE, 0) != OUTCOME_OK)
			continue;
		take(member);
		member->wrong +=
			atomic_fetch_add(&member->crowd->holders, 1) != 0;
		atomic_fetch_sub(&member->crowd->holders, 1);
		member->wrong +=
			act(talker, OBJECT_LOCK, VERB_RELEASE, 0) != OUTCOME_OK;
	}
}

static void a_lock_has_one_holder_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct crowd *crowd = crowd_run(f, play_lock);

	assert_no_number_twice(crowd, THREADS * ROUNDS + 1);
	free(crowd);
}

static void play_strings(struct member *member)
{
	struct talker *talker = &member->talker;

	for (int i = 0; i < ROUNDS / 10; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%d of %d", i, talker->process);
		talker->action = (struct action){
			.object = OBJECT_SET,
			.verb = VERB_ADD,
			.arg = value_string(talker->values, text),
		};
		carry_out(talker, &talker->action, 1, false);
		talker->action.verb = VERB_READ;
		carry_out(talker, &talker->action, 1, false);
	}
}

static void strings_of_many_threads_stay_apart(void **state)
{
	struct fixture *f = *state;

	free(crowd_run(f, play_strings));
	f->a.action =
		(struct action){ .object = OBJECT_SET, .verb = VERB_READ };
	assert_int_equal(carry_out(&f->a, &f->a.action, 1, false), OUTCOME_OK);
	assert_int_equal(value_list_length(f->a.values, f->a.action.result),
			 THREADS * ROUNDS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_increment_is_lost),
		TEST(every_cas_that_succeeds_counts),
		TEST(every_element_is_delivered_once),
		TEST(every_id_is_given_out_once),
		TEST(a_lock_has_one_holder_at_a_time),
		TEST(strings_of_many_threads_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
