/* SPDX-License-Identifier: MIT */
#include "targets/memory/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "targets/memory/crdt.h"

static size_t hash_bits(uint32_t object, uint32_t bits)
{
	uint64_t x =
		((uint64_t)object << 32 | bits) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(x >> 32 ^ x >> 15);
}

/* The slot where the item is, or would be. */
static struct item **table_slot(const struct table *table, uint32_t object,
				struct value key)
{
	size_t at = hash_bits(object, key.bits) & (table->slot_count - 1);

	while (table->slots[at] && !(table->slots[at]->object == object &&
				     value_equal(table->slots[at]->key, key)))
		at = (at + 1) & (table->slot_count - 1);
	return &table->slots[at];
}

static void table_grow(struct table *table)
{
	struct table old = *table;

	if (table->item_count * 2 < table->slot_count)
		return;
	table->slot_count = old.slot_count ? old.slot_count * 2 : 64;
	table->slots = heap_zeroed(table->slot_count, sizeof(*table->slots));
	for (size_t i = 0; i < old.slot_count; i++) {
		struct item *item = old.slots[i];

		if (item)
			*table_slot(table, item->object, item->key) = item;
	}
	free(old.slots);
}

static void item_free(struct item *item)
{
	if (!item)
		return;
	free(item->versions);
	free(item->elements);
	free(item->slots);
	free(item->grants);
	cells_free(item);
	free(item);
}

static void table_release(struct table *table)
{
	for (size_t i = 0; i < table->slot_count; i++)
		item_free(table->slots[i]);
	free(table->slots);
	*table = (struct table){ 0 };
}

void store_init(struct store *store)
{
	*store = (struct store){ .values = values_new() };
}

void store_release(struct store *store)
{
	table_release(&store->table);
	table_release(&store->other);
	values_free(store->values);
}

static void *array_clone(const void *items, size_t count, size_t size)
{
	void *copy;

	if (!items)
		return NULL;
	copy = heap_alloc(count * size);
	memcpy(copy, items, count * size);
	return copy;
}

static struct item *item_clone(const struct item *item)
{
	struct item *copy = heap_alloc(sizeof(*copy));

	*copy = *item;
	copy->versions = array_clone(item->versions, item->version_capacity,
				     sizeof(*item->versions));
	copy->elements = array_clone(item->elements, item->capacity,
				     sizeof(*item->elements));
	copy->slots = array_clone(item->slots, item->slot_count,
				  sizeof(*item->slots));
	copy->grants = array_clone(item->grants, item->grant_capacity,
				   sizeof(*item->grants));
	return copy;
}

static struct item *table_item(struct table *table, enum object object,
			       struct value key, const struct item *original)
{
	struct item **slot;

	table_grow(table);
	slot = table_slot(table, object, key);
	if (*slot)
		return *slot;
	table->item_count++;
	if (original) {
		*slot = item_clone(original);
		return *slot;
	}
	*slot = heap_zeroed(1, sizeof(**slot));
	(*slot)->object = (uint16_t)object;
	(*slot)->key = key;
	return *slot;
}

struct item *store_item(struct store *store, bool is_other, enum object object,
			struct value key)
{
	struct item *item = table_item(&store->table, object, key, NULL);

	return is_other ? table_item(&store->other, object, key, item) : item;
}

void store_merge(struct store *store)
{
	for (size_t i = 0; i < store->other.slot_count; i++) {
		struct item *item = store->other.slots[i];
		struct item **slot;

		if (!item)
			continue;
		slot = table_slot(&store->table, item->object, item->key);
		if (item->stamp <= (*slot)->stamp)
			continue;
		store->other.slots[i] = *slot;
		*slot = item;
	}
	table_release(&store->other);
}

void item_put(struct store *store, struct item *item, struct value content)
{
	item_put_at(item, content, ++store->stamp);
}

void item_put_at(struct item *item, struct value content, int64_t stamp)
{
	if (item->version_count == 2 * VERSIONS_KEPT) {
		memmove(item->versions, item->versions + VERSIONS_KEPT,
			VERSIONS_KEPT * sizeof(*item->versions));
		item->version_count = VERSIONS_KEPT;
	}
	item->versions =
		array_reserve(item->versions, &item->version_capacity,
			      item->version_count + 1, sizeof(*item->versions));
	item->stamp = stamp;
	item->versions[item->version_count++] = (struct version){
		.stamp = stamp,
		.content = content,
	};
}

