/* SPDX-License-Identifier: MIT */
/* Where each thread's work lies, and who is free; for scheduler.c alone. */
#ifndef ORDEAL_ENGINE_SCHEDULER_SEATS_H
#define ORDEAL_ENGINE_SCHEDULER_SEATS_H

#include "harness/engine/scheduler.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAT_NONE SIZE_MAX

/* A thread, as the scheduler sees it. All under the scheduler's lock, but for
 * `work` while the thread is busy. */
struct seat {
	pthread_cond_t wake;
	struct work work;
	size_t work_capacity;
	struct action *asked; /* the same in the generator's values */
	size_t asked_capacity;
	size_t before; /* neighbours among the free, or SEAT_NONE */
	size_t after;
	bool is_free;
	bool has_work; /* handed to it, not yet picked up */
	bool has_left;
	bool is_abandoned;
};

/* The free ones also as a list, in the order in which they became free. */
struct seats {
	struct seat *at;
	size_t count;
	uint64_t *free; /* bit t: seat t is free */
	size_t longest_free;
	size_t latest_free;
};

/* All are free at first. */
void seats_init(struct seats *seats, size_t count);
void seats_release(struct seats *seats);

/* Makes a busy one free; a free one busy. */
void seats_enlist(struct seats *seats, size_t number);
void seats_strike(struct seats *seats, size_t number);

/* A condition on CLOCK_MONOTONIC, and a wait for it that may end early. */
void condition_init(pthread_cond_t *condition);
void condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock,
			  int64_t until_ns);

#endif
