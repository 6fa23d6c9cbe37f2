/* SPDX-License-Identifier: MIT */
/* Which cells a rule speaks of, what is expected of them, and which of them
 * get in each other's way. */
#include <inttypes.h>
#include <string.h>

#include "harness/engine/campaign_private.h"
#include "harness/report/explain.h"
#include "harness/report/text.h"

/* The text of what the cell has under that name, or NULL. */
static const char *label_at(struct campaign *campaign, const struct cell *cell,
			    const char *name)
{
	const char *label = json_string_value(json_object_get(cell->at, name));
	json_t *value = json_object_get(cell->config, name);

	if (label || !value)
		return label;
	return campaign_label(&campaign->arena, value);
}

static bool is_label(struct campaign *campaign, const char *label,
		     json_t *wanted)
{
	json_t *one;
	size_t i;

	if (strcmp(label, campaign_label(&campaign->arena, wanted)) == 0)
		return true;
	json_array_foreach(wanted, i, one) {
		if (strcmp(label, campaign_label(&campaign->arena, one)) == 0)
			return true;
	}
	return false;
}

bool cell_matches(struct campaign *campaign, const struct cell *cell,
		  json_t *when)
{
	const char *name;
	json_t *wanted;

	json_object_foreach(when, name, wanted) {
		const char *label = label_at(campaign, cell, name);

		if (!label || !is_label(campaign, label, wanted))
			return false;
	}
	return true;
}

/* An axis, or something of the base or of an included cell. */
static bool is_name(const struct campaign *campaign, const char *name)
{
	json_t *include = json_object_get(campaign->source, "include");
	json_t *object;
	size_t i;

	for (i = 0; i < campaign->axis_count; i++) {
		if (strcmp(campaign->axes[i].name, name) == 0)
			return true;
	}
	json_array_foreach(include, i, object) {
		if (json_object_get(object, name))
			return true;
	}
	return json_object_get(campaign->base, name) != NULL;
}

int campaign_check_when(struct campaign *campaign, json_t *when,
			const char *pointer, struct error *err)
{
	const char *names[65] = { NULL };
	const char *name;
	const char *near;
	json_t *wanted;

	if (!json_is_object(when))
		return error_set(err, "%s: %s: an object is wanted",
				 campaign->file, pointer);
	for (size_t i = 0; i < campaign->axis_count && i < 64; i++)
		names[i] = campaign->axes[i].name;
	json_object_foreach(when, name, wanted) {
		if (is_name(campaign, name))
			continue;
		near = nearest_name(name, names);
		return error_set(err, "%s: %s: no axis and nothing in the "
				      "base has this name%s%s%s",
				 campaign->file,
				 json_pointer(&campaign->arena, pointer, name),
				 near ? "; did you mean '" : "",
				 near ? near : "", near ? "'?" : "");
	}
	return 0;
}

static int wrong(const struct campaign *campaign, struct error *err,
		 const char *pointer, const char *what)
{
	return error_set(err, "%s: %s: %s", campaign->file, pointer, what);
}

static int read_verdict(const struct campaign *campaign,
			struct expectation *expect, const json_t *json,
			const char *pointer, struct error *err)
{
	const char *text = json_string_value(json);

	*expect = (struct expectation){ .kind = VERDICT_INVALID };
	if (!json)
		return 0; /* "anomaly" alone */
	for (int kind = VERDICT_UNKNOWN; text && kind <= VERDICT_INVALID;
	     kind++) {
		expect->kind = (enum verdict_kind)kind;
		if (strcmp(text, verdict_kind_name(expect->kind)) == 0)
			return 0;
	}
	expect->is_any = text && strcmp(text, "any") == 0;
	return expect->is_any ? 0 :
		wrong(campaign, err, pointer,
		      "\"valid\", \"invalid\", \"unknown\" or \"any\" is "
		      "wanted");
}

static int read_anomalies(struct campaign *campaign, struct cell *cell,
			  json_t *json, const char *pointer, struct error *err)
{
	size_t count = json_is_array(json) ? json_array_size(json) : 1;

	if (!json)
		return 0;
	if (cell->expect.is_any || cell->expect.kind != VERDICT_INVALID)
		return wrong(campaign, err, pointer,
			     "only of an invalid run can an anomaly be "
			     "expected");
	cell->expect.anomalies = arena_array(&campaign->arena, count + 1,
					     sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(
			json_is_array(json) ? json_array_get(json, i) : json);
		const struct explanation *known =
			name ? explanation_find(name) : NULL;

		if (!known || known->kind != EXPLAIN_ANOMALY)
			return error_set(err,
					 "%s: %s: there is no anomaly '%s'; "
					 "'ordeal explain' names all",
					 campaign->file, pointer,
					 name ? name : "");
		cell->expect.anomalies[i] = name;
	}
	return 0;
}

