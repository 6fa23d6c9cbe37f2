/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/monitor.h"

#include <assert.h>
#include <stdlib.h>

#include "checkers/linearizable/value_map.h"
#include "checkers/linearizable/zone.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

/* Who acts on a value. */
enum { READS, WRITES };

/*
 * What happens around one value. Positions are shifted by one, so that 0 is
 * before everything: there the initial value was written.
 */
struct content {
	uint32_t writer; /* call, or NONE */
	uint32_t successor; /* the cas that replaces it, or NONE */
	uint32_t block; /* the first value of its chain */
	uint32_t invoke[2]; /* the latest of them; 0: none */
	uint32_t returned[2]; /* the earliest of them; CALL_OPEN: none */
	uint8_t is_needed; /* somebody saw it */
	uint8_t is_chained; /* its writer is a cas */
};

static const struct content nothing = {
	.writer = NONE, .successor = NONE, .block = NONE,
	.returned = { CALL_OPEN, CALL_OPEN },
};

struct zones {
	const struct calls *calls;
	struct monitor_result *result;
	struct value_map numbers;
	uint32_t *subjects; /* of each call the number of the value that it
			     * writes or shows; NONE of open reads */
	uint32_t *expected; /* of each cas; NULL if there are none */
	uint32_t *open; /* updates */
	size_t open_count;
	struct content *contents; /* and one that is nothing */
	size_t content_count;
	uint32_t initial; /* number of the initial value */
	bool is_twice; /* a value is written more than once */
	struct zone *items; /* both kinds of zones, from both ends */
	size_t forward_count; /* active from end to end; first */
	size_t backward_count; /* could be a moment; last */
};

static inline uint32_t max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static inline uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t number_of(struct zones *zones, struct value value)
{
	uint32_t number = value_map_number(&zones->numbers, value);

	zones->contents[zones->numbers.count] = nothing;
	return number;
}

/* What the call writes, or shows if it is not an open read. */
static struct content *subject_at(const struct zones *zones, uint32_t call)
{
	return &zones->contents[zones->subjects[call]];
}

static struct content *expected_at(const struct zones *zones, uint32_t call)
{
	return &zones->contents[zones->expected[call]];
}

/* What a cas expects; with the first one, room for such values too. */
static void note_expected(struct zones *zones, uint32_t number)
{
	size_t count = zones->calls->count;
	size_t capacity = count + 2;

	if (!zones->expected) {
		zones->expected = heap_alloc(count * sizeof(uint32_t));
		zones->contents = array_reserve(zones->contents, &capacity,
						2 * count + 2,
						sizeof(*zones->contents));
	}
	zones->expected[number] =
		number_of(zones, zones->calls->items[number].expected);
}

/* An open update may have taken effect; an open read tells nothing. */
static void note_open(struct zones *zones, uint32_t number)
{
	const struct call *call = &zones->calls->items[number];

	zones->subjects[number] = NONE;
	if (call->verb == VERB_READ)
		return;
	zones->open[zones->open_count++] = number;
	if (call->verb == VERB_CAS)
		note_expected(zones, number);
	zones->subjects[number] = number_of(zones, call->arg);
}

/* Without branches on what is as likely as not. */
static inline void note_completed(struct zones *zones, uint32_t number)
{
	const struct call *call = &zones->calls->items[number];
	bool is_read = call->verb == VERB_READ;
	uint32_t subject =
		number_of(zones, is_read ? call->result : call->arg);
	struct content *content = &zones->contents[subject];
	unsigned who = is_read ? READS : WRITES;

	zones->subjects[number] = subject;
	zones->is_twice |= !is_read & (content->writer != NONE);
	content->writer = is_read ? content->writer : number;
	content->is_needed |= is_read;
	content->invoke[who] = max(content->invoke[who], call->invoke + 1);
	content->returned[who] =
		min(content->returned[who], call->complete + 1);
}

/* Collects what there is to know of every value. False when a failed cas is
 * asserted, or time ran out. */
