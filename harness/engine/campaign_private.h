/* SPDX-License-Identifier: MIT */
/* Between the files of the campaign. */
#ifndef ORDEAL_ENGINE_CAMPAIGN_PRIVATE_H
#define ORDEAL_ENGINE_CAMPAIGN_PRIVATE_H

#include "harness/engine/campaign.h"

#include <sys/types.h>

/* A run in progress. */
struct running {
	struct cell *cell; /* NULL: the place is free */
	pid_t pid;
	int64_t start_ns;
	int64_t deadline_ns;
	bool was_told; /* to stop */
	bool is_late;  /* it took too long */
};

/* "FOLDER/cells/7.json" */
const char *cell_path(const struct campaign *campaign, const struct cell *cell,
		      const char *ending, struct arena *arena);

/* Writes the cell's configuration and starts `ordeal run` with it. `slot`, from
 * 1, stands for %j in the name of its cluster. -1 with a sentence. */
int cell_start(struct campaign *campaign, struct cell *cell, size_t slot,
	       struct running *running, struct error *err);

/* Where a run finds the lock of its campaign, to hold it too. */
#define CELL_LOCK_FD 3

/* True when the run's folder has become known. */
bool cell_look(struct campaign *campaign, struct cell *cell);

/* Takes in what the run left; `status` is of waitpid. */
void cell_finish(struct campaign *campaign, const struct running *running,
		 int status, bool was_stopped);

int campaign_add_axis(struct campaign *campaign, const char *name,
		      const char *pointer, json_t *values, struct error *err);

/* The results.json of its run, to be released; NULL where there is none. */
json_t *cell_results(const struct campaign *campaign, const struct cell *cell);

/* Reads "expect" at `pointer`: a rule, or a list of which the first that fits
 * counts. -1 with what is wrong. */
int campaign_expect(struct campaign *campaign, struct cell *cell,
		    json_t *expect, const char *pointer,
		    struct error *err);

/* Whether a cell is one that `when` speaks of. */
bool cell_matches(struct campaign *campaign, const struct cell *cell,
		  json_t *when);

/* Sees that names in `when` are names of something. */
int campaign_check_when(struct campaign *campaign, json_t *when,
			const char *pointer, struct error *err);

/* Sees that as many can run at a time as `jobs` says. */
#define JOBS_MAX 64
int campaign_check_jobs(struct campaign *campaign, struct error *err);

/* Where a name stands in JSON, for messages: "/" in it becomes "~1". */
const char *json_pointer(struct arena *arena, const char *above,
			 const char *name);

#endif
