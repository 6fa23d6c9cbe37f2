/* SPDX-License-Identifier: MIT */
/* Threads that no signal interrupts. */
#ifndef ORDEAL_ENGINE_WORKER_THREAD_H
#define ORDEAL_ENGINE_WORKER_THREAD_H

#include "harness/core/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* pthread_create with all signals blocked, so that they go to the main thread,
 * which knows what to do with them. -1 with a sentence. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *argument,
		 struct error *err);

/* pthread_join, if the thread ends within that time; else false. */
bool thread_join_within(pthread_t thread, int64_t time_ns);

#endif
