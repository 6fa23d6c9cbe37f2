/* SPDX-License-Identifier: MIT */
/*
 * Several keys at once: reads, writes and conditions, atomically. The state is
 * pairs of key and value, in order of the keys' bits; a key that is not there
 * has the initial value.
 */
#include "checkers/linearizable/models.h"

#include <string.h>

/* The map while a transaction is applied to it, in the scratch. */
struct pairs {
	uint32_t *words;
	size_t count; /* words in use */
};

static size_t place_of(const struct pairs *pairs, struct value key)
{
	size_t place = 0;

	while (place < pairs->count && pairs->words[place] < key.bits)
		place += 2;
	return place;
}

static bool has(const struct pairs *pairs, size_t place, struct value key)
{
	return place < pairs->count && pairs->words[place] == key.bits;
}

static uint32_t map_at(const struct pairs *pairs, struct value key,
		       uint32_t initial)
{
	size_t place = place_of(pairs, key);

	return has(pairs, place, key) ? pairs->words[place + 1] : initial;
}

/* The initial value is not stored, so that equal maps are equal words. */
static void map_set(struct pairs *pairs, struct value key, uint32_t content,
		    uint32_t initial)
{
	size_t place = place_of(pairs, key);
	uint32_t *at = pairs->words + place;
	bool there = has(pairs, place, key);

	if (content == initial) {
		if (!there)
			return;
		memmove(at, at + 2,
			(pairs->count - place - 2) * sizeof(*at));
		pairs->count -= 2;
		return;
	}
	if (!there) {
		memmove(at + 2, at, (pairs->count - place) * sizeof(*at));
		pairs->count += 2;
		at[0] = key.bits;
	}
	at[1] = content;
}

static bool apply(struct pairs *pairs, const struct action *action,
		  bool is_open, uint32_t initial)
{
	uint32_t content = map_at(pairs, action->key, initial);

	switch (action->verb) {
	case VERB_READ:
		return is_open || action->result.bits == content;
	case VERB_CAS:
		if (action->expected.bits != content)
			return false;
		map_set(pairs, action->key, action->arg.bits, initial);
		return true;
	case VERB_WRITE:
		map_set(pairs, action->key, action->arg.bits, initial);
		return true;
	default:
		return false;
	}
}

static enum step map_step(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next)
{
	const struct op *op = &states->history->ops[call->op];
	const struct action *actions = op_actions(states->history, op);
	uint32_t initial = states->settings->initial.bits;
	struct pairs pairs = { 0 };
	const uint32_t *words = states_words(states, state, &pairs.count);

	(void)choice;
	pairs.words = states_scratch(states,
				     pairs.count + 2 * op->action_count + 1);
	if (pairs.count)
		memcpy(pairs.words, words, pairs.count * sizeof(*words));
	for (size_t i = 0; i < op->action_count; i++) {
		if (!apply(&pairs, &actions[i], call_is_open(call), initial))
			return STEP_NO;
	}
	*next = states_intern(states, pairs.words, pairs.count);
	return STEP_YES;
}

static bool map_is_pure(const struct states *states, const struct call *call)
{
	const struct op *op = &states->history->ops[call->op];
	const struct action *actions = op_actions(states->history, op);

	for (size_t i = 0; i < op->action_count; i++) {
		if (actions[i].verb != VERB_READ)
			return false;
	}
	return true;
}

static const char *map_describe(const struct states *states, uint32_t state,
				struct arena *arena)
{
	const struct values *values = states->history->values;
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	const char *text = "";

	for (size_t i = 0; i < count && i < 24; i += 2)
		text = arena_printf(
			arena, "%s%s%s: %s", text, i ? ", " : "",
			value_text(values, (struct value){ words[i] }, arena),
			value_text(values, (struct value){ words[i + 1] },
				   arena));
	if (count > 24)
		text = arena_printf(arena, "%s, ... (%zu keys)", text,
				    count / 2);
	return arena_printf(arena, "{%s}", text);
}

const struct model model_multi_register = {
	.name = "multi-register",
	.summary = "a map: transactions of reads, writes and conditions",
	.verbs = VERB_BIT(VERB_READ) | VERB_BIT(VERB_WRITE) |
		 VERB_BIT(VERB_CAS) | VERB_BIT(VERB_TXN),
	.is_whole = true,
	.init = models_init_empty,
	.step = map_step,
	.is_pure = map_is_pure,
	.describe = map_describe,
};
