/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/solver_private.h"

#include "harness/core/arena.h"

static bool is_taken(const struct solver *s, uint32_t literal)
{
	return s->value[literal / 2] == 1 + literal % 2;
}

static bool is_refused(const struct solver *s, uint32_t literal)
{
	return s->value[literal / 2] == 2 - literal % 2;
}

void solver_take(struct solver *s, uint32_t literal, uint32_t reason)
{
	uint32_t choice = literal / 2;

	s->value[choice] = (uint8_t)(1 + literal % 2);
	s->level[choice] = s->depth;
	s->reason[choice] = reason;
	s->trail[s->trail_count++] = literal;
}

static void add_conflict(struct solver *s, uint32_t literal)
{
	if (literal == LITERAL_NONE)
		return;
	s->conflict = array_reserve(s->conflict, &s->conflict_capacity,
				    s->conflict_count + 1,
				    sizeof(*s->conflict));
	s->conflict[s->conflict_count++] = literal;
}

static void add_step(struct solver *s, uint32_t from, uint32_t to,
		     uint32_t tag)
{
	s->cycle = array_reserve(s->cycle, &s->cycle_capacity,
				 s->cycle_count + 1, sizeof(*s->cycle));
	s->cycle[s->cycle_count++] = (struct solver_step){ from, to, tag };
}

/* The edge closed a cycle: notes it, and the literals on it. */
static void note_cycle(struct solver *s, const struct side_edge *edge,
		       uint32_t literal)
{
	const struct digraph_edge *step;
	uint32_t node = edge->from;

	s->cycle_count = 0;
	s->conflict_count = 0;
	add_step(s, edge->from, edge->to, edge->tag);
	add_conflict(s, literal);
	while ((step = digraph_step(&s->graph, node))) {
		add_step(s, step->from, step->to, step->tag);
		add_conflict(s, step->owner);
		node = step->from;
	}
	for (size_t i = 1; i < s->cycle_count - i; i++) {
		struct solver_step swap = s->cycle[i];

		s->cycle[i] = s->cycle[s->cycle_count - i];
		s->cycle[s->cycle_count - i] = swap;
	}
}

/* Puts a side's edges into the graph; false on a cycle. */
bool solver_put_side(struct solver *s, uint32_t literal)
{
	for (uint32_t e = s->sides[literal]; e; e = s->edges[e - 1].next) {
		const struct side_edge *edge = &s->edges[e - 1];

		if (!digraph_insert(&s->graph, edge->from, edge->to, edge->tag,
				    literal)) {
			note_cycle(s, edge, literal);
			return false;
		}
	}
	return true;
}

/* The literals that refute a clause are its conflict, the other way round. */
static void note_clause(struct solver *s, const struct clause *clause)
{
	s->conflict_count = 0;
	for (uint32_t i = 0; i < clause->count; i++)
		add_conflict(s, s->literals[clause->first + i] ^ 1);
}

/* Moves the watch of `literal`, which is refused, to another one. Returns
 * false when there is none: then the clause forces its other watch. */
static bool move_watch(struct solver *s, uint32_t number, uint32_t literal)
{
	struct clause *clause = &s->clauses[number];
	uint32_t *literals = s->literals + clause->first;
	unsigned place = literals[1] == literal;

	for (uint32_t i = 2; i < clause->count; i++) {
		if (is_refused(s, literals[i]))
			continue;
		literals[place] = literals[i];
		literals[i] = literal;
		clause->next[place] = s->watches[literals[place]];
		s->watches[literals[place]] = number + 1;
		return true;
	}
	return false;
}

/* Follows up that `refused` cannot be taken; false on a conflict. */
static bool propagate_clauses(struct solver *s, uint32_t refused)
{
	uint32_t w = s->watches[refused], kept = 0;
	bool is_fine = true;

	while (w) {
		struct clause *clause = &s->clauses[w - 1];
		uint32_t *literals = s->literals + clause->first;
		unsigned place = literals[1] == refused;
		uint32_t next = clause->next[place], other = literals[!place];

		if (!is_fine || is_taken(s, other) ||
		    !move_watch(s, w - 1, refused)) {
			clause->next[place] = kept;
			kept = w;
			if (is_fine && is_refused(s, other)) {
				note_clause(s, clause);
				is_fine = false;
			} else if (is_fine && !is_taken(s, other)) {
				solver_take(s, other, w);
			}
		}
		w = next;
	}
	s->watches[refused] = kept;
	return is_fine;
}

