/* SPDX-License-Identifier: MIT */
#include "checkers/causal/interleave.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/table.h"

struct name {
	uint64_t a;
	uint64_t b;
};

/* Names of states; open addressing, {0, 0} is free. */
struct memo {
	struct name *slots;
	size_t size; /* a power of two */
	size_t count;
};

/* A write that was placed, and the reads after it. */
struct level {
	uint32_t trail;	  /* where its events begin */
	uint64_t tried_op; /* all before it, too, have been tried; + 1 */
};

struct placed {
	uint32_t event;
	uint32_t overwritten; /* what the key held before */
};

struct search {
	const struct relation *relation;
	const struct trace *trace;
	uint32_t *fronts; /* by session */
	uint32_t *held;	  /* by key: the last write */
	uint32_t *left;	  /* by write, then by key (initial): reads to come */
	struct placed *trail;
	uint32_t trail_length;
	struct level *levels;
	uint32_t depth;
	struct memo memo;
	struct name state;
};

static uint64_t mixed(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void flip(struct search *s, uint64_t fact)
{
	s->state.a ^= mixed(fact);
	s->state.b ^= mixed(~fact * 3);
}

/* True when the state is new. */
static bool remember(struct memo *memo, struct name name)
{
	size_t i;

	if (2 * memo->count >= memo->size) {
		struct memo bigger = { .size = memo->size ? 2 * memo->size :
							    1024 };

		bigger.slots = heap_zeroed(bigger.size, sizeof(*memo->slots));
		for (size_t n = 0; n < memo->size; n++) {
			if (memo->slots[n].a || memo->slots[n].b)
				remember(&bigger, memo->slots[n]);
		}
		free(memo->slots);
		*memo = bigger;
	}
	for (i = name.a & (memo->size - 1);
	     memo->slots[i].a || memo->slots[i].b;
	     i = (i + 1) & (memo->size - 1)) {
		if (memo->slots[i].a == name.a && memo->slots[i].b == name.b)
			return false;
	}
	memo->slots[i] = name;
	memo->count++;
	return true;
}

static uint32_t *left_of(struct search *s, uint32_t key, uint32_t write)
{
	return &s->left[trace_is_event(write) ? write : s->trace->count + key];
}

/* The event that comes next in the session, TRACE_NONE at its end. */
static uint32_t front_of(const struct search *s, uint32_t session)
{
	uint32_t e = s->trace->session_starts[session] + s->fronts[session];

	return e < s->trace->session_starts[session + 1] ? e : TRACE_NONE;
}

static bool may_come(struct search *s, uint32_t e)
{
	const struct event *event = &s->trace->events[e];
	uint32_t held = s->held[event->key];
	uint32_t before;

	if (event->reads != TRACE_NONE && event->reads != held)
		return false;
	if (event->is_write &&
	    *left_of(s, event->key, held) != (event->reads != TRACE_NONE))
		return false;
	for (uint32_t i = 0; (before = relation_before(s->relation, e, i)) !=
			     TRACE_NONE;
	     i++) {
		const struct event *other = &s->trace->events[before];

		if (other->position >= s->fronts[other->session])
			return false;
	}
	return true;
}

static void place(struct search *s, uint32_t e)
{
	const struct event *event = &s->trace->events[e];
	uint32_t held = s->held[event->key];

	s->trail[s->trail_length++] = (struct placed){ e, held };
	s->fronts[event->session]++;
	if (event->reads != TRACE_NONE)
		--*left_of(s, event->key, event->reads);
	flip(s, e);
	if (event->is_write) {
		flip(s, table_pair(event->key + 1, held));
		s->held[event->key] = e;
		flip(s, table_pair(event->key + 1, e));
	}
}

static void take_back(struct search *s)
{
	const struct placed *last = &s->trail[--s->trail_length];
	uint32_t e = last->event;
	const struct event *event = &s->trace->events[e];

	s->fronts[event->session]--;
	if (event->reads != TRACE_NONE)
		++*left_of(s, event->key, event->reads);
	flip(s, e);
	if (event->is_write) {
		flip(s, table_pair(event->key + 1, e));
		s->held[event->key] = last->overwritten;
		flip(s, table_pair(event->key + 1, last->overwritten));
	}
}

static void place_reads(struct search *s)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t p = 0; p < s->trace->session_count; p++) {
			uint32_t e = front_of(s, p);

			while (e != TRACE_NONE &&
			       !s->trace->events[e].is_write &&
			       may_come(s, e)) {
				place(s, e);
				again = true;
				e = front_of(s, p);
			}
		}
	}
}

