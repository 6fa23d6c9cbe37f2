/* SPDX-License-Identifier: MIT */
/* Searching in depth: one way to the end is enough. */
#include "checkers/linearizable/walk.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/* Where a record on the way has got to with its moves. */
struct frame {
	uint32_t number; /* in `seen` */
	uint32_t move;
	unsigned choice;
};

struct dive {
	struct walk *walk;
	struct configs seen; /* whatever is here has been tried, or is on the
			      * way */
	struct frame *frames;
	size_t frame_count;
	size_t frame_capacity;
	uint64_t states_max;
	uint64_t stall_max; /* configurations without getting further */
	uint64_t stalled_at; /* those visited when it last got further */
	size_t furthest; /* event */
	size_t bytes_max;
	uint64_t *after;
};

/* Passes every return whose call has taken effect. True at the end. */
static bool arrive(struct dive *dive, uint64_t *record)
{
	struct walk *walk = dive->walk;
	struct timeline *timeline = &walk->timeline;

	while (!timeline_is_over(timeline)) {
		uint32_t event = timeline_event(timeline);
		uint32_t number = EVENT_NUMBER(event);
		uint32_t slot = walk->problem->slots[number];

		switch (EVENT_KIND(event)) {
		case EVENT_RETURN:
			walk_settle(walk, record);
			if (!config_bit(record, slot))
				return false;
			config_flip(record, slot);
			break;
		case EVENT_EXPIRE:
			walk_expire(walk, record, timeline->at,
				    timeline->at + 1);
			break;
		case EVENT_INVOKE:
			break;
		}
		timeline_forward(timeline);
	}
	return true;
}

/* Puts a record on the way unless it was seen. False when the budget is
 * out. */
static bool push(struct dive *dive, uint64_t *record)
{
	struct walk *walk = dive->walk;
	uint32_t number;

	config_set(record, config_state(record), (uint32_t)walk->timeline.at);
	if (!walk_count(walk, dive->states_max))
		return false;
	if (walk->timeline.at > dive->furthest) {
		dive->furthest = walk->timeline.at;
		dive->stalled_at = walk->result->visited;
	} else if (walk->result->visited - dive->stalled_at >
		   dive->stall_max) {
		walk->result->stop = SEARCH_STATES;
		return false;
	}
	walk_reached(walk, walk->timeline.at, config_state(record));
	number = configs_insert(&dive->seen, record);
	if (number == CONFIG_DOMINATED)
		return true;
	if (number == CONFIG_FULL ||
	    configs_bytes(&dive->seen) +
	    dive->frame_capacity * sizeof(*dive->frames) +
	    states_bytes(walk->problem->states) > dive->bytes_max) {
		walk->result->stop = SEARCH_BYTES;
		return false;
	}
	dive->frames = array_reserve(dive->frames, &dive->frame_capacity,
				     dive->frame_count + 1,
				     sizeof(*dive->frames));
	dive->frames[dive->frame_count++] = (struct frame){ number, 0, 0 };
	return true;
}

/* Tries everything that follows from the frames. */
static enum walk_end explore(struct dive *dive)
{
	struct walk *walk = dive->walk;

	while (dive->frame_count) {
		struct frame *top = &dive->frames[dive->frame_count - 1];
		const uint64_t *record = configs_at(&dive->seen, top->number);

		timeline_seek(&walk->timeline, config_event(record));
		if (!walk_move(walk, record, &top->move, &top->choice,
			       dive->after)) {
			dive->frame_count--;
			continue;
		}
		if (arrive(dive, dive->after))
			return WALK_VALID;
		if (!push(dive, dive->after))
			return WALK_STOPPED;
	}
	return WALK_INVALID;
}

static enum walk_end from_roots(struct dive *dive)
{
	struct walk *walk = dive->walk;
	size_t start = walk->timeline.at;

	for (size_t i = 0; i < walk->roots.count; i++) {
		enum walk_end end;

		if (configs_is_dead(&walk->roots, i))
			continue;
		timeline_seek(&walk->timeline, start);
		memcpy(dive->after, configs_at(&walk->roots, i),
		       walk->roots.width * sizeof(*dive->after));
		if (arrive(dive, dive->after))
			return WALK_VALID;
		if (!push(dive, dive->after))
			return WALK_STOPPED;
		end = explore(dive);
		if (end != WALK_INVALID)
			return end;
	}
	return WALK_INVALID;
}

enum walk_end walk_dive(struct walk *walk, uint64_t states_max,
			uint64_t stall_max, size_t bytes_max)
{
	struct dive dive = { .walk = walk, .stall_max = stall_max,
			     .stalled_at = walk->result->visited,
			     .bytes_max = bytes_max };
	size_t start = walk->timeline.at;
	enum walk_end end;

	dive.states_max = walk->result->visited + states_max;
	if (dive.states_max > walk->limits->states_max)
		dive.states_max = walk->limits->states_max;
	configs_init(&dive.seen, walk->problem->mask_words,
		     walk->problem->lane_words, bytes_max);
	dive.after = heap_zeroed(walk->roots.width, sizeof(uint64_t));
	end = from_roots(&dive);
	timeline_seek(&walk->timeline, start);
	configs_release(&dive.seen);
	free(dive.frames);
	free(dive.after);
	return end;
}
