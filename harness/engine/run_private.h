/* SPDX-License-Identifier: MIT */
/* The state of a run; for run*.c alone. */
#ifndef ORDEAL_ENGINE_RUN_PRIVATE_H
#define ORDEAL_ENGINE_RUN_PRIVATE_H

#include "harness/control/agent_watch.h"
#include "harness/control/cluster.h"
#include "harness/engine/judge.h"
#include "harness/engine/nemesis.h"
#include "harness/engine/recorder.h"
#include "harness/engine/run.h"
#include "harness/engine/schedule.h"
#include "harness/engine/watch.h"
#include "harness/engine/worker.h"
#include "harness/report/export_live.h"

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
	struct fault_links links; /* of an in-process target that has some */
	bool *is_away; /* of each node: taken out of the store by a fault */
	unsigned *down_by; /* ... how many faults may have ended it */
	int claim; /* of the local cluster, or -1 */
	bool made_cluster; /* a local one that was not there before */
	const struct schedule *schedule; /* of faults */
	struct recorder *recorder;
	int64_t start_ns; /* from which its times count */
	struct nemesis *nemesis;
	struct agent_watch *watch; /* NULL: no faults, or no lease */
	struct export_live *spans; /* sent while it goes on, or NULL */
	struct export_trace trace;
	int64_t epoch_ns; /* wall clock at start_ns, of all spans */
	bool is_traced; /* clients are to send it along */
	struct watch *live; /* streaming checkers, or NULL */
	bool has_told_live; /* what became of them */
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

/* Tells the cluster what may be done to the target; in run_control.c. */
void run_set_control(struct run *run);

/* Sees to it that nodes heal alone should this program die. */
int run_start_watch(struct run *run, struct error *err);

/* Lets streaming checkers see what is recorded from now on. Not being able to
 * is told and changes nothing. */
void run_open_live(struct run *run);

/* Tells a conviction, once. True when the main phase is to end by it. */
bool run_look_live(struct run *run);

/* Nothing more will be recorded: tells what is left to tell. */
void run_finish_live(struct run *run);

/* A judge that acquits what its own streaming checker convicted is trouble of
 * the harness. */
void run_compare_live(struct run *run, const struct judgement *judgement);

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

/* Sends operations as spans from now on, where that is wanted; trouble is told
 * and changes nothing. In run_judge.c, as what follows. */
void run_open_spans(struct run *run);

/* Nothing more will be recorded: tells what did not go out. */
void run_close_spans(struct run *run);

/* Judges what was recorded. */
int run_judge(struct run *run, struct error *err);

#endif
