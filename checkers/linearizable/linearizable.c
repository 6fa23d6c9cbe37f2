/* SPDX-License-Identifier: MIT */
/*
 * linearizable: did every operation take effect at one moment between its
 * invocation and its completion, so that all of them, in the order of those
 * moments, are what one client alone would have seen?
 *
 * Failed operations did not happen; indeterminate ones may take effect at any
 * time after their invocation, or never. Keys are judged independently, unless
 * operations touch several. What each method needs and costs is in monitor.h
 * and search.h.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "checkers/linearizable/choose.h"
#include "checkers/linearizable/load.h"
#include "checkers/linearizable/parts.h"
#include "checkers/linearizable/stream.h"
#include "harness/checker.h"

/* At most so many violations are told, and keys listed for a method. */
#define ANOMALIES_MAX 8
#define KEYS_LISTED_MAX 64

/* A method, why it was taken, and for which keys. */
struct method_use {
	const char *method;
	const char *why;
	size_t count;
	struct figure *keys;
	struct figure *count_figure;
	struct method_use *next;
};

struct report {
	const struct check *check;
	const struct judge *judge;
	const struct parts *parts;
	struct verdict *verdict;
	struct method_use *uses;
	struct figure *methods;
};

static const char *key_text(const struct report *report,
			    const struct part *part)
{
	return value_text(report->check->history->values, part->key,
			  report->check->arena);
}

static struct method_use *use_of(struct report *report,
				 const struct finding *finding)
{
	struct arena *arena = report->check->arena;
	struct method_use **link = &report->uses;
	struct figure *group;

	for (; *link; link = &(*link)->next) {
		if (strcmp((*link)->method, finding->method) == 0 &&
		    strcmp((*link)->why, finding->why) == 0)
			return *link;
	}
	*link = arena_alloc(arena, sizeof(**link));
	(*link)->method = arena_strdup(arena, finding->method);
	(*link)->why = arena_strdup(arena, finding->why);
	group = figure_add_group(report->methods, arena, NULL);
	figure_add_text(group, arena, "method", finding->method);
	figure_add_text(group, arena, "why", finding->why);
	(*link)->count_figure = figure_add_int(group, arena, "parts", 0);
	(*link)->keys = figure_add_list(group, arena, "keys");
	return *link;
}

static void add_anomaly(struct report *report, const struct part *part)
{
	const struct finding *finding = &part->finding;
	const struct history *history = report->check->history;
	struct arena *arena = report->check->arena;
	struct anomaly *anomaly;

	anomaly = verdict_add_anomaly(
		report->verdict, arena, finding->anomaly, "%s%s%s%s",
		report->parts->count > 1 ? "key " : "",
		report->parts->count > 1 ? key_text(report, part) : "",
		report->parts->count > 1 ? ": " : "", finding->text);
	if (finding->story)
		anomaly->story = arena_strdup(arena, finding->story);
	for (size_t i = 0; i < finding->role_count; i++)
		anomaly_add_evidence(anomaly, arena, finding->roles[i].call,
				     "%s", finding->roles[i].text);
	figure_add_text(&anomaly->figures, arena, "key",
			key_text(report, part));
	figure_add_text(&anomaly->figures, arena, "model",
			report->judge->model->name);
	figure_add_text(&anomaly->figures, arena, "method", finding->method);
	if (finding->states_text)
		figure_add_text(&anomaly->figures, arena, "possible-states",
				finding->states_text);
	if (finding->story)
		figure_add_int(&anomaly->figures, arena, "prefix-ends-before",
			       (int64_t)history_index(
				       history, finding->prefix_position));
}

/* The first unknown part speaks for all. */
static void set_unknown(struct report *report, const struct part *part,
			size_t unknown)
{
	struct verdict *verdict = report->verdict;

	if (verdict->kind == VERDICT_INVALID)
		return;
	if (report->parts->count > 1)
		verdict_set(verdict, report->check->arena, VERDICT_UNKNOWN,
			    "%zu of %zu keys are not decided; key %s: %s",
			    unknown, report->parts->count,
			    key_text(report, part), part->finding.reason);
	else
		verdict_set(verdict, report->check->arena, VERDICT_UNKNOWN,
			    "%s", part->finding.reason);
}

static void write_report(struct report *report)
{
	struct arena *arena = report->check->arena;
	struct figure *figures = &report->verdict->figures;
	const struct part *first_unknown = NULL;
	size_t unknown = 0;
	size_t invalid = 0;
	uint64_t visited = 0;

	assert(report->judge->model);
	figure_add_text(figures, arena, "model", report->judge->model->name);
	figure_add_int(figures, arena, "parts",
		       (int64_t)report->parts->count);
	report->methods = figure_add_list(figures, arena, "methods");
	for (size_t i = 0; i < report->parts->count; i++) {
		const struct part *part = &report->parts->items[i];
		struct method_use *use = use_of(report, &part->finding);

		use->count_figure->number++;
		if (use->count++ < KEYS_LISTED_MAX)
			figure_add_text(use->keys, arena, NULL,
					key_text(report, part));
		visited += part->finding.visited;
		if (part->finding.kind == VERDICT_INVALID &&
		    invalid++ < ANOMALIES_MAX)
			add_anomaly(report, part);
		if (part->finding.kind == VERDICT_UNKNOWN && !unknown++)
			first_unknown = part;
	}
	figure_add_int(figures, arena, "invalid-parts", (int64_t)invalid);
	figure_add_int(figures, arena, "unknown-parts", (int64_t)unknown);
	figure_add_int(figures, arena, "configurations", (int64_t)visited);
	if (first_unknown)
		set_unknown(report, first_unknown, unknown);
	else if (!invalid)
		verdict_set(report->verdict, arena, VERDICT_VALID,
			    "every operation can be placed at one moment of "
			    "its interval");
}

