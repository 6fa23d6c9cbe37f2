/* SPDX-License-Identifier: MIT */
#include "checkers/moment.h"

#include <string.h>

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_NONE] = "none",
	[PHASE_MAIN] = "main",
	[PHASE_HEALING] = "healing",
	[PHASE_FINAL] = "final",
};

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}

struct value moment_member(const struct history *history, struct value map,
			   const char *name)
{
	struct value key =
		value_find_string(history->values, name, strlen(name));

	if (value_is_nil(key) || value_kind(history->values, map) != VALUE_MAP)
		return value_nil();
	return value_map_find(history->values, map, key, NULL);
}

const char *moment_text(const struct history *history, struct value value)
{
	if (value_kind(history->values, value) != VALUE_STRING)
		return NULL;
	return value_as_string(history->values, value, NULL);
}

static bool member_is(const struct history *history, struct value map,
		      const char *name, const char *text)
{
	const char *found =
		moment_text(history, moment_member(history, map, name));

	return found && strcmp(found, text) == 0;
}

static void read_phase(const struct history *history, struct moment *moment)
{
	const char *name = moment_text(history, moment->value);

	for (int i = PHASE_MAIN; name && i < PHASE_COUNT; i++) {
		if (strcmp(name, phase_names[i]) == 0) {
			moment->kind = MOMENT_PHASE;
			moment->phase = (enum phase)i;
		}
	}
}

static void read_fault(const struct history *history, struct moment *moment)
{
	struct value value = moment->value;
	bool is_end = member_is(history, value, "stage", "end");

	if (!is_end && !member_is(history, value, "stage", "begin"))
		return;
	if (member_is(history, value, "do", "inject"))
		moment->kind = is_end ? MOMENT_INJECT_END : MOMENT_INJECT_BEGIN;
	else if (member_is(history, value, "do", "heal"))
		moment->kind = is_end ? MOMENT_HEAL_END : MOMENT_HEAL_BEGIN;
	if (member_is(history, value, "effect", "proven"))
		moment->effect = MOMENT_PROVEN;
	else if (member_is(history, value, "effect", "absent"))
		moment->effect = MOMENT_ABSENT;
	else if (member_is(history, value, "effect", "skipped"))
		moment->effect = MOMENT_SKIPPED;
	moment->is_total = member_is(history, value, "target", "all");
}

void moment_read(const struct history *history, const struct op *op,
		 struct moment *moment)
{
	const char *f = history_f_name(history, op->f);

	*moment = (struct moment){ .kind = MOMENT_OTHER };
	if (op->action_count > 0) {
		const struct action *action = op_actions(history, op);

		moment->value = value_is_nil(action->arg) ? action->result
							  : action->arg;
	}
	if (strcmp(f, "phase") == 0)
		read_phase(history, moment);
	else if (strcmp(f, "log-finding") == 0)
		moment->kind = MOMENT_FINDING;
	else if (strcmp(f, "log-missing") == 0)
		moment->kind = MOMENT_LOG_MISSING;
	else if (strcmp(f, "harness-error") == 0)
		moment->kind = MOMENT_HARNESS_ERROR;
	else
		read_fault(history, moment);
}
