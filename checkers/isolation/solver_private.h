/* SPDX-License-Identifier: MIT */
/* The inside of the solver; for solver*.c alone. */
#ifndef ORDEAL_ISOLATION_SOLVER_PRIVATE_H
#define ORDEAL_ISOLATION_SOLVER_PRIVATE_H

#include "checkers/isolation/digraph.h"
#include "checkers/isolation/solver.h"

/*
 * A literal is a choice and a side: 2 * choice + side. A clause is a set of
 * literals one of which must be taken; its first two are watched.
 */
#define LITERAL_NONE UINT32_MAX

struct side_edge {
	uint32_t from;
	uint32_t to;
	uint32_t tag;
	uint32_t next; /* of the same side: number + 1 */
};

struct clause {
	uint32_t first; /* in `literals` */
	uint32_t count;
	uint32_t next[2]; /* of the clauses that watch the same: number + 1 */
};

struct solver {
	struct digraph graph;
	struct side_edge *edges;
	size_t edge_count, edge_capacity;
	uint32_t *sides; /* by literal: the latest edge + 1 */
	size_t side_capacity;
	uint32_t choice_count;

	uint32_t *literals; /* of all clauses */
	size_t literal_count, literal_capacity;
	struct clause *clauses;
	size_t clause_count, clause_capacity;
	uint32_t *watches; /* by literal: a clause + 1 */

	uint8_t *value; /* by choice: 0 open, else 1 + side */
	uint8_t *phase; /* by choice: the side to be tried first */
	solver_guess *guess; /* or NULL */
	void *guess_context;
	uint32_t *slots; /* by node: working memory of a guess */
	uint32_t *level; /* by choice */
	uint32_t *reason; /* by choice: a clause + 1 */
	size_t *mark; /* by choice: edges in the graph before its own */
	double *activity; /* by choice; of those that were in a conflict */
	uint32_t *heap; /* of them, by activity; some are no longer open */
	uint32_t *place; /* by choice: in the heap + 1, or 0 */
	uint32_t heap_count;
	uint8_t *seen; /* by choice: working memory of solver_learn */
	uint32_t *trail; /* literals, in the order they were taken */
	uint32_t trail_count;
	uint32_t head; /* of the trail: what has been followed up */
	uint32_t *level_start;
	uint32_t depth; /* the number of decisions */
	double bump;

	uint32_t *conflict; /* literals that cannot all be taken */
	size_t conflict_count, conflict_capacity;
	struct solver_step *cycle;
	size_t cycle_count, cycle_capacity;
	uint64_t states;
};

/* Takes a literal; `reason` is the clause that forces it, + 1, or 0. */
void solver_take(struct solver *solver, uint32_t literal, uint32_t reason);

/* Follows up all that was taken. False on a conflict, which is then in
 * `conflict`, and in `cycle` if it is one. */
bool solver_propagate(struct solver *solver);

/* Learns a clause from the conflict, goes back, and takes what it forces. */
void solver_learn(struct solver *solver);

/* Has one more to do with conflicts; makes it a candidate again; and the open
 * choice that had most to do with the latest ones, or `choice_count`. */
void solver_bump(struct solver *solver, uint32_t choice);
void solver_reopen(struct solver *solver, uint32_t choice);
uint32_t solver_hottest(struct solver *solver);

/*
 * Takes for all choices that are still open, and that no conflict was about,
 * the side to be tried first. True when *answer is the solver's: all choices
 * are made, there is no solution, or the budget ran out. Else it has learned a
 * clause from each side that cannot be, and gone back to the beginning.
 */
bool solver_sweep(struct solver *solver, const struct budget *budget,
		  enum solver_answer *answer);

/* True when the budget has run out. */
bool solver_is_spent(const struct solver *solver, const struct budget *budget);

/* Goes back to that number of decisions. */
void solver_back(struct solver *solver, uint32_t depth);

/* After digraph_sort has failed: notes a short cycle of what is known. */
void solver_note_known(struct solver *solver);

/* Puts a side's edges into the graph; false on a cycle, which is noted. */
bool solver_put_side(struct solver *solver, uint32_t literal);

#endif
