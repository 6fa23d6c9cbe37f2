/* SPDX-License-Identifier: MIT */
/* The events of a key, what each read shows, and what is in whose past. */
#include "checkers/replicated/replicated.h"

#include <stdlib.h>
#include <string.h>

static enum event_kind kind_of(uint16_t verb)
{
	if (verb == VERB_READ)
		return EVENT_READ;
	return verb == VERB_REMOVE ? EVENT_REMOVE : EVENT_ADD;
}

static bool is_map(const struct replicated *r)
{
	return r->type == TYPE_LWW_MAP || r->type == TYPE_OR_MAP;
}

/* [VALUE, {NODE: NUMBER, ...}], or a value alone. */
static void split_sibling(const struct values *values, struct value *value,
			  struct value *vector)
{
	struct value pair[2];

	if (value_kind(values, *value) != VALUE_LIST ||
	    value_list_length(values, *value) != 2)
		return;
	value_list_elements(values, *value, pair);
	if (value_kind(values, pair[1]) != VALUE_MAP)
		return;
	*value = pair[0];
	*vector = pair[1];
}

bool shown_read(struct replicated *r, struct value result, struct shown *shown)
{
	const struct values *values = r->check->history->values;
	struct arena *arena = &r->arena;
	enum value_kind kind = value_kind(values, result);

	*shown = (struct shown){ 0 };
	if (value_is_nil(result))
		return true;
	if ((kind == VALUE_MAP) != is_map(r))
		return false;
	if (kind == VALUE_MAP)
		shown->count = value_map_length(values, result);
	else if (kind == VALUE_LIST)
		shown->count = value_list_length(values, result);
	else
		return false;
	shown->elements = arena_array(arena, shown->count + 1,
				      sizeof(*shown->elements));
	shown->contents = arena_array(arena, shown->count + 1,
				      sizeof(*shown->contents));
	if (kind == VALUE_MAP)
		value_map_entries(values, result, shown->elements,
				  shown->contents);
	else
		value_list_elements(values, result, shown->elements);
	for (size_t i = 0; i < shown->count && r->type == TYPE_MV_REGISTER; i++)
		split_sibling(values, &shown->elements[i], &shown->contents[i]);
	return true;
}

/* Element, value and amount of an update. */
static void read_update(const struct replicated *r, struct event *event,
			struct value *element)
{
	const struct values *values = r->check->history->values;
	const struct action *action = action_at(r, event->op);
	struct value pair[2];

	event->value = action->arg;
	event->amount = 1;
	*element = value_nil();
	if (r->type <= TYPE_PN_COUNTER) {
		value_get_int(values, action->arg, &event->amount);
		/* Too large to be judged, either way. */
		if (event->amount == INT64_MIN)
			event->amount = INT64_MAX;
		if (action->verb == VERB_DECREMENT)
			event->amount = -event->amount;
	} else if (r->type <= TYPE_OR_SET) {
		*element = action->arg;
	} else if (is_map(r)) {
		*element = action->arg;
		if (event->kind == EVENT_ADD &&
		    value_kind(values, action->arg) == VALUE_LIST &&
		    value_list_length(values, action->arg) == 2) {
			value_list_elements(values, action->arg, pair);
			*element = pair[0];
			event->value = pair[1];
		}
	}
}

static uint32_t number_of(struct place *place, struct value element)
{
	uint32_t *at = table_at(&place->numbers, element.bits);

	if (*at == 0) {
		place->elements[place->element_count++] = element;
		*at = place->element_count;
	}
	return *at - 1;
}

/* Of a read its completion, of an update its invocation. */
static uint32_t order_of(const struct event *event)
{
	return event->kind == EVENT_READ ? event->complete : event->invoke;
}

static int compare_events(const void *a, const void *b)
{
	uint32_t x = order_of(a);
	uint32_t y = order_of(b);

	return x < y ? -1 : x > y;
}

static void collect(struct replicated *r, struct place *place,
		    const uint32_t *ops, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct op *op = op_at(r, ops[i]);
		struct event event = {
			.op = ops[i],
			.kind = kind_of(action_at(r, ops[i])->verb),
			.invoke = op->invoke,
			.complete = op->complete,
		};
		struct value element;

		if (op->outcome == OUTCOME_FAIL ||
		    (event.kind == EVENT_READ && op->outcome != OUTCOME_OK))
			continue;
		if (op->outcome != OUTCOME_OK) {
			event.complete = HISTORY_NONE;
			place->has_doubt = true;
		}
		if (event.kind == EVENT_READ) {
			event.value = action_at(r, ops[i])->result;
			event.is_final = ops[i] >= r->final_op;
			r->reads++;
			r->final_reads += event.is_final;
		} else {
			read_update(r, &event, &element);
			event.element = number_of(place, element);
		}
		place->events[place->count++] = event;
	}
	qsort(place->events, place->count, sizeof(*place->events),
	      compare_events);
}

