/* SPDX-License-Identifier: MIT */
/* The independent parts of a history, judged by several threads. */
#ifndef ORDEAL_LINEARIZABLE_PARTS_H
#define ORDEAL_LINEARIZABLE_PARTS_H

#include "checkers/linearizable/deal.h"
#include "checkers/linearizable/judge.h"
#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part: the operations on one key, on keys that operations connect, or on
 * all. */
struct part {
	struct value key; /* nil where there is one part only */
	size_t op_count;
	struct finding finding;
};

struct parts {
	struct part *items; /* in order of first appearance */
	size_t count;
	struct arena *arenas; /* of the findings; one a thread */
	size_t arena_count;
	struct deal deal; /* of the calls; without shares if there is none */
	struct history_keys keys; /* else the operations of each part */
	bool is_fit; /* every operation is one that the model knows; if not,
		      * it is to be looked at (model_misfit) */
};

/* Splits the history. */
void parts_init(struct parts *parts, const struct judge *judge,
		unsigned threads);

/* Judges every part. Which thread judges which part makes no difference to
 * the findings. */
void parts_judge(struct parts *parts, const struct judge *judge);

void parts_release(struct parts *parts);

#endif
