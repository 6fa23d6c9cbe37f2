/* SPDX-License-Identifier: MIT */
/*
 * CM and PRAM, session by session, in time that depends on how long the session
 * is and not on all that precedes it. Kept is what comes before each of its own
 * events (HB); of others' events only when the session first came to know them.
 * An inference (before, after) then says: where `after` is known, `before` is,
 * and what comes before it. What is known only grows along the session, so
 * that the two become known at once; and so does all of a cycle.
 */
#include "checkers/causal/sparse.h"

#include <stdlib.h>
#include <string.h>

struct views {
	struct sparse *sparse;
	bool with_causality;
	uint32_t session;
	uint32_t start; /* its first event */
	uint32_t length;
	uint32_t *trees; /* HB of its events, its own as in struct sparse */
	uint32_t *settled; /* the tree of which inferences were made, or
			    * TRACE_NONE */
	uint32_t *group;   /* inferences of one moment */
	uint32_t *path;	   /* of these, in find_cycle */
	uint32_t *next;
	size_t room; /* in these arrays */
	bool is_cyclic;
};

/* What comes before any of another session's events, or before one of its own
 * if nothing was inferred. */
static uint32_t base_of(const struct views *v, uint32_t e)
{
	return v->with_causality ? v->sparse->trees[e] : KNOWN_NOTHING;
}

static bool base_before(const struct views *v, uint32_t a, uint32_t b)
{
	const struct event *events = v->sparse->causal->trace->events;

	if (v->with_causality)
		return sparse_before(v->sparse, a, b);
	return a < b && events[a].session == events[b].session;
}

/* Does the session know the event before its i-th? */
static bool is_known(const struct views *v, uint32_t e, uint32_t i)
{
	const struct event *event = &v->sparse->causal->trace->events[e];

	if (event->session == v->session && event->position < i)
		return true;
	return known_count(&v->sparse->known, v->trees[i], event->session) >
	       event->position;
}

/* The first i before which the session knows the event; length: none. */
static uint32_t moment_of(const struct views *v, uint32_t e)
{
	uint32_t low = 0;
	uint32_t high = v->length;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_known(v, e, middle))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* One of its own events comes before itself. */
static void look_for_own(struct views *v, uint32_t i)
{
	if (known_count(&v->sparse->known, v->trees[i], v->session) > i)
		v->is_cyclic = true;
}

static void open_session(struct views *v, uint32_t session)
{
	struct sparse *sparse = v->sparse;
	const struct trace *trace = sparse->causal->trace;
	uint32_t tree = KNOWN_NOTHING;

	v->session = session;
	v->start = trace->session_starts[session];
	v->length = trace->session_starts[session + 1] - v->start;
	v->is_cyclic = false;
	relation_forget(&sparse->relation);
	sparse->relation.readers = v->with_causality ? READS_OF_ALL : session;
	for (uint32_t i = 0; i < v->length; i++) {
		uint32_t reads = trace->events[v->start + i].reads;

		v->settled[i] = TRACE_NONE;
		if (v->with_causality) {
			v->trees[i] = sparse->trees[v->start + i];
			continue;
		}
		if (trace_is_event(reads))
			tree = known_add(&sparse->known, tree,
					 trace->events[reads].session,
					 trace->events[reads].position + 1);
		v->trees[i] = tree;
		look_for_own(v, i);
	}
}

static void infer(struct views *v, uint32_t before, uint32_t after,
		  uint32_t read)
{
	if (before != TRACE_NONE && before != after &&
	    !base_before(v, before, after))
		relation_infer(&v->sparse->relation, before, after, read);
}

/* What follows from the i-th event and is new. False: it saw the initial value
 * and should not have. */
