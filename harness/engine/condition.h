/* SPDX-License-Identifier: MIT */
/* What an injection may wait for: states of the run and of the store. */
#ifndef ORDEAL_ENGINE_CONDITION_H
#define ORDEAL_ENGINE_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

struct cluster;
struct recorder;

enum condition {
	CONDITION_NOW,
	CONDITION_FIRST_OK,    /* some operation has succeeded */
	CONDITION_NEW_PRIMARY, /* a node is primary that was none when the
				* wait began */
	CONDITION_NODE_LAGS, /* a node tells that it is behind another, by some
			      * entries of the log (`lag`) */
};

/* Their names in that order, NULL at the end. */
extern const char *const condition_names[];

/* CONDITION_NOW if there is none of that name. */
enum condition condition_from_name(const char *name);

/* What conditions are looked up in; `recorder` and `cluster` may be NULL: what
 * needs them never holds. */
struct condition_world {
	struct recorder *recorder;
	struct cluster *cluster;
	int64_t lag; /* entries; of CONDITION_NODE_LAGS */
};

/* Looks every 20 ms until it holds, for at most `wait_ns`. True if it did. By
 * the thread that owns the nodes. */
bool condition_await(enum condition condition,
		     const struct condition_world *world, int64_t wait_ns);

#endif
