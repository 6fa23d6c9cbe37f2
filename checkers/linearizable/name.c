/* SPDX-License-Identifier: MIT */
/* What went wrong, by its name. */
#include <inttypes.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/models.h"
#include "checkers/linearizable/name_object.h"

static const char *shown(const struct subject *subject, struct value value)
{
	return value_text(subject->judge->history->values, value,
			  subject->arena);
}

static uint64_t index_of(const struct subject *subject, uint32_t position)
{
	return history_index(subject->judge->history, position);
}

/* The first call that puts `value` in, NULL if there is none. */
static const struct call *source_of(const struct calls *calls,
				    struct value value)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if ((call->verb == VERB_WRITE || models_is_insertion(call) ||
		     (call->verb == VERB_CAS && !call->is_refused)) &&
		    value_equal(call->arg, value))
			return call;
	}
	return NULL;
}

/* The failed operation of this key that would have put `value` in. */
static const struct op *failed_source(const struct subject *subject,
				      struct value value)
{
	const struct history *history = subject->judge->history;
	const struct op *stuck = &history->ops[subject->stuck->op];

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);

		if (!op_is_client(op) || op->outcome != OUTCOME_FAIL ||
		    op->action_count != 1 || action->verb == VERB_READ)
			continue;
		if (value_equal(action->arg, value) &&
		    value_equal(action->key, op_actions(history, stuck)->key))
			return op;
	}
	return NULL;
}

/* A value that was seen has no source, or only a later one. NULL if it has
 * one. */
static const char *name_unfounded(struct subject *subject, struct value value,
				  const char *garbage, const char *future)
{
	const struct call *stuck = subject->stuck;
	const struct call *source = source_of(subject->all, value);
	const struct op *failed;

	if (source && source->invoke < stuck->complete)
		return NULL;
	if (source) {
		*subject->text = arena_printf(
			subject->arena, "index %" PRIu64 " shows %s, which is "
			"put there only later, at index %" PRIu64,
			index_of(subject, stuck->complete),
			shown(subject, value),
			index_of(subject, source->invoke));
		return future;
	}
	failed = failed_source(subject, value);
	if (failed) {
		*subject->text = arena_printf(
			subject->arena,
			"index %" PRIu64 " shows %s, though the "
			"operation of index %" PRIu64 " that would have put it "
			"there failed",
			index_of(subject, stuck->complete),
			shown(subject, value),
			index_of(subject, failed->invoke));
		return "failed-write-observed";
	}
	*subject->text = arena_printf(
		subject->arena,
		"index %" PRIu64 " shows %s, which no operation put there",
		index_of(subject, stuck->complete),
		shown(subject, value));
	return garbage;
}

/* The last update that completed before the stuck call began, and is not of
 * the value it saw. */
static const struct call *newer_update(const struct subject *subject,
				       struct value seen)
{
	const struct call *newest = NULL;

	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (call->verb != VERB_READ && !call->is_refused &&
		    !call_is_open(call) &&
		    call->complete < subject->stuck->invoke &&
		    !value_equal(call->arg, seen))
			newest = call;
	}
	return newest;
}

static bool is_seen(const struct calls *calls, struct value value)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if (call_is_open(call))
			continue;
		if ((call->verb == VERB_READ &&
		     value_equal(call->result, value)) ||
		    (call->verb == VERB_CAS && !call->is_refused &&
		     value_equal(call->expected, value)))
			return true;
	}
	return false;
}

/* Two cas that both found the same value, written once. */
static const struct call *twin_cas(const struct subject *subject)
{
	const struct call *twin = NULL;

	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (call->verb != VERB_READ && !call->is_refused &&
		    value_equal(call->arg, subject->stuck->expected) &&
		    call->op != source_of(subject->all, call->arg)->op)
			return NULL;
		if (call != subject->stuck && call->verb == VERB_CAS &&
		    !call_is_open(call) &&
		    value_equal(call->expected, subject->stuck->expected))
			twin = call;
	}
	return twin;
}

static const char *name_split(struct subject *subject, struct value seen,
			      const struct call *newer)
{
	*subject->text = arena_printf(
		subject->arena, "index %" PRIu64 " shows %s, although %s was "
		"acknowledged at index %" PRIu64 " through another node; "
		"around then two groups of nodes each went on with values of "
		"their own and saw nothing of the other's",
		index_of(subject, subject->stuck->complete),
		shown(subject, seen),
		call_text(subject->judge, newer, subject->arena),
		index_of(subject, newer->complete));
	return "split-brain";
}

static const char *name_register(struct subject *subject)
{
	const struct call *stuck = subject->stuck;
	struct value seen = stuck->verb == VERB_READ ? stuck->result :
						       stuck->expected;
	struct value initial = subject->judge->settings->initial;
	const struct call *newer;
	const struct call *twin;
	const char *name = NULL;

	if (stuck->is_refused || stuck->verb == VERB_WRITE)
		return NULL;
	if (!value_equal(seen, initial))
		name = name_unfounded(subject, seen, "garbage-read",
				      "future-read");
	if (name)
		return name;
	twin = stuck->verb == VERB_CAS ? twin_cas(subject) : NULL;
	if (twin && is_split_brain(subject->judge->history, subject->all, stuck,
				   twin))
		return name_split(subject, seen, twin);
	if (twin) {
		*subject->text = arena_printf(
			subject->arena, "the cas of index %" PRIu64 " and of "
			"index %" PRIu64 " both replaced %s, which was there "
			"once: one update is lost",
			index_of(subject, twin->invoke),
			index_of(subject, stuck->invoke), shown(subject, seen));
		return "lost-update";
	}
	newer = newer_update(subject, seen);
	if (!newer)
		return NULL;
	if (is_split_brain(subject->judge->history, subject->all, stuck, newer))
		return name_split(subject, seen, newer);
	if (stuck->verb == VERB_CAS) {
		*subject->text = arena_printf(
			subject->arena, "index %" PRIu64 " replaced %s, which "
			"was there no more: %s was acknowledged at index %"
			PRIu64 " before it began, and is overwritten",
			index_of(subject, stuck->complete),
			shown(subject, seen),
			call_text(subject->judge, newer,
				  subject->arena),
			index_of(subject, newer->complete));
		return "lost-update";
	}
	name = is_seen(subject->all, newer->arg) ? "stale-read" : "lost-write";
	*subject->text = arena_printf(
		subject->arena, "index %" PRIu64 " shows %s, although %s was "
		"acknowledged at index %" PRIu64 " before it began%s",
		index_of(subject, stuck->complete), shown(subject, seen),
		call_text(subject->judge, newer, subject->arena),
		index_of(subject, newer->complete),
		name[0] == 'l' ? ", and nobody ever saw that" : "");
	return name;
}

const char *anomaly_name(const struct judge *judge, const struct calls *all,
			 const struct calls *few, const struct call *stuck,
			 struct arena *arena, const char **text)
{
	struct subject subject = { judge, all, few, stuck, arena, text };
	const char *name = NULL;

	if (judge->model->shrink == SHRINK_CHAINS)
		name = name_register(&subject);
	else
		name = object_anomaly_name(judge, all, few, stuck, arena,
					   text);
	if (name)
		return name;
	*text = arena_printf(
		arena, "%s, index %" PRIu64 " to %" PRIu64 ", cannot be placed "
		"in any order of the operations",
		call_text(judge, stuck, arena),
		index_of(&subject, stuck->invoke),
		index_of(&subject, stuck->complete));
	return "non-linearizable";
}
