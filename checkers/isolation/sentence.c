/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/sentence.h"

#include <inttypes.h>

#include "checkers/isolation/words.h"

/* How a cycle's anomaly is said: "... wait for each other in a circle". */
static const char *cycle_phrase(enum anomaly_name name)
{
	switch (name) {
	case A_G0:
		return "overwrote each other in a circle";
	case A_G1C:
		return "saw or overwrote each other in a circle";
	case A_G_SINGLE_ITEM:
		return "cannot be put in order: one did not see what another,"
		       " which it depends on, had done";
	case A_G_NONADJACENT_ITEM:
	case A_LONG_FORK:
		return "saw changes in different orders";
	case A_G2_ITEM:
		return "cannot be put in order: some did not see each other's"
		       " changes";
	case A_G_SINGLE:
		return "cannot be put in order: one did not see a row that"
		       " another, which it depends on, had inserted";
	case A_G_NONADJACENT:
		return "saw rows inserted in different orders";
	case A_G2:
		return "cannot be put in order: some did not see rows that the"
		       " others inserted";
	case A_WRITE_SKEW:
		return "each read what the other changed, without seeing the"
		       " change";
	case A_G0_P:
	case A_G1C_P:
	case A_G_SINGLE_ITEM_P:
	case A_G_NONADJACENT_ITEM_P:
	case A_G2_ITEM_P:
	case A_G_SINGLE_P:
	case A_G_NONADJACENT_P:
	case A_G2_P:
		return "contradict the order in which a process did them";
	case A_G0_R:
	case A_G1C_R:
	case A_G_SINGLE_ITEM_R:
	case A_G_NONADJACENT_ITEM_R:
	case A_G2_ITEM_R:
	case A_G_SINGLE_R:
	case A_G_NONADJACENT_R:
	case A_G2_R:
		return "contradict the order in which they happened in real"
		       " time";
	case A_MAV_CYCLE:
	case A_SESSION_MAV_CYCLE:
	case A_RA_CYCLE:
	case A_SESSION_RA_CYCLE:
	case A_CAUSAL_CYCLE:
		return "would have to come before each other in a circle, by"
		       " what others read";
	case A_PL3_CYCLE:
	case A_SESSION_SER_CYCLE:
	case A_PL_SS_CYCLE:
	case A_CS_CYCLE:
	case A_SI_CYCLE:
	case A_SESSION_SI_CYCLE:
	case A_STRONG_SI_CYCLE:
		return "contradict each other in the last order of versions"
		       " that was tried; no order explains all reads";
	default:
		return "cannot be put in order";
	}
}

static const char *of_cycle(const struct finding *finding,
			    struct arena *arena)
{
	uint32_t rw = 0;

	for (size_t i = 0; i < finding->step_count; i++)
		rw += finding->steps[i].kind == EDGE_RW;
	if (rw == 0)
		return arena_printf(arena, "%zu transactions %s",
				    finding->step_count,
				    cycle_phrase(finding->name));
	return arena_printf(arena,
			    "%zu transactions %s (%" PRIu32
			    " anti-dependenc%s)",
			    finding->step_count, cycle_phrase(finding->name),
			    rw, rw == 1 ? "y" : "ies");
}

/* "operation 7 ", with what it did: "(append 1 to x)". */
static const char *did(const struct view *view, uint32_t action,
		       struct arena *arena)
{
	if (action == NONE)
		return "nobody";
	return arena_printf(arena, "operation %" PRIu64 " (%s)",
			    words_index(view, view->owner[action]),
			    words_access(view, action, arena));
}

/* What stands between the reader and the culprit, by name. */
static const char *const phrases[A_COUNT] = {
	[A_G1A] = "saw what was written by an aborted transaction,",
	[A_G1B] = "saw a state in the middle of another transaction,",
	[A_INCOMPATIBLE_ORDER] =
		"saw a list that another read contradicts,",
	[A_INTERNAL] = "does not agree with what its own transaction did"
		       " before,",
	[A_NON_REPEATABLE_READ] =
		"saw another value than its own transaction had read before,",
	[A_FUTURE_READ] = "saw what its own transaction wrote only later,",
	[A_DIRTY_UPDATE] = "is built on the write of an aborted transaction,",
	[A_LOST_UPDATE] = "updated the same version as another transaction,",
	[A_G_CURSOR] = "updated a version that another transaction had"
		       " changed since it was read,",
	[A_FRACTURED_READ] = "saw only a part of what another transaction"
			     " wrote and missed",
	[A_READ_SKEW] = "saw only a part of what another transaction wrote"
			" (which changed it between two reads) and missed",
	[A_G_MONOTONIC] = "saw a transaction's write and then missed",
	[A_CAUSALITY] = "missed a write that had happened before it,",
	[A_MONOTONIC_READS] = "saw an older state than its process had seen"
			      " before,",
	[A_MONOTONIC_WRITES] = "was put before what its process had written"
			       " earlier,",
	[A_READ_YOUR_WRITES] = "did not see what its process had written"
			       " before,",
	[A_CYCLIC_VERSIONS] = "is in a cycle of versions with",
	[A_MAV_CYCLE] = "saw nothing, but its transaction had seen",
	[A_SESSION_MAV_CYCLE] = "saw nothing, but its transaction had seen",
	[A_RA_CYCLE] = "saw nothing, but its transaction saw another write of"
		       " the one that did",
	[A_SESSION_RA_CYCLE] = "saw nothing, but its session or transaction"
			       " knew of",
	[A_CAUSAL_CYCLE] = "saw nothing, though this had happened before:",
	[A_WRITES_FOLLOW_READS] = "was put before what its process had read"
				  " earlier,",
};

const char *sentence_of(const struct analysis *analysis,
			const struct finding *finding, struct arena *arena)
{
	const struct view *view = &analysis->view;

	if (finding->step_count > 0)
		return of_cycle(finding, arena);
	if (finding->shows == NONE)
		return arena_printf(arena,
				    "no order of the writes nobody saw keeps"
				    " %s",
				    anomaly_text(finding->name));
	if (finding->name == A_GARBAGE_READ)
		return arena_printf(arena,
				    "%s saw %s, which nobody wrote",
				    did(view, finding->shows, arena),
				    words_value(view, finding->value, arena));
	if (finding->name == A_DUPLICATE_ELEMENTS)
		return arena_printf(arena, "%s saw %s twice",
				    did(view, finding->shows, arena),
				    words_value(view, finding->value, arena));
	if (finding->name == A_WRITES_FOLLOW_READS &&
	    !view_writes(view, finding->shows))
		return arena_printf(arena,
				    "%s missed %s, and yet its transaction"
				    " saw a write of a process that had read"
				    " it before: %s",
				    did(view, finding->shows, arena),
				    did(view, finding->culprit, arena),
				    did(view, finding->witness, arena));
	return arena_printf(arena, "%s %s %s",
			    did(view, finding->shows, arena),
			    phrases[finding->name] ? phrases[finding->name] :
						     "contradicts",
			    did(view, finding->culprit, arena));
}
