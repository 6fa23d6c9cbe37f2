/* SPDX-License-Identifier: MIT */
/* One machine of the cluster, and the steps that are taken on it. */
#ifndef ORDEAL_CONTROL_NODE_H
#define ORDEAL_CONTROL_NODE_H

#include "harness/control/transport.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A node is used by one thread at a time (its transport has one owner).
 * Every function that can fail returns 0, or -1 with a sentence that names
 * the node, the step and the cause. Every step ends by a deadline; where none
 * is given it is the node's step timeout (30 s unless configured).
 */
struct node;

const char *node_name(const struct node *node);

/* Where clients and peers reach it: an IP address or a host name. */
const char *node_address(const struct node *node);

/* Its position in the cluster, from 0, and who else is there. */
size_t node_index(const struct node *node);
size_t node_peer_count(const struct node *node); /* itself included */
const char *node_peer_name(const struct node *node, size_t index);
const char *node_peer_address(const struct node *node, size_t index);

/*
 * Runs a shell line as root (through sudo where the login is not root) and
 * wants exit status 0. `out`, unless NULL, gets what it printed, in `arena`,
 * without the last newline. Arguments in the line are quoted by the caller:
 * shell_quote().
 */
int node_run(struct node *node, struct arena *arena, const char **out,
	     struct error *err, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same with a time of its own instead of the node's step timeout. */
int node_run_within(struct node *node, int64_t timeout_ns, struct arena *arena,
		    const char **out, struct error *err, const char *format,
		    ...) __attribute__((format(printf, 6, 7)));

/* Runs a line whose failure is an answer, not an error: -1 only when it could
 * not be run to its end. */
int node_try(struct node *node, struct arena *arena, struct reply *reply,
	     struct error *err, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Writes a file there (folders are made), uploads, downloads one. */
int node_write_file(struct node *node, const char *path, int mode,
		    const char *bytes, size_t size, struct error *err);
int node_upload(struct node *node, const char *local, const char *remote,
		int mode, struct error *err);
int node_download(struct node *node, const char *remote, const char *local,
		  struct error *err);

/* True when `path` exists there; -1 on error. */
int node_has_file(struct node *node, const char *path, struct error *err);

/* `text` as one word for /bin/sh. */
const char *shell_quote(struct arena *arena, const char *text);

/*
 * Daemons. Each is known by its name alone: pid and start time are kept in
 * /run/ordeal/NAME.pid on the node, and a signal goes to that process (and
 * its session's group) only if it is still the same one; never by name.
 */
struct daemon {
	const char *name;
	const char *line;   /* shell line; `exec` is put in front */
	const char *folder; /* working directory, made if missing */
	const char *log;    /* standard output and error are appended here */
};

enum daemon_state {
	DAEMON_UNKNOWN,
	DAEMON_ABSENT,
	DAEMON_RUNNING,
	DAEMON_PAUSED,
};

/* Starts it, unless it runs already; 0 only when the process is there. */
int node_daemon_start(struct node *node, const struct daemon *daemon,
		      struct error *err);

/*
 * Sends a signal and waits for its effect as far as there is one to see: the
 * end (KILL, TERM, INT, QUIT, ABRT, SEGV; who is halted is made to go on), a
 * halt (STOP), going on (CONT).
 * Success when the process is not there.
 */
int node_daemon_signal(struct node *node, const char *name, const char *signal,
		       struct error *err);

/* TERM, then KILL when half of the step timeout has gone. */
int node_daemon_stop(struct node *node, const char *name, struct error *err);

int node_daemon_state(struct node *node, const char *name,
		      enum daemon_state *state, struct error *err);

#endif
