/* SPDX-License-Identifier: MIT */
/* Names for what goes wrong with queues and locks. */
#include "checkers/linearizable/name_object.h"

#include <inttypes.h>
#include <string.h>

#include "checkers/linearizable/models.h"

static uint64_t index_of(const struct subject *subject, uint32_t position)
{
	return history_index(subject->judge->history, position);
}

static const char *words(const struct subject *subject,
			 const struct call *call)
{
	return call_text(subject->judge, call, subject->arena);
}

const char *placed_text(const struct subject *subject,
			const struct call *call)
{
	if (call_is_open(call))
		return arena_printf(subject->arena, "%s (from index %" PRIu64
						   ", indeterminate)",
				    words(subject, call),
				    index_of(subject, call->invoke));
	return arena_printf(subject->arena, "%s (index %" PRIu64 " to %" PRIu64
					   ")", words(subject, call),
			    index_of(subject, call->invoke),
			    index_of(subject, call->complete));
}

/* The first call of those that puts the value in, or takes it out. */
static const struct call *find(const struct subject *subject,
			       const struct calls *calls, struct value value,
			       bool insertion)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if (call == subject->stuck ||
		    call->op == subject->stuck->op)
			continue;
		if (insertion ? models_is_insertion(call) &&
					value_equal(call->arg, value) :
				models_is_removal(call) &&
					value_equal(call->result, value))
			return call;
	}
	return NULL;
}

/* A value that was put in, acknowledged, before the stuck call. */
static const struct call *find_present(const struct subject *subject)
{
	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (models_is_insertion(call) &&
		    call->complete < subject->stuck->invoke &&
		    !find(subject, subject->few, call->arg, false))
			return call;
	}
	return NULL;
}

static const char *name_source(struct subject *subject,
			       const struct call *source)
{
	const struct call *stuck = subject->stuck;

	if (!source) {
		*subject->text = arena_printf(subject->arena, "%s brought what "
					     "no operation put in",
					     placed_text(subject, stuck));
		return "garbage-read";
	}
	if (source->invoke < stuck->complete)
		return NULL;
	*subject->text = arena_printf(
		subject->arena, "%s was over before %s began",
		placed_text(subject, stuck), placed_text(subject, source));
	return "dequeued-before-enqueued";
}

static const char *name_container(struct subject *subject)
{
	const struct call *stuck = subject->stuck;
	const struct call *other;
	const char *name;

	if (value_is_nil(stuck->result)) {
		other = find_present(subject);
		*subject->text = arena_printf(
			subject->arena, "%s found nothing%s%s",
			placed_text(subject, stuck),
			other ? ", although there was " : "",
			other ? placed_text(subject, other) : "");
		return "lost";
	}
	name = name_source(subject, find(subject, subject->all, stuck->result,
					true));
	if (name)
		return name;
	other = find(subject, subject->few, stuck->result, false);
	if (other) {
		*subject->text = arena_printf(
			subject->arena, "%s and %s both brought what was put "
				       "in once", placed_text(subject, other),
			placed_text(subject, stuck));
		return "duplicated";
	}
	*subject->text = arena_printf(subject->arena,
				     "%s brought a value whose turn it was not",
				     placed_text(subject, stuck));
	return "out-of-order";
}

/* The last acquire that was over before the stuck call began. */
static const struct call *find_holder(const struct subject *subject)
{
	const struct call *holder = NULL;

	for (size_t i = 0; i < subject->few->count; i++) {
		const struct call *call = &subject->few->items[i];

		if (call->verb == VERB_ACQUIRE && call != subject->stuck &&
		    call->complete < subject->stuck->complete)
			holder = call;
	}
	return holder;
}

static const char *name_lock(struct subject *subject)
{
	const struct call *stuck = subject->stuck;
	const struct values *values = subject->judge->history->values;
	const struct call *holder = find_holder(subject);
	bool fenced = strcmp(subject->judge->model->name, "fenced-lock") == 0;
	int64_t token;
	int64_t last;

	if (stuck->verb == VERB_RELEASE) {
		*subject->text = arena_printf(
			subject->arena, "%s gave back what was not held so",
			placed_text(subject, stuck));
		return "released-not-held";
	}
	if (!holder)
		return NULL;
	if (fenced && value_get_int(values, stuck->result, &token) &&
	    value_get_int(values, holder->result, &last) && token <= last) {
		*subject->text = arena_printf(
			subject->arena, "%s got a token not above that of %s",
			placed_text(subject, stuck),
			placed_text(subject, holder));
		return "stale-token";
	}
	*subject->text = arena_printf(
		subject->arena, "%s got the lock while %s had it",
		placed_text(subject, stuck), placed_text(subject, holder));
	if (strcmp(subject->judge->model->name, "semaphore") == 0)
		return "too-many-holders";
	return "held-by-two";
}

const char *object_anomaly_name(const struct judge *judge,
				const struct calls *all,
				const struct calls *few,
				const struct call *stuck, struct arena *arena,
				const char **text)
{
	struct subject subject = { judge, all, few, stuck, arena, text };
	const char *name = judge->model->name;

	if (judge->model->shrink == SHRINK_HOLDS)
		return name_lock(&subject);
	if (strcmp(name, "set") == 0 || strcmp(name, "list") == 0)
		return collection_anomaly_name(&subject);
	if (judge->model->shrink == SHRINK_VALUES)
		return name_container(&subject);
	return NULL;
}