/* The write that may come next and was invoked first of those not tried, or
 * TRACE_NONE. */
static uint32_t next_write(struct search *s, uint64_t tried_op)
{
	uint32_t best = TRACE_NONE;

	for (uint32_t p = 0; p < s->trace->session_count; p++) {
		uint32_t e = front_of(s, p);

		if (e == TRACE_NONE || !s->trace->events[e].is_write ||
		    s->trace->events[e].op < tried_op ||
		    (best != TRACE_NONE &&
		     s->trace->events[e].op > s->trace->events[best].op) ||
		    !may_come(s, e))
			continue;
		best = e;
	}
	return best;
}

static void search_init(struct search *s, const struct relation *relation)
{
	const struct trace *trace = relation->trace;
	size_t count = trace->count;

	*s = (struct search){ .relation = relation, .trace = trace };
	s->fronts = heap_zeroed(trace->session_count + 1, sizeof(uint32_t));
	s->held = heap_zeroed(trace->key_count + 1, sizeof(uint32_t));
	s->left = heap_zeroed(count + trace->key_count + 1, sizeof(uint32_t));
	s->trail = heap_alloc((count + 1) * sizeof(*s->trail));
	s->levels = heap_alloc((count + 2) * sizeof(*s->levels));
	for (uint32_t k = 0; k < trace->key_count; k++)
		s->held[k] = TRACE_INITIAL;
	for (uint32_t e = 0; e < trace->count; e++) {
		const struct event *event = &trace->events[e];

		if (event->reads != TRACE_NONE)
			++*left_of(s, event->key, event->reads);
	}
}

static void search_release(struct search *s)
{
	free(s->fronts);
	free(s->held);
	free(s->left);
	free(s->trail);
	free(s->levels);
	free(s->memo.slots);
}

static void note_progress(const struct search *s, struct interleaving *result)
{
	if (s->trail_length < result->placed)
		return;
	result->placed = s->trail_length;
	memcpy(result->fronts, s->fronts,
	       s->trace->session_count * sizeof(*s->fronts));
}

static bool is_over(const struct search *s, const struct budget *budget,
		    uint64_t tried)
{
	return tried > budget->states_max ||
	       s->memo.size * sizeof(struct name) > budget->bytes_max / 4 ||
	       ((tried & 1023) == 0 && budget_expired(budget));
}

static void run(struct search *s, const struct budget *budget,
		struct interleaving *result)
{
	place_reads(s);
	note_progress(s, result);
	s->levels[s->depth++] = (struct level){ 0, 0 };
	while (s->depth > 0) {
		struct level *level = &s->levels[s->depth - 1];
		uint32_t write;

		if (s->trail_length == s->trace->count) {
			result->end = INTERLEAVE_FOUND;
			return;
		}
		write = next_write(s, level->tried_op);
		if (write == TRACE_NONE) {
			while (s->trail_length > level->trail)
				take_back(s);
			s->depth--;
			continue;
		}
		if (is_over(s, budget, result->tried++))
			return;
		level->tried_op = (uint64_t)s->trace->events[write].op + 1;
		s->levels[s->depth] = (struct level){ s->trail_length, 0 };
		place(s, write);
		place_reads(s);
		note_progress(s, result);
		if (remember(&s->memo, s->state)) {
			s->depth++;
			continue;
		}
		while (s->trail_length > s->levels[s->depth].trail)
			take_back(s);
	}
	result->end = INTERLEAVE_NONE;
}

void interleave(const struct relation *relation, const struct budget *budget,
		struct interleaving *result)
{
	struct search s;

	*result = (struct interleaving){ .end = INTERLEAVE_UNDECIDED };
	result->fronts = heap_zeroed(relation->trace->session_count + 1,
				     sizeof(uint32_t));
	search_init(&s, relation);
	run(&s, budget, result);
	search_release(&s);
}
