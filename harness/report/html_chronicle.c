/* SPDX-License-Identifier: MIT */
#include "harness/report/html_chronicle.h"

#include <string.h>

#include "harness/report/text.h"

#define DETAIL_POINTS 400
#define LEADERS_NAMED 32 /* at a time; more are not to be believed */

struct reading {
	struct chronicle *chronicle;
	const struct history *history;
	struct arena *arena;
};

const char *band_effect_name(enum band_effect effect)
{
	static const char *const names[] = {
		[BAND_UNKNOWN] = "unknown",
		[BAND_PROVEN] = "proven",
		[BAND_ABSENT] = "absent",
		[BAND_SKIPPED] = "skipped",
	};

	return names[effect];
}

struct value chronicle_member(const struct history *history, struct value map,
			      const char *name)
{
	const struct values *values = history->values;
	struct value key = value_find_string(values, name, strlen(name));

	if (value_is_nil(key) || value_kind(values, map) != VALUE_MAP)
		return value_nil();
	return value_map_find(values, map, key, NULL);
}

static struct value member(const struct reading *reading, struct value map,
			   const char *name)
{
	return chronicle_member(reading->history, map, name);
}

struct value chronicle_said(const struct history *history, const struct op *op)
{
	const struct action *action;

	if (op->action_count == 0)
		return value_nil();
	action = op_actions(history, op);
	return value_is_nil(action->arg) ? action->result : action->arg;
}

/* A string as it is, nothing for nil, all else as JSON. */
static const char *plain(const struct reading *reading, struct value value)
{
	const struct values *values = reading->history->values;
	const char *text;

	if (value_is_nil(value))
		return "";
	if (value_kind(values, value) == VALUE_STRING)
		text = value_as_string(values, value, NULL);
	else
		text = value_text(values, value, reading->arena);
	return text_cut(reading->arena, text, DETAIL_POINTS);
}

static bool says(const struct reading *reading, struct value map,
		 const char *name, const char *text)
{
	return strcmp(plain(reading, member(reading, map, name)), text) == 0;
}

static enum band_effect effect_of(const struct reading *reading,
				  struct value value)
{
	if (says(reading, value, "effect", "proven"))
		return BAND_PROVEN;
	if (says(reading, value, "effect", "skipped"))
		return BAND_SKIPPED;
	return says(reading, value, "effect", "absent") ? BAND_ABSENT
							: BAND_UNKNOWN;
}

static size_t fault_number(struct chronicle *chronicle, const char *name)
{
	size_t i = 0;

	while (i < chronicle->fault_count &&
	       strcmp(chronicle->fault_names[i], name) != 0)
		i++;
	if (i == chronicle->fault_count)
		chronicle->fault_names[chronicle->fault_count++] = name;
	return i;
}

/* The last injection of that fault that is not healed, or NULL. One that was
 * skipped leaves the one before it in force. */
static struct band *open_band(struct chronicle *chronicle, const char *name)
{
	for (size_t i = chronicle->band_count; i > 0; i--) {
		struct band *band = &chronicle->bands[i - 1];

		if (band->effect != BAND_SKIPPED &&
		    strcmp(band->name, name) == 0)
			return band->end_ns < 0 ? band : NULL;
	}
	return NULL;
}

static struct band *begin_band(struct chronicle *chronicle, const char *name,
			       int64_t time_ns)
{
	struct band *band = &chronicle->bands[chronicle->band_count++];

	*band = (struct band){
		.name = name,
		.number = fault_number(chronicle, name),
		.start_ns = time_ns,
		.proven_ns = -1,
		.heal_ns = -1,
		.end_ns = -1,
		.target = "",
		.detail = "",
		.error = "",
	};
	return band;
}

/* The member that says most about where a fault struck. */
static const char *what_was_hit(const struct reading *reading,
				struct value value)
{
	static const char *const names[] = { "nodes", "grudge", "links" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct value found = member(reading, value, names[i]);

		if (!value_is_nil(found))
			return plain(reading, found);
	}
	return "";
}

static void end_injection(const struct reading *reading, struct band *band,
			  const struct op *op, struct value value)
{
	band->effect = effect_of(reading, value);
	if (band->effect == BAND_PROVEN)
		band->proven_ns = op->invoke_ns;
	band->detail = what_was_hit(reading, value);
	band->error = plain(reading, op->error);
	if (!*band->target)
		band->target = plain(reading, member(reading, value, "target"));
	if (band->effect == BAND_ABSENT || band->effect == BAND_SKIPPED)
		band->end_ns = op->invoke_ns;
}

