/* SPDX-License-Identifier: MIT */
/* Words about the run itself. */
#include "harness/report/explain.h"

const struct explanation explain_run[] = {
	{
		.name = "crash",
		.kind = EXPLAIN_ANOMALY,
		.also = "panic, log-finding",
		.meaning =
			"A daemon of the store said in its own log that it "
			"crashed: a panic,\na failed assertion, a segmentation "
			"fault, whatever the target's crash\npatterns name. "
			"Daemons that a fault killed leave no such line, so "
			"this\nis the store's own doing.",
		.example = "  n2: etcd.log line 812 says:\n"
			   "      panic: tocommit(91) is out of range "
			   "[lastIndex(88)]",
		.rules_out = "No consistency model: it is a defect by itself.",
	},
	{ 0 },
};
