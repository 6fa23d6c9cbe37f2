/* SPDX-License-Identifier: MIT */
/* Calls in words. */
#include "checkers/linearizable/explain.h"

#include <inttypes.h>

#include "checkers/linearizable/shown.h"

static const char *shown_result(const struct history *history,
				const struct call *call, struct arena *arena)
{
	if (call_is_open(call))
		return "?";
	if (value_is_nil(call->result) && call->verb != VERB_READ)
		return "nothing";
	return value_text(history->values, call->result, arena);
}

static const char *action_text(const struct history *history,
			       const struct action *action, bool is_open,
			       struct arena *arena)
{
	const struct values *values = history->values;
	const char *key = value_text(values, action->key, arena);

	if (action->verb == VERB_READ)
		return arena_printf(arena, "read %s -> %s", key,
				    is_open ? "?" :
					      value_text(values, action->result,
							 arena));
	if (action->verb == VERB_CAS)
		return arena_printf(arena, "cas %s from %s to %s", key,
				    value_text(values, action->expected, arena),
				    value_text(values, action->arg, arena));
	return arena_printf(arena, "%s %s %s",
			    history_f_name(history, action->verb), key,
			    value_text(values, action->arg, arena));
}

static const char *transaction_text(const struct history *history,
				    const struct call *call,
				    struct arena *arena)
{
	const struct op *op = &history->ops[call->op];
	const struct action *actions = op_actions(history, op);
	const char *text = "";

	for (size_t i = 0; i < op->action_count; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? "; " : "",
				    action_text(history, &actions[i],
						call_is_open(call), arena));
	return arena_printf(arena, "{%s}", text);
}

const char *call_text(const struct judge *judge, const struct call *call,
		      struct arena *arena)
{
	const struct history *history = judge->history;
	const struct values *values = history->values;
	const char *name = history_f_name(history, call->verb);
	const char *arg = value_text(values, call->arg, arena);

	if (call_is_transaction(history, call) ||
	    history->ops[call->op].f == VERB_TXN)
		return transaction_text(history, call, arena);
	if (judge->settings->shown && call->verb == VERB_READ &&
	    value_kind(values, call->result) == VALUE_LIST)
		return arena_printf(arena, "%s -> %s", name,
				    shown_read_text(judge, call, arena));
	switch (call->verb) {
	case VERB_READ:
	case VERB_DEQUEUE:
	case VERB_POP:
	case VERB_PEEK:
		return arena_printf(arena, "%s -> %s", name,
				    shown_result(history, call, arena));
	case VERB_CAS:
		return arena_printf(arena, "cas from %s to %s%s",
				    value_text(values, call->expected, arena),
				    arg, call->is_refused ? " -> refused" : "");
	case VERB_CONTAINS:
	case VERB_POLL:
		return arena_printf(arena, "%s %s -> %s", name, arg,
				    shown_result(history, call, arena));
	default:
		break;
	}
	if (value_is_nil(call->arg))
		arg = "";
	if (value_is_nil(call->result))
		return arena_printf(arena, "%s%s%s", name, *arg ? " " : "",
				    arg);
	return arena_printf(arena, "%s%s%s -> %s", name, *arg ? " " : "", arg,
			    value_text(values, call->result, arena));
}

const char *when_text(int64_t time_ns, struct arena *arena)
{
	if (time_ns < 0)
		return "";
	return arena_printf(arena, " (%.3f s)", (double)time_ns / 1e9);
}

const char *who_text(const struct history *history, const struct op *op,
			    struct arena *arena)
{
	const char *node = NULL;

	if (value_kind(history->values, op->node) == VALUE_STRING)
		node = value_as_string(history->values, op->node, NULL);
	return arena_printf(arena, "process %" PRId32 "%s%s", op->process,
			    node ? " on " : "", node ? node : "");
}

const char *states_text(const struct judge *judge, const struct states *states,
			const struct search_result *result, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < result->state_count && i < 8; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " or " : "",
				    judge->model->describe(
					    states, result->states[i], arena));
	if (result->state_count > 8)
		text = arena_printf(arena, "%s or others", text);
	return text;
}
