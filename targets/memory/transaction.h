/* SPDX-License-Identifier: MIT */
/* The inside of transactions: what each action of one sees. */
#ifndef ORDEAL_MEMORY_TRANSACTION_H
#define ORDEAL_MEMORY_TRANSACTION_H

#include "targets/memory/memory.h"

/* An item as a transaction sees it, once it has touched it. */
struct view {
	struct item *item;
	struct value content;	/* with its own writes */
	struct value half_done; /* after its first write of several */
	struct value put_after; /* what is to come behind its own appends */
	size_t reads;		/* of what was there before it wrote */
	size_t writes;
};

/*
 * A transaction happens at one instant, under the lock; what it sees may be
 * of an earlier one. So each level of isolation is given by which committed
 * versions its reads get and by when its writes are installed, as the
 * definitions of Adya ("Weak Consistency", 1999) have it, and all of it
 * follows from the seed:
 *
 * - strict serializable: the newest versions, and at once;
 * - serializable: as before, but one that only reads may get a snapshot of
 *   earlier on;
 * - snapshot isolation: all reads are of one snapshot, perhaps of earlier on,
 *   and the transaction fails when something that it writes has changed since;
 * - read committed: each read gets some recent version, whatever the others
 *   got, and the writes may be installed after the acknowledgement;
 * - read uncommitted: as before, and reads may also see what transactions
 *   left that have failed since, or were half done.
 */
struct transaction {
	struct call *call;
	struct action *actions;
	size_t count;
	enum level level; /* in force for this one */
	int64_t snapshot; /* stamp */
	int64_t hidden;	  /* stamp of a commit that it misses; 0: none */
	bool is_read_only;
	bool sees_dirt;
	bool is_late; /* installs its writes later */
	struct view *views;
	size_t view_count;
};

/* A recent commit that the transaction can be made to contradict, for the bug
 * of that name: write skew, G1c, long fork. NULL if there is none. */
const struct commit *commit_for_skew(struct transaction *transaction);
const struct commit *commit_for_circle(struct transaction *transaction,
				       const struct view *view);
const struct commit *commit_for_fork(struct transaction *transaction);

/* Remembers what the transaction did. */
void commit_remember(struct transaction *transaction);

/* Decides what the transaction will see, by level, bug and chance. */
void transaction_begin(struct transaction *transaction);

/* The view of the item of action number `at`, made when it is the first. */
struct view *transaction_view(struct transaction *transaction, size_t at);

/* What that action finds there. */
struct value transaction_content(struct transaction *transaction, size_t at,
				 struct view *view);

#endif
