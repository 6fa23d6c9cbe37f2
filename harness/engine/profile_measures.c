/* SPDX-License-Identifier: MIT */
/* What a profile measures besides the models. */
#include "harness/engine/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/engine/placement.h"
#include "harness/report/text.h"

#define SIDE_LEAST 20 /* operations; of fewer nothing is concluded */
#define SIDE_PERCENT 95 /* answered: the side is available */

static double real_of(const struct figure *group, const char *name)
{
	const struct figure *figure = figure_find(group, name);

	return figure && figure->kind == FIGURE_REAL ? figure->real : 0;
}

static int64_t number_of(const struct figure *group, const char *name)
{
	const struct figure *figure = figure_find(group, name);

	return figure && figure->kind == FIGURE_INT ? figure->number : 0;
}

static const char *node_name(const struct figure *node)
{
	const struct figure *name = figure_find(node, "node");

	return name && name->text ? name->text : "";
}

/* Of the nodes, the one whose name comes next after `last`, or NULL. */
static const struct figure *next_node(const struct figure *nodes,
				      const char *last)
{
	const struct figure *best = NULL;

	for (const struct figure *node = nodes->first; node;
	     node = node->next) {
		if ((!last || strverscmp(node_name(node), last) > 0) &&
		    (!best ||
		     strverscmp(node_name(node), node_name(best)) < 0))
			best = node;
	}
	return best;
}

/* Each node: how many of its reads were behind, and how far at worst. */
static void print_nodes(struct profile *profile, const struct figure *lag)
{
	const struct figure *nodes = figure_find(lag, "nodes");
	const struct figure *node = nodes ? next_node(nodes, NULL) : NULL;
	const char *before = "nodes: ";

	/* One may be the operations that name no node. */
	if (!node || !nodes->first->next)
		return;
	for (; node; node = next_node(nodes, node_name(node))) {
		printf("%s%s behind in %" PRId64 " of %" PRId64 " reads",
		       before,
		       text_shown(&profile->arena, node_name(node), false),
		       number_of(node, "behind"), number_of(node, "reads"));
		if (number_of(node, "behind"))
			printf(" (%.1f ms at worst)",
			       real_of(node, "worst-ms"));
		before = "; ";
	}
	putchar('\n');
}

static void print_heals(const struct figure *lag)
{
	const struct figure *heals = figure_find(lag, "heals");
	double worst_ms = real_of(lag, "worst-after-heal-ms");
	uint64_t count = 0;

	for (const struct figure *heal = heals ? heals->first : NULL; heal;
	     heal = heal->next)
		count++;
	if (count == 0)
		return;
	printf("heals: after %" PRIu64 " heals ", count);
	if (worst_ms > 0)
		printf("the last read that was still behind began %.1f ms "
		       "later\n",
		       worst_ms);
	else
		puts("no read was seen to be still behind");
}

static bool is_model(const struct profile *profile, const struct judged *judged)
{
	for (size_t m = 0; m < PROFILE_MODELS; m++) {
		if (judged == profile->judged[m])
			return true;
	}
	return false;
}

static void print_judged(struct profile *profile, const struct judged *judged,
			 const char *word)
{
	printf("%s: %s%s\n", judged->checker->name, word,
	       text_shown(&profile->arena, judged->verdict.reason, false));
}

/* What the run's workload asked for besides; first what all are asked. */
void profile_print_measures(struct profile *profile)
{
	static const char *const words[] = { "unknown: ", "holds: ",
					     "broken: " };
	static const char *const first[] = { "staleness", "lag",
					     "convergence" };
	bool has_models = profile_is_of_registers(profile);

	for (size_t i = 0; i < 3; i++) {
		const struct judged *judged = profile_judged(profile, first[i]);

		/* Of other objects these can tell nothing. */
		if (!judged ||
		    (!has_models && judged->verdict.kind == VERDICT_UNKNOWN))
			continue;
		if (strcmp(first[i], "lag") != 0) {
			print_judged(profile, judged, "");
			continue;
		}
		print_nodes(profile, &judged->verdict.figures);
		print_heals(&judged->verdict.figures);
	}
	for (size_t i = 0; i < profile->judgement.count; i++) {
		const struct judged *judged = &profile->judgement.judged[i];
		bool is_first = false;

		for (size_t n = 0; n < 3; n++)
			is_first |= strcmp(judged->checker->name, first[n]) ==
				    0;
		if (!is_first && !is_model(profile, judged) &&
		    !checker_is_standing(judged->checker))
			print_judged(profile, judged,
				     words[judged->verdict.kind]);
	}
}

/* Almost all that it was asked; of a few nothing can be told. */
static bool is_available(struct answers majority, struct answers minority)
{
	return majority.answered * 100 >= majority.asked * SIDE_PERCENT &&
	       minority.answered * 100 >= minority.asked * SIDE_PERCENT;
}

static bool has_enough(const struct side *side)
{
	return side->reads.asked + side->updates.asked >= SIDE_LEAST;
}

static const char *place(const struct profile *profile,
			 const struct placement *placement)
{
	const struct judged *judged = profile->judged[PROFILE_LINEARIZABLE];
	const struct side *most = &placement->majority;
	const struct side *few = &placement->minority;
	bool reads = is_available(most->reads, few->reads);
	bool updates = is_available(most->updates, few->updates);

	if (!has_enough(most) || !has_enough(few))
		return "cannot be told: a side was asked too little";
	if (!judged || judged->verdict.kind == VERDICT_UNKNOWN)
		return "cannot be told: nor can linearizability";
	if (judged->verdict.kind == VERDICT_VALID)
		return reads && updates ?
			       "cannot be told: linearizable, and these "
			       "partitions cost no side anything" :
			       "CP: linearizable, not available on both sides";
	if (reads && updates)
		return "AP: available, not linearizable";
	if (reads && few->reads.asked >= SIDE_LEAST)
		return "AP for reads: available, not linearizable; updates "
		       "are not available on both sides";
	return "neither: not linearizable, nor available";
}

static void print_answers(const char *what, struct answers answers)
{
	if (answers.asked)
		printf("%" PRIu64 " of %" PRIu64 " %s (%.1f %%)",
		       answers.answered, answers.asked, what,
		       100.0 * (double)answers.answered /
			       (double)answers.asked);
	else
		printf("no %s", what);
}

static void print_side(const char *name, const struct side *side)
{
	printf("     the %s's side answered ", name);
	print_answers("reads", side->reads);
	printf(" and ");
	print_answers("updates", side->updates);
	putchar('\n');
}

void profile_print_place(const struct profile *profile)
{
	struct placement placement;

	placement_measure(profile->history, &placement);
	if (placement.partitions == 0) {
		puts("CAP: no partition is proven in this record");
		return;
	}
	printf("CAP: %s (in %" PRIu64 " partitions)\n",
	       place(profile, &placement), placement.partitions);
	print_side("majority", &placement.majority);
	print_side("minority", &placement.minority);
}
