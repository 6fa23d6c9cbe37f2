/* SPDX-License-Identifier: MIT */
/* The layer under a store's data: what the agent's `disk` does on nodes. */
#ifndef ORDEAL_NEMESIS_LAYER_H
#define ORDEAL_NEMESIS_LAYER_H

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request to the layer, for layer_ask. */
#define LAYER_ASK "ask --folder /run/ordeal/disk "

/* The folder that the store keeps its data in; NULL with a sentence. */
const char *layer_data(struct cluster *cluster, struct error *err);

/*
 * Mounts the layer over the data of every node, before the store starts, and
 * tells it each of `requests` (disk_serve.h; NULL at the end, may be NULL). One
 * that is there already, by another fault of the run, serves all.
 */
int layer_prepare(struct cluster *cluster, const char *const *requests,
		  struct error *err);

/* Unmounts it everywhere, and waits until it has ended. */
int layer_dismantle(struct cluster *cluster, struct error *err);

/* Tells the layer of one node something. `reply`, unless NULL, gets what it
 * said, in `arena`. -1 also where it is gone. */
int layer_tell(struct node *node, struct arena *arena, const char **reply,
	       struct error *err, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Looks whether each node's layer is alive. Where it is not the dead mount is
 * taken away and is_dead[i] set; then -1, and which it was. */
int layer_rescue(struct cluster *cluster, bool *is_dead, struct error *err);

/* The number behind a word of a reply ("failed 3"); -1 if there is none. */
int64_t layer_number(const char *reply, const char *word);

/* What the agents said, on nodes that are asked in parallel. */
struct layer_answers {
	size_t count;
	const char **replies; /* of each node, or NULL; in its arena */
	struct arena *arenas;
};

/* The arrays are in `arena`. */
void layer_answers_init(struct layer_answers *answers, size_t count,
			struct arena *arena);
void layer_answers_release(struct layer_answers *answers);

/* Runs a line on a node, after AGENT_PROGRAM, and keeps what it prints. */
int layer_ask(struct layer_answers *answers, struct node *node,
	      struct error *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds the group `name` with a group for each node picked (NULL: for all): the
 * numbers behind `words` of what it said. */
void layer_answers_note(const struct layer_answers *answers,
			struct cluster *cluster, const bool *picked,
			const char *name, const char *const *words,
			struct arena *arena, struct figure *note);

/* Unmounts on one node: an undo_line. Files that are open stay so. */
const char *layer_undo_line(void);

/* Undoes on every node what a run that died has left. */
int layer_heal_leftovers(struct cluster *cluster, struct error *err);

#endif