static void judge_and_report(const struct check *check,
			     struct verdict *verdict, struct judge *judge)
{
	unsigned threads = check->budget->threads ? check->budget->threads : 1;
	struct search_limits limits = {
		.states_max = check->budget->states_max,
		.bytes_max = check->budget->bytes_max / threads,
		.budget = check->budget,
	};
	struct parts parts = { 0 };
	struct report report = { .check = check, .judge = judge,
				 .parts = &parts, .verdict = verdict };
	const char *misfit = NULL;

	judge->limits = &limits;
	parts_init(&parts, judge, threads);
	if (!parts.is_fit)
		misfit = model_misfit(judge->model, check->history,
				      check->arena);
	if (misfit) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
	} else {
		parts_judge(&parts, judge);
		write_report(&report);
	}
	parts_release(&parts);
	judge->limits = NULL;
}

/* By name, from a file, or as the verbs tell; then *misfit says why none. */
static int find_model(const struct check *check, const char *name,
		      struct loaded_model *loaded, const struct model **model,
		      const char **misfit, struct error *err)
{
	if (strcmp(name, "auto") == 0) {
		*model = choose_model(check->history, check->arena, misfit);
		return 0;
	}
	*model = model_find(name);
	if (*model)
		return 0;
	if (!model_is_path(name))
		return error_set(err, "there is no model \"%s\"; a file is "
				      "named with a slash, as in ./mine.so",
				 name);
	if (model_load(loaded, name, err))
		return -1;
	*model = loaded->model;
	return 0;
}

static int linearizable_check(const struct check *check,
			      struct verdict *verdict, struct error *err)
{
	struct model_settings settings = {
		.initial = read_initial(check->history->values,
					options_text(check->options,
						     "initial")),
		.failed_cas_asserts =
			options_is(check->options, "failed-cas", "assert"),
		.permits = options_int(check->options, "permits"),
	};
	struct judge judge = { .history = check->history,
			       .settings = &settings };
	const char *name = options_text(check->options, "model");
	const char *misfit = NULL;
	struct loaded_model loaded = { 0 };

	if (settings.permits < 1 || settings.permits > INT32_MAX)
		return error_set(err, "option permits is %" PRId64
				      "; a semaphore has 1 to 2147483647",
				 settings.permits);
	if (options_is(check->options, "algorithm", "search"))
		judge.algorithm = ALGORITHM_SEARCH;
	else if (options_is(check->options, "algorithm", "monitor"))
		judge.algorithm = ALGORITHM_MONITOR;
	if (find_model(check, name, &loaded, &judge.model, &misfit, err))
		return -1;
	if (misfit)
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
	else
		judge_and_report(check, verdict, &judge);
	model_unload(&loaded);
	return 0;
}

static const char *const model_choices[] = {
	"auto",	 "register",	   "cas-register",   "multi-register",
	"set",	 "kv-string",	   "fifo-queue",     "priority-queue",
	"bag",	 "stack",	   "mutex",	     "owner-mutex",
	"list",	 "reentrant-mutex", "semaphore",     "fenced-lock",
	"log",	 "counter",	   NULL,
};

static const char *const algorithm_choices[] = { "auto", "search", "monitor",
						 NULL };

static const char *const failed_cas_choices[] = { "ignore", "assert", NULL };

static const struct option linearizable_options[] = {
	{ "model", OPTION_TEXT, "auto",
	  "what the operations are about (auto: as their verbs tell), or "
	  "./FILE.so, a model of your own",
	  model_choices },
	{ "algorithm", OPTION_CHOICE, "auto",
	  "auto: the cheapest that decides; search; monitor: no search",
	  algorithm_choices },
	{ "initial", OPTION_TEXT, "nil", "what a register holds at first",
	  NULL },
	{ "failed-cas", OPTION_CHOICE, "ignore",
	  "assert: a failed cas tells that the value was not there",
	  failed_cas_choices },
	{ "permits", OPTION_INT, "1", "of a semaphore", NULL },
	{ 0 },
};

const struct checker checker_linearizable = {
	.name = "linearizable",
	.summary = "every operation takes effect at one moment between its "
		   "invocation and its completion",
	.options = linearizable_options,
	.check = linearizable_check,
	.stream = &stream_linearizable,
};
