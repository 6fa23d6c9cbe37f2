/* SPDX-License-Identifier: MIT */
#include "checkers/causal/known.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 1024

static size_t slot_of(const struct known *known, const struct known_node *node)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < KNOWN_WIDTH; i++) {
		hash = (hash ^ node->parts[i]) *
		       UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (size_t)hash & (known->size - 1);
}

void known_init(struct known *known, const struct trace *trace, uint64_t bytes)
{
	*known = (struct known){ .trace = trace, .size = SLOTS_MIN };
	/* While they grow, arrays are there twice. */
	known->count_max = bytes / (3 * sizeof(*known->nodes));
	if (known->count_max > TRACE_INITIAL)
		known->count_max = TRACE_INITIAL;
	for (uint64_t room = 1; room < trace->session_count || room == 1;
	     room <<= KNOWN_BITS)
		known->levels++;
	known->slots = heap_zeroed(known->size, sizeof(*known->slots));
	known->nodes = array_reserve(NULL, &known->capacity, 1,
				     sizeof(*known->nodes));
	memset(known->nodes, 0, sizeof(*known->nodes));
	known->count = 1;
}

void known_release(struct known *known)
{
	free(known->nodes);
	free(known->slots);
}

static void grow_slots(struct known *known)
{
	free(known->slots);
	known->size *= 2;
	known->slots = heap_zeroed(known->size, sizeof(*known->slots));
	for (size_t n = 1; n < known->count; n++) {
		size_t i = slot_of(known, &known->nodes[n]);

		while (known->slots[i])
			i = (i + 1) & (known->size - 1);
		known->slots[i] = (uint32_t)n;
	}
}

/* The number of such a node. */
static uint32_t intern(struct known *known, const struct known_node *node)
{
	size_t i;

	for (i = slot_of(known, node); known->slots[i];
	     i = (i + 1) & (known->size - 1)) {
		if (memcmp(&known->nodes[known->slots[i]], node,
			   sizeof(*node)) == 0)
			return known->slots[i];
	}
	if (known->count >= known->count_max) {
		known->is_full = true;
		return KNOWN_NOTHING;
	}
	known->nodes = array_reserve(known->nodes, &known->capacity,
				     known->count + 1, sizeof(*known->nodes));
	known->nodes[known->count] = *node;
	known->slots[i] = (uint32_t)known->count++;
	if (2 * known->count > known->size)
		grow_slots(known);
	return (uint32_t)known->count - 1;
}

/* What is taken away was put in last, so that no search passes its place. */
void known_forget(struct known *known, size_t count)
{
	while (known->count > count) {
		size_t i = slot_of(known, &known->nodes[--known->count]);

		while (known->slots[i] != known->count)
			i = (i + 1) & (known->size - 1);
		known->slots[i] = 0;
	}
}

/* Recursion as deep as the tree is high: 8 at most. */
static uint32_t join_at(struct known *known, unsigned level, uint32_t a,
			uint32_t b)
{
	struct known_node node;
	bool is_a = true;
	bool is_b = true;

	if (a == b || b == KNOWN_NOTHING)
		return a;
	if (a == KNOWN_NOTHING)
		return b;
	for (unsigned i = 0; i < KNOWN_WIDTH; i++) {
		uint32_t x = known->nodes[a].parts[i];
		uint32_t y = known->nodes[b].parts[i];
		uint32_t both = level > 1 ? join_at(known, level - 1, x, y) :
				x > y	  ? x :
					    y;

		node.parts[i] = both;
		is_a &= both == x;
		is_b &= both == y;
	}
	if (is_a)
		return a;
	return is_b ? b : intern(known, &node);
}

uint32_t known_join(struct known *known, uint32_t a, uint32_t b)
{
	return join_at(known, known->levels, a, b);
}

static unsigned part_of(uint32_t session, unsigned level)
{
	return session >> (level - 1) * KNOWN_BITS & (KNOWN_WIDTH - 1);
}

uint32_t known_count(const struct known *known, uint32_t tree,
		     uint32_t session)
{
	for (unsigned level = known->levels; level > 0 && tree; level--)
		tree = known->nodes[tree].parts[part_of(session, level)];
	return tree;
}

uint32_t known_add(struct known *known, uint32_t tree, uint32_t session,
		   uint32_t count)
{
	uint32_t path[8] = { 0 };
	uint32_t part = count;

	if (known_count(known, tree, session) >= count)
		return tree;
	for (unsigned level = known->levels; level > 0; level--) {
		path[level - 1] = tree;
		tree = known->nodes[tree].parts[part_of(session, level)];
	}
	for (unsigned level = 1; level <= known->levels; level++) {
		struct known_node node = known->nodes[path[level - 1]];

		node.parts[part_of(session, level)] = part;
		part = intern(known, &node);
	}
	return part;
}

/* How many sessions around this one are alike in `tree` and `other`: a power
 * of the width, or 0. */
static uint64_t alike(const struct known *known, uint32_t tree, uint32_t other,
		      uint32_t session)
{
	for (unsigned level = known->levels; level > 0; level--) {
		if (tree == other)
			return UINT64_C(1) << level * KNOWN_BITS;
		tree = known->nodes[tree].parts[part_of(session, level)];
		other = known->nodes[other].parts[part_of(session, level)];
	}
	return tree == other;
}

/* Leaves out the runs of sessions from `session` on; that of the last one at
 * hand is one of them. */
static void skip_to(struct known_walk *walk, uint64_t session)
{
	const struct run *runs = walk->known->trace->runs;
	uint32_t high = walk->end - 1;
	uint32_t step = 1;
	uint32_t low;

	while (high - walk->start > step &&
	       runs[high - step].session >= session) {
		high -= step;
		step *= 2;
	}
	low = high - walk->start > step ? high - step : walk->start;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (runs[middle].session < session)
			low = middle + 1;
		else
			high = middle;
	}
	walk->end = low;
}

const struct run *known_next(struct known_walk *walk)
{
	const struct known *known = walk->known;

	while (walk->end > walk->start) {
		const struct run *run = &known->trace->runs[walk->end - 1];
		uint64_t most = 0;

		walk->steps++;
		for (unsigned i = 0; i < KNOWN_OTHERS; i++) {
			uint64_t same =
				walk->others[i] == TRACE_NONE ?
					0 :
					alike(known, walk->tree,
					      walk->others[i], run->session);

			most = same > most ? same : most;
		}
		if (most == 0) {
			walk->end--;
			return run;
		}
		skip_to(walk, run->session / most * most);
	}
	return NULL;
}
