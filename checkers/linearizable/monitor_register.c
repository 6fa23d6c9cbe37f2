/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/monitor.h"

#include <assert.h>
#include <stdlib.h>

#include "checkers/linearizable/value_map.h"
#include "checkers/linearizable/zone.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

/*
 * What happens around one value. Positions are shifted by one, so that 0 is
 * before everything: there the initial value was written. A value without
 * reads has no_read as its earliest return.
 */
struct content {
	uint32_t writer; /* call, or NONE */
	uint32_t successor; /* the cas that replaces it, or NONE */
	uint32_t read_invoke; /* the latest of its reads */
	uint32_t read_return; /* the earliest of its reads */
	uint32_t block; /* the first value of its chain */
	uint8_t is_needed; /* somebody saw it */
};

struct zones {
	const struct calls *calls;
	struct monitor_result *result;
	uint32_t *subjects; /* of each call the number of the value that it
			     * writes or shows; NONE of open reads */
	uint32_t *expected; /* of each cas; NULL if there are none */
	struct content *contents;
	size_t content_count;
	uint32_t initial; /* number of the initial value */
	struct zone *items; /* both kinds of zones, from both ends */
	size_t forward_count; /* active from end to end; first */
	size_t backward_count; /* could be a moment; last */
};

static uint32_t invoke_of(const struct zones *zones, uint32_t call)
{
	return zones->calls->items[call].invoke + 1;
}

static uint32_t return_of(const struct zones *zones, uint32_t call)
{
	const struct call *item = &zones->calls->items[call];

	return call_is_open(item) ? CALL_OPEN : item->complete + 1;
}

static uint32_t number_of(struct value_map *numbers, struct value value)
{
	return *value_map_put(numbers, value, (uint32_t)numbers->count);
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

/* Numbers every value. False when time ran out. */
static bool number_values(struct zones *zones, struct value initial)
{
	const struct calls *calls = zones->calls;
	struct value_map numbers = { 0 };
	bool is_late = false;

	zones->subjects = heap_alloc(calls->count * sizeof(uint32_t));
	value_map_reserve(&numbers, calls->count / 2 + 8);
	zones->initial = number_of(&numbers, initial);
	for (size_t i = 0; i < calls->count && !is_late; i++) {
		const struct call *call = &calls->items[i];

		is_late = monitor_is_late_at(zones->result, i);
		if (call->verb == VERB_READ) {
			zones->subjects[i] = call_is_open(call) ?
				NONE : number_of(&numbers, call->result);
			continue;
		}
		zones->subjects[i] = number_of(&numbers, call->arg);
		if (call->verb != VERB_CAS)
			continue;
		if (!zones->expected)
			zones->expected = heap_alloc(calls->count *
						     sizeof(uint32_t));
		zones->expected[i] = number_of(&numbers, call->expected);
	}
	zones->content_count = numbers.count;
	value_map_release(&numbers);
	return !is_late;
}

/* Looks at what the completed calls saw. False when time ran out. */
static bool collect(struct zones *zones)
{
	const struct calls *calls = zones->calls;

	zones->contents = heap_alloc(zones->content_count *
				     sizeof(*zones->contents));
	for (uint32_t i = 0; i < zones->content_count; i++)
		zones->contents[i] = (struct content){
			.writer = NONE, .successor = NONE,
			.read_return = CALL_OPEN, .block = NONE,
		};
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		struct content *content;

		if (call_is_open(call))
			continue;
		if (call->verb == VERB_CAS)
			expected_at(zones, i)->is_needed = 1;
		if (call->verb != VERB_READ)
			continue;
		content = subject_at(zones, i);
		content->is_needed = 1;
		if (content->read_invoke < invoke_of(zones, i))
			content->read_invoke = invoke_of(zones, i);
		if (content->read_return > return_of(zones, i))
			content->read_return = return_of(zones, i);
	}
	return !monitor_is_late(zones->result);
}

/* Open updates whose value was seen took effect; what an open cas that took
 * effect expected was seen too. */
static void follow_open(struct zones *zones)
{
	const struct calls *calls = zones->calls;
	uint32_t *open = heap_alloc((calls->open_count + 1) * sizeof(*open));
	size_t count = 0;
	bool changed = true;

	for (uint32_t i = 0; i < calls->count && calls->open_count; i++) {
		if (call_is_open(&calls->items[i]) &&
		    calls->items[i].verb == VERB_CAS)
			open[count++] = i;
	}
	while (changed) {
		changed = false;
		for (size_t i = count; i-- > 0;) {
			struct content *expected;

			if (!subject_at(zones, open[i])->is_needed)
				continue;
			expected = expected_at(zones, open[i]);
			changed |= !expected->is_needed;
			expected->is_needed = 1;
		}
	}
	free(open);
}