/* A word, or {"verdict": ..., "anomaly": ..., "when": {...}}. */
static int read_rule(struct campaign *campaign, struct cell *cell,
		     json_t *rule, const char *pointer, struct error *err)
{
	struct arena *arena = &campaign->arena;
	const char *key;
	json_t *value;

	if (!json_is_object(rule))
		return read_verdict(campaign, &cell->expect, rule, pointer,
				    err);
	json_object_foreach(rule, key, value) {
		if (strcmp(key, "verdict") != 0 &&
		    strcmp(key, "anomaly") != 0 && strcmp(key, "when") != 0)
			return wrong(campaign, err,
				     json_pointer(arena, pointer, key),
				     "an expectation has \"verdict\", "
				     "\"anomaly\" and \"when\"");
	}
	if (read_verdict(campaign, &cell->expect,
			 json_object_get(rule, "verdict"),
			 json_pointer(arena, pointer, "verdict"), err))
		return -1;
	return read_anomalies(campaign, cell, json_object_get(rule, "anomaly"),
			      json_pointer(arena, pointer, "anomaly"), err);
}

int campaign_expect(struct campaign *campaign, struct cell *cell,
		    json_t *expect, const char *pointer, struct error *err)
{
	size_t count = json_is_array(expect) ? json_array_size(expect) : 1;

	cell->expect = (struct expectation){ .kind = VERDICT_VALID };
	if (!expect)
		return 0;
	for (size_t i = 0; i < count; i++) {
		json_t *rule = expect;
		const char *where = pointer;
		json_t *when;

		if (json_is_array(expect)) {
			rule = json_array_get(expect, i);
			where = arena_printf(&campaign->arena, "%s/%zu",
					     pointer, i);
		}
		when = json_object_get(rule, "when");
		if (when &&
		    campaign_check_when(campaign, when,
					json_pointer(&campaign->arena, where,
						     "when"),
					err))
			return -1;
		if (!when || cell_matches(campaign, cell, when))
			return read_rule(campaign, cell, rule, where, err);
	}
	return 0;
}

bool expectation_is_met(const struct expectation *expect,
			enum verdict_kind kind, const json_t *anomalies)
{
	if (expect->is_any)
		return true;
	if (kind != expect->kind)
		return false;
	for (size_t i = 0; expect->anomalies && expect->anomalies[i]; i++) {
		if (json_object_get(anomalies, expect->anomalies[i]))
			return true;
	}
	return !expect->anomalies;
}

const char *expectation_text(const struct expectation *expect,
			     struct arena *arena)
{
	const char *text = expect->is_any ? "anything" :
					    verdict_kind_name(expect->kind);

	for (size_t i = 0; expect->anomalies && expect->anomalies[i]; i++)
		text = arena_printf(arena, "%s %s %s", text,
				    i ? "or" : "with", expect->anomalies[i]);
	return text;
}

const char *cell_state_name(enum cell_state state)
{
	static const char *const names[] = {
		[CELL_PLANNED] = "planned",
		[CELL_RUNNING] = "running",
		[CELL_DONE] = "done",
		[CELL_TROUBLE] = "trouble",
		[CELL_INTERRUPTED] = "interrupted",
	};

	return names[state];
}

const char *cell_verdict_text(const struct cell *cell, struct arena *arena)
{
	const char *text = cell->state == CELL_DONE ?
				   verdict_kind_name(cell->kind) :
				   cell_state_name(cell->state);
	const char *before = " with ";
	const char *name;
	json_t *count;

	if (cell->state != CELL_DONE)
		return text;
	json_object_foreach(cell->anomalies, name, count) {
		text = arena_printf(arena, "%s%s%s", text, before,
				    text_shown(arena, name, false));
		before = ", ";
	}
	return text;
}

const char *cell_text(const struct cell *cell, struct arena *arena)
{
	const char *text = "";
	const char *name;
	json_t *label;

	json_object_foreach(cell->at, name, label) {
		text = arena_printf(arena, "%s%s%s=%s", text, *text ? " " : "",
				    name, json_string_value(label));
	}
	return *text ? text_shown(arena, text, false) : "the base alone";
}

bool cells_collide(const struct cell *a, const struct cell *b,
		   const char **shared)
{
	for (size_t i = 0; a->resources[i]; i++) {
		for (size_t j = 0; b->resources[j]; j++) {
			if (strcmp(a->resources[i], b->resources[j]) == 0 &&
			    !strstr(a->resources[i], "%j")) {
				*shared = a->resources[i];
				return true;
			}
		}
	}
	return false;
}

/* True when the cell can run beside all of those. */
static bool fits(struct cell *const *group, size_t count,
		 const struct cell *cell, const char **shared)
{
	for (size_t i = 0; i < count; i++) {
		if (cells_collide(group[i], cell, shared))
			return false;
	}
	return true;
}

/* Taken greedily, as the campaign will do it. */
int campaign_check_jobs(struct campaign *campaign, struct error *err)
{
	int64_t jobs = options_int(campaign->options, "jobs");
	const char *shared = NULL;
	struct cell **group;
	size_t count = 0;

	if (jobs < 1 || jobs > JOBS_MAX)
		return error_set(err, "jobs: 1 to %d runs at a time are "
				      "possible",
				 JOBS_MAX);
	group = arena_array(&campaign->arena, (size_t)jobs, sizeof(*group));
	for (size_t i = 0; i < campaign->cell_count && count < (size_t)jobs;
	     i++) {
		if (fits(group, count, &campaign->cells[i], &shared))
			group[count++] = &campaign->cells[i];
	}
	if (count < (size_t)jobs && shared)
		return error_set(err, "jobs: %" PRId64 " runs cannot go on at "
				      "a time, for cells need %s each; have "
				      "one job less, or give each job a "
				      "cluster of its own with \"cluster\": "
				      "\"NAME%%j\"",
				 jobs, shared);
	return 0;
}
