/* SPDX-License-Identifier: MIT */
/* Names for what goes wrong with sets and lists that are read whole. */
#include <inttypes.h>
#include <string.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/name_object.h"
#include "checkers/linearizable/shown.h"

static bool is_addition(const struct call *call)
{
	return call->verb == VERB_ADD || call->verb == VERB_APPEND;
}

/* What the read shows, *length values of it. */
static const struct value *elements_of(const struct subject *subject,
				       const struct call *read,
				       size_t *length)
{
	const struct values *values = subject->judge->history->values;
	struct value *elements;

	*length = value_kind(values, read->result) == VALUE_LIST ?
			  value_list_length(values, read->result) : 0;
	elements = arena_array(subject->arena, *length + 1, sizeof(*elements));
	if (*length)
		value_list_elements(values, read->result, elements);
	return elements;
}

static bool shows(const struct subject *subject, const struct call *read,
		  struct value element)
{
	size_t length;
	const struct value *elements = elements_of(subject, read, &length);

	for (size_t i = 0; i < length; i++) {
		if (value_equal(elements[i], element))
			return true;
	}
	return false;
}

/* An acknowledged addition that the read lacks. */
static const struct call *find_missing(const struct subject *subject)
{
	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (is_addition(call) &&
		    call->complete < subject->stuck->invoke &&
		    !shows(subject, subject->stuck, call->arg))
			return call;
	}
	return NULL;
}

static const struct call *find_addition(const struct calls *calls,
					struct value element)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (is_addition(&calls->items[i]) &&
		    value_equal(calls->items[i].arg, element))
			return &calls->items[i];
	}
	return NULL;
}

/* An element that nobody had begun to add when the read returned. */
static const char *name_unfounded(struct subject *subject)
{
	const struct call *stuck = subject->stuck;
	const struct value_map *shown = subject->judge->settings->shown;
	size_t length;
	const struct value *elements = elements_of(subject, stuck, &length);

	for (size_t i = 0; i < length; i++) {
		const struct call *source;

		if (shown && !value_map_at(shown, elements[i], 0))
			continue;
		source = find_addition(subject->all, elements[i]);
		if (source && source->invoke < stuck->complete)
			continue;
		*subject->text = arena_printf(
			subject->arena, "%s shows %s, which %s%s",
			placed_text(subject, stuck),
			value_text(subject->judge->history->values,
				   elements[i], subject->arena),
			source ? "is put in only later, by " :
				 "no operation put in",
			source ? placed_text(subject, source) : "");
		return source ? "future-read" : "garbage-read";
	}
	return NULL;
}

/* An addition of the few that one read shows and the other lacks. */
static const struct call *find_more(const struct subject *subject,
				    const struct call *read,
				    const struct call *other)
{
	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (is_addition(call) && shows(subject, read, call->arg) &&
		    !shows(subject, other, call->arg))
			return call;
	}
	return NULL;
}

/* Another read shows what this one lacks. */
static const char *name_other_read(struct subject *subject)
{
	const struct call *stuck = subject->stuck;

	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *read = &subject->few->items[i];
		const struct call *more;

		if (read->verb != VERB_READ || call_is_open(read) ||
		    read == stuck)
			continue;
		more = find_more(subject, read, stuck);
		if (!more)
			continue;
		if (read->complete < stuck->invoke) {
			*subject->text = arena_printf(
				subject->arena, "%s lacks %s, which %s showed "
				"before", placed_text(subject, stuck),
				call_text(subject->judge, more,
					  subject->arena),
				placed_text(subject, read));
			return "lost-element";
		}
		if (!find_more(subject, stuck, read))
			continue;
		*subject->text = arena_printf(
			subject->arena, "%s and %s each show what the other "
			"lacks, so neither can have been first",
			placed_text(subject, read),
			placed_text(subject, stuck));
		return "contradicting-reads";
	}
	return NULL;
}

/* The read lacks what was acknowledged before something that it shows began to
 * be put in. */
static const char *name_gap(struct subject *subject)
{
	const struct calls *few = subject->few;
	const struct call *stuck = subject->stuck;

	for (size_t i = 0; i < few->count; i++) {
		const struct call *lost = &few->items[i];

		if (!is_addition(lost) || call_is_open(lost) ||
		    shows(subject, stuck, lost->arg))
			continue;
		for (size_t k = 0; k < few->count; k++) {
			const struct call *later = &few->items[k];

			if (!is_addition(later) ||
			    later->invoke < lost->complete ||
			    !shows(subject, stuck, later->arg))
				continue;
			*subject->text = arena_printf(
				subject->arena, "%s shows what %s put in, but "
				"lacks %s, which was over before that began",
				placed_text(subject, stuck),
				placed_text(subject, later),
				placed_text(subject, lost));
			return "lost-element";
		}
	}
	return NULL;
}

static const char *name_set(struct subject *subject)
{
	const char *name = name_unfounded(subject);

	if (!name)
		name = name_other_read(subject);
	return name ? name : name_gap(subject);
}

/* The last call of the few that does so to the element, and was over before
 * the stuck one began; *count those that may have come in between. */
static const struct call *last_before(const struct subject *subject,
				      enum verb verb, size_t *count)
{
	const struct call *last = NULL;

	*count = 0;
	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (call->verb != (uint16_t)verb ||
		    !value_equal(call->arg, subject->stuck->arg))
			continue;
		if (call->complete < subject->stuck->invoke)
			last = call;
		++*count;
	}
	return last;
}

/* Looked for, and not found, or found. */
static const char *name_contains(struct subject *subject)
{
	const struct call *stuck = subject->stuck;
	bool is_found = value_equal(stuck->result, value_bool(true));
	size_t additions;
	size_t removals;
	const struct call *added = last_before(subject, VERB_ADD, &additions);
	const struct call *removed =
		last_before(subject, VERB_REMOVE, &removals);
	const struct call *source = find_addition(subject->all, stuck->arg);

	if (is_found && (!source || source->invoke > stuck->complete)) {
		*subject->text = arena_printf(
			subject->arena, "%s found what %s%s",
			placed_text(subject, stuck),
			source ? "is put in only later, by " :
				 "no operation put in",
			source ? placed_text(subject, source) : "");
		return source ? "future-read" : "garbage-read";
	}
	if (is_found ? !removed || additions != 1 || !added ||
			       added->complete > removed->invoke :
		       !added || removals)
		return NULL;
	*subject->text = arena_printf(
		subject->arena, is_found ? "%s found what %s took out" :
					   "%s did not find what %s put in",
		placed_text(subject, stuck),
		placed_text(subject, is_found ? removed : added));
	return is_found ? "resurrected-element" : "lost-element";
}

const char *collection_anomaly_name(struct subject *subject)
{
	const struct call *missing;

	if (subject->stuck->verb == VERB_CONTAINS)
		return name_contains(subject);
	if (subject->stuck->verb != VERB_READ)
		return NULL;
	for (size_t i = 0; i < subject->few->count; i++) {
		if (subject->few->items[i].verb == VERB_REMOVE)
			return NULL;
	}
	missing = find_missing(subject);
	if (!missing)
		return strcmp(subject->judge->model->name, "set") == 0 ?
			       name_set(subject) : NULL;
	*subject->text = arena_printf(subject->arena, "%s lacks what %s put in",
				      placed_text(subject, subject->stuck),
				      placed_text(subject, missing));
	return "lost-element";
}
