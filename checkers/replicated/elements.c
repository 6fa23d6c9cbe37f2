/* SPDX-License-Identifier: MIT */
/* Sets, maps and registers where the last write wins: each element, field or
 * register by itself. */
#include "checkers/replicated/replicated.h"

/* One element (field, register), and one read. */
struct look {
	struct replicated *r;
	const struct place *place;
	uint32_t read;
	struct value element;
	const struct value *content; /* that it shows; NULL: any, or none */
	const uint32_t *updates;
	uint32_t count;
};

static const struct event *event_at(const struct look *look, uint32_t e)
{
	return &look->place->events[e];
}

/* Does x end what a began, if it has seen a? */
static bool ends(const struct look *look, uint32_t x)
{
	switch (look->r->type) {
	case TYPE_G_SET:
		return false;
	case TYPE_2P_SET:
	case TYPE_OR_SET:
		return event_at(look, x)->kind == EVENT_REMOVE;
	default:
		return true;
	}
}

/* The update that the read must have seen, and that had seen a; or NO_EVENT.
 * In a two-phase set a removal is for good, whichever addition it saw. */
static uint32_t ended_by(const struct look *look, uint32_t a)
{
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t x = look->updates[i];

		if (!ends(look, x) || !must_see(look->place, x, look->read))
			continue;
		if (is_past(look->place, a, x))
			return x;
	}
	return NO_EVENT;
}

static uint32_t removed_for_good(const struct look *look)
{
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t a = look->updates[i];
		uint32_t by;

		if (event_at(look, a)->kind != EVENT_ADD)
			continue;
		by = ended_by(look, a);
		if (by != NO_EVENT)
			return by;
	}
	return NO_EVENT;
}

/* What can have brought it about. */
struct sources {
	uint32_t legal; /* NO_EVENT: none */
	uint32_t ended; /* one that had been ended ... */
	uint32_t by;	/* ... by this one */
};

static struct sources find_sources(const struct look *look)
{
	struct sources sources = { NO_EVENT, NO_EVENT, NO_EVENT };
	uint32_t for_good = NO_EVENT;

	if (look->r->type == TYPE_2P_SET)
		for_good = removed_for_good(look);
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t a = look->updates[i];
		uint32_t by = for_good;

		if (event_at(look, a)->kind != EVENT_ADD ||
		    !may_see(look->place, a, look->read) ||
		    (look->content &&
		     !value_equal(event_at(look, a)->value, *look->content)))
			continue;
		if (by == NO_EVENT)
			by = ended_by(look, a);
		if (by == NO_EVENT) {
			sources.legal = a;
			return sources;
		}
		sources.ended = a;
		sources.by = by;
	}
	return sources;
}

static const char *what_of(const struct look *look)
{
	const struct replicated *r = look->r;

	if (look->content && r->type == TYPE_LWW_REGISTER)
		return text_of(r, *look->content);
	if (look->content)
		return arena_printf(r->check->arena, "%s: %s",
				    text_of(r, look->element),
				    text_of(r, *look->content));
	return text_of(r, look->element);
}

static void accuse_unwritten(const struct look *look)
{
	bool is_register = look->r->type == TYPE_LWW_REGISTER;
	struct anomaly *anomaly = accuse(
		look->r, look->place, is_register ? GARBAGE_READ :
						    PHANTOM_ELEMENT,
		"a read shows %s, which nobody can have %s by then",
		what_of(look), is_register ? "written" : "put there");

	accuse_add(look->r, anomaly, look->place, look->read, "the read");
}

static void accuse_ended(const struct look *look, const struct sources *sources)
{
	bool is_removal = event_at(look, sources->by)->kind == EVENT_REMOVE;
	bool is_final = event_at(look, look->read)->is_final;
	enum wrong wrong = is_removal ? RESURRECTED_ELEMENT :
			   is_final   ? LOST_WRITE :
					STALE_READ;
	struct anomaly *anomaly = accuse(
		look->r, look->place, wrong,
		"a read shows %s, though it must have seen that this was %s by "
		"somebody who knew of it",
		what_of(look), is_removal ? "removed" : "overwritten");

	accuse_add(look->r, anomaly, look->place, sources->ended,
		   "brought it about");
	accuse_add(look->r, anomaly, look->place, sources->by,
		   is_removal ? "removed it, having seen that" :
				"overwrote it, having seen that");
	accuse_add(look->r, anomaly, look->place, look->read, "the read");
}

