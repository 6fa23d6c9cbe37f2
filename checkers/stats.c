/* SPDX-License-Identifier: MIT */
/*
 * stats: how much ran, how fast, and how available the store was, in all and
 * while each fault was in force. Figures, not a judgement: it is valid
 * whenever something ran.
 */
#include "harness/checker.h"

#include <inttypes.h>
#include <stdlib.h>

#include "checkers/moment.h"
#include "checkers/stats/groups.h"

#define FAULTS_MAX 64
#define ERRORS_SHOWN 20
#define RATE_SECONDS 0.01 /* of a shorter run, a rate says nothing */

struct stats {
	const struct check *check;
	struct figure *figures;
	struct group all;
	struct group quiet; /* while no fault was in force */
	struct groups fs;
	struct groups nodes;
	struct groups errors;
	struct groups faults;	       /* by f of the fault */
	bool in_force[GROUPS_MAX + 1]; /* of faults.items */
	size_t in_force_count;
	bool was_in_force; /* the fault whose injection began last, before */
	bool is_counting; /* in the main phase, or where there are no phases */
	int64_t first_ns; /* of what is counted, -1: no times */
	int64_t last_ns;
};

static void note_time(struct stats *stats, int64_t time_ns)
{
	if (time_ns < 0)
		return;
	if (stats->first_ns < 0 || time_ns < stats->first_ns)
		stats->first_ns = time_ns;
	if (time_ns > stats->last_ns)
		stats->last_ns = time_ns;
}

static void count_client(struct stats *stats, const struct op *op)
{
	struct arena *arena = stats->check->arena;
	struct group *f = groups_find(&stats->fs, op->f);

	group_count(f, op);
	group_add_latency(f, arena, op);
	if (!value_is_nil(op->error))
		group_count(groups_find(&stats->errors, op->error.bits), op);
	if (!stats->is_counting)
		return;
	note_time(stats, op->invoke_ns);
	note_time(stats, op->complete_ns);
	group_count(&stats->all, op);
	if (!value_is_nil(op->node))
		group_count(groups_find(&stats->nodes, op->node.bits), op);
	if (stats->in_force_count == 0)
		group_count(&stats->quiet, op);
	for (size_t i = 0; stats->in_force_count && i < stats->faults.count;
	     i++) {
		if (stats->in_force[i])
			group_count(&stats->faults.items[i], op);
	}
}

static void set_in_force(struct stats *stats, uint16_t f, bool in_force)
{
	struct group *group = groups_find(&stats->faults, f);
	size_t i = (size_t)(group - stats->faults.items);

	if (stats->in_force[i] == in_force)
		return;
	stats->in_force[i] = in_force;
	if (in_force)
		stats->in_force_count++;
	else
		stats->in_force_count--;
}

static bool is_in_force(struct stats *stats, uint16_t f)
{
	struct group *group = groups_find(&stats->faults, f);

	return stats->in_force[group - stats->faults.items];
}

/* From the moment an injection begins until its heal has ended. */
static void follow_nemesis(struct stats *stats, const struct op *op)
{
	struct moment moment;

	moment_read(stats->check->history, op, &moment);
	switch (moment.kind) {
	case MOMENT_PHASE:
		stats->is_counting = moment.phase == PHASE_MAIN;
		break;
	case MOMENT_INJECT_BEGIN:
		stats->was_in_force = is_in_force(stats, op->f);
		set_in_force(stats, op->f, true);
		break;
	case MOMENT_INJECT_END:
		set_in_force(stats, op->f,
			     moment.effect == MOMENT_SKIPPED ?
				     stats->was_in_force :
				     moment.effect != MOMENT_ABSENT);
		break;
	case MOMENT_HEAL_END:
		set_in_force(stats, op->f, false);
		break;
	default:
		break;
	}
}

static bool has_phases(const struct history *history)
{
	for (uint32_t i = 0; i < history->op_count; i++) {
		struct moment moment;

		if (op_is_client(&history->ops[i]))
			continue;
		moment_read(history, &history->ops[i], &moment);
		if (moment.kind == MOMENT_PHASE)
			return true;
	}
	return false;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0.0;
}

static void add_counts(struct stats *stats, struct figure *figure,
		       const struct group *group)
{
	struct arena *arena = stats->check->arena;

	figure_add_int(figure, arena, "count", (int64_t)group->count);
	figure_add_int(figure, arena, "ok",
		       (int64_t)group->outcomes[OUTCOME_OK]);
	figure_add_int(figure, arena, "fail",
		       (int64_t)group->outcomes[OUTCOME_FAIL]);
	figure_add_int(figure, arena, "info",
		       (int64_t)group->outcomes[OUTCOME_INDETERMINATE]);
	figure_add_real(figure, arena, "availability",
			share(group->answered, group->count));
}

