/* SPDX-License-Identifier: MIT */
/* A plan of faults from a file. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/option.h"
#include "harness/engine/schedule.h"

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

static int read_step(const json_t *entry, const char *path, size_t i,
		     const struct run_config *config, struct planned *step,
		     struct arena *arena, struct error *err)
{
	struct error why;
	const char *what = json_string_value(json_object_get(entry, "do"));
	const char *when = json_string_value(json_object_get(entry, "when"));

	*step = (struct planned){ .when = condition_from_name(when) };
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
	if (json_object_get(entry, "when") &&
	    (!when || strcmp(condition_names[step->when], when) != 0))
		return wrong(err, path, i, "when",
			     "\"now\", \"first-ok\", \"new-primary\" or "
			     "\"node-lags\"");
	return 0;
}

struct schedule *schedule_read(const char *path,
			       const struct run_config *config,
			       struct arena *arena, struct error *err)
{
	struct schedule *schedule = arena_alloc(arena, sizeof(*schedule));
	json_error_t mistake;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &mistake);
	int64_t last_ns = 0;
	int result = 0;

	if (!json_is_array(root)) {
		if (root)
			error_set(err, "%s: a list of steps is wanted", path);
		else
			error_set(err, "%s:%d: %s", path, mistake.line,
				  mistake.text);
		json_decref(root);
		return NULL;
	}
	for (size_t i = 0; result == 0 && i < json_array_size(root); i++) {
		struct planned step;

		result = read_step(json_array_get(root, i), path, i, config,
				   &step, arena, err);
		if (result == 0 && step.at_ns < last_ns)
			result = wrong(err, path, i, "at",
				       "it is before the step above");
		if (result == 0)
			schedule_push(schedule, arena, step);
		last_ns = step.at_ns;
	}
	json_decref(root);
	return result == 0 ? schedule : NULL;
}
