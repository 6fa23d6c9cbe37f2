/* SPDX-License-Identifier: MIT */
#include "harness/report/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/diff_private.h"
#include "harness/report/plot.h"

/* How a number is to be read. */
enum unit {
	UNIT_NONE,
	UNIT_RATE,
	UNIT_SHARE,
	UNIT_SECONDS,
	UNIT_NS,
};

struct diffing {
	struct diff *diff;
	struct diff_section *section;
	struct arena *arena;
};

static void begin_section(struct diffing *to, const char *name)
{
	struct diff_section *section = arena_alloc(to->arena, sizeof(*section));

	section->name = name;
	if (to->diff->last)
		to->diff->last->next = section;
	else
		to->diff->first = section;
	to->diff->last = section;
	to->section = section;
}

static struct diff_row *add_row(struct diffing *to, const char *name,
				const char *a, const char *b)
{
	struct diff_row *row = arena_alloc(to->arena, sizeof(*row));

	row->name = name;
	row->a = a;
	row->b = b;
	row->change = "";
	row->differs = strcmp(a, b) != 0;
	if (to->section->last)
		to->section->last->next = row;
	else
		to->section->first = row;
	to->section->last = row;
	to->section->count++;
	to->section->differing += row->differs;
	to->diff->differing += row->differs;
	return row;
}

/* Borrowed texts end with the document, copies do not. */
static const char *text_of(const json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : "";
}

static const char *copy_of(const struct diffing *to, const json_t *json)
{
	return arena_strdup(to->arena, text_of(json));
}

static const char *verdict_of(const json_t *object)
{
	const json_t *valid = json_object_get(object, "valid");

	if (!object)
		return "";
	if (json_is_true(valid))
		return "valid";
	return json_is_false(valid) ? "invalid" : "unknown";
}

/* Where both have it, in the order of a; then what only b has. */
typedef void each_member(struct diffing *to, const char *name, json_t *a,
			 json_t *b);

static void each_of(struct diffing *to, json_t *a, json_t *b,
		    each_member *visit)
{
	const char *name;
	json_t *member;

	json_object_foreach(a, name, member)
	{
		visit(to, name, member, json_object_get(b, name));
	}
	json_object_foreach(b, name, member)
	{
		if (!json_object_get(a, name))
			visit(to, name, NULL, member);
	}
}

static void diff_checker(struct diffing *to, const char *name, json_t *a,
			 json_t *b)
{
	struct diff_row *row = add_row(to, arena_strdup(to->arena, name),
				       verdict_of(a), verdict_of(b));

	row->is_verdict = true;
}

/* As it stands in the configuration; texts without their quotes. */
static const char *option_text(struct arena *arena, const json_t *json)
{
	char *text;
	const char *copy;

	if (!json)
		return "";
	if (json_is_string(json))
		return arena_strdup(arena, json_string_value(json));
	text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	copy = arena_strdup(arena, text ? text : "");
	free(text);
	return copy;
}

static void diff_option(struct diffing *to, const char *name, json_t *a,
			json_t *b)
{
	add_row(to, arena_strdup(to->arena, name), option_text(to->arena, a),
		option_text(to->arena, b));
}

static void diff_verdict(struct diffing *to, const struct diff_side *a,
			 const struct diff_side *b)
{
	static const char *const texts[] = { "reason", "decided_by" };

	begin_section(to, "verdict");
	add_row(to, "verdict", verdict_of(a->results), verdict_of(b->results))
		->is_verdict = true;
	for (size_t i = 0; i < 2; i++)
		add_row(to, texts[i],
			copy_of(to, json_object_get(a->results, texts[i])),
			copy_of(to, json_object_get(b->results, texts[i])));
	each_of(to, json_object_get(a->results, "checkers"),
		json_object_get(b->results, "checkers"), diff_checker);
}

