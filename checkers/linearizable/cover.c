/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/cover.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/core/arena.h"

/* More than any cover. */
#define SETTLED (INT32_MAX / 2)

static void update(struct cover *cover, size_t node)
{
	int32_t left = cover->least[2 * node];
	int32_t right = cover->least[2 * node + 1];

	cover->least[node] = (left < right ? left : right) +
			     cover->added[node];
}

/* A gap starts with its cover less one, so that it is handed out at one layer
 * or none; after that with its cover, and at the end it is settled. */
void cover_init(struct cover *cover, size_t gaps)
{
	*cover = (struct cover){ .count = gaps, .leaves = 1 };
	while (cover->leaves < gaps)
		cover->leaves *= 2;
	cover->least = heap_zeroed(cover->leaves * 2, sizeof(int32_t));
	cover->added = heap_zeroed(cover->leaves * 2, sizeof(int32_t));
	cover->sums = heap_zeroed(cover->leaves * 2, sizeof(uint64_t));
	cover->is_single = heap_zeroed(gaps, 1);
	for (size_t i = 0; i < cover->leaves; i++)
		cover->least[cover->leaves + i] = i < gaps ? -1 : SETTLED;
	for (size_t i = cover->leaves - 1; i > 0; i--)
		update(cover, i);
}

void cover_release(struct cover *cover)
{
	free(cover->least);
	free(cover->added);
	free(cover->sums);
	free(cover->is_single);
	*cover = (struct cover){ 0 };
}

static void change_node(struct cover *cover, size_t node, int32_t by,
			uint64_t number)
{
	cover->least[node] += by;
	cover->added[node] += by;
	cover->sums[node] += number;
}

static void change(struct cover *cover, uint32_t from, uint32_t to, int32_t by,
		   uint64_t number)
{
	size_t low = from + cover->leaves;
	size_t high = to + cover->leaves + 1;
	size_t left = low / 2;
	size_t right = (high - 1) / 2;

	assert(from <= to);
	assert(to < cover->count);
	for (; low < high; low /= 2, high /= 2) {
		if (low & 1)
			change_node(cover, low++, by, number);
		if (high & 1)
			change_node(cover, --high, by, number);
	}
	for (; left > 0; left /= 2, right /= 2) {
		update(cover, left);
		if (right != left)
			update(cover, right);
	}
}

void cover_add(struct cover *cover, uint32_t from, uint32_t to,
	       uint32_t layer)
{
	change(cover, from, to, 1, layer);
}

void cover_remove(struct cover *cover, uint32_t from, uint32_t to,
		  uint32_t layer)
{
	change(cover, from, to, -1, -(uint64_t)layer);
}

static size_t find_least(const struct cover *cover)
{
	size_t node = 1;

	while (node < cover->leaves)
		node = cover->least[2 * node] <= cover->least[2 * node + 1] ?
			       2 * node : 2 * node + 1;
	return node;
}

bool cover_next(struct cover *cover, uint32_t *gap, uint32_t *layer)
{
	int32_t least = cover->least[1];
	uint64_t sum = 0;
	size_t leaf;

	if (least > 0)
		return false;
	leaf = find_least(cover);
	*gap = (uint32_t)(leaf - cover->leaves);
	*layer = COVER_NONE;
	if (least == 0 && !cover->is_single[*gap]) {
		for (size_t node = leaf; node > 0; node /= 2)
			sum += cover->sums[node];
		*layer = (uint32_t)sum;
		cover->is_single[*gap] = 1;
		cover->least[leaf]++;
	} else {
		cover->least[leaf] = SETTLED;
	}
	for (size_t node = leaf / 2; node > 0; node /= 2)
		update(cover, node);
	return true;
}
