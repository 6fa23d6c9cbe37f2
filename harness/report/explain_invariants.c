/* SPDX-License-Identifier: MIT */
/* Words of the checkers `set`, `queue`, `counter` and `unique-ids`, and what
 * `linearizable` says of such objects. */
#include "harness/report/explain.h"

#define JEPSEN "Jepsen's checkers set-full, total-queue, counter, unique-ids."

const struct explanation explain_invariants[] = {
	{
		.name = "lost-element",
		.kind = EXPLAIN_ANOMALY,
		.also = "lost, lost-insert",
		.meaning =
			"An element whose addition was acknowledged (or that "
			"was seen) is gone,\nand nobody can have taken it "
			"out. Of a set: a later read lacks it, and\nnone "
			"shows it again. Of a queue: it never came out, "
			"although the queue\nwas found empty later.",
		.example = "  process 0: |-- add 1: ok --| |-- add 2: ok --|\n"
			   "  process 1:                                     "
			   "|-- read: [2] --|",
		.rules_out = "durability; linearizability and all weaker "
			     "promises to keep data",
		.source = JEPSEN,
	},
	{
		.name = "phantom-element",
		.kind = EXPLAIN_ANOMALY,
		.also = "unexpected-element, unexpected",
		.meaning =
			"An element was read or came out of a queue that "
			"nobody can have put\nin by then: nobody ever tried, "
			"or began only later, or all attempts\nfailed for "
			"good.",
		.example = "  process 0: |-- add 1: ok --|\n"
			   "  process 1:                  |-- read: [1, 7] --|",
		.rules_out = "every consistency model",
		.source = JEPSEN,
	},
	{
		.name = "duplicate-element",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "One read of a set shows the same element more than "
			   "once.",
		.example = "  process 0: |-- add 1: ok --|\n"
			   "  process 1:                  |-- read: [1, 1] --|",
		.rules_out = "being a set",
		.source = JEPSEN,
	},
	{
		.name = "resurrected-element",
		.kind = EXPLAIN_ANOMALY,
		.also = "resurrection, zombie",
		.meaning = "An element whose removal was acknowledged (or that "
			   "was seen to be\ngone) is back, though nobody added "
			   "it again: the removal was undone.",
		.example = "  process 0: |-- add 1 --| |-- remove 1: ok --|\n"
			   "  process 1:                                     "
			   "|-- read: [] --| |-- read: [1] --|",
		.rules_out = "linearizability; durability of removals",
		.source = JEPSEN,
	},
	{
		.name = "duplicate-delivery",
		.kind = EXPLAIN_ANOMALY,
		.also = "duplicated, delivered-twice",
		.meaning = "An element came out of a queue more often than it "
			   "can have been put in.",
		.example = "  process 0: |-- enqueue 1: ok --|\n"
			   "  process 1:                      |-- dequeue: 1 "
			   "--|\n"
			   "  process 2:                                       "
			   "|-- dequeue: 1 --|",
		.rules_out = "exactly-once and at-most-once delivery; not "
			     "at-least-once\n(--at-least-once true of the "
			     "checker queue)",
		.source = JEPSEN,
	},
	{
		.name = "lost-increment",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The last reads of a counter show less than what was "
			"acknowledged before\nthey began: an increment was "
			"acknowledged and does not count.",
		.example = "  process 0: |-- increment 1: ok --|\n"
			   "  process 1: |-- increment 1: ok --|\n"
			   "  process 0:                         |-- read: 1 "
			   "--|",
		.rules_out = "linearizability; for a counter that converges, "
			     "too, if all faults\nare healed",
		.source = JEPSEN,
	},
	{
		.name = "impossible-read",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read of a counter shows a number that no choice of "
			"the updates that\nhad begun makes up: more than all "
			"of them, less than all that takes\naway, or between "
			"two sums (of two increments by 5, a 7). More than "
			"all:\nan increment counted twice, or one that had "
			"failed.",
		.example =
			"  process 0: |-- increment 1: ok --|\n"
			"  process 1:                        |-- read: 2 --|",
		.rules_out = "every consistency model",
		.source = JEPSEN,
	},
	{
		.name = "duplicate-id",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "The same id was given out to two requests.",
		.example = "  process 0: |-- generate: 17 --|\n"
			   "  process 1:      |-- generate: 17 --|",
		.rules_out = "uniqueness, whatever the order",
		.source = JEPSEN,
	},
	{
		.name = "dequeued-before-enqueued",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A dequeue that brought an element was over before "
			   "anybody began to put\nit in.",
		.example = "  process 0: |-- dequeue: 1 --|\n"
			   "  process 1:                   |-- enqueue 1 --|",
		.rules_out = "every consistency model",
	},
	{
		.name = "out-of-order",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A queue (stack, priority queue) handed out an "
			   "element whose turn it was\nnot.",
		.example = "  process 0: |-- enqueue 1 --| |-- enqueue 2 --|\n"
			   "  process 0: |-- dequeue: 2 --|",
		.rules_out = "linearizability of the ordered object; not that "
			     "of a bag",
	},
	{
		.name = "held-by-two",
		.kind = EXPLAIN_ANOMALY,
		.also = "double-grant, split-lock",
		.meaning = "A lock was given to somebody while another surely "
			   "held it.",
		.example = "  process 0: |-- acquire: ok --|\n"
			   "  process 1:                    |-- acquire: ok "
			   "--|",
		.rules_out = "mutual exclusion",
	},
	{
		.name = "too-many-holders",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A semaphore gave out more permits than it has.",
		.rules_out = "what the semaphore is for",
	},
	{
		.name = "released-not-held",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A release succeeded of a lock that its process "
			   "did not hold.",
		.example = "  process 0: |-- acquire --|\n"
			   "  process 1:               |-- release: ok --|",
		.rules_out = "locks with owners",
	},
	{
		.name = "stale-token",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "An acquisition brought a fencing token that is not "
			   "higher than all\nbefore: who held the lock earlier "
			   "can still be taken for its holder.",
		.example = "  process 0: |-- acquire: token 5 --| |-- release "
			   "--|\n"
			   "  process 1: |-- acquire: token 5 --|   (later)",
		.rules_out = "fencing",
		.source = "M. Kleppmann: How to do distributed locking. 2016.",
	},
	{ 0 },
};
