/* SPDX-License-Identifier: MIT */
/* The names of f: verbs, and those of a history's own. */
#include <assert.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/core/history_private.h"

#define NAMES_MAX 65535u

uint16_t history_f(struct history *history, const char *name, size_t length,
		   struct error *err)
{
	struct history_private *private = history->private;
	enum verb verb = verb_from_name(name, length);
	struct value text;
	size_t slot;
	size_t before = private->f_of_text_capacity;

	if (verb != VERB_NONE)
		return (uint16_t)verb;
	text = value_string_n(history->values, name, length);
	slot = text.bits >> 3;
	private->f_of_text =
		array_reserve(private->f_of_text, &private->f_of_text_capacity,
			      slot + 1, sizeof(*private->f_of_text));
	for (size_t i = before; i < private->f_of_text_capacity; i++)
		private->f_of_text[i] = VERB_NONE;
	if (private->f_of_text[slot] != VERB_NONE)
		return private->f_of_text[slot];
	if (VERB_COUNT + private->name_count >= NAMES_MAX) {
		error_set(err, "more than %u different names of 'f'",
			  NAMES_MAX);
		return VERB_NONE;
	}
	private->names = array_reserve(private->names, &private->name_capacity,
				       private->name_count + 1,
				       sizeof(*private->names));
	private->names[private->name_count] = text;
	private->f_of_text[slot] =
		(uint16_t)(VERB_COUNT + private->name_count++);
	return private->f_of_text[slot];
}

const char *history_f_name(const struct history *history, uint16_t f)
{
	const struct history_private *private = history->private;

	if (f < VERB_COUNT)
		return verb_name(f);
	assert(f - VERB_COUNT < (int)private->name_count);
	return value_as_string(history->values, private->names[f - VERB_COUNT],
			       NULL);
}

uint16_t history_find_f(const struct history *history, const char *name)
{
	const struct history_private *private = history->private;
	enum verb verb = verb_from_name(name, strlen(name));
	struct value text;

	if (verb != VERB_NONE)
		return (uint16_t)verb;
	text = value_find_string(history->values, name, strlen(name));
	if (value_is_nil(text) ||
	    text.bits >> 3 >= private->f_of_text_capacity)
		return VERB_NONE;
	return private->f_of_text[text.bits >> 3];
}
