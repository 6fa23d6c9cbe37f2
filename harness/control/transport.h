/* SPDX-License-Identifier: MIT */
/* How to reach one machine: run a command there, move files. */
#ifndef ORDEAL_CONTROL_TRANSPORT_H
#define ORDEAL_CONTROL_TRANSPORT_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

/* What to run: one line for /bin/sh on the other side. */
struct command {
	const char *line;
	const char *input; /* fed to its standard input, or NULL */
	size_t input_size;
	int64_t deadline_ns; /* monotonic; a step without one is a defect */
};

/* What came of it. `out` and `err` live in the arena and end in a NUL. */
struct reply {
	int exit_status;	 /* -1 if a signal ended it */
	const char *exit_signal; /* "KILL", or NULL */
	char *out;
	size_t out_size;
	char *err;
	size_t err_size;
};

/*
 * A way to reach machines. Each function returns 0, or -1 with a sentence in
 * `err` that names the cause (not the node: the caller does). A command that
 * ran and failed is a success of the transport: see `exit_status`. A session
 * belongs to one thread at a time. After a deadline or a broken connection
 * the session is unusable until `reopen`; whether the command ran is unknown.
 */
struct transport {
	const char *name;
	int (*run)(void *session, const struct command *command,
		   struct arena *arena, struct reply *reply, struct error *err);
	/* `mode` as for chmod; the file appears under its name when whole. */
	int (*upload)(void *session, const char *local, const char *remote,
		      int mode, int64_t deadline_ns, struct error *err);
	int (*download)(void *session, const char *remote, const char *local,
			int64_t deadline_ns, struct error *err);
	int (*reopen)(void *session, int64_t deadline_ns, struct error *err);
	void (*close)(void *session); /* NULL is accepted */
};

#endif
