/* SPDX-License-Identifier: MIT */
/* Closing reads of one key: whichever node answers, the answer is the same. */
#include "checkers/replicated/replicated.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/moment.h"

#define GROUPS_MAX 16 /* of different answers, that are told apart */

/* What a read showed, in an order that does not depend on the store's. */
struct answer {
	uint32_t read;
	uint64_t *parts;
	size_t count;
};

static int compare_parts(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool read_answer(struct replicated *r, const struct place *place,
			uint32_t read, struct answer *answer)
{
	struct value result = place->events[read].value;
	struct shown shown = { &result, NULL, 1 };
	bool is_whole = r->type <= TYPE_PN_COUNTER ||
			r->type == TYPE_LWW_REGISTER;

	*answer = (struct answer){ .read = read };
	if (!is_whole && !shown_read(r, result, &shown))
		return false;
	answer->count = shown.count;
	answer->parts = arena_array(&r->arena, shown.count + 1,
				    sizeof(*answer->parts));
	for (size_t i = 0; i < shown.count; i++)
		answer->parts[i] = table_pair(
			shown.elements[i].bits,
			shown.contents ? shown.contents[i].bits : 0);
	qsort(answer->parts, answer->count, sizeof(*answer->parts),
	      compare_parts);
	return true;
}

static bool is_same(const struct answer *a, const struct answer *b)
{
	return a->count == b->count &&
	       memcmp(a->parts, b->parts, a->count * sizeof(*a->parts)) == 0;
}

static void accuse_divergence(struct replicated *r, const struct place *place,
			      const struct answer *answers, size_t count)
{
	struct anomaly *anomaly =
		accuse(r, place, DIVERGENCE,
		       "the nodes do not show the same at the end");

	for (size_t i = 0; anomaly && i < count; i++) {
		uint32_t op = place->events[answers[i].read].op;
		const char *node = moment_text(r->check->history,
					       op_at(r, op)->node);

		accuse_add(r, anomaly, place, answers[i].read, "%s shows %s",
			   node ? node : "a node that is not named",
			   text_of(r, place->events[answers[i].read].value));
	}
}

void judge_agreement(struct replicated *r, const struct place *place)
{
	struct answer answers[GROUPS_MAX];
	size_t count = 0;

	/* What is in doubt may take effect between two closing reads. */
	if (place->has_doubt)
		return;
	for (uint32_t i = 0; i < place->count && count < GROUPS_MAX; i++) {
		size_t j = 0;

		if (!place->events[i].is_final ||
		    !read_answer(r, place, i, &answers[count]))
			continue;
		while (j < count && !is_same(&answers[j], &answers[count]))
			j++;
		count += j == count;
	}
	if (count > 1)
		accuse_divergence(r, place, answers, count);
}
