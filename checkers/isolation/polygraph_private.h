/* SPDX-License-Identifier: MIT */
/* The inside of polygraphs; for polygraph*.c alone. */
#ifndef ORDEAL_ISOLATION_POLYGRAPH_PRIVATE_H
#define ORDEAL_ISOLATION_POLYGRAPH_PRIVATE_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/chains.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/solver.h"

#include <stdbool.h>
#include <stdint.h>

/* A level as a polygraph. */
struct form {
	const char *model;
	enum edge_kind order; /* EDGE_SAME: none */
	bool in_layers; /* snapshot isolation */
	bool no_rw; /* who read does not matter, but for updates */
	enum anomaly_name cycle;
};

struct polygraph {
	struct analysis *analysis;
	struct arena *arena;
	const struct view *view;
	const struct graph *graph;
	const struct registers *registers;
	const struct chains *chains;
	const struct form *form;
	struct solver *solver;
	uint64_t edges; /* of choices */
	uint64_t edges_max;
	const uint32_t *rank; /* a guess: an order of the solver's nodes */
	bool holds; /* nothing contradicts it so far */
	bool in_time; /* chains that are apart in time are in that order */
	bool has_weak; /* the weak levels have been looked at */
};

/* Not a side of a choice. */
#define KNOWN 2u
#define GUESSED 3u

/* The one chain comes before the other: its writer and its readers do. */
void polygraph_add_order(struct polygraph *p, unsigned side,
			 const struct chain *one, const struct chain *two);

/* A solver_guess, whose context is the polygraph. */
bool polygraph_guess(void *context, const struct digraph *known,
		     uint32_t *rank, bool *holds);

#endif
