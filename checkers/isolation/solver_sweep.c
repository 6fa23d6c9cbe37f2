/* SPDX-License-Identifier: MIT */
/* The choices that no conflict is about, all at once. */
#include "checkers/isolation/solver_private.h"

#include "harness/core/arena.h"

/* That the sides of the cycle noted last cannot all be taken. */
static void keep_clause(struct solver *s)
{
	uint32_t first = (uint32_t)s->literal_count;

	for (size_t i = 0; i < s->conflict_count; i++) {
		uint32_t literal = s->conflict[i], choice = literal / 2;

		if (s->seen[choice] ||
		    (s->value[choice] && s->level[choice] == 0))
			continue;
		s->seen[choice] = 1;
		solver_bump(s, choice);
		s->literals = array_reserve(s->literals, &s->literal_capacity,
					    s->literal_count + 1,
					    sizeof(*s->literals));
		s->literals[s->literal_count++] = literal ^ 1;
	}
	for (size_t i = first; i < s->literal_count; i++)
		s->seen[s->literals[i] / 2] = 0;
	s->clauses = array_reserve(s->clauses, &s->clause_capacity,
				   s->clause_count + 1, sizeof(*s->clauses));
	s->clauses[s->clause_count++] = (struct clause){
		first, (uint32_t)s->literal_count - first, { 0, 0 }
	};
}

/* Watches the new clauses, or takes what they force; before any decision. */
static bool use_clauses(struct solver *s, size_t first)
{
	for (size_t i = first; i < s->clause_count; i++) {
		struct clause *clause = &s->clauses[i];
		uint32_t literal;

		if (clause->count == 0)
			return false;
		literal = s->literals[clause->first];
		if (clause->count > 1) {
			for (unsigned w = 0; w < 2; w++) {
				uint32_t *watch =
					&s->watches[s->literals[clause->first +
								w]];

				clause->next[w] = *watch;
				*watch = (uint32_t)i + 1;
			}
		} else if (!s->value[literal / 2]) {
			solver_take(s, literal, 0);
		} else if (s->value[literal / 2] == 2 - literal % 2) {
			return false;
		}
	}
	return true;
}

/* Nothing spoke against any side. */
static void make_all(struct solver *s)
{
	for (uint32_t c = 0; c < s->choice_count; c++) {
		if (!s->value[c])
			s->value[c] = (uint8_t)(1 + s->phase[c]);
	}
}

bool solver_sweep(struct solver *s, const struct budget *budget,
		  enum solver_answer *answer)
{
	size_t mark = s->graph.edge_count, first = s->clause_count;

	for (uint32_t c = 0; c < s->choice_count; c++) {
		size_t at = s->graph.edge_count;

		if (s->value[c])
			continue;
		s->states++;
		*answer = SOLVER_UNKNOWN;
		if (solver_is_spent(s, budget))
			return true;
		if (solver_put_side(s, 2 * c + s->phase[c]))
			continue;
		digraph_undo(&s->graph, at);
		keep_clause(s);
	}
	*answer = SOLVER_YES;
	if (s->clause_count == first) {
		make_all(s);
		return true;
	}
	digraph_undo(&s->graph, mark);
	solver_back(s, 0);
	*answer = SOLVER_NO;
	return !use_clauses(s, first);
}
