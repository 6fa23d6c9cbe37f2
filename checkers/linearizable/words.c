/* SPDX-License-Identifier: MIT */
/* Calls in words. */
#include "checkers/linearizable/explain.h"

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

const char *call_text(const struct history *history, const struct call *call,
		      struct arena *arena)
{
	const struct values *values = history->values;
	const char *name = history_f_name(history, call->verb);
	const char *arg = value_text(values, call->arg, arena);

	if (call_is_transaction(history, call) ||
	    history->ops[call->op].f == VERB_TXN)
		return transaction_text(history, call, arena);
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
