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
	{ .name = NULL },
};
