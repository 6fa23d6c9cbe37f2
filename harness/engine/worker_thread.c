/* SPDX-License-Identifier: MIT */
#include "harness/engine/worker_thread.h"

#include <errno.h>
#include <signal.h>

#include "harness/core/clock.h"
#include "harness/engine/worker.h"

#define LOOK_NS (10 * NS_PER_MS)

int thread_start(pthread_t *thread, void *(*run)(void *), void *argument,
		 struct error *err)
{
	sigset_t all;
	sigset_t before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		return 0;
	errno = error;
	return error_errno(err, "cannot start a thread");
}

bool thread_join_within(pthread_t thread, int64_t time_ns)
{
	int64_t until_ns = clock_now_ns() + time_ns;

	while (pthread_tryjoin_np(thread, NULL) != 0) {
		if (clock_now_ns() >= until_ns)
			return false;
		clock_sleep_until(clock_now_ns() + LOOK_NS);
	}
	return true;
}

void phase_processes_init(int32_t *processes, size_t threads)
{
	for (size_t i = 0; i < threads; i++)
		processes[i] = (int32_t)i;
}
