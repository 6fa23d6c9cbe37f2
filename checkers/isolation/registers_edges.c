/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/registers.h"

#include <stdlib.h>

#include "checkers/isolation/crowd.h"
#include "checkers/isolation/versions.h"
#include "harness/core/arena.h"

/* The committed writers of each key, ascending, each once. */
static struct crowd *gather_writers(const struct view *view, uint32_t *members)
{
	struct crowd *crowds = heap_zeroed((size_t)view->key_count + 1,
					   sizeof(*crowds));
	uint32_t total = 0;

	for (uint32_t k = 0; k < view->key_count; k++) {
		crowds[k].members = members + total;
		total += view->writes[k];
	}
	for (uint32_t a = 0; a < view->action_count; a++) {
		struct crowd *crowd = &crowds[view->key_of[a]];

		if (registers_concern(view, a) && registers_final(view, a))
			crowd->members[crowd->count++] = view->owner[a];
	}
	return crowds;
}

/* Who read nothing yet precedes all who write. */
static void initial_edges(const struct view *view,
			  const struct registers *registers,
			  struct edges *edges)
{
	uint32_t *members = heap_zeroed((size_t)view->action_count + 1,
					sizeof(*members));
	struct crowd *crowds = gather_writers(view, members);
	uint8_t *has_nodes = heap_zeroed((size_t)view->key_count + 1, 1);

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a];

		if (!registers_concern(view, a) ||
		    registers->source[a] != SOURCE_INITIAL ||
		    view->flags[a] & ACTION_INNER)
			continue;
		if (!has_nodes[key])
			crowd_nodes(&crowds[key], edges);
		has_nodes[key] = 1;
		if (crowds[key].count > 0)
			crowd_precede(&crowds[key], edges, view->owner[a],
				      EDGE_RW);
	}
	free(has_nodes);
	free(crowds);
	free(members);
}

/* The external reads of each version, sorted by it. */
struct readers {
	uint32_t *first; /* by write, and one more */
	uint32_t *reads;
};

static void readers_init(struct readers *readers, const struct view *view,
			 const struct registers *registers)
{
	size_t n = (size_t)view->action_count + 2;

	readers->first = heap_zeroed(n, sizeof(uint32_t));
	readers->reads = heap_zeroed(n, sizeof(uint32_t));
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t a = 0; a < view->action_count; a++) {
			uint32_t source = registers->source[a];

			if (!registers_concern(view, a) ||
			    !registers_external(view, registers, a) ||
			    source == SOURCE_INITIAL)
				continue;
			if (pass == 0)
				readers->first[source + 2]++;
			else
				readers->reads[readers->first[source + 1]++] =
					a;
		}
		for (size_t i = 2; i < n && pass == 0; i++)
			readers->first[i] += readers->first[i - 1];
	}
}

static void version_edges(const struct view *view,
			  const struct registers *registers,
			  const struct versions *versions, struct edges *edges)
{
	struct readers readers;

	readers_init(&readers, view, registers);
	for (size_t i = 0; i < versions->count; i++) {
		uint32_t from = versions->edges[i].from;
		uint32_t to = versions->edges[i].to;

		if (from == SOURCE_INITIAL)
			continue;
		if (view->owner[from] != view->owner[to])
			edges_add(edges, view->owner[from], view->owner[to],
				  EDGE_WW);
		for (uint32_t r = readers.first[from];
		     r < readers.first[from + 1]; r++) {
			uint32_t reader = view->owner[readers.reads[r]];

			if (reader != view->owner[to])
				edges_add(edges, reader, view->owner[to],
					  EDGE_RW);
		}
	}
	free(readers.first);
	free(readers.reads);
}

void registers_edges(const struct view *view,
		     const struct registers *registers,
		     const struct register_rules *rules, struct edges *edges,
		     struct findings *findings)
{
	struct versions versions;

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t source = registers->source[a];

		if (!registers_concern(view, a) || view_writes(view, a) ||
		    source >= SOURCE_INITIAL ||
		    view->owner[source] == view->owner[a] ||
		    !view_committed(view, view->owner[source]))
			continue;
		edges_add(edges, view->owner[source], view->owner[a], EDGE_WR);
	}
	initial_edges(view, registers, edges);
	versions_init(&versions, view, registers, rules, findings);
	version_edges(view, registers, &versions, edges);
	versions_release(&versions);
}
