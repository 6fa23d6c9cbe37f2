/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/elements.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

static uint32_t mix(uint32_t code)
{
	code *= UINT32_C(0x9E3779B1);
	return code ^ code >> 16;
}

static bool concerns(const struct view *view, uint32_t action,
		     enum key_kind kind)
{
	return view->owner[action] != NONE && view_writes(view, action) &&
	       view->key_kinds[view->key_of[action]] == kind;
}

/* The range of the values of each key; `high` by key. False: there are none. */
static bool measure(struct elements *elements, const struct view *view,
		    enum key_kind kind, uint32_t *high)
{
	bool has_any = false;

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a], bits;

		if (!concerns(view, a, kind))
			continue;
		has_any = true;
		bits = view_arg(view, a).bits;
		elements->shift[key] &= bits & 1;
		if (bits < elements->low[key])
			elements->low[key] = bits;
		if (bits > high[key])
			high[key] = bits;
	}
	for (uint32_t k = 0; k < view->key_count; k++) {
		if (elements->low[k] == NONE)
			continue;
		elements->low[k] >>= elements->shift[k];
		high[k] >>= elements->shift[k];
	}
	return has_any;
}

/* One table for all keys, if that can be. `high` by key. */
static bool share(struct elements *elements, const struct view *view,
		  enum key_kind kind, const uint32_t *high)
{
	uint32_t low = NONE, top = 0;
	uint64_t writes = 0;
	bool is_shared = true;

	for (uint32_t k = 0; k < view->key_count && is_shared; k++) {
		if (view->key_kinds[k] != kind || view->writes[k] == 0)
			continue;
		writes += view->writes[k];
		is_shared = elements->shift[k];
		low = elements->low[k] < low ? elements->low[k] : low;
		top = high[k] > top ? high[k] : top;
	}
	if (!is_shared || writes == 0 ||
	    (uint64_t)top - low + 1 > writes * 4 + 16)
		return false;
	elements->slots = heap_zeroed((size_t)top - low + 2,
				      sizeof(*elements->slots));
	for (uint32_t a = 0; a < view->action_count && is_shared; a++) {
		uint32_t *slot;

		if (!concerns(view, a, kind))
			continue;
		slot = &elements->slots[(view_arg(view, a).bits >> 1) - low];
		is_shared = *slot == 0 ||
			    view->key_of[*slot - 1] == view->key_of[a];
		*slot = a + 1;
	}
	if (!is_shared) {
		free(elements->slots);
		return false;
	}
	memset(elements->slots, 0,
	       ((size_t)top - low + 2) * sizeof(*elements->slots));
	elements->shared_size = top - low + 1;
	elements->shared_low = low;
	return true;
}

static void lay_out(struct elements *elements, const struct view *view,
		    enum key_kind kind, const uint32_t *high)
{
	uint64_t slots = 0;

	for (uint32_t k = 0; k < view->key_count; k++) {
		uint64_t writes = view->writes[k], span;

		elements->first[k] = slots;
		if (view->key_kinds[k] != kind || writes == 0)
			continue;
		span = (uint64_t)high[k] - elements->low[k] + 1;
		if (span <= writes * 4 + 16) {
			elements->size[k] = (uint32_t)span;
		} else {
			elements->low[k] = NONE;
			elements->size[k] = 4;
			while (elements->size[k] < writes * 2)
				elements->size[k] *= 2;
		}
		slots += elements->size[k];
	}
	elements->slots = heap_zeroed(slots + 1, sizeof(*elements->slots));
}

/* Where to look for a value first, or NULL if it cannot be there. */
static uint32_t *first_slot(const struct elements *elements, uint32_t key,
			    struct value value)
{
	uint32_t *slots, size, code;

	if (elements->shared_size) {
		code = (value.bits >> 1) - elements->shared_low;
		return value.bits & 1 && code < elements->shared_size ?
			       &elements->slots[code] :
			       NULL;
	}
	size = elements->size[key];
	if (size == 0)
		return NULL;
	slots = elements->slots + elements->first[key];
	if (elements->low[key] == NONE)
		return &slots[mix(value.bits) & (size - 1)];
	if (elements->shift[key] && !(value.bits & 1))
		return NULL;
	code = (value.bits >> elements->shift[key]) - elements->low[key];
	return code < size ? &slots[code] : NULL;
}