/* Finds writer and successor of each value; false, with the reason, when one
 * is written twice. */
static bool find_writers(struct zones *zones)
{
	const struct calls *calls = zones->calls;

	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		struct content *content;

		if (call->verb == VERB_READ)
			continue;
		content = subject_at(zones, i);
		if (call_is_open(call) && !content->is_needed)
			continue;
		if (content->writer != NONE ||
		    content == &zones->contents[zones->initial]) {
			zones->result->why = "a value is written more than "
					     "once";
			return false;
		}
		content->writer = i;
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

	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		struct content *content;
		uint32_t seen;

		if (call->verb == VERB_WRITE || zones->subjects[i] == NONE)
			continue;
		if (call->verb == VERB_CAS &&
		    subject_at(zones, i)->writer != i)
			continue;
		seen = call->verb == VERB_CAS ? zones->expected[i] :
						zones->subjects[i];
		content = &zones->contents[seen];
		if ((content->writer == NONE &&
		     content != &zones->contents[zones->initial]) ||
		    (call->verb == VERB_CAS && content->successor != NONE)) {
			convict_value(zones, seen);
			return false;
		}
		if (call->verb == VERB_CAS)
			content->successor = i;
	}
	return true;
}

/* Walks a chain from its first value. False when a call returned before
 * something that must come before it was invoked. */
static bool walk_chain(struct zones *zones, uint32_t block)
{
	struct zone zone = { CALL_OPEN, 0, block };
	uint32_t number = block;
	uint32_t latest = 0; /* invocation of what comes before */
	bool is_sound = true;
	size_t calls = 0;

	assert(zones->contents);
	while (number != NONE) {
		struct content *content = &zones->contents[number];
		uint32_t invoke = 0;
		uint32_t returned = 0;

		content->block = block;
		if (content->writer != NONE) {
			invoke = invoke_of(zones, content->writer);
			returned = return_of(zones, content->writer);
			is_sound &= returned >= latest;
		}
		if (latest < invoke)
			latest = invoke;
		if (zone.first_return > returned)
			zone.first_return = returned;
		is_sound &= content->read_return >= latest;
		if (latest < content->read_invoke)
			latest = content->read_invoke;
		if (zone.first_return > content->read_return)
			zone.first_return = content->read_return;
		calls += content->writer != NONE || content->read_invoke;
		number = content->successor == NONE ? NONE :
			zones->subjects[content->successor];
	}
	zone.last_invoke = latest;
	if (calls && zone.first_return < zone.last_invoke)
		zones->items[zones->forward_count++] = zone;
	else if (calls)
		zones->items[zones->content_count - ++zones->backward_count] =
			zone;
	return is_sound;
}

/* Walks all chains; what is not reached is a circle of cas. */
static bool walk_chains(struct zones *zones)
{
	const struct calls *calls = zones->calls;

	zones->items = heap_alloc(zones->content_count *
				  sizeof(*zones->items));
	assert(zones->contents);
	for (uint32_t i = 0; i < zones->content_count; i++) {
		const struct content *content = &zones->contents[i];
		bool is_head = i == zones->initial ||
			       (content->writer != NONE &&
				calls->items[content->writer].verb ==
					VERB_WRITE);

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
						   b->last_invoke);

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

	for (size_t i = 0; i < calls->count; i++) {
		if (calls->items[i].is_refused) {
			result->why = "failed cas are asserted";
			return;
		}
	}
	if (number_values(&zones, judge->settings->initial) &&
	    !monitor_is_late(result) && collect(&zones))
		follow_open(&zones);
	if (!monitor_is_late(result) && find_writers(&zones) &&
	    !monitor_is_late(result) && find_successors(&zones) &&
	    !monitor_is_late(result) && walk_chains(&zones) &&
	    !monitor_is_late(result))
		compare_zones(&zones);
	free(zones.subjects);
	free(zones.expected);
	free(zones.contents);
	free(zones.items);
}

const struct monitor monitor_register_zones = {
	.name = "register-zones",
	.why = "each value is written once",
	.models = { "register", "cas-register" },
	.decide = decide_zones,
};