static bool collect(struct zones *zones, struct value initial)
{
	const struct calls *calls = zones->calls;

	zones->subjects = heap_alloc(calls->count * sizeof(uint32_t));
	zones->open = heap_alloc(calls->open_count * sizeof(uint32_t));
	zones->contents = heap_alloc((calls->count + 2) *
				     sizeof(*zones->contents));
	zones->contents[0] = nothing;
	value_map_reserve(&zones->numbers, calls->count / 2 + 8);
	zones->initial = number_of(zones, initial);
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if (monitor_is_late_at(zones->result, i))
			return false;
		if (call->is_refused) {
			zones->result->why = "failed cas are asserted";
			return false;
		}
		if (call_is_open(call)) {
			note_open(zones, i);
			continue;
		}
		note_completed(zones, i);
		if (call->verb != VERB_CAS)
			continue;
		subject_at(zones, i)->is_chained = 1;
		note_expected(zones, i);
		expected_at(zones, i)->is_needed = 1;
	}
	zones->content_count = zones->numbers.count;
	return !monitor_is_late(zones->result);
}

/* Open updates whose value was seen took effect; what an open cas that took
 * effect expected was seen too. */
static void follow_open(struct zones *zones)
{
	const struct calls *calls = zones->calls;
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = zones->open_count; i-- > 0;) {
			uint32_t call = zones->open[i];
			struct content *expected;

			if (calls->items[call].verb != VERB_CAS ||
			    !subject_at(zones, call)->is_needed)
				continue;
			expected = expected_at(zones, call);
			changed |= !expected->is_needed;
			expected->is_needed = 1;
		}
	}
}

/* The open updates that took effect are writers too. False, with the reason,
 * when a value is written twice. */
static bool find_writers(struct zones *zones)
{
	for (size_t i = 0; i < zones->open_count; i++) {
		uint32_t number = zones->open[i];
		const struct call *call = &zones->calls->items[number];
		struct content *content = subject_at(zones, number);

		if (!content->is_needed)
			continue;
		zones->is_twice |= content->writer != NONE;
		content->writer = number;
		content->invoke[WRITES] = call->invoke + 1;
		content->is_chained = call->verb == VERB_CAS;
	}
	if (zones->is_twice || zones->contents[zones->initial].writer != NONE) {
		zones->result->why = "a value is written more than once";
		return false;
	}
	return true;
}

/* Adds all calls about a value to the core. */
static void convict_block(struct zones *zones, uint32_t block)
{
	for (uint32_t i = 0; i < zones->calls->count; i++) {
		const struct call *call = &zones->calls->items[i];
		const struct content *content;

		if (zones->subjects[i] == NONE)
			continue;
		content = subject_at(zones, i);
		if (content->block == block &&
		    (call->verb == VERB_READ || content->writer == i))
			monitor_convict(zones->result, call);
	}
}

/* Calls about a value that has no writer, or two successors, speak for
 * themselves. */
static void convict_value(struct zones *zones, uint32_t value)
{
	const struct content *content = &zones->contents[value];
	const struct calls *calls = zones->calls;

	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if ((call->verb == VERB_READ && zones->subjects[i] == value) ||
		    (call->verb == VERB_CAS && zones->expected[i] == value) ||
		    content->writer == i)
			monitor_convict(zones->result, call);
	}
}

/* False, with a verdict, when a seen value was never written or two cas
 * replaced the same one. */
static bool find_successors(struct zones *zones)
{
	const struct calls *calls = zones->calls;

	for (uint32_t i = 0; i < zones->content_count; i++) {
		const struct content *content = &zones->contents[i];

		if (content->is_needed && content->writer == NONE &&
		    i != zones->initial) {
			convict_value(zones, i);
			return false;
		}
	}
	for (uint32_t i = 0; i < calls->count && zones->expected; i++) {
		struct content *content;

		if (calls->items[i].verb != VERB_CAS ||
		    subject_at(zones, i)->writer != i)
			continue;
		content = expected_at(zones, i);
		if (content->successor != NONE) {
			convict_value(zones, zones->expected[i]);
			return false;
		}
		content->successor = i;
	}
	return true;
}

