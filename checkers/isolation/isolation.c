/* SPDX-License-Identifier: MIT */
/*
 * Transactional isolation: infers which transaction depends on which from
 * what they read (Adya 1999; Kingsbury and Alvaro, "Elle", VLDB 2020), names
 * the anomalies, and says which isolation levels they rule out. The verdict is
 * about the level that `model` asks for; the figures tell of all.
 */
#include <inttypes.h>

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/model.h"
#include "checkers/isolation/story.h"
#include "harness/checker.h"

static const struct option isolation_options[] = {
	{ "model", OPTION_TEXT, "strict-serializable",
	  "the isolation level that is promised", NULL },
	{ "sessions", OPTION_BOOL, "false",
	  "read the level with the order of sessions, as AWDIT and dbcop do"
	  " (the strong-session form of it)", NULL },
	{ "wfr-keys", OPTION_BOOL, "false",
	  "registers: who reads a version and writes the key wrote a later"
	  " one", NULL },
	{ "sequential-keys", OPTION_BOOL, "false",
	  "registers: each key alone is sequentially consistent", NULL },
	{ "linearizable-keys", OPTION_BOOL, "false",
	  "registers: each key alone is linearizable", NULL },
	{ 0 },
};

static void list_models(struct figure *figures, struct arena *arena,
			const char *name, uint64_t set)
{
	struct figure *list = figure_add_list(figures, arena, name);

	for (size_t i = 0; i < model_count; i++) {
		if (set >> i & 1)
			figure_add_text(list, arena, NULL, models[i].name);
	}
}

static void add_figures(const struct analysis *analysis, size_t model,
			const struct model_status *status,
			struct figure *figures, struct arena *arena)
{
	const struct findings *findings = &analysis->findings;
	anomaly_set implied = anomaly_closure(findings->set);
	struct figure *group, *list;

	figure_add_text(figures, arena, "model", models[model].name);
	figure_add_int(figures, arena, "transactions",
		       analysis->view.ok_count);
	figure_add_int(figures, arena, "dependencies",
		       (int64_t)analysis->edge_count);
	list_models(figures, arena, "not", status->weakest_broken);
	list_models(figures, arena, "also_not",
		    status->broken & ~status->weakest_broken);
	list_models(figures, arena, "strongest", status->strongest);
	group = figure_add_group(figures, arena, "anomaly_counts");
	for (uint32_t i = 0; i < A_COUNT; i++) {
		if (findings->counts[i] > 0)
			figure_add_int(group, arena, anomaly_text(i),
				       (int64_t)findings->counts[i]);
	}
	list = figure_add_list(figures, arena, "implied");
	for (uint32_t i = 0; i < A_COUNT; i++) {
		if ((implied & ~findings->set) >> i & 1)
			figure_add_text(list, arena, NULL, anomaly_text(i));
	}
}

/* Findings that break the level, in the order of their names, which is that
 * of how plain they are. */
static void tell(const struct analysis *analysis, size_t model,
		 struct verdict *verdict, struct arena *arena)
{
	anomaly_set forbidden = model_forbids(model);

	for (uint32_t name = 0; name < A_COUNT; name++) {
		if (!(anomaly_implied(name) & forbidden))
			continue;
		for (size_t i = 0; i < analysis->findings.count; i++) {
			const struct finding *finding =
				&analysis->findings.items[i];

			if (finding->name == name)
				story_tell(analysis, finding, verdict, arena);
		}
	}
}

static const char *strongest_text(const struct model_status *status,
				  struct arena *arena)
{
	const char *text = NULL;

	for (size_t i = model_count; i-- > 0;) {
		if (!(status->strongest >> i & 1))
			continue;
		text = text ? arena_printf(arena, "%s, %s", text,
					   models[i].name) :
			      models[i].name;
	}
	return text ? text : "none";
}

/* Who read what that wrote would seem to read what nobody wrote. */
static const char *stranger_text(const struct view *view, struct arena *arena)
{
	const struct history *history = view->history;
	const struct op *op = &history->ops[view->stranger];

	return arena_printf(arena,
			    "what '%s' does (index %" PRIu64 ") is not known"
			    " to this checker",
			    history_f_name(history, view->stranger_f),
			    history_index(history, op->invoke));
}

static void conclude(const struct analysis *analysis, size_t model,
		     struct verdict *verdict, struct arena *arena)
{
	struct model_status status = model_judge(analysis->findings.set,
						 analysis->ruled_out,
						 analysis->undecided);
	const struct view *view = &analysis->view;

	add_figures(analysis, model, &status, &verdict->figures, arena);
	if (view->ok_count == 0) {
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "there is no committed transaction to judge");
	} else if (view->stranger != HISTORY_NONE) {
		verdict_set(verdict, arena, VERDICT_UNKNOWN, "%s",
			    stranger_text(view, arena));
	} else if (status.broken >> model & 1) {
		verdict_set(verdict, arena, VERDICT_INVALID,
			    "not %s; the strongest levels that still stand:"
			    " %s",
			    models[model].name,
			    strongest_text(&status, arena));
		tell(analysis, model, verdict, arena);
	} else if (analysis->doubt) {
		verdict_set(verdict, arena, VERDICT_UNKNOWN, "%s",
			    analysis->doubt);
	} else if (!(status.standing >> model & 1)) {
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "nothing contradicts %s, but this checker cannot"
			    " prove it either",
			    models[model].name);
	} else if (analysis->edge_count == 0) {
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "no transaction depends on another: there is"
			    " nothing to judge");
	} else {
		verdict_set(verdict, arena, VERDICT_VALID,
			    "%" PRIu32 " transactions with %" PRIu64
			    " dependencies are %s",
			    view->ok_count, analysis->edge_count,
			    models[model].name);
	}
}

/* The level as those define it who order the transactions of a session;
 * their read committed forbids what breaks monotonic atomic view. */
static size_t with_sessions(size_t model, struct arena *arena)
{
	const char *name = models[model].name;
	size_t session;

	if (model == lattice_find("read-committed"))
		name = "monotonic-atomic-view";
	session = lattice_find(arena_printf(arena, "strong-session-%s", name));
	return session == model_count ? model : session;
}

static int isolation_check(const struct check *check, struct verdict *verdict,
			   struct error *err)
{
	const char *name = options_text(check->options, "model");
	size_t model = lattice_find(name);
	struct register_rules rules = {
		.wfr = options_bool(check->options, "wfr-keys"),
		.sequential = options_bool(check->options, "sequential-keys"),
		.linearizable =
			options_bool(check->options, "linearizable-keys"),
	};
	struct analysis analysis;

	if (model == model_count)
		return error_set(err,
				 "model: no isolation level is called \"%s\"",
				 name);
	if (options_bool(check->options, "sessions"))
		model = with_sessions(model, check->arena);
	analysis_init(&analysis, check, &rules, model);
	conclude(&analysis, model, verdict, check->arena);
	analysis_release(&analysis);
	return 0;
}

const struct checker checker_isolation = {
	.name = "isolation",
	.summary = "finds the anomalies of transactions, and the isolation"
		   " levels they rule out",
	.options = isolation_options,
	.check = isolation_check,
};
