/* SPDX-License-Identifier: MIT */
#include "harness/core/value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/value_table.h"

#define TEXTS_MAX (UINT32_C(1) << 28)
#define NODES_MAX (UINT32_C(1) << 28)

static _Noreturn void too_many(const char *what)
{
	fprintf(stderr, "ordeal: more than 2^28 distinct %s in one history\n",
		what);
	abort();
}

struct values *values_new(void)
{
	return heap_zeroed(1, sizeof(struct values));
}

void values_clear(struct values *values)
{
	arena_release(&values->arena);
	free(values->texts);
	free(values->text_slots.slots);
	free(values->nodes);
	free(values->node_slots.slots);
	*values = (struct values){ 0 };
}

void values_free(struct values *values)
{
	if (!values)
		return;
	values_clear(values);
	free(values);
}

size_t values_bytes(const struct values *values)
{
	return values->arena.bytes +
	       values->text_capacity * sizeof(*values->texts) +
	       values->node_capacity * sizeof(*values->nodes) +
	       (values->text_slots.size + values->node_slots.size) *
		       sizeof(uint32_t);
}

/* Doubles the slots when they are more than two thirds full; `hash_at` tells
 * the hash of the item of a number. */
static void slots_grow(struct slots *slots, const struct values *values,
		       uint32_t (*hash_at)(const struct values *, uint32_t))
{
	size_t size = slots->size ? slots->size * 2 : 64;
	uint32_t *old = slots->slots;
	size_t old_size = slots->size;

	if (slots->used * 3 < slots->size * 2)
		return;
	slots->slots = heap_zeroed(size, sizeof(*slots->slots));
	slots->size = size;
	for (size_t i = 0; i < old_size; i++) {
		size_t at;

		if (!old[i])
			continue;
		at = hash_at(values, old[i] - 1) & (size - 1);
		while (slots->slots[at])
			at = (at + 1) & (size - 1);
		slots->slots[at] = old[i];
	}
	free(old);
}

static uint32_t mix64(uint64_t x)
{
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(x >> 32);
}

