/* SPDX-License-Identifier: MIT */
/* The stories of reads that cannot be. */
#include "checkers/counter/counter.h"

#include <inttypes.h>

static const struct step *step_at(const struct counter *counter, size_t number)
{
	return &counter->steps[number];
}

/* Some updates that ended ok before the read began, the last of them; or, if
 * `open`, some that had begun before it ended but need not count. */
static void show_updates(const struct counter *counter, struct anomaly *anomaly,
			 const struct step *read, bool open)
{
	size_t shown = 0;

	for (size_t i = counter->count; i-- > 0 && shown < 4;) {
		const struct step *step = step_at(counter, i);

		if (step->is_read || step->begin > read->end ||
		    (step->end < read->begin) == open)
			continue;
		shown++;
		account_show(counter->account, anomaly, step->op, "%s",
			     open ? "may count"
				  : "counts: it had ended before the read");
	}
}

/* Where the loss shows first: the first read that lacks something, and the one
 * before it. */
static void show_loss(const struct counter *counter, struct anomaly *anomaly,
		      size_t last)
{
	size_t before = SIZE_MAX;

	for (size_t i = 0; i < last; i++) {
		const struct step *step = step_at(counter, i);

		if (!step->is_read)
			continue;
		if (step->number >= counter->bounds[i].acked_low) {
			before = i;
			continue;
		}
		account_show(
			counter->account, anomaly, step->op,
			"the first that lacks something: it showed %" PRId64
			" of at least %" PRId64,
			step->number, counter->bounds[i].acked_low);
		if (before != SIZE_MAX)
			account_show(counter->account, anomaly,
				     step_at(counter, before)->op,
				     "lacked nothing that was acknowledged");
		return;
	}
}

static const char *range_text(const struct counter *counter,
			      const struct bounds *bounds)
{
	struct arena *arena = counter->account->check->arena;

	if (bounds->low == bounds->high)
		return arena_printf(arena, "exactly %" PRId64, bounds->low);
	return arena_printf(arena, "%" PRId64 " to %" PRId64, bounds->low,
			    bounds->high);
}

static void tell(const struct counter *counter, struct anomaly *anomaly,
		 size_t number, const struct bounds *bounds)
{
	struct arena *arena = counter->account->check->arena;
	const struct step *read = step_at(counter, number);

	if (!anomaly)
		return;
	show_updates(counter, anomaly, read, false);
	show_updates(counter, anomaly, read, true);
	account_show(counter->account, anomaly, read->op,
		     "showed %" PRId64 " instead of %s", read->number,
		     range_text(counter, bounds));
	figure_add_int(&anomaly->figures, arena, "read", read->number);
	figure_add_int(&anomaly->figures, arena, "least", bounds->low);
	figure_add_int(&anomaly->figures, arena, "most", bounds->high);
	account_tell(counter->account, anomaly,
		     arena_printf(arena,
				  "What was acknowledged before the read "
				  "began makes %" PRId64
				  " at least, what had begun before it ended "
				  "%" PRId64 " at most (the last few updates "
				  "are shown):",
				  bounds->low, bounds->high));
}

void counter_charge_high(const struct counter *counter, size_t number)
{
	const struct bounds *bounds = &counter->bounds[number];
	const struct step *read = step_at(counter, number);
	const char *place = account_place(counter->account, read->op);
	struct anomaly *anomaly;

	if (read->number > bounds->loose_high)
		anomaly = account_charge(
			counter->account, "impossible-read",
			"a read (%s) showed %" PRId64 ", more than all that "
			"had ever been added, %" PRId64,
			place, read->number, bounds->loose_high);
	else
		anomaly = account_charge(
			counter->account, "impossible-read",
			"a read (%s) showed %" PRId64 ", more than %" PRId64
			": it lacks a decrement that was acknowledged",
			place, read->number, bounds->high);
	tell(counter, anomaly, number, bounds);
}

void counter_charge_hole(const struct counter *counter, size_t number)
{
	const struct step *read = step_at(counter, number);
	struct anomaly *anomaly;

	anomaly = account_charge(counter->account, "impossible-read",
				 "a read (%s) showed %" PRId64 ", which no "
				 "choice of the updates makes up",
				 account_place(counter->account, read->op),
				 read->number);
	tell(counter, anomaly, number, &counter->bounds[number]);
}

/* A read that shows less than was acknowledged; `is_lost`: nothing shows it
 * later either. */
void counter_charge_low(const struct counter *counter, size_t number,
			bool is_lost, const struct bounds *bounds)
{
	const struct step *read = step_at(counter, number);
	const char *place = account_place(counter->account, read->op);
	struct anomaly *anomaly;

	if (is_lost)
		anomaly = account_charge(counter->account, "lost-increment",
					 "the last read (%s) showed %" PRId64
					 ", although %" PRId64
					 " at least had been acknowledged",
					 place, read->number, bounds->low);
	else if (read->number < bounds->loose_low)
		anomaly = account_charge(
			counter->account, "impossible-read",
			"a read (%s) showed %" PRId64 ", less than what all "
			"that was ever taken away leaves, %" PRId64,
			place, read->number, bounds->loose_low);
	else
		anomaly = account_charge(counter->account, "stale-read",
					 "a read (%s) showed %" PRId64
					 ", although %" PRId64
					 " at least had been acknowledged",
					 place, read->number, bounds->low);
	if (is_lost && anomaly)
		show_loss(counter, anomaly, number);
	tell(counter, anomaly, number, bounds);
}

void counter_charge_order(const struct counter *counter, size_t number,
			  size_t witness)
{
	const struct step *read = step_at(counter, number);
	const struct step *proof = step_at(counter, witness);
	struct anomaly *anomaly = account_charge(
		counter->account, "stale-read",
		"a read (%s) showed %" PRId64 ", although the counter must "
		"have been higher before it began (because of the operation "
		"%s)",
		account_place(counter->account, read->op), read->number,
		account_place(counter->account, proof->op));

	account_show(counter->account, anomaly, proof->op,
		     "ended when the counter was above %" PRId64, read->number);
	account_show(counter->account, anomaly, read->op,
		     "began later and showed %" PRId64, read->number);
	account_tell(counter->account, anomaly,
		     "A counter that only goes up cannot show less later:");
}
