/* SPDX-License-Identifier: MIT */
/* Words of the checker `linearizable`: anomalies and sequential models. */
#include "harness/report/explain.h"

#define LINEARIZABILITY                                                       \
	"M. Herlihy, J. Wing: Linearizability, a correctness condition for\n" \
	"concurrent objects. ACM TOPLAS 12(3), 1990."

const struct explanation explain_linearizable[] = {
	{
		.name = "non-linearizable",
		.kind = EXPLAIN_ANOMALY,
		.also = "not-linearizable, nonlinearizable",
		.meaning =
			"There is no order of the operations that respects "
			"real time (what\nended before another began comes "
			"first) and in which every answer is\nthe one that "
			"the object would have given, had they come one at a "
			"time.",
		.example = "  process 0: |-- write 1 --|\n"
			   "  process 1:                 |-- read: 1 --|\n"
			   "  process 2:                                 |-- "
			   "read: nil --|\n"
			   "The last read must come after the first one, which "
			   "saw 1, and nobody\nwrote nil again.",
		.rules_out = "linearizability (and strict serializability)",
		.source = LINEARIZABILITY,
	},
	{
		.name = "stale-read",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read returned a value that had been overwritten "
			"before the read\nbegan: the newer write had ended, or "
			"somebody had seen it.",
		.example = "  process 0: |-- write 1 --| |-- write 2 --|\n"
			   "  process 1:                                 |-- "
			   "read: 1 --|",
		.rules_out =
			"linearizability; sequential and causal consistency "
			"may still hold",
		.source = LINEARIZABILITY,
	},
	{
		.name = "split-brain",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A stale read (or an update of something stale) in a "
			"stretch of time\nduring which two groups of nodes "
			"each acknowledged updates and went on\nwith values "
			"of their own: neither showed anything of the "
			"other's,\nand each answered at least twice with what "
			"an acknowledged update\nthrough the other had "
			"replaced. Needs values written once, and the\nnode "
			"of each operation.",
		.example = "  n1: |-- write 1 --|                |-- read: 1 "
			   "--| |-- read: 1 --|\n"
			   "  n2:     |-- write 2 --| |-- read: 2 --|  |-- "
			   "read: 2 --|",
		.rules_out = "linearizability; acknowledged updates of one "
			     "side will be lost",
		.source = LINEARIZABILITY,
	},
	{
		.name = "lost-write",
		.kind = EXPLAIN_ANOMALY,
		.also = "lost-acknowledged-write",
		.meaning = "A write was acknowledged, and no later read shows "
			   "any trace of it\nalthough nothing overwrote it.",
		.example =
			"  process 0: |-- write 1 --| |-- write 2: ok --|\n"
			"  process 1:                                     |-- "
			"read: 1 --|\n"
			"  process 2:                                          "
			"  |-- read: 1 --|",
		.rules_out = "linearizability; durability",
		.source = LINEARIZABILITY,
	},
	{
		.name = "garbage-read",
		.kind = EXPLAIN_ANOMALY,
		.also = "thin-air-read, phantom-value, read-of-unwritten-value",
		.meaning = "A read returned a value that nobody ever tried to "
			   "write.",
		.example = "  process 0: |-- write 1 --|\n"
			   "  process 1:                 |-- read: 7 --|",
		.rules_out = "every consistency model",
		.source = "A. Bouajjani et al.: On verifying causal "
			  "consistency. POPL 2017 (thin-air read).",
	},
	{
		.name = "future-read",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read returned a value before anybody began to "
			"write it (in a\ntransaction: one that the transaction "
			"itself writes only later).",
		.example = "  process 0: |-- read: 1 --|\n"
			   "  process 1:                 |-- write 1 --|",
		.rules_out = "every consistency model",
		.source = "K. Kingsbury, P. Alvaro: Elle. VLDB 2020.",
	},
	{
		.name = "failed-write-observed",
		.kind = EXPLAIN_ANOMALY,
		.also = "dirty-failed-write",
		.meaning =
			"A read returned the value of a write that the store "
			"had refused for\ngood. (Either the write did happen, "
			"or the client took an unclear reply\nfor a refusal: "
			"look at its error.)",
		.example = "  process 0: |-- write 1: fail --|\n"
			   "  process 1:                      |-- read: 1 --|",
		.rules_out = "linearizability; in transactions it is G1a",
		.source = LINEARIZABILITY,
	},
	{
		.name = "lost-update",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Two operations that read a value and replaced it "
			"both found the same\none: the first replacement has "
			"vanished under the second.",
		.example = "  write 1\n"
			   "  process 0: cas [1, 2]: ok\n"
			   "  process 1: cas [1, 3]: ok",
		.rules_out = "linearizability; for transactions cursor "
			     "stability, snapshot\nisolation and all above",
		.source = "H. Berenson et al.: A critique of ANSI SQL "
			  "isolation levels. SIGMOD 1995.",
	},
	{
		.name = "linearizable",
		.kind = EXPLAIN_MODEL,
		.also = "linearizability, atomic, strong-consistency",
		.meaning =
			"Each operation takes effect at one moment between "
			"its invocation and\nits completion, and the answers "
			"are those of the object used by one\nclient alone. "
			"Other words for a register of this kind: atomic.",
		.rules_out = "stale-read, lost-write, garbage-read, "
			     "non-linearizable",
		.source = LINEARIZABILITY,
	},
	{
		.name = "register",
		.kind = EXPLAIN_MODEL,
		.meaning = "One value: a read returns what was written last.",
		.example = "  write 1, read: 1, write 2, read: 2",
	},
	{
		.name = "cas-register",
		.kind = EXPLAIN_MODEL,
		.also = "compare-and-set, cas",
		.meaning =
			"A register with compare-and-set: cas [a, b] writes b "
			"if the value is\na, and fails otherwise.",
		.example = "  write 1, cas [1, 2]: ok, cas [1, 3]: fail, "
			   "read: 2",
	},
	{
		.name = "multi-register",
		.kind = EXPLAIN_MODEL,
		.also = "kv",
		.meaning =
			"Several registers: a transaction reads and writes "
			"any of them at one\nmoment, and may have conditions.",
		.example = "  txn [w x 1, w y 2], txn [r x: 1, r y: 2]",
	},
	{
		.name = "kv-string",
		.kind = EXPLAIN_MODEL,
		.meaning = "A string a key: put, append at its end, get "
			   "(Porcupine's key-value model).",
	},
	{
		.name = "set",
		.kind = EXPLAIN_MODEL,
		.meaning = "A set of values: add, remove, is it contained, "
			   "read it whole.",
		.example = "  add 1, add 2, remove 1, read: [2]",
	},
	{
		.name = "fifo-queue",
		.kind = EXPLAIN_MODEL,
		.also = "queue",
		.meaning = "Hands out values in the order they were put in.",
		.example = "  enqueue 1, enqueue 2, dequeue: 1, dequeue: 2, "
			   "dequeue: nil",
	},
	{
		.name = "priority-queue",
		.kind = EXPLAIN_MODEL,
		.meaning = "Hands out the highest value it holds.",
		.example = "  enqueue 1, enqueue 3, enqueue 2, dequeue: 3",
	},
	{
		.name = "bag",
		.kind = EXPLAIN_MODEL,
		.also = "multiset, unordered-queue",
		.meaning = "Hands out any value that was put in, each as often "
			   "as it was put in.",
		.example = "  enqueue 1, enqueue 2, dequeue: 2, dequeue: 1",
	},
	{
		.name = "stack",
		.kind = EXPLAIN_MODEL,
		.meaning = "Hands out the value put in last.",
		.example = "  push 1, push 2, pop: 2, pop: 1",
	},
	{
		.name = "mutex",
		.kind = EXPLAIN_MODEL,
		.also = "lock",
		.meaning = "A lock that is held once at a time; anyone may "
			   "release it.",
		.example = "  acquire, release, acquire",
	},
	{
		.name = "owner-mutex",
		.kind = EXPLAIN_MODEL,
		.meaning = "A lock that only the process that holds it can "
			   "release.",
	},
	{
		.name = "reentrant-mutex",
		.kind = EXPLAIN_MODEL,
		.meaning = "A lock that its holder may acquire again; it is "
			   "free after as many\nreleases.",
	},
	{
		.name = "semaphore",
		.kind = EXPLAIN_MODEL,
		.meaning = "So many permits: acquire takes one, release gives "
			   "one back.",
	},
	{
		.name = "fenced-lock",
		.kind = EXPLAIN_MODEL,
		.also = "fencing-token",
		.meaning =
			"A lock whose every acquisition brings a token higher "
			"than all before,\nso that a resource can refuse a "
			"holder who does not know that its time\nis over.",
		.source = "M. Kleppmann: How to do distributed locking. 2016.",
	},
	{
		.name = "counter",
		.kind = EXPLAIN_MODEL,
		.meaning = "A number that is incremented, decremented and "
			   "read.",
		.example = "  increment 2, decrement 1, read: 1",
	},
	{
		.name = "list",
		.kind = EXPLAIN_MODEL,
		.meaning = "A list that is appended to and read whole.",
		.example = "  append 1, append 2, read: [1, 2]",
	},
	{
		.name = "log",
		.kind = EXPLAIN_MODEL,
		.meaning = "A log with offsets from 0 on without gaps: send "
			   "returns the offset,\npoll reads from there.",
	},
	{ 0 },
};
