/* SPDX-License-Identifier: MIT */
/* What the clocks on a node show. */
#ifndef ORDEAL_NEMESIS_CLOCK_LOOK_H
#define ORDEAL_NEMESIS_CLOCK_LOOK_H

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An offset that is further from what was asked for is not in force. */
#define CLOCK_TOLERANCE_NS 1000000

/* Of all processes of the store on a node, or of the machine. */
struct clock_look {
	size_t processes;     /* that run */
	size_t wrong;	      /* whose clock we made wrong */
	size_t used;	      /* of them, those seen to read it, so far */
	size_t paused;	      /* of them, those that are stopped */
	int64_t requested_ns; /* of the one that is the furthest off */
	int64_t observed_ns;
	int64_t slack_ns;    /* that may be wrong by so much */
	const char *trouble; /* the agent's words about one, or NULL */
	const char *said;    /* what its keeper said last, or NULL */
};

/* Reads what the agent prints; in `arena`. `look->used` is kept and grows. */
void clock_look_read(struct clock_look *look, const char *text,
		     struct arena *arena);

/* Asks the agent on the node about the processes of `daemons`. */
int clock_look_at(struct node *node, const char *const *daemons,
		  struct clock_look *look, struct arena *arena,
		  struct error *err);

/*
 * Is the clock as wrong as it was meant to be? NULL if so, or why not.
 * `is_machine`: of the machine. A store that does not run has no doubt, and
 * no processes.
 */
const char *clock_look_doubt(const struct clock_look *look, bool is_machine,
			     struct arena *arena);

#endif
