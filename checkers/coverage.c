/* SPDX-License-Identifier: MIT */
/*
 * coverage: no vacuous pass. A test in which nothing succeeded, in which the
 * faults did not take, or whose closing reads are missing proves nothing,
 * however clean its history is. Whatever is missing makes the verdict
 * unknown, with the reason; it never convicts.
 */
#include "harness/checker.h"

#include <inttypes.h>
#include <string.h>

#include "checkers/coverage/tally.h"

struct coverage {
	const struct check *check;
	struct verdict *verdict;
	struct tally tally;
	struct figure *gaps;
	const char *first_gap;
	size_t gap_count;
};

__attribute__((format(printf, 2, 3))) static void gap(struct coverage *coverage,
						      const char *format, ...)
{
	struct arena *arena = coverage->check->arena;
	va_list args;
	const char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	figure_add_text(coverage->gaps, arena, NULL, text);
	if (coverage->gap_count++ == 0)
		coverage->first_gap = text;
}

static bool may_fail(const struct coverage *coverage, const char *f)
{
	const char *const *names =
		options_list(coverage->check->options, "may-fail");

	for (; *names; names++) {
		if (strcmp(*names, f) == 0)
			return true;
	}
	return false;
}

static void check_harness(struct coverage *coverage)
{
	const struct history *history = coverage->check->history;
	const struct tally *tally = &coverage->tally;
	const char *text;

	if (tally->harness_errors == 0)
		return;
	text = moment_text(history, history->ops[tally->harness_error].error);
	gap(coverage, "the harness had trouble: %s",
	    text ? text : "no more is recorded");
}

/* Every f must have succeeded in the phase often enough. */
static void check_fs(struct coverage *coverage, enum phase phase,
		     uint64_t ok_min)
{
	const struct history *history = coverage->check->history;
	const struct tally *tally = &coverage->tally;

	for (size_t i = 0; i < tally->f_count; i++) {
		const struct count *count = &tally->fs[i].phases[phase];
		const char *name = history_f_name(history, tally->fs[i].f);

		if (count->ops == 0 || count->ok >= ok_min ||
		    may_fail(coverage, name))
			continue;
		if (count->ok == 0)
			gap(coverage,
			    "none of %" PRIu64 " \"%s\" operations succeeded "
			    "in the %s phase",
			    count->ops, name, phase_name(phase));
		else
			gap(coverage,
			    "only %" PRIu64 " of %" PRIu64 " \"%s\" operations "
			    "succeeded in the %s phase; %" PRIu64 " are wanted",
			    count->ok, count->ops, name, phase_name(phase),
			    ok_min);
	}
}

static void check_main(struct coverage *coverage)
{
	const struct options *options = coverage->check->options;
	const struct count *main = &coverage->tally.phases[PHASE_MAIN];
	double fraction = options_real(options, "min-ok-fraction");
	int64_t ok_min = options_int(options, "min-ok");

	if (!coverage->tally.has_phase[PHASE_MAIN]) {
		gap(coverage, "the run never reached its main phase");
		return;
	}
	if (main->ops == 0) {
		gap(coverage, "no operation was invoked in the main phase");
		return;
	}
	if (main->ok == 0) {
		gap(coverage,
		    "none of %" PRIu64 " operations succeeded in the main "
		    "phase",
		    main->ops);
		return;
	}
	check_fs(coverage, PHASE_MAIN, ok_min > 0 ? (uint64_t)ok_min : 0);
	if ((double)main->ok < fraction * (double)main->ops)
		gap(coverage,
		    "only %" PRIu64 " of %" PRIu64 " operations succeeded in "
		    "the main phase (%.2g %%); %.2g %% are wanted",
		    main->ok, main->ops,
		    100.0 * (double)main->ok / (double)main->ops,
		    100.0 * fraction);
}

static void check_end(struct coverage *coverage)
{
	const struct tally *tally = &coverage->tally;
	const struct count *final = &tally->phases[PHASE_FINAL];
	bool is_required =
		options_is(coverage->check->options, "final", "required");

	if (!tally->has_phase[PHASE_HEALING] &&
	    !tally->has_phase[PHASE_FINAL]) {
		gap(coverage, "the record ends in the main phase: the run was "
			      "cut off");
		return;
	}
	if (is_required && final->ops == 0)
		gap(coverage, "the closing reads never happened");
	else if (final->ops > 0)
		check_fs(coverage, PHASE_FINAL, 1);
}

