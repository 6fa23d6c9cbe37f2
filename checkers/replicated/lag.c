/* SPDX-License-Identifier: MIT */
/*
 * lag: how far behind the nodes were, each by itself and as time went on, and
 * how long after a heal they had caught up.
 *
 * A read is behind since the first time at which a write was acknowledged that
 * had begun after the write it shows had ended (as in the checker staleness).
 * It has caught up with a heal when it is not behind any more since before
 * that. All are lower bounds: who does not read is not seen to be behind.
 */
#include "harness/core/table.h"
#include "checkers/moment.h"
#include "harness/checker.h"

#include <inttypes.h>

#define SLICES 20
#define NODES_MAX 256
#define HEALS_MAX 1000
#define NS_PER_MS 1e6

struct tally {
	struct value node;
	uint64_t reads;
	uint64_t behind;
	int64_t worst_ns;
	double sum_ns;
};

/* From the end of a heal to the beginning of the next injection. */
struct healed {
	int64_t at_ns;
	int64_t until_ns;
	int64_t caught_up_ns; /* since at_ns; 0: nobody was seen behind */
};

struct lag {
	const struct check *check;
	struct verdict *verdict;
	struct tally nodes[NODES_MAX];
	size_t node_count;
	struct tally slices[SLICES];
	struct tally all;
	struct healed heals[HEALS_MAX];
	size_t heal_count;
	int64_t end_ns; /* of the record */
	/* Of the key at hand. */
	struct arena arena;
	uint32_t *writes;  /* acknowledged, by invocation */
	int64_t *first_ns; /* of those from here on the first acknowledgement */
	uint32_t *first;   /* its place in the record */
	uint32_t count;
	struct table values; /* operation + 1 of who wrote it */
};

static const struct op *op_at(const struct lag *l, uint32_t number)
{
	return &l->check->history->ops[number];
}

static const struct action *action_at(const struct lag *l, uint32_t number)
{
	return op_actions(l->check->history, op_at(l, number));
}

static bool is_acked_write(const struct lag *l, uint32_t number)
{
	return op_at(l, number)->outcome == OUTCOME_OK &&
	       action_at(l, number)->verb == VERB_WRITE;
}

static void collect(struct lag *l, const uint32_t *ops, uint32_t count)
{
	arena_release(&l->arena);
	l->writes = arena_array(&l->arena, count + 1, sizeof(*l->writes));
	l->first = arena_array(&l->arena, count + 1, sizeof(*l->first));
	l->first_ns = arena_array(&l->arena, count + 1, sizeof(*l->first_ns));
	table_init(&l->values, &l->arena, count);
	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (!is_acked_write(l, ops[i]))
			continue;
		*table_at(&l->values, action_at(l, ops[i])->arg.bits) =
			ops[i] + 1;
		l->writes[l->count++] = ops[i];
	}
	l->first[l->count] = HISTORY_NONE;
	for (uint32_t i = l->count; i-- > 0;) {
		const struct op *op = op_at(l, l->writes[i]);
		bool is_sooner = op->complete < l->first[i + 1];

		l->first[i] = is_sooner ? op->complete : l->first[i + 1];
		l->first_ns[i] =
			is_sooner ? op->complete_ns : l->first_ns[i + 1];
	}
}