static void read_fault(const struct reading *reading, const char *name,
		       const struct op *op, struct value value)
{
	struct chronicle *chronicle = reading->chronicle;
	struct band *band = open_band(chronicle, name);
	bool is_end = says(reading, value, "stage", "end");

	if (!is_end && !says(reading, value, "stage", "begin"))
		return;
	if (says(reading, value, "do", "inject")) {
		if (!is_end || !band)
			band = begin_band(chronicle, name, op->invoke_ns);
		if (!*band->target)
			band->target = plain(reading,
					     member(reading, value, "target"));
		if (is_end)
			end_injection(reading, band, op, value);
	} else if (says(reading, value, "do", "heal") && band) {
		if (!is_end || band->heal_ns < 0)
			band->heal_ns = op->invoke_ns;
		if (is_end) {
			band->end_ns = op->invoke_ns;
			band->heal_effect = effect_of(reading, value);
			if (!*band->error)
				band->error = plain(reading, op->error);
		}
	}
}

static void add_note(const struct reading *reading, const char *kind,
		     const struct op *op, struct value value)
{
	struct note *note =
		&reading->chronicle->notes[reading->chronicle->note_count++];
	const char *file = plain(reading, member(reading, value, "file"));
	const char *line = plain(reading, member(reading, value, "line"));
	const char *text = plain(reading, member(reading, value, "text"));
	const char *error = plain(reading, op->error);

	if (!*file && !*text)
		text = plain(reading, value);
	note->kind = kind;
	note->node = plain(reading, op->node);
	note->text = arena_printf(reading->arena, "%s%s%s%s%s%s%s", file,
				  *line ? ":" : "", line, *file ? ": " : "",
				  text, *text && *error ? ": " : "", error);
}

/* The history tells each change, as a list of nodes. */
static void read_leader(const struct reading *reading, const struct op *op,
			struct value value)
{
	const struct values *values = reading->history->values;
	struct leader_mark *mark =
		&reading->chronicle
			 ->leaders[reading->chronicle->leader_count];
	struct value names[LEADERS_NAMED];
	const char *nodes = "";
	size_t count;

	if (value_kind(values, value) != VALUE_LIST)
		return;
	count = value_list_length(values, value);
	if (count > LEADERS_NAMED)
		return;
	value_list_elements(values, value, names);
	for (size_t i = 0; i < count; i++)
		nodes = arena_printf(reading->arena, "%s%s%s", nodes,
				     i ? ", " : "", plain(reading, names[i]));
	*mark = (struct leader_mark){ text_cut(reading->arena, nodes,
					       DETAIL_POINTS),
				      op->invoke_ns };
	reading->chronicle->leader_count++;
}

static void read_entry(const struct reading *reading, const struct op *op)
{
	struct chronicle *chronicle = reading->chronicle;
	const char *f = history_f_name(reading->history, op->f);
	struct value value = chronicle_said(reading->history, op);

	if (strcmp(f, "phase") == 0)
		chronicle->phases[chronicle->phase_count++] =
			(struct phase_mark){ plain(reading, value),
					     op->invoke_ns };
	else if (strcmp(f, "leader") == 0)
		read_leader(reading, op, value);
	else if (strncmp(f, "log-", 4) == 0 || strcmp(f, "harness-error") == 0)
		add_note(reading, f, op, value);
	else
		read_fault(reading, f, op, value);
}

static void see_time(struct chronicle *chronicle, int64_t time_ns)
{
	if (time_ns < 0)
		return;
	if (!chronicle->has_times || time_ns < chronicle->start_ns)
		chronicle->start_ns = time_ns;
	if (!chronicle->has_times || time_ns > chronicle->end_ns)
		chronicle->end_ns = time_ns;
	chronicle->has_times = true;
}

void chronicle_read(struct chronicle *chronicle, const struct history *history,
		    struct arena *arena)
{
	struct reading reading = { chronicle, history, arena };
	size_t count = 0;

	*chronicle = (struct chronicle){ 0 };
	if (!history)
		return;
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		see_time(chronicle, op->invoke_ns);
		see_time(chronicle, op->complete_ns);
		if (op_is_client(op))
			chronicle->client_count++;
		else
			count++;
	}
	chronicle->bands = arena_array(arena, count, sizeof(struct band));
	chronicle->fault_names = arena_array(arena, count, sizeof(char *));
	chronicle->phases =
		arena_array(arena, count, sizeof(struct phase_mark));
	chronicle->leaders =
		arena_array(arena, count, sizeof(struct leader_mark));
	chronicle->notes = arena_array(arena, count, sizeof(struct note));
	for (size_t i = 0; i < history->op_count; i++) {
		if (!op_is_client(&history->ops[i]))
			read_entry(&reading, &history->ops[i]);
	}
}
