/* SPDX-License-Identifier: MIT */
/* Counters: the sum of what was visible. */
#include "checkers/replicated/replicated.h"

#include <inttypes.h>

/* So that sums stay far from the ends of the integers. */
#define AMOUNT_MAX (INT64_C(1) << 36)

struct bounds {
	int64_t low;
	int64_t high;
};

static struct bounds bounds_of(const struct place *place, uint32_t read)
{
	struct bounds bounds = { 0, 0 };

	for (uint32_t i = 0; i < place->count; i++) {
		int64_t amount = place->events[i].amount;

		if (place->events[i].kind == EVENT_READ)
			continue;
		if (must_see(place, i, read)) {
			bounds.low += amount;
			bounds.high += amount;
		} else if (may_see(place, i, read)) {
			bounds.low += amount < 0 ? amount : 0;
			bounds.high += amount > 0 ? amount : 0;
		}
	}
	return bounds;
}

/*
 * A counter that only grows shows no less than its session saw before, and
 * what it added since: `floors` has for each session the sum of both.
 */
static void raise_floor(const struct event *event, int64_t count,
			int64_t *floors)
{
	if (event->kind != EVENT_READ)
		floors[event->session] += event->amount;
	else if (count > floors[event->session])
		floors[event->session] = count;
}

/* Are all amounts of the key between these? */
static bool are_within(const struct place *place, int64_t least, int64_t most)
{
	for (uint32_t i = 0; i < place->count; i++) {
		if (place->events[i].amount > most ||
		    place->events[i].amount < least)
			return false;
	}
	return true;
}

static void accuse_count(struct replicated *r, const struct place *place,
			 uint32_t read, int64_t count,
			 const struct bounds *bounds)
{
	bool is_final = place->events[read].is_final;
	struct anomaly *anomaly;

	if (count > bounds->high)
		anomaly = accuse(r, place, OVERCOUNT,
				 "a read shows %" PRId64 ", though all that "
				 "it may have seen comes to %" PRId64
				 " at most",
				 count, bounds->high);
	else
		anomaly = accuse(r, place, is_final ? LOST_INCREMENT :
						      STALE_READ,
				 "a read shows %" PRId64 ", though what it "
				 "must have seen comes to %" PRId64
				 " at least",
				 count, bounds->low);
	accuse_add(r, anomaly, place, read,
		   is_final ? "the read at the end" : "the read");
}

void judge_counter(struct replicated *r, const struct place *place)
{
	int64_t *floors = arena_array(&r->arena, place->session_count + 1,
				      sizeof(*floors));
	bool grows = r->type == TYPE_G_COUNTER && r->is_causal &&
		     are_within(place, 0, AMOUNT_MAX);

	if (!are_within(place, -AMOUNT_MAX, AMOUNT_MAX)) {
		r->undecided++;
		return;
	}

	for (uint32_t i = 0; i < place->count; i++) {
		const struct event *event = &place->events[i];
		struct bounds bounds;
		int64_t count = 0;

		if (event->kind == EVENT_READ) {
			if (!value_get_int(r->check->history->values,
					   event->value, &count)) {
				r->unreadable++;
				continue;
			}
			if (!spend(r, place->count))
				return;
			bounds = bounds_of(place, i);
			if (grows && floors[event->session] > bounds.low)
				bounds.low = floors[event->session];
			if (count < bounds.low || count > bounds.high) {
				accuse_count(r, place, i, count, &bounds);
				continue;
			}
		}
		raise_floor(event, count, floors);
	}
}
