/* SPDX-License-Identifier: MIT */
/* Words of `isolation` and `bank`: sessions, orders unknown, totals. */
#include "harness/report/explain.h"

const struct explanation explain_isolation_sessions[] = {
	{
		.name = "causality-violation",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read misses a write that happened before it: the "
			"reader's process had done\n"
			"it, or had seen something that came after it.",
		.example =
			"  process 1: append 1 to x; then append 1 to y\n"
			"  process 2: read y = [1]; then read x = []",
		.rules_out =
			"causal consistency and all that order sessions "
			"above it",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "non-monotonic-reads",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A process saw an older state of a key than it had "
			"seen before.",
		.example =
			"  process 1: read x = [1]; then read x = []",
		.rules_out =
			"PRAM, causal consistency and the strong session "
			"levels",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "non-monotonic-writes",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Writes of one process to a key took effect in "
			"another order.",
		.example =
			"  process 1: append 1 to x; then append 2 to x\n"
			"  a read shows x = [2, 1]",
		.rules_out =
			"PRAM, causal consistency and the strong session "
			"levels",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "not-read-your-writes",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A process did not see what it had written before.",
		.example =
			"  process 1: append 1 to x; then read x = []",
		.rules_out =
			"PRAM, causal consistency and the strong session "
			"levels",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "writes-do-not-follow-reads",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A process wrote something after it had read a version "
			"of x. Somebody saw\n"
			"that write, but an older x (or the write was put "
			"before what had been read).",
		.example =
			"  process 1: read x = [1]; then (next transaction) "
			"append 5 to y\n"
			"  process 2: read y = [5], read x = []",
		.rules_out =
			"causal consistency and the strong session levels",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "monotonic-atomic-view-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"strong-session-monotonic-atomic-view-cycle-exists, "
			"PL-2-cycle-exists",
		.meaning =
			"Registers: from what transactions read it follows "
			"that some writers came\n"
			"before each other in a circle, so that one saw a "
			"write and then missed\n"
			"another of the same transaction.",
		.rules_out =
			"monotonic atomic view and all above",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "read-atomic-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"strong-session-read-atomic-cycle-exists",
		.meaning =
			"Registers: whatever the order of versions, some "
			"transaction saw only a part\n"
			"of what another one wrote.",
		.rules_out =
			"read atomic and all above",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "causal-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Registers: whatever the order of versions, some "
			"read misses a write that had\n"
			"happened before it.",
		.rules_out =
			"causal consistency and what is above it",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "PL-CS-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Registers: whatever the order of versions, some "
			"update is not next to the\n"
			"version that it was made from, or what was seen "
			"goes round in a circle.",
		.rules_out =
			"cursor stability and all above",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "PL-SI-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"strong-session-snapshot-isolation-cycle-exists, "
			"strong-snapshot-isolation-cycle-exists",
		.meaning =
			"Whatever the order of the versions that is not "
			"known, there is a cycle which\n"
			"snapshot isolation (in the form named) forbids. The "
			"cycle shown is the last\n"
			"one met.",
		.rules_out =
			"snapshot isolation in the form named, and all above",
		.source =
			"A. Cerone, A. Gotsman: Analysing Snapshot "
			"Isolation. PODC 2016.",
	},
	{
		.name = "PL-3-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"strong-session-serializable-cycle-exists, "
			"PL-SS-cycle-exists",
		.meaning =
			"Whatever the order of the versions that is not "
			"known, there is a cycle: the\n"
			"transactions cannot be put in one order (in the "
			"form named also that of\n"
			"sessions, or of real time). The cycle shown is the "
			"last one met.",
		.rules_out =
			"repeatable read, serializable in the form named, "
			"and all above",
		.source =
			"C. Papadimitriou: The Serializability of Concurrent "
			"Database Updates. JACM\n"
			"26(4), 1979.",
	},
	{
		.name = "wrong-total",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read of all accounts shows another total than "
			"there is money.",
		.example =
			"  accounts 10 + 10; a transfer of 5 from 0 to 1\n"
			"  read: 5 + 10",
		.rules_out =
			"reads of several keys see whole transfers (read "
			"atomic and above)",
		.source =
			"Jepsen's bank test.",
	},
	{
		.name = "negative-value",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read shows an account with less than nothing, "
			"although no transfer takes\n"
			"more than there is.",
		.rules_out =
			"serializable",
		.source =
			"Jepsen's bank test.",
	},
	{
		.name = "nil-balance",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read shows an account without any balance, after "
			"all had been opened.",
		.rules_out =
			"reads see what was committed",
		.source =
			"Jepsen's bank test.",
	},
	{
		.name = "unexpected-key",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A read shows an account that does not exist.",
		.rules_out =
			"reads see what was written",
		.source =
			"Jepsen's bank test.",
	},
	{ .name = NULL },
};