static void judge_present(const struct look *look)
{
	struct sources sources = find_sources(look);

	if (sources.legal != NO_EVENT)
		return;
	if (sources.ended != NO_EVENT)
		accuse_ended(look, &sources);
	else
		accuse_unwritten(look);
}

/* Is there a removal that may have ended what a began? */
static bool may_be_removed(const struct look *look, uint32_t a)
{
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t x = look->updates[i];

		if (event_at(look, x)->kind == EVENT_REMOVE &&
		    may_see(look->place, x, look->read) &&
		    (look->r->type == TYPE_2P_SET ||
		     may_see(look->place, a, x)))
			return true;
	}
	return false;
}

/* By time a removal wins that no update which must be seen had seen. */
static bool may_be_last_removed(const struct look *look)
{
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t x = look->updates[i];

		if (event_at(look, x)->kind == EVENT_REMOVE &&
		    may_see(look->place, x, look->read) &&
		    ended_by(look, x) == NO_EVENT)
			return true;
	}
	return false;
}

static void accuse_lost(const struct look *look, uint32_t a)
{
	const struct replicated *r = look->r;
	bool is_register = r->type == TYPE_LWW_REGISTER;
	bool is_final = event_at(look, look->read)->is_final;
	struct anomaly *anomaly;

	if (is_register)
		anomaly = accuse(look->r, look->place,
				 is_final ? LOST_WRITE : STALE_READ,
				 "a read shows nothing, though it must have "
				 "seen the write of %s",
				 text_of(r, event_at(look, a)->value));
	else
		anomaly = accuse(look->r, look->place, LOST_ELEMENT,
				 "a read lacks %s, though it must have seen "
				 "that it was put there, and no removal can "
				 "have seen that and undone it",
				 text_of(r, look->element));
	accuse_add(look->r, anomaly, look->place, a, "put it there");
	accuse_add(look->r, anomaly, look->place, look->read,
		   is_final ? "the read at the end" : "the read");
}

static void judge_absent(const struct look *look)
{
	bool is_by_time = look->r->type == TYPE_LWW_MAP ||
			  look->r->type == TYPE_LWW_REGISTER;

	if (is_by_time && may_be_last_removed(look))
		return;
	for (uint32_t i = 0; i < look->count; i++) {
		uint32_t a = look->updates[i];

		if (event_at(look, a)->kind != EVENT_ADD ||
		    !must_see(look->place, a, look->read))
			continue;
		if (!is_by_time && may_be_removed(look, a))
			continue;
		accuse_lost(look, a);
		return;
	}
}

static void judge_read(struct replicated *r, const struct place *place,
		       uint32_t read, const struct shown *shown, bool *is_there)
{
	struct look look = { .r = r, .place = place, .read = read };
	bool has_content = r->type != TYPE_OR_SET && r->type != TYPE_2P_SET &&
			   r->type != TYPE_G_SET;

	for (uint32_t i = 0; i < place->element_count; i++)
		is_there[i] = false;
	for (size_t i = 0; i < shown->count; i++) {
		uint32_t number = table_find(&place->numbers,
					     shown->elements[i].bits);

		look.element = shown->elements[i];
		look.content = has_content ? &shown->contents[i] : NULL;
		look.count = 0;
		if (number) {
			is_there[number - 1] = true;
			look.updates = element_updates(place, number - 1,
						       &look.count);
		}
		judge_present(&look);
	}
	look.content = NULL;
	for (uint32_t i = 0; i < place->element_count; i++) {
		look.element = place->elements[i];
		look.updates = element_updates(place, i, &look.count);
		if (!is_there[i])
			judge_absent(&look);
	}
}

void judge_elements(struct replicated *r, const struct place *place)
{
	bool *is_there = arena_array(&r->arena, place->element_count + 1,
				     sizeof(*is_there));

	for (uint32_t i = 0; i < place->count; i++) {
		const struct event *event = &place->events[i];
		struct value nil = value_nil();
		struct value result = event->value;
		struct shown shown = { &nil, &result,
				       !value_is_nil(event->value) };

		if (event->kind != EVENT_READ)
			continue;
		if (!spend(r, (uint64_t)place->count))
			return;
		if (r->type != TYPE_LWW_REGISTER &&
		    !shown_read(r, event->value, &shown)) {
			r->unreadable++;
			continue;
		}
		judge_read(r, place, i, &shown, is_there);
	}
}
