/* SPDX-License-Identifier: MIT */
/* Operations as spans, and what they prove. */
#include <stdlib.h>

#include "harness/report/export_live.h"
#include "harness/report/export_private.h"
#include "harness/report/json.h"

/* Names of the anomalies that this operation proves, and what it shows. */
static void add_marks(struct export *export, struct span *span, uint64_t index,
		      size_t *next)
{
	const char *names = NULL;
	const char *roles = NULL;
	struct arena *arena = &export->short_lived;

	while (*next < export->mark_count &&
	       export->marks[*next].index <= index) {
		const struct mark *mark = &export->marks[(*next)++];

		if (mark->index < index)
			continue;
		names = names ? arena_printf(arena, "%s, %s", names,
					     mark->anomaly)
			      : mark->anomaly;
		roles = roles ? arena_printf(arena, "%s; %s", roles, mark->role)
			      : mark->role;
	}
	span_add_text(span, "ordeal.anomaly", names);
	span_add_text(span, "ordeal.role", roles);
}

void export_describe(struct export *export, struct span *span,
		     const json_t *json)
{
	static const struct {
		const char *member;
		const char *name;
	} texts[] = {
		{ "f", "ordeal.f" },	     { "key", "ordeal.key" },
		{ "value", "ordeal.value" }, { "result", "ordeal.result" },
		{ "error", "ordeal.error" }, { "node", "ordeal.node" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		span_add_text(
			span, texts[i].name,
			export_plain(export,
				     json_object_get(json, texts[i].member)));
	span->node = export_plain(export, json_object_get(json, "node"));
}

int export_operation(struct export *export, uint32_t number, size_t *mark,
		     struct error *err)
{
	const struct history *history = export->source->history;
	const struct op *op = &history->ops[number];
	uint64_t index = history_index(history, op->invoke);
	bool has_ended = op->complete != HISTORY_NONE;
	const char *outcome = op_type_name(
		has_ended ? history_entry_type(history, op->complete)
			  : OP_INVOKE);
	json_t *json = json_op(history, number);
	size_t unmarked;
	const char *error =
		export_plain(export, json_object_get(json, "error"));
	struct span span = {
		.id = export_span_id(export, SPAN_OPERATION, index),
		.parent = export->root,
		.name = history_f_name(history, op->f),
		.is_client = true,
		.start_ns = op->invoke_ns,
		.end_ns = has_ended ? op->complete_ns : -1,
	};

	span_add_number(&span, "ordeal.index", (int64_t)index);
	span_add_number(&span, "ordeal.process", op->process);
	span_add_text(&span, "ordeal.outcome", outcome);
	export_describe(export, &span, json);
	if (has_ended)
		span_add_number(&span, "ordeal.completion",
				(int64_t)history_index(history, op->complete));
	unmarked = *mark;
	add_marks(export, &span, index, mark);
	span.was_sent = *mark == unmarked &&
			export_live_has(export->source->live, index);
	/* A cas that finds another value fails, and nothing is wrong. */
	if (op->outcome == OUTCOME_INDETERMINATE)
		span.error = error ? error : "nobody knows whether it happened";
	else if (op->outcome == OUTCOME_FAIL)
		span.error = error;
	json_decref(json);
	return export_give(export, &span, err);
}

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a;
	const struct mark *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static void take_anomaly(struct export *export, const json_t *anomaly,
			 size_t *capacity)
{
	const char *name = json_string_value(json_object_get(anomaly, "name"));
	json_t *evidence;
	size_t i;

	json_array_foreach(json_object_get(anomaly, "evidence"), i, evidence)
	{
		const char *role =
			json_string_value(json_object_get(evidence, "role"));

		export->marks = array_reserve(export->marks, capacity,
					      export->mark_count + 1,
					      sizeof(*export->marks));
		export->marks[export->mark_count++] = (struct mark){
			.index = (uint64_t)json_integer_value(
				json_object_get(evidence, "index")),
			.anomaly = name ? name : "",
			.role = role ? role : "",
		};
	}
}

void export_read_marks(struct export *export)
{
	json_t *checkers = json_object_get(export->source->results, "checkers");
	size_t capacity = 0;
	const char *name;
	json_t *checker;
	json_t *anomaly;
	size_t i;

	json_object_foreach(checkers, name, checker) {
		json_t *anomalies = json_object_get(checker, "anomalies");

		json_array_foreach(anomalies, i, anomaly) {
			take_anomaly(export, anomaly, &capacity);
		}
	}
	if (export->mark_count)
		qsort(export->marks, export->mark_count, sizeof(*export->marks),
		      compare_marks);
}
