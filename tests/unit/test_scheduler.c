/* SPDX-License-Identifier: MIT */
#include "harness/engine/scheduler.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/clock.h"

#define PLAYERS_MAX 64
#define SEEN_MAX 4096

/* What a thread was handed. */
struct seen {
	int64_t number; /* of the request */
	int32_t process;
	uint64_t order; /* of all, when it was picked up */
};

struct player {
	struct fixture *fixture;
	size_t thread;
	pthread_t id;
	struct seen seen[SEEN_MAX];
	size_t count;
	size_t unlike; /* requests whose string had changed */
};

struct fixture {
	struct arena arena;
	struct scheduler *scheduler;
	int32_t processes[PLAYERS_MAX];
	struct player *players;
	size_t threads;
	int64_t work_ns;    /* how long each operation takes */
	int64_t info_every; /* every so many end indeterminate; 0: none */
	pthread_mutex_t lock;
	uint64_t order;
	int64_t next_number; /* of the generators */
	struct action action;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pthread_mutex_init(&f->lock, NULL);
	f->players = calloc(PLAYERS_MAX, sizeof(*f->players));
	for (int32_t i = 0; i < PLAYERS_MAX; i++)
		f->processes[i] = i;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	scheduler_free(f->scheduler);
	arena_release(&f->arena);
	pthread_mutex_destroy(&f->lock);
	free(f->players);
	free(f);
	return 0;
}

/* Numbered writes; the expected value is the number as a string. */
static bool numbers_next(void *state, const struct gen_context *context,
			 struct gen_op *op)
{
	struct fixture *f = state;
	char text[32];

	snprintf(text, sizeof(text), "number %lld", (long long)f->next_number);
	f->action = (struct action){
		.verb = VERB_WRITE,
		.object = OBJECT_REGISTER,
		.arg = value_int(context->values, f->next_number++),
		.expected = value_string(context->values, text),
	};
	op->f = VERB_WRITE;
	op->actions = &f->action;
	op->action_count = 1;
	return true;
}

static struct generator *numbers(struct fixture *f, uint64_t count)
{
	return gen_limit(&f->arena, count,
			 generator_function(&f->arena, numbers_next, f));
}

static void open_scheduler(struct fixture *f, size_t threads,
			   struct generator *generator, int64_t deadline_ns)
{
	struct scheduler_setup setup = {
		.generator = generator,
		.threads = threads,
		.processes = f->processes,
		.deadline_ns = deadline_ns,
	};

	f->threads = threads;
	f->scheduler = scheduler_new(&setup);
}

static void see(struct player *player, const struct work *work)
{
	struct fixture *f = player->fixture;
	struct seen *seen = &player->seen[player->count++ % SEEN_MAX];
	char text[32];
	size_t length;

	seen->number = value_as_int(work->values, work->actions[0].arg);
	seen->process = work->process;
	snprintf(text, sizeof(text), "number %lld", (long long)seen->number);
	if (strcmp(value_as_string(work->values, work->actions[0].expected,
				   &length),
		   text) != 0)
		player->unlike++;
	pthread_mutex_lock(&f->lock);
	seen->order = f->order++;
	pthread_mutex_unlock(&f->lock);
}

static void *play(void *argument)
{
	struct player *player = argument;
	struct fixture *f = player->fixture;
	enum op_type done = OP_NONE;
	struct work *work;

	while ((work = scheduler_next(f->scheduler, player->thread, done))) {
		see(player, work);
		if (f->work_ns)
			clock_sleep_until(clock_now_ns() + f->work_ns);
		done = f->info_every && player->count % (size_t)f->info_every ==
						0
			       ? OP_INFO
			       : OP_OK;
	}
	scheduler_leave(f->scheduler, player->thread);
	return NULL;
}

static void start_players(struct fixture *f)
{
	for (size_t i = 0; i < f->threads; i++) {
		f->players[i].fixture = f;
		f->players[i].thread = i;
		assert_int_equal(pthread_create(&f->players[i].id, NULL, play,
						&f->players[i]),
				 0);
	}
}

/* True when all ended by themselves in time. */
static bool join_players(struct fixture *f, int64_t limit_ns)
{
	bool is_over =
		scheduler_dispatch(f->scheduler, clock_now_ns() + limit_ns);

	scheduler_stop(f->scheduler);
	for (size_t i = 0; i < f->threads; i++)
		pthread_join(f->players[i].id, NULL);
	return is_over;
}

static bool run_players(struct fixture *f)
{
	start_players(f);
	return join_players(f, 20 * NS_PER_S);
}

static size_t total(const struct fixture *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->threads; i++)
		count += f->players[i].count;
	return count;
}

static void every_operation_is_handed_out_once(void **state)
{
	struct fixture *f = *state;
	bool *is_seen = calloc(2000, sizeof(*is_seen));

	open_scheduler(f, 8, numbers(f, 2000), 0);
	assert_true(run_players(f));
	assert_int_equal(total(f), 2000);
	for (size_t i = 0; i < f->threads; i++) {
		const struct player *player = &f->players[i];

		assert_int_equal(player->unlike, 0);
		for (size_t j = 0; j < player->count; j++) {
			assert_false(is_seen[player->seen[j].number]);
			is_seen[player->seen[j].number] = true;
		}
	}
	free(is_seen);
}

