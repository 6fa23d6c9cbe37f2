/* SPDX-License-Identifier: MIT */
/* A run in progress, seen from outside: what its files say so far. */
#ifndef ORDEAL_SERVE_LIVE_H
#define ORDEAL_SERVE_LIVE_H

#include "harness/core/arena.h"
#include "harness/report/runs.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_NAMES_MAX 16 /* of operations; the last stands for all others */
#define LIVE_NODES_MAX 64
#define LIVE_FAULTS_MAX 32
#define LIVE_FINDINGS_MAX 20 /* the newest */
#define LIVE_BUCKETS 14

/* Upper bounds of latency buckets, in seconds; above the last: +Inf. */
extern const double live_bounds[LIVE_BUCKETS];

enum live_outcome {
	LIVE_IS_OK,
	LIVE_IS_FAIL,
	LIVE_IS_INFO,
};

/* Operations of one name. */
struct live_operation {
	char name[64];
	uint64_t by_outcome[3];
	uint64_t by_latency[LIVE_BUCKETS + 1];
	double latency_sum; /* in seconds */
};

struct live_node {
	char name[64];
	uint64_t by_outcome[3];
};

/* Of one name. */
struct live_fault {
	char name[64];
	char target[64];  /* of the newest injection, or "" */
	char effect[16];  /* "proven", "absent", "skipped", "unknown"; "":
			   * not yet */
	bool is_in_force; /* from the begin of inject to the end of heal */
	bool was_in_force; /* when the newest injection began */
	int64_t since_ns;
	uint64_t injected;
	uint64_t proven;
};

struct live_finding {
	int64_t time_ns;
	char text[400];
};

/* Completions in one second of the run. */
struct live_second {
	uint32_t by_outcome[3];
	float p50_ms; /* of ok ones; 0: none */
	float p99_ms;
};

/* What has been seen; a copy, but for `seconds`, which is in an arena. */
struct live_view {
	char phase[32];	 /* "", "main", "healing", "final" */
	int64_t time_ns; /* of the newest entry, and what has passed since */
	int64_t main_ns; /* when the main phase began; -1: not yet */
	uint64_t entries;
	uint64_t bytes;
	uint64_t open; /* operations without completion */
	struct live_operation operations[LIVE_NAMES_MAX];
	size_t operation_count;
	struct live_node nodes[LIVE_NODES_MAX];
	size_t node_count;
	struct live_fault faults[LIVE_FAULTS_MAX];
	size_t fault_count;
	struct live_finding findings[LIVE_FINDINGS_MAX]; /* a ring */
	uint64_t finding_count;				 /* ever */
	const struct live_second *seconds;		 /* from 0 on */
	size_t second_count;
	char log[1024]; /* the last lines of ordeal.log */
};

/*
 * Follows the histories of runs as they grow, each once, however many look.
 * Any thread. Nothing in the run's process knows of it.
 */
struct live_set;

/* `root` is an open folder, which stays the caller's. */
struct live_set *live_open(int root);
void live_close(struct live_set *set); /* NULL is accepted */

/*
 * Reads what the run of that path has written since, at most 64 MB at a time,
 * and tells all that is known, with seconds from `from` on (so that
 * `seconds[0]` is that one). False when there is no history to read.
 */
bool live_look(struct live_set *set, const char *path, size_t from,
	       struct live_view *view, struct arena *arena);

#endif