static bool infer_from(struct views *v, uint32_t i)
{
	struct sparse *sparse = v->sparse;
	const struct event *events = sparse->causal->trace->events;
	uint32_t read = v->start + i;
	uint32_t seen = events[read].reads;
	uint32_t last = sparse->last_reads[read];
	uint32_t write = sparse->last_writes[read];
	bool is_initial = seen == TRACE_INITIAL;
	struct write_walk walk =
		sparse_walk(sparse, v->trees[i], read, v->with_causality);

	if (!is_initial && !trace_is_event(seen))
		return true;
	walk.runs.others[0] = is_initial ? KNOWN_NOTHING : base_of(v, seen);
	walk.runs.others[1] = v->settled[i];
	if (last != TRACE_NONE &&
	    (!is_initial || events[last].reads == TRACE_INITIAL))
		walk.runs.others[2] = v->trees[last - v->start];
	if (!is_initial && v->settled[i] == TRACE_NONE) {
		infer(v, write, seen, read);
		if (last != TRACE_NONE && trace_is_event(events[last].reads))
			infer(v, events[last].reads, seen, read);
	}
	if (!is_initial || write == TRACE_NONE)
		write = sparse_next(&walk);
	for (; write != TRACE_NONE; write = sparse_next(&walk)) {
		if (is_initial) {
			relation_index(&sparse->relation);
			memory_tell_initial(sparse->causal, &sparse->relation,
					    write, read);
			return false;
		}
		infer(v, write, seen, read);
	}
	sparse->steps += walk.runs.steps;
	v->settled[i] = v->trees[i];
	return true;
}

/* The first i whose past `after` demands something of: its own, or that of
 * whom it is known to. */
static uint32_t first_bound(const struct views *v, uint32_t after)
{
	const struct event *event = &v->sparse->causal->trace->events[after];
	uint32_t moment = moment_of(v, after);

	return event->session == v->session && event->position < moment ?
		       event->position :
		       moment;
}

/* Where `after` is known, `before` is. True if that was not so. */
static bool apply(struct views *v, const struct inference *inference)
{
	struct known *known = &v->sparse->known;
	uint32_t before = inference->before;
	const struct event *event =
		&v->sparse->causal->trace->events[before];
	uint32_t base = base_of(v, before);
	uint32_t first = first_bound(v, inference->after);
	uint32_t i;

	for (i = first; i < v->length && !is_known(v, before, i); i++) {
		v->trees[i] = known_join(known, v->trees[i], base);
		v->trees[i] = known_add(known, v->trees[i], event->session,
					event->position + 1);
		look_for_own(v, i);
	}
	v->sparse->steps += 1 + i - first;
	return i > first;
}

/* Until nothing more follows. False: the verdict on the session is in. */
static bool saturate(struct views *v)
{
	struct relation *relation = &v->sparse->relation;
	size_t applied = 0;

	do {
		bool again = false;

		for (uint32_t i = 0; i < v->length && !v->is_cyclic; i++) {
			if (!infer_from(v, i))
				return false;
		}
		if (relation->inference_count == applied)
			return true;
		applied = relation->inference_count;
		do {
			again = false;
			for (size_t i = 0; i < applied && !v->is_cyclic; i++)
				again |= apply(v, &relation->inferences[i]);
		} while (again && !v->is_cyclic &&
			 !sparse_is_over(v->sparse));
	} while (!v->is_cyclic && !sparse_is_over(v->sparse));
	return v->is_cyclic;
}

/* Does what one says lead to the other? */
static bool leads_to(const struct views *v, const struct inference *one,
		     const struct inference *other)
{
	return one->after == other->before ||
	       base_before(v, one->after, other->before);
}

/* A cycle has one that goes against the order of ranks. */
static bool goes_back(const struct views *v, const struct inference *inference)
{
	return v->sparse->ranks[inference->before] >
	       v->sparse->ranks[inference->after];
}

/* A cycle through the first of a group? Depth-first; next: how many of the
 * group were tried, + 1. */
