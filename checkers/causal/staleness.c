/* SPDX-License-Identifier: MIT */
/*
 * staleness: by how many versions, and for how long, what reads returned had
 * been overwritten.
 * (stale.h says what that is). None stale does not make a history
 * linearizable.
 */
#include <inttypes.h>

#include "harness/checker.h"
#include "harness/core/stale.h"

#define TOLD_MAX 5

struct staleness {
	const struct check *check;
	struct verdict *verdict;
	int64_t max_versions; /* allowed; negative: any */
	int64_t max_ns;
	uint64_t reads;
	uint64_t stale;
	uint64_t ambiguous;
	uint64_t too_stale;
	int64_t worst_versions;
	int64_t worst_ns;
};

static void tell(struct staleness *s, const struct stale_read *read)
{
	const struct values *values = s->check->history->values;
	struct arena *arena = s->check->arena;
	struct anomaly *anomaly;

	if (s->too_stale++ >= TOLD_MAX)
		return;
	anomaly = verdict_add_anomaly(
		s->verdict, arena, "stale-read",
		"a read of key %s returned %s, which had been overwritten "
		"%" PRId64 " times, first %.3f ms before the read",
		value_text(values, read->key, arena),
		value_text(values, read->seen, arena), read->versions,
		(double)read->ns / 1e6);
	if (read->writer != HISTORY_NONE)
		anomaly_add_evidence(anomaly, arena, read->writer,
				     "wrote what was read");
	anomaly_add_evidence(anomaly, arena, read->newer,
			     "overwrote it, and was acknowledged");
	anomaly_add_evidence(anomaly, arena, read->read,
			     "began after that, and read the old value");
}

static void judge_read(void *state, const struct stale_read *read)
{
	struct staleness *s = state;

	s->reads++;
	s->ambiguous += read->is_untold;
	if (read->newer == HISTORY_NONE)
		return;
	s->stale++;
	if (read->versions > s->worst_versions)
		s->worst_versions = read->versions;
	if (read->ns > s->worst_ns)
		s->worst_ns = read->ns;
	if ((s->max_versions >= 0 && read->versions > s->max_versions) ||
	    (s->max_ns >= 0 && read->ns > s->max_ns))
		tell(s, read);
}

static void conclude(struct staleness *s)
{
	struct arena *arena = s->check->arena;
	struct figure *figures = &s->verdict->figures;
	double share = s->reads ? (double)s->stale / (double)s->reads : 0;

	figure_add_int(figures, arena, "reads", (int64_t)s->reads);
	figure_add_int(figures, arena, "stale-reads", (int64_t)s->stale);
	figure_add_real(figures, arena, "stale-share", share);
	figure_add_int(figures, arena, "worst-versions", s->worst_versions);
	figure_add_real(figures, arena, "worst-ms", (double)s->worst_ns / 1e6);
	figure_add_int(figures, arena, "untold-reads", (int64_t)s->ambiguous);
	figure_add_int(figures, arena, "too-stale", (int64_t)s->too_stale);
	if (s->verdict->kind == VERDICT_INVALID)
		return;
	if (s->reads == s->ambiguous)
		verdict_set(s->verdict, arena, VERDICT_UNKNOWN,
			    "no read tells whose write it saw");
	else if (s->ambiguous && (s->max_versions >= 0 || s->max_ns >= 0))
		verdict_set(s->verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu64
			    " reads do not tell whose write they saw",
			    s->ambiguous);
	else
		verdict_set(s->verdict, arena, VERDICT_VALID,
			    "%" PRIu64 " of %" PRIu64
			    " reads were stale, by %" PRId64
			    " versions and %.3f ms at worst",
			    s->stale, s->reads, s->worst_versions,
			    (double)s->worst_ns / 1e6);
}

static int staleness_check(const struct check *check, struct verdict *verdict,
			   struct error *err)
{
	struct staleness s = { .check = check, .verdict = verdict };

	(void)err;
	s.max_versions = options_is_given(check->options, "max-versions") ?
				 options_int(check->options, "max-versions") :
				 -1;
	s.max_ns = options_is_given(check->options, "max-age") ?
			   options_duration_ns(check->options, "max-age") :
			   -1;
	if (!stale_fits(check->history)) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN,
			    "this is about single reads, writes and cas of "
			    "registers");
		return 0;
	}
	stale_each(check->history, judge_read, &s);
	conclude(&s);
	return 0;
}

static const struct option staleness_options[] = {
	{ "max-versions", OPTION_INT, NULL,
	  "by how many versions a read may be stale [any]", NULL },
	{ "max-age", OPTION_DURATION, NULL,
	  "how long ago what is read may have been overwritten [any]", NULL },
	{ 0 },
};

const struct checker checker_staleness = {
	.name = "staleness",
	.summary = "how stale reads are, in versions and in time",
	.options = staleness_options,
	.check = staleness_check,
};
