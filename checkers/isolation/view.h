/* SPDX-License-Identifier: MIT */
/* A history seen as transactions: flat arrays over its operations, actions
 * and keys. */
#ifndef ORDEAL_ISOLATION_VIEW_H
#define ORDEAL_ISOLATION_VIEW_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE UINT32_MAX

/* How many turns ahead loops fetch what they will look at: the arrays of large
 * histories are in no cache. */
#define VIEW_AHEAD 8

/* What an operation is as a transaction. Those from TXN_SEEN on took place. */
enum txn_status {
	TXN_NOT, /* not a transaction: nemesis, other verbs */
	TXN_ABORTED,
	TXN_OPEN, /* indeterminate, and no effect of it was seen */
	TXN_SEEN, /* indeterminate, but an effect of it was seen */
	TXN_OK,
};

enum key_kind {
	KEY_UNKNOWN, /* only read, and always nil */
	KEY_LIST,
	KEY_REGISTER,
	KEY_SET,
	KEY_MIXED, /* of several kinds at once */
};

enum action_flag {
	ACTION_NOT_FINAL = 1, /* its transaction writes the key again */
	ACTION_INNER = 2, /* not the transaction's first access to the key */
	ACTION_AMBIGUOUS = 4, /* another transaction writes the same value */
	ACTION_WRITES = 8, /* it is a write, an append or an addition */
};

/*
 * A transaction is known by the number of its operation in history->ops, an
 * access by that of its action in history->actions; keys are numbered in
 * order of appearance. Everything is on the heap, until view_release.
 */
struct view {
	const struct history *history;
	uint32_t op_count;
	uint32_t action_count;
	uint32_t key_count;
	uint8_t *status; /* enum txn_status, by operation */
	uint32_t *owner; /* the operation of an action */
	uint32_t *key_of; /* the key of an action */
	uint8_t *flags; /* enum action_flag, by action */
	struct value *keys;
	uint8_t *key_kinds; /* enum key_kind */
	uint32_t *writes; /* how many actions write a key */
	uint32_t txn_count; /* operations that are transactions */
	uint32_t ok_count;
	uint32_t stranger; /* the first operation that may have done what is
			    * not known here, or HISTORY_NONE */
	uint16_t stranger_f; /* what that is called: history_f_name */
};

void view_init(struct view *view, const struct history *history);
void view_release(struct view *view);

/* True when some key is of that kind. */
bool view_has_kind(const struct view *view, enum key_kind kind);

static inline const struct action *view_action(const struct view *view,
					       uint32_t action)
{
	return &view->history->actions[action];
}

static inline bool view_writes(const struct view *view, uint32_t action)
{
	return view->flags[action] & ACTION_WRITES;
}

/* True when the read brought a result: nil counts where it is committed. */
static inline bool view_has_result(const struct view *view, uint32_t action)
{
	return view->status[view->owner[action]] == TXN_OK ||
	       !value_is_nil(view_action(view, action)->result);
}

static inline bool view_committed(const struct view *view, uint32_t op)
{
	return view->status[op] >= TXN_SEEN;
}

/* The element or value that a write puts there. */
static inline struct value view_arg(const struct view *view, uint32_t action)
{
	return view_action(view, action)->arg;
}

#endif
