/* SPDX-License-Identifier: MIT */
/* Words of the checker `isolation`: levels that are seldom promised. */
#include "harness/report/explain.h"

const struct explanation explain_isolation_seldom[] = {
	{
		.name = "monotonic-view",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-2L",
		.meaning =
			"Once a read has seen a transaction, all later "
			"reads of the same transaction\n"
			"see that one and all that it depends on.",
		.rules_out =
			"G-monotonic, and what monotonic atomic view "
			"forbids. Decided only by\n"
			"that and by stronger levels that stand.",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "monotonic-snapshot-read",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-MSR",
		.meaning =
			"Each statement reads from a snapshot, and those "
			"of one transaction only move\n"
			"forward.",
		.rules_out =
			"what monotonic view forbids. Histories do not "
			"tell statements, so it is\n"
			"proven only by snapshot isolation.",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "forward-consistent-view",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-FCV",
		.meaning =
			"Reads see a consistent state, perhaps of after "
			"the transaction began.",
		.rules_out =
			"what consistent view forbids: when a transaction "
			"began, no history says",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "update-serializable",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-3U",
		.meaning =
			"Transactions that write are serializable together "
			"with each one that only\n"
			"reads, taken by itself.",
		.rules_out =
			"what consistent view forbids; proven only by "
			"serializability",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "view-serializable",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"There is one order of all transactions that "
			"explains what each of them read.",
		.rules_out =
			"what serializable forbids; the two are the same "
			"where any order of versions\n"
			"will do",
		.source =
			"M. Yannakakis: Serializability by Locking. JACM "
			"1984.",
	},
	{
		.name = "causal-cerone",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Read atomic, and who sees a transaction sees all "
			"that it had seen: causal\n"
			"consistency without the order of sessions.",
		.rules_out =
			"what read atomic forbids; proven by causal and by "
			"stronger levels",
		.source =
			"A. Cerone, G. Bernardi, A. Gotsman: A Framework "
			"for Transactional Consistency\n"
			"Models with Atomic Visibility. CONCUR 2015.",
	},
	{
		.name = "prefix",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Each transaction reads from a snapshot, but "
			"updates may be lost.",
		.rules_out =
			"what causal consistency without sessions forbids; "
			"proven by snapshot\n"
			"isolation",
		.source =
			"A. Cerone, G. Bernardi, A. Gotsman: A Framework "
			"for Transactional Consistency\n"
			"Models with Atomic Visibility. CONCUR 2015.",
	},
	{
		.name = "strong-session-read-uncommitted",
		.kind = EXPLAIN_MODEL,
		.also =
			"strong-session-PL-1",
		.meaning =
			"Read uncommitted, with the order of each session.",
		.rules_out =
			"G0-process",
		.source =
			"K. Kingsbury, P. Alvaro: Elle. VLDB 2020.",
	},
	{
		.name = "strong-session-monotonic-atomic-view",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Monotonic atomic view, with the order of each "
			"session: what Biswas and Enea\n"
			"call read committed.",
		.rules_out =
			"G1c-process, and what monotonic atomic view forbids",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "strong-read-uncommitted",
		.kind = EXPLAIN_MODEL,
		.also =
			"strong-PL-1",
		.meaning =
			"Read uncommitted, where writes take effect in the "
			"order of real time.",
		.rules_out =
			"G0-realtime",
		.source =
			"K. Kingsbury, P. Alvaro: Elle. VLDB 2020.",
	},
	{
		.name = "strong-read-committed",
		.kind = EXPLAIN_MODEL,
		.also =
			"strong-PL-2",
		.meaning =
			"Read committed, where writes take effect in the "
			"order of real time.\n"
			"Registers that are only read and written cannot "
			"tell it from read committed.",
		.rules_out =
			"G1c-realtime",
		.source =
			"K. Kingsbury, P. Alvaro: Elle. VLDB 2020.",
	},
	{
		.name = "G-update",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The transactions that write cannot be put in "
			"one order,\n"
			"or not together with one that only reads.",
		.example =
			"  T1: read y = [], append 1 to x\n"
			"  T2: read x = [], append 1 to y",
		.rules_out =
			"update serializable, serializable",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "PL-2L-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A transaction read or wrote something, and "
			"then missed\n"
			"a change on which that depends.",
		.example =
			"  T1: append 1 to x    T2: read x = [1], "
			"append 2 to y\n"
			"  T3: read y = [2], then read x = []",
		.rules_out =
			"monotonic view and all above",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "PL-MSR-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The reads of a transaction are not of snapshots each\n"
			"of which is at least as new as the one before.",
		.rules_out =
			"monotonic snapshot reads, snapshot isolation",
		.source =
			"A. Adya: Weak Consistency. MIT, 1999.",
	},
	{
		.name = "update-atomic-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A transaction overwrote what another wrote, and yet\n"
			"missed another change of that one.",
		.example =
			"  T1: append 1 to x, append 1 to y\n"
			"  T2: append 2 to x, read y = []; a read "
			"shows x = [1, 2]",
		.rules_out =
			"update atomic, parallel snapshot isolation and above",
		.source =
			"A. Cerone, G. Bernardi, A. Gotsman: A Framework for\n"
			"Transactional Consistency Models. CONCUR 2015.",
	},
	{
		.name = "causal-cerone-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A transaction missed a change that it depends "
			"on by way\n"
			"of reads alone, without the order of any session.",
		.example =
			"  T1: append 1 to x    T2: read x = [1], "
			"append 2 to y\n"
			"  T3: read x = [], read y = [2]",
		.rules_out =
			"causal consistency, with sessions or without; above",
		.source =
			"A. Cerone, G. Bernardi, A. Gotsman: A Framework for\n"
			"Transactional Consistency Models. CONCUR 2015.",
	},
	{
		.name = "prefix-cycle-exists",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"What transactions saw are no prefixes of one "
			"order of\n"
			"commits: two saw two changes in opposite orders.",
		.example =
			"  T1: append 1 to x    T2: append 1 to y\n"
			"  T3: read x = [1], read y = []\n"
			"  T4: read x = [], read y = [1]",
		.rules_out =
			"prefix consistency, snapshot isolation and above",
		.source =
			"A. Cerone, G. Bernardi, A. Gotsman: A Framework for\n"
			"Transactional Consistency Models. CONCUR 2015.",
	},
	{ .name = NULL },
};
