/* SPDX-License-Identifier: MIT */
/*
 * Watching locks: permits acquired for certain, less those that releases have
 * at least begun to give back, are at most what there is; a fencing token is
 * above every one that was given before its acquire began.
 */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/stream.h"
#include "harness/core/arena.h"

struct watched_lock {
	int64_t acquired; /* permits, by calls that succeeded */
	int64_t releases; /* permits, by calls that began and did not fail */
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

/* Several permits at once, of a semaphore; other locks take the argument for
 * a token, or for nothing. */
static int64_t permits_of(const struct stream *stream,
			  const struct stream_call *call)
{
	if (strcmp(stream->model, "semaphore") != 0)
		return 1;
	return models_permits(stream->values, call->action.arg);
}

/* Nobody has it, and nobody may have: as if it had never been held. */
static bool lock_is_at_rest(void *memory, struct value *rest)
{
	const struct watched_lock *state = memory;

	(void)rest;
	return state->acquired == state->releases && !state->has_token;
}

static bool lock_invoke(struct stream *stream, struct stream_key *key,
			const struct stream_call *call, struct error *reason)
{
	struct watched_lock *state = key->state;

	(void)reason;
	if (call->action.verb == VERB_RELEASE)
		state->releases += permits_of(stream, call);
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

	if (call->action.verb == VERB_RELEASE) {
		if (type == OP_FAIL)
			state->releases -= permits_of(stream, call);
		return true;
	}
	if (type != OP_OK)
		return true;
	state->acquired += permits_of(stream, call);
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
	.is_at_rest = lock_is_at_rest,
	.invoke = lock_invoke,
	.complete = lock_complete,
};
