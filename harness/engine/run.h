/* SPDX-License-Identifier: MIT */
/* A run: from a configuration to a verdict. */
#ifndef ORDEAL_ENGINE_RUN_H
#define ORDEAL_ENGINE_RUN_H

#include "harness/core/error.h"
#include "harness/core/verdict.h"
#include "harness/engine/config.h"
#include "harness/engine/console.h"

#include <stdatomic.h>

/*
 * What came of it. When the harness could not do its work, `has_failed` is
 * set and the exit code is EXIT_TROUBLE unless the history convicts.
 */
struct run_result {
	enum verdict_kind kind;
	bool was_judged;
	bool has_failed;
	const char *folder; /* of the run; in the arena; NULL if none */
};

/*
 * Carries out the run of design.md section 5: heal leftovers, install, start,
 * await, main phase, healing, final phase, collect, close, judge, stop. Prints
 * as it goes. `stop` ends it early but in order. -1 with a sentence when it
 * could not even begin; trouble later is told, and what was recorded is
 * judged.
 */
int run_carry_out(struct run_config *config, struct console *console,
		  const atomic_bool *stop, struct arena *arena,
		  struct run_result *result, struct error *err);

#endif
