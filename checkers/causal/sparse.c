/* SPDX-License-Identifier: MIT */
/*
 * CC and CCv. A read overlooks nothing of what preceded the write that it saw,
 * unless causal order has a cycle; so only sessions of which more precedes the
 * read than that write are looked at. Beyond that, a session that read the key
 * before has settled already what was known then.
 */
#include "checkers/causal/sparse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool has_source(const struct event *event)
{
	return trace_is_event(event->reads) || event->reads == TRACE_INITIAL;
}

/* Events by invocation are the roots, so that the order is near to time. */
static void sort_by_time(struct sparse *sparse, uint32_t *order)
{
	const struct trace *trace = sparse->causal->trace;
	size_t ops = trace->history->op_count;
	uint32_t *events = heap_alloc((ops + 1) * sizeof(*events));
	uint32_t count = 0;

	memset(events, 0xff, ops * sizeof(*events));
	for (uint32_t e = 0; e < trace->count; e++)
		events[trace->events[e].op] = e;
	for (size_t o = 0; o < ops; o++) {
		if (events[o] != TRACE_NONE)
			events[count++] = events[o];
	}
	relation_sort_from(&sparse->relation, events, order);
	free(events);
}

static uint32_t tree_of(struct sparse *sparse, uint32_t e)
{
	const struct trace *trace = sparse->causal->trace;
	const struct event *event = &trace->events[e];
	uint32_t tree = event->position ? sparse->trees[e - 1] : KNOWN_NOTHING;
	const struct event *write;

	if (!trace_is_event(event->reads))
		return tree;
	write = &trace->events[event->reads];
	if (write->session == event->session ||
	    known_count(&sparse->known, tree, write->session) >
		    write->position)
		return tree;
	tree = known_join(&sparse->known, tree, sparse->trees[event->reads]);
	return known_add(&sparse->known, tree, write->session,
			 write->position + 1);
}

static void find_trees(struct sparse *sparse)
{
	const struct trace *trace = sparse->causal->trace;
	uint32_t *order = heap_alloc((trace->count + 1) * sizeof(*order));

	sort_by_time(sparse, order);
	for (uint32_t n = 0; n < trace->count && !sparse->known.is_full; n++) {
		uint32_t e = order[n];
		uint32_t reads = trace->events[e].reads;

		sparse->trees[e] = tree_of(sparse, e);
		sparse->ranks[e] = n;
		sparse->newest[e] = trace->events[e].position ?
					    sparse->newest[e - 1] : 0;
		if (trace_is_event(reads) &&
		    sparse->newest[e] <= sparse->ranks[reads])
			sparse->newest[e] = sparse->ranks[reads] + 1;
	}
	free(order);
}

static void find_last(struct sparse *sparse)
{
	const struct trace *trace = sparse->causal->trace;
	size_t keys = trace->key_count;
	uint32_t *reads = heap_alloc((keys + 1) * sizeof(*reads));
	uint32_t *writes = heap_alloc((keys + 1) * sizeof(*writes));

	memset(reads, 0xff, keys * sizeof(*reads));
	memset(writes, 0xff, keys * sizeof(*writes));
	for (uint32_t e = 0; e < trace->count; e++) {
		const struct event *event = &trace->events[e];
		uint32_t start = trace->session_starts[event->session];
		uint32_t read = reads[event->key];
		uint32_t write = writes[event->key];

		sparse->last_reads[e] =
			read != TRACE_NONE && read >= start ? read : TRACE_NONE;
		sparse->last_writes[e] =
			write != TRACE_NONE && write >= start ? write :
								TRACE_NONE;
		if (has_source(event))
			reads[event->key] = e;
		if (event->is_write)
			writes[event->key] = e;
	}
	free(reads);
	free(writes);
}