/* {"linearizable: stale-read": 3, ...} */
static json_t *count_anomalies(json_t *results, struct arena *arena)
{
	json_t *counts = json_object();
	json_t *checker, *anomaly;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(results, "checkers"), name, checker)
	{
		json_array_foreach(json_object_get(checker, "anomalies"), i,
				   anomaly)
		{
			const char *what =
				text_of(json_object_get(anomaly, "name"));
			const char *key =
				arena_printf(arena, "%s (%s)", what, name);
			json_int_t before = json_integer_value(
				json_object_get(counts, key));

			json_object_set_new(counts, key,
					    json_integer(before + 1));
		}
	}
	return counts;
}

static void diff_count(struct diffing *to, const char *name, json_t *a,
		       json_t *b)
{
	add_row(to, arena_strdup(to->arena, name),
		arena_printf(to->arena, "%lld",
			     (long long)json_integer_value(a)),
		arena_printf(to->arena, "%lld",
			     (long long)json_integer_value(b)));
}

static void diff_anomalies(struct diffing *to, const struct diff_side *a,
			   const struct diff_side *b)
{
	json_t *counts_a = count_anomalies(a->results, to->arena);
	json_t *counts_b = count_anomalies(b->results, to->arena);

	begin_section(to, "anomalies");
	each_of(to, counts_a, counts_b, diff_count);
	json_decref(counts_a);
	json_decref(counts_b);
}

static const char *number_text(struct arena *arena, const json_t *json,
			       enum unit unit)
{
	double number = json_number_value(json);

	if (!json_is_number(json))
		return "";
	switch (unit) {
	case UNIT_RATE:
		return arena_printf(arena, "%.1f/s", number);
	case UNIT_SHARE:
		return arena_printf(arena, "%.2f %%", 100 * number);
	case UNIT_SECONDS:
		return arena_printf(arena, "%.2f s", number);
	case UNIT_NS:
		return plot_duration(arena, number);
	case UNIT_NONE:
		break;
	}
	return arena_printf(arena, "%.10g", number);
}

/* From a to b: a factor where it is large, else in percent. */
static const char *change_text(struct arena *arena, const json_t *a,
			       const json_t *b)
{
	double from = json_number_value(a);
	double factor = json_number_value(b) / from;

	if (!json_is_number(a) || !json_is_number(b) || from <= 0 ||
	    !isfinite(factor) || fabs(factor - 1) < 0.0005)
		return "";
	if (factor >= 2)
		return arena_printf(arena, "x%.3g", factor);
	return arena_printf(arena, "%+.1f %%", 100 * (factor - 1));
}

static void add_number(struct diffing *to, const char *name, const json_t *a,
		       const json_t *b, enum unit unit)
{
	struct diff_row *row;

	if (!json_is_number(a) && !json_is_number(b))
		return;
	row = add_row(to, name, number_text(to->arena, a, unit),
		      number_text(to->arena, b, unit));
	row->change = change_text(to->arena, a, b);
}

struct figure_row {
	const char *member;
	const char *name;
	enum unit unit;
};

static void add_numbers(struct diffing *to, const char *prefix, const json_t *a,
			const json_t *b, const struct figure_row *rows)
{
	for (; rows->member; rows++)
		add_number(to,
			   arena_printf(to->arena, "%s%s", prefix, rows->name),
			   json_object_get(a, rows->member),
			   json_object_get(b, rows->member), rows->unit);
}

static void diff_operation(struct diffing *to, const char *name, json_t *a,
			   json_t *b)
{
	static const struct figure_row rows[] = {
		{ "count", "operations", UNIT_NONE },
		{ "ok", "ok", UNIT_NONE },
		{ "fail", "failed", UNIT_NONE },
		{ "info", "indeterminate", UNIT_NONE },
		{ 0 },
	};
	static const struct figure_row latencies[] = {
		{ "p50_ns", "latency of ok, half", UNIT_NS },
		{ "p95_ns", "latency of ok, 95 %", UNIT_NS },
		{ "p99_ns", "latency of ok, 99 %", UNIT_NS },
		{ "max_ns", "latency of ok, longest", UNIT_NS },
		{ 0 },
	};
	const char *prefix = arena_printf(to->arena, "%s: ", name);

	add_numbers(to, prefix, a, b, rows);
	add_numbers(to, prefix, json_object_get(a, "latency_ok"),
		    json_object_get(b, "latency_ok"), latencies);
}

