/* SPDX-License-Identifier: MIT */
/* What ran, counted: by phase, by f, by fault. */
#ifndef ORDEAL_CHECKERS_COVERAGE_TALLY_H
#define ORDEAL_CHECKERS_COVERAGE_TALLY_H

#include "checkers/moment.h"
#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count {
	uint64_t ops;
	uint64_t ok;
};

/* One f of client operations, by the phase of the invocation. */
struct f_tally {
	uint16_t f;
	struct count phases[PHASE_COUNT];
};

/* One kind of fault. */
struct fault_tally {
	uint16_t f;
	uint64_t injected;		      /* begun */
	uint64_t effects[MOMENT_SKIPPED + 1]; /* of those, by enum
					       * moment_effect; one that never
					       * ended is unknown */
	bool is_open;			      /* begun, not ended */
	bool is_in_force;		      /* proven, and no heal begun */
	bool needs_heal;	     /* injected since the last proven heal */
	bool has_partial;	     /* one that spared some node was proven */
	uint32_t unproven_op;	     /* the first whose effect was not proven */
	struct count during;	     /* in flight at some time of it */
	struct count partial_during; /* ... and it spared some node */
	bool is_total;		     /* the one in force */
};

/* All of a history; in an arena. */
struct tally {
	struct f_tally *fs;
	size_t f_count;
	struct fault_tally *faults; /* by first appearance */
	size_t fault_count;
	struct count phases[PHASE_COUNT];
	struct count all;
	bool has_phases;
	bool has_phase[PHASE_COUNT];
	uint32_t harness_error; /* the first such op, or HISTORY_NONE */
	uint64_t harness_errors;
};

void tally_history(struct tally *tally, const struct history *history,
		   struct arena *arena);

#endif
