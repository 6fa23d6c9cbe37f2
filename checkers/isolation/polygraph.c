/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/polygraph.h"

#include <stdlib.h>

#include "checkers/isolation/model.h"
#include "checkers/isolation/polygraph_private.h"
#include "checkers/isolation/weak.h"
#include "harness/core/arena.h"

/* So many edges of choices are looked at; more: not decided. */
#define EDGES_MAX (UINT64_C(8) << 20)
/* The part of it for levels that were not asked for. */
#define OTHERS_SHARE 8
/* The part of it for an attempt with assumptions. */
#define ASSUMED_SHARE 4
/* Reads that do not agree with what their own transaction did. */
#define INNER_READS                                                 \
	(anomaly_bit(A_INTERNAL) | anomaly_bit(A_FUTURE_READ) |     \
	 anomaly_bit(A_NON_REPEATABLE_READ))

/* A stronger form stands before those it implies. Cursor stability: no cycle
 * without rw, and each update next to what it read, which chains are. */
static const struct form forms[] = {
	{ "strict-serializable", EDGE_REALTIME, false, false, A_PL_SS_CYCLE },
	{ "strong-session-serializable", EDGE_PROCESS, false, false,
	  A_SESSION_SER_CYCLE },
	{ "serializable", EDGE_SAME, false, false, A_PL3_CYCLE },
	{ "strong-snapshot-isolation", EDGE_REALTIME, true, false,
	  A_STRONG_SI_CYCLE },
	{ "strong-session-snapshot-isolation", EDGE_PROCESS, true, false,
	  A_SESSION_SI_CYCLE },
	{ "snapshot-isolation", EDGE_SAME, true, false, A_SI_CYCLE },
	{ "cursor-stability", EDGE_SAME, false, true, A_CS_CYCLE },
};

/* An edge that is known, or on a side of the latest choice, or must agree with
 * the order that was guessed. */
static void add_edge(struct polygraph *p, unsigned side, uint32_t from,
		     uint32_t to, enum edge_kind kind)
{
	uint32_t pairs[2][2] = { { from, to }, { from, to } };
	unsigned count = 1;

	if (from == to || (p->form->no_rw && kind == EDGE_RW))
		return;
	if (p->form->in_layers) {
		pairs[0][0] = 2 * from;
		pairs[0][1] = 2 * to + (kind == EDGE_RW);
		pairs[1][0] = 2 * from + 1;
		pairs[1][1] = 2 * to + (kind == EDGE_SAME);
		count = kind == EDGE_RW ? 1 : 2;
	}
	for (unsigned i = 0; i < count; i++) {
		if (side == GUESSED)
			p->holds &= p->rank[pairs[i][0]] < p->rank[pairs[i][1]];
		else if (side == KNOWN)
			solver_add_known(p->solver, pairs[i][0], pairs[i][1],
					 kind);
		else
			solver_add_edge(p->solver, side, pairs[i][0],
					pairs[i][1], kind);
	}
	p->edges += count;
}

/* Who read a version comes before the writer of the next one. */
static void add_readers(struct polygraph *p, unsigned side, uint32_t version,
			uint32_t writer)
{
	const struct chains *chains = p->chains;

	for (uint32_t i = chains->first_read[version];
	     i < chains->first_read[version + 1]; i++)
		add_edge(p, side, p->view->owner[chains->reads[i]], writer,
			 EDGE_RW);
}

void polygraph_add_order(struct polygraph *p, unsigned side,
			 const struct chain *one, const struct chain *two)
{
	uint32_t writer = p->view->owner[two->first];

	add_edge(p, side, p->view->owner[one->last], writer, EDGE_WW);
	add_readers(p, side, one->last, writer);
}

static void add_known(struct polygraph *p)
{
	unsigned kinds = EDGE_BIT(EDGE_WW) | EDGE_BIT(EDGE_WR) |
			 EDGE_BIT(EDGE_RW) | EDGE_BIT(EDGE_SAME) |
			 EDGE_BIT(p->form->order);

	for (uint32_t v = 0; v < p->graph->node_count; v++) {
		for (uint32_t e = p->graph->starts[v];
		     e < p->graph->starts[v + 1]; e++) {
			enum edge_kind kind = edge_kind(p->graph->targets[e]);

			if (kinds & EDGE_BIT(kind))
				add_edge(p, KNOWN, v,
					 edge_node(p->graph->targets[e]),
					 kind);
		}
	}
	for (uint32_t w = 0; w < p->view->action_count; w++) {
		if (p->chains->next[w] != NONE)
			add_readers(p, KNOWN, w,
				    p->view->owner[p->chains->next[w]]);
	}
}

/* What was made from the initial state precedes all else, whatever the time:
 * the solver is to find that out. */
static void relate_initial(struct polygraph *p, const struct chain *items,
			   uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = 0; items[i].is_initial && j < count; j++) {
			if (i != j)
				polygraph_add_order(p, KNOWN, &items[i],
						    &items[j]);
		}
	}
}

/*
 * Chains of one key, by invocation. Those that completed before another was
 * invoked precede it where real time counts; of them only a frontier needs
 * edges, as the others precede one of these.
 */
