/* SPDX-License-Identifier: MIT */
/*
 * crash: did a daemon crash by itself? The scan of the collected logs wrote
 * what it found into the history; this convicts. Daemons that a fault killed
 * leave no such line, and patterns are the target's to choose.
 */
#include "harness/checker.h"

#include <inttypes.h>

#include "checkers/moment.h"

#define FINDINGS_SHOWN 20

static const char *text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static const char *node_of(const struct history *history, const struct op *op,
			   struct value value)
{
	const char *node = moment_text(history, op->node);

	if (!node)
		node = moment_text(history,
				   moment_member(history, value, "node"));
	return text_or(node, "an unnamed node");
}

static void convict(const struct check *check, struct verdict *verdict,
		    uint32_t number, const struct moment *moment)
{
	const struct history *history = check->history;
	const struct op *op = &history->ops[number];
	const char *node = node_of(history, op, moment->value);
	const char *file = text_or(
		moment_text(history,
			    moment_member(history, moment->value, "file")),
		"a log");
	const char *text = text_or(
		moment_text(history,
			    moment_member(history, moment->value, "text")),
		"(no text recorded)");
	struct anomaly *anomaly;
	int64_t line = 0;

	value_get_int(history->values,
		      moment_member(history, moment->value, "line"), &line);
	anomaly = verdict_add_anomaly(verdict, check->arena, "crash",
				      "node %s crashed or panicked: %s line "
				      "%" PRId64 " says: %s",
				      node, file, line, text);
	anomaly_add_evidence(anomaly, check->arena, number,
			     "found in the log after the run");
	figure_add_text(&anomaly->figures, check->arena, "node", node);
	figure_add_text(&anomaly->figures, check->arena, "file", file);
	figure_add_int(&anomaly->figures, check->arena, "line", line);
}

static int crash_check(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	const struct history *history = check->history;
	int64_t findings = 0;
	int64_t missing = 0;
	const char *missing_node = NULL;

	(void)err;
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct moment moment;

		if (op_is_client(op))
			continue;
		moment_read(history, op, &moment);
		if (moment.kind == MOMENT_FINDING &&
		    ++findings <= FINDINGS_SHOWN)
			convict(check, verdict, i, &moment);
		if (moment.kind == MOMENT_LOG_MISSING && ++missing == 1)
			missing_node = node_of(history, op, moment.value);
	}
	figure_add_int(&verdict->figures, check->arena, "findings", findings);
	figure_add_int(&verdict->figures, check->arena, "logs-missing",
		       missing);
	if (findings > 1)
		verdict_set(verdict, check->arena, VERDICT_INVALID,
			    "%" PRId64 " lines in logs tell of a crash; the "
			    "first: %s",
			    findings, verdict->anomalies->text);
	else if (findings == 0 && missing > 0)
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN,
			    "%" PRId64 " logs could not be collected (the "
			    "first of node %s), so a crash may be in them",
			    missing, missing_node);
	else if (findings == 0)
		verdict_set(verdict, check->arena, VERDICT_VALID,
			    "no finding in the logs is in the record");
	return 0;
}

const struct checker checker_crash = {
	.name = "crash",
	.summary = "no daemon crashed by itself: the scan of the collected "
		   "logs found nothing",
	.check = crash_check,
};
