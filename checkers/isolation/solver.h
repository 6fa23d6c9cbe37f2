/* SPDX-License-Identifier: MIT */
/* Can choices be made so that a graph has no cycle? */
#ifndef ORDEAL_ISOLATION_SOLVER_H
#define ORDEAL_ISOLATION_SOLVER_H

#include "checkers/isolation/digraph.h"
#include "harness/core/budget.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A polygraph (Papadimitriou 1979): edges that are known, and choices, each of
 * which has two sides with edges of their own. Decided by conflict-driven
 * clause learning (Marques-Silva and Sakallah 1996) over the choices, with a
 * topological order kept up to date under insertion (Pearce and Kelly 2006):
 * a side whose edges close a cycle is a conflict among the sides on it. Sides
 * that agree with the order at the beginning are tried first, later those that
 * were taken last, so that a history which keeps its promise needs hardly any
 * search. Deterministic.
 */
struct solver;

enum solver_answer {
	SOLVER_UNKNOWN, /* the budget ran out */
	SOLVER_YES,
	SOLVER_NO,
};

/* Nodes with lower numbers come first where nothing speaks against it. */
struct solver *solver_new(uint32_t node_count);
void solver_free(struct solver *solver);

/* `tag` is the caller's. */
void solver_add_known(struct solver *solver, uint32_t from, uint32_t to,
		      uint32_t tag);
uint32_t solver_add_choice(struct solver *solver); /* its number, from 0 */
/* An edge of the choice made last. */
void solver_add_edge(struct solver *solver, unsigned side, uint32_t from,
		     uint32_t to, uint32_t tag);

/*
 * A guess at the solution, given the edges that are known by then: fills
 * `rank`, an order of all nodes in which they go forward (false: there is
 * none), and tells in *holds that it has seen a solution that agrees with it.
 * The sides that agree with it are tried first; without one, those that agree
 * with the numbers of the nodes. `solver_side` tells nothing when it holds.
 */
typedef bool solver_guess(void *context, const struct digraph *known,
			  uint32_t *rank, bool *holds);
void solver_set_guess(struct solver *solver, solver_guess *guess,
		      void *context);
/* Guesses before there is any choice: true when the guess holds. */
bool solver_is_guessed(struct solver *solver);

/* Every conflict, and every assignment, counts as a state. */
enum solver_answer solver_run(struct solver *solver,
			      const struct budget *budget);

/* After SOLVER_YES: the side taken. */
unsigned solver_side(const struct solver *solver, uint32_t choice);

/* After SOLVER_NO: the last cycle met, as (from, to, tag) in order. */
struct solver_step {
	uint32_t from;
	uint32_t to;
	uint32_t tag;
};
const struct solver_step *solver_cycle(const struct solver *solver,
				       size_t *count);

#endif