static void relate(struct polygraph *p, const struct chain *items,
		   uint32_t count, uint32_t *frontier)
{
	uint32_t frontier_count = 0;

	relate_initial(p, items, count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t kept = 0, latest = 0;

		if (items[i].is_initial)
			continue;
		/* No one of the frontier may precede another of it. */
		for (uint32_t j = 0; j < frontier_count; j++) {
			const struct chain *done = &items[frontier[j]];

			if (done->complete < items[i].invoke &&
			    done->invoke > latest && p->in_time)
				latest = done->invoke;
		}
		for (uint32_t j = 0; j < frontier_count; j++) {
			const struct chain *other = &items[frontier[j]];

			if (p->in_time && other->complete < latest)
				continue;
			frontier[kept++] = frontier[j];
			if (p->in_time && other->complete < items[i].invoke) {
				polygraph_add_order(p, KNOWN, other,
						    &items[i]);
			} else {
				solver_add_choice(p->solver);
				polygraph_add_order(p, 0, other, &items[i]);
				polygraph_add_order(p, 1, &items[i], other);
			}
			if (p->edges > p->edges_max)
				return;
		}
		frontier[kept++] = i;
		frontier_count = kept;
	}
}

static void add_choices(struct polygraph *p)
{
	const struct chains *chains = p->chains;
	uint32_t *frontier = heap_zeroed((size_t)chains->count + 1,
					 sizeof(*frontier));

	for (uint32_t i = 0, end; i < chains->count; i = end) {
		end = chains_end_of_key(chains, i);
		relate(p, chains->items + i, end - i, frontier);
	}
	free(frontier);
}

/* The contradiction that was met last, without what stands for several. */
static void tell_cycle(const struct polygraph *p)
{
	struct finding finding = { .name = p->form->cycle,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE };
	size_t count, kept = 0;
	const struct solver_step *cycle = solver_cycle(p->solver, &count);
	unsigned shift = p->form->in_layers;
	struct step *steps = arena_array(p->arena, count + 1, sizeof(*steps));

	for (size_t i = 0; i < count; i++) {
		uint32_t from = cycle[i].from >> shift;

		if (from < p->view->op_count)
			steps[kept++] = (struct step){
				from, 0, (uint8_t)cycle[i].tag, 0
			};
	}
	for (size_t i = 0; i < kept; i++)
		steps[i].to = steps[(i + 1) % kept].from;
	finding.steps = steps;
	finding.step_count = kept;
	findings_add(&p->analysis->findings, &finding);
}

/* The solver is to be freed by the caller. */
static void begin(struct polygraph *p)
{
	p->solver = solver_new(p->graph->node_count << p->form->in_layers);
	add_known(p);
	solver_set_guess(p->solver, polygraph_guess, p);
}

static enum solver_answer search(struct polygraph *p, bool in_time,
				 const struct budget *budget)
{
	p->in_time = in_time;
	p->edges = 0;
	add_choices(p);
	return p->edges > p->edges_max ? SOLVER_UNKNOWN :
					 solver_run(p->solver, budget);
}

/* Is the level out? Weak ones are looked at before the first search: where one
 * of them is broken, what is above it needs none. */
static bool is_out(struct polygraph *p)
{
	if (!p->has_weak)
		weak_decide(p->analysis, p->graph, p->arena);
	p->has_weak = true;
	return model_forbids(lattice_find(p->form->model)) &
	       anomaly_closure(p->analysis->findings.set);
}

/*
 * Stores mostly carry out writes while these are under way. So at first the
 * versions that are apart in time are taken to be in that order, which leaves
 * few choices: a solution is a solution. Only if there is none, nothing is
 * assumed.
 */
static enum solver_answer decide_form(struct polygraph *p,
				      const struct budget *budget)
{
	bool has_time = p->form->order == EDGE_REALTIME;
	struct budget some = *budget;
	enum solver_answer answer = SOLVER_YES;

	if (!has_time)
		some.states_max /= ASSUMED_SHARE;
	begin(p);
	if (!solver_is_guessed(p->solver))
		answer = is_out(p) ? SOLVER_UNKNOWN : search(p, true, &some);
	if (!has_time && answer != SOLVER_YES && !is_out(p)) {
		solver_free(p->solver);
		begin(p);
		answer = search(p, false, budget);
	}
	if (answer == SOLVER_NO)
		tell_cycle(p);
	solver_free(p->solver);
	return answer;
}

uint64_t polygraph_decide(struct analysis *analysis, const struct graph *graph,
			  const struct budget *budget, struct arena *arena)
{
	struct chains chains;
	struct polygraph p = { .analysis = analysis,
			       .arena = arena,
			       .view = &analysis->view,
			       .registers = &analysis->registers,
			       .graph = graph,
			       .chains = &chains };
	uint64_t standing = 0;
	struct budget some;

	chains_init(&chains, &analysis->view, &analysis->registers);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t model = lattice_find(forms[i].model);
		enum solver_answer answer;

		p.form = &forms[i];
		if (standing >> model & 1 ||
		    (model_forbids(model) &
			     anomaly_closure(analysis->findings.set) &&
		     is_out(&p)))
			continue;
		p.edges_max = EDGES_MAX;
		some = *budget;
		if (model != analysis->model) {
			/* Worth knowing, but not at any price. */
			p.edges_max /= OTHERS_SHARE;
			some.states_max /= 16 * OTHERS_SHARE;
		}
		answer = decide_form(&p, &some);
		/* Chains know nothing of reads after the first. */
		if (answer == SOLVER_YES && forms[i].no_rw &&
		    analysis->findings.set & INNER_READS)
			answer = SOLVER_UNKNOWN;
		if (answer == SOLVER_YES)
			standing |= model_weaker(model);
		else if (answer == SOLVER_UNKNOWN)
			analysis->undecided |= UINT64_C(1) << model;
	}
	chains_release(&chains);
	return standing;
}
