/* SPDX-License-Identifier: MIT */
/*
 * A string for each key: put, get, and append to its end. The state is the
 * length and the bytes, four to a word. No string and the empty one are the
 * same.
 */
#include "checkers/linearizable/models.h"

#include <string.h>

static uint32_t intern_text(struct states *states, uint32_t *words,
			    size_t length)
{
	size_t full = length / sizeof(*words);
	size_t rest = length % sizeof(*words);

	words[0] = (uint32_t)length;
	if (rest)
		memset((char *)(words + 1 + full) + rest, 0,
		       sizeof(*words) - rest);
	return states_intern(states, words, 1 + full + (rest ? 1 : 0));
}

static const char *text_of(const struct states *states, struct value value,
			   size_t *length)
{
	const struct values *values = states->history->values;
	enum value_kind kind = value_kind(values, value);

	*length = 0;
	if (kind != VALUE_STRING && kind != VALUE_NUMBER)
		return "";
	return value_as_string(values, value, length);
}

static uint32_t string_init(struct states *states)
{
	size_t length;
	const char *text = text_of(states, states->settings->initial, &length);
	uint32_t *words = states_scratch(states, length / 4 + 2);

	if (length)
		memcpy(words + 1, text, length);
	return intern_text(states, words, length);
}

/* A length that no string has: nobody will see this one. */
#define HOPELESS UINT32_MAX

static uint32_t string_hopeless(struct states *states)
{
	const uint32_t word = HOPELESS;

	return states_intern(states, &word, 1);
}

static enum step string_step(struct states *states, uint32_t state,
			     const struct call *call, unsigned choice,
			     uint32_t *next)
{
	bool is_read = call->verb == VERB_READ;
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t kept = call->verb == VERB_WRITE ? 0 : words[0];
	size_t length;
	const char *text = text_of(states, is_read ? call->result : call->arg,
				   &length);
	uint32_t *after;

	(void)choice;
	*next = state;
	if (kept == HOPELESS)
		return is_read && !call_is_open(call) ? STEP_NO : STEP_YES;
	if (is_read) {
		if (call_is_open(call))
			return STEP_YES;
		return length == kept && (length == 0 ||
					  memcmp(words + 1, text,
						 length) == 0) ?
			       STEP_YES : STEP_NO;
	}
	after = states_scratch(states, (kept + length) / 4 + 2);
	if (kept)
		memcpy(after + 1, words + 1, kept);
	if (length)
		memcpy((char *)(after + 1) + kept, text, length);
	*next = intern_text(states, after, kept + length);
	return STEP_YES;
}

static bool string_is_pure(const struct states *states,
			   const struct call *call)
{
	(void)states;
	return call->verb == VERB_READ;
}

static const char *string_describe(const struct states *states, uint32_t state,
				   struct arena *arena)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	int length = words[0] > 200 ? 200 : (int)words[0];

	if (words[0] == HOPELESS)
		return "what no later get agrees with";
	return arena_printf(arena, "\"%s%.*s\"", words[0] > 200 ? "..." : "",
			    length,
			    (const char *)(words + 1) + words[0] - length);
}

/* Strings only grow until the next put. */
static uint32_t string_useful_until(const struct states *states,
				    uint32_t state, const struct call *calls,
				    size_t call_count)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t until = 0;

	for (size_t i = 0; i < call_count; i++) {
		const struct call *call = &calls[i];
		size_t length;
		const char *text;

		if (call->verb != VERB_READ || call_is_open(call) ||
		    call->complete <= until)
			continue;
		text = text_of(states, call->result, &length);
		if (length >= words[0] &&
		    (!words[0] || memcmp(text, words + 1, words[0]) == 0))
			until = call->complete;
	}
	return until;
}

const struct model model_kv_string = {
	.name = "kv-string",
	.summary = "a string a key, with put, get and append",
	.verbs = VERB_BIT(VERB_READ) | VERB_BIT(VERB_WRITE) |
		 VERB_BIT(VERB_APPEND),
	.init = string_init,
	.step = string_step,
	.is_pure = string_is_pure,
	.describe = string_describe,
	.useful_until = string_useful_until,
	.hopeless = string_hopeless,
};
