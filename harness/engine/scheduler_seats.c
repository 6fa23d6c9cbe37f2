/* SPDX-License-Identifier: MIT */
#include "harness/engine/scheduler_seats.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"

void condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock,
			  int64_t until_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S),
	};

	pthread_cond_timedwait(condition, lock, &until);
}

void seats_init(struct seats *seats, size_t count)
{
	*seats = (struct seats){
		.at = heap_zeroed(count, sizeof(*seats->at)),
		.count = count,
		.free = heap_zeroed(count / 64 + 1, sizeof(*seats->free)),
		.longest_free = SEAT_NONE,
		.latest_free = SEAT_NONE,
	};
	for (size_t i = 0; i < count; i++) {
		condition_init(&seats->at[i].wake);
		seats->at[i].work.values = values_new();
		seats_enlist(seats, i);
	}
}

void seats_release(struct seats *seats)
{
	for (size_t i = 0; i < seats->count; i++) {
		struct seat *seat = &seats->at[i];

		pthread_cond_destroy(&seat->wake);
		values_free(seat->work.values);
		free(seat->work.actions);
		free(seat->asked);
	}
	free(seats->at);
	free(seats->free);
}

void seats_enlist(struct seats *seats, size_t number)
{
	struct seat *seat = &seats->at[number];

	assert(!seat->is_free);
	seat->is_free = true;
	seat->before = seats->latest_free;
	seat->after = SEAT_NONE;
	if (seat->before == SEAT_NONE)
		seats->longest_free = number;
	else
		seats->at[seat->before].after = number;
	seats->latest_free = number;
	seats->free[number / 64] |= UINT64_C(1) << (number % 64);
}

void seats_strike(struct seats *seats, size_t number)
{
	struct seat *seat = &seats->at[number];

	assert(seat->is_free);
	seat->is_free = false;
	if (seat->before == SEAT_NONE)
		seats->longest_free = seat->after;
	else
		seats->at[seat->before].after = seat->after;
	if (seat->after == SEAT_NONE)
		seats->latest_free = seat->before;
	else
		seats->at[seat->after].before = seat->before;
	seats->free[number / 64] &= ~(UINT64_C(1) << (number % 64));
}
