/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/chains.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/* Sorts external reads by the version they saw. */
static void gather_reads(struct chains *chains, const struct view *view,
			 const struct registers *registers)
{
	size_t n = (size_t)view->action_count + 2;
	uint32_t *first = heap_zeroed(n, sizeof(*first));

	chains->reads = heap_zeroed(n, sizeof(*chains->reads));
	for (unsigned pass = 0; pass < 2; pass++) {
		for (uint32_t a = 0; a < view->action_count; a++) {
			uint32_t source = registers->source[a];

			if (source >= SOURCE_INITIAL ||
			    !registers_concern(view, a) ||
			    !registers_external(view, registers, a))
				continue;
			if (pass == 0)
				first[source + 2]++;
			else
				chains->reads[first[source + 1]++] = a;
		}
		for (size_t i = 2; i < n && pass == 0; i++)
			first[i] += first[i - 1];
	}
	chains->first_read = first;
}

/* For each final write, what its transaction had read of the key: by write,
 * a version, or SOURCE_UNKNOWN. */
static void link_updates(struct chains *chains, const struct view *view,
			 const struct registers *registers, uint32_t *from)
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
		from[a] = source;
		if (source < SOURCE_INITIAL && chains->next[source] == NONE)
			chains->next[source] = a;
	}
	free(read);
}

/* Never, for what is in doubt. */
static uint32_t complete_of(const struct view *view, uint32_t write)
{
	uint32_t op = view->owner[write];

	return view->status[op] == TXN_OK ? view->history->ops[op].complete :
					    NONE;
}

static struct chain follow(const struct chains *chains,
			   const struct view *view, uint32_t write,
			   bool is_initial)
{
	const struct op *ops = view->history->ops;
	struct chain chain = {
		.key = view->key_of[write],
		.first = write,
		.last = write,
		.invoke = ops[view->owner[write]].invoke,
		.is_initial = is_initial,
	};

	while (chains->next[chain.last] != NONE)
		chain.last = chains->next[chain.last];
	chain.complete = complete_of(view, chain.last);
	/* Not before it began, whatever the store did. */
	if (chain.complete < complete_of(view, write))
		chain.complete = complete_of(view, write);
	return chain;
}

static bool is_head(const struct view *view, const uint32_t *from,
		    uint32_t action)
{
	return registers_concern(view, action) &&
	       registers_final(view, action) &&
	       (from[action] == SOURCE_UNKNOWN ||
		from[action] == SOURCE_INITIAL);
}

/* By key; and those of one key by invocation, for so are the actions. */
static void gather_chains(struct chains *chains, const struct view *view,
			  const uint32_t *from)
{
	uint32_t *next = heap_zeroed((size_t)view->key_count + 2,
				     sizeof(*next));

	for (uint32_t a = 0; a < view->action_count; a++) {
		if (is_head(view, from, a))
			next[view->key_of[a] + 1]++;
	}
	for (uint32_t k = 0; k < view->key_count; k++)
		next[k + 1] += next[k];
	chains->count = next[view->key_count];
	chains->items = heap_alloc(((size_t)chains->count + 1) *
				   sizeof(*chains->items));
	for (uint32_t a = 0; a < view->action_count; a++) {
		if (is_head(view, from, a))
			chains->items[next[view->key_of[a]]++] = follow(
				chains, view, a, from[a] == SOURCE_INITIAL);
	}
	free(next);
}

void chains_init(struct chains *chains, const struct view *view,
		 const struct registers *registers)
{
	size_t size = ((size_t)view->action_count + 1) * sizeof(uint32_t);
	uint32_t *from = heap_alloc(size);

	*chains = (struct chains){ .next = heap_alloc(size) };
	memset(chains->next, 0xff, size);
	memset(from, 0xff, size);
	gather_reads(chains, view, registers);
	link_updates(chains, view, registers, from);
	gather_chains(chains, view, from);
	free(from);
}

void chains_release(struct chains *chains)
{
	free(chains->items);
	free(chains->next);
	free(chains->first_read);
	free(chains->reads);
	*chains = (struct chains){ 0 };
}
