/* SPDX-License-Identifier: MIT */
/* Words of replicated data types: what each promises, what can go wrong. */
#include "harness/report/explain.h"

#define SHAPIRO                                                        \
	"M. Shapiro, N. Preguica, C. Baquero, M. Zawirski: Conflict-\n" \
	"free replicated data types. SSS 2011."

#define BURCKHARDT                                                       \
	"S. Burckhardt, A. Gotsman, H. Yang, M. Zawirski: Replicated\n"  \
	"data types: specification, verification, optimality. POPL 2014."

#define PARKER                                                          \
	"D. S. Parker et al.: Detection of mutual inconsistency in\n"   \
	"distributed systems. IEEE TSE 9(3), 1983."

const struct explanation explain_replicated[] = {
	{
		.name = "overcount",
		.kind = EXPLAIN_ANOMALY,
		.also = "double-count, double-counted",
		.meaning = "A replicated counter shows more than all "
			   "increments that the read can\nhave seen come to: "
			   "some update was counted twice, as where a merge "
			   "adds\nwhat it should take the greater of.",
		.example = "  process 0: increment by 1: ok\n"
			   "  process 1 (another node): read: 2",
		.rules_out = "g-counter, pn-counter",
		.source = BURCKHARDT,
	},
	{
		.name = "lost-increment",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "At the end, when every node may have heard of "
			   "everything, a replicated\ncounter shows less than "
			   "what was acknowledged.",
		.example = "  process 0: increment by 1: ok\n"
			   "  final phase: read: 0",
		.rules_out = "g-counter, pn-counter",
		.source = BURCKHARDT,
	},
	{
		.name = "lost-element",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "An element (a field) that a read must have known "
			   "of is not there, and\nno removal can have seen it: "
			   "it was dropped, or a removal undid an\naddition "
			   "that it knew nothing of.",
		.example = "  process 0 (n1): add 1, remove 1\n"
			   "  process 1 (n2), afterwards: add 1: ok\n"
			   "  final phase: read: []",
		.rules_out = "g-set, 2p-set, or-set, or-map, lww-map",
		.source = BURCKHARDT,
	},
	{
		.name = "resurrected-element",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A read shows an element (a field) though every "
			   "addition that it can\nhave seen was removed by "
			   "somebody who had seen it, and the read knew of\n"
			   "that: an old copy was merged in again.",
		.example = "  process 0: add 1: ok, read: [1], remove 1: ok\n"
			   "  final phase: read: [1]",
		.rules_out = "2p-set, or-set, or-map, lww-map",
		.source = BURCKHARDT,
	},
	{
		.name = "lost-sibling",
		.kind = EXPLAIN_ANOMALY,
		.also = "lost-version",
		.meaning = "A read must have seen a version, but shows neither "
			   "it nor one that\noverwrote it: of two concurrent "
			   "versions one was dropped.",
		.example = "  process 0 (n1): write 1: ok\n"
			   "  process 1 (n2), cut off: write 2: ok\n"
			   "  final phase: read: [[2, {\"n2\": 1}]]",
		.rules_out = "mv-register",
		.source = PARKER,
	},
	{
		.name = "dominated-sibling",
		.kind = EXPLAIN_ANOMALY,
		.also = "stale-sibling",
		.meaning = "A read shows a version beside another that "
			   "overwrote it: the version\nvectors say so, or the "
			   "writer of the newer one had seen the older.",
		.example = "  read: [[1, {\"n1\": 1}], [2, {\"n1\": 2}]]",
		.rules_out = "mv-register",
		.source = PARKER,
	},
	{
		.name = "false-vector",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "Version vectors tell what cannot be: that a write "
			   "had seen one which\nbegan only after it had ended, "
			   "or one that had seen it; or one write is\nshown "
			   "with two vectors.",
		.example = "  process 0: write 1: ok, and later write 2: ok\n"
			   "  read: [[1, {\"n1\": 2}]]\n"
			   "  read: [[2, {\"n1\": 1}]]",
		.rules_out = "mv-register, and whatever is decided by vectors",
		.source = PARKER,
	},
	{
		.name = "g-counter",
		.kind = EXPLAIN_MODEL,
		.also = "grow-only counter",
		.meaning = "A replicated counter that only grows: a read shows "
			   "the sum of the\nincrements that its node knew.",
		.rules_out = "overcount, lost-increment, divergence",
		.source = SHAPIRO,
	},
	{
		.name = "pn-counter",
		.kind = EXPLAIN_MODEL,
		.meaning = "A replicated counter that goes up and down: a read "
			   "shows the sum of the\nupdates that its node knew.",
		.rules_out = "overcount, lost-increment, divergence",
		.source = SHAPIRO,
	},
	{
		.name = "g-set",
		.kind = EXPLAIN_MODEL,
		.also = "grow-only set",
		.meaning = "A replicated set that only grows: a read shows "
			   "what was added as far as\nits node knew.",
		.rules_out = "lost-element, phantom-element, divergence",
		.source = SHAPIRO,
	},
	{
		.name = "2p-set",
		.kind = EXPLAIN_MODEL,
		.also = "two-phase set",
		.meaning = "A replicated set in which an element that was "
			   "removed is gone for good.",
		.rules_out = "lost-element, resurrected-element, divergence",
		.source = SHAPIRO,
	},
	{
		.name = "or-set",
		.kind = EXPLAIN_MODEL,
		.also = "observed-remove set, add-wins set",
		.meaning = "A replicated set in which a removal undoes the "
			   "additions that it has\nseen, and no others: of an "
			   "addition and a removal that do not know of\neach "
			   "other the addition wins.",
		.rules_out = "lost-element, resurrected-element, divergence",
		.source = SHAPIRO,
	},
	{
		.name = "lww-register",
		.kind = EXPLAIN_MODEL,
		.also = "last-writer-wins register",
		.meaning = "A replicated register: of the writes that its node "
			   "knew a read shows\nthe last by an order which all "
			   "nodes share, and in which a write comes\nafter "
			   "those that it has seen.",
		.rules_out = "stale-read, lost-write, garbage-read, "
			     "divergence",
		.source = BURCKHARDT,
	},
	{
		.name = "mv-register",
		.kind = EXPLAIN_MODEL,
		.also = "multi-value register, siblings",
		.meaning = "A replicated register that keeps concurrent writes "
			   "as siblings: a read\nshows all writes that its "
			   "node knew and that no other of these has\nseen. "
			   "Written as [[VALUE, VERSION-VECTOR], ...] or as a "
			   "list of\nvalues.",
		.rules_out = "lost-sibling, dominated-sibling, false-vector, "
			     "divergence",
		.source = BURCKHARDT,
	},
	{
		.name = "lww-map",
		.kind = EXPLAIN_MODEL,
		.meaning = "A replicated map, each field an lww-register; to "
			   "remove a field is a\nwrite like others.",
		.rules_out = "lost-element, resurrected-element, stale-read, "
			     "divergence",
		.source = BURCKHARDT,
	},
	{
		.name = "or-map",
		.kind = EXPLAIN_MODEL,
		.also = "observed-remove map",
		.meaning = "A replicated map in which the removal of a field "
			   "undoes the writes that\nit has seen, and no "
			   "others; of concurrent writes one is shown.",
		.rules_out = "lost-element, resurrected-element, stale-read, "
			     "divergence",
		.source = BURCKHARDT,
	},
	{ 0 },
};