/* The slot of a value, or NULL if it cannot be there. */
static uint32_t *slot_of(const struct elements *elements,
			 const struct view *view, uint32_t key,
			 struct value value)
{
	uint32_t *slot = first_slot(elements, key, value);
	uint32_t *end;

	if (!slot || elements->shared_size || elements->low[key] != NONE)
		return slot;
	end = elements->slots + elements->first[key] + elements->size[key];
	while (*slot && !value_equal(view_arg(view, *slot - 1), value))
		slot = slot + 1 == end ? end - elements->size[key] : slot + 1;
	return slot;
}

static void enter(struct elements *elements, struct view *view, uint32_t a)
{
	uint32_t *slot = slot_of(elements, view, view->key_of[a],
				 view_arg(view, a));
	uint32_t other = *slot - 1;

	if (*slot == 0 || view->status[view->owner[other]] == TXN_ABORTED) {
		if (*slot == 0 || view->status[view->owner[a]] != TXN_ABORTED)
			*slot = a + 1;
		return;
	}
	if (view->status[view->owner[a]] == TXN_ABORTED)
		return;
	if (!(view->flags[other] & ACTION_AMBIGUOUS)) {
		elements->ambiguous++;
		if (elements->ambiguous_action == NONE)
			elements->ambiguous_action = a;
	}
	view->flags[other] |= ACTION_AMBIGUOUS;
	view->flags[a] |= ACTION_AMBIGUOUS;
}

void elements_init(struct elements *elements, struct view *view,
		   enum key_kind kind)
{
	size_t keys = (size_t)view->key_count + 1;
	uint32_t *high = heap_zeroed(keys, sizeof(*high));
	bool is_used = false;

	*elements = (struct elements){
		.first = heap_zeroed(keys, sizeof(*elements->first)),
		.size = heap_zeroed(keys, sizeof(*elements->size)),
		.low = heap_alloc(keys * sizeof(*elements->low)),
		.shift = heap_alloc(keys),
		.ambiguous_action = NONE,
	};
	memset(elements->low, 0xff, keys * sizeof(*elements->low));
	memset(elements->shift, 1, keys);
	if (view_has_kind(view, kind))
		is_used = measure(elements, view, kind, high);
	if (is_used && !share(elements, view, kind, high))
		lay_out(elements, view, kind, high);
	free(high);
	for (uint32_t a = 0; a < view->action_count && is_used; a++) {
		uint32_t later = a + VIEW_AHEAD;

		if (later < view->action_count && concerns(view, later, kind))
			__builtin_prefetch(first_slot(elements,
						      view->key_of[later],
						      view_arg(view, later)));
		if (concerns(view, a, kind))
			enter(elements, view, a);
	}
}

void elements_release(struct elements *elements)
{
	free(elements->first);
	free(elements->size);
	free(elements->low);
	free(elements->shift);
	free(elements->slots);
	*elements = (struct elements){ 0 };
}

uint32_t elements_find(const struct elements *elements,
		       const struct view *view, uint32_t key,
		       struct value value)
{
	const uint32_t *slot = slot_of(elements, view, key, value);

	/* In a table for all keys it may be another key's. */
	return slot && *slot && view->key_of[*slot - 1] == key ? *slot - 1 :
								 NONE;
}

void elements_find_all(const struct elements *elements,
		       const struct view *view, uint32_t key, uint32_t *items,
		       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t *slot;

		if (i + VIEW_AHEAD < count)
			__builtin_prefetch(first_slot(
				elements, key,
				(struct value){ items[i + VIEW_AHEAD] }));
		slot = slot_of(elements, view, key,
			       (struct value){ items[i] });
		items[i] = slot ? *slot - 1 : NONE;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i + VIEW_AHEAD < count && items[i + VIEW_AHEAD] != NONE)
			__builtin_prefetch(
				&view->key_of[items[i + VIEW_AHEAD]]);
		if (items[i] != NONE && view->key_of[items[i]] != key)
			items[i] = NONE;
	}
}