static const struct figure_row shares[] = {
	{ "availability", "answered", UNIT_SHARE },
	{ 0 },
};

static void diff_node(struct diffing *to, const char *name, json_t *a,
		      json_t *b)
{
	add_numbers(to, arena_printf(to->arena, "%s: ", name), a, b, shares);
}

static void diff_during(struct diffing *to, const char *name, json_t *a,
			json_t *b)
{
	add_numbers(to, arena_printf(to->arena, "during %s: ", name), a, b,
		    shares);
}

static json_t *checker_of(const struct diff_side *side, const char *name)
{
	return json_object_get(json_object_get(side->results, "checkers"),
			       name);
}

static void diff_figures(struct diffing *to, const struct diff_side *a,
			 const struct diff_side *b)
{
	static const struct figure_row rows[] = {
		{ "count", "operations", UNIT_NONE },
		{ "ok", "ok", UNIT_NONE },
		{ "fail", "failed", UNIT_NONE },
		{ "info", "indeterminate", UNIT_NONE },
		{ "rate", "rate", UNIT_RATE },
		{ "availability", "answered", UNIT_SHARE },
		{ "seconds", "main phase", UNIT_SECONDS },
		{ 0 },
	};
	const json_t *x = checker_of(a, "stats");
	const json_t *y = checker_of(b, "stats");

	begin_section(to, "figures");
	add_numbers(to, "", x, y, rows);
	add_numbers(to, "without fault: ", json_object_get(x, "without_fault"),
		    json_object_get(y, "without_fault"), shares);
	each_of(to, json_object_get(x, "during_fault"),
		json_object_get(y, "during_fault"), diff_during);
	each_of(to, json_object_get(x, "by_f"), json_object_get(y, "by_f"),
		diff_operation);
	each_of(to, json_object_get(x, "by_node"),
		json_object_get(y, "by_node"), diff_node);
}

static void diff_fault(struct diffing *to, const char *name, json_t *a,
		       json_t *b)
{
	static const struct figure_row rows[] = {
		{ "injected", "injected", UNIT_NONE },
		{ "proven", "proven", UNIT_NONE },
		{ "absent", "without effect", UNIT_NONE },
		{ "unknown", "effect not known", UNIT_NONE },
		{ "skipped", "skipped", UNIT_NONE },
		{ 0 },
	};
	static const struct figure_row during[] = {
		{ "count", "operations during", UNIT_NONE },
		{ "ok", "ok during", UNIT_NONE },
		{ 0 },
	};
	const char *prefix = arena_printf(to->arena, "%s: ", name);

	add_numbers(to, prefix, a, b, rows);
	add_numbers(to, prefix, json_object_get(a, "during"),
		    json_object_get(b, "during"), during);
}

static void diff_faults(struct diffing *to, const struct diff_side *a,
			const struct diff_side *b)
{
	begin_section(to, "faults");
	each_of(to, json_object_get(checker_of(a, "coverage"), "faults"),
		json_object_get(checker_of(b, "coverage"), "faults"),
		diff_fault);
}

static void diff_options(struct diffing *to, const struct diff_side *a,
			 const struct diff_side *b)
{
	json_t *flat_a = diff_flatten(a->config, to->arena);
	json_t *flat_b = diff_flatten(b->config, to->arena);

	begin_section(to, "options");
	each_of(to, flat_a, flat_b, diff_option);
	json_decref(flat_a);
	json_decref(flat_b);
}

void diff_make(struct diff *diff, const struct diff_side *a,
	       const struct diff_side *b, struct arena *arena)
{
	struct diffing to = { .diff = diff, .arena = arena };

	*diff = (struct diff){ 0 };
	diff_verdict(&to, a, b);
	diff_anomalies(&to, a, b);
	diff_options(&to, a, b);
	diff_faults(&to, a, b);
	diff_figures(&to, a, b);
}
