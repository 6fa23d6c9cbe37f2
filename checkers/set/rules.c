/* SPDX-License-Identifier: MIT */
/*
 * That an element is seen is wrong when it was known not to be there (it had
 * never been added, was removed, was seen to be gone) before the read began,
 * and no addition can have come between; that it is not seen, likewise. Each
 * of these is proof by itself. To prove the most, take the latest witness:
 * of those that ended before the read, the one that began last. A sight that
 * is wrong itself is no witness.
 */
#include "checkers/set/set.h"

#include <stdlib.h>

struct witness {
	uint32_t op;
	uint32_t begin;
};

struct judging {
	const struct element *element;
	bool strict;
	struct witness there; /* the latest so far; op is HISTORY_NONE: none */
	struct witness gone;
	uint32_t last_there; /* end of the last sight that has it; 0: none */
	uint32_t last_gone;
	struct fault *fault;
};

static void look_at(struct witness *witness, uint32_t op, uint32_t begin)
{
	if (witness->op == HISTORY_NONE || begin > witness->begin)
		*witness = (struct witness){ op, begin };
}

/* The witness for `there`, updates included, before `position`. */
static struct witness witness_before(const struct judging *judging, bool there,
				     uint32_t position)
{
	const struct element *element = judging->element;
	struct witness witness = there ? judging->there : judging->gone;

	for (size_t i = 0; i < element->update_count; i++) {
		const struct update *update = &element->updates[i];

		if (update->adds == there && update->end < position)
			look_at(&witness, update->op, update->begin);
	}
	return witness;
}

/* Whether an update that `adds` may have come between the two. */
static bool may_change(const struct element *element, bool adds,
		       const struct witness *witness, const struct sight *sight)
{
	for (size_t i = 0; i < element->update_count; i++) {
		const struct update *update = &element->updates[i];

		if (update->adds == adds && update->begin < sight->end &&
		    (witness->op == HISTORY_NONE ||
		     update->end > witness->begin))
			return true;
	}
	return false;
}

static enum fault_kind kind_of(const struct judging *judging,
			       const struct sight *sight,
			       const struct witness *witness)
{
	if (!sight->present)
		return judging->last_there < sight->begin ? FAULT_LOST
							  : FAULT_STALE;
	if (witness->op == HISTORY_NONE)
		return FAULT_PHANTOM;
	if (judging->last_gone < sight->begin ||
	    (judging->strict && witness->op == judging->gone.op))
		return FAULT_RESURRECTED;
	return FAULT_STALE;
}

/* Returns false if the sight is wrong. */
static bool judge_sight(struct judging *judging, const struct sight *sight)
{
	struct witness witness =
		witness_before(judging, !sight->present, sight->begin);
	struct fault *fault = judging->fault;
	enum fault_kind kind;

	if (!sight->present && witness.op == HISTORY_NONE)
		return true;
	if (may_change(judging->element, sight->present, &witness, sight))
		return true;
	kind = kind_of(judging, sight, &witness);
	if ((kind != FAULT_STALE || judging->strict) &&
	    (fault->kind == FAULT_NONE || kind < fault->kind))
		*fault = (struct fault){ kind, *sight, witness.op };
	return false;
}

void rules_judge(const struct element *element, const struct sight *sights,
		 size_t count, bool strict, struct fault *fault)
{
	struct sort_item *ends = heap_zeroed(count + 1, sizeof(*ends));
	bool *is_right = heap_zeroed(count + 1, sizeof(*is_right));
	struct judging judging = {
		.element = element,
		.strict = strict,
		.there = { HISTORY_NONE, 0 },
		.gone = { HISTORY_NONE, 0 },
		.fault = fault,
	};
	size_t next = 0;

	*fault = (struct fault){ .kind = FAULT_NONE };
	for (size_t i = 0; i < count; i++) {
		uint32_t *last = sights[i].present ? &judging.last_there
						   : &judging.last_gone;

		ends[i] = (struct sort_item){ sights[i].end, (uint32_t)i };
		if (sights[i].end > *last)
			*last = sights[i].end;
	}
	sort_items(ends, count);
	for (size_t i = 0; i < count; i++) {
		for (; next < count && ends[next].key < sights[i].begin;
		     next++) {
			const struct sight *ended = &sights[ends[next].number];

			if (!is_right[ends[next].number])
				continue;
			look_at(ended->present ? &judging.there : &judging.gone,
				ended->op, ended->begin);
		}
		is_right[i] = judge_sight(&judging, &sights[i]);
	}
	free(ends);
	free(is_right);
}
