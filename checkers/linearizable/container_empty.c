/* SPDX-License-Identifier: MIT */
/* Calls that found a container empty. */
#include <stdlib.h>

#include "checkers/linearizable/container.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

/* A stretch of time without a moment of emptiness. */
struct stretch {
	uint32_t from;
	uint32_t to;
};

/* Joins the layers that overlap; ascending. Returns how many there are. */
static size_t join_layers(const struct container *container,
			  struct stretch *stretches)
{
	struct sort_item *order =
		heap_alloc((container->item_count + 1) * sizeof(*order));
	size_t layers = 0;
	size_t count = 0;

	for (uint32_t i = 0; i < container->item_count; i++) {
		if (item_has_layer(&container->items[i]))
			order[layers++] = (struct sort_item){
				container->items[i].in_return, i
			};
	}
	sort_items(order, layers);
	for (size_t i = 0; i < layers; i++) {
		const struct item *item = &container->items[order[i].number];

		if (count && item->in_return < stretches[count - 1].to) {
			if (stretches[count - 1].to < item->out_invoke)
				stretches[count - 1].to = item->out_invoke;
		} else {
			stretches[count++] = (struct stretch){
				item->in_return, item->out_invoke
			};
		}
	}
	free(order);
	return count;
}

/* The last stretch that begins before `position`, or NULL. */
static const struct stretch *stretch_before(const struct stretch *stretches,
					    size_t count, uint32_t position)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (stretches[middle].from < position)
			low = middle + 1;
		else
			count = middle;
	}
	return low ? &stretches[low - 1] : NULL;
}

/* The call, and the values that were there from its beginning to its end. */
static void convict_empty(struct container *container, const struct call *call)
{
	uint8_t *is_marked = heap_zeroed(container->item_count + 1, 1);

	monitor_convict(container->result, call);
	for (uint32_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];

		is_marked[i] = item_has_layer(item) &&
			       item->in_return < call->complete &&
			       item->out_invoke > call->invoke;
	}
	container_convict_all(container, is_marked);
	free(is_marked);
}

/* The first call from `from` on that found nothing though something was there
 * all the time; CALL_NONE if there is none. */
static uint32_t next_blocked(const struct container *container,
			     const struct stretch *stretches, size_t count,
			     uint32_t from)
{
	for (uint32_t i = from; i < container->calls->count; i++) {
		const struct call *call = &container->calls->items[i];
		const struct stretch *stretch;

		if (!is_finding_nothing(call))
			continue;
		stretch = stretch_before(stretches, count, call->invoke);
		if (stretch && stretch->to > call->complete)
			return i;
	}
	return CALL_NONE;
}

bool container_check_empties(struct container *container)
{
	struct stretch *stretches;
	uint32_t blocked;
	size_t count;

	if (!container->empty_count)
		return true;
	stretches = heap_alloc((container->item_count + 1) *
			       sizeof(*stretches));
	count = join_layers(container, stretches);
	blocked = next_blocked(container, stretches, count, 0);
	if (blocked != CALL_NONE)
		convict_empty(container, &container->calls->items[blocked]);
	free(stretches);
	return blocked == CALL_NONE;
}

void container_find_blocked(const struct container *container,
			    uint8_t *is_blocked)
{
	struct stretch *stretches = heap_alloc((container->item_count + 1) *
					       sizeof(*stretches));
	size_t count = join_layers(container, stretches);
	uint32_t blocked = next_blocked(container, stretches, count, 0);

	while (blocked != CALL_NONE) {
		is_blocked[blocked] = 1;
		blocked = next_blocked(container, stretches, count,
				       blocked + 1);
	}
	free(stretches);
}
