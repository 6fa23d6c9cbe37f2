/* SPDX-License-Identifier: MIT */
/* What went wrong, by its name. */
#include <inttypes.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/models.h"

/* What is needed to name a violation. */
struct naming {
	const struct judge *judge;
	const struct calls *all;
	const struct calls *few;
	const struct call *stuck;
	struct arena *arena;
	const char **text;
};

static const char *shown(const struct naming *naming, struct value value)
{
	return value_text(naming->judge->history->values, value,
			  naming->arena);
}

static uint64_t index_of(const struct naming *naming, uint32_t position)
{
	return history_index(naming->judge->history, position);
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
static const struct op *failed_source(const struct naming *naming,
				      struct value value)
{
	const struct history *history = naming->judge->history;
	const struct op *stuck = &history->ops[naming->stuck->op];

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
static const char *name_unfounded(struct naming *naming, struct value value,
				  const char *garbage, const char *future)
{
	const struct call *stuck = naming->stuck;
	const struct call *source = source_of(naming->all, value);
	const struct op *failed;

	if (source && source->invoke < stuck->complete)
		return NULL;
	if (source) {
		*naming->text = arena_printf(
			naming->arena, "index %" PRIu64 " shows %s, which is "
			"put there only later, at index %" PRIu64,
			index_of(naming, stuck->complete),
			shown(naming, value),
			index_of(naming, source->invoke));
		return future;
	}
	failed = failed_source(naming, value);
	if (failed) {
		*naming->text = arena_printf(
			naming->arena, "index %" PRIu64 " shows %s, though the "
			"operation of index %" PRIu64 " that would have put it "
			"there failed",
			index_of(naming, stuck->complete),
			shown(naming, value),
			index_of(naming, failed->invoke));
		return "failed-write-observed";
	}
	*naming->text = arena_printf(
		naming->arena, "index %" PRIu64 " shows %s, which no operation "
		"put there", index_of(naming, stuck->complete),
		shown(naming, value));
	return garbage;
}

/* The last update that completed before the stuck call began, and is not of
 * the value it saw. */
static const struct call *newer_update(const struct naming *naming,
				       struct value seen)
{
	const struct call *newest = NULL;

	for (size_t i = 0; i < naming->few->count; i++) {
		const struct call *call = &naming->few->items[i];

		if (call->verb != VERB_READ && !call->is_refused &&
		    !call_is_open(call) &&
		    call->complete < naming->stuck->invoke &&
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
static const struct call *twin_cas(const struct naming *naming)
{
	const struct call *twin = NULL;

	for (size_t i = 0; i < naming->few->count; i++) {
		const struct call *call = &naming->few->items[i];

		if (call->verb != VERB_READ && !call->is_refused &&
		    value_equal(call->arg, naming->stuck->expected) &&
		    call->op != source_of(naming->all, call->arg)->op)
			return NULL;
		if (call != naming->stuck && call->verb == VERB_CAS &&
		    !call_is_open(call) &&
		    value_equal(call->expected, naming->stuck->expected))
			twin = call;
	}
	return twin;
}

static const char *name_split(struct naming *naming, struct value seen,
			      const struct call *newer)
{
	*naming->text = arena_printf(
		naming->arena, "index %" PRIu64 " shows %s, although %s was "
		"acknowledged at index %" PRIu64 " through another node; "
		"around then two groups of nodes each went on with values of "
		"their own and saw nothing of the other's",
		index_of(naming, naming->stuck->complete),
		shown(naming, seen),
		call_text(naming->judge, newer, naming->arena),
		index_of(naming, newer->complete));
	return "split-brain";
}

static const char *name_register(struct naming *naming)
{
	const struct call *stuck = naming->stuck;
	struct value seen = stuck->verb == VERB_READ ? stuck->result :
						       stuck->expected;
	struct value initial = naming->judge->settings->initial;
	const struct call *newer;
	const struct call *twin;
	const char *name = NULL;

	if (stuck->is_refused || stuck->verb == VERB_WRITE)
		return NULL;
	if (!value_equal(seen, initial))
		name = name_unfounded(naming, seen, "garbage-read",
				      "future-read");
	if (name)
		return name;
	twin = stuck->verb == VERB_CAS ? twin_cas(naming) : NULL;
	if (twin && is_split_brain(naming->judge->history, naming->all, stuck,
				   twin))
		return name_split(naming, seen, twin);
	if (twin) {
		*naming->text = arena_printf(
			naming->arena, "the cas of index %" PRIu64 " and of "
			"index %" PRIu64 " both replaced %s, which was there "
			"once: one update is lost",
			index_of(naming, twin->invoke),
			index_of(naming, stuck->invoke), shown(naming, seen));
		return "lost-update";
	}
	newer = newer_update(naming, seen);
	if (!newer)
		return NULL;
	if (is_split_brain(naming->judge->history, naming->all, stuck, newer))
		return name_split(naming, seen, newer);
	if (stuck->verb == VERB_CAS) {
		*naming->text = arena_printf(
			naming->arena, "index %" PRIu64 " replaced %s, which "
			"was there no more: %s was acknowledged at index %"
			PRIu64 " before it began, and is overwritten",
			index_of(naming, stuck->complete),
			shown(naming, seen),
			call_text(naming->judge, newer,
				  naming->arena),
			index_of(naming, newer->complete));
		return "lost-update";
	}
	name = is_seen(naming->all, newer->arg) ? "stale-read" : "lost-write";
	*naming->text = arena_printf(
		naming->arena, "index %" PRIu64 " shows %s, although %s was "
		"acknowledged at index %" PRIu64 " before it began%s",
		index_of(naming, stuck->complete), shown(naming, seen),
		call_text(naming->judge, newer, naming->arena),
		index_of(naming, newer->complete),
		name[0] == 'l' ? ", and nobody ever saw that" : "");
	return name;
}

const char *anomaly_name(const struct judge *judge, const struct calls *all,
			 const struct calls *few, const struct call *stuck,
			 struct arena *arena, const char **text)
{
	struct naming naming = { judge, all, few, stuck, arena, text };
	const char *name = NULL;

	if (judge->model->shrink == SHRINK_CHAINS)
		name = name_register(&naming);
	else
		name = object_anomaly_name(judge, all, few, stuck, arena,
					   text);
	if (name)
		return name;
	*text = arena_printf(
		arena, "%s, index %" PRIu64 " to %" PRIu64 ", cannot be placed "
		"in any order of the operations",
		call_text(judge, stuck, arena),
		index_of(&naming, stuck->invoke),
		index_of(&naming, stuck->complete));
	return "non-linearizable";
}
