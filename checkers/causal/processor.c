/* SPDX-License-Identifier: MIT */
/*
 * processor: has each session a view, an order of all writes and its own reads
 * in which each session's events stand as it made them and each of its reads
 * sees the last write of the key before it, such that all views have the
 * writes of each key in the same order (J. Goodman: Cache consistency and
 * sequential consistency. 1989; as defined by M. Ahamad, R. Bazzi, R. John,
 * P. Kohli, G. Neiger: The power of processor consistency. SPAA 1993)?
 *
 * A history that is sequential is so. Else what must follow is inferred in
 * each view, and what follows about the writes of one key is shared, to a
 * fixpoint; that convicts most histories that are not. Where orders are left
 * open, that in which the writes were invoked is tried; where it does not fit,
 * a pair of writes that is part of why not is taken the other way round, and
 * so on: a search, within the budget.
 */
#include "checkers/causal/processor.h"

#include <inttypes.h>
#include <stdlib.h>

/* A pair of writes of a key of which the order was chosen. */
struct choice {
	size_t shared_count; /* before it */
	uint32_t before;
	uint32_t after;
	bool is_last; /* the other way round was tried */
};

struct choices {
	struct choice *items;
	size_t count;
	size_t capacity;
	uint64_t tried;
};

/* Chooses `before` before `after`. */
static void choose(struct processor *p, struct choices *choices,
		   uint32_t before, uint32_t after, bool is_last)
{
	choices->items = array_reserve(choices->items, &choices->capacity,
				       choices->count + 1,
				       sizeof(*choices->items));
	choices->items[choices->count++] = (struct choice){
		.shared_count = p->shared_count,
		.before = before,
		.after = after,
		.is_last = is_last,
	};
	choices->tried++;
	processor_share(p, before, after, after);
}

/* Takes choices back up to one that can be made the other way round; false
 * when there is none. */
static bool turn_back(struct processor *p, struct choices *choices)
{
	while (choices->count > 0) {
		struct choice last = choices->items[--choices->count];

		p->shared_count = last.shared_count;
		for (uint32_t s = 0; s < p->causal->trace->session_count; s++)
			p->settled[s] = SIZE_MAX;
		if (!last.is_last) {
			choose(p, choices, last.after, last.before, true);
			return true;
		}
	}
	return false;
}

static void tell_cycle(struct processor *p, const struct choices *choices,
		       const struct cycle *cycle)
{
	struct causal *causal = p->causal;
	const struct trace *trace = causal->trace;
	struct arena *arena = causal->check->arena;
	struct anomaly *anomaly;

	causal->found++;
	anomaly = verdict_add_anomaly(
		causal->verdict, arena, "CyclicPC",
		"no orders of the writes of each key, the same for all, "
		"explain what each process read: those of process %" PRId32
		" demand a cycle of %" PRIu32 " operations",
		event_process(trace, trace->session_starts[p->session]),
		cycle->length);
	if (choices->tried)
		evidence_say(anomaly, arena,
			     "%" PRIu64 " choices of which write is newer were "
			     "tried; the last ends here:",
			     choices->tried);
	evidence_cycle(anomaly, &p->view, arena, cycle);
}

static void tell_open(struct processor *p, const struct choices *choices)
{
	struct causal *causal = p->causal;

	verdict_set(causal->verdict, causal->check->arena, VERDICT_UNKNOWN,
		    "not decided: the budget ran out after %" PRIu64
		    " events were looked at and %" PRIu64
		    " choices of which write is newer",
		    p->visited, choices->tried);
}

static void search(struct processor *p, struct choices *choices)
{
	for (;;) {
		uint32_t before;
		uint32_t after;
		struct cycle cycle = { .length = 0 };
		enum processor_end end = processor_saturate(p, &cycle);

		if (end == PROCESSOR_CYCLE) {
			bool goes_on = turn_back(p, choices);

			if (!goes_on)
				tell_cycle(p, choices, &cycle);
			free(cycle.events);
			if (!goes_on)
				return;
			continue;
		}
		if (end == PROCESSOR_FITS)
			end = processor_guess(p, &before, &after);
		if (end == PROCESSOR_OPEN)
			tell_open(p, choices);
		if (end != PROCESSOR_CYCLE)
			return;
		choose(p, choices, after, before, false);
	}
}

static void processor_init(struct processor *p)
{
	const struct trace *trace = p->causal->trace;
	size_t cells = (size_t)trace->count * trace->session_count + 1;

	relation_init(&p->common, trace, READS_OF_NONE);
	relation_init(&p->view, trace, READS_OF_NONE);
	p->order = heap_alloc((trace->count + 1) * sizeof(*p->order));
	p->clocks = heap_alloc(cells * sizeof(*p->clocks));
	p->common_clocks = heap_alloc(cells * sizeof(*p->common_clocks));
	p->last = heap_alloc((trace->run_starts[trace->key_count] + 1) *
			     sizeof(*p->last));
	p->settled = heap_alloc((trace->session_count + 1) *
				sizeof(*p->settled));
	for (uint32_t s = 0; s < trace->session_count; s++)
		p->settled[s] = SIZE_MAX;
}

static void processor_release(struct processor *p)
{
	relation_release(&p->common);
	relation_release(&p->view);
	free(p->shared);
	free(p->order);
	free(p->clocks);
	free(p->common_clocks);
	free(p->last);
	free(p->settled);
}

void judge_processor(struct causal *causal)
{
	struct processor p = { .causal = causal };
	struct choices choices = { .count = 0 };

	if (causal->found || causal_is_sequential(causal) ||
	    !causal_fits(causal))
		return;
	processor_init(&p);
	search(&p, &choices);
	figure_add_int(&causal->verdict->figures, causal->check->arena,
		       "choices", (int64_t)choices.tried);
	free(choices.items);
	processor_release(&p);
}
