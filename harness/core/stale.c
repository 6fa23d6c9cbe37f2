/* SPDX-License-Identifier: MIT */
#include "harness/core/stale.h"

#include "harness/core/arena.h"
#include "harness/core/table.h"

struct stale {
	const struct history *history;
	stale_take *take;
	void *state;
	/* Of the key at hand. */
	struct arena arena;
	struct value key;
	uint32_t *writes; /* that were acknowledged, by invocation */
	uint32_t *first;  /* of those from here on, the one that ended first */
	uint32_t count;
	struct table values; /* operation + 1 */
	bool *is_double;     /* by place in the group */
};

static const struct op *op_at(const struct stale *s, uint32_t number)
{
	return &s->history->ops[number];
}

static const struct action *action_at(const struct stale *s, uint32_t number)
{
	return op_actions(s->history, op_at(s, number));
}

/* What it saw; false where it saw nothing. */
static bool seen_by(const struct stale *s, uint32_t number, struct value *seen)
{
	const struct action *action = action_at(s, number);

	*seen = action->verb == VERB_CAS ? action->expected : action->result;
	return op_at(s, number)->outcome == OUTCOME_OK &&
	       (action->verb == VERB_READ || action->verb == VERB_CAS);
}

static void collect(struct stale *s, const uint32_t *ops, uint32_t count)
{
	arena_release(&s->arena);
	s->writes = arena_array(&s->arena, count + 1, sizeof(*s->writes));
	s->first = arena_array(&s->arena, count + 1, sizeof(*s->first));
	s->is_double = arena_array(&s->arena, count + 1, sizeof(bool));
	table_init(&s->values, &s->arena, count);
	s->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct op *op = op_at(s, ops[i]);
		uint32_t *place;

		if (action_at(s, ops[i])->verb == VERB_READ ||
		    op->outcome == OUTCOME_FAIL)
			continue;
		place = table_at(&s->values, action_at(s, ops[i])->arg.bits);
		if (*place)
			s->is_double[*place - 1] = true;
		else
			*place = i + 1;
		if (op->outcome == OUTCOME_OK)
			s->writes[s->count++] = ops[i];
	}
	for (uint32_t i = s->count; i-- > 0;) {
		s->first[i] = s->writes[i];
		if (i + 1 < s->count &&
		    op_at(s, s->first[i + 1])->complete <
			    op_at(s, s->writes[i])->complete)
			s->first[i] = s->first[i + 1];
	}
}

/* How many acknowledged writes were invoked up to that position. */
static uint32_t invoked_by(const struct stale *s, uint32_t position)
{
	uint32_t low = 0;
	uint32_t high = s->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (op_at(s, s->writes[middle])->invoke <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* `from`: the writes from there on began after the one that was read. */
static void measure(const struct stale *s, struct stale_read *read,
		    uint32_t from)
{
	const struct op *op = op_at(s, read->read);
	const struct op *newer;

	if (from >= s->count)
		return;
	newer = op_at(s, s->first[from]);
	if (newer->complete >= op->invoke)
		return;
	read->newer = s->first[from];
	for (uint32_t i = from;
	     i < s->count && read->versions < STALE_VERSIONS_MAX &&
	     op_at(s, s->writes[i])->invoke < op->invoke;
	     i++)
		read->versions +=
			op_at(s, s->writes[i])->complete < op->invoke;
	if (op->invoke_ns >= 0 && newer->complete_ns >= 0)
		read->ns = op->invoke_ns - newer->complete_ns;
}

static void look(const struct stale *s, const uint32_t *ops,
		 struct stale_read *read)
{
	uint32_t place = table_find(&s->values, read->seen.bits);

	if (place == 0 && value_is_nil(read->seen)) {
		measure(s, read, 0);
	} else if (place == 0 || s->is_double[place - 1] ||
		   value_is_nil(read->seen)) {
		read->is_untold = true;
	} else {
		uint32_t writer = ops[place - 1];

		/* One that nobody knows the end of may be the last. */
		if (op_at(s, writer)->outcome != OUTCOME_OK)
			return;
		read->writer = writer;
		measure(s, read, invoked_by(s, op_at(s, writer)->complete));
	}
}

static void each_of_key(struct stale *s, const uint32_t *ops, uint32_t count)
{
	collect(s, ops, count);
	for (uint32_t i = 0; i < count; i++) {
		struct stale_read read = {
			.key = s->key,
			.read = ops[i],
			.writer = HISTORY_NONE,
			.newer = HISTORY_NONE,
		};

		if (!seen_by(s, ops[i], &read.seen))
			continue;
		look(s, ops, &read);
		s->take(s->state, &read);
	}
}

bool stale_fits(const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action;

		if (!op_is_client(op))
			continue;
		if (op->action_count != 1)
			return false;
		action = op_actions(history, op);
		if (action->verb != VERB_READ && action->verb != VERB_WRITE &&
		    action->verb != VERB_CAS)
			return false;
	}
	return true;
}

void stale_each(const struct history *history, stale_take *take, void *state)
{
	struct stale s = { .history = history, .take = take, .state = state };
	struct history_keys keys;

	history_keys_init(&keys, history);
	for (size_t i = 0; i < keys.count; i++) {
		s.key = keys.keys[i];
		each_of_key(&s, keys.ops + keys.starts[i],
			    keys.starts[i + 1] - keys.starts[i]);
	}
	arena_release(&s.arena);
	history_keys_release(&keys);
}
