/* SPDX-License-Identifier: MIT */
/* Words of the checker `isolation`: cycles of transactions. */
#include "harness/report/explain.h"

const struct explanation explain_isolation_cycles[] = {
	{
		.name = "G0",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"write cycle, dirty write",
		.meaning =
			"Transactions overwrote each other in a circle: for "
			"one key the first came\n"
			"first, for another the second. So the writes of a "
			"transaction did not go in\n"
			"as one.",
		.example =
			"  T1: append 1 to x, append 1 to y\n"
			"  T2: append 2 to x, append 2 to y\n"
			"  reads show x = [1, 2] and y = [2, 1]",
		.rules_out =
			"every level, from read uncommitted on",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G1",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"Any of G1a, G1b and G1c: something was read that "
			"never was a committed\n"
			"state.",
		.rules_out =
			"read committed and all above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G1a",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"aborted read, dirty read",
		.meaning =
			"A committed transaction read what an aborted one "
			"had written.",
		.example =
			"  T1: append 1 to x, aborted\n"
			"  T2: read x = [1]",
		.rules_out =
			"read committed and all above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G1b",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"intermediate read",
		.meaning =
			"A transaction read a state from the middle of "
			"another one, which went on to\n"
			"change the key again.",
		.example =
			"  T1: append 1 to x, append 2 to x\n"
			"  T2: read x = [1]",
		.rules_out =
			"read committed and all above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G1c",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"circular information flow",
		.meaning =
			"Transactions saw each other's writes, or overwrote "
			"what the other wrote, in\n"
			"a circle: each would have to come before the other.",
		.example =
			"  T1: append 1 to x, read y = [1]\n"
			"  T2: append 1 to y, read x = [1]",
		.rules_out =
			"read committed and all above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G-single",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-single-item, G single",
		.meaning =
			"A circle of transactions with exactly one "
			"anti-dependency: one did not see a\n"
			"write (rw), although it depends on something that "
			"came after that write. The\n"
			"-item form concerns single keys, not predicates.",
		.example =
			"  T1: read x = [], read y = [1]\n"
			"  T2: append 1 to x, append 1 to y",
		.rules_out =
			"consistent view, snapshot isolation (also "
			"parallel), repeatable read and all\n"
			"above",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.\n"
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G-nonadjacent",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-nonadjacent-item",
		.meaning =
			"A circle with two or more anti-dependencies, no two "
			"of them next to each\n"
			"other. No single order of snapshots gives that. The "
			"long fork is the best\n"
			"known one.",
		.example =
			"  T1: append 1 to x            T2: append 1 to y\n"
			"  T3: read x = [1], read y = []\n"
			"  T4: read x = [], read y = [1]",
		.rules_out =
			"snapshot isolation, repeatable read and all above",
		.source =
			"A. Cerone, A. Gotsman: Analysing Snapshot "
			"Isolation. PODC 2016.\n"
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G2-item",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"anti-dependency cycle",
		.meaning =
			"A circle with two or more anti-dependencies on "
			"single keys, two of them in a\n"
			"row: transactions that did not see each other's "
			"changes. Write skew is the\n"
			"best known one.",
		.example =
			"  T1: read y = [], append 1 to x\n"
			"  T2: read x = [], append 1 to y",
		.rules_out =
			"repeatable read, serializable and all above; "
			"snapshot isolation allows it",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G2",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"A circle in which a transaction asked for rows by a "
			"predicate and missed one\n"
			"that another inserted. Locks on the rows that are "
			"there do not prevent it.",
		.example =
			"  T1: read the rows of a = [], and of b = []; insert "
			"1 into a\n"
			"  T2: read the rows of a = [], and of b = []; insert "
			"2 into b",
		.rules_out =
			"serializable and all above; repeatable read allows "
			"it",
		.source =
			"A. Adya: Weak Consistency: A Generalized Theory and "
			"Optimistic\n"
			"Implementations for Distributed Transactions. MIT, "
			"1999.",
	},
	{
		.name = "G0-process",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The anomaly G0, where the circle also needs the "
			"order in which one process\n"
			"did its transactions.",
		.rules_out =
			"the strong session levels: the plain ones do not "
			"order a session",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G0-realtime",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The anomaly G0, where the circle also needs real "
			"time: a transaction had\n"
			"completed before another was invoked.",
		.rules_out =
			"the strong levels; strict serializability",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G1c-process",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The anomaly G1c, where the circle also needs the "
			"order in which one process\n"
			"did its transactions.",
		.rules_out =
			"the strong session levels: the plain ones do not "
			"order a session",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G1c-realtime",
		.kind = EXPLAIN_ANOMALY,
		.meaning =
			"The anomaly G1c, where the circle also needs real "
			"time: a transaction had\n"
			"completed before another was invoked.",
		.rules_out =
			"the strong levels; strict serializability",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G-single-process",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-single-item-process",
		.meaning =
			"The anomaly G-single, where the circle also needs "
			"the order in which one\n"
			"process did its transactions.",
		.example =
			"  process 1: append 1 to x, then (next transaction) "
			"read x = []",
		.rules_out =
			"the strong session levels: the plain ones do not "
			"order a session",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G-single-realtime",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-single-item-realtime",
		.meaning =
			"The anomaly G-single, where the circle also needs "
			"real time: a transaction\n"
			"had completed before another was invoked.",
		.example =
			"  T1: append 1 to x, completed\n"
			"  T2, invoked after that: read x = []",
		.rules_out =
			"the strong levels; strict serializability",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G-nonadjacent-process",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-nonadjacent-item-process",
		.meaning =
			"The anomaly G-nonadjacent, where the circle also "
			"needs the order in which\n"
			"one process did its transactions.",
		.rules_out =
			"the strong session levels: the plain ones do not "
			"order a session",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G-nonadjacent-realtime",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G-nonadjacent-item-realtime",
		.meaning =
			"The anomaly G-nonadjacent, where the circle also "
			"needs real time: a\n"
			"transaction had completed before another was "
			"invoked.",
		.rules_out =
			"the strong levels; strict serializability",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G2-process",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G2-item-process",
		.meaning =
			"The anomaly G2, where the circle also needs the "
			"order in which one process\n"
			"did its transactions.",
		.rules_out =
			"the strong session levels: the plain ones do not "
			"order a session",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{
		.name = "G2-realtime",
		.kind = EXPLAIN_ANOMALY,
		.also =
			"G2-item-realtime",
		.meaning =
			"The anomaly G2, where the circle also needs real "
			"time: a transaction had\n"
			"completed before another was invoked.",
		.rules_out =
			"the strong levels; strict serializability",
		.source =
			"K. Kingsbury, P. Alvaro: Elle: Inferring Isolation "
			"Anomalies from\n"
			"Experimental Observations. VLDB 2020.",
	},
	{ .name = NULL },
};
