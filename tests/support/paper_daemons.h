/* SPDX-License-Identifier: MIT */
/* Three nodes that are little scripts, whose daemons are files; for tests of
 * faults of processes. */
#ifndef ORDEAL_TESTS_SUPPORT_PAPER_DAEMONS_H
#define ORDEAL_TESTS_SUPPORT_PAPER_DAEMONS_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/rng.h"
#include "harness/fault.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define SCENE_NODES 3

struct scene {
	char folder[64];
	struct arena arena;
	struct cluster *cluster;
	struct cluster_control control;
	bool is_away[SCENE_NODES];
	unsigned down_by[SCENE_NODES];
	unsigned in_force; /* faults, as each is told */
	bool starts_in_vain; /* daemons end as soon as they were started */
	atomic_int births;
	struct error err;
};

/* A fault of the scene, and what it last told. */
struct trial {
	struct scene *scene;
	const struct fault *fault;
	struct options *options;
	void *state;
	struct rng rng;
	struct figure note;
};

/* Nodes "n1" to "n3" with all of `daemons` (NULL at the end) running; what
 * cannot be done fails the test. */
void scene_begin(struct scene *scene, const char *const *daemons);
void scene_end(struct scene *scene);

/* A daemon of node number `node` (from 0): whether it is there; as in "S born
 * 1", its state and its birth, or "none". */
bool scene_runs(const struct scene *scene, size_t node, const char *daemon);
const char *scene_life(struct scene *scene, size_t node, const char *daemon);

/* It ends without any fault. */
void scene_die(const struct scene *scene, size_t node, const char *daemon);

/* Opens a fault, with its option "daemons" unless that is NULL. */
void trial_open(struct trial *trial, struct scene *scene,
		const struct fault *fault, const char *daemons);

/* Injects or heals, and looks: the effect, or -1 with scene->err. */
int trial_inject(struct trial *trial, const char *target);
int trial_heal(struct trial *trial);

/* The texts in the list `name` of the note: "n1 n3 ". */
const char *trial_list(struct trial *trial, const char *name);

#endif
