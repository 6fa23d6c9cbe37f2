/* SPDX-License-Identifier: MIT */
/* The runs of a store, in short: for lists, filters and comparisons. */
#ifndef ORDEAL_REPORT_RUNS_H
#define ORDEAL_REPORT_RUNS_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero is cautious. */
enum run_state {
	RUN_UNKNOWN, /* the verdict is */
	RUN_VALID,
	RUN_INVALID,
	RUN_UNJUDGED, /* there is no verdict: the run died, or never judged */
	RUN_GOING,    /* something was written a short time ago */
};

struct run_anomaly {
	const char *name;
	size_t count;
};

/* What config.json and results.json say; texts are as they stand there, to be
 * escaped by who shows them, and never NULL. */
struct run_summary {
	const char *path; /* below the root: "etcd-register/20260731T..." */
	const char *time; /* the last part of it */
	enum run_state state;
	const char *target;
	const char *workload;
	const char *seed;
	const char *reason;
	const char *const *faults; /* NULL at the end */
	size_t fault_count;
	const struct run_anomaly *anomalies; /* of all checkers, by name */
	size_t anomaly_count;
	uint64_t ops; /* of the main phase, as `stats` counts them */
	uint64_t ok;
	double seconds;
	double rate;
	double availability; /* 0 to 1; negative: not known */
	uint64_t stamp;	     /* of the files it was read from */
};

/* The runs at one moment, newest first. It does not change. */
struct runs {
	const struct run_summary *items;
	size_t count;
};

/*
 * Keeps the summaries of a store, so that only what is new or has changed is
 * read again. New runs, and what becomes of those that are not judged, are
 * seen at once; that an old run was judged again may be seen a few times of
 * asking later, where there are thousands. Any thread.
 */
struct runs_index;

/* `root` need not exist. */
struct runs_index *runs_open(const char *root);
void runs_close(struct runs_index *index); /* NULL is accepted */

/* What there is now; to be given back, after which it may be gone. */
const struct runs *runs_take(struct runs_index *index);
void runs_give_back(struct runs_index *index, const struct runs *runs);

/* The run of that path, or NULL. */
const struct run_summary *runs_find(const struct runs *runs, const char *path);

/* "valid", "invalid", "unknown", "unjudged", "running" */
const char *run_state_name(enum run_state state);

/* What is wanted; NULL or "" where all are. */
struct run_filter {
	const char *target;
	const char *workload;
	const char *fault; /* "none": runs without */
	const char *state;
	const char *anomaly;
	const char *text; /* in any of the texts, in any case */
};

bool run_matches(const struct run_summary *run,
		 const struct run_filter *filter);

/* A value that runs have, and how many of them. */
struct run_facet {
	const char *value;
	size_t count;
};

enum run_facet_kind {
	FACET_TARGET,
	FACET_WORKLOAD,
	FACET_FAULT,
	FACET_STATE,
	FACET_ANOMALY,
};

/* The values there are, in order of the alphabet; *count of them, in the
 * arena. Beyond FACETS_MAX the rest is left out. */
#define FACETS_MAX 500
const struct run_facet *runs_facets(const struct runs *runs,
				    enum run_facet_kind kind, size_t *count,
				    struct arena *arena);

#endif
