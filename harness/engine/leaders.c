/* SPDX-License-Identifier: MIT */
#include "harness/engine/leaders.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/figure.h"
#include "harness/engine/nemesis.h"
#include "harness/engine/worker_thread.h"

#define PAUSE_NS (500 * NS_PER_MS)

struct leaders {
	struct leaders_setup setup;
	pthread_t thread;
	pthread_mutex_t lock; /* of the two below */
	pthread_cond_t called;
	bool is_called;
	bool is_over;
	/* Of the thread alone. */
	bool *is_primary;
	bool *was_primary;
	bool has_answer; /* there was one before */
};

static void write_down(const struct leaders *leaders)
{
	struct arena arena = { 0 };
	struct figure note = figure_group_root();
	struct error lost;

	note.kind = FIGURE_LIST;
	for (size_t i = 0; i < leaders->setup.count; i++) {
		if (leaders->is_primary[i])
			figure_add_text(&note, &arena, NULL,
					leaders->setup.names[i]);
	}
	/* When recording has failed the workers end the run. */
	nemesis_note(leaders->setup.recorder, "leader", &note, NULL, &lost);
	arena_release(&arena);
}

static void ask(struct leaders *leaders)
{
	const struct leaders_setup *setup = &leaders->setup;
	size_t size = setup->count * sizeof(bool);
	struct error silent;

	memset(leaders->is_primary, 0, size);
	if (setup->target->primaries(setup->state, leaders->is_primary,
				     &silent) != 0)
		return;
	if (leaders->has_answer &&
	    memcmp(leaders->is_primary, leaders->was_primary, size) == 0)
		return;
	leaders->has_answer = true;
	memcpy(leaders->was_primary, leaders->is_primary, size);
	write_down(leaders);
}

/* Until the next question; false when there is none. */
static bool rest(struct leaders *leaders)
{
	int64_t until_ns = clock_now_ns() + PAUSE_NS;
	const struct timespec until = {
		.tv_sec = until_ns / NS_PER_S,
		.tv_nsec = until_ns % NS_PER_S,
	};
	bool goes_on;

	pthread_mutex_lock(&leaders->lock);
	while (!leaders->is_over && !leaders->is_called &&
	       pthread_cond_timedwait(&leaders->called, &leaders->lock,
				      &until) == 0)
		;
	leaders->is_called = false;
	goes_on = !leaders->is_over;
	pthread_mutex_unlock(&leaders->lock);
	return goes_on;
}

static void *ask_on(void *argument)
{
	struct leaders *leaders = argument;

	do {
		ask(leaders);
	} while (rest(leaders));
	return NULL;
}

static void leaders_free(struct leaders *leaders)
{
	pthread_cond_destroy(&leaders->called);
	pthread_mutex_destroy(&leaders->lock);
	free(leaders->is_primary);
	free(leaders->was_primary);
	free(leaders);
}

struct leaders *leaders_start(const struct leaders_setup *setup,
			      struct error *err)
{
	struct leaders *leaders;
	pthread_condattr_t attributes;

	if (!setup->target->primaries)
		return NULL;
	leaders = heap_zeroed(1, sizeof(*leaders));
	leaders->setup = *setup;
	leaders->is_primary = heap_zeroed(setup->count + 1, sizeof(bool));
	leaders->was_primary = heap_zeroed(setup->count + 1, sizeof(bool));
	pthread_mutex_init(&leaders->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&leaders->called, &attributes);
	pthread_condattr_destroy(&attributes);
	if (thread_start(&leaders->thread, ask_on, leaders, err) != 0) {
		leaders_free(leaders);
		return NULL;
	}
	return leaders;
}

void leaders_look(struct leaders *leaders)
{
	if (!leaders)
		return;
	pthread_mutex_lock(&leaders->lock);
	leaders->is_called = true;
	pthread_cond_signal(&leaders->called);
	pthread_mutex_unlock(&leaders->lock);
}

void leaders_stop(struct leaders *leaders)
{
	if (!leaders)
		return;
	pthread_mutex_lock(&leaders->lock);
	leaders->is_over = true;
	pthread_cond_signal(&leaders->called);
	pthread_mutex_unlock(&leaders->lock);
	pthread_join(leaders->thread, NULL);
	leaders_free(leaders);
}
