/* SPDX-License-Identifier: MIT */
/* Words of the checker `isolation`: isolation levels. */
#include "harness/report/explain.h"

const struct explanation explain_isolation_levels[] = {
	{
		.name = "read-uncommitted",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-1",
		.meaning =
			"Writes of a transaction go in as one; reads may "
			"show anything that was\n"
			"written.",
		.rules_out =
			"G0, values nobody wrote, elements twice",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "read-committed",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-2",
		.meaning =
			"Reads show only what committed transactions wrote "
			"in the end.",
		.rules_out =
			"G1 (G1a, G1b, G1c), and what read uncommitted "
			"forbids",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "monotonic-atomic-view",
		.kind = EXPLAIN_MODEL,
		.also =
			"MAV",
		.meaning =
			"Once a transaction has seen a write of another one, "
			"all its later reads see\n"
			"all of that one's writes. Biswas and Enea call "
			"this, with the order of\n"
			"sessions, read committed.",
		.rules_out =
			"G-monotonic, and what read committed forbids",
		.source =
			"P. Bailis et al.: Highly Available Transactions: "
			"Virtues and Limitations.\n"
			"VLDB 2014.",
	},
	{
		.name = "cursor-stability",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-CS",
		.meaning =
			"An update is made from the version that was read: "
			"none comes in between.",
		.rules_out =
			"G-cursor, lost-update, and what read committed "
			"forbids",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "read-atomic",
		.kind = EXPLAIN_MODEL,
		.also =
			"RA",
		.meaning =
			"A transaction sees all writes of another one, or "
			"none.",
		.rules_out =
			"fractured-read, internal, and what monotonic atomic "
			"view forbids",
		.source =
			"P. Bailis et al.: Scalable Atomic Visibility with "
			"RAMP Transactions. SIGMOD\n"
			"2014.",
	},
	{
		.name = "update-atomic",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Read atomic, and of two transactions that update "
			"one version only one\n"
			"commits.",
		.rules_out =
			"lost-update, and what read atomic forbids",
		.source =
			"A. Cerone, A. Gotsman: Analysing Snapshot "
			"Isolation. PODC 2016.",
	},
	{
		.name = "causal",
		.kind = EXPLAIN_MODEL,
		.also =
			"causal consistency",
		.meaning =
			"Who sees a write sees all that happened before it, "
			"by the orders of sessions\n"
			"and of who read from whom.",
		.rules_out =
			"causality-violation, the session anomalies, and "
			"what read atomic forbids",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "PRAM",
		.kind = EXPLAIN_MODEL,
		.also =
			"pram",
		.meaning =
			"The writes of each process are seen in its order.",
		.rules_out =
			"non-monotonic-reads, non-monotonic-writes, "
			"not-read-your-writes",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "monotonic-reads",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"A process never sees an older state than it has "
			"seen. (For each key.)",
		.rules_out =
			"the session anomaly of that name",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "monotonic-writes",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"The writes of a process take effect in its order. "
			"(For each key.)",
		.rules_out =
			"the session anomaly of that name",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "read-your-writes",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"A process sees what it has written. (For each key.)",
		.rules_out =
			"the session anomaly of that name",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "writes-follow-reads",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"A write comes after what its process had read. (For "
			"each key.)",
		.rules_out =
			"the session anomaly of that name",
		.source =
			"D. Terry et al.: Session Guarantees for Weakly "
			"Consistent Replicated Data.\n"
			"PDIS 1994.",
	},
	{
		.name = "parallel-snapshot-isolation",
		.kind = EXPLAIN_MODEL,
		.also =
			"PSI",
		.meaning =
			"Snapshot isolation where replicas may apply "
			"transactions in different\n"
			"orders.",
		.rules_out =
			"G-single, lost-update, and what causal consistency "
			"forbids (without\n"
			"sessions)",
		.source =
			"Y. Sovran et al.: Transactional Storage for "
			"Geo-Replicated Systems. SOSP\n"
			"2011.",
	},
	{
		.name = "consistent-view",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-2+",
		.meaning =
			"Reads see a consistent state: none misses what "
			"another depends on.",
		.rules_out =
			"G-single, and what cursor stability forbids",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "snapshot-isolation",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-SI, SI",
		.meaning =
			"A transaction reads from one snapshot of what was "
			"committed, and commits\n"
			"only if no other one wrote what it writes since "
			"then.",
		.example =
			"  allowed: T1: read y = [], append 1 to x\n"
			"           T2: read x = [], append 1 to y",
		.rules_out =
			"G1, G-single, G-nonadjacent, lost-update, internal",
		.source =
			"H. Berenson et al.: A Critique of ANSI SQL "
			"Isolation Levels. SIGMOD 1995.\n"
			"A. Cerone, A. Gotsman: Analysing Snapshot "
			"Isolation. PODC 2016.",
	},
	{
		.name = "repeatable-read",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-2.99",
		.meaning =
			"Serializable but for predicates.",
		.rules_out =
			"G1, G2-item, lost-update",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "serializable",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-3",
		.meaning =
			"There is one order of all transactions in which "
			"each reads what those before\n"
			"it wrote. It need not be that of real time, nor of "
			"a session.",
		.rules_out =
			"G1, G2, internal",
		.source =
			"C. Papadimitriou: The Serializability of Concurrent "
			"Database Updates. JACM\n"
			"26(4), 1979.\n"
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "strong-session-read-committed",
		.kind = EXPLAIN_MODEL,
		.also =
			"strong-session-PL-2",
		.meaning =
			"Read committed, with the order of each session.",
		.rules_out =
			"G1c-process",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "strong-session-read-atomic",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Read atomic, where a session sees its own earlier "
			"writes.",
		.rules_out =
			"strong-session-read-atomic-cycle-exists, "
			"not-read-your-writes",
		.source =
			"R. Biswas, C. Enea: On the Complexity of Checking "
			"Transactional Consistency.\n"
			"OOPSLA 2019.",
	},
	{
		.name = "strong-session-snapshot-isolation",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Snapshot isolation where a session sees what it "
			"committed before.",
		.rules_out =
			"G-nonadjacent-process",
		.source =
			"K. Daudjee, K. Salem: Lazy Database Replication "
			"with Snapshot Isolation.\n"
			"VLDB 2006.",
	},
	{
		.name = "strong-snapshot-isolation",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Snapshot isolation where a transaction sees all "
			"that had committed when it\n"
			"began.",
		.rules_out =
			"G-nonadjacent-realtime",
		.source =
			"K. Daudjee, K. Salem: Lazy Database Replication "
			"with Snapshot Isolation.\n"
			"VLDB 2006.",
	},
	{
		.name = "strong-session-serializable",
		.kind = EXPLAIN_MODEL,
		.meaning =
			"Serializable, in an order that agrees with each "
			"session's.",
		.rules_out =
			"G1-process, G2-process",
		.source =
			"K. Daudjee, K. Salem: Lazy Database Replication "
			"with Snapshot Isolation.\n"
			"VLDB 2006.",
	},
	{
		.name = "strict-serializable",
		.kind = EXPLAIN_MODEL,
		.also =
			"PL-SS, strong-serializable",
		.meaning =
			"Serializable, in an order that agrees with real "
			"time: who completed before\n"
			"another began comes first. The strongest level "
			"there is.",
		.rules_out =
			"G1-realtime, G2-realtime, and all that any level "
			"forbids",
		.source =
			"C. Papadimitriou: The Serializability of Concurrent "
			"Database Updates. JACM\n"
			"26(4), 1979.",
	},
	{ .name = NULL },
};
