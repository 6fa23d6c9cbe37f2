/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/choose.h"

#include <inttypes.h>
#include <string.h>

#include "checkers/linearizable/models.h"

/* What was seen in a history. */
struct traits {
	uint32_t verbs;
	bool has_transactions;
	bool has_tokens; /* an acquire brought a number */
	bool reads_lists;
	bool reads_strings;
	const char *foreign; /* a verb that no model knows */
};

static void look_at(struct traits *traits, const struct history *history,
		    const struct call *call)
{
	enum value_kind kind = value_kind(history->values, call->result);

	if (call->verb >= VERB_COUNT || call->verb == VERB_NONE) {
		if (!traits->foreign)
			traits->foreign = history_f_name(history, call->verb);
		return;
	}
	traits->verbs |= VERB_BIT(call->verb);
	if (call->verb == VERB_ACQUIRE && kind == VALUE_INT)
		traits->has_tokens = true;
	if (call->verb == VERB_READ && kind == VALUE_LIST)
		traits->reads_lists = true;
	if (call->verb == VERB_READ && kind == VALUE_STRING)
		traits->reads_strings = true;
}

static void look(struct traits *traits, const struct history *history)
{
	struct calls one = { 0 };

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (!op_is_client(op))
			continue;
		if (op->action_count > 1 || op->f == VERB_TXN)
			traits->has_transactions = true;
		for (size_t a = 0; a < op->action_count; a++) {
			const struct action *action =
				&op_actions(history, op)[a];

			if (a > 0 && action->verb < VERB_COUNT)
				traits->verbs |= VERB_BIT(action->verb);
		}
		one.count = 0;
		calls_add(&one, history, i, true, 1);
		if (op->f == VERB_DRAIN)
			traits->verbs |= VERB_BIT(VERB_DEQUEUE);
		else if (one.count)
			look_at(traits, history, &one.items[0]);
	}
	calls_release(&one);
}

static bool only(const struct traits *traits, const struct model *model)
{
	return (traits->verbs & ~model->verbs) == 0;
}

static bool any(const struct traits *traits, enum verb verb)
{
	return traits->verbs & VERB_BIT(verb);
}

static const struct model *fit(const struct traits *traits)
{
	if (traits->has_transactions)
		return only(traits, &model_multi_register) ?
			       &model_multi_register : NULL;
	if (only(traits, &model_register))
		return &model_register;
	if (only(traits, &model_cas_register))
		return &model_cas_register;
	if (any(traits, VERB_ACQUIRE) || any(traits, VERB_RELEASE))
		return !only(traits, &model_mutex) ? NULL :
		       traits->has_tokens	   ? &model_fenced_lock :
						     &model_mutex;
	if (any(traits, VERB_APPEND) && only(traits, &model_kv_string))
		return any(traits, VERB_WRITE) || traits->reads_strings ?
			       &model_kv_string : &model_list;
	if (any(traits, VERB_PUSH) && only(traits, &model_stack))
		return &model_stack;
	if (only(traits, &model_fifo_queue))
		return &model_fifo_queue;
	if (only(traits, &model_stack))
		return &model_stack;
	if (only(traits, &model_counter))
		return &model_counter;
	if (only(traits, &model_set))
		return &model_set;
	if (only(traits, &model_log))
		return &model_log;
	return NULL;
}

static const char *verbs_text(const struct traits *traits, struct arena *arena)
{
	const char *text = traits->foreign ? traits->foreign : "";

	for (enum verb verb = VERB_READ; verb < VERB_COUNT; verb++) {
		if (any(traits, verb))
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? ", " : "",
					    verb_name(verb));
	}
	return text;
}

const struct model *choose_model(const struct history *history,
				 struct arena *arena, const char **reason)
{
	struct traits traits = { 0 };
	const struct model *model;

	look(&traits, history);
	model = traits.foreign ? NULL : fit(&traits);
	if (!model)
		*reason = arena_printf(
			arena, "no model fits operations of %s%s; choose one "
			       "with the option model",
			verbs_text(&traits, arena),
			traits.has_transactions ? " in transactions" : "");
	return model;
}

const char *model_misfit(const struct model *model,
			 const struct history *history, struct arena *arena)
{
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *actions = op_actions(history, op);
		struct calls one = { 0 };
		uint16_t verb;

		if (!op_is_client(op))
			continue;
		if (op->action_count > 1 && !model->is_whole)
			return arena_printf(arena, "the operation of index "
					    "%" PRIu64 " has several actions, "
					    "which the model %s has not",
					    history_index(history, op->invoke),
					    model->name);
		for (size_t a = 0; a < op->action_count || a == 0; a++) {
			verb = op->action_count ? actions[a].verb : op->f;
			if (verb < VERB_COUNT && model->verbs & VERB_BIT(verb))
				continue;
			one.count = 0;
			calls_add(&one, history, i, true, 1);
			verb = one.count ? one.items[0].verb : verb;
			calls_release(&one);
			if (one.count == 0 && op->outcome == OUTCOME_FAIL)
				continue;
			if (verb >= VERB_COUNT ||
			    !(model->verbs & VERB_BIT(verb)))
				return arena_printf(
					arena, "the model %s does not know "
					"'%s' (index %" PRIu64 ")",
					model->name,
					history_f_name(history, verb),
					history_index(history, op->invoke));
		}
	}
	return NULL;
}
