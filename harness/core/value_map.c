/* SPDX-License-Identifier: MIT */
/* Maps, the order of values, and copies from table to table. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/value_table.h"

static struct value map_of_node(uint32_t node)
{
	return (struct value){ node << 4 | TAG_MAP };
}

/* A map seen as the list of its keys and contents by turns. */
static struct value map_as_list(struct value map)
{
	assert((map.bits & 15) == TAG_MAP);
	return (struct value){ value_map_node(map) << 3 | TAG_LIST };
}

/* Insertion sort: maps are small, and often sorted already. A key that comes
 * again replaces the one before. Returns how many are left. */
static size_t sort_pairs(const struct values *values, struct value *pairs,
			 const struct value *keys, const struct value *contents,
			 size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = used;
		int order = 1;

		while (at > 0) {
			order = value_compare(values, keys[i],
					      pairs[2 * at - 2]);
			if (order >= 0)
				break;
			at--;
		}
		if (at > 0 && order == 0) {
			pairs[2 * at - 1] = contents[i];
			continue;
		}
		memmove(pairs + 2 * at + 2, pairs + 2 * at,
			(used - at) * 2 * sizeof(*pairs));
		pairs[2 * at] = keys[i];
		pairs[2 * at + 1] = contents[i];
		used++;
	}
	return used;
}

struct value value_map(struct values *values, const struct value *keys,
		       const struct value *contents, size_t count)
{
	struct value *pairs = heap_zeroed(2 * count, sizeof(*pairs));
	size_t used = sort_pairs(values, pairs, keys, contents, count);
	struct value list = value_list(values, pairs, 2 * used);

	free(pairs);
	return map_of_node(value_list_node(list));
}

size_t value_map_length(const struct values *values, struct value map)
{
	return value_list_length(values, map_as_list(map)) / 2;
}

void value_map_entries(const struct values *values, struct value map,
		       struct value *keys, struct value *contents)
{
	uint32_t node = value_map_node(map);

	for (size_t i = value_map_length(values, map); i > 0; i--) {
		contents[i - 1].bits = values->nodes[node].element;
		node = values->nodes[node].rest;
		keys[i - 1].bits = values->nodes[node].element;
		node = values->nodes[node].rest;
	}
}

struct value value_map_find(const struct values *values, struct value map,
			    struct value key, bool *found)
{
	uint32_t node = value_map_node(map);
	struct value content = value_nil();
	bool is_there = false;

	while (node && !is_there) {
		content.bits = values->nodes[node].element;
		node = values->nodes[node].rest;
		is_there = values->nodes[node].element == key.bits;
		node = values->nodes[node].rest;
	}
	if (found)
		*found = is_there;
	return is_there ? content : value_nil();
}

static int compare_texts(const struct values *values, struct value a,
			 struct value b)
{
	size_t length_a;
	size_t length_b;
	const char *text_a = value_as_string(values, a, &length_a);
	const char *text_b = value_as_string(values, b, &length_b);
	int order = memcmp(text_a, text_b,
			   length_a < length_b ? length_a : length_b);

	if (order)
		return order < 0 ? -1 : 1;
	return (length_a > length_b) - (length_a < length_b);
}

static int compare_deep(const struct values *values, struct value a,
			struct value b, int depth);

static int compare_lists(const struct values *values, struct value a,
			 struct value b, int depth)
{
	size_t length_a = value_list_length(values, a);
	size_t length_b = value_list_length(values, b);
	size_t shorter = length_a < length_b ? length_a : length_b;
	struct value *elements =
		heap_zeroed(length_a + length_b, sizeof(*elements));
	int order = 0;

	value_list_elements(values, a, elements);
	value_list_elements(values, b, elements + length_a);
	for (size_t i = 0; i < shorter && !order; i++)
		order = compare_deep(values, elements[i],
				     elements[length_a + i], depth + 1);
	free(elements);
	if (order)
		return order;
	return (length_a > length_b) - (length_a < length_b);
}

/* The depth is bounded by VALUE_DEPTH_MAX, whatever the input. */
static int compare_deep(const struct values *values, struct value a,
			struct value b, int depth)
{
	enum value_kind kind = value_kind(values, a);
	enum value_kind other = value_kind(values, b);
	int64_t x;
	int64_t y;

	if (value_equal(a, b))
		return 0;
	if (kind != other)
		return kind < other ? -1 : 1;
	switch (kind) {
	case VALUE_INT:
		x = value_as_int(values, a);
		y = value_as_int(values, b);
		return (x > y) - (x < y);
	case VALUE_STRING:
	case VALUE_NUMBER:
		return compare_texts(values, a, b);
	case VALUE_MAP:
		a = map_as_list(a);
		b = map_as_list(b);
		break;
	case VALUE_LIST:
		break;
	case VALUE_BOOL:
	case VALUE_NIL:
		return a.bits < b.bits ? -1 : 1;
	}
	if (depth >= VALUE_DEPTH_MAX)
		return a.bits < b.bits ? -1 : 1;
	return compare_lists(values, a, b, depth);
}

int value_compare(const struct values *values, struct value a, struct value b)
{
	return compare_deep(values, a, b, 0);
}

static struct value copy_deep(struct values *to, const struct values *from,
			      struct value v, int depth);

static struct value copy_list(struct values *to, const struct values *from,
			      struct value list, int depth)
{
	size_t length = value_list_length(from, list);
	struct value *elements = heap_zeroed(length, sizeof(*elements));
	struct value copy = value_empty_list();

	value_list_elements(from, list, elements);
	for (size_t i = 0; i < length; i++)
		copy = value_append(to, copy,
				    copy_deep(to, from, elements[i],
					      depth + 1));
	free(elements);
	return copy;
}

static struct value copy_deep(struct values *to, const struct values *from,
			      struct value v, int depth)
{
	const char *text;
	size_t length;
	int64_t number;

	if (value_is_plain(v))
		return v;
	if (value_get_int(from, v, &number))
		return value_int(to, number);
	switch (value_kind(from, v)) {
	case VALUE_STRING:
		text = value_as_string(from, v, &length);
		return value_string_n(to, text, length);
	case VALUE_NUMBER:
		text = value_as_string(from, v, &length);
		return value_number(to, text, length);
	case VALUE_MAP:
		v = copy_list(to, from, map_as_list(v), depth);
		return map_of_node(value_list_node(v));
	default:
		break;
	}
	assert(depth <= VALUE_DEPTH_MAX);
	return copy_list(to, from, v, depth);
}

struct value value_copy(struct values *to, const struct values *from,
			struct value v)
{
	return copy_deep(to, from, v, 0);
}
