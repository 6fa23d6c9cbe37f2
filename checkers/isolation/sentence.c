/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/sentence.h"

#include <assert.h>
#include <inttypes.h>

#include "checkers/isolation/words.h"

#define NO_ORDER "cannot be put in one order: "
#define OF_PROCESS "contradict the order in which one process did them: "
#define OF_TIME "contradict real time: "
#define UNPROVEN                                                           \
	"stand in a circle in the last order of writes that was tried; all"  \
	" others contradict something, too"
#define INFERRED                                                           \
	"would each have to come before the next, by what others read"

/* What is said of the transactions of a cycle, by the anomaly's name. */
static const char *const cycle_phrases[A_COUNT] = {
	[A_G0] = "overwrote each other in a circle",
	[A_G1C] = "saw or overwrote each other's writes in a circle",
	[A_G_SINGLE_ITEM] = NO_ORDER "one saw (or overwrote) what another did,"
				     " and yet missed something that comes"
				     " before it",
	[A_G_NONADJACENT_ITEM] = NO_ORDER "some saw one change and missed"
					  " another, the others the other"
					  " way round",
	[A_LONG_FORK] = NO_ORDER "two readers saw two changes in opposite"
				 " orders",
	[A_G2_ITEM] = NO_ORDER "they missed each other's changes in a circle",
	[A_WRITE_SKEW] = "each read what the other changed, and missed the"
			 " change",
	[A_G_SINGLE] = NO_ORDER "one saw (or overwrote) what another did, and"
				" yet missed a row that was inserted before"
				" it",
	[A_G_NONADJACENT] = NO_ORDER "some saw one row and missed another, the"
				     " others the other way round",
	[A_G2] = NO_ORDER "each asked for rows and missed one that another"
			  " inserted",
	[A_G0_P] = OF_PROCESS "what came later was overwritten by what came"
			      " earlier",
	[A_G1C_P] = OF_PROCESS "what came earlier saw or overwrote what came"
			       " later",
	[A_G_SINGLE_ITEM_P] = OF_PROCESS "what came later missed a change"
					 " that it had to know",
	[A_G_NONADJACENT_ITEM_P] = OF_PROCESS "changes were seen in different"
					      " orders",
	[A_G2_ITEM_P] = OF_PROCESS "changes were missed in a circle",
	[A_G_SINGLE_P] = OF_PROCESS "what came later missed a row that it had"
				    " to know",
	[A_G_NONADJACENT_P] = OF_PROCESS "rows were seen in different orders",
	[A_G2_P] = OF_PROCESS "rows were missed in a circle",
	[A_G0_R] = OF_TIME "what had completed overwrote what was invoked"
			   " after it",
	[A_G1C_R] = OF_TIME "what had completed saw or overwrote what was"
			    " invoked after it",
	[A_G_SINGLE_ITEM_R] = OF_TIME "a change that was there by then was"
				      " missed",
	[A_G_NONADJACENT_ITEM_R] = OF_TIME "changes were seen in different"
					   " orders",
	[A_G2_ITEM_R] = OF_TIME "changes were missed in a circle",
	[A_G_SINGLE_R] = OF_TIME "a row that was there by then was missed",
	[A_G_NONADJACENT_R] = OF_TIME "rows were seen in different orders",
	[A_G2_R] = OF_TIME "rows were missed in a circle",
	[A_MAV_CYCLE] = INFERRED,
	[A_SESSION_MAV_CYCLE] = INFERRED,
	[A_RA_CYCLE] = INFERRED,
	[A_SESSION_RA_CYCLE] = INFERRED,
	[A_CAUSAL_CYCLE] = INFERRED,
	[A_MV_CYCLE] = NO_ORDER "one missed a change after it had seen what"
				" depends on it",
	[A_MSR_CYCLE] = NO_ORDER "what its reads saw, one after the other,"
				 " are no snapshots of growing age",
	[A_UA_CYCLE] = NO_ORDER "one missed a change of another whose write"
				" it went on from",
	[A_CERONE_CYCLE] = NO_ORDER "one missed a change that what it saw had"
				    " come from",
	[A_PREFIX_CYCLE] = NO_ORDER "what they saw are no prefixes of one order"
				    " of changes",
	[A_G_UPDATE] = NO_ORDER "already those that write, with at most one"
				" that only reads",
	[A_CS_CYCLE] = UNPROVEN,
	[A_SI_CYCLE] = UNPROVEN,
	[A_SESSION_SI_CYCLE] = UNPROVEN,
	[A_STRONG_SI_CYCLE] = UNPROVEN,
	[A_PL3_CYCLE] = UNPROVEN,
	[A_SESSION_SER_CYCLE] = UNPROVEN,
	[A_PL_SS_CYCLE] = UNPROVEN,
};

static const char *of_cycle(const struct finding *finding,
			    struct arena *arena)
{
	uint32_t rw = 0;