static void add_latency(struct stats *stats, struct figure *figure,
			const char *name, const struct histogram *histogram)
{
	struct arena *arena = stats->check->arena;
	struct figure *group;

	if (!histogram)
		return;
	group = figure_add_group(figure, arena, name);
	figure_add_int(group, arena, "count", (int64_t)histogram->count);
	figure_add_int(group, arena, "p50_ns",
		       histogram_quantile(histogram, 0.5));
	figure_add_int(group, arena, "p95_ns",
		       histogram_quantile(histogram, 0.95));
	figure_add_int(group, arena, "p99_ns",
		       histogram_quantile(histogram, 0.99));
	figure_add_int(group, arena, "max_ns", histogram->max_ns);
}

static const char *group_name(struct stats *stats, const struct groups *groups,
			      size_t i, bool is_f)
{
	const struct history *history = stats->check->history;
	const char *text;

	if (i == GROUPS_MAX)
		return "(all others)";
	if (is_f)
		return history_f_name(history, (uint16_t)groups->items[i].key);
	text = moment_text(history, (struct value){ groups->items[i].key });
	return text ? text : "(not text)";
}

static void add_groups(struct stats *stats, const char *name,
		       const struct groups *groups, bool is_f)
{
	struct arena *arena = stats->check->arena;
	struct figure *list = figure_add_group(stats->figures, arena, name);

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->items[i];
		struct figure *figure = figure_add_group(
			list, arena, group_name(stats, groups, i, is_f));
		const struct histogram *const *latencies =
			(const struct histogram *const *)group->latencies;

		add_counts(stats, figure, group);
		add_latency(stats, figure, "latency_ok", latencies[OUTCOME_OK]);
		add_latency(stats, figure, "latency_fail",
			    latencies[OUTCOME_FAIL]);
		add_latency(stats, figure, "latency_info",
			    latencies[OUTCOME_INDETERMINATE]);
	}
}

static int compare_counts(const void *a, const void *b)
{
	const struct group *const *x = a;
	const struct group *const *y = b;

	if ((*x)->count != (*y)->count)
		return (*x)->count < (*y)->count ? 1 : -1;
	return *x < *y ? -1 : *x > *y; /* the first to appear */
}

static void add_errors(struct stats *stats)
{
	struct arena *arena = stats->check->arena;
	struct figure *list = figure_add_list(stats->figures, arena, "errors");
	const struct group *sorted[GROUPS_MAX + 1];

	for (size_t i = 0; i < stats->errors.count; i++)
		sorted[i] = &stats->errors.items[i];
	qsort(sorted, stats->errors.count, sizeof(*sorted), compare_counts);
	for (size_t i = 0; i < stats->errors.count && i < ERRORS_SHOWN; i++) {
		struct figure *figure = figure_add_group(list, arena, NULL);
		size_t number = (size_t)(sorted[i] - stats->errors.items);

		figure_add_text(
			figure, arena, "error",
			group_name(stats, &stats->errors, number, false));
		figure_add_int(figure, arena, "count",
			       (int64_t)sorted[i]->count);
	}
}

static void add_figures(struct stats *stats, double seconds)
{
	struct arena *arena = stats->check->arena;

	add_counts(stats, stats->figures, &stats->all);
	figure_add_real(stats->figures, arena, "seconds", seconds);
	figure_add_real(stats->figures, arena, "rate",
			seconds > 0 ? (double)stats->all.count / seconds : 0);
	add_groups(stats, "by_f", &stats->fs, true);
	add_groups(stats, "by_node", &stats->nodes, false);
	add_counts(stats,
		   figure_add_group(stats->figures, arena, "without_fault"),
		   &stats->quiet);
	add_groups(stats, "during_fault", &stats->faults, true);
	add_errors(stats);
}

static int stats_check(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	const struct history *history = check->history;
	struct stats *stats = arena_alloc(check->arena, sizeof(*stats));
	const struct group *all = &stats->all;
	double seconds = 0;

	(void)err;
	stats->check = check;
	stats->figures = &verdict->figures;
	stats->first_ns = -1;
	stats->is_counting = !has_phases(history);
	for (uint32_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]))
			count_client(stats, &history->ops[i]);
		else
			follow_nemesis(stats, &history->ops[i]);
	}
	if (stats->first_ns >= 0)
		seconds = (double)(stats->last_ns - stats->first_ns) / 1e9;
	add_figures(stats, seconds);
	if (stats->fs.count == 0)
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN,
			    "nothing ran");
	else if (seconds >= RATE_SECONDS)
		verdict_set(verdict, check->arena, VERDICT_VALID,
			    "%" PRIu64 " operations in %.3g s, %.4g a second, "
			    "%.3g %% answered",
			    all->count, seconds, (double)all->count / seconds,
			    100 * share(all->answered, all->count));
	else
		verdict_set(verdict, check->arena, VERDICT_VALID,
			    "%" PRIu64 " operation%s, %.3g %% answered",
			    all->count, all->count == 1 ? "" : "s",
			    100 * share(all->answered, all->count));
	return 0;
}

const struct checker checker_stats = {
	.name = "stats",
	.summary = "counts, latencies, rates and availability, in all and "
		   "while each fault was in force",
	.check = stats_check,
};
