/* SPDX-License-Identifier: MIT */
/* Operations in very few words. */
#include "harness/report/html_private.h"
#include "harness/report/text.h"

#define VALUE_POINTS 24
#define ELEMENTS_SHOWN 2

/* Of a long list its end, where what matters is. */
static const char *value_short(const struct values *values, struct value value,
			       struct arena *arena)
{
	const char *text = "]";

	if (value_is_nil(value))
		return "nil";
	if (value_kind(values, value) != VALUE_LIST ||
	    value_list_length(values, value) <= ELEMENTS_SHOWN + 1)
		return text_cut(arena, value_text(values, value, arena),
				VALUE_POINTS);
	for (int i = 0; i < ELEMENTS_SHOWN; i++) {
		struct value last = value_list_last(values, value);

		text = arena_printf(arena, " %s%s",
				    text_cut(arena,
					     value_text(values, last, arena),
					     VALUE_POINTS),
				    text);
		value = value_list_rest(values, value);
	}
	return arena_printf(arena, "[\u2026%s", text);
}

const char *html_value_short(const struct history *history,
			     const struct action *action, struct arena *arena)
{
	const struct values *values = history->values;
	struct value value =
		value_is_nil(action->result) ? action->arg : action->result;

	if (action->verb != VERB_CAS)
		return value_short(values, value, arena);
	return arena_printf(arena, "%s\u2192%s",
			    value_short(values, action->expected, arena),
			    value_short(values, action->arg, arena));
}

static const char *action_short(const struct history *history,
				const struct action *action,
				const struct op *op, struct arena *arena)
{
	const struct values *values = history->values;
	const char *text = action->verb == VERB_READ && op->action_count > 1
				   ? "r"
				   : history_f_name(history, action->verb);

	if (!value_is_nil(action->key))
		text = arena_printf(arena, "%s %s", text,
				    value_short(values, action->key, arena));
	if (action->verb == VERB_CAS)
		text = arena_printf(arena, "%s %s", text,
				    html_value_short(history, action, arena));
	else if (!value_is_nil(action->arg))
		text = arena_printf(arena, "%s %s", text,
				    value_short(values, action->arg, arena));
	if (!value_is_nil(action->result) ||
	    (verb_reads((enum verb)action->verb) && op->outcome == OUTCOME_OK))
		text = arena_printf(arena, "%s: %s", text,
				    value_short(values, action->result, arena));
	return text;
}

const char *html_op_short(const struct history *history, uint32_t number,
			  struct arena *arena)
{
	const struct op *op = &history->ops[number];
	const struct action *actions = op_actions(history, op);
	const char *text = "";

	if (op->action_count == 0)
		return history_f_name(history, op->f);
	for (size_t i = 0; i < op->action_count && i < 8; i++)
		text = arena_printf(
			arena, "%s%s%s", text, i ? ", " : "",
			action_short(history, &actions[i], op, arena));
	return text;
}
