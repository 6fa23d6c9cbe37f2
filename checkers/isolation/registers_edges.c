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

/*
 * Who reads a version and writes the key puts its own after that one: were it
 * before, the two would be a cycle that read committed forbids (G1c). So who
 * else read that version comes before. No ww edge is drawn, so that below read
 * committed nothing is assumed.
 */
static void update_edges(const struct view *view,
			 const struct registers *registers,
			 const struct readers *readers, struct edges *edges)
{
	uint32_t *read = heap_zeroed((size_t)view->key_count + 1,
				     sizeof(*read));

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a], source;

		if (!registers_concern(view, a))
			continue;
		if (registers_external(view, registers, a))
			read[key] = a + 1;
		if (!registers_final(view, a) || !read[key] ||
		    view->owner[read[key] - 1] != view->owner[a])
			continue;
		source = registers->source[read[key] - 1];
		if (source == SOURCE_INITIAL)
			continue;
		for (uint32_t r = readers->first[source];
		     r < readers->first[source + 1]; r++) {
			uint32_t reader = view->owner[readers->reads[r]];

			if (reader != view->owner[a])
				edges_add(edges, reader, view->owner[a],
					  EDGE_RW);
		}
	}
	free(read);
}

static void version_edges(const struct view *view,
			  const struct versions *versions,
			  const struct readers *readers, struct edges *edges)
{
	for (size_t i = 0; i < versions->count; i++) {
		uint32_t from = versions->edges[i].from;
		uint32_t to = versions->edges[i].to;

		if (from == SOURCE_INITIAL)
			continue;
		if (view->owner[from] != view->owner[to])
			edges_add(edges, view->owner[from], view->owner[to],
				  EDGE_WW);
		for (uint32_t r = readers->first[from];
		     r < readers->first[from + 1]; r++) {
			uint32_t reader = view->owner[readers->reads[r]];

			if (reader != view->owner[to])
				edges_add(edges, reader, view->owner[to],
					  EDGE_RW);
		}
	}
}

void registers_edges(const struct view *view,
		     const struct registers *registers,
		     const struct register_rules *rules, struct edges *edges,
		     struct findings *findings)
{
	struct versions versions;
	struct readers readers;

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
	readers_init(&readers, view, registers);
	update_edges(view, registers, &readers, edges);
	version_edges(view, &versions, &readers, edges);
	versions_release(&versions);
	free(readers.first);
	free(readers.reads);
}
