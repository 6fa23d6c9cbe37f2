/* SPDX-License-Identifier: MIT */
#include "harness/core/reader_build.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

struct pair {
	struct value key;
	struct value content;
};

/* A stable merge sort, since value_map sorts by insertion: quick for maps that
 * are small or sorted, not for a large one out of order. */
static void sort_pairs(const struct values *values, struct pair *pairs,
		       struct pair *other, size_t count)
{
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t at = 0; at < count; at += 2 * width) {
			size_t a = at;
			size_t a_end = at + width < count ? at + width : count;
			size_t b = a_end;
			size_t b_end = b + width < count ? b + width : count;

			for (size_t out = at; out < b_end; out++) {
				bool take_a =
					a < a_end &&
					(b == b_end ||
					 value_compare(values, pairs[a].key,
						       pairs[b].key) <= 0);

				other[out] = pairs[take_a ? a++ : b++];
			}
		}
		memcpy(pairs, other, count * sizeof(*pairs));
	}
}

struct value reader_map(struct values *values, struct value *pairs,
			size_t count)
{
	struct pair *sorted = heap_zeroed(2 * count + 1, sizeof(*sorted));
	struct value *keys = heap_zeroed(count + 1, sizeof(*keys));
	struct value map;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct pair){ pairs[2 * i], pairs[2 * i + 1] };
	sort_pairs(values, sorted, sorted + count, count);
	for (size_t i = 0; i < count; i++) {
		keys[i] = sorted[i].key;
		pairs[i] = sorted[i].content;
	}
	map = value_map(values, keys, pairs, count);
	free(sorted);
	free(keys);
	return map;
}

struct value reader_set(struct values *values, struct value *elements,
			size_t count)
{
	struct pair *sorted = heap_zeroed(2 * count + 1, sizeof(*sorted));
	size_t used = 0;
	struct value list;

	for (size_t i = 0; i < count; i++)
		sorted[i].key = elements[i];
	sort_pairs(values, sorted, sorted + count, count);
	for (size_t i = 0; i < count; i++) {
		if (used == 0 ||
		    !value_equal(elements[used - 1], sorted[i].key))
			elements[used++] = sorted[i].key;
	}
	list = value_list(values, elements, used);
	free(sorted);
	return list;
}

static bool is_scalar(const struct values *values, struct value v)
{
	enum value_kind kind = value_kind(values, v);

	return kind != VALUE_LIST && kind != VALUE_MAP;
}

bool reader_nest_key(struct values *values, struct value of, struct value *key)
{
	struct value both[2] = { of, *key };

	/* A collection in it might be deeper than values may be. */
	if (!is_scalar(values, of) || !is_scalar(values, *key))
		return false;
	*key = value_list(values, both, 2);
	return true;
}

struct value reader_text(struct values *values, struct value v)
{
	enum value_kind kind = value_kind(values, v);
	char *text = NULL;
	size_t length = 0;
	size_t capacity = 0;

	if (kind == VALUE_NIL || kind == VALUE_STRING)
		return v;
	value_write(values, v, &text, &length, &capacity);
	v = value_string_n(values, text, length);
	free(text);
	return v;
}
