/* SPDX-License-Identifier: MIT */
/* Models: what an object would do if one client used it at a time. */
#ifndef ORDEAL_LINEARIZABLE_MODEL_H
#define ORDEAL_LINEARIZABLE_MODEL_H

#include "checkers/linearizable/call.h"
#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct value_map;

/* What the user said about the object, and what of it is looked at. */
struct model_settings {
	struct value initial; /* the content of a register before any write */
	bool failed_cas_asserts; /* a failed cas says what is not there */
	int64_t permits; /* of a semaphore */
	/* Elements of a set: what a read says of those whose number is 0 or
	 * missing does not count. NULL: everything counts. */
	const struct value_map *shown;
};

/*
 * States are numbers: either the state itself, where 32 bits can hold it (the
 * value of a register), or the number of a sequence of words interned here,
 * so that two states are equal exactly when their numbers are. Belongs to one
 * thread.
 */
struct states {
	const struct history *history;
	const struct model_settings *settings;
	struct states_table *table;
};

struct states *states_new(const struct history *history,
			  const struct model_settings *settings);
void states_free(struct states *states);
size_t states_bytes(const struct states *states); /* memory in use */

/* The number of that sequence. `words` may lie in the scratch. */
uint32_t states_intern(struct states *states, const uint32_t *words,
		       size_t count);

/* The sequence of that number; valid until the next states_intern. */
const uint32_t *states_words(const struct states *states, uint32_t state,
			     size_t *count);

/* Room for `count` words, valid until the next call of this function. */
uint32_t *states_scratch(struct states *states, size_t count);

/* May the call take effect in this state? */
enum step {
	STEP_NO, /* not with this result */
	STEP_YES,
	STEP_MORE, /* yes, and with choice + 1 there is another outcome */
};

/*
 * What may be left out of a history without making it worse: if the whole is
 * linearizable, so is what remains. Used to shrink counterexamples; a call
 * that leaves every state as it is may always be left out.
 */
enum model_shrink {
	SHRINK_PURE, /* nothing else */
	SHRINK_VALUES, /* all calls about one value */
	SHRINK_CHAINS, /* all calls about values that cas join */
	SHRINK_HOLDS, /* an acquire and the release that ends it */
};

/*
 * A sequential specification: pure functions over states. The search calls
 * `step` for calls that are open too: their result is not known, so any
 * result will do. Copies of one call (same verb, values and result) must be
 * interchangeable, unless `by_process`.
 */
struct model {
	const char *name; /* "fifo-queue" */
	const char *summary;
	uint32_t verbs; /* bit 1 << VERB_...: what it understands */
	bool is_whole; /* keys are not independent objects */
	bool by_process; /* who calls matters */
	enum model_shrink shrink;

	uint32_t (*init)(struct states *states);
	enum step (*step)(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next);

	/* True for a call that leaves every state as it is. */
	bool (*is_pure)(const struct states *states, const struct call *call);

	/* The state in words, as one would say "the register holds ...". */
	const char *(*describe)(const struct states *states, uint32_t state,
				struct arena *arena);

	/*
	 * Optional. For each open call: the last position at which its taking
	 * effect could help anyone (0: never; CALL_OPEN: always). Others are
	 * not written to. By default always.
	 */
	void (*relevance)(const struct states *states,
			  const struct call *calls, size_t count,
			  uint32_t *until);

	/*
	 * Optional, both or none. The last return of a call that this state,
	 * or one that grows out of it without being replaced, agrees with;
	 * and the state that stands for all those that no call agrees with
	 * any more. Without them orders that no one can tell apart are told
	 * apart.
	 */
	uint32_t (*useful_until)(const struct states *states, uint32_t state,
				 const struct call *calls, size_t count);
	uint32_t (*hopeless)(struct states *states);
};

/* Changes whenever something above does: what was built against another version
 * is not loaded. */
#define MODEL_VERSION 2u

/* The model of that name or number, NULL if there is none. */
const struct model *model_find(const char *name);
const struct model *model_at(size_t number);

#endif
