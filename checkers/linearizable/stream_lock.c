/* SPDX-License-Identifier: MIT */
/*
 * Watching locks and sets. A lock: acquires that succeeded, less releases that
 * have at least begun, are at most the permits there are; a fencing token is
 * above every one that was given before its acquire began. A set: an element
 * that was added for certain and that nobody even tried to remove is there; one
 * that nobody tried to add is not.
 */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/stream.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

struct watched_lock {
	int64_t acquired; /* by calls that succeeded */
	int64_t releases; /* that began and did not fail */
	int64_t token; /* the highest */
	uint64_t token_at; /* and when it was given */
	bool has_token;
};

static void *lock_new(const struct stream *stream, struct value rest)
{
	(void)stream;
	(void)rest;
	return heap_zeroed(1, sizeof(struct watched_lock));
}

/* Several permits at once are not counted here. */
static bool has_amount(const struct stream *stream,
		       const struct stream_call *call)
{
	int64_t amount;

	return stream->permits > 1 &&
	       value_get_int(stream->values, call->action.arg, &amount);
}

static bool lock_invoke(struct stream *stream, struct stream_key *key,
			const struct stream_call *call, struct error *reason)
{
	struct watched_lock *state = key->state;

	(void)reason;
	key->is_lost |= has_amount(stream, call);
	if (call->action.verb == VERB_RELEASE)
		state->releases++;
	return true;
}

/* Other models take no notice of what an acquire brings. */
static bool has_tokens(const struct stream *stream)
{
	return strcmp(stream->model, "fenced-lock") == 0 ||
	       strcmp(stream->model, "auto") == 0;
}

static bool see_token(struct stream *stream, struct watched_lock *state,
		      const struct stream_call *call, struct error *reason)
{
	int64_t token;

	if (!value_get_int(stream->values, call->action.result, &token) ||
	    value_equal(call->action.result, call->action.arg))
		return true;
	if (state->has_token && state->token_at < call->invoke &&
	    token <= state->token)
		return stream_accuse(stream, call,
				     "got a token not above one given before",
				     reason);
	if (!state->has_token || token > state->token) {
		state->token = token;
		state->token_at = stream->now;
		state->has_token = true;
	}
	return true;
}

static bool lock_complete(struct stream *stream, struct stream_key *key,
			  const struct stream_call *call, enum op_type type,
			  struct error *reason)
{
	struct watched_lock *state = key->state;

	if (has_amount(stream, call)) {
		key->is_lost = true;
		return true;
	}
	if (call->action.verb == VERB_RELEASE) {
		state->releases -= type == OP_FAIL;
		return true;
	}
	if (type != OP_OK)
		return true;
	state->acquired++;
	if (state->acquired - state->releases > stream->permits)
		return stream_accuse(stream, call,
				     "succeeded while the lock was held",
				     reason);
	return !has_tokens(stream) || see_token(stream, state, call, reason);
}

const struct stream_object stream_lock = {
	.verbs = VERB_BIT(VERB_ACQUIRE) | VERB_BIT(VERB_RELEASE),
	.new_state = lock_new,
	.free_state = free,
	.invoke = lock_invoke,
	.complete = lock_complete,
};

/* What somebody at least began to do to an element. */
#define TRIED_ADD 1
#define TRIED_REMOVE 2

struct watched_set {
	struct value_map numbers;
	uint64_t *added; /* when for certain; 0: not yet */
	uint8_t *tried;
	size_t capacity;
	size_t tried_capacity;
};

static void *set_new(const struct stream *stream, struct value rest)
{
	(void)stream;
	(void)rest;
	return heap_zeroed(1, sizeof(struct watched_set));
}

static void set_free(void *memory)
{
	struct watched_set *state = memory;

	value_map_release(&state->numbers);
	free(state->added);
	free(state->tried);
	free(state);
}

static void set_move(void *memory, struct values *to,
		     const struct values *from)
{
	struct watched_set *state = memory;

	value_map_move(&state->numbers, to, from);
}

static bool set_invoke(struct stream *stream, struct stream_key *key,
		       const struct stream_call *call, struct error *reason)
{
	struct watched_set *state = key->state;
	size_t known = state->numbers.count;
	uint32_t number;

	(void)stream;
	(void)reason;
	if (call->action.verb == VERB_CONTAINS)
		return true;
	number = *value_map_put(&state->numbers, call->action.arg,
				(uint32_t)known);
	if (number == known) {
		state->added = array_reserve(state->added, &state->capacity,
					     known + 1,
					     sizeof(*state->added));
		state->tried = array_reserve(state->tried,
					     &state->tried_capacity,
					     known + 1, 1);
		state->added[number] = 0;
		state->tried[number] = 0;
	}
	state->tried[number] |= call->action.verb == VERB_ADD ? TRIED_ADD :
								TRIED_REMOVE;
	return true;
}

static bool set_contains(struct stream *stream, struct watched_set *state,
			 const struct stream_call *call, struct error *reason)
{
	uint32_t number =
		value_map_at(&state->numbers, call->action.arg, UINT32_MAX);
	bool is_there;

	if (!value_equal(call->action.result, value_bool(true)) &&
	    !value_equal(call->action.result, value_bool(false)))
		return true;
	is_there = value_as_bool(call->action.result);
	if (is_there && (number == UINT32_MAX ||
			 !(state->tried[number] & TRIED_ADD)))
		return stream_accuse(stream, call,
				     "found what nobody added", reason);
	if (!is_there && number != UINT32_MAX && state->added[number] &&
	    state->added[number] < call->invoke &&
	    !(state->tried[number] & TRIED_REMOVE))
		return stream_accuse(stream, call,
				     "missed what was added and not removed",
				     reason);
	return true;
}

static bool set_complete(struct stream *stream, struct stream_key *key,
			 const struct stream_call *call, enum op_type type,
			 struct error *reason)
{
	struct watched_set *state = key->state;
	uint32_t number =
		value_map_at(&state->numbers, call->action.arg, UINT32_MAX);

	if (type != OP_OK)
		return true;
	if (call->action.verb == VERB_ADD && number != UINT32_MAX &&
	    !state->added[number])
		state->added[number] = stream->now;
	if (call->action.verb == VERB_CONTAINS)
		return set_contains(stream, state, call, reason);
	return true;
}

const struct stream_object stream_set = {
	.verbs = VERB_BIT(VERB_ADD) | VERB_BIT(VERB_REMOVE) |
		 VERB_BIT(VERB_CONTAINS),
	.new_state = set_new,
	.free_state = set_free,
	.move_values = set_move,
	.invoke = set_invoke,
	.complete = set_complete,
};