static void check_effect(struct coverage *coverage,
			 const struct fault_tally *fault)
{
	const struct history *history = coverage->check->history;
	const char *name = history_f_name(history, fault->f);
	uint64_t absent = fault->effects[MOMENT_ABSENT];
	uint64_t unproven = absent + fault->effects[MOMENT_UNKNOWN];
	int64_t allowed = options_int(coverage->check->options, "unproven-max");
	const char *error = NULL;

	if (fault->injected == 0)
		return; /* only healed, which costs nothing */
	if (fault->unproven_op != HISTORY_NONE)
		error = moment_text(history,
				    history->ops[fault->unproven_op].error);
	if (fault->effects[MOMENT_SKIPPED] == fault->injected)
		gap(coverage,
		    "each of %" PRIu64 " injections of \"%s\" was skipped, "
		    "for other faults had all whom it drew",
		    fault->injected, name);
	else if (fault->effects[MOMENT_PROVEN] == 0 ||
		 unproven > (uint64_t)(allowed > 0 ? allowed : 0))
		gap(coverage,
		    "%" PRIu64 " of %" PRIu64 " injections of \"%s\" %s%s%s",
		    unproven, fault->injected, name,
		    absent == unproven ? "did not take effect"
				       : "were not proven to take effect",
		    error ? ": " : "", error ? error : "");
	if (fault->needs_heal)
		gap(coverage, "\"%s\" was not proven to be healed", name);
}

static void check_faults(struct coverage *coverage)
{
	const struct tally *tally = &coverage->tally;
	const struct history *history = coverage->check->history;
	struct count partial = { 0 };
	bool has_partial = false;
	uint64_t injected = 0;

	for (size_t i = 0; i < tally->fault_count; i++) {
		const struct fault_tally *fault = &tally->faults[i];

		check_effect(coverage, fault);
		injected += fault->injected;
		if (fault->effects[MOMENT_PROVEN] > 0 && fault->during.ops == 0)
			gap(coverage,
			    "no operation was in flight while \"%s\" was in "
			    "force",
			    history_f_name(history, fault->f));
		has_partial |= fault->has_partial;
		partial.ops += fault->partial_during.ops;
		partial.ok += fault->partial_during.ok;
	}
	/* Every fault of a run is healed at its end, injected or not. */
	if (tally->fault_count > 0 && injected == 0)
		gap(coverage, "the run had faults to inject, and none was "
			      "injected: it was too short");
	if (has_partial && partial.ops > 0 && partial.ok == 0 &&
	    options_is(coverage->check->options, "during-faults", "succeed"))
		gap(coverage,
		    "none of %" PRIu64 " operations succeeded while a fault "
		    "was in force; only quiet moments were tested",
		    partial.ops);
}

static void add_count(struct coverage *coverage, struct figure *group,
		      const char *name, const struct count *count)
{
	struct arena *arena = coverage->check->arena;
	struct figure *member = figure_add_group(group, arena, name);

	figure_add_int(member, arena, "count", (int64_t)count->ops);
	figure_add_int(member, arena, "ok", (int64_t)count->ok);
}

static void add_phases(struct coverage *coverage)
{
	const struct tally *tally = &coverage->tally;
	struct arena *arena = coverage->check->arena;
	struct figure *phases =
		figure_add_group(&coverage->verdict->figures, arena, "phases");

	for (int phase = PHASE_NONE; phase < PHASE_COUNT; phase++) {
		struct figure *group;

		if (!tally->has_phase[phase] && tally->phases[phase].ops == 0)
			continue;
		group = figure_add_group(phases, arena,
					 phase_name((enum phase)phase));
		add_count(coverage, group, "all", &tally->phases[phase]);
		for (size_t i = 0; i < tally->f_count; i++) {
			const struct f_tally *f = &tally->fs[i];

			if (f->phases[phase].ops > 0)
				add_count(
					coverage, group,
					history_f_name(coverage->check->history,
						       f->f),
					&f->phases[phase]);
		}
	}
}

