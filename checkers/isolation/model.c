/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/model.h"

#include <assert.h>
#include <string.h>

#define B(name) anomaly_bit_constant(A_##name)
#define anomaly_bit_constant(name) ((anomaly_set)1 << (name))
#define WEAKER(...) (const char *const[]){ __VA_ARGS__, NULL }

/*
 * The lattice is Elle's (elle.consistency-model), with these differences:
 * read-atomic and update-atomic forbid fractured reads, causal consistency
 * and the session guarantees forbid the cycles that break them (Elle names
 * no anomaly for these), parallel snapshot isolation forbids G-single
 * (Cerone and Gotsman, "Analysing Snapshot Isolation", 2016), and every level
 * forbids a value that nobody wrote. A strong-session level orders the
 * transactions of a session, so it is stronger than causal consistency.
 *
 * Three levels of Adya's say when a transaction starts, which no history
 * does. Where all start at the beginning, forward consistent view demands just
 * what consistent view does. Snapshots that only move forward (monotonic
 * snapshot reads) keep what an earlier read has shown, so that level is
 * stronger than monotonic view; and a version order without G-monotonic
 * satisfies the axiom of monotonic atomic view, one without G-single that of
 * read atomic. A history is view serializable if some order of the
 * transactions explains all reads, which is what is looked for.
 */
const struct model models[] = {
	{ "read-uncommitted", "PL-1", true,
	  B(GARBAGE_READ) | B(DUPLICATE_ELEMENTS) | B(G0) | B(CYCLIC_VERSIONS),
	  NULL },
	{ "read-committed", "PL-2", true, B(G1),
	  WEAKER("read-uncommitted") },
	{ "monotonic-atomic-view", NULL, true,
	  B(G_MONOTONIC) | B(MAV_CYCLE),
	  WEAKER("read-committed") },
	{ "monotonic-view", "PL-2L", true, B(G_MONOTONIC) | B(MV_CYCLE),
	  WEAKER("monotonic-atomic-view") },
	{ "monotonic-snapshot-read", "PL-MSR", true, B(MSR_CYCLE),
	  WEAKER("monotonic-view") },
	{ "cursor-stability", "PL-CS", true,
	  B(G_CURSOR) | B(LOST_UPDATE) | B(CS_CYCLE),
	  WEAKER("read-committed") },
	{ "read-atomic", NULL, true,
	  B(INTERNAL) | B(FRACTURED_READ) | B(RA_CYCLE),
	  WEAKER("monotonic-atomic-view") },
	{ "update-atomic", NULL, true, B(LOST_UPDATE) | B(UA_CYCLE),
	  WEAKER("read-atomic") },
	{ "causal-cerone", NULL, true, B(CERONE_CYCLE),
	  WEAKER("read-atomic") },
	{ "monotonic-reads", NULL, true, B(MONOTONIC_READS), NULL },
	{ "monotonic-writes", NULL, true, B(MONOTONIC_WRITES), NULL },
	{ "read-your-writes", NULL, true, B(READ_YOUR_WRITES), NULL },
	{ "writes-follow-reads", NULL, true, B(WRITES_FOLLOW_READS), NULL },
	{ "PRAM", "pram", true, 0,
	  WEAKER("monotonic-reads", "monotonic-writes", "read-your-writes") },
	{ "strong-session-read-uncommitted", "strong-session-PL-1", true,
	  B(G0_P), WEAKER("read-uncommitted") },
	{ "strong-session-read-committed", "strong-session-PL-2", true,
	  B(G1C_P),
	  WEAKER("read-committed", "strong-session-read-uncommitted") },
	{ "strong-session-monotonic-atomic-view", NULL, true,
	  B(SESSION_MAV_CYCLE),
	  WEAKER("monotonic-atomic-view", "strong-session-read-committed") },
	{ "strong-session-read-atomic", NULL, true,
	  B(SESSION_RA_CYCLE) | B(READ_YOUR_WRITES),
	  WEAKER("read-atomic", "read-your-writes",
		 "strong-session-monotonic-atomic-view") },
	{ "causal", NULL, true, B(CAUSALITY) | B(G1C_P) | B(CAUSAL_CYCLE),
	  WEAKER("causal-cerone", "PRAM", "writes-follow-reads",
		 "strong-session-read-atomic") },
	{ "prefix", NULL, true, B(PREFIX_CYCLE), WEAKER("causal-cerone") },
	{ "parallel-snapshot-isolation", NULL, true, B(G_SINGLE),
	  WEAKER("causal-cerone", "update-atomic") },
	{ "consistent-view", "PL-2+", true, B(G_SINGLE) | B(RA_CYCLE),
	  WEAKER("cursor-stability", "monotonic-view") },
	{ "forward-consistent-view", "PL-FCV", true, 0,
	  WEAKER("consistent-view") },
	{ "update-serializable", "PL-3U", true, B(G_UPDATE),
	  WEAKER("forward-consistent-view") },
	{ "repeatable-read", "PL-2.99", true,
	  B(G2_ITEM) | B(LOST_UPDATE) | B(PL3_CYCLE),
	  WEAKER("cursor-stability", "monotonic-atomic-view") },
	{ "snapshot-isolation", "PL-SI", true,
	  B(INTERNAL) | B(G_NONADJACENT) | B(LOST_UPDATE) | B(SI_CYCLE),
	  WEAKER("forward-consistent-view", "monotonic-atomic-view",
		 "monotonic-snapshot-read", "parallel-snapshot-isolation",
		 "prefix") },
	{ "view-serializable", NULL, true,
	  B(GARBAGE_READ) | B(DUPLICATE_ELEMENTS) | B(INTERNAL) | B(G1) |
		  B(G2) | B(PL3_CYCLE),
	  NULL },
	{ "serializable", "PL-3", true, B(INTERNAL) | B(G2) | B(PL3_CYCLE),
	  WEAKER("repeatable-read", "snapshot-isolation",
		 "view-serializable", "update-serializable") },
	{ "strong-session-snapshot-isolation", NULL, true,
	  B(G1_P) | B(G_NONADJACENT_P) | B(SESSION_SI_CYCLE),
	  WEAKER("snapshot-isolation", "strong-session-read-committed",
		 "causal") },
	{ "strong-session-serializable", NULL, true,
	  B(G1_P) | B(G2_P) | B(SESSION_SER_CYCLE),
	  WEAKER("serializable", "strong-session-snapshot-isolation") },
	{ "strong-read-uncommitted", "strong-PL-1", true, B(G0_R),
	  WEAKER("strong-session-read-uncommitted") },
	{ "strong-read-committed", "strong-PL-2", true, B(G1C_R),
	  WEAKER("strong-session-read-committed",
		 "strong-read-uncommitted") },
	{ "strong-snapshot-isolation", NULL, true,
	  B(G1_R) | B(G_NONADJACENT_R) | B(STRONG_SI_CYCLE),
	  WEAKER("strong-session-snapshot-isolation",
		 "strong-read-committed") },
	{ "strict-serializable", "PL-SS", true,
	  B(G1_R) | B(G2_R) | B(PL_SS_CYCLE),
	  WEAKER("strong-session-serializable",
		 "strong-snapshot-isolation") },
};

