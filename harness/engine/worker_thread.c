/* SPDX-License-Identifier: MIT */
#include "harness/engine/worker_thread.h"

#include <errno.h>
#include <signal.h>

#include "harness/engine/worker.h"

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

void phase_processes_init(int32_t *processes, size_t threads)
{
	for (size_t i = 0; i < threads; i++)
		processes[i] = (int32_t)i;
}
