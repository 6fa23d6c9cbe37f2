/* SPDX-License-Identifier: MIT */
/* The planned faults of a run: what, on whom, when. */
#ifndef ORDEAL_ENGINE_SCHEDULE_H
#define ORDEAL_ENGINE_SCHEDULE_H

#include "harness/core/error.h"
#include "harness/core/generator.h"
#include "harness/engine/condition.h"
#include "harness/engine/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One step. A fault that is told to heal after the phase has ended is healed
 * by the healing phase instead. */
struct planned {
	int64_t at_ns; /* since the start of the main phase */
	size_t fault; /* number in config->faults */
	const char *target; /* "one", "majority", ...; NULL: any */
	enum condition when; /* an injection comes, at that time or later */
	bool is_heal;
};

/*
 * Drawn whole before the run, from the seed alone, so that the same seed and
 * configuration plan the same faults. Times of injection and healing vary
 * around --fault-length and --fault-gap as --fault-spread has it. Or read from
 * the file --plan. In an arena.
 */
struct schedule {
	struct planned *steps; /* by time */
	size_t count;
	size_t capacity;
};

/* A time in which faults are drawn. */
struct plan_phase {
	int64_t begin_ns;
	int64_t end_ns;
	int64_t length_ns; /* means */
	int64_t gap_ns;
	const size_t *faults; /* by turns */
	size_t fault_count;
	const char *target; /* NULL: as each fault's options have it */
	enum condition when;
	bool heals_at_end; /* else what is in force then stays so */
	const char *stream; /* of random numbers, with a number */
	size_t number;
};

/* Adds injections and heals in turn. */
void schedule_draw(struct schedule *schedule, const struct run_config *config,
		   struct arena *arena, const struct plan_phase *phase);

/* In order of time; of the same moment, heals come first. */
void schedule_sort(struct schedule *schedule);

/* NULL with a sentence when the plan's file is not a good one. */
struct schedule *schedule_make(const struct run_config *config,
			       struct arena *arena, struct error *err);

void schedule_push(struct schedule *schedule, struct arena *arena,
		   struct planned step);

/*
 * What schedule_json wrote, or a person: a list of {"at": nanoseconds or "5s",
 * "fault": one of --faults, "do": "inject" or "heal", "target": "one", "any",
 * ..., "when": "now", ...} in order of time; the last two may be left out.
 * Or of phases, mixed with those: {"at": "10s", "until": "30s", "faults":
 * [...], "length": "2s", "gap": "3s", "schedule": "turns" or "overlap",
 * "target", "when"} draws faults in that time, and heals the last one at its
 * end; all but the first two may be left out, and are then as the run's options
 * have them.
 * NULL with "FILE: /3/fault: what is wrong".
 */
struct schedule *schedule_read(const char *path,
			       const struct run_config *config,
			       struct arena *arena, struct error *err);

/* Offers each step to the nemesis at its time; `note` is its struct planned. */
struct generator *schedule_generator(const struct schedule *schedule,
				     struct arena *arena);

/* As JSON, for schedule.json. */
const char *schedule_json(const struct schedule *schedule,
			  const struct run_config *config,
			  struct arena *arena);

#endif
