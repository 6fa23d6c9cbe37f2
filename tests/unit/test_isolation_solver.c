/* SPDX-License-Identifier: MIT */
/* The solver of polygraphs, and the graphs below it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/digraph.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/solver.h"
#include "harness/core/arena.h"
#include "harness/core/rng.h"

#define NODES 7
#define CHOICES 10

static const struct budget budget = { BUDGET_STATES_DEFAULT,
				      BUDGET_BYTES_DEFAULT, 1, NULL };

struct puzzle {
	bool known[NODES][NODES];
	uint32_t sides[CHOICES][2][2][2]; /* two edges a side */
	unsigned choices;
};

static bool is_cyclic(bool reach[NODES][NODES])
{
	bool result = false;

	for (int k = 0; k < NODES; k++) {
		for (int i = 0; i < NODES; i++) {
			for (int j = 0; j < NODES; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
		}
	}
	for (int i = 0; i < NODES; i++)
		result |= reach[i][i];
	return result;
}

static bool fits(const struct puzzle *puzzle, unsigned sides)
{
	bool reach[NODES][NODES];

	memcpy(reach, puzzle->known, sizeof(reach));
	for (unsigned c = 0; c < puzzle->choices; c++) {
		for (int e = 0; e < 2; e++) {
			const uint32_t *edge =
				puzzle->sides[c][sides >> c & 1][e];

			reach[edge[0]][edge[1]] = true;
		}
	}
	return !is_cyclic(reach);
}

static void random_edge(struct rng *rng, uint32_t edge[2])
{
	edge[0] = (uint32_t)rng_below(rng, NODES);
	edge[1] = (edge[0] + 1 + (uint32_t)rng_below(rng, NODES - 1)) % NODES;
}

static struct solver *make(struct puzzle *puzzle, struct rng *rng)
{
	struct solver *solver = solver_new(NODES);
	uint32_t edge[2];

	memset(puzzle, 0, sizeof(*puzzle));
	for (uint64_t i = rng_below(rng, 6); i > 0; i--) {
		random_edge(rng, edge);
		puzzle->known[edge[0]][edge[1]] = true;
		solver_add_known(solver, edge[0], edge[1], 0);
	}
	puzzle->choices = 1 + (unsigned)rng_below(rng, CHOICES);
	for (unsigned c = 0; c < puzzle->choices; c++) {
		assert_int_equal(solver_add_choice(solver), c);
		for (unsigned s = 0; s < 4; s++) {
			random_edge(rng, puzzle->sides[c][s / 2][s % 2]);
			solver_add_edge(solver, s / 2,
					puzzle->sides[c][s / 2][s % 2][0],
					puzzle->sides[c][s / 2][s % 2][1], 0);
		}
	}
	return solver;
}

static void puzzles_are_solved_as_by_trying_all_sides(void **state)
{
	unsigned solved = 0, total = 20000;
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, "solver", 0);
	for (unsigned i = 0; i < total; i++) {
		struct puzzle puzzle;
		struct solver *solver = make(&puzzle, &rng);
		enum solver_answer answer = solver_run(solver, &budget);
		bool has_solution = false;
		unsigned sides = 0;

		for (unsigned s = 0; s < 1u << puzzle.choices; s++)
			has_solution |= fits(&puzzle, s);
		assert_int_equal(answer,
				 has_solution ? SOLVER_YES : SOLVER_NO);
		for (unsigned c = 0; c < puzzle.choices && has_solution; c++)
			sides |= solver_side(solver, c) << c;
		if (has_solution)
			assert_true(fits(&puzzle, sides));
		solved += has_solution;
		solver_free(solver);
	}
	assert_in_range(solved, total / 20, total * 19 / 20);
}

/* A budget of nothing leaves the question open. */
static void a_spent_budget_is_unknown(void **state)
{
	struct budget none = { 0, 0, 1, NULL };
	struct solver *solver = solver_new(3);

	(void)state;
	solver_add_choice(solver);
	solver_add_edge(solver, 0, 0, 1, 0);
	solver_add_edge(solver, 1, 1, 0, 0);
	solver_add_choice(solver);
	solver_add_edge(solver, 0, 1, 2, 0);
	solver_add_edge(solver, 1, 2, 1, 0);
	assert_int_equal(solver_run(solver, &none), SOLVER_UNKNOWN);
	solver_free(solver);
}

static void the_cycle_that_was_met_is_told(void **state)
{
	struct solver *solver = solver_new(3);
	const struct solver_step *cycle;
	size_t count;

	(void)state;
	solver_add_known(solver, 0, 1, 7);
	solver_add_choice(solver);
	solver_add_edge(solver, 0, 1, 0, 8);
	solver_add_edge(solver, 1, 1, 0, 8);
	assert_int_equal(solver_run(solver, &budget), SOLVER_NO);
	cycle = solver_cycle(solver, &count);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(cycle[i].to, cycle[(i + 1) % count].from);
	solver_free(solver);
}

/* A path of a million nodes, which recursion would not survive. */
static void long_paths_have_as_many_components(void **state)
{
	enum { LENGTH = 1000000 };
	struct edges edges = { .node_count = LENGTH };
	struct graph graph;
	uint32_t *components;

	(void)state;
	for (uint32_t v = 0; v + 1 < LENGTH; v++)
		edges_add(&edges, v, v + 1, EDGE_WW);
	graph_build(&graph, LENGTH, &edges, 1);
	components = heap_alloc(LENGTH * sizeof(*components));
	assert_int_equal(graph_components(&graph, ~0u, components), LENGTH);
	assert_int_equal(graph_core(&graph, components), 0);
	graph_release(&graph);
	edges_add(&edges, LENGTH - 1, 0, EDGE_RW);
	graph_build(&graph, LENGTH, &edges, 1);
	assert_int_equal(graph_components(&graph, ~0u, components), 1);
	assert_int_equal(graph_components(&graph, EDGE_BIT(EDGE_WW),
					  components),
			 LENGTH);
	assert_int_equal(graph_core(&graph, components), LENGTH);
	graph_release(&graph);
	edges_release(&edges);
	free(components);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puzzles_are_solved_as_by_trying_all_sides),
		cmocka_unit_test(a_spent_budget_is_unknown),
		cmocka_unit_test(the_cycle_that_was_met_is_told),
		cmocka_unit_test(long_paths_have_as_many_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
