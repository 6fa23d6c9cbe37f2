/* SPDX-License-Identifier: MIT */
/* What is known of many sessions, kept once where it is the same. */
#ifndef ORDEAL_CAUSAL_KNOWN_H
#define ORDEAL_CAUSAL_KNOWN_H

#include "checkers/causal/relation.h"

/*
 * A clock as a tree: of each session the first so many events. Equal trees, and
 * equal parts of them, are one and the same number (they are found by a hash),
 * and are never changed. So of thousands of sessions that ended long ago, and
 * of which all know the same, nothing is kept twice, and what is new is found
 * without looking at them. 0 is the tree of nobody's events.
 */
#define KNOWN_WIDTH 16
#define KNOWN_BITS 4
#define KNOWN_NOTHING 0

struct known_node {
	uint32_t parts[KNOWN_WIDTH]; /* trees; at the bottom: how many events */
};

struct known {
	const struct trace *trace;
	unsigned levels;
	struct known_node *nodes;
	size_t count;
	size_t capacity;
	uint32_t *slots; /* a power of two; at most half full */
	size_t size;
	size_t count_max; /* the budget */
	bool is_full;	  /* it ran out: what follows is worth nothing */
};

/* Room for as many bytes. */
void known_init(struct known *known, const struct trace *trace, uint64_t bytes);
void known_release(struct known *known);

/* Forgets all trees made since there were `count` nodes. */
void known_forget(struct known *known, size_t count);

/* The events of either tree. O(what differs). */
uint32_t known_join(struct known *known, uint32_t a, uint32_t b);

/* The tree, and of the session at least the first `count` events. */
uint32_t known_add(struct known *known, uint32_t tree, uint32_t session,
		   uint32_t count);

/* How many events of the session. O(levels). */
uint32_t known_count(const struct known *known, uint32_t tree,
		     uint32_t session);

#define KNOWN_OTHERS 4

/* Walks backwards over the runs of one key of whose sessions `tree` knows
 * otherwise than each of `others`, which may be changed on the way. */
struct known_walk {
	const struct known *known;
	uint32_t tree;
	uint32_t others[KNOWN_OTHERS]; /* TRACE_NONE: none */
	uint32_t start;		       /* in trace.runs */
	uint32_t end;		       /* behind the next */
	uint64_t steps;		       /* so far */
};

/* The next such run, or NULL; of those left out all are alike in one of the
 * others. Each step is O(levels + log of the runs). */
const struct run *known_next(struct known_walk *walk);

#endif
