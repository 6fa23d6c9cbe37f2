/* SPDX-License-Identifier: MIT */
#include "harness/core/foreign_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

void sessions_add(struct sessions *sessions,
		  const struct session_access *access)
{
	sessions->accesses =
		array_reserve(sessions->accesses, &sessions->capacity,
			      sessions->count + 1, sizeof(*sessions->accesses));
	sessions->accesses[sessions->count] = *access;
	sessions->accesses[sessions->count].order = sessions->count;
	sessions->count++;
}

void sessions_release(struct sessions *sessions)
{
	free(sessions->accesses);
	*sessions = (struct sessions){ 0 };
}

struct action session_action(bool is_write, struct value key,
			     struct value value)
{
	struct action action = { .key = key };

	action.verb = is_write ? VERB_WRITE : VERB_READ;
	*(is_write ? &action.arg : &action.result) = value;
	return action;
}

/* By session, and in the order of the file within. */
static int compare_accesses(const void *a, const void *b)
{
	const struct session_access *x = a;
	const struct session_access *y = b;

	if (x->session != y->session)
		return x->session < y->session ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int compare_bits(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Reads of 0 become reads of nil where 0 is not written. */
static void find_initial(struct sessions *sessions, struct value zero)
{
	uint32_t *written = heap_zeroed(sessions->count, sizeof(*written));
	size_t count = 0;

	for (size_t i = 0; i < sessions->count; i++) {
		const struct action *action = &sessions->accesses[i].action;

		if (action->verb == VERB_WRITE &&
		    value_equal(action->arg, zero))
			written[count++] = action->key.bits;
	}
	qsort(written, count, sizeof(*written), compare_bits);
	for (size_t i = 0; i < sessions->count; i++) {
		struct action *action = &sessions->accesses[i].action;

		if (action->verb == VERB_READ &&
		    value_equal(action->result, zero) &&
		    !bsearch(&action->key.bits, written, count,
			     sizeof(*written), compare_bits))
			action->result = value_nil();
	}
	free(written);
}

static int emit_txn(const struct session_access *first, size_t count,
		    int32_t process, struct action *actions,
		    struct history *history, struct error *err)
{
	struct entry entry = { .time_ns = -1,
			       .process = process,
			       .type = OP_INVOKE,
			       .f = VERB_TXN,
			       .actions = actions,
			       .action_count = count };

	for (size_t i = 0; i < count; i++)
		actions[i] = first[i].action;
	entry.index = history->entry_count;
	if (history_append(history, &entry, err))
		return -1;
	entry.index++;
	entry.type = first->is_aborted ? OP_FAIL : OP_OK;
	return history_append(history, &entry, err);
}

int sessions_emit(struct sessions *sessions, struct history *history,
		  size_t *line, struct error *err)
{
	const struct session_access *all = sessions->accesses;
	struct action *actions = heap_zeroed(sessions->count, sizeof(*actions));
	int32_t process = -1;
	size_t end;
	int rc = 0;

	find_initial(sessions, value_int(history->values, 0));
	if (sessions->count > 0)
		qsort(sessions->accesses, sessions->count, sizeof(*all),
		      compare_accesses);
	for (size_t at = 0; at < sessions->count && !rc; at = end) {
		*line = all[at].line;
		if (at == 0 || all[at].session != all[at - 1].session)
			process++;
		for (end = at + 1; end < sessions->count &&
				   all[end].session == all[at].session &&
				   all[end].txn == all[at].txn;)
			end++;
		rc = emit_txn(&all[at], end - at, process, actions, history,
			      err);
	}
	free(actions);
	return rc;
}
