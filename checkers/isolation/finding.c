/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/finding.h"

#include <stdlib.h>

#include "harness/core/arena.h"

void findings_init(struct findings *findings)
{
	*findings = (struct findings){ 0 };
}

void findings_release(struct findings *findings)
{
	free(findings->items);
	*findings = (struct findings){ 0 };
}

static void keep(struct findings *findings, const struct finding *finding)
{
	findings->items = array_reserve(findings->items, &findings->capacity,
					findings->count + 1,
					sizeof(*findings->items));
	findings->items[findings->count++] = *finding;
}

void findings_add(struct findings *findings, const struct finding *finding)
{
	findings->set |= anomaly_bit(finding->name);
	if (findings->counts[finding->name]++ < FINDINGS_TOLD_MAX)
		keep(findings, finding);
}

void findings_note(struct findings *findings, enum anomaly_name name,
		   const struct view *view, uint32_t shows, uint32_t culprit,
		   uint32_t witness)
{
	struct finding finding = {
		.name = name,
		.key = view->key_of[shows],
		.shows = shows,
		.culprit = culprit,
		.witness = witness,
	};

	findings_add(findings, &finding);
}

void findings_simplify(struct findings *findings, anomaly_set names)
{
	anomaly_set drop = 0;
	size_t kept = 0;

	for (uint32_t i = 0; i < A_COUNT; i++) {
		if (findings->set >> i & 1)
			drop |= anomaly_implied(i) & ~anomaly_bit(i) & names &
				findings->set;
	}
	for (uint32_t i = 0; i < A_COUNT; i++) {
		if (drop >> i & 1)
			findings->counts[i] = 0;
	}
	for (size_t i = 0; i < findings->count; i++) {
		if (!(drop >> findings->items[i].name & 1))
			findings->items[kept++] = findings->items[i];
	}
	findings->count = kept;
	findings->set &= ~drop;
}

void findings_merge(struct findings *findings, struct findings *more)
{
	uint64_t told[A_COUNT];

	for (size_t i = 0; i < A_COUNT; i++)
		told[i] = findings->counts[i];
	for (size_t i = 0; i < more->count; i++) {
		if (told[more->items[i].name]++ < FINDINGS_TOLD_MAX)
			keep(findings, &more->items[i]);
	}
	for (size_t i = 0; i < A_COUNT; i++)
		findings->counts[i] += more->counts[i];
	findings->set |= more->set;
	findings_release(more);
}
