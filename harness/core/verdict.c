/* SPDX-License-Identifier: MIT */
#include "harness/core/verdict.h"

#include <stdarg.h>
#include <string.h>

const char *verdict_kind_name(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_VALID:
		return "valid";
	case VERDICT_INVALID:
		return "invalid";
	case VERDICT_UNKNOWN:
		break;
	}
	return "unknown";
}

enum verdict_kind verdict_worst(enum verdict_kind a, enum verdict_kind b)
{
	if (a == VERDICT_INVALID || b == VERDICT_INVALID)
		return VERDICT_INVALID;
	if (a == VERDICT_VALID && b == VERDICT_VALID)
		return VERDICT_VALID;
	return VERDICT_UNKNOWN;
}

void verdict_init(struct verdict *verdict)
{
	*verdict = (struct verdict){ .figures = figure_group_root() };
}

void verdict_set(struct verdict *verdict, struct arena *arena,
		 enum verdict_kind kind, const char *format, ...)
{
	va_list args;

	verdict->kind = kind;
	va_start(args, format);
	verdict->reason = arena_vprintf(arena, format, args);
	va_end(args);
}

struct anomaly *verdict_add_anomaly(struct verdict *verdict,
				    struct arena *arena, const char *name,
				    const char *format, ...)
{
	struct anomaly *anomaly = arena_alloc(arena, sizeof(*anomaly));
	va_list args;

	va_start(args, format);
	anomaly->text = arena_vprintf(arena, format, args);
	va_end(args);
	anomaly->name = arena_strdup(arena, name);
	anomaly->figures = figure_group_root();
	if (verdict->last_anomaly)
		verdict->last_anomaly->next = anomaly;
	else
		verdict->anomalies = anomaly;
	verdict->last_anomaly = anomaly;
	verdict->anomaly_count++;
	verdict->kind = VERDICT_INVALID;
	if (!verdict->reason)
		verdict->reason = anomaly->text;
	return anomaly;
}

void anomaly_add_evidence(struct anomaly *anomaly, struct arena *arena,
			  uint32_t op, const char *format, ...)
{
	struct evidence *evidence;
	va_list args;

	if (anomaly->evidence_count == anomaly->evidence_capacity) {
		size_t capacity = anomaly->evidence_capacity * 2 + 4;

		evidence = arena_array(arena, capacity, sizeof(*evidence));
		if (anomaly->evidence_count)
			memcpy(evidence, anomaly->evidence,
			       anomaly->evidence_count * sizeof(*evidence));
		anomaly->evidence = evidence;
		anomaly->evidence_capacity = capacity;
	}
	evidence = &anomaly->evidence[anomaly->evidence_count++];
	evidence->op = op;
	va_start(args, format);
	evidence->role = arena_vprintf(arena, format, args);
	va_end(args);
}
