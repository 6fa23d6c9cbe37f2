/* SPDX-License-Identifier: MIT */
/* A plan of faults from a file. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/option.h"
#include "harness/engine/schedule.h"
#include "harness/report/json.h"

static int wrong(struct error *err, const char *path, size_t index,
		 const char *member, const char *what)
{
	return error_set(err, "%s: /%zu/%s: %s", path, index, member, what);
}

static int read_time(const json_t *at, int64_t *ns)
{
	struct error ignored;

	if (json_is_integer(at)) {
		*ns = json_integer_value(at);
		return *ns < 0 ? -1 : 0;
	}
	if (!json_is_string(at))
		return -1;
	return parse_duration_ns(json_string_value(at), ns, &ignored);
}

static int read_fault(const struct run_config *config, const char *name,
		      size_t *fault)
{
	for (size_t i = 0; name && i < config->fault_count; i++) {
		if (strcmp(config->faults[i].fault->name, name) == 0) {
			*fault = i;
			return 0;
		}
	}
	return -1;
}

/* The option from which the fault draws targets, where it takes names of nodes
 * and sets of targets; NULL: it knows its targets alone. */
static const struct option *targets_option(const struct fault *fault)
{
	for (const struct option *o = fault->options; o && o->name; o++) {
		if (strcmp(o->name, "targets") == 0 && o->kind == OPTION_SETS)
			return o;
	}
	return NULL;
}

/* NULL for "any"; -1 with half a sentence when the fault has no such target. */
static int read_target(const struct run_config *config,
		       const struct fault *fault, const char *name,
		       const char **target, struct arena *arena,
		       struct error *err)
{
	const struct option *option = targets_option(fault);

	*target = NULL;
	if (!name || strcmp(name, "any") == 0)
		return 0;
	if (option) {
		*target = arena_strdup(arena, name);
		return config_check_set(config, option, name, arena, err);
	}
	for (size_t i = 0; fault->targets && fault->targets[i]; i++) {
		if (strcmp(fault->targets[i], name) == 0) {
			*target = fault->targets[i];
			return 0;
		}
	}
	return error_set(err, "the fault has no such target");
}

/* A member that may be left out: `*ns` stays as it is then. */
static int read_span(const json_t *entry, const char *member, const char *path,
		     size_t i, int64_t *ns, struct error *err)
{
	const json_t *value = json_object_get(entry, member);

	if (!value || read_time(value, ns) == 0)
		return 0;
	return wrong(err, path, i, member,
		     "a time is wanted: nanoseconds, or \"5s\"");
}

/* The names in "faults", or all of the run. */
static int read_faults(const json_t *list, const char *path, size_t i,
		       const struct run_config *config,
		       struct plan_phase *phase, struct arena *arena,
		       struct error *err)
{
	size_t count = list ? json_array_size(list) : config->fault_count;
	size_t *faults;

	if (!count)
		return wrong(err, path, i, "faults", "some of --faults");
	faults = arena_array(arena, count, sizeof(*faults));
	for (size_t n = 0; n < count; n++) {
		faults[n] = n;
		if (list &&
		    read_fault(config,
			       json_string_value(json_array_get(list, n)),
			       &faults[n]) < 0)
			return wrong(err, path, i, "faults",
				     "one is not of --faults");
	}
	phase->faults = faults;
	phase->fault_count = count;
	return 0;
}

static int read_when(const json_t *entry, const char *path, size_t i,
		     enum condition *when, struct error *err)
{
	const json_t *value = json_object_get(entry, "when");
	const char *name = json_string_value(value);

	if (!value)
		return 0;
	*when = condition_from_name(name);
	if (name && strcmp(condition_names[*when], name) == 0)
		return 0;
	return wrong(err, path, i, "when",
		     "\"now\", \"first-ok\", \"new-primary\" or "
		     "\"node-lags\"");
}

/* All that the faults of the phase have in common. */
static int read_phase(const json_t *entry, const char *path, size_t i,
		      const struct run_config *config, struct plan_phase *phase,
		      struct arena *arena, struct error *err)
{
	const char *target =
		json_string_value(json_object_get(entry, "target"));
	struct error why;