static bool is_thread_one(const void *state, size_t thread)
{
	(void)state;
	return thread == 1;
}

static void work_for_another_thread_is_handed_to_it(void **state)
{
	struct fixture *f = *state;

	open_scheduler(
		f, 3,
		gen_on_threads(&f->arena, is_thread_one, NULL, numbers(f, 50)),
		0);
	assert_true(run_players(f));
	assert_int_equal(f->players[1].count, 50);
	assert_int_equal(total(f), 50);
}

static void nobody_begins_before_a_phase_is_complete(void **state)
{
	struct fixture *f = *state;
	struct generator *two[2] = { numbers(f, 40), numbers(f, 40) };

	f->work_ns = NS_PER_MS;
	open_scheduler(f, 4, gen_phases(&f->arena, two, 2), 0);
	assert_true(run_players(f));
	assert_int_equal(total(f), 80);
	for (size_t i = 0; i < f->threads; i++) {
		const struct player *player = &f->players[i];

		for (size_t j = 0; j < player->count; j++)
			assert_int_equal(player->seen[j].order >= 40,
					 player->seen[j].number >= 40);
	}
}

static void an_indeterminate_end_brings_a_new_process(void **state)
{
	struct fixture *f = *state;

	f->info_every = 1;
	open_scheduler(f, 3, numbers(f, 60), 0);
	assert_true(run_players(f));
	for (size_t i = 0; i < f->threads; i++) {
		const struct player *player = &f->players[i];

		for (size_t j = 0; j < player->count; j++)
			assert_int_equal(player->seen[j].process, i + 3 * j);
		assert_int_equal(f->processes[i], i + 3 * player->count);
	}
}

static void operations_keep_their_times(void **state)
{
	struct fixture *f = *state;
	int64_t start_ns = clock_now_ns();
	int64_t took_ns;

	open_scheduler(f, 4,
		       gen_delay(&f->arena, 5 * NS_PER_MS, numbers(f, 21)), 0);
	assert_true(run_players(f));
	took_ns = clock_now_ns() - start_ns;
	assert_int_equal(total(f), 21);
	assert_in_range(took_ns, 100 * NS_PER_MS, 15 * NS_PER_S);
}

static void at_a_low_rate_threads_take_turns(void **state)
{
	struct fixture *f = *state;

	bool is_fair = false;

	/* Whom a machine that is busy lets wait differs from time to time. */
	for (int round = 0; round < 10 && !is_fair; round++) {
		scheduler_free(f->scheduler);
		open_scheduler(f, 5,
			       gen_delay(&f->arena, NS_PER_MS, numbers(f, 100)),
			       0);
		for (size_t i = 0; i < f->threads; i++)
			f->players[i].count = 0;
		assert_true(run_players(f));
		is_fair = true;
		for (size_t i = 0; i < f->threads; i++)
			is_fair &= f->players[i].count >= 5 &&
				   f->players[i].count <= 50;
	}
	assert_true(is_fair);
}

static void a_stop_wakes_those_who_wait(void **state)
{
	struct fixture *f = *state;
	int64_t start_ns = clock_now_ns();
	struct generator *two[2] = { gen_sleep(&f->arena, 100 * NS_PER_S),
				     numbers(f, 5) };

	open_scheduler(f, 8, gen_sequence(&f->arena, two, 2), 0);
	start_players(f);
	assert_false(join_players(f, 30 * NS_PER_MS));
	assert_int_equal(total(f), 0);
	assert_true(clock_now_ns() - start_ns < 50 * NS_PER_S);
}

static void nothing_begins_after_the_deadline(void **state)
{
	struct fixture *f = *state;

	f->work_ns = NS_PER_MS;
	open_scheduler(f, 4, numbers(f, 1000000),
		       clock_now_ns() + 200 * NS_PER_MS);
	assert_true(run_players(f));
	assert_true(scheduler_is_over(f->scheduler));
	assert_int_equal(scheduler_in_flight(f->scheduler), 0);
	assert_in_range(total(f), 1, 4 * 210);
}

static void many_threads_on_few_cores_lose_nothing(void **state)
{
	struct fixture *f = *state;

	f->info_every = 7;
	open_scheduler(f, PLAYERS_MAX, numbers(f, 20000), 0);
	assert_true(run_players(f));
	assert_int_equal(total(f), 20000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operation_is_handed_out_once),
		TEST(work_for_another_thread_is_handed_to_it),
		TEST(nobody_begins_before_a_phase_is_complete),
		TEST(an_indeterminate_end_brings_a_new_process),
		TEST(operations_keep_their_times),
		TEST(at_a_low_rate_threads_take_turns),
		TEST(a_stop_wakes_those_who_wait),
		TEST(nothing_begins_after_the_deadline),
		TEST(many_threads_on_few_cores_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
