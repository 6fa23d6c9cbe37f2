/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/shown.h"

#include <stdlib.h>

/* So many are listed. */
#define TOLD_MAX 12

/* Every element that the calls name. */
static void show_all(const struct judge *judge, const struct calls *calls,
		     struct value_map *shown)
{
	const struct values *values = judge->history->values;

	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		struct value *elements;
		size_t length;

		if (call->verb != VERB_READ) {
			value_map_put(shown, call->arg, 1);
			continue;
		}
		if (value_kind(values, call->result) != VALUE_LIST)
			continue;
		length = value_list_length(values, call->result);
		elements = heap_alloc((length + 1) * sizeof(*elements));
		if (length)
			value_list_elements(values, call->result, elements);
		for (size_t k = 0; k < length; k++)
			value_map_put(shown, elements[k], 1);
		free(elements);
	}
}

void shown_init(struct value_map *shown, const struct judge *judge,
		const struct calls *calls)
{
	struct value *elements;
	size_t count;

	if (!judge->settings->shown) {
		show_all(judge, calls, shown);
		return;
	}
	count = value_map_list(judge->settings->shown, &elements);
	for (size_t i = 0; i < count; i++)
		value_map_put(shown, elements[i], 1);
	free(elements);
}

const char *shown_text(const struct judge *judge, struct arena *arena)
{
	struct value *elements;
	size_t count = value_map_list(judge->settings->shown, &elements);
	const char *text = "";

	for (size_t i = 0; i < count && i < TOLD_MAX; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
				    value_text(judge->history->values,
					       elements[i], arena));
	free(elements);
	return arena_printf(arena, "[%s%s]", text,
			    count > TOLD_MAX ? ", ..." : "");
}

const char *shown_read_text(const struct judge *judge,
			    const struct call *call, struct arena *arena)
{
	const struct values *values = judge->history->values;
	size_t length = value_list_length(values, call->result);
	struct value *elements =
		arena_array(arena, length + 1, sizeof(*elements));
	const char *text = "";
	size_t told = 0;

	if (length)
		value_list_elements(values, call->result, elements);
	for (size_t i = 0; i < length; i++) {
		if (value_map_at(judge->settings->shown, elements[i], 0))
			text = arena_printf(arena, "%s%s%s", text,
					    told++ ? ", " : "",
					    value_text(values, elements[i],
						       arena));
	}
	if (told == length)
		return value_text(values, call->result, arena);
	return arena_printf(arena, "[%s%s%zu others]", text,
			    told ? ", and " : "", length - told);
}
