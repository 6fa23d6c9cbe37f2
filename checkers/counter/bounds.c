/* SPDX-License-Identifier: MIT */
/*
 * What a read may show. Every update that was acknowledged before the read
 * began counts; each of those that had begun before it ended may count. So
 * the least is what counts, less all that may have been taken away; to tell
 * which of the numbers above it can be made up, take every update that may
 * count by its absolute amount: a sum of some of those must bridge the gap
 * (what is taken away is put back where it does not count).
 */
#include "checkers/counter/counter.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/sort.h"

/* Different amounts that are kept apart, and a gap that is tried. */
#define AMOUNTS_MAX 64
#define GAP_MAX (1 << 16)
#define WORDS (GAP_MAX / 64 + 1)

struct sweep {
	struct counter *counter;
	int64_t begun_up; /* sums of what has begun, and has ended ok */
	int64_t begun_down;
	int64_t done_up;
	int64_t done_down;
	int64_t amounts[AMOUNTS_MAX]; /* absolute, ascending */
	size_t amount_count;	      /* AMOUNTS_MAX + 1: too many */
	int64_t begun[AMOUNTS_MAX];   /* updates of each amount */
	int64_t done[AMOUNTS_MAX];
	int64_t *done_then; /* `done` as each step began, amount_count each */
};

static int64_t absolute(int64_t number)
{
	return number < 0 ? -number : number;
}