/* Puts the zone where its kind is; until it counts, it may lie at both ends. */
static void add_zone(struct zones *zones, struct zone zone)
{
	bool is_forward = zone.first_return < zone.last_invoke;

	zones->items[zones->forward_count] = zone;
	zones->items[zones->content_count - 1 - zones->backward_count] = zone;
	zones->forward_count += is_forward;
	zones->backward_count += !is_forward;
}

/* Walks a chain from its first value. False when a call returned before
 * something that must come before it was invoked. */
static bool walk_chain(struct zones *zones, uint32_t block)
{
	struct zone zone = { CALL_OPEN, 0, block };
	uint32_t number = block;
	uint32_t latest = 0; /* invocation of what comes before */
	bool is_sound = true;

	assert(zones->contents);
	while (number != NONE) {
		struct content *content = &zones->contents[number];
		uint32_t written = number == zones->initial ? 0 :
			content->returned[WRITES];
		uint32_t seen = content->returned[READS];

		content->block = block;
		is_sound &= written >= latest;
		latest = max(latest, content->invoke[WRITES]);
		is_sound &= seen >= latest;
		latest = max(latest, content->invoke[READS]);
		zone.first_return = min(zone.first_return, min(written, seen));
		number = content->successor == NONE ? NONE :
			zones->subjects[content->successor];
	}
	zone.last_invoke = latest;
	add_zone(zones, zone);
	return is_sound;
}

/* Walks all chains; what is not reached is a circle of cas. */
static bool walk_chains(struct zones *zones)
{
	zones->items = heap_alloc(zones->content_count *
				  sizeof(*zones->items));
	assert(zones->contents);
	for (uint32_t i = 0; i < zones->content_count; i++) {
		const struct content *content = &zones->contents[i];
		bool is_head = content->writer == NONE ? i == zones->initial :
							 !content->is_chained;

		if (is_head && !walk_chain(zones, i)) {
			convict_block(zones, i);
			return false;
		}
	}
	for (uint32_t i = 0; i < zones->content_count; i++) {
		if (zones->contents[i].writer != NONE &&
		    zones->contents[i].block == NONE) {
			convict_block(zones, NONE);
			return false;
		}
	}
	return true;
}

static void compare_zones(struct zones *zones)
{
	size_t near = 0;

	zone_sort(zones->items, zones->forward_count);
	for (size_t i = 1; i < zones->forward_count; i++) {
		const struct zone *a = &zones->items[i - 1];
		const struct zone *b = &zones->items[i];

		if (b->first_return < a->last_invoke) {
			convict_block(zones, a->block);
			convict_block(zones, b->block);
			return;
		}
	}
	for (size_t i = 1; i <= zones->backward_count; i++) {
		const struct zone *b = &zones->items[zones->content_count - i];
		const struct zone *a = zone_before(zones->items,
						   zones->forward_count,
						   b->last_invoke, &near);

		if (a && a->last_invoke > b->first_return) {
			convict_block(zones, a->block);
			convict_block(zones, b->block);
			return;
		}
	}
	zones->result->kind = VERDICT_VALID;
}

static void decide_zones(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	struct zones zones = { .calls = calls, .result = result };

	if (collect(&zones, judge->settings->initial)) {
		follow_open(&zones);
		if (find_writers(&zones) && !monitor_is_late(result) &&
		    find_successors(&zones) && !monitor_is_late(result) &&
		    walk_chains(&zones) && !monitor_is_late(result))
			compare_zones(&zones);
	}
	value_map_release(&zones.numbers);
	free(zones.subjects);
	free(zones.expected);
	free(zones.open);
	free(zones.contents);
	free(zones.items);
}

const struct monitor monitor_register_zones = {
	.name = "register-zones",
	.why = "each value is written once",
	.models = { "register", "cas-register" },
	.decide = decide_zones,
};
