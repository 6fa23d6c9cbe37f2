/* SPDX-License-Identifier: MIT */
/* The bugs that can be planted. */
#ifndef ORDEAL_MEMORY_BUGS_H
#define ORDEAL_MEMORY_BUGS_H

/*
 * At most one is planted in a run. Each fires by chance (option bug-rate) at
 * each operation it can spoil; split-brain comes and goes by itself. "Acked"
 * is: completed ok.
 */
#define BUGS(X)                                                            \
	X(NONE, "none", "every object is linearizable")                    \
	X(STALE_READ, "stale-read", "a read misses the latest writes")     \
	X(LOST_UPDATE, "lost-update",                                      \
	  "a cas, append or increment builds on an old version")           \
	X(LOST_WRITE, "lost-write", "an acked write is dropped")           \
	X(GARBAGE_READ, "garbage-read", "a read returns what none wrote")  \
	X(SPLIT_BRAIN, "split-brain",                                      \
	  "half of the clients have a copy of their own for a while")      \
	X(APPLIED_FAILURE, "applied-failure",                              \
	  "a write that is said to have failed has happened")              \
	X(DUPLICATE_WRITE, "duplicate-write",                              \
	  "an append, add, increment, enqueue or send happens twice")      \
	X(DUPLICATE_DELIVERY, "duplicate-delivery",                        \
	  "a dequeued or polled element comes again")                      \
	X(OUT_OF_ORDER, "out-of-order",                                    \
	  "elements change places in a list, queue or log")                \
	X(POLL_SKIP, "poll-skip", "a poll jumps over a message")           \
	X(LOST_ELEMENT, "lost-element",                                    \
	  "an element that was there vanishes from a list, set, queue "    \
	  "or log")                                                        \
	X(RESURRECTION, "resurrection",                                    \
	  "an element that was removed from a set comes back")             \
	X(DOUBLE_GRANT, "double-grant", "a held lock is granted again")    \
	X(STALE_TOKEN, "stale-token",                                      \
	  "a lock's fencing token is no greater than the one before")      \
	X(DUPLICATE_ID, "duplicate-id", "an id is given out twice")        \
	X(G0, "G0", "writes of two transactions interleave")               \
	X(G1A, "G1a", "a transaction that failed is read")                 \
	X(G1B, "G1b", "a read sees a transaction half done")               \
	X(G1C, "G1c", "a transaction reads from one that it comes before") \
	X(READ_SKEW, "read-skew",                                          \
	  "reads of one transaction are of different times")               \
	X(WRITE_SKEW, "write-skew",                                        \
	  "two transactions each miss what the other writes")              \
	X(G2, "G2",                                                        \
	  "two transactions each miss the row that the other inserts")     \
	X(LONG_FORK, "long-fork",                                          \
	  "readers disagree about which of two transactions came first")   \
	X(STALE_SNAPSHOT, "stale-snapshot",                                \
	  "a transaction that only reads sees an old snapshot")            \
	X(LATE_COMMIT, "late-commit",                                      \
	  "an acked transaction takes effect later")                       \
	X(INTERNAL, "internal",                                            \
	  "a transaction does not see what it wrote itself")               \
	X(NON_REPEATABLE_READ, "non-repeatable-read",                      \
	  "a transaction reads an object twice and differently")           \
	X(FUTURE_READ, "future-read",                                      \
	  "a transaction sees what it is going to write")                  \
	X(REORDERED_DELIVERY, "reordered-delivery",                        \
	  "a replica takes an update before those that its node made "     \
	  "earlier")                                                       \
	X(DROPPED_DEPENDENCY, "dropped-dependency",                        \
	  "a replica takes an update before those that its writer had "    \
	  "seen")                                                          \
	X(SKEWED_CLOCK, "skewed-clock",                                    \
	  "the clock of one node is slow, and the last write wins by it")  \
	X(NON_COMMUTATIVE_MERGE, "non-commutative-merge",                  \
	  "of concurrent updates the one that comes last wins")            \
	X(STUCK_REPLICA, "stuck-replica",                                  \
	  "a replica takes nothing from the others any more")              \
	X(LOST_SIBLING, "lost-sibling",                                    \
	  "one of two concurrent versions is dropped")                     \
	X(DOMINATED_SIBLING, "dominated-sibling",                          \
	  "a version that was overwritten is kept as a sibling")           \
	X(DOUBLE_COUNT, "double-count",                                    \
	  "a merge counts an increment twice")                             \
	X(REMOVE_WINS, "remove-wins",                                      \
	  "a removal undoes an addition that it did not see")

enum bug {
#define BUG_ENUM(name, text, summary) BUG_##name,
	BUGS(BUG_ENUM)
#undef BUG_ENUM
		BUG_COUNT,
};

/* Their names, in the order of the enum; NULL at the end. */
extern const char *const bug_names[BUG_COUNT + 1];

/* The bug of that name; BUG_NONE if there is none. */
enum bug bug_from_name(const char *name);

#endif
