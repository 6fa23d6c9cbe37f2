/* SPDX-License-Identifier: MIT */
/* The consistency profile of one history, and how it is printed. */
#ifndef ORDEAL_ENGINE_PROFILE_H
#define ORDEAL_ENGINE_PROFILE_H

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/core/reader.h"
#include "harness/engine/judge.h"

#include <stdbool.h>
#include <stddef.h>

/* Models of registers, the strongest first. */
enum profile_model {
	PROFILE_LINEARIZABLE,
	PROFILE_REGULAR,
	PROFILE_SAFE,
	PROFILE_SEQUENTIAL,
	PROFILE_REAL_TIME_CAUSAL,
	PROFILE_PROCESSOR,
	PROFILE_CAUSAL_MEMORY,
	PROFILE_CAUSAL_CONVERGENCE,
	PROFILE_CAUSAL,
	PROFILE_PRAM,
	PROFILE_READ_YOUR_WRITES,
	PROFILE_MONOTONIC_READS,
	PROFILE_MONOTONIC_WRITES,
	PROFILE_WRITES_FOLLOW_READS,
	PROFILE_MODELS,
};

/* One history and what came out. Everything is in the arena, but for the
 * history. */
struct profile {
	struct arena arena;
	struct history *history;
	struct read_info info;
	struct judgement judgement;
	/* NULL: not judged, for the format tells no real time. */
	const struct judged *judged[PROFILE_MODELS];
	unsigned stand; /* bits: models that hold, by themselves or by a
			 * stronger one */
};

/* The name of its checker. */
const char *profile_model_name(enum profile_model model);
/* Is it about real time? */
bool profile_model_is_timed(enum profile_model model);
/* What an application may rely on where it holds. */
const char *profile_model_means(enum profile_model model);

/* Once judged: what holds, and by that what a stronger model implies. */
void profile_find_standing(struct profile *profile);

/* It stands, and no stronger one does. */
bool profile_is_strongest(const struct profile *profile,
			  enum profile_model model);

/* Does the history say anything of any model? */
bool profile_tells_models(const struct profile *profile);

/* Is the history one of registers, so that the models say anything? */
bool profile_is_of_registers(const struct profile *profile);

const struct judged *profile_judged(const struct profile *profile,
				    const char *checker);

/* The table of the models, to the standard output; of other objects a line. */
void profile_print_models(struct profile *profile);

/* Staleness, nodes, convergence, time until it after heals. */
void profile_print_measures(struct profile *profile);

/* Where partitions put it. */
void profile_print_place(const struct profile *profile);

#endif
