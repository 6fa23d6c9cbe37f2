/* SPDX-License-Identifier: MIT */
/*
 * Locks. The state of a mutex is 0 (free) or 1 + its owner (1 where nobody
 * checks owners); of a semaphore the permits in use; of the others a pair of
 * words.
 */
#include "checkers/linearizable/models.h"

static uint32_t free_init(struct states *states)
{
	(void)states;
	return 0;
}

static enum step mutex_step(struct states *states, uint32_t state,
			    const struct call *call, unsigned choice,
			    uint32_t *next)
{
	(void)states;
	(void)choice;
	*next = call->verb == VERB_ACQUIRE;
	return (state == 0) == (call->verb == VERB_ACQUIRE) ? STEP_YES :
							      STEP_NO;
}

static uint32_t owner_of(const struct states *states, const struct call *call)
{
	return (uint32_t)states->history->ops[call->op].process + 1;
}

static enum step owner_step(struct states *states, uint32_t state,
			    const struct call *call, unsigned choice,
			    uint32_t *next)
{
	uint32_t owner = owner_of(states, call);

	(void)choice;
	if (call->verb == VERB_ACQUIRE) {
		*next = owner;
		return state == 0 ? STEP_YES : STEP_NO;
	}
	*next = 0;
	return state == owner ? STEP_YES : STEP_NO;
}

static bool lock_is_pure(const struct states *states, const struct call *call)
{
	(void)states;
	(void)call;
	return false;
}

static const char *mutex_describe(const struct states *states, uint32_t state,
				  struct arena *arena)
{
	(void)states;
	(void)arena;
	return state ? "held" : "free";
}

static const char *owner_describe(const struct states *states, uint32_t state,
				  struct arena *arena)
{
	(void)states;
	if (!state)
		return "free";
	return arena_printf(arena, "held by process %u", state - 1);
}

/* Owner + 1, and how often it has acquired. */
static uint32_t reentrant_init(struct states *states)
{
	const uint32_t words[2] = { 0, 0 };

	return states_intern(states, words, 2);
}

static enum step reentrant_step(struct states *states, uint32_t state,
				const struct call *call, unsigned choice,
				uint32_t *next)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t owner = owner_of(states, call);
	uint32_t after[2] = { owner, words[1] + 1 };

	(void)choice;
	if (call->verb == VERB_ACQUIRE) {
		if (words[0] && words[0] != owner)
			return STEP_NO;
	} else {
		if (words[0] != owner)
			return STEP_NO;
		after[1] = words[1] - 1;
		after[0] = after[1] ? owner : 0;
	}
	*next = states_intern(states, after, 2);
	return STEP_YES;
}

static const char *reentrant_describe(const struct states *states,
				      uint32_t state, struct arena *arena)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);

	if (!words[0])
		return "free";
	return arena_printf(arena, "held %u times by process %u", words[1],
			    words[0] - 1);
}

uint32_t models_permits(const struct values *values, struct value amount)
{
	int64_t permits;

	if (!value_get_int(values, amount, &permits) || permits < 0 ||
	    permits > INT32_MAX)
		return 1;
	return (uint32_t)permits;
}

static enum step semaphore_step(struct states *states, uint32_t state,
				const struct call *call, unsigned choice,
				uint32_t *next)
{
	uint32_t permits = models_permits(states->history->values, call->arg);

	(void)choice;
	if (call->verb == VERB_ACQUIRE) {
		*next = state + permits;
		return *next <= states->settings->permits ? STEP_YES :
							    STEP_NO;
	}
	*next = state - permits;
	return permits <= state ? STEP_YES : STEP_NO;
}

static const char *semaphore_describe(const struct states *states,
				      uint32_t state, struct arena *arena)
{
	return arena_printf(arena, "%u of %lld permits taken", state,
			    (long long)states->settings->permits);
}

