/* SPDX-License-Identifier: MIT */
/* A control group of ours, with the store's processes in it for a while. */
#ifndef ORDEAL_NEMESIS_AGENT_CGROUP_H
#define ORDEAL_NEMESIS_AGENT_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nemesis/agent/clock_find.h"

#define CGROUP_PATH 400
#define CGROUP_TROUBLE 240

/*
 * Of one controller ("cpu", "memory"), of version 1 or 2, wherever its
 * hierarchy is mounted; else it is mounted at FOLDER/cgroup.KIND. The group is
 * at the top and named after the node and its network namespace, as several
 * nodes can share a kernel. What has to be undone is in FOLDER/starve.KIND
 * before it is done. Nothing of others is touched, but for the controller's
 * name in the subtree_control of version 2, which is taken back.
 */
struct cgroup {
	char record[CGROUP_PATH]; /* the file */
	char top[CGROUP_PATH];	  /* where the hierarchy is mounted */
	char group[CGROUP_PATH];
	char origin[CGROUP_PATH]; /* where the processes came from */
	bool is_v2;
	bool is_mounted;  /* by us */
	bool is_enabled;  /* the controller, by us */
	char kind[16];
};

/* Functions return 0, or -1 with a sentence in `trouble` (CGROUP_TROUBLE). */

/* Makes the group for the daemons, which must be in one group now. */
int cgroup_begin(struct cgroup *cgroup, const char *kind,
		 const struct clock_daemons *daemons, char *trouble);

/* The one that was begun here; -1 if there is none. */
int cgroup_load(struct cgroup *cgroup, const char *kind, const char *folder);

/* Writes a figure into a file of the group. */
int cgroup_set(const struct cgroup *cgroup, const char *file, const char *text,
	       char *trouble);

/* The number behind a word of a file of the group; -1: there is none. */
int64_t cgroup_number(const struct cgroup *cgroup, const char *file,
		      const char *word);

/* Moves the daemons' processes into the group, also those that they start
 * meanwhile; how many there are then. */
int cgroup_move_in(const struct cgroup *cgroup,
		   const struct clock_daemons *daemons, size_t *moved,
		   char *trouble);

/* Moves this process. */
int cgroup_join(const struct cgroup *cgroup);

size_t cgroup_count(const struct cgroup *cgroup);

/* All processes back to where they came from, the group removed, and what we
 * mounted; the record last. */
int cgroup_end(const struct cgroup *cgroup, char *trouble);

#endif
