/* SPDX-License-Identifier: MIT */
/* What the nodes show at the end, key by key; see convergence.c. */
#ifndef ORDEAL_CHECKERS_CONVERGENCE_H
#define ORDEAL_CHECKERS_CONVERGENCE_H

#include "harness/checker.h"

#define VALUES_MAX 16 /* different values of a key that are judged */
#define NODES_MAX 256

enum wrong {
	DIVERGED,
	LOST,
	GARBAGE,
	REFUSED,
	WRONG_KINDS,
};

/* One value of a key, as read at the end. */
struct shown {
	struct value value;
	uint32_t read; /* the first that showed it */
};

struct node_seen {
	struct value node;
	bool is_read; /* in the final phase */
};

struct convergence {
	const struct check *check;
	struct verdict *verdict;
	const struct history_keys *keys;
	bool any_wins;
	uint32_t final_op; /* operations from here on are of the final phase */
	struct node_seen nodes[NODES_MAX];
	size_t node_count;
	uint64_t counts[WRONG_KINDS]; /* keys */
	uint64_t reads;
	uint64_t keys_read;
	int64_t worst_ns; /* see note_delay */
	/* Of the key at hand. */
	const uint32_t *ops;
	uint32_t count;
	struct value key;
	struct shown shown[VALUES_MAX];
	size_t shown_count;
	uint32_t last; /* acknowledged write, or HISTORY_NONE */
};

static inline const struct op *op_at(const struct convergence *c,
				     uint32_t number)
{
	return &c->check->history->ops[number];
}

static inline const struct action *action_at(const struct convergence *c,
					     uint32_t number)
{
	return op_actions(c->check->history, op_at(c, number));
}

const char *wrong_name(enum wrong wrong);

/* Each counts, and tells the first few. */
void tell_divergence(struct convergence *c);
/* `writer` (or HISTORY_NONE) wrote what is shown, and c->last follows it. */
void tell_lost(struct convergence *c, const struct shown *shown,
	       uint32_t writer);
/* `refused`: the write of that value that was refused, or HISTORY_NONE. */
void tell_unwritten(struct convergence *c, const struct shown *shown,
		    uint32_t refused);

#endif
