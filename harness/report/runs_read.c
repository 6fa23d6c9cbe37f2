/* SPDX-License-Identifier: MIT */
/* What a run's files say, in short. */
#include "harness/report/runs_private.h"

#include <jansson.h>
#include <string.h>

#include "harness/report/beneath.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)
#define RESULTS_BYTES_MAX ((size_t)64 << 20)
#define FAULTS_MAX 64
#define ANOMALY_NAMES_MAX 64

static const char *text_of(const json_t *json, struct arena *arena)
{
	return json_is_string(json)
		       ? arena_strdup(arena, json_string_value(json))
		       : "";
}

/* A part is an object with a name, or the name alone. */
static const char *part_name(const json_t *part, struct arena *arena)
{
	if (json_is_object(part))
		part = json_object_get(part, "name");
	return text_of(part, arena);
}

static void read_faults(struct run_summary *run, const json_t *list,
			struct arena *arena)
{
	size_t count = json_array_size(list);
	const char **names;

	count = count > FAULTS_MAX ? FAULTS_MAX : count;
	names = arena_array(arena, count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = part_name(json_array_get(list, i), arena);
	run->faults = names;
	run->fault_count = count;
}

static void read_config(struct run_summary *run, const json_t *config,
			struct arena *arena)
{
	const json_t *seed = json_object_get(config, "seed");

	run->target = part_name(json_object_get(config, "target"), arena);
	run->workload = part_name(json_object_get(config, "workload"), arena);
	run->seed = text_of(seed, arena);
	if (json_is_integer(seed))
		run->seed = arena_printf(arena, "%lld",
					 (long long)json_integer_value(seed));
	read_faults(run, json_object_get(config, "faults"), arena);
}

static void count_anomaly(struct run_anomaly *names, size_t *count,
			  const char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(names[i].name, name) == 0) {
			names[i].count++;
			return;
		}
	}
	if (*count < ANOMALY_NAMES_MAX)
		names[(*count)++] =
			(struct run_anomaly){ .name = name, .count = 1 };
}

static void read_anomalies(struct run_summary *run, json_t *checkers,
			   struct arena *arena)
{
	struct run_anomaly names[ANOMALY_NAMES_MAX] = { 0 };
	struct run_anomaly *kept;
	const char *checker_name;
	json_t *checker, *anomaly;
	size_t count = 0, i;

	json_object_foreach(checkers, checker_name, checker)
	{
		json_array_foreach(json_object_get(checker, "anomalies"), i,
				   anomaly)
		{
			const json_t *name = json_object_get(anomaly, "name");

			if (json_is_string(name))
				count_anomaly(names, &count,
					      json_string_value(name));
		}
	}
	kept = arena_array(arena, count + 1, sizeof(*kept));
	for (size_t n = 0; n < count; n++)
		kept[n] = (struct run_anomaly){
			.name = arena_strdup(arena, names[n].name),
			.count = names[n].count,
		};
	run->anomalies = kept;
	run->anomaly_count = count;
}

static uint64_t count_of(const json_t *object, const char *name)
{
	json_int_t number = json_integer_value(json_object_get(object, name));

	return number > 0 ? (uint64_t)number : 0;
}

static void read_results(struct run_summary *run, const json_t *results,
			 struct arena *arena)
{
	const json_t *valid = json_object_get(results, "valid");
	json_t *checkers = json_object_get(results, "checkers");
	const json_t *stats = json_object_get(checkers, "stats");
	const json_t *share = json_object_get(stats, "availability");

	run->state = json_is_true(valid)    ? RUN_VALID
		     : json_is_false(valid) ? RUN_INVALID
					    : RUN_UNKNOWN;
	run->reason = text_of(json_object_get(results, "reason"), arena);
	read_anomalies(run, checkers, arena);
	run->ops = count_of(stats, "count");
	run->ok = count_of(stats, "ok");
	run->seconds = json_number_value(json_object_get(stats, "seconds"));
	run->rate = json_number_value(json_object_get(stats, "rate"));
	if (json_is_number(share))
		run->availability = json_number_value(share);
}

void run_summary_read(struct run_summary *run, int root, struct arena *arena)
{
	static const char *const none[] = { NULL };
	json_t *config = beneath_json(
		root, arena_printf(arena, "%s/config.json", run->path),
		CONFIG_BYTES_MAX);
	json_t *results = beneath_json(
		root, arena_printf(arena, "%s/results.json", run->path),
		RESULTS_BYTES_MAX);

	run->target = run->workload = run->seed = run->reason = "";
	run->faults = none;
	run->availability = -1;
	if (config)
		read_config(run, config, arena);
	if (results)
		read_results(run, results, arena);
	json_decref(config);
	json_decref(results);
}

void run_summary_copy(struct run_summary *to, const struct run_summary *from,
		      struct arena *arena)
{
	const char **faults =
		arena_array(arena, from->fault_count + 1, sizeof(*faults));
	struct run_anomaly *anomalies =
		arena_array(arena, from->anomaly_count + 1, sizeof(*anomalies));

	*to = *from;
	to->path = arena_strdup(arena, from->path);
	to->time = to->path + (from->time - from->path);
	to->target = arena_strdup(arena, from->target);
	to->workload = arena_strdup(arena, from->workload);
	to->seed = arena_strdup(arena, from->seed);
	to->reason = arena_strdup(arena, from->reason);
	for (size_t i = 0; i < from->fault_count; i++)
		faults[i] = arena_strdup(arena, from->faults[i]);
	for (size_t i = 0; i < from->anomaly_count; i++) {
		anomalies[i] = from->anomalies[i];
		anomalies[i].name = arena_strdup(arena, anomalies[i].name);
	}
	to->faults = faults;
	to->anomalies = anomalies;
}
