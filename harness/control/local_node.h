/* SPDX-License-Identifier: MIT */
/* The processes that a local cluster consists of; for the local_* files. */
#ifndef ORDEAL_CONTROL_LOCAL_NODE_H
#define ORDEAL_CONTROL_LOCAL_NODE_H

#include "harness/control/local_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A box is what `unshare` makes: namespaces with a shell as their first
 * process, which runs FOLDER/BOX/init. That path, in its arguments, is what
 * its processes are found by; there is no pid file that could be out of date.
 *
 * The shell says "ready", waits for "go", does its work, says "up". If the
 * one who started it dies before that, its pipes close and it ends.
 */
struct local_box {
	const char *name; /* "n1", or "switch" */
	pid_t pid;	  /* unshare's, whose network namespace is the box's */
	int to;		  /* we write "go" here; -1: closed */
	int from;	  /* it answers here; -1: closed */
};

/* Keys, scripts and lists for `count` nodes, in the cluster's folder. */
int local_node_prepare(const struct local *local, size_t count,
		       int64_t deadline_ns, struct error *err);

/* Starts a box; local_box_release closes the pipes. */
int local_box_start(const struct local *local, struct local_box *box,
		    struct error *err);
void local_box_release(struct local_box *box);

/* Waits for a word; the error is the last line of the box's log. */
int local_box_await(const struct local *local, struct local_box *box,
		    const char *word, int64_t deadline_ns, struct error *err);
int local_box_go(struct local_box *box, struct error *err);

/* True when the first process of box `name` is there. */
bool local_box_is_there(const struct local *local, const char *name);

/* Ends every process of the cluster and waits until they are gone. */
int local_node_kill(const struct local *local, struct error *err);

#endif