static void number_sessions(struct replicated *r, struct place *place)
{
	struct table sessions;
	uint32_t *lengths = arena_array(&r->arena, place->count + 1,
					sizeof(*lengths));

	table_init(&sessions, &r->arena, place->count);
	for (uint32_t i = 0; i < place->count; i++) {
		struct event *event = &place->events[i];
		uint32_t process = (uint32_t)op_at(r, event->op)->process;
		uint32_t *at = table_at(&sessions, process);

		if (*at == 0)
			*at = ++place->session_count;
		event->session = *at - 1;
		event->position = lengths[event->session]++;
	}
}

static void group_updates(struct replicated *r, struct place *place)
{
	uint32_t *next;

	place->starts = arena_array(&r->arena, place->element_count + 2,
				    sizeof(*place->starts));
	place->updates = arena_array(&r->arena, place->count + 1,
				     sizeof(*place->updates));
	next = place->starts + 1;
	for (uint32_t i = 0; i < place->count; i++) {
		if (place->events[i].kind != EVENT_READ)
			next[place->events[i].element + 1]++;
	}
	for (uint32_t i = 0; i < place->element_count; i++)
		next[i + 1] += next[i];
	for (uint32_t i = 0; i < place->count; i++) {
		if (place->events[i].kind != EVENT_READ)
			place->updates[next[place->events[i].element]++] = i;
	}
}

static void clock_join(struct place *place, uint32_t e, uint32_t from)
{
	size_t width = place->session_count;
	uint32_t *clock = place->clocks + (size_t)e * width;
	const uint32_t *other = place->clocks + (size_t)from * width;

	for (size_t i = 0; i < width; i++) {
		if (other[i] > clock[i])
			clock[i] = other[i];
	}
}

/* The one update that can have brought about what is shown; NO_EVENT if there
 * are several, or none. */
static uint32_t only_source(const struct place *place, uint32_t read,
			    struct value element, const struct value *content)
{
	uint32_t number = table_find(&place->numbers, element.bits);
	uint32_t found = NO_EVENT;
	const uint32_t *updates;
	uint32_t count;

	if (number == 0)
		return NO_EVENT;
	updates = element_updates(place, number - 1, &count);
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = &place->events[updates[i]];

		if (event->kind != EVENT_ADD ||
		    event->invoke >= place->events[read].complete ||
		    (content && !value_equal(event->value, *content)))
			continue;
		if (found != NO_EVENT)
			return NO_EVENT;
		found = updates[i];
	}
	return found;
}

static void join_source(struct place *place, uint32_t read,
			struct value element, const struct value *content)
{
	uint32_t source = only_source(place, read, element, content);

	if (source != NO_EVENT && source < read)
		clock_join(place, read, source);
}

/* What a read showed is in its past. */
static bool join_shown(struct replicated *r, struct place *place, uint32_t read)
{
	struct value result = place->events[read].value;
	struct shown shown;

	if (r->type <= TYPE_PN_COUNTER)
		return true;
	if (r->type == TYPE_LWW_REGISTER) {
		join_source(place, read, value_nil(), &result);
		return true;
	}
	if (!shown_read(r, result, &shown))
		return true;
	for (size_t i = 0; i < shown.count; i++) {
		if (r->type == TYPE_MV_REGISTER)
			join_source(place, read, value_nil(),
				    &shown.elements[i]);
		else
			join_source(place, read, shown.elements[i],
				    is_map(r) ? &shown.contents[i] : NULL);
	}
	return spend(r, shown.count * 4 + 1);
}

static bool compute_pasts(struct replicated *r, struct place *place)
{
	size_t width = place->session_count;
	size_t cells = (size_t)place->count * width;
	uint32_t *last = arena_array(&r->arena, width + 1, sizeof(*last));

	if (!r->is_causal)
		return true;
	if (cells > r->check->budget->bytes_max / sizeof(*place->clocks))
		return false;
	place->clocks = arena_array(&r->arena, cells + 1,
				    sizeof(*place->clocks));
	for (uint32_t i = 0; i < place->count; i++) {
		const struct event *event = &place->events[i];

		if (event->position > 0)
			clock_join(place, i, last[event->session]);
		if (event->kind == EVENT_READ && !join_shown(r, place, i))
			return false;
		place->clocks[(size_t)i * width + event->session] =
			event->position + 1;
		last[event->session] = i;
	}
	return true;
}

bool place_init(struct replicated *r, struct place *place, struct value key,
		const uint32_t *ops, uint32_t count)
{
	*place = (struct place){ .key = key };
	place->events =
		arena_array(&r->arena, count + 1, sizeof(*place->events));
	place->elements =
		arena_array(&r->arena, count + 1, sizeof(*place->elements));
	table_init(&place->numbers, &r->arena, count);
	collect(r, place, ops, count);
	number_sessions(r, place);
	group_updates(r, place);
	return compute_pasts(r, place);
}

bool must_see(const struct place *place, uint32_t a, uint32_t b)
{
	const struct event *update = &place->events[a];
	const struct event *read = &place->events[b];

	return is_past(place, a, b) ||
	       (read->is_final && update->complete < read->invoke);
}

bool may_see(const struct place *place, uint32_t a, uint32_t b)
{
	return a != b &&
	       place->events[a].invoke < place->events[b].complete &&
	       !is_past(place, b, a);
}