/* Is it held, and how; the last token, low and high half. */
enum fenced_hold {
	FENCED_FREE,
	FENCED_HELD,
	FENCED_HELD_UNKNOWN, /* with that token or a higher one */
};

static uint32_t fenced_init(struct states *states)
{
	const uint32_t words[3] = { FENCED_FREE, 0, UINT32_C(1) << 31 };

	return states_intern(states, words, 3);
}

static int64_t token_in(const uint32_t *words)
{
	return (int64_t)((uint64_t)words[1] | (uint64_t)words[2] << 32);
}

/* Tokens grow. One that is not known is the least possible, which leaves most
 * room to those that follow, until its release names it. */
static enum step fenced_step(struct states *states, uint32_t state,
			     const struct call *call, unsigned choice,
			     uint32_t *next)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	const struct values *values = states->history->values;
	int64_t last = token_in(words);
	int64_t token;
	uint32_t after[3] = { FENCED_FREE };

	(void)choice;
	if (call->verb == VERB_ACQUIRE) {
		after[0] = FENCED_HELD;
		if (!value_get_int(values, call->result, &token)) {
			token = last + 1;
			after[0] = FENCED_HELD_UNKNOWN;
		}
		if (words[0] != FENCED_FREE || token <= last)
			return STEP_NO;
	} else {
		if (!value_get_int(values, call->arg, &token))
			token = last;
		if (words[0] == FENCED_FREE || token < last ||
		    (words[0] == FENCED_HELD && token != last))
			return STEP_NO;
	}
	after[1] = (uint32_t)(uint64_t)token;
	after[2] = (uint32_t)((uint64_t)token >> 32);
	*next = states_intern(states, after, 3);
	return STEP_YES;
}

static const char *fenced_describe(const struct states *states, uint32_t state,
				   struct arena *arena)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	long long token = (long long)token_in(words);

	if (token == INT64_MIN)
		return "free, never held";
	return arena_printf(arena, words[0] == FENCED_FREE ?
					   "free, last token %lld" :
				   words[0] == FENCED_HELD ?
					   "held with token %lld" :
					   "held with token %lld or higher",
			    token);
}

#define LOCK_VERBS (VERB_BIT(VERB_ACQUIRE) | VERB_BIT(VERB_RELEASE))

const struct model model_mutex = {
	.name = "mutex",
	.summary = "a lock held once; anyone may release it",
	.verbs = LOCK_VERBS,
	.shrink = SHRINK_HOLDS,
	.init = free_init,
	.step = mutex_step,
	.is_pure = lock_is_pure,
	.describe = mutex_describe,
};

const struct model model_owner_mutex = {
	.name = "owner-mutex",
	.summary = "a lock that only its holder releases",
	.verbs = LOCK_VERBS,
	.by_process = true,
	.shrink = SHRINK_HOLDS,
	.init = free_init,
	.step = owner_step,
	.is_pure = lock_is_pure,
	.describe = owner_describe,
};

const struct model model_reentrant_mutex = {
	.name = "reentrant-mutex",
	.summary = "a lock that its holder may acquire again",
	.verbs = LOCK_VERBS,
	.by_process = true,
	.shrink = SHRINK_HOLDS,
	.init = reentrant_init,
	.step = reentrant_step,
	.is_pure = lock_is_pure,
	.describe = reentrant_describe,
};

const struct model model_semaphore = {
	.name = "semaphore",
	.summary = "so many permits, taken and given back",
	.verbs = LOCK_VERBS,
	.shrink = SHRINK_HOLDS,
	.init = free_init,
	.step = semaphore_step,
	.is_pure = lock_is_pure,
	.describe = semaphore_describe,
};

const struct model model_fenced_lock = {
	.name = "fenced-lock",
	.summary = "a lock whose fencing tokens grow",
	.verbs = LOCK_VERBS,
	.shrink = SHRINK_HOLDS,
	.init = fenced_init,
	.step = fenced_step,
	.is_pure = lock_is_pure,
	.describe = fenced_describe,
};
