/* SPDX-License-Identifier: MIT */
/* Registers: hold one value. The state is the value's bits. */
#include "checkers/linearizable/models.h"

#include "checkers/linearizable/value_map.h"

static uint32_t register_init(struct states *states)
{
	return states->settings->initial.bits;
}

static enum step register_step(struct states *states, uint32_t state,
			       const struct call *call, unsigned choice,
			       uint32_t *next)
{
	(void)states;
	(void)choice;
	*next = state;
	switch (call->verb) {
	case VERB_READ:
		return call_is_open(call) || call->result.bits == state ?
			       STEP_YES : STEP_NO;
	case VERB_WRITE:
		*next = call->arg.bits;
		return STEP_YES;
	case VERB_CAS:
		if (call->is_refused)
			return call->expected.bits != state ? STEP_YES :
							      STEP_NO;
		*next = call->arg.bits;
		return call->expected.bits == state ? STEP_YES : STEP_NO;
	default:
		return STEP_NO;
	}
}

static bool register_is_pure(const struct states *states,
			     const struct call *call)
{
	(void)states;
	return call->verb == VERB_READ || call->is_refused;
}

static const char *register_describe(const struct states *states,
				     uint32_t state, struct arena *arena)
{
	return value_text(states->history->values, (struct value){ state },
			  arena);
}

/* An open cas makes its expectation as useful as what it installs. Chains of
 * open ones are followed a few times back and forth; what is not settled then
 * counts as always relevant, which is never wrong. */
static void follow_chains(struct value_map *last, const struct call *calls,
			  size_t count)
{
	bool changed = true;

	for (unsigned pass = 0; changed; pass++) {
		changed = false;
		for (size_t j = 0; j < count; j++) {
			size_t i = pass % 2 ? j : count - 1 - j;
			const struct call *call = &calls[i];
			uint32_t until;

			if (!call_is_open(call) || call->verb != VERB_CAS)
				continue;
			until = value_map_at(last, call->arg, 0);
			if (pass > 32)
				until = CALL_OPEN;
			if (until > value_map_at(last, call->expected, 0)) {
				value_map_raise(last, call->expected, until);
				changed = true;
			}
		}
	}
}

/*
 * An open write helps until the last call that needs its value. Leaving a
 * write out whose value nobody needs any more is always possible: what comes
 * next is another update. Not so when failed cas assert: any write may be
 * what makes one fail.
 */
static void register_relevance(const struct states *states,
			       const struct call *calls, size_t count,
			       uint32_t *until)
{
	struct value_map last = { 0 };

	if (states->settings->failed_cas_asserts)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct call *call = &calls[i];

		if (call_is_open(call))
			continue;
		if (call->verb == VERB_READ)
			value_map_raise(&last, call->result, call->complete);
		else if (call->verb == VERB_CAS)
			value_map_raise(&last, call->expected, call->complete);
	}
	follow_chains(&last, calls, count);
	for (size_t i = 0; i < count; i++) {
		if (call_is_open(&calls[i]) && calls[i].verb != VERB_READ)
			until[i] = value_map_at(&last, calls[i].arg, 0);
	}
	value_map_release(&last);
}

const struct model model_register = {
	.name = "register",
	.summary = "holds the last value written",
	.verbs = VERB_BIT(VERB_READ) | VERB_BIT(VERB_WRITE),
	.shrink = SHRINK_CHAINS,
	.init = register_init,
	.step = register_step,
	.is_pure = register_is_pure,
	.describe = register_describe,
	.relevance = register_relevance,
};

const struct model model_cas_register = {
	.name = "cas-register",
	.summary = "a register with compare-and-set",
	.verbs = VERB_BIT(VERB_READ) | VERB_BIT(VERB_WRITE) |
		 VERB_BIT(VERB_CAS),
	.shrink = SHRINK_CHAINS,
	.init = register_init,
	.step = register_step,
	.is_pure = register_is_pure,
	.describe = register_describe,
	.relevance = register_relevance,
};