static void add_faults(struct coverage *coverage)
{
	const struct tally *tally = &coverage->tally;
	struct arena *arena = coverage->check->arena;
	struct figure *faults =
		figure_add_group(&coverage->verdict->figures, arena, "faults");

	for (size_t i = 0; i < tally->fault_count; i++) {
		const struct fault_tally *fault = &tally->faults[i];
		struct figure *group = figure_add_group(
			faults, arena,
			history_f_name(coverage->check->history, fault->f));

		figure_add_int(group, arena, "injected",
			       (int64_t)fault->injected);
		figure_add_int(group, arena, "proven",
			       (int64_t)fault->effects[MOMENT_PROVEN]);
		figure_add_int(group, arena, "absent",
			       (int64_t)fault->effects[MOMENT_ABSENT]);
		figure_add_int(group, arena, "unknown",
			       (int64_t)fault->effects[MOMENT_UNKNOWN]);
		figure_add_int(group, arena, "skipped",
			       (int64_t)fault->effects[MOMENT_SKIPPED]);
		figure_add_bool(group, arena, "healed", !fault->needs_heal);
		add_count(coverage, group, "during", &fault->during);
	}
}

static void conclude(struct coverage *coverage)
{
	const struct tally *tally = &coverage->tally;
	struct arena *arena = coverage->check->arena;
	uint64_t proven = 0;
	uint64_t skipped = 0;

	for (size_t i = 0; i < tally->fault_count; i++) {
		proven += tally->faults[i].effects[MOMENT_PROVEN];
		skipped += tally->faults[i].effects[MOMENT_SKIPPED];
	}
	if (coverage->gap_count > 1)
		verdict_set(coverage->verdict, arena, VERDICT_UNKNOWN,
			    "%s (and %zu gaps more)", coverage->first_gap,
			    coverage->gap_count - 1);
	else if (coverage->gap_count == 1)
		verdict_set(coverage->verdict, arena, VERDICT_UNKNOWN, "%s",
			    coverage->first_gap);
	else
		verdict_set(coverage->verdict, arena, VERDICT_VALID,
			    "%" PRIu64 " of %" PRIu64 " operations succeeded, "
			    "%" PRIu64 " injections of faults were proven%s",
			    tally->all.ok, tally->all.ops, proven,
			    skipped ? arena_printf(arena,
						   ", %" PRIu64 " skipped",
						   skipped)
				    : "");
}

static int coverage_check(const struct check *check, struct verdict *verdict,
			  struct error *err)
{
	struct coverage coverage = { .check = check, .verdict = verdict };
	const struct tally *tally = &coverage.tally;

	(void)err;
	coverage.gaps =
		figure_add_list(&verdict->figures, check->arena, "gaps");
	tally_history(&coverage.tally, check->history, check->arena);
	check_harness(&coverage);
	if (tally->all.ops == 0) {
		gap(&coverage, "nothing ran: the history has no operation of a "
			       "client");
	} else if (tally->has_phases) {
		check_main(&coverage);
		check_faults(&coverage);
		check_end(&coverage);
	} else if (tally->all.ok == 0) {
		gap(&coverage, "none of %" PRIu64 " operations succeeded",
		    tally->all.ops);
	}
	add_phases(&coverage);
	add_faults(&coverage);
	conclude(&coverage);
	return 0;
}

static const char *const final_choices[] = { "auto", "required", NULL };
static const char *const during_choices[] = { "succeed", "any", NULL };

static const struct option coverage_options[] = {
	{ "min-ok", OPTION_INT, "10",
	  "how often each f must succeed in the main phase", NULL },
	{ "min-ok-fraction", OPTION_REAL, "1%",
	  "share of the main phase's operations that must succeed", NULL },
	{ "may-fail", OPTION_LIST, NULL, "each f that need not succeed", NULL },
	{ "unproven-max", OPTION_INT, "0",
	  "injections of a fault whose effect may be unproven", NULL },
	{ "during-faults", OPTION_CHOICE, "succeed",
	  "whether some operation must succeed while a fault that spares a "
	  "node is in force",
	  during_choices },
	{ "final", OPTION_CHOICE, "auto",
	  "whether closing reads are required, or only must succeed if any "
	  "were tried",
	  final_choices },
	{ 0 },
};

const struct checker checker_coverage = {
	.name = "coverage",
	.summary = "the test was no empty one: operations succeeded in each "
		   "phase, each fault was proven to take effect and to be "
		   "healed",
	.options = coverage_options,
	.check = coverage_check,
};
