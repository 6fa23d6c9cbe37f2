/* SPDX-License-Identifier: MIT */
/* Which runs are wanted, and what there is to want. */
#include "harness/report/runs.h"

#include <stdlib.h>
#include <string.h>

const char *run_state_name(enum run_state state)
{
	switch (state) {
	case RUN_VALID:
		return "valid";
	case RUN_INVALID:
		return "invalid";
	case RUN_UNJUDGED:
		return "unjudged";
	case RUN_GOING:
		return "running";
	case RUN_UNKNOWN:
		break;
	}
	return "unknown";
}

const struct run_summary *runs_find(const struct runs *runs, const char *path)
{
	for (size_t i = 0; i < runs->count; i++) {
		if (strcmp(runs->items[i].path, path) == 0)
			return &runs->items[i];
	}
	return NULL;
}

static bool is_all(const char *wanted)
{
	return !wanted || *wanted == '\0';
}

static bool has_fault(const struct run_summary *run, const char *name)
{
	if (run->fault_count == 0)
		return strcmp(name, "none") == 0;
	for (size_t i = 0; i < run->fault_count; i++) {
		if (strcmp(run->faults[i], name) == 0)
			return true;
	}
	return false;
}

static bool has_anomaly(const struct run_summary *run, const char *name)
{
	for (size_t i = 0; i < run->anomaly_count; i++) {
		if (strcmp(run->anomalies[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool has_text(const struct run_summary *run, const char *text)
{
	const char *const places[] = {
		run->path,   run->target, run->workload,
		run->reason, run->seed,	  run_state_name(run->state)
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strcasestr(places[i], text))
			return true;
	}
	for (size_t i = 0; i < run->fault_count; i++) {
		if (strcasestr(run->faults[i], text))
			return true;
	}
	for (size_t i = 0; i < run->anomaly_count; i++) {
		if (strcasestr(run->anomalies[i].name, text))
			return true;
	}
	return false;
}

bool run_matches(const struct run_summary *run, const struct run_filter *filter)
{
	if (!is_all(filter->target) && strcmp(filter->target, run->target) != 0)
		return false;
	if (!is_all(filter->workload) &&
	    strcmp(filter->workload, run->workload) != 0)
		return false;
	if (!is_all(filter->state) &&
	    strcmp(filter->state, run_state_name(run->state)) != 0)
		return false;
	if (!is_all(filter->fault) && !has_fault(run, filter->fault))
		return false;
	if (!is_all(filter->anomaly) && !has_anomaly(run, filter->anomaly))
		return false;
	return is_all(filter->text) || has_text(run, filter->text);
}

struct facets {
	struct run_facet *items;
	size_t count;
};

static void count_facet(struct facets *facets, const char *value)
{
	if (*value == '\0')
		return;
	for (size_t i = 0; i < facets->count; i++) {
		if (strcmp(facets->items[i].value, value) == 0) {
			facets->items[i].count++;
			return;
		}
	}
	if (facets->count < FACETS_MAX)
		facets->items[facets->count++] =
			(struct run_facet){ .value = value, .count = 1 };
}

static void count_run(struct facets *facets, const struct run_summary *run,
		      enum run_facet_kind kind)
{
	switch (kind) {
	case FACET_TARGET:
		count_facet(facets, run->target);
		break;
	case FACET_WORKLOAD:
		count_facet(facets, run->workload);
		break;
	case FACET_STATE:
		count_facet(facets, run_state_name(run->state));
		break;
	case FACET_FAULT:
		for (size_t i = 0; i < run->fault_count; i++)
			count_facet(facets, run->faults[i]);
		if (run->fault_count == 0)
			count_facet(facets, "none");
		break;
	case FACET_ANOMALY:
		for (size_t i = 0; i < run->anomaly_count; i++)
			count_facet(facets, run->anomalies[i].name);
		break;
	}
}

static int compare_facets(const void *a, const void *b)
{
	const struct run_facet *x = a;
	const struct run_facet *y = b;

	return strcmp(x->value, y->value);
}

const struct run_facet *runs_facets(const struct runs *runs,
				    enum run_facet_kind kind, size_t *count,
				    struct arena *arena)
{
	struct facets facets = {
		.items = arena_array(arena, FACETS_MAX, sizeof(*facets.items)),
	};

	for (size_t i = 0; i < runs->count; i++)
		count_run(&facets, &runs->items[i], kind);
	qsort(facets.items, facets.count, sizeof(*facets.items),
	      compare_facets);
	*count = facets.count;
	return facets.items;
}
