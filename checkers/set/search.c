/* SPDX-License-Identifier: MIT */
/*
 * An element is a bit that additions set and removals clear. Walk through
 * time with all configurations that are possible: the bit, and which of the
 * open updates have taken effect. Updates take effect only when something
 * that ends asks for it (just-in-time linearization, after G. Lowe, "Testing
 * for linearizability", 2016), then in every order there is. A sight needs
 * no choice: it fits when the bit was as seen at some moment while it was
 * open, that is, is so now or was until a change after it began. So the last
 * change is kept of each configuration; a later one is never worse.
 */
#include "checkers/set/set.h"

#include <stdlib.h>

#define SLOTS 64
#define CONFIGS_MAX 4096

struct config {
	uint64_t done;	  /* slots of open updates that have taken effect */
	uint32_t changed; /* the event before which the bit changed last */
	bool bit;
};

struct search {
	const struct element *element;
	const struct sight *sights;
	uint64_t *states;
	const struct update *slots[SLOTS]; /* open updates; NULL: free */
	struct config *configs;
	size_t count;
	size_t capacity;
	bool is_better; /* a configuration was, by its last change */
	bool is_over;	/* too much work */
};

static void add_config(struct search *search, struct config config)
{
	for (size_t i = 0; i < search->count; i++) {
		struct config *other = &search->configs[i];

		if (other->done != config.done || other->bit != config.bit)
			continue;
		if (config.changed > other->changed) {
			other->changed = config.changed;
			search->is_better = true;
		}
		return;
	}
	if (search->count == CONFIGS_MAX || *search->states == 0) {
		search->is_over = true;
		return;
	}
	--*search->states;
	search->configs =
		array_reserve(search->configs, &search->capacity,
			      search->count + 1, sizeof(*search->configs));
	search->configs[search->count++] = config;
}

typedef bool config_test(const struct config *config,
			 const struct sight *sight);

static void spread_once(struct search *search, uint32_t now, config_test *asks,
			const struct sight *sight)
{
	for (size_t i = 0; i < search->count && !search->is_over; i++) {
		if (!asks(&search->configs[i], sight))
			continue;
		for (unsigned slot = 0; slot < SLOTS; slot++) {
			const struct update *update = search->slots[slot];
			struct config config = search->configs[i];

			if (!update || config.done >> slot & 1)
				continue;
			config.done |= UINT64_C(1) << slot;
			if (config.bit != update->adds)
				config.changed = now;
			config.bit = update->adds;
			add_config(search, config);
		}
	}
}

/* From each configuration that `asks`, all that open updates lead to. What is
 * added is asked as well; and once more what became better after its turn. */
static void spread(struct search *search, uint32_t now, config_test *asks,
		   const struct sight *sight)
{
	do {
		search->is_better = false;
		spread_once(search, now, asks, sight);
	} while (search->is_better && !search->is_over);
}

static bool is_unfit(const struct config *config, const struct sight *sight)
{
	return config->bit != sight->present && config->changed <= sight->begin;
}

static bool is_any(const struct config *config, const struct sight *sight)
{
	(void)config;
	(void)sight;
	return true;
}

static void end_sight(struct search *search, const struct sight *sight)
{
	size_t kept = 0;

	spread(search, sight->end, is_unfit, sight);
	for (size_t i = 0; i < search->count; i++) {
		if (!is_unfit(&search->configs[i], sight))
			search->configs[kept++] = search->configs[i];
	}
	search->count = kept;
}

static void end_update(struct search *search, const struct update *update)
{
	unsigned slot = 0;
	size_t count;

	while (search->slots[slot] != update)
		slot++;
	spread(search, update->end, is_any, NULL);
	count = search->count;
	search->count = 0;
	search->slots[slot] = NULL;
	for (size_t i = 0; i < count; i++) {
		struct config config = search->configs[i];

		if (!(config.done >> slot & 1))
			continue;
		config.done &= ~(UINT64_C(1) << slot);
		add_config(search, config);
	}
}

static void begin_update(struct search *search, const struct update *update)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if (!search->slots[slot]) {
			search->slots[slot] = update;
			return;
		}
	}
	search->is_over = true;
}

/* Events: what begins and ends, by position; the number is twice that of the
 * sight, or of the update behind them, and 1 more at its end. */
static struct sort_item *make_events(const struct element *element,
				     const struct sight *sights, size_t count,
				     size_t *event_count)
{
	struct sort_item *events = heap_zeroed(
		count + 2 * element->update_count + 1, sizeof(*events));
	size_t n = 0;

	/* That a sight begins changes nothing. */
	for (size_t i = 0; i < count; i++)
		events[n++] = (struct sort_item){ sights[i].end,
						  (uint32_t)(2 * i + 1) };
	for (size_t i = 0; i < element->update_count; i++) {
		const struct update *update = &element->updates[i];
		uint32_t number = (uint32_t)(2 * (count + i));

		events[n++] = (struct sort_item){ update->begin, number };
		if (update->end != HISTORY_NONE)
			events[n++] =
				(struct sort_item){ update->end, number + 1 };
	}
	sort_items(events, n);
	*event_count = n;
	return events;
}

enum verdict_kind search_judge(const struct element *element,
			       const struct sight *sights, size_t count,
			       uint64_t *states, uint32_t *stuck)
{
	struct search search = { .element = element,
				 .sights = sights,
				 .states = states };
	size_t event_count;
	struct sort_item *events =
		make_events(element, sights, count, &event_count);
	enum verdict_kind kind = VERDICT_VALID;

	add_config(&search, (struct config){ .bit = false });
	for (size_t i = 0; i < event_count && !search.is_over; i++) {
		uint32_t number = events[i].number / 2;
		const struct update *update =
			number < count ? NULL
				       : &element->updates[number - count];

		if (!update)
			end_sight(&search, &sights[number]);
		else if (events[i].number % 2)
			end_update(&search, update);
		else
			begin_update(&search, update);
		if (search.count == 0 && !search.is_over) {
			*stuck = update ? update->op : sights[number].op;
			kind = VERDICT_INVALID;
			break;
		}
	}
	if (search.is_over)
		kind = VERDICT_UNKNOWN;
	free(events);
	free(search.configs);
	return kind;
}
