/* SPDX-License-Identifier: MIT */
/*
 * The earliest deadline first: nothing takes effect before it must; when a
 * call returns that has not, open calls of a kind take effect in order of
 * their returns until it has. Those that never return come last.
 */
#ifndef ORDEAL_LINEARIZABLE_EARLIEST_H
#define ORDEAL_LINEARIZABLE_EARLIEST_H

#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/waiting.h"

/* A walk along the time line. */
struct earliest {
	const struct calls *calls;
	struct monitor_result *result;
	struct sort_item *events; /* positions; number: call * 2 + is_return */
	size_t event_count;
	struct waiting waiting[2]; /* calls of a kind, by their return */
	uint8_t *is_done; /* of each call */
};

/* Lays out the calls, which are borrowed; nothing waits yet. */
void earliest_init(struct earliest *earliest, const struct calls *calls,
		   struct monitor_result *result);
void earliest_release(struct earliest *earliest);

/* The call waits among its kind. */
void earliest_wait(struct earliest *earliest, size_t kind, uint32_t call);

/* The call of that kind that returns first takes effect; false if none
 * waits. */
bool earliest_take(struct earliest *earliest, size_t kind);

/* Convicts everything up to where it went wrong; calls that were still open
 * then too, for they may be what is missing. */
void earliest_convict(struct earliest *earliest, uint32_t position);

#endif