	if (read_faults(json_object_get(entry, "faults"), path, i, config,
			phase, arena, err) < 0 ||
	    read_span(entry, "at", path, i, &phase->begin_ns, err) < 0 ||
	    read_span(entry, "until", path, i, &phase->end_ns, err) < 0 ||
	    read_span(entry, "length", path, i, &phase->length_ns, err) < 0 ||
	    read_span(entry, "gap", path, i, &phase->gap_ns, err) < 0 ||
	    read_when(entry, path, i, &phase->when, err) < 0)
		return -1;
	if (phase->end_ns <= phase->begin_ns)
		return wrong(err, path, i, "until", "it is not after \"at\"");
	for (size_t n = 0; n < phase->fault_count; n++) {
		if (read_target(config,
				config->faults[phase->faults[n]].fault, target,
				&phase->target, arena, &why) < 0)
			return wrong(err, path, i, "target", why.text);
	}
	return 0;
}

static int draw_phase(const json_t *entry, const char *path, size_t i,
		      const struct run_config *config,
		      struct schedule *schedule, struct arena *arena,
		      struct error *err)
{
	const struct options *options = config->options;
	const char *order =
		json_string_value(json_object_get(entry, "schedule"));
	struct plan_phase phase = {
		.length_ns = options_duration_ns(options, "fault-length"),
		.gap_ns = options_duration_ns(options, "fault-gap"),
		.when = condition_from_name(
			options_text(options, "fault-when")),
		.heals_at_end = true,
		.stream = "phase",
		.number = i << 16,
	};
	size_t count;

	if (!order)
		order = options_text(options, "schedule");
	if (strcmp(order, "turns") != 0 && strcmp(order, "overlap") != 0)
		return wrong(err, path, i, "schedule",
			     "\"turns\" or \"overlap\"");
	if (read_phase(entry, path, i, config, &phase, arena, err) < 0)
		return -1;
	if (strcmp(order, "turns") == 0) {
		schedule_draw(schedule, config, arena, &phase);
		return 0;
	}
	count = phase.fault_count;
	phase.fault_count = 1;
	for (size_t n = 0; n < count; n++, phase.faults++, phase.number++)
		schedule_draw(schedule, config, arena, &phase);
	return 0;
}

static int read_step(const json_t *entry, const char *path, size_t i,
		     const struct run_config *config, struct planned *step,
		     struct arena *arena, struct error *err)
{
	struct error why;
	const char *what = json_string_value(json_object_get(entry, "do"));

	*step = (struct planned){ .when = CONDITION_NOW };
	if (read_time(json_object_get(entry, "at"), &step->at_ns) < 0)
		return wrong(err, path, i, "at",
			     "a time is wanted: nanoseconds, or \"5s\"");
	if (read_fault(config,
		       json_string_value(json_object_get(entry, "fault")),
		       &step->fault) < 0)
		return wrong(err, path, i, "fault",
			     "it is not one of --faults");
	if (!what || (strcmp(what, "inject") != 0 && strcmp(what, "heal") != 0))
		return wrong(err, path, i, "do", "\"inject\" or \"heal\"");
	step->is_heal = strcmp(what, "heal") == 0;
	if (read_target(config, config->faults[step->fault].fault,
			json_string_value(json_object_get(entry, "target")),
			&step->target, arena, &why) < 0)
		return wrong(err, path, i, "target", why.text);
	return read_when(entry, path, i, &step->when, err);
}

/* One entry: a step, or a phase. */
static int read_entry(const json_t *entry, const char *path, size_t i,
		      const struct run_config *config,
		      struct schedule *schedule, int64_t *last_ns,
		      struct arena *arena, struct error *err)
{
	struct planned step;

	if (json_object_get(entry, "until"))
		return draw_phase(entry, path, i, config, schedule, arena,
				  err);
	if (read_step(entry, path, i, config, &step, arena, err) < 0)
		return -1;
	if (step.at_ns < *last_ns)
		return wrong(err, path, i, "at", "it is before the step above");
	*last_ns = step.at_ns;
	schedule_push(schedule, arena, step);
	return 0;
}

struct schedule *schedule_read(const char *path,
			       const struct run_config *config,
			       struct arena *arena, struct error *err)
{
	struct schedule *schedule = arena_alloc(arena, sizeof(*schedule));
	json_t *root = json_read_file(path, err);
	bool has_phases = false;
	int64_t last_ns = 0;
	int result = 0;

	if (!json_is_array(root)) {
		if (root)
			error_set(err, "%s: a list of steps is wanted", path);
		json_decref(root);
		return NULL;
	}
	for (size_t i = 0; result == 0 && i < json_array_size(root); i++) {
		const json_t *entry = json_array_get(root, i);

		result = read_entry(entry, path, i, config, schedule, &last_ns,
				    arena, err);
		has_phases = has_phases || json_object_get(entry, "until");
	}
	json_decref(root);
	if (has_phases)
		schedule_sort(schedule);
	return result == 0 ? schedule : NULL;
}