static uint32_t hash_bytes(const char *bytes, size_t length)
{
	uint64_t hash = length;
	uint64_t word;

	for (; length >= 8; bytes += 8, length -= 8) {
		memcpy(&word, bytes, 8);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	word = 0;
	if (length)
		memcpy(&word, bytes, length);
	return mix64(hash ^ word);
}

static uint32_t text_hash_at(const struct values *values, uint32_t number)
{
	return values->texts[number].hash;
}

static bool text_is(const struct text *text, const struct text *wanted)
{
	return text->hash == wanted->hash && text->length == wanted->length &&
	       text->is_number == wanted->is_number &&
	       text->is_integer == wanted->is_integer &&
	       text->integer == wanted->integer &&
	       memcmp(text->bytes, wanted->bytes, wanted->length) == 0;
}

/* The number of such a text, or the count of texts when it is not there. */
static uint32_t text_find(const struct values *values,
			  const struct text *wanted, size_t *slot)
{
	const struct slots *slots = &values->text_slots;

	if (!slots->size)
		return (uint32_t)values->text_count;
	*slot = wanted->hash & (slots->size - 1);
	while (slots->slots[*slot]) {
		uint32_t number = slots->slots[*slot] - 1;

		if (text_is(&values->texts[number], wanted))
			return number;
		*slot = (*slot + 1) & (slots->size - 1);
	}
	return (uint32_t)values->text_count;
}

static uint32_t text_intern(struct values *values, struct text wanted)
{
	uint32_t number;
	size_t slot = 0;

	slots_grow(&values->text_slots, values, text_hash_at);
	number = text_find(values, &wanted, &slot);
	if (number < values->text_count)
		return number;
	if (number >= TEXTS_MAX)
		too_many("strings and large numbers");
	values->texts = array_reserve(values->texts, &values->text_capacity,
				      values->text_count + 1,
				      sizeof(*values->texts));
	wanted.bytes =
		arena_strndup(&values->arena, wanted.bytes, wanted.length);
	values->texts[values->text_count++] = wanted;
	values->text_slots.slots[slot] = number + 1;
	values->text_slots.used++;
	return number;
}

enum value_kind value_kind(const struct values *values, struct value v)
{
	if (v.bits & 1)
		return VALUE_INT;
	switch (v.bits & 7) {
	case 0:
		return v.bits ? VALUE_BOOL : VALUE_NIL;
	case TAG_STRING:
		return VALUE_STRING;
	case TAG_LIST:
		return VALUE_LIST;
	default:
		break;
	}
	if ((v.bits & 15) == TAG_MAP)
		return VALUE_MAP;
	return values->texts[v.bits >> 4].is_integer ? VALUE_INT : VALUE_NUMBER;
}

struct value value_bool(bool truth)
{
	return (struct value){ truth ? BITS_TRUE : BITS_FALSE };
}

bool value_as_bool(struct value v)
{
	assert(v.bits == BITS_TRUE || v.bits == BITS_FALSE);
	return v.bits == BITS_TRUE;
}

struct value value_int(struct values *values, int64_t number)
{
	struct text text = { .bytes = "", .is_number = true,
			     .is_integer = true, .integer = number };

	if (number >= VALUE_INT_MIN_INLINE && number <= VALUE_INT_MAX_INLINE)
		return (struct value){ ((uint32_t)(int32_t)number << 1) | 1u };
	text.hash = mix64((uint64_t)number);
	return (struct value){ text_intern(values, text) << 4 | TAG_NUMBER };
}

bool value_get_int(const struct values *values, struct value v, int64_t *number)
{
	if (v.bits & 1) {
		/* Arithmetic shift: the sign comes along. */
		*number = (int32_t)v.bits >> 1;
		return true;
	}
	if ((v.bits & 15) != TAG_NUMBER ||
	    !values->texts[v.bits >> 4].is_integer)
		return false;
	*number = values->texts[v.bits >> 4].integer;
	return true;
}

int64_t value_as_int(const struct values *values, struct value v)
{
	int64_t number = 0;
	bool is_int = value_get_int(values, v, &number);

	assert(is_int);
	(void)is_int;
	return number;
}

struct value value_string_n(struct values *values, const char *text,
			    size_t length)
{
	struct text wanted = { .bytes = text, .length = (uint32_t)length };

	wanted.hash = hash_bytes(text, length);
	return (struct value){ text_intern(values, wanted) << 3 | TAG_STRING };
}

struct value value_string(struct values *values, const char *text)
{
	return value_string_n(values, text, strlen(text));
}

struct value value_number(struct values *values, const char *text,
			  size_t length)
{
	struct text wanted = { .bytes = text, .length = (uint32_t)length,
			       .is_number = true };

	wanted.hash = hash_bytes(text, length);
	return (struct value){ text_intern(values, wanted) << 4 | TAG_NUMBER };
}

const char *value_as_string(const struct values *values, struct value v,
			    size_t *length)
{
	bool is_string = (v.bits & 7) == TAG_STRING;
	const struct text *text =
		&values->texts[is_string ? v.bits >> 3 : v.bits >> 4];

	assert(is_string || (v.bits & 15) == TAG_NUMBER);
	if (length)
		*length = text->length;
	return text->bytes;
}

struct value value_find_string(const struct values *values, const char *text,
			       size_t length)
{
	struct text wanted = { .bytes = text, .length = (uint32_t)length };
	uint32_t number;
	size_t slot = 0;

	wanted.hash = hash_bytes(text, length);
	number = text_find(values, &wanted, &slot);
	if (number == values->text_count)
		return value_nil();
	return (struct value){ number << 3 | TAG_STRING };
}

struct value value_empty_list(void)
{
	return (struct value){ TAG_LIST };
}

static uint32_t node_hash(uint32_t rest, uint32_t element)
{
	return mix64((uint64_t)rest << 32 | element);
}

static uint32_t node_hash_at(const struct values *values, uint32_t number)
{
	return node_hash(values->nodes[number].rest,
			 values->nodes[number].element);
}

static uint32_t node_intern(struct values *values, uint32_t rest,
			    uint32_t element)
{
	struct slots *slots = &values->node_slots;
	uint32_t number;
	size_t slot;

	slots_grow(slots, values, node_hash_at);
	slot = node_hash(rest, element) & (slots->size - 1);
	while (slots->slots[slot]) {
		number = slots->slots[slot] - 1;
		if (values->nodes[number].rest == rest &&
		    values->nodes[number].element == element)
			return number;
		slot = (slot + 1) & (slots->size - 1);
	}
	if (values->node_count + 1 >= NODES_MAX)
		too_many("lists");
	values->nodes = array_reserve(values->nodes, &values->node_capacity,
				      values->node_count + 2,
				      sizeof(*values->nodes));
	if (!values->node_count)
		values->nodes[values->node_count++] = (struct list_node){ 0 };
	number = (uint32_t)values->node_count++;
	values->nodes[number] = (struct list_node){
		.rest = rest,
		.element = element,
		.length = rest ? values->nodes[rest].length + 1 : 1,
	};
	slots->slots[slot] = number + 1;
	slots->used++;
	return number;
}

struct value value_append(struct values *values, struct value list,
			  struct value element)
{
	uint32_t node =
		node_intern(values, value_list_node(list), element.bits);

	assert((list.bits & 7) == TAG_LIST);
	return (struct value){ node << 3 | TAG_LIST };
}

struct value value_list(struct values *values, const struct value *elements,
			size_t count)
{
	struct value list = value_empty_list();

	for (size_t i = 0; i < count; i++)
		list = value_append(values, list, elements[i]);
	return list;
}

size_t value_list_length(const struct values *values, struct value list)
{
	uint32_t node = value_list_node(list);

	assert((list.bits & 7) == TAG_LIST);
	return node ? values->nodes[node].length : 0;
}

struct value value_list_last(const struct values *values, struct value list)
{
	assert(value_list_node(list) != 0);
	return (struct value){ values->nodes[value_list_node(list)].element };
}

struct value value_list_rest(const struct values *values, struct value list)
{
	assert(value_list_node(list) != 0);
	return (struct value){ values->nodes[value_list_node(list)].rest << 3 |
			       TAG_LIST };
}

void value_list_elements(const struct values *values, struct value list,
			 struct value *elements)
{
	uint32_t node = value_list_node(list);

	for (size_t i = value_list_length(values, list); i > 0; i--) {
		elements[i - 1].bits = values->nodes[node].element;
		node = values->nodes[node].rest;
	}
}

bool value_list_has_prefix(const struct values *values, struct value list,
			   struct value prefix)
{
	size_t length = value_list_length(values, list);
	size_t wanted = value_list_length(values, prefix);
	uint32_t node = value_list_node(list);

	for (; length > wanted; length--)
		node = values->nodes[node].rest;
	return length == wanted && node == value_list_node(prefix);
}
