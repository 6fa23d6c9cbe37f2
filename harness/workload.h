/* SPDX-License-Identifier: MIT */
/* A workload: what clients ask for, and who judges the answers. */
#ifndef ORDEAL_WORKLOAD_H
#define ORDEAL_WORKLOAD_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/generator.h"
#include "harness/core/op.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* An object and the verbs of it (bit 1 << VERB_...); a table of these ends
 * with OBJECT_NONE. */
struct need {
	enum object object;
	uint32_t verbs;
	bool in_transactions; /* several actions in one atomic operation */
};

/* What a workload is told when it is set up. */
struct workload_setup {
	const struct options *options; /* of the workload's own table */
	uint64_t seed; /* for rng_init: name the streams after the workload */
	size_t threads; /* worker threads, numbered from 0 */
	size_t nodes; /* thread t talks to node t mod nodes */
	struct arena *arena; /* lives as long as the run */
	/* A place, NULL at first, for what the final phase must know of the
	 * main one (which keys there were): the same for both. There is none
	 * (NULL) where no phase begins: in needs, checker_options. It holds
	 * NULL in the final phase when there was no main one. */
	void **memory;
};

struct workload {
	const char *name;
	const char *summary;
	const struct option *options; /* NULL: none */
	const char *const *checkers; /* names of its judges, NULL at the end;
				      * coverage, crash and stats always run */

	/* What it needs with these options, as a table in the arena. */
	const struct need *(*needs)(const struct workload_setup *setup);

	/* The operations of the main phase (an endless generator is cut by the
	 * time limit) and of the final phase (NULL: none needed). NULL with a
	 * sentence when the options do not fit together. */
	struct generator *(*main_phase)(const struct workload_setup *setup,
					struct error *err);
	struct generator *(*final_phase)(const struct workload_setup *setup,
					 struct error *err);

	/* Options for its checkers that follow from its own, as
	 * {"CHECKER.OPTION", "TEXT"} pairs ended by NULL, or NULL. */
	const char *const *(*checker_options)(
		const struct workload_setup *setup);
};

#endif
