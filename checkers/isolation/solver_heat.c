/* SPDX-License-Identifier: MIT */
/* Which choice to make next: the one that was in most of the latest conflicts
 * (Moskewicz et al., "Chaff", 2001). */
#include "checkers/isolation/solver_private.h"

static void put(struct solver *s, uint32_t at, uint32_t choice)
{
	s->heap[at] = choice;
	s->place[choice] = at + 1;
}

static void rise(struct solver *s, uint32_t at)
{
	uint32_t choice = s->heap[at];

	while (at > 0) {
		uint32_t parent = (at - 1) / 2;

		if (s->activity[s->heap[parent]] >= s->activity[choice])
			break;
		put(s, at, s->heap[parent]);
		at = parent;
	}
	put(s, at, choice);
}

static void sink(struct solver *s, uint32_t at)
{
	uint32_t choice = s->heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= s->heap_count)
			break;
		if (child + 1 < s->heap_count &&
		    s->activity[s->heap[child + 1]] >
			    s->activity[s->heap[child]])
			child++;
		if (s->activity[s->heap[child]] <= s->activity[choice])
			break;
		put(s, at, s->heap[child]);
		at = child;
	}
	put(s, at, choice);
}

void solver_reopen(struct solver *s, uint32_t choice)
{
	if (s->activity[choice] <= 0 || s->place[choice])
		return;
	put(s, s->heap_count, choice);
	rise(s, s->heap_count++);
}

void solver_bump(struct solver *s, uint32_t choice)
{
	s->activity[choice] += s->bump;
	if (s->activity[choice] > 1e100) {
		/* All alike, so that the heap stays in order. */
		for (uint32_t i = 0; i < s->choice_count; i++)
			s->activity[i] *= 1e-100;
		s->bump *= 1e-100;
	}
	if (s->place[choice])
		rise(s, s->place[choice] - 1);
	else if (!s->value[choice])
		solver_reopen(s, choice);
}

uint32_t solver_hottest(struct solver *s)
{
	while (s->heap_count > 0) {
		uint32_t choice = s->heap[0];

		s->place[choice] = 0;
		if (--s->heap_count > 0) {
			put(s, 0, s->heap[s->heap_count]);
			sink(s, 0);
		}
		if (!s->value[choice])
			return choice;
	}
	return s->choice_count;
}
