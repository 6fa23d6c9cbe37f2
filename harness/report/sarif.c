/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0 (OASIS): an anomaly is a result, at the line of the history that
 * shows it; its other operations are related locations.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/report/explain.h"
#include "harness/report/json.h"
#include "harness/report/outputs_private.h"
#include "harness/report/results.h"
#include "harness/report/version.h"

#define RELATED_MAX 32
#define SCHEMA                                                                \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"

struct sarif {
	json_t *rules;	 /* array */
	json_t *numbers; /* name of a rule to its place there */
	json_t *results;
};

struct sarif *sarif_new(void)
{
	struct sarif *sarif = heap_zeroed(1, sizeof(*sarif));

	sarif->rules = json_array();
	sarif->numbers = json_object();
	sarif->results = json_array();
	return sarif;
}

static json_t *message(const char *text)
{
	json_t *json = json_object();

	json_object_set_new(json, "text", json_text(text));
	return json;
}

static json_t *rule_number(struct sarif *sarif, const char *name)
{
	json_t *known = json_object_get(sarif->numbers, name);
	const struct explanation *row = explanation_find(name);
	json_t *rule;

	if (known)
		return json_incref(known);
	rule = json_object();
	json_object_set_new(rule, "id", json_text(name));
	if (row)
		json_object_set_new(rule, "fullDescription",
				    message(row->meaning));
	known = json_integer((json_int_t)json_array_size(sarif->rules));
	json_array_append_new(sarif->rules, rule);
	json_object_set(sarif->numbers, name, known);
	return known;
}

/* A path as a relative or file: URI reference: all but the plain escaped. */
static const char *path_uri(const char *path, struct arena *arena)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";
	char *uri = arena_alloc(arena, strlen(path) * 3 + 8);
	char *to = uri;

	if (path[0] == '/') {
		memcpy(to, "file://", 7);
		to += 7;
	}
	for (; *path; path++) {
		if (strchr(plain, *path))
			*to++ = *path;
		else
			to += snprintf(to, 4, "%%%02X", (unsigned char)*path);
	}
	return uri;
}

/* `op` HISTORY_NONE: the whole file. */
static json_t *location(const struct output_case *judged, uint32_t op,
			const char *text)
{
	struct arena arena = { 0 };
	json_t *json = json_object();
	json_t *physical = json_object();
	json_t *artifact = json_object();
	json_t *region = json_object();

	json_object_set_new(artifact, "uri",
			    json_text(path_uri(judged->path, &arena)));
	json_object_set_new(physical, "artifactLocation", artifact);
	/* Of our own histories each line is an entry. */
	json_object_set_new(
		region, "startLine",
		json_integer(
			op == HISTORY_NONE
				? 1
				: (json_int_t)judged->history->ops[op].invoke +
					  1));
	json_object_set_new(physical, "region", region);
	json_object_set_new(json, "physicalLocation", physical);
	if (text)
		json_object_set_new(json, "message", message(text));
	arena_release(&arena);
	return json;
}

static json_t *result_json(struct sarif *sarif, const char *rule,
			   const char *level, const char *text)
{
	json_t *json = json_object();

	json_object_set_new(json, "ruleId", json_text(rule));
	json_object_set_new(json, "ruleIndex", rule_number(sarif, rule));
	json_object_set_new(json, "level", json_string(level));
	json_object_set_new(json, "message", message(text));
	return json;
}

static void add_result(struct sarif *sarif, const struct output_case *judged,
		       json_t *result, const struct anomaly *anomaly)
{
	const struct history *history = judged->history;
	size_t count = anomaly && history ? anomaly->evidence_count : 0;
	json_t *locations = json_array();
	json_t *related = json_array();
	struct arena arena = { 0 };

	for (size_t i = 0; i < count && i < RELATED_MAX; i++) {
		const struct evidence *evidence = &anomaly->evidence[i];
		const char *text = arena_printf(
			&arena, "%s - %s",
			op_text(history, evidence->op, &arena), evidence->role);

		json_array_append_new(related,
				      location(judged, evidence->op, text));
	}
	json_array_append_new(
		locations,
		location(judged, count ? anomaly->evidence[0].op : HISTORY_NONE,
			 NULL));
	json_object_set_new(result, "locations", locations);
	json_object_set_new(result, "relatedLocations", related);
	json_array_append_new(sarif->results, result);
	arena_release(&arena);
}

static void add_checker(struct sarif *sarif, const struct output_case *judged,
			const struct judged *one)
{
	const struct anomaly *anomaly = one->verdict.anomalies;
	struct arena arena = { 0 };

	if (one->verdict.kind == VERDICT_UNKNOWN)
		add_result(sarif, judged,
			   result_json(sarif, "unknown", "warning",
				       arena_printf(&arena, "%s: %s",
						    one->checker->name,
						    one->verdict.reason)),
			   NULL);
	for (; anomaly; anomaly = anomaly->next)
		add_result(sarif, judged,
			   result_json(sarif, anomaly->name, "error",
				       anomaly_in_full(anomaly, judged->history,
						       &arena)),
			   anomaly);
	arena_release(&arena);
}

void sarif_add(struct sarif *sarif, const struct output_case *judged)
{
	const struct judgement *judgement = judged->judgement;
	size_t before = json_array_size(sarif->results);

	for (size_t i = 0; judgement && i < judgement->count; i++)
		add_checker(sarif, judged, &judgement->judged[i]);
	if (!judgement)
		add_result(
			sarif, judged,
			result_json(sarif, "trouble", "error", judged->error),
			NULL);
	else if (judgement->kind != VERDICT_VALID &&
		 json_array_size(sarif->results) == before)
		add_result(sarif, judged,
			   result_json(sarif,
				       verdict_kind_name(judgement->kind),
				       "warning", judgement->reason),
			   NULL);
}

char *sarif_text(struct sarif *sarif)
{
	json_t *driver = json_object();
	json_t *tool = json_object();
	json_t *run = json_object();
	json_t *runs = json_array();
	json_t *json = json_object();
	char *text;

	json_object_set_new(driver, "name", json_string("ordeal"));
	json_object_set_new(driver, "version", json_text(version_ordeal()));
	json_object_set_new(driver, "rules", sarif->rules);
	json_object_set_new(tool, "driver", driver);
	json_object_set_new(run, "tool", tool);
	json_object_set_new(run, "results", sarif->results);
	json_array_append_new(runs, run);
	json_object_set_new(json, "$schema", json_string(SCHEMA));
	json_object_set_new(json, "version", json_string("2.1.0"));
	json_object_set_new(json, "runs", runs);
	text = json_pretty(json);
	json_decref(json);
	json_decref(sarif->numbers);
	free(sarif);
	return text;
}