const size_t model_count = sizeof(models) / sizeof(*models);
static_assert(sizeof(models) / sizeof(*models) <= MODELS_MAX,
	      "a set of levels is one word");

size_t lattice_find(const char *name)
{
	if (strcmp(name, "strong-serializable") == 0)
		name = "strict-serializable";
	for (size_t i = 0; i < model_count; i++) {
		if (strcmp(models[i].name, name) == 0 ||
		    (models[i].alias && strcmp(models[i].alias, name) == 0))
			return i;
	}
	return model_count;
}

uint64_t model_weaker(size_t model)
{
	uint64_t set = UINT64_C(1) << model;

	/* Weaker levels stand before stronger ones in the table. */
	for (size_t i = model + 1; i-- > 0;) {
		if (!(set >> i & 1))
			continue;
		for (const char *const *name = models[i].weaker;
		     name && *name; name++) {
			size_t weaker = lattice_find(*name);

			assert(weaker < i);
			set |= UINT64_C(1) << weaker;
		}
	}
	return set;
}

anomaly_set model_forbids(size_t model)
{
	uint64_t weaker = model_weaker(model);
	anomaly_set set = 0;

	for (size_t i = 0; i <= model; i++) {
		if (weaker >> i & 1)
			set |= models[i].forbids;
	}
	return set;
}

struct model_status model_judge(anomaly_set found, uint64_t ruled_out,
				uint64_t undecided)
{
	struct model_status status = { 0 };

	found = anomaly_closure(found);
	for (size_t i = 0; i < model_count; i++) {
		uint64_t weaker = model_weaker(i);

		if (!(model_forbids(i) & found) && !(weaker & ruled_out))
			continue;
		weaker &= ~(UINT64_C(1) << i);
		if (!(weaker & status.broken))
			status.weakest_broken |= UINT64_C(1) << i;
		status.broken |= UINT64_C(1) << i;
	}
	for (size_t i = model_count; i-- > 0;) {
		if ((status.broken | undecided) >> i & 1 || !models[i].judged)
			continue;
		if (!(status.standing >> i & 1))
			status.strongest |= UINT64_C(1) << i;
		status.standing |= model_weaker(i);
	}
	status.standing &= ~status.broken;
	return status;
}
