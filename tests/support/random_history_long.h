/* SPDX-License-Identifier: MIT */
/* Long histories of one object, made fast, for measuring. */
#ifndef ORDEAL_TESTS_SUPPORT_RANDOM_HISTORY_LONG_H
#define ORDEAL_TESTS_SUPPORT_RANDOM_HISTORY_LONG_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>

enum play_object {
	PLAY_REGISTER,
	PLAY_TURNS, /* registers, one after the other by five clients each */
	PLAY_CAS,
	PLAY_QUEUE,
	PLAY_STACK,
	PLAY_PRIORITY,
	PLAY_SET,
	PLAY_MUTEX,
	PLAY_COUNTER,
	PLAY_BAG,
};

struct long_shape {
	const char *name;
	enum play_object object;
	const char *model;
	size_t ops;
	int processes;
	int keys;
	int domain; /* of values; 0: distinct */
	double crashed; /* chance */
	bool is_wrong; /* a violation near the end */
	const char *algorithm;
};

/* Clients that never rest play on an object that is right, but for a read
 * near the end where `is_wrong`. The same shape gives the same history; the
 * caller frees it. */
struct history *long_history(const struct long_shape *shape);

#endif