static bool find_cycle(struct views *v, uint32_t count, uint32_t first)
{
	const struct inference *all = v->sparse->relation.inferences;
	uint32_t depth = 0;

	memset(v->next, 0, count * sizeof(*v->next));
	v->path[depth++] = first;
	v->next[first] = 1;
	while (depth > 0) {
		uint32_t at = v->path[depth - 1];
		uint32_t to = v->next[at]++ - 1;

		if (to >= count) {
			depth--;
			continue;
		}
		if (to != first && v->next[to])
			continue;
		v->sparse->steps++;
		if (!leads_to(v, &all[v->group[at]], &all[v->group[to]]))
			continue;
		if (to == first)
			return true;
		v->path[depth++] = to;
		v->next[to] = 1;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Those of which both ends become known at the same moment, by moment. */
static uint64_t *sort_by_moment(struct views *v, size_t *kept)
{
	const struct relation *relation = &v->sparse->relation;
	size_t count = relation->inference_count;
	uint64_t *names = heap_alloc((count + 1) * sizeof(*names));

	*kept = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct inference *inference = &relation->inferences[i];
		uint32_t moment = moment_of(v, inference->after);

		if (moment < v->length &&
		    moment_of(v, inference->before) == moment)
			names[(*kept)++] = (uint64_t)moment << 32 | i;
	}
	qsort(names, *kept, sizeof(*names), compare_names);
	return names;
}

static void make_room(struct views *v, size_t count)
{
	if (v->room > count)
		return;
	free(v->group);
	free(v->path);
	free(v->next);
	v->room = 2 * count + 1;
	v->group = heap_alloc(v->room * sizeof(*v->group));
	v->path = heap_alloc(v->room * sizeof(*v->path));
	v->next = heap_alloc(v->room * sizeof(*v->next));
}

static bool has_cycle(struct views *v)
{
	const struct inference *all = v->sparse->relation.inferences;
	bool is_found = false;
	size_t kept;
	uint64_t *names = sort_by_moment(v, &kept);
	size_t next;

	make_room(v, kept);
	for (size_t i = 0; i < kept && !is_found; i = next) {
		uint32_t count = 0;

		for (next = i; next < kept && names[next] >> 32 ==
						       names[i] >> 32;
		     next++)
			v->group[count++] = (uint32_t)names[next];
		for (uint32_t n = 0; n < count && !is_found &&
				     !sparse_is_over(v->sparse);
		     n++)
			is_found = goes_back(v, &all[v->group[n]]) &&
				   find_cycle(v, count, n);
	}
	free(names);
	return is_found;
}

static void tell_cyclic(struct views *v)
{
	struct sparse *sparse = v->sparse;
	uint32_t *order = heap_alloc((sparse->causal->trace->count + 1) *
				     sizeof(*order));
	struct cycle cycle;

	relation_index(&sparse->relation);
	relation_sort(&sparse->relation, v->start + v->length - 1, order,
		      &cycle);
	if (cycle.length)
		memory_tell_cyclic(sparse->causal, &sparse->relation,
				   v->session, &cycle);
	free(cycle.events);
	free(order);
}

static void judge_sessions(struct sparse *sparse, struct views *v)
{
	struct causal *causal = sparse->causal;
	const struct trace *trace = causal->trace;
	size_t nodes = sparse->known.count;

	for (uint32_t s = 0; s < trace->session_count; s++) {
		open_session(v, s);
		if (v->is_cyclic || (saturate(v) && (v->is_cyclic ||
						     has_cycle(v))))
			tell_cyclic(v);
		if (causal->found >= EVIDENCE_MAX || sparse_is_over(sparse))
			return;
		known_forget(&sparse->known, nodes);
	}
}

void judge_memory_sparse(struct causal *causal, bool with_causality)
{
	const struct trace *trace = causal->trace;
	struct sparse sparse;
	struct views v = { .sparse = &sparse,
			   .with_causality = with_causality };
	size_t longest = 0;

	for (uint32_t s = 0; s < trace->session_count; s++) {
		size_t length = trace->session_starts[s + 1] -
				trace->session_starts[s];

		longest = length > longest ? length : longest;
	}
	v.trees = heap_alloc((longest + 1) * sizeof(*v.trees));
	v.settled = heap_alloc((longest + 1) * sizeof(*v.settled));
	if (sparse_init(&sparse, causal, with_causality))
		judge_sessions(&sparse, &v);
	sparse_release(&sparse);
	free(v.trees);
	free(v.settled);
	free(v.group);
	free(v.path);
	free(v.next);
}
