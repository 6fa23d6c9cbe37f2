/* SPDX-License-Identifier: MIT */
/* Histories of sessions and transactions, without times. */
#ifndef ORDEAL_CORE_FOREIGN_SESSIONS_H
#define ORDEAL_CORE_FOREIGN_SESSIONS_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One access, of the transaction and session that it is part of. */
struct session_access {
	int64_t session;
	int64_t txn;
	bool is_aborted;
	size_t line;
	size_t order; /* set by sessions_add */
	struct action action;
};

/* What a file says, in its order; all zero is empty. */
struct sessions {
	struct session_access *accesses;
	size_t count;
	size_t capacity;
};

void sessions_add(struct sessions *sessions,
		  const struct session_access *access);
void sessions_release(struct sessions *sessions);

/* A read of `value`, or a write of it. */
struct action session_action(bool is_write, struct value key,
			     struct value value);

/*
 * Makes them a history: sessions become processes in the order of their
 * numbers, accesses that follow each other in one session and have the same
 * transaction become an operation `txn`: ok, or fail when aborted. A read of
 * 0 is one of nil (never written) unless somebody writes 0 there. On error,
 * *line is the line that it is about.
 */
int sessions_emit(struct sessions *sessions, struct history *history,
		  size_t *line, struct error *err);

#endif