bool sparse_init(struct sparse *sparse, struct causal *causal,
		 bool with_causality)
{
	const struct trace *trace = causal->trace;
	size_t bytes = ((size_t)trace->count + 1) * sizeof(uint32_t);
	struct cycle cycle;

	*sparse = (struct sparse){ .causal = causal };
	relation_init(&sparse->relation, trace, READS_OF_ALL);
	known_init(&sparse->known, trace, causal->check->budget->bytes_max / 2);
	sparse->trees = heap_alloc(bytes);
	sparse->ranks = heap_alloc(bytes);
	sparse->newest = heap_alloc(bytes);
	sparse->last_reads = heap_alloc(bytes);
	sparse->last_writes = heap_alloc(bytes);
	find_last(sparse);
	if (!with_causality) {
		for (uint32_t e = 0; e < trace->count; e++)
			sparse->ranks[e] = trace->events[e].op;
		return true;
	}
	relation_sort(&sparse->relation, TRACE_NONE, sparse->ranks, &cycle);
	if (cycle.length) {
		causal_tell_cycle(causal, &sparse->relation, &cycle);
		free(cycle.events);
		return false;
	}
	find_trees(sparse);
	return !sparse_is_over(sparse);
}

void sparse_release(struct sparse *sparse)
{
	relation_release(&sparse->relation);
	known_release(&sparse->known);
	free(sparse->trees);
	free(sparse->ranks);
	free(sparse->newest);
	free(sparse->last_reads);
	free(sparse->last_writes);
}

bool sparse_is_over(struct sparse *sparse)
{
	struct causal *causal = sparse->causal;
	const struct budget *budget = causal->check->budget;

	if (!sparse->known.is_full && sparse->steps <= budget->states_max &&
	    sparse->relation.inference_count <
		    budget->bytes_max / 8 / sizeof(struct inference) &&
	    !budget_expired(budget))
		return false;
	if (!causal->found)
		verdict_set(causal->verdict, causal->check->arena,
			    VERDICT_UNKNOWN,
			    "not decided: the budget ran out with %" PRIu32
			    " operations in %" PRIu32 " sessions",
			    causal->trace->count, causal->trace->session_count);
	return true;
}

bool sparse_before(const struct sparse *sparse, uint32_t a, uint32_t b)
{
	const struct event *first = &sparse->causal->trace->events[a];
	const struct event *then = &sparse->causal->trace->events[b];

	if (first->session == then->session)
		return first->position < then->position;
	return known_count(&sparse->known, sparse->trees[b], first->session) >
	       first->position;
}

struct write_walk sparse_walk(const struct sparse *sparse, uint32_t tree,
			      uint32_t read, bool with_causality)
{
	const struct trace *trace = sparse->causal->trace;
	uint32_t key = trace->events[read].key;
	struct write_walk walk = { .sparse = sparse,
				   .read = read,
				   .with_causality = with_causality,
				   .guide = TRACE_NONE };

	walk.runs = (struct known_walk){ .known = &sparse->known,
					 .tree = tree,
					 .start = trace->run_starts[key],
					 .end = trace->run_starts[key + 1] };
	for (unsigned i = 0; i < KNOWN_OTHERS; i++)
		walk.runs.others[i] = TRACE_NONE;
	return walk;
}

/* The write that knows most is the best guide. */
static void follow(struct write_walk *walk, uint32_t write)
{
	const uint32_t *newest = walk->sparse->newest;

	if (!walk->with_causality ||
	    (walk->guide != TRACE_NONE &&
	     newest[write] <= newest[walk->guide]))
		return;
	walk->guide = write;
	walk->runs.others[KNOWN_OTHERS - 1] = walk->sparse->trees[write];
}

uint32_t sparse_next(struct write_walk *walk)
{
	const struct trace *trace = walk->sparse->causal->trace;
	const struct event *event = &trace->events[walk->read];
	const struct run *run;

	while ((run = known_next(&walk->runs)) != NULL) {
		uint32_t write;

		if (run->session == event->session)
			continue;
		write = trace_last_write(trace, run,
					 known_count(walk->runs.known,
						     walk->runs.tree,
						     run->session));
		if (write == TRACE_NONE || write == event->reads ||
		    (walk->guide != TRACE_NONE &&
		     sparse_before(walk->sparse, write, walk->guide)))
			continue;
		follow(walk, write);
		return write;
	}
	return TRACE_NONE;
}

