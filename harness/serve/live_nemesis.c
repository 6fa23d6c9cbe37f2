/* SPDX-License-Identifier: MIT */
/* What a run says of itself, as it goes on: phases, faults, findings. */
#include "harness/serve/live_private.h"

#include <stdio.h>
#include <string.h>

static const char *member(const json_t *value, const char *name)
{
	const char *text = json_string_value(json_object_get(value, name));

	return text ? text : "";
}

static bool member_is(const json_t *value, const char *name, const char *text)
{
	return strcmp(member(value, name), text) == 0;
}

static void set_phase(struct live_view *view, const json_t *value,
		      int64_t time_ns)
{
	const char *phase = json_string_value(value);

	if (!phase)
		return;
	snprintf(view->phase, sizeof(view->phase), "%s", phase);
	if (strcmp(phase, "main") == 0)
		view->main_ns = time_ns;
}

static struct live_fault *fault_of(struct live_view *view, const char *name)
{
	for (size_t i = 0; i < view->fault_count; i++) {
		if (strcmp(view->faults[i].name, name) == 0)
			return &view->faults[i];
	}
	if (view->fault_count == LIVE_FAULTS_MAX)
		return NULL;
	snprintf(view->faults[view->fault_count].name,
		 sizeof(view->faults[0].name), "%s", name);
	return &view->faults[view->fault_count++];
}

static void count_fault(struct live_view *view, const char *name,
			const json_t *value, int64_t time_ns)
{
	bool is_end = member_is(value, "stage", "end");
	struct live_fault *fault;

	if (!json_is_object(value) || !(fault = fault_of(view, name)))
		return;
	if (member_is(value, "do", "heal")) {
		if (is_end)
			fault->is_in_force = false;
		return;
	}
	if (!member_is(value, "do", "inject"))
		return;
	if (!is_end) {
		fault->injected++;
		fault->was_in_force = fault->is_in_force;
		fault->is_in_force = true;
		fault->since_ns = time_ns;
	}
	if (is_end && member_is(value, "effect", "skipped"))
		fault->is_in_force = fault->was_in_force;
	fault->proven += is_end && member_is(value, "effect", "proven");
	snprintf(fault->effect, sizeof(fault->effect), "%s",
		 member(value, "effect"));
	snprintf(fault->target, sizeof(fault->target), "%s",
		 member(value, "target"));
}

static void add_finding(struct live_view *view, const char *name,
			const json_t *value, const struct live_line *line)
{
	struct live_finding *finding =
		&view->findings[view->finding_count++ % LIVE_FINDINGS_MAX];
	char error[200];

	live_text(&line->error, error, sizeof(error));
	finding->time_ns = line->time_ns;
	snprintf(finding->text, sizeof(finding->text), "%s: %s%s%s%s%s", name,
		 member(value, "node"), *member(value, "node") ? " " : "",
		 member(value, "file"), *member(value, "text") ? ": " : "",
		 *member(value, "text") ? member(value, "text") : error);
}

void live_count_nemesis(struct live_view *view, const struct live_line *line)
{
	json_t *value = line->value.text ? json_loadb(line->value.text,
						      line->value.length,
						      JSON_DECODE_ANY, NULL)
					 : NULL;
	char name[64];

	live_text(&line->f, name, sizeof(name));
	if (strcmp(name, "phase") == 0)
		set_phase(view, value, line->time_ns);
	else if (strcmp(name, "log-finding") == 0 ||
		 strcmp(name, "log-missing") == 0 ||
		 strcmp(name, "harness-error") == 0)
		add_finding(view, name, value, line);
	else
		count_fault(view, name, value, line->time_ns);
	json_decref(value);
}