	for (size_t i = 0; i < finding->step_count; i++)
		rw += finding->steps[i].kind == EDGE_RW;
	assert(cycle_phrases[finding->name]);
	if (rw == 0)
		return arena_printf(arena, "%zu transactions %s",
				    finding->step_count,
				    cycle_phrases[finding->name]);
	return arena_printf(arena,
			    "%zu transactions %s (%" PRIu32
			    " missed change%s)",
			    finding->step_count, cycle_phrases[finding->name],
			    rw, rw == 1 ? "" : "s");
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

/*
 * What stands between the action that shows an anomaly and the culprit, and
 * what comes after that; `proof` goes before the witness, where there is one.
 */
struct phrase {
	const char *between;
	const char *end;
	const char *proof;
};

#define MISSED_TOGETHER ", and yet its transaction "
#define CHAIN                                                              \
	", though that had happened before it, by who read from whom and by" \
	" what each process did in turn"
#define AS_SHOWN ", as another read shows: "

static const struct phrase phrases[A_COUNT] = {
	[A_INCOMPATIBLE_ORDER] = { "saw a list that another read contradicts,",
				   ": neither is how the other begins", NULL },
	[A_G1A] = { "saw what was written by an aborted transaction,", "",
		    NULL },
	[A_G1B] = { "saw a state in the middle of another transaction,",
		    ", which changed it again before it committed", NULL },
	[A_INTERNAL] = { "does not agree with what its own transaction did"
			 " before:", "", NULL },
	[A_NON_REPEATABLE_READ] = { "saw another value than its own"
				    " transaction had read before:", "",
				    NULL },
	[A_FUTURE_READ] = { "saw what its own transaction did only later:", "",
			    NULL },
	[A_DIRTY_UPDATE] = { "is built on the write of an aborted"
			     " transaction,", "", AS_SHOWN },
	[A_LOST_UPDATE] = { "changed the same version as",
			    ": each had read it, and neither saw the other's"
			    " change", NULL },
	[A_G_CURSOR] = { "changed a version that its transaction had read but"
			 " that was not the last any more: in between came",
			 "", AS_SHOWN },
	[A_FRACTURED_READ] = { "missed", "",
			       MISSED_TOGETHER "saw something else that was"
			       " written together with it: " },
	[A_READ_SKEW] = { "missed", "",
			  MISSED_TOGETHER "saw later what was written together"
			  " with it: " },
	[A_G_MONOTONIC] = { "missed", "",
			    MISSED_TOGETHER "had seen before what was written"
			    " together with it: " },
	[A_CAUSALITY] = { "missed", CHAIN, NULL },
	[A_MONOTONIC_READS] = { "saw an older state than its process had seen"
				" before in", "", NULL },
	[A_MONOTONIC_WRITES] = { "was put before what its process had written"
				 " earlier,", "", AS_SHOWN },
	[A_READ_YOUR_WRITES] = { "did not see what its process had written"
				 " before,", "", NULL },
	[A_WRITES_FOLLOW_READS] = { "was put before what its process had read"
				    " earlier,", "", AS_SHOWN },
	[A_CYCLIC_VERSIONS] = { "would come both before and after",
				", by the order of versions that is assumed"
				" for the key", NULL },
	[A_MAV_CYCLE] = { "missed",
			  MISSED_TOGETHER "had seen another write of the same"
			  " transaction before", NULL },
	[A_SESSION_MAV_CYCLE] = { "missed",
				  MISSED_TOGETHER "or its process had known"
				  " of that transaction before", NULL },
	[A_RA_CYCLE] = { "missed",
			 MISSED_TOGETHER "saw another write of the same"
			 " transaction", NULL },
	[A_SESSION_RA_CYCLE] = { "missed",
				 MISSED_TOGETHER "or its process knew of that"
				 " transaction", NULL },
	[A_CAUSAL_CYCLE] = { "missed", CHAIN, NULL },
};

/* Two accesses, of one transaction or of two. */
static const char *of_actions(const struct view *view,
			      const struct finding *finding,
			      struct arena *arena)
{
	const struct phrase *phrase = &phrases[finding->name];
	bool is_inner = finding->culprit != NONE &&
			view->owner[finding->culprit] ==
				view->owner[finding->shows];
	bool has_proof = phrase->proof && finding->witness != NONE;

	assert(phrase->between);
	return arena_printf(
		arena, "%s %s %s%s%s%s", did(view, finding->shows, arena),
		phrase->between,
		is_inner ? words_access(view, finding->culprit, arena) :
			   did(view, finding->culprit, arena),
		phrase->end, has_proof ? phrase->proof : "",
		has_proof ? words_access(view, finding->witness, arena) : "");
}

const char *sentence_of(const struct analysis *analysis,
			const struct finding *finding, struct arena *arena)
{
	const struct view *view = &analysis->view;

	if (finding->step_count > 0)
		return of_cycle(finding, arena);
	if (finding->shows == NONE)
		return arena_printf(arena,
				    "whatever order is tried for the writes"
				    " whose order is not known, some read or"
				    " some order of processes or time"
				    " contradicts it (%s)",
				    anomaly_text(finding->name));
	if (finding->name == A_GARBAGE_READ)
		return arena_printf(arena,
				    "%s saw %s, which nobody wrote",
				    did(view, finding->shows, arena),
				    words_value(view, finding->value, arena));
	if (finding->name == A_DUPLICATE_ELEMENTS)
		return arena_printf(arena,
				    "%s saw %s twice, which may be there only"
				    " once",
				    did(view, finding->shows, arena),
				    words_value(view, finding->value, arena));
	if (finding->name == A_WRITES_FOLLOW_READS &&
	    !view_writes(view, finding->shows))
		return arena_printf(arena,
				    "%s missed %s, and yet its transaction"
				    " saw a write of a process that had read"
				    " that before: %s",
				    did(view, finding->shows, arena),
				    did(view, finding->culprit, arena),
				    did(view, finding->witness, arena));
	return of_actions(view, finding, arena);
}