struct value item_at(const struct item *item, int64_t stamp)
{
	size_t back = 0;

	while (back < item->version_count &&
	       item->versions[item->version_count - 1 - back].stamp > stamp)
		back++;
	return item_older(item, back);
}

struct value item_newest(const struct item *item)
{
	return item_older(item, 0);
}

struct value item_older(const struct item *item, size_t back)
{
	/* Before the first version that was ever made there was nothing. */
	if (back >= item->version_count)
		return item->version_count < VERSIONS_KEPT
			       ? value_nil()
			       : item->versions[0].content;
	return item->versions[item->version_count - 1 - back].content;
}

void item_push(struct store *store, struct item *item, struct value element)
{
	if (item->first > 64 && item->first > item->count / 2) {
		memmove(item->elements, item->elements + item->first,
			(item->count - item->first) * sizeof(*item->elements));
		item->count -= item->first;
		item->first = 0;
	}
	item->elements =
		array_reserve(item->elements, &item->capacity, item->count + 1,
			      sizeof(*item->elements));
	item->elements[item->count++] = element;
	item->stamp = ++store->stamp;
}

struct value item_pull(struct store *store, struct item *item, size_t position)
{
	struct value element = item->elements[position];

	assert(position >= item->first && position < item->count);
	item->stamp = ++store->stamp;
	if (position == item->first) {
		item->first++;
		return element;
	}
	memmove(item->elements + position, item->elements + position + 1,
		(item->count - position - 1) * sizeof(*item->elements));
	item->count--;
	return element;
}

/* The slot of an element of a set, or the empty one where it would be. */
static size_t member_slot(const struct item *item, struct value element)
{
	size_t mask = item->slot_count - 1;
	size_t at = hash_bits(0, element.bits) & mask;

	while (item->slots[at] &&
	       !value_equal(item->elements[item->slots[at] - 1], element))
		at = (at + 1) & mask;
	return at;
}

static void members_grow(struct item *item)
{
	if (item->count * 2 < item->slot_count)
		return;
	free(item->slots);
	item->slot_count = item->slot_count ? item->slot_count * 2 : 64;
	item->slots = heap_zeroed(item->slot_count, sizeof(*item->slots));
	for (size_t i = 0; i < item->count; i++)
		item->slots[member_slot(item, item->elements[i])] =
			(uint32_t)(i + 1);
}

bool item_has(const struct item *item, struct value element)
{
	return item->slot_count && item->slots[member_slot(item, element)];
}

bool item_add(struct store *store, struct item *item, struct value element)
{
	size_t slot;

	members_grow(item);
	slot = member_slot(item, element);
	if (item->slots[slot])
		return false;
	item_push(store, item, element);
	item->slots[slot] = (uint32_t)item->count;
	return true;
}

/* Empties a slot and moves up those that probing would no longer find (Knuth,
 * "The Art of Computer Programming", volume 3, 6.4, algorithm R). */
static void member_slot_clear(struct item *item, size_t hole)
{
	size_t mask = item->slot_count - 1;
	size_t at = hole;

	for (;;) {
		size_t home;

		item->slots[hole] = 0;
		do {
			at = (at + 1) & mask;
			if (!item->slots[at])
				return;
			home = hash_bits(0, item->elements[item->slots[at] - 1]
						    .bits) &
			       mask;
		} while (((at - home) & mask) < ((at - hole) & mask));
		item->slots[hole] = item->slots[at];
		hole = at;
	}
}

bool item_remove(struct store *store, struct item *item, struct value element)
{
	size_t slot;
	size_t position;
	struct value last;

	if (!item_has(item, element))
		return false;
	slot = member_slot(item, element);
	position = item->slots[slot] - 1;
	member_slot_clear(item, slot);
	last = item->elements[item->count - 1];
	if (position != item->count - 1) {
		item->slots[member_slot(item, last)] = (uint32_t)(position + 1);
		item->elements[position] = last;
	}
	item->count--;
	item->stamp = ++store->stamp;
	return true;
}
