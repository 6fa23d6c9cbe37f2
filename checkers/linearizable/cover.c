/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/cover.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/core/arena.h"

/* More than any cover. */
#define SETTLED (INT32_MAX / 2)

static int32_t least_at(const struct cover *cover, size_t node)
{
	int32_t left = cover->nodes[2 * node].least;
	int32_t right = cover->nodes[2 * node + 1].least;

	return (left < right ? left : right) + cover->nodes[node].added;
}

/* False if it was up to date. */
static bool update(struct cover *cover, size_t node)
{
	int32_t least = least_at(cover, node);

	if (cover->nodes[node].least == least)
		return false;
	cover->nodes[node].least = least;
	return true;
}

/* A gap starts with its cover less one, so that it is handed out at one layer
 * or none; after that with its cover, and at the end it is settled. */
void cover_init(struct cover *cover, size_t gaps)
{
	*cover = (struct cover){ .count = gaps, .leaves = 1 };
	while (cover->leaves < gaps)
		cover->leaves *= 2;
	cover->nodes = heap_zeroed(cover->leaves * 2, sizeof(*cover->nodes));
	cover->is_single = heap_zeroed(gaps, 1);
	for (size_t i = 0; i < cover->leaves; i++)
		cover->nodes[cover->leaves + i].least =
			i < gaps ? -1 : SETTLED;
}

void cover_release(struct cover *cover)
{
	free(cover->nodes);
	free(cover->is_single);
	*cover = (struct cover){ 0 };
}

static void change_node(struct cover *cover, size_t node, int32_t by,
			uint64_t number)
{
	cover->nodes[node].least += by;
	cover->nodes[node].added += by;
	cover->nodes[node].sum += number;
}

/* Returns how many levels were looked at: what is changed is below. */
static int change(struct cover *cover, uint32_t from, uint32_t to, int32_t by,
		  uint64_t number)
{
	size_t low = from + cover->leaves;
	size_t high = to + cover->leaves + 1;
	int levels = 0;

	assert(from <= to);
	assert(to < cover->count);
	for (; low < high; low /= 2, high /= 2, levels++) {
		if (low & 1)
			change_node(cover, low++, by, number);
		if (high & 1)
			change_node(cover, --high, by, number);
	}
	return levels;
}

void cover_add(struct cover *cover, uint32_t from, uint32_t to,
	       uint32_t layer)
{
	change(cover, from, to, 1, layer);
}

void cover_build(struct cover *cover)
{
	for (size_t i = cover->leaves - 1; i > 0; i--)
		update(cover, i);
}

void cover_remove(struct cover *cover, uint32_t from, uint32_t to,
		  uint32_t layer)
{
	int levels = change(cover, from, to, -1, -(uint64_t)layer);
	size_t left = (from + cover->leaves) / 2;
	size_t right = (to + cover->leaves) / 2;

	for (; left > 0; left /= 2, right /= 2) {
		bool is_changed = update(cover, left);

		if (right != left)
			update(cover, right);
		else if (!is_changed && levels <= 1)
			break;
		levels--;
	}
}

static size_t find_least(const struct cover *cover)
{
	size_t node = 1;

	while (node < cover->leaves)
		node = cover->nodes[2 * node].least <=
				       cover->nodes[2 * node + 1].least ?
			       2 * node : 2 * node + 1;
	return node;
}

bool cover_next(struct cover *cover, uint32_t *gap, uint32_t *layer)
{
	int32_t least = cover->nodes[1].least;
	uint64_t sum = 0;
	size_t leaf;

	if (least > 0)
		return false;
	leaf = find_least(cover);
	*gap = (uint32_t)(leaf - cover->leaves);
	*layer = COVER_NONE;
	if (least == 0 && !cover->is_single[*gap]) {
		for (size_t node = leaf; node > 0; node /= 2)
			sum += cover->nodes[node].sum;
		*layer = (uint32_t)sum;
		cover->is_single[*gap] = 1;
		cover->nodes[leaf].least++;
	} else {
		cover->nodes[leaf].least = SETTLED;
	}
	for (size_t node = leaf / 2; node > 0 && update(cover, node); node /= 2)
		continue;
	return true;
}
