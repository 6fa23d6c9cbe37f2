/* SPDX-License-Identifier: MIT */
/* The calls of a history dealt out to its keys, in one pass and by several
 * threads: by key, its operations lie all over memory. */
#ifndef ORDEAL_LINEARIZABLE_DEAL_H
#define ORDEAL_LINEARIZABLE_DEAL_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/judge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls of one key that lie one after the other. */
struct deal_run {
	struct call *items;
	uint32_t count;
	uint32_t next; /* of the same key, or DEAL_NONE */
};

#define DEAL_NONE UINT32_MAX

/* A key in one share of the history. */
struct deal_hand {
	struct value key;
	uint32_t op_count; /* failed ones too */
	uint32_t call_count; /* up to its last run */
	uint32_t open_count;
	uint32_t first_run;
	uint32_t last_run;
	struct call *next; /* place in its last run */
	struct call *end; /* of that run */
};

/* From keys to hands, by open addressing. */
struct deal_slot {
	uint32_t key;
	uint32_t number; /* of the hand, plus 1; 0: free */
};

/* A share of the history: operations one after the other. */
struct deal_share {
	size_t from;
	size_t to;
	struct deal_hand *hands; /* in order of first appearance */
	size_t hand_count;
	size_t hand_capacity;
	struct deal_slot *slots;
	size_t slot_count;
	struct deal_run *runs;
	size_t run_count;
	size_t run_capacity;
	struct call *room; /* what is left to be filled */
	struct call *room_end;
	struct call **slabs; /* more room; owned */
	size_t slab_count;
	size_t slab_capacity;
	bool is_mixed; /* several keys in one hand, of a whole model */
	bool is_odd; /* see struct deal */
	bool is_broken;
	char apart[128]; /* from what another thread writes */
};

struct deal {
	const struct judge *judge;
	struct call *calls; /* room for all; owned */
	struct deal_share *shares;
	size_t share_count;
	size_t count; /* of keys, which are in order of first appearance; a
		       * model that is whole has one */
	uint32_t *hands; /* of each key the hand in each share, or DEAL_NONE */
	bool is_odd; /* some operation has several actions, or a verb that the
		      * model may not have */
};

/* What dealing may take, in bytes. */
size_t deal_bytes(const struct history *history);

/* Cuts the history into shares, each to be dealt by any thread. Freed by
 * deal_release. */
void deal_init(struct deal *deal, const struct judge *judge,
	       size_t share_count);
void deal_release(struct deal *deal);
void deal_share(struct deal *deal, size_t number);

/* When all shares are dealt, in one thread: joins them. False if that cannot
 * be: a drain is more than one call, or time was up. */
bool deal_finish(struct deal *deal);

/* The key, the number of its operations, and its calls, which may be lent and
 * then are as long as the deal; any thread. The key of a model that is whole
 * is nil where there are several. */
struct value deal_key(const struct deal *deal, size_t number);
size_t deal_op_count(const struct deal *deal, size_t number);
void deal_take(const struct deal *deal, size_t number, struct calls *calls);

#endif
