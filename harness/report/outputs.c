/* SPDX-License-Identifier: MIT */
#include "harness/report/outputs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/json.h"
#include "harness/report/outputs_private.h"
#include "harness/report/results.h"

#define EVIDENCE_SHOWN 32

struct outputs {
	struct output_paths paths;
	struct junit junit;
	struct tap tap;
	struct markdown markdown;
	struct sarif *sarif;
};

const char *anomaly_in_full(const struct anomaly *anomaly,
			    const struct history *history, struct arena *arena)
{
	const char *text = anomaly->text;

	/* A story names its operations itself. */
	if (anomaly->story)
		return arena_printf(arena, "%s\n%s", text, anomaly->story);
	for (size_t i = 0;
	     history && i < anomaly->evidence_count && i < EVIDENCE_SHOWN;
	     i++) {
		const struct evidence *evidence = &anomaly->evidence[i];
		const struct op *op = &history->ops[evidence->op];

		text = arena_printf(arena, "%s\n[%" PRIu64 "] %s - %s", text,
				    history_index(history, op->invoke),
				    op_text(history, evidence->op, arena),
				    evidence->role);
	}
	return text;
}

struct output_paths output_paths_of(const struct options *options)
{
	return (struct output_paths){
		.junit = options_text(options, "junit"),
		.sarif = options_text(options, "sarif"),
		.tap = options_text(options, "tap"),
		.summary = options_text(options, "summary"),
	};
}

struct outputs *outputs_new(const struct output_paths *paths)
{
	struct outputs *outputs = heap_zeroed(1, sizeof(*outputs));

	outputs->paths = *paths;
	if (paths->junit)
		junit_open(&outputs->junit);
	if (paths->tap)
		tap_open(&outputs->tap);
	if (paths->summary)
		markdown_open(&outputs->markdown);
	if (paths->sarif)
		outputs->sarif = sarif_new();
	return outputs;
}

void outputs_add(struct outputs *outputs, const struct output_case *judged)
{
	if (outputs->paths.junit)
		junit_add(&outputs->junit, judged);
	if (outputs->paths.tap)
		tap_add(&outputs->tap, judged);
	if (outputs->paths.summary)
		markdown_add(&outputs->markdown, judged);
	if (outputs->paths.sarif)
		sarif_add(outputs->sarif, judged);
}

/* Writes one document; keeps the first error. */
static void finish(const char *path, char *text, int *result, struct error *err)
{
	struct error own;

	if (file_write_whole(path, text, strlen(text), &own) != 0) {
		if (*result == 0)
			*err = own;
		*result = -1;
	}
	free(text);
}

int outputs_finish(struct outputs *outputs, struct error *err)
{
	int result = 0;

	if (!outputs)
		return 0;
	if (outputs->paths.junit)
		finish(outputs->paths.junit, junit_text(&outputs->junit),
		       &result, err);
	if (outputs->paths.tap)
		finish(outputs->paths.tap, tap_text(&outputs->tap), &result,
		       err);
	if (outputs->paths.summary)
		finish(outputs->paths.summary,
		       markdown_text(&outputs->markdown), &result, err);
	if (outputs->paths.sarif)
		finish(outputs->paths.sarif, sarif_text(outputs->sarif),
		       &result, err);
	free(outputs);
	return result;
}

int report_outputs(const struct output_paths *paths,
		   const struct output_case *judged, struct error *err)
{
	struct outputs *outputs = outputs_new(paths);

	outputs_add(outputs, judged);
	return outputs_finish(outputs, err);
}