static int compare_amounts(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void gather_amounts(struct sweep *sweep)
{
	const struct counter *counter = sweep->counter;

	for (size_t i = 0; i < counter->count; i++) {
		int64_t amount = absolute(counter->steps[i].number);
		size_t at = 0;

		if (counter->steps[i].is_read)
			continue;
		while (at < sweep->amount_count && sweep->amounts[at] != amount)
			at++;
		if (at < sweep->amount_count)
			continue;
		if (at == AMOUNTS_MAX) {
			sweep->amount_count = AMOUNTS_MAX + 1;
			return;
		}
		sweep->amounts[sweep->amount_count++] = amount;
	}
	qsort(sweep->amounts, sweep->amount_count, sizeof(*sweep->amounts),
	      compare_amounts);
}

static bool counts_amounts(const struct sweep *sweep)
{
	return sweep->amount_count <= AMOUNTS_MAX;
}

static void count_amount(const struct sweep *sweep, int64_t *counts,
			 int64_t number)
{
	size_t at = 0;

	if (!counts_amounts(sweep))
		return;
	while (sweep->amounts[at] != absolute(number))
		at++;
	counts[at]++;
}

/* Sums so far, as bits, and the same again `amount` higher. */
static void shift_in(uint64_t *bits, size_t words, int64_t amount)
{
	size_t skip = (size_t)amount / 64;
	unsigned shift = (unsigned)(amount % 64);

	for (size_t i = words; i-- > skip;) {
		uint64_t moved = bits[i - skip] << shift;

		if (shift && i > skip)
			moved |= bits[i - skip - 1] >> (64 - shift);
		bits[i] |= moved;
	}
}

/* Whether some of counts[i] times amounts[i] make up `gap`. */
static int is_sum(struct sweep *sweep, const int64_t *counts, int64_t gap)
{
	const struct budget *budget = sweep->counter->account->check->budget;
	static const uint64_t one = 1;
	uint64_t bits[WORDS];
	size_t words = (size_t)gap / 64 + 1;
	int64_t reach = 0;
	size_t i = 0;

	/* As long as amounts leave no hole, every number up to their sum. */
	while (i < sweep->amount_count &&
	       (counts[i] == 0 || sweep->amounts[i] <= reach + 1)) {
		reach += sweep->amounts[i] * counts[i];
		i++;
	}
	if (gap <= reach)
		return 1;
	if (gap >= GAP_MAX || sweep->counter->states > budget->states_max)
		return -1;
	memset(bits, 0, words * sizeof(*bits));
	memcpy(bits, &one, sizeof(one));
	for (i = 0; i < sweep->amount_count; i++) {
		int64_t left = counts[i];

		/* 1, 2, 4, ... at once, and the rest. */
		for (int64_t some = 1; left > 0; some *= 2) {
			int64_t now = some < left ? some : left;

			/* Where that is too much, fewer were tried. */
			if (now * sweep->amounts[i] <= gap)
				shift_in(bits, words, now * sweep->amounts[i]);
			left -= now;
			sweep->counter->states += words;
		}
	}
	return bits[gap / 64] >> (gap % 64) & 1;
}

static void bound_read(struct sweep *sweep, size_t number)
{
	struct counter *counter = sweep->counter;
	const struct step *read = &counter->steps[number];
	struct bounds *bounds = &counter->bounds[number];
	int64_t may[AMOUNTS_MAX] = { 0 };

	/* The other parts were put there as the read began. */
	bounds->low += counter->initial + sweep->begun_down;
	bounds->high += counter->initial + sweep->begun_up;
	bounds->acked_low = bounds->low;
	bounds->loose_low = counter->initial + sweep->begun_down;
	bounds->loose_high = counter->initial + sweep->begun_up;
	if (!counter->linearizable) {
		bounds->low = bounds->loose_low;
		bounds->high = bounds->loose_high;
	}
	bounds->reachable = -1;
	if (!counts_amounts(sweep) || read->number < bounds->low ||
	    read->number > bounds->high)
		return;
	for (size_t i = 0; i < sweep->amount_count; i++) {
		may[i] = sweep->begun[i];
		if (counter->linearizable)
			may[i] -=
				sweep->done_then[number * sweep->amount_count +
						 i];
	}
	bounds->reachable = is_sum(sweep, may, read->number - bounds->low);
}

static void begin_step(struct sweep *sweep, size_t number)
{
	struct counter *counter = sweep->counter;
	const struct step *step = &counter->steps[number];

	if (step->is_read) {
		counter->bounds[number].low = sweep->done_up;
		counter->bounds[number].high = sweep->done_down;
		if (counts_amounts(sweep) && sweep->amount_count > 0)
			memcpy(sweep->done_then + number * sweep->amount_count,
			       sweep->done,
			       sweep->amount_count * sizeof(*sweep->done));
		return;
	}
	if (step->number > 0)
		sweep->begun_up += step->number;
	else
		sweep->begun_down += step->number;
	count_amount(sweep, sweep->begun, step->number);
}

static void end_step(struct sweep *sweep, size_t number)
{
	const struct step *step = &sweep->counter->steps[number];

	if (step->is_read) {
		bound_read(sweep, number);
		return;
	}
	if (step->number > 0)
		sweep->done_up += step->number;
	else
		sweep->done_down += step->number;
	count_amount(sweep, sweep->done, step->number);
}

void counter_bound(struct counter *counter)
{
	const struct budget *budget = counter->account->check->budget;
	struct sweep sweep = { .counter = counter };
	struct sort_item *events;
	size_t count = 0;

	gather_amounts(&sweep);
	if (counts_amounts(&sweep) &&
	    counter->count * (sweep.amount_count + 1) * sizeof(int64_t) >
		    budget->bytes_max / 2)
		sweep.amount_count = AMOUNTS_MAX + 1;
	if (counts_amounts(&sweep))
		sweep.done_then =
			heap_zeroed(counter->count * sweep.amount_count + 1,
				    sizeof(*sweep.done_then));
	events = heap_zeroed(2 * counter->count + 1, sizeof(*events));
	for (size_t i = 0; i < counter->count; i++) {
		const struct step *step = &counter->steps[i];

		events[count++] =
			(struct sort_item){ step->begin, (uint32_t)(2 * i) };
		if (step->end != HISTORY_NONE)
			events[count++] =
				(struct sort_item){ step->end,
						    (uint32_t)(2 * i + 1) };
	}
	sort_items(events, count);
	for (size_t i = 0; i < count; i++) {
		if (events[i].number % 2)
			end_step(&sweep, events[i].number / 2);
		else
			begin_step(&sweep, events[i].number / 2);
	}
	free(events);
	free(sweep.done_then);
}
