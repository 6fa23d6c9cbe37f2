/* SPDX-License-Identifier: MIT */
/* Words of the checker `isolation`: anomalies of single keys and pairs. */
#include "harness/report/explain.h"

const struct explanation explain_isolation[] = {
	{
		.name = "internal",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"internal consistency",
		.meaning =
			"A transaction does not agree with itself: a read "
			"does not show what the\n"
			"transaction itself wrote or read before.",
		.example =
			"  T1: append 3 to x, read x = []",
		.rules_out =
			"read atomic, snapshot isolation, serializable and "
			"all above",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "non-repeatable-read",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"fuzzy read",
		.meaning =
			"A transaction read a key twice, without writing it "
			"in between, and saw two\n"
			"values.",
		.example =
			"  T1: read x = [], read x = [1]",
		.rules_out =
			"read atomic, repeatable read and all above",
		.source =
			"H. Berenson et al.: A Critique of ANSI SQL "
			"Isolation Levels. SIGMOD 1995.",
	},
	{
		.name = "lost-update",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Two transactions read the same version of a key, "
			"and both wrote the key: the\n"
			"first update is lost on the second.",
		.example =
			"  T1: read x = [0], append 1 to x\n"
			"  T2: read x = [0], append 2 to x",
		.rules_out =
			"cursor stability, update atomic, snapshot isolation "
			"and all above",
		.source =
			"H. Berenson et al.: A Critique of ANSI SQL "
			"Isolation Levels. SIGMOD 1995.",
	},
	{
		.name = "G-cursor",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"cursor lost update",
		.meaning =
			"A transaction updated a key from a version that "
			"another transaction had\n"
			"changed in between.",
		.example =
			"  T1: read x = [], append 2 to x\n"
			"  T2: append 1 to x\n"
			"  a read shows x = [1, 2]",
		.rules_out =
			"cursor stability and all above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "dirty-update",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A committed transaction built on the write of an "
			"aborted one: in the order\n"
			"of versions the aborted write stands before it.",
		.example =
			"  T1: append 1 to x, aborted\n"
			"  T2: append 2 to x\n"
			"  T3: read x = [1, 2]",
		.rules_out =
			"read committed and all above",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "duplicate-elements",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A list shows an element twice that was appended "
			"once: an append took effect\n"
			"twice.",
		.example =
			"  T1: append 1 to x\n"
			"  T2: read x = [1, 2, 1]",
		.rules_out =
			"every level",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "incompatible-order",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Two reads of a list, neither of which is the "
			"beginning of the other: there\n"
			"is no one order of appends.",
		.example =
			"  T1: read x = [1, 2]\n"
			"  T2: read x = [1, 3]",
		.rules_out =
			"read committed and all above",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "future-read",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A transaction read what it wrote itself only later.",
		.example =
			"  T1: read x = [1], append 1 to x",
		.rules_out =
			"read committed and all above",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "cyclic-versions",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"What is known of the order of a key's versions, by "
			"the rules that were asked\n"
			"for (wfr-keys, sequential-keys, linearizable-keys), "
			"is cyclic.",
		.example =
			"  process 1: write x = 1, then write x = 2, then "
			"read x = 1",
		.rules_out =
			"every level, under these rules",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "fractured-read",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A transaction saw one write of another transaction "
			"and missed a second one.",
		.example =
			"  T1: append 1 to x, append 1 to y\n"
			"  T2: read x = [1], read y = []",
		.rules_out =
			"read atomic and all above",
		.source =
			"P. Bailis et al.: Scalable Atomic Visibility with "
			"RAMP Transactions. SIGMOD\n"
			"2014.",
	},
	{
		.name = "read-skew",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"A5A",
		.meaning =
			"A fractured read where the older state was read "
			"first: another transaction\n"
			"changed both keys between the two reads.",
		.example =
			"  T1: read x = [], then read y = [1]\n"
			"  T2: append 1 to x, append 1 to y",
		.rules_out =
			"read atomic, snapshot isolation and all above",
		.source =
			"H. Berenson et al.: A Critique of ANSI SQL "
			"Isolation Levels. SIGMOD 1995.",
	},
	{
		.name = "G-monotonic",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A fractured read where the newer state was read "
			"first: what was visible\n"
			"already is gone for the next read.",
		.example =
			"  T1: append 1 to x, append 1 to y\n"
			"  T2: read x = [1], then read y = []",
		.rules_out =
			"monotonic atomic view and all above",
		.source =
			"P. Bailis et al.: Highly Available Transactions: "
			"Virtues and Limitations.\n"
			"VLDB 2014.",
	},
	{
		.name = "long-fork",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Two writes that nobody ordered, seen in one order "
			"by one reader and in the\n"
			"other by another.",
		.example =
			"  T1: append 1 to x            T2: append 1 to y\n"
			"  T3: read x = [1], read y = []\n"
			"  T4: read x = [], read y = [1]",
		.rules_out =
			"snapshot isolation; parallel snapshot isolation "
			"allows it",
		.source =
			"Y. Sovran et al.: Transactional Storage for "
			"Geo-Replicated Systems. SOSP\n"
			"2011.",
	},
	{
		.name = "write-skew",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"A5B",
		.meaning =
			"Two transactions each read what the other changed, "
			"without seeing the\n"
			"change, on two keys.",
		.example =
			"  T1: read y = [], append 1 to x\n"
			"  T2: read x = [], append 1 to y",
		.rules_out =
			"repeatable read, serializable; snapshot isolation "
			"allows it",
		.source =
			"H. Berenson et al.: A Critique of ANSI SQL "
			"Isolation Levels. SIGMOD 1995.",
	},
	{ .name = NULL },
};
