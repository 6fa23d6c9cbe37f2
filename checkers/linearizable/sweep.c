/* SPDX-License-Identifier: MIT */
/* Searching in breadth: all that is possible at one moment, then the next. */
#include "checkers/linearizable/walk.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

struct sweep {
	struct walk *walk;
	struct configs level; /* before the return of one call */
	struct configs next; /* after it */
	uint64_t *before;
	uint64_t *after;
};

/* Looked at now and then: few insertions do not take much. */
#define LOOK_EVERY 256

static bool is_full(const struct sweep *sweep)
{
	const struct walk *walk = sweep->walk;

	return walk->result->visited % LOOK_EVERY == 0 &&
	       configs_bytes(&walk->roots) + configs_bytes(&sweep->level) +
			       configs_bytes(&sweep->next) +
			       states_bytes(walk->problem->states) >
		       walk->limits->bytes_max;
}

static bool insert(struct sweep *sweep, struct configs *configs,
		   const uint64_t *record)
{
	struct walk *walk = sweep->walk;

	if (!walk_count(walk, walk->limits->states_max))
		return false;
	if (configs_insert(configs, record) == CONFIG_FULL ||
	    is_full(sweep)) {
		walk->result->stop = SEARCH_BYTES;
		return false;
	}
	return true;
}

/* Brings the roots to the next return: what was invoked meanwhile and changes
 * nothing takes effect at once. False when the budget is out. */
static bool begin_level(struct sweep *sweep, size_t from)
{
	struct walk *walk = sweep->walk;

	configs_clear(&sweep->level);
	configs_clear(&sweep->next);
	for (size_t i = 0; i < walk->roots.count; i++) {
		if (configs_is_dead(&walk->roots, i))
			continue;
		memcpy(sweep->before, configs_at(&walk->roots, i),
		       walk->roots.width * sizeof(*sweep->before));
		walk_expire(walk, sweep->before, from, walk->timeline.at);
		walk_settle(walk, sweep->before);
		if (!insert(sweep, &sweep->level, sweep->before))
			return false;
	}
	return true;
}

/* Lets calls take effect until the one that returns has. */
static bool run_level(struct sweep *sweep, uint32_t returning,
		      size_t width_max, bool *burst)
{
	struct walk *walk = sweep->walk;
	uint32_t slot = walk->problem->slots[returning];

	for (size_t i = 0; i < sweep->level.count; i++) {
		uint32_t move = 0;
		unsigned choice = 0;

		if (configs_is_dead(&sweep->level, i))
			continue;
		memcpy(sweep->before, configs_at(&sweep->level, i),
		       sweep->level.width * sizeof(*sweep->before));
		walk_reached(walk, walk->timeline.at,
			     config_state(sweep->before));
		if (config_bit(sweep->before, slot)) {
			config_flip(sweep->before, slot);
			if (!insert(sweep, &sweep->next, sweep->before))
				return false;
			continue;
		}
		while (walk_move(walk, sweep->before, &move, &choice,
				 sweep->after)) {
			if (!insert(sweep, &sweep->level, sweep->after))
				return false;
		}
		if (width_max && sweep->level.count > width_max) {
			*burst = true;
			return true;
		}
	}
	return true;
}

/* Applies events up to the next return; false at the end. */
static bool advance(struct walk *walk)
{
	while (!timeline_is_over(&walk->timeline) &&
	       EVENT_KIND(timeline_event(&walk->timeline)) != EVENT_RETURN)
		timeline_forward(&walk->timeline);
	return !timeline_is_over(&walk->timeline);
}

static void swap(struct configs *a, struct configs *b)
{
	struct configs c = *a;

	*a = *b;
	*b = c;
}

/* Gives every open call back to every configuration, which leaves few. */
static void forgive(struct sweep *sweep)
{
	struct walk *walk = sweep->walk;
	struct configs *roots = &walk->roots;

	configs_clear(&sweep->next);
	for (size_t i = 0; i < roots->count; i++) {
		memcpy(sweep->before, configs_at(roots, i),
		       roots->width * sizeof(*sweep->before));
		memset(sweep->before + roots->head_words, 0,
		       (roots->width - roots->head_words) *
			       sizeof(*sweep->before));
		configs_insert(&sweep->next, sweep->before);
	}
	swap(roots, &sweep->next);
}

static enum walk_end run(struct sweep *sweep, const struct sweep_way *way)
{
	struct walk *walk = sweep->walk;

	for (;;) {
		size_t from = walk->timeline.at;
		uint32_t returning;
		bool burst = false;

		if (!advance(walk))
			return WALK_VALID;
		returning = EVENT_NUMBER(timeline_event(&walk->timeline));
		if (!begin_level(sweep, from) ||
		    !run_level(sweep, returning, way->width_max, &burst))
			return WALK_STOPPED;
		if (burst) {
			timeline_seek(&walk->timeline, from);
			return WALK_BURST;
		}
		if (sweep->next.count == 0)
			return WALK_INVALID;
		timeline_forward(&walk->timeline);
		swap(&walk->roots, &sweep->next);
		if (way->forgive_above &&
		    walk->roots.count > way->forgive_above)
			forgive(sweep);
		if (walk->roots.count <= way->until_narrow)
			return WALK_BURST;
	}
}

enum walk_end walk_sweep(struct walk *walk, const struct sweep_way *way)
{
	const struct problem *problem = walk->problem;
	struct sweep sweep = { .walk = walk };
	enum walk_end end;

	configs_init(&sweep.level, problem->mask_words, problem->lane_words,
		     walk->limits->bytes_max / 2);
	configs_init(&sweep.next, problem->mask_words, problem->lane_words,
		     walk->limits->bytes_max / 4);
	walk->roots.bytes_max = walk->limits->bytes_max / 4;
	sweep.before = heap_zeroed(walk->roots.width, sizeof(uint64_t));
	sweep.after = heap_zeroed(walk->roots.width, sizeof(uint64_t));
	walk->forgives = way->forgives;
	if (way->forgives)
		forgive(&sweep);
	end = run(&sweep, way);
	walk->forgives = false;
	configs_release(&sweep.level);
	configs_release(&sweep.next);
	free(sweep.before);
	free(sweep.after);
	return end;
}
