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
};

/* Their names in that order, NULL at the end. */
extern const char *const condition_names[];

/* CONDITION_NOW if there is none of that name. */
enum condition condition_from_name(const char *name);

/*
 * Looks every 20 ms until it holds, for at most `wait_ns`. True if it did.
 * `recorder` and `cluster` may be NULL: what needs them never holds. By the
 * thread that owns the nodes.
 */
bool condition_await(enum condition condition, struct recorder *recorder,
		     struct cluster *cluster, int64_t wait_ns);

#endif
