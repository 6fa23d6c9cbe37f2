/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/predicates.h"

#include <stdlib.h>

#include "checkers/isolation/classify.h"
#include "checkers/isolation/model.h"
#include "harness/core/arena.h"

/* The name of the same class through a predicate. */
static enum anomaly_name without_item(enum anomaly_name name)
{
	switch (name) {
	case A_G_SINGLE_ITEM:
		return A_G_SINGLE;
	case A_G_NONADJACENT_ITEM:
		return A_G_NONADJACENT;
	case A_G2_ITEM:
		return A_G2;
	case A_G_SINGLE_ITEM_P:
		return A_G_SINGLE_P;
	case A_G_NONADJACENT_ITEM_P:
		return A_G_NONADJACENT_P;
	case A_G2_ITEM_P:
		return A_G2_P;
	case A_G_SINGLE_ITEM_R:
		return A_G_SINGLE_R;
	case A_G_NONADJACENT_ITEM_R:
		return A_G_NONADJACENT_R;
	case A_G2_ITEM_R:
		return A_G2_R;
	default:
		return name;
	}
}

static void take_new(struct analysis *analysis, const struct findings *found)
{
	anomaly_set known = anomaly_closure(analysis->findings.set);

	for (size_t i = 0; i < found->count; i++) {
		struct finding finding = found->items[i];

		finding.name = without_item(finding.name);
		if (!(known & anomaly_bit(finding.name)))
			findings_add(&analysis->findings, &finding);
	}
	for (uint32_t name = 0; name < A_COUNT; name++) {
		enum anomaly_name whole = without_item(name);

		if (!(known & anomaly_bit(whole)) &&
		    found->counts[name] > analysis->findings.counts[whole])
			analysis->findings.counts[whole] =
				found->counts[name];
	}
}

static void leave_open(struct analysis *analysis)
{
	uint64_t decided =
		model_weaker(lattice_find("strong-read-committed")) |
		UINT64_C(1) << lattice_find("repeatable-read");

	for (size_t i = 0; i < model_count; i++) {
		if (!(model_weaker(i) >> lattice_find("snapshot-isolation") &
		      1) &&
		    !(decided >> i & 1))
			analysis->undecided |= UINT64_C(1) << i;
	}
}

void predicates_name(struct analysis *analysis, const struct graph *graph,
		     struct arena *arena)
{
	uint8_t *in_cycle = heap_zeroed((size_t)graph->node_count + 1, 1);
	struct findings found;

	findings_init(&found);
	classify(graph, analysis->view.op_count, &found, in_cycle, arena);
	take_new(analysis, &found);
	findings_release(&found);
	free(in_cycle);
	leave_open(analysis);
}
