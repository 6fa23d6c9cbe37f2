/* SPDX-License-Identifier: MIT */
/* The state of a run; for run*.c alone. */
#ifndef ORDEAL_ENGINE_RUN_PRIVATE_H
#define ORDEAL_ENGINE_RUN_PRIVATE_H

#include "harness/control/agent_watch.h"
#include "harness/control/cluster.h"
#include "harness/engine/nemesis.h"
#include "harness/engine/recorder.h"
#include "harness/engine/run.h"
#include "harness/engine/schedule.h"
#include "harness/engine/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One thread, the run's own, uses all of this; during a phase the nodes and
 * the nemesis belong to the nemesis's thread, and clients to the workers'.
 */
struct run {
	struct run_config *config;
	struct console *console;
	const atomic_bool *stop;
	struct arena *arena;
	struct run_result *result;

	const char *root; /* of the store */
	const char *folder;
	const char *history_path;
	void *target; /* its state */
	const char *version; /* the target's own, or NULL */
	const char **node_names;
	const char **node_addresses;
	struct cluster *cluster; /* NULL for an in-process target */
	struct cluster_control control;
	int claim; /* of the local cluster, or -1 */
	bool made_cluster; /* a local one that was not there before */
	struct recorder *recorder;
	struct nemesis *nemesis;
	struct agent_watch *watch; /* NULL: no faults, or no lease */
	int32_t *processes;
	void *workload_memory; /* the workload's, from phase to phase */
	bool was_abandoned; /* a client is stuck in the target: do not close */

	/* For the progress line. */
	const char *phase;
	int64_t phase_end_ns;
	uint64_t ok_before;
	int64_t counted_ns;
};

static inline bool run_is_stopped(const struct run *run)
{
	return run->stop && atomic_load(run->stop);
}

/* Deadline that many nanoseconds of an option from now. */
int64_t run_deadline(const struct run *run, const char *option);

/* Brings up, connects, heals leftovers, installs, starts, awaits. */
int run_set_up(struct run *run, struct error *err);

/* Sees to it that nodes heal alone should this program die. */
int run_start_watch(struct run *run, struct error *err);

/* Main, healing, final; trouble is noted in the history and told. */
void run_phases(struct run *run);

/* Waits for every node of the store by the ready-timeout. */
int run_await_ready(struct run *run, struct error *err);

/* Fetches the logs, scans them, writes findings into the history. */
void run_collect(struct run *run);

/* Stops the store; trouble is told and changes nothing. */
void run_tear_down(struct run *run);

/* Notes trouble of the harness in the history and tells it. */
void run_note_trouble(struct run *run, const struct error *err);

/* Judges what was recorded. */
int run_judge(struct run *run, struct error *err);

#endif