bool solver_propagate(struct solver *s)
{
	while (s->head < s->trail_count) {
		uint32_t literal = s->trail[s->head++];

		s->states++;
		s->mark[literal / 2] = s->graph.edge_count;
		if (!solver_put_side(s, literal) ||
		    !propagate_clauses(s, literal ^ 1))
			return false;
	}
	return true;
}

void solver_back(struct solver *s, uint32_t depth)
{
	if (s->depth <= depth)
		return;
	while (s->trail_count > s->level_start[depth]) {
		uint32_t choice = s->trail[--s->trail_count] / 2;

		if (s->trail_count < s->head)
			digraph_undo(&s->graph, s->mark[choice]);
		s->phase[choice] = s->value[choice] - 1;
		s->value[choice] = 0;
		solver_reopen(s, choice);
	}
	s->head = s->trail_count;
	s->depth = depth;
}

/* Marks the literals of a conflict; those of this level are counted, those of
 * earlier ones go into the new clause. */
static uint32_t resolve(struct solver *s, uint32_t skip)
{
	uint32_t here = 0;

	for (size_t i = 0; i < s->conflict_count; i++) {
		uint32_t literal = s->conflict[i], choice = literal / 2;

		if (choice == skip || s->seen[choice] ||
		    s->level[choice] == 0)
			continue;
		s->seen[choice] = 1;
		solver_bump(s, choice);
		if (s->level[choice] == s->depth) {
			here++;
			continue;
		}
		s->literals = array_reserve(s->literals, &s->literal_capacity,
					    s->literal_count + 1,
					    sizeof(*s->literals));
		s->literals[s->literal_count++] = literal ^ 1;
	}
	return here;
}

/* Places the clause's literal of the highest level second, for watching;
 * returns that level. */
static uint32_t second_watch(struct solver *s, uint32_t first)
{
	uint32_t best = first + 1;

	for (uint32_t i = first + 1; i < s->literal_count; i++) {
		if (s->level[s->literals[i] / 2] >
		    s->level[s->literals[best] / 2])
			best = i;
	}
	if (s->literal_count > first + 1) {
		uint32_t swap = s->literals[first + 1];

		s->literals[first + 1] = s->literals[best];
		s->literals[best] = swap;
		return s->level[s->literals[first + 1] / 2];
	}
	return 0;
}

/* Learns a clause from the conflict (first unique implication point), goes
 * back, and takes what it forces. */
void solver_learn(struct solver *s)
{
	uint32_t first = (uint32_t)s->literal_count, at = s->trail_count;
	uint32_t open, literal, back;
	struct clause *clause;

	s->literals = array_reserve(s->literals, &s->literal_capacity,
				    s->literal_count + 1,
				    sizeof(*s->literals));
	s->literal_count++;
	open = resolve(s, LITERAL_NONE);
	for (;;) {
		do
			literal = s->trail[--at];
		while (!s->seen[literal / 2]);
		s->seen[literal / 2] = 0;
		if (--open == 0)
			break;
		note_clause(s, &s->clauses[s->reason[literal / 2] - 1]);
		open += resolve(s, literal / 2);
	}
	s->literals[first] = literal ^ 1;
	back = second_watch(s, first);
	for (size_t i = first + 1; i < s->literal_count; i++)
		s->seen[s->literals[i] / 2] = 0;
	solver_back(s, back);
	s->clauses = array_reserve(s->clauses, &s->clause_capacity,
				   s->clause_count + 1, sizeof(*s->clauses));
	clause = &s->clauses[s->clause_count++];
	*clause = (struct clause){ first,
				   (uint32_t)s->literal_count - first,
				   { 0, 0 } };
	if (clause->count > 1) {
		for (unsigned i = 0; i < 2; i++) {
			uint32_t *watch = &s->watches[s->literals[first + i]];

			clause->next[i] = *watch;
			*watch = (uint32_t)s->clause_count;
		}
	}
	solver_take(s, s->literals[first], (uint32_t)s->clause_count);
	s->bump *= 1.05;
}