static bool is_overlooked(const struct sparse *sparse, uint32_t write,
			  uint32_t read)
{
	uint32_t seen = sparse->causal->trace->events[read].reads;

	return write != seen && (seen == TRACE_INITIAL ||
				 sparse_before(sparse, seen, write));
}

/* A write that precedes the read and is newer than what it saw. */
static uint32_t find_overlooked(struct sparse *sparse, uint32_t read)
{
	const struct event *events = sparse->causal->trace->events;
	uint32_t seen = events[read].reads;
	uint32_t last = sparse->last_reads[read];
	uint32_t write = sparse->last_writes[read];
	struct write_walk walk =
		sparse_walk(sparse, sparse->trees[read], read, true);

	if (write != TRACE_NONE && is_overlooked(sparse, write, read))
		return write;
	walk.runs.others[0] = seen == TRACE_INITIAL ? KNOWN_NOTHING :
						 sparse->trees[seen];
	if (last != TRACE_NONE && events[last].reads == seen)
		walk.runs.others[1] = sparse->trees[last];
	do {
		write = sparse_next(&walk);
	} while (write != TRACE_NONE && !is_overlooked(sparse, write, read));
	sparse->steps += walk.runs.steps;
	return write;
}

static void judge_reads(struct sparse *sparse)
{
	const struct trace *trace = sparse->causal->trace;

	for (uint32_t e = 0; e < trace->count; e++) {
		uint32_t write;

		if (!has_source(&trace->events[e]))
			continue;
		write = find_overlooked(sparse, e);
		if (write != TRACE_NONE)
			causal_tell_overlooked(sparse->causal,
					       &sparse->relation, write, e);
		if (sparse_is_over(sparse))
			return;
	}
}

static void infer(struct sparse *sparse, uint32_t before, uint32_t after,
		  uint32_t read)
{
	if (before != TRACE_NONE && before != after &&
	    !sparse_before(sparse, before, after))
		relation_infer(&sparse->relation, before, after, read);
}

/* What the read knows of must come before what it saw. Of what was known to
 * the read before it of the same session, that one's source is the last. */
static void infer_conflicts(struct sparse *sparse, uint32_t read)
{
	const struct event *events = sparse->causal->trace->events;
	uint32_t seen = events[read].reads;
	uint32_t last = sparse->last_reads[read];
	uint32_t write;
	struct write_walk walk =
		sparse_walk(sparse, sparse->trees[read], read, true);

	infer(sparse, sparse->last_writes[read], seen, read);
	walk.runs.others[0] = sparse->trees[seen];
	if (last != TRACE_NONE) {
		walk.runs.others[1] = sparse->trees[last];
		if (trace_is_event(events[last].reads))
			infer(sparse, events[last].reads, seen, read);
	}
	while ((write = sparse_next(&walk)) != TRACE_NONE)
		infer(sparse, write, seen, read);
	sparse->steps += walk.runs.steps;
}

static void find_conflicts(struct sparse *sparse, bool with_time)
{
	struct relation *relation = &sparse->relation;
	const struct trace *trace = sparse->causal->trace;
	uint32_t *order = sparse->ranks; /* no longer needed */
	struct cycle cycle;

	for (uint32_t e = 0; e < trace->count; e++) {
		if (trace_is_event(trace->events[e].reads))
			infer_conflicts(sparse, e);
		if (sparse_is_over(sparse))
			return;
	}
	relation_index(relation);
	relation_sort(relation, TRACE_NONE, order, &cycle);
	if (with_time && !cycle.length) {
		relation_infer_time(relation);
		relation_index(relation);
		relation_sort(relation, TRACE_NONE, order, &cycle);
	}
	if (cycle.length)
		causal_tell_cycle(sparse->causal, relation, &cycle);
	free(cycle.events);
}

void judge_causal_sparse(struct causal *causal, enum causal_reading reading)
{
	struct sparse sparse;

	if (sparse_init(&sparse, causal, true)) {
		judge_reads(&sparse);
		if (reading != CAUSAL_WEAK && !causal->found &&
		    !sparse_is_over(&sparse))
			find_conflicts(&sparse,
				       reading == CAUSAL_REAL_TIME);
	}
	sparse_release(&sparse);
}
