/* SPDX-License-Identifier: MIT */
/*
 * An example of a model of one's own: a register that keeps the highest number
 * ever written. From the root of the source tree:
 *
 *	cc -std=c17 -shared -fPIC -I. -o max_register.so \
 *		checkers/linearizable/example_model/max_register.c
 *	ordeal check --model ./max_register.so history.jsonl
 *
 * Functions are pure: they may look at nothing but their arguments. A state is
 * a number of 32 bits. Here the bits of a value are the state; a model that
 * needs more interns a sequence of words (states_intern in model.h), as all
 * containers do.
 */
#include "checkers/linearizable/model.h"

const unsigned ordeal_model_version = MODEL_VERSION;

/* Nothing was written yet: nil. */
static uint32_t max_init(struct states *states)
{
	(void)states;
	return value_nil().bits;
}

/*
 * May the call take effect in this state, and what is the state then? A call
 * that is open (call_is_open) has no result that could disagree. `choice` is
 * for calls with several outcomes, which there are none of here.
 */
static enum step max_step(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next)
{
	const struct values *values = states->history->values;
	struct value held = { state };

	(void)choice;
	*next = state;
	if (call->verb == VERB_READ)
		return call_is_open(call) || value_equal(call->result, held) ?
			       STEP_YES : STEP_NO;
	if (value_is_nil(held) || value_compare(values, call->arg, held) > 0)
		*next = call->arg.bits;
	return STEP_YES;
}

/* Calls that change no state, whatever it is, cost the search almost nothing;
 * to say so of any other would be a mistake. */
static bool max_is_pure(const struct states *states, const struct call *call)
{
	(void)states;
	return call->verb == VERB_READ;
}

static const char *max_describe(const struct states *states, uint32_t state,
				struct arena *arena)
{
	return value_text(states->history->values, (struct value){ state },
			  arena);
}

const struct model ordeal_model = {
	.name = "max-register",
	.summary = "keeps the highest number written",
	.verbs = 1u << VERB_READ | 1u << VERB_WRITE,
	.shrink = SHRINK_PURE,
	.init = max_init,
	.step = max_step,
	.is_pure = max_is_pure,
	.describe = max_describe,
};
