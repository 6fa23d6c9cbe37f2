/* SPDX-License-Identifier: MIT */
#include "harness/report/results.h"

#include <inttypes.h>
#include <stdlib.h>

#include "harness/report/json.h"
#include "harness/report/seal.h"
#include "harness/report/version.h"

json_t *results_valid(enum verdict_kind kind)
{
	if (kind == VERDICT_VALID)
		return json_true();
	if (kind == VERDICT_INVALID)
		return json_false();
	return json_string("unknown");
}

static json_t *evidence_json(const struct evidence *evidence,
			     const struct history *history)
{
	const struct op *op = &history->ops[evidence->op];
	uint64_t index = history_index(history, op->invoke);
	json_t *json = json_object();

	json_object_set_new(json, "index", json_integer((json_int_t)index));
	json_object_set_new(json, "role", json_text(evidence->role));
	json_object_set_new(json, "op", json_op(history, evidence->op));
	return json;
}

static json_t *anomaly_json(const struct anomaly *anomaly,
			    const struct history *history)
{
	json_t *json = json_object();
	json_t *list = json_array();

	json_object_set_new(json, "name", json_text(anomaly->name));
	json_object_set_new(json, "text", json_text(anomaly->text));
	if (anomaly->story)
		json_object_set_new(json, "story", json_text(anomaly->story));
	for (size_t i = 0; history && i < anomaly->evidence_count; i++)
		json_array_append_new(
			list, evidence_json(&anomaly->evidence[i], history));
	json_object_set_new(json, "evidence", list);
	json_add_figures(json, &anomaly->figures);
	return json;
}

static json_t *judged_json(const struct judged *judged,
			   const struct history *history)
{
	const struct anomaly *anomaly = judged->verdict.anomalies;
	json_t *options = json_options(judged->options);
	json_t *json = json_object();
	json_t *list = json_array();

	json_object_set_new(json, "valid", results_valid(judged->verdict.kind));
	json_object_set_new(json, "reason", json_text(judged->verdict.reason));
	if (json_object_size(options) > 0)
		json_object_set(json, "options", options);
	json_decref(options);
	for (; anomaly; anomaly = anomaly->next)
		json_array_append_new(list, anomaly_json(anomaly, history));
	json_object_set_new(json, "anomalies", list);
	json_add_figures(json, &judged->verdict.figures);
	return json;
}

json_t *results_json(const struct judgement *judgement,
		     const struct history *history)
{
	json_t *json = json_object();
	json_t *checkers = json_object();

	json_object_set_new(json, "ordeal", json_text(version_ordeal()));
	json_object_set_new(json, "valid", results_valid(judgement->kind));
	json_object_set_new(json, "reason", json_text(judgement->reason));
	json_object_set_new(json, "decided_by",
			    json_text(judgement->decided_by));
	for (size_t i = 0; i < judgement->count; i++)
		json_object_set_new(
			checkers, judgement->judged[i].checker->name,
			judged_json(&judgement->judged[i], history));
	json_object_set_new(json, "checkers", checkers);
	return json;
}

/* `seal` NULL: none. */
static int write_file(const struct judgement *judgement,
		      const struct history *history, const char *run,
		      const struct seal *seal, struct error *err)
{
	struct arena arena = { 0 };
	json_t *json = results_json(judgement, history);
	int result;

	if (seal)
		json_object_set_new(json, "seal", seal_json(seal));
	result = json_write_file(
		json, arena_printf(&arena, "%s/results.json", run), err);
	json_decref(json);
	arena_release(&arena);
	return result;
}

int results_write(const struct judgement *judgement,
		  const struct history *history, const char *run,
		  struct error *err)
{
	struct seal seal;
	bool has_seal;

	if (seal_run(run, &seal, &has_seal, err) != 0)
		return -1;
	return write_file(judgement, history, run, has_seal ? &seal : NULL,
			  err);
}

int results_rewrite(const struct judgement *judgement,
		    const struct history *history, const char *run,
		    struct error *err)
{
	struct seal seal;
	bool has_seal;

	if (seal_keep(run, &seal, &has_seal, err) != 0)
		return -1;
	return write_file(judgement, history, run, has_seal ? &seal : NULL,
			  err);
}

/* A member as text, "" if none; a string without quotes where `plain`. */
static const char *member_text(const json_t *json, const char *name, bool plain,
			       struct arena *arena)
{
	const json_t *member = json_object_get(json, name);
	const char *copy = "";
	char *text;

	if (!member || json_is_null(member))
		return copy;
	if (plain && json_is_string(member))
		return arena_strdup(arena, json_string_value(member));
	text = json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text)
		copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static const char *outcome_text(const struct history *history,
				const struct op *op)
{
	if (!op_is_client(op))
		return "";
	if (op->complete == HISTORY_NONE)
		return ", never answered";
	switch (history_entry_type(history, op->complete)) {
	case OP_OK:
		return "";
	case OP_FAIL:
		return ", failed";
	default:
		return ", indeterminate";
	}
}

const char *op_text(const struct history *history, uint32_t number,
		    struct arena *arena)
{
	const struct op *op = &history->ops[number];
	json_t *json = json_op(history, number);
	const char *node = member_text(json, "node", true, arena);
	const char *key = member_text(json, "key", false, arena);
	const char *value = member_text(json, "value", false, arena);
	const char *error = member_text(json, "error", true, arena);
	const char *who =
		op_is_client(op)
			? arena_printf(arena, "process %" PRId32, op->process)
			: "nemesis";
	const char *text;

	text = arena_printf(
		arena, "%s%s%s%s: %s%s%s%s%s%s%s%s", who, *node ? " (" : "",
		node, *node ? ")" : "", history_f_name(history, op->f),
		*key ? " " : "", key, *value ? " " : "", value,
		outcome_text(history, op), *error ? ": " : "", error);
	json_decref(json);
	return text;
}
