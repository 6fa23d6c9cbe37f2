/* SPDX-License-Identifier: MIT */
/*
 * staleness: by how many versions, and for how long, what reads returned had
 * been overwritten.
 *
 * A read is stale by k versions when k acknowledged writes of the key were
 * invoked after the write that it saw had completed, and completed before the
 * read was invoked: in any order that respects real time these lie between. It
 * is stale by the time from the first completion of these to its invocation.
 * Both are lower bounds, exact for the read alone; none stale does not make a
 * history linearizable. (k-atomicity and Delta-atomicity: W. Golab, X. Li, M.
 * Shah: Analyzing consistency properties for fun and profit. PODC 2011.)
 */
#include <inttypes.h>

#include "checkers/causal/table.h"
#include "harness/checker.h"

#define TOLD_MAX 5
#define VERSIONS_MAX 10000 /* of one read; more are not counted */

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
	/* Of the key at hand. */
	struct arena arena;
	struct value key;
	uint32_t *writes; /* that were acknowledged, by invocation */
	uint32_t *first;  /* of those from here on, the one that ended first */
	uint32_t count;
	struct table values; /* operation + 1 */
	bool *is_double;     /* by place in the group */
};

static const struct op *op_at(const struct staleness *s, uint32_t number)
{
	return &s->check->history->ops[number];
}

static const struct action *action_at(const struct staleness *s,
				      uint32_t number)
{
	return op_actions(s->check->history, op_at(s, number));
}

/* What it saw; false where it saw nothing. */
static bool seen_by(const struct staleness *s, uint32_t number,
		    struct value *seen)
{
	const struct action *action = action_at(s, number);

	*seen = action->verb == VERB_CAS ? action->expected : action->result;
	return op_at(s, number)->outcome == OUTCOME_OK &&
	       (action->verb == VERB_READ || action->verb == VERB_CAS);
}

static void collect(struct staleness *s, const uint32_t *ops, uint32_t count)
{
	arena_release(&s->arena);
	s->writes = arena_array(&s->arena, count + 1, sizeof(*s->writes));
	s->first = arena_array(&s->arena, count + 1, sizeof(*s->first));
	s->is_double = arena_array(&s->arena, count + 1, sizeof(bool));
	table_init(&s->values, &s->arena, count);
	s->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct op *op = op_at(s, ops[i]);
		uint32_t *place;

		if (action_at(s, ops[i])->verb == VERB_READ ||
		    op->outcome == OUTCOME_FAIL)
			continue;
		place = table_at(&s->values, action_at(s, ops[i])->arg.bits);
		if (*place)
			s->is_double[*place - 1] = true;
		else
			*place = i + 1;
		if (op->outcome == OUTCOME_OK)
			s->writes[s->count++] = ops[i];
	}
	for (uint32_t i = s->count; i-- > 0;) {
		s->first[i] = s->writes[i];
		if (i + 1 < s->count &&
		    op_at(s, s->first[i + 1])->complete <
			    op_at(s, s->writes[i])->complete)
			s->first[i] = s->first[i + 1];
	}
}

/* How many acknowledged writes were invoked up to that position. */
static uint32_t invoked_by(const struct staleness *s, uint32_t position)
{
	uint32_t low = 0;
	uint32_t high = s->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (op_at(s, s->writes[middle])->invoke <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void tell(struct staleness *s, uint32_t read, uint32_t writer,
		 uint32_t newer, int64_t versions, int64_t ns)
{
	const struct values *values = s->check->history->values;
	struct arena *arena = s->check->arena;
	struct anomaly *anomaly;
	struct value seen;

	if (s->too_stale++ >= TOLD_MAX)
		return;
	seen_by(s, read, &seen);
	anomaly = verdict_add_anomaly(
		s->verdict, arena, "stale-read",
		"a read of key %s returned %s, which had been overwritten "
		"%" PRId64 " times, first %.3f ms before the read",
		value_text(values, s->key, arena),
		value_text(values, seen, arena), versions, (double)ns / 1e6);
	if (writer != HISTORY_NONE)
		anomaly_add_evidence(anomaly, arena, writer,
				     "wrote what was read");
	anomaly_add_evidence(anomaly, arena, newer,
			     "overwrote it, and was acknowledged");
	anomaly_add_evidence(anomaly, arena, read,
			     "began after that, and read the old value");
}

/* `from`: the writes from there on began after the one that was read. */
static void judge_read(struct staleness *s, uint32_t read, uint32_t writer,
		       uint32_t from)
{
	const struct op *op = op_at(s, read);
	int64_t versions = 0;
	int64_t ns = 0;

	if (from >= s->count ||
	    op_at(s, s->first[from])->complete >= op->invoke)
		return;
	for (uint32_t i = from; i < s->count && versions < VERSIONS_MAX &&
				op_at(s, s->writes[i])->invoke < op->invoke;
	     i++)
		versions += op_at(s, s->writes[i])->complete < op->invoke;
	if (op->invoke_ns >= 0 && op_at(s, s->first[from])->complete_ns >= 0)
		ns = op->invoke_ns - op_at(s, s->first[from])->complete_ns;
	s->stale++;
	if (versions > s->worst_versions)
		s->worst_versions = versions;
	if (ns > s->worst_ns)
		s->worst_ns = ns;
	if ((s->max_versions >= 0 && versions > s->max_versions) ||
	    (s->max_ns >= 0 && ns > s->max_ns))
		tell(s, read, writer, s->first[from], versions, ns);
}

static void judge_key(struct staleness *s, const uint32_t *ops, uint32_t count)
{
	collect(s, ops, count);
	for (uint32_t i = 0; i < count; i++) {
		struct value seen;
		uint32_t place;

		if (!seen_by(s, ops[i], &seen))
			continue;
		s->reads++;
		place = table_find(&s->values, seen.bits);
		if (place == 0 && value_is_nil(seen)) {
			judge_read(s, ops[i], HISTORY_NONE, 0);
		} else if (place == 0 || s->is_double[place - 1] ||
			   value_is_nil(seen)) {
			s->ambiguous++;
		} else if (op_at(s, ops[place - 1])->outcome == OUTCOME_OK) {
			uint32_t writer = ops[place - 1];

			judge_read(s, ops[i], writer,
				   invoked_by(s, op_at(s, writer)->complete));
		}
	}
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

static const char *misfit_of(const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		uint16_t verb;

		if (!op_is_client(op))
			continue;
		verb = op->action_count == 1 ? op_actions(history, op)->verb :
					       VERB_NONE;
		if (verb != VERB_READ && verb != VERB_WRITE && verb != VERB_CAS)
			return "this is about single reads, writes and cas of "
			       "registers";
	}
	return NULL;
}

static int staleness_check(const struct check *check, struct verdict *verdict,
			   struct error *err)
{
	struct staleness s = { .check = check, .verdict = verdict };
	const char *misfit = misfit_of(check->history);
	struct history_keys keys;

	(void)err;
	s.max_versions = options_is_given(check->options, "max-versions") ?
				 options_int(check->options, "max-versions") :
				 -1;
	s.max_ns = options_is_given(check->options, "max-age") ?
			   options_duration_ns(check->options, "max-age") :
			   -1;
	if (misfit) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
		return 0;
	}
	history_keys_init(&keys, check->history);
	for (size_t i = 0; i < keys.count; i++) {
		s.key = keys.keys[i];
		judge_key(&s, keys.ops + keys.starts[i],
			  keys.starts[i + 1] - keys.starts[i]);
	}
	conclude(&s);
	arena_release(&s.arena);
	history_keys_release(&keys);
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