/* The first write that began after that place in the record. */
static uint32_t begun_after(const struct lag *l, uint32_t place)
{
	uint32_t low = 0;
	uint32_t high = l->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (op_at(l, l->writes[middle])->invoke <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Since when it is behind; its own beginning if it is not, or times are not
 * known. */
static int64_t behind_since(const struct lag *l, uint32_t read)
{
	struct value seen = action_at(l, read)->result;
	const struct op *op = op_at(l, read);
	uint32_t writer = table_find(&l->values, seen.bits);
	uint32_t from = 0;

	if (!value_is_nil(seen)) {
		/* Nobody who was answered wrote it. */
		if (writer == 0)
			return op->invoke_ns;
		from = begun_after(l, op_at(l, writer - 1)->complete);
	}
	if (l->first[from] >= op->invoke || l->first_ns[from] < 0)
		return op->invoke_ns;
	return l->first_ns[from];
}

static void count_read(struct tally *tally, int64_t behind_ns)
{
	tally->reads++;
	tally->behind += behind_ns > 0;
	tally->sum_ns += (double)behind_ns;
	if (behind_ns > tally->worst_ns)
		tally->worst_ns = behind_ns;
}

static struct tally *tally_of(struct lag *l, struct value node)
{
	size_t i = 0;

	while (i < l->node_count && !value_equal(l->nodes[i].node, node))
		i++;
	if (i == l->node_count && i < NODES_MAX)
		l->nodes[l->node_count++].node = node;
	return i < NODES_MAX ? &l->nodes[i] : NULL;
}

static void note_heals(struct lag *l, int64_t since_ns, int64_t read_ns)
{
	for (size_t i = 0; i < l->heal_count; i++) {
		struct healed *heal = &l->heals[i];

		if (since_ns < heal->at_ns && read_ns > heal->at_ns &&
		    read_ns < heal->until_ns &&
		    read_ns - heal->at_ns > heal->caught_up_ns)
			heal->caught_up_ns = read_ns - heal->at_ns;
	}
}

static void judge_read(struct lag *l, uint32_t read)
{
	const struct op *op = op_at(l, read);
	int64_t since_ns = behind_since(l, read);
	struct tally *node = tally_of(l, op->node);
	int64_t behind_ns;
	size_t slice;

	if (op->invoke_ns < 0)
		return;
	behind_ns = op->invoke_ns - since_ns;
	slice = (size_t)((double)op->invoke_ns * SLICES /
			 ((double)l->end_ns + 1));
	count_read(&l->all, behind_ns);
	count_read(&l->slices[slice < SLICES ? slice : SLICES - 1], behind_ns);
	if (node)
		count_read(node, behind_ns);
	if (behind_ns > 0)
		note_heals(l, since_ns, op->invoke_ns);
}

/* NULL, or why there is nothing to measure. */
static const char *look_over(struct lag *l)
{
	const struct history *history = l->check->history;

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct moment moment;

		if (op->invoke_ns > l->end_ns)
			l->end_ns = op->invoke_ns;
		if (op_is_client(op)) {
			if (op->action_count != 1 ||
			    (action_at(l, i)->verb != VERB_READ &&
			     action_at(l, i)->verb != VERB_WRITE))
				return "this is about single reads and writes "
				       "of registers";
			continue;
		}
		moment_read(history, op, &moment);
		if (moment.kind == MOMENT_HEAL_END && op->invoke_ns >= 0 &&
		    l->heal_count < HEALS_MAX)
			l->heals[l->heal_count++] = (struct healed){
				.at_ns = op->invoke_ns,
				.until_ns = INT64_MAX,
			};
		else if (moment.kind == MOMENT_INJECT_BEGIN && l->heal_count &&
			 l->heals[l->heal_count - 1].until_ns == INT64_MAX)
			l->heals[l->heal_count - 1].until_ns = op->invoke_ns;
	}
	return NULL;
}

static void tell_tally(struct lag *l, struct figure *group,
		       const struct tally *tally)
{
	struct arena *arena = l->check->arena;
	double mean = tally->behind ?
			      tally->sum_ns / (double)tally->behind :
			      0;

	figure_add_int(group, arena, "reads", (int64_t)tally->reads);
	figure_add_int(group, arena, "behind", (int64_t)tally->behind);
	figure_add_real(group, arena, "mean-ms", mean / NS_PER_MS);
	figure_add_real(group, arena, "worst-ms",
			(double)tally->worst_ns / NS_PER_MS);
}

static int64_t tell_heals(struct lag *l)
{
	struct arena *arena = l->check->arena;
	struct figure *list =
		figure_add_list(&l->verdict->figures, arena, "heals");
	int64_t worst_ns = 0;

	for (size_t i = 0; i < l->heal_count; i++) {
		const struct healed *heal = &l->heals[i];
		struct figure *group = figure_add_group(list, arena, NULL);

		figure_add_real(group, arena, "at-s",
				(double)heal->at_ns / (1e3 * NS_PER_MS));
		figure_add_real(group, arena, "behind-until-ms",
				(double)heal->caught_up_ns / NS_PER_MS);
		if (heal->caught_up_ns > worst_ns)
			worst_ns = heal->caught_up_ns;
	}
	return worst_ns;
}

static void conclude(struct lag *l)
{
	struct arena *arena = l->check->arena;
	struct figure *figures = &l->verdict->figures;
	struct figure *nodes = figure_add_list(figures, arena, "nodes");
	struct figure *slices = figure_add_list(figures, arena, "over-time");
	int64_t worst_ns = tell_heals(l);

	tell_tally(l, figures, &l->all);
	figure_add_real(figures, arena, "worst-after-heal-ms",
			(double)worst_ns / NS_PER_MS);
	for (size_t i = 0; i < l->node_count; i++) {
		struct figure *group = figure_add_group(nodes, arena, NULL);

		figure_add_text(group, arena, "node",
				moment_text(l->check->history,
					    l->nodes[i].node));
		tell_tally(l, group, &l->nodes[i]);
	}
	for (size_t i = 0; i < SLICES && l->end_ns > 0; i++) {
		struct figure *group = figure_add_group(slices, arena, NULL);

		figure_add_real(group, arena, "from-s",
				(double)l->end_ns / SLICES * (double)i /
					(1e3 * NS_PER_MS));
		tell_tally(l, group, &l->slices[i]);
	}
	if (l->all.reads == 0)
		verdict_set(l->verdict, arena, VERDICT_UNKNOWN,
			    "no read succeeded of which the time is known");
	else
		verdict_set(l->verdict, arena, VERDICT_VALID,
			    "%" PRIu64 " of %" PRIu64 " reads were behind, by "
			    "%.3f ms at worst; %.3f ms after a heal nobody "
			    "was seen to be behind any more",
			    l->all.behind, l->all.reads,
			    (double)l->all.worst_ns / NS_PER_MS,
			    (double)worst_ns / NS_PER_MS);
}

static int lag_check(const struct check *check, struct verdict *verdict,
		     struct error *err)
{
	struct lag *l = arena_alloc(check->arena, sizeof(*l));
	struct history_keys keys;
	const char *misfit;

	(void)err;
	l->check = check;
	l->verdict = verdict;
	misfit = look_over(l);
	if (misfit) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
		return 0;
	}
	history_keys_init(&keys, check->history);
	for (size_t i = 0; i < keys.count; i++) {
		const uint32_t *ops = keys.ops + keys.starts[i];
		uint32_t count = keys.starts[i + 1] - keys.starts[i];

		collect(l, ops, count);
		for (uint32_t j = 0; j < count; j++) {
			if (action_at(l, ops[j])->verb == VERB_READ &&
			    op_at(l, ops[j])->outcome == OUTCOME_OK)
				judge_read(l, ops[j]);
		}
	}
	history_keys_release(&keys);
	arena_release(&l->arena);
	conclude(l);
	return 0;
}

const struct checker checker_lag = {
	.name = "lag",
	.summary = "how far behind each node was, over time, and how long "
		   "after a heal; never convicts",
	.check = lag_check,
};
