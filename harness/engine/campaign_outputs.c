/* SPDX-License-Identifier: MIT */
/* A campaign for pipelines: a case for each cell. */
#include <string.h>

#include "harness/engine/campaign_private.h"
#include "harness/registry.h"
#include "harness/report/outputs.h"

/* Who "judges" a cell of which something else than valid is expected, or which
 * shows that a checker is not in this program. */
static const struct checker expectation_checker = {
	.name = "expectation",
	.summary = "came it as the campaign expected?",
};

static enum verdict_kind kind_of(const json_t *valid)
{
	return json_is_true(valid)  ? VERDICT_VALID :
	       json_is_false(valid) ? VERDICT_INVALID :
				      VERDICT_UNKNOWN;
}

static const char *text_of(const json_t *json, const char *member)
{
	const char *text = json_string_value(json_object_get(json, member));

	return text ? text : "";
}

/* The operations that prove it, in lines: there is no history here. */
static const char *story_of(struct arena *arena, const json_t *anomaly)
{
	const char *story =
		json_string_value(json_object_get(anomaly, "story"));
	json_t *evidence;
	size_t i;

	if (story)
		return story;
	json_array_foreach(json_object_get(anomaly, "evidence"), i, evidence) {
		story = arena_printf(arena, "%s%s[%" JSON_INTEGER_FORMAT "] %s",
				     story ? story : "", story ? "\n" : "",
				     json_integer_value(json_object_get(
					     evidence, "index")),
				     text_of(evidence, "role"));
	}
	return story;
}

static void read_judged(struct judged *judged, struct arena *arena,
			const char *name, const json_t *json)
{
	const struct checker *checker = registry_checker(name);
	json_t *anomaly;
	size_t i;

	judged->checker = checker ? checker : &expectation_checker;
	verdict_init(&judged->verdict);
	json_array_foreach(json_object_get(json, "anomalies"), i, anomaly) {
		verdict_add_anomaly(&judged->verdict, arena,
				    text_of(anomaly, "name"), "%s",
				    text_of(anomaly, "text"))
			->story = story_of(arena, anomaly);
	}
	verdict_set(&judged->verdict, arena,
		    kind_of(json_object_get(json, "valid")), "%s",
		    text_of(json, "reason"));
}

/* What the run's own judges said. */
static void read_judgement(struct judgement *judgement, struct arena *arena,
			   json_t *results, const struct cell *cell)
{
	json_t *checkers = json_object_get(results, "checkers");
	const char *name;
	json_t *json;

	*judgement = (struct judgement){
		.kind = cell->kind,
		.reason = cell->reason ? cell->reason : "",
		.decided_by = json_string_value(
			json_object_get(results, "decided_by")),
		.judged = arena_array(arena, json_object_size(checkers) + 1,
				      sizeof(*judgement->judged)),
	};
	json_object_foreach(checkers, name, json) {
		read_judged(&judgement->judged[judgement->count++], arena,
			    name, json);
	}
}

/* What was expected is the only judge: a bug that was planted and found is a
 * test that passed. */
static void judge_expectation(struct judgement *judgement, struct arena *arena,
			      const struct cell *cell)
{
	struct judged *judged = arena_alloc(arena, sizeof(*judged));
	enum verdict_kind kind = cell->is_expected ? VERDICT_VALID :
				 cell->kind == VERDICT_UNKNOWN ?
						     VERDICT_UNKNOWN :
						     VERDICT_INVALID;

	judged->checker = &expectation_checker;
	verdict_init(&judged->verdict);
	verdict_set(&judged->verdict, arena, kind, "%s, expected %s: %s",
		    cell_verdict_text(cell, arena),
		    expectation_text(&cell->expect, arena),
		    cell->reason ? cell->reason : "");
	*judgement = (struct judgement){
		.kind = kind,
		.reason = judged->verdict.reason,
		.decided_by = expectation_checker.name,
		.judged = judged,
		.count = 1,
	};
}

static void add_cell(const struct campaign *campaign, const struct cell *cell,
		     struct outputs *outputs)
{
	struct arena arena = { 0 };
	struct judgement judgement;
	json_t *results = NULL;
	struct output_case judged = {
		.name = arena_printf(&arena, "%s: %s", campaign->name,
				     cell_text(cell, &arena)),
		.path = cell->run ? arena_printf(&arena, "%s/%s/history.jsonl",
						 campaign->root, cell->run) :
				    campaign->file,
	};

	if (cell->state != CELL_DONE) {
		judged.error = cell->state == CELL_TROUBLE ? cell->reason :
			       campaign->reason ?
				       arena_printf(&arena, "not run: %s",
						    campaign->reason) :
				       "not run";
	} else if (cell->expect.is_any ||
		   cell->expect.kind != VERDICT_VALID) {
		judge_expectation(&judgement, &arena, cell);
		judged.judgement = &judgement;
	} else {
		results = cell_results(campaign, cell);
		read_judgement(&judgement, &arena, results, cell);
		judged.judgement = &judgement;
	}
	outputs_add(outputs, &judged);
	json_decref(results);
	arena_release(&arena);
}

int campaign_write_outputs(const struct campaign *campaign, struct error *err)
{
	struct output_paths paths = output_paths_of(campaign->options);
	struct outputs *outputs;

	if (!paths.junit && !paths.sarif && !paths.tap && !paths.summary)
		return 0;
	outputs = outputs_new(&paths);
	for (size_t i = 0; i < campaign->cell_count; i++)
		add_cell(campaign, &campaign->cells[i], outputs);
	return outputs_finish(outputs, err);
}
