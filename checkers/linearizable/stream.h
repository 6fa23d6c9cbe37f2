/* SPDX-License-Identifier: MIT */
/* Watching a run: registers, containers, locks and sets, key by key. */
#ifndef ORDEAL_LINEARIZABLE_STREAM_H
#define ORDEAL_LINEARIZABLE_STREAM_H

#include "checkers/linearizable/value_map.h"
#include "harness/checker.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const struct stream_checker stream_linearizable;

/* So much the table of values may hold before it is looked through. */
#define STREAM_VALUES_BYTES ((size_t)256 << 10)

/* Later than everything. */
#define STREAM_NEVER UINT64_MAX

/* A call as the watcher sees it: open until it completes. */
struct stream_call {
	uint64_t invoke; /* entries seen before it */
	struct action action; /* values of the watcher's own table */
	bool is_open; /* may still complete */
};

/* What all objects of a key have in common. */
struct stream_key {
	struct value key;
	struct value rest; /* stands for the state while that is NULL */
	const struct stream_object *object; /* NULL: not known yet */
	void *state; /* the object's own; NULL: at rest */
	uint32_t open_count; /* calls that may still complete */
	bool is_lost; /* outside of what can be watched */
};

struct stream {
	struct values *values;
	size_t values_limit; /* bytes, before what is forgotten is freed */
	uint64_t now; /* entries seen */
	int64_t permits;
	struct value initial; /* of registers */
	const char *model; /* as the option says; "auto" */
	struct stream_call *calls; /* by process number modulo the size */
	int32_t *processes; /* of each call */
	size_t call_count;
	size_t call_capacity;
	struct value_map key_numbers;
	struct stream_key *keys;
	size_t key_count;
	size_t key_capacity;
	size_t keys_limit; /* so many are looked through for idle ones */
};

/*
 * What is watched of one kind of object. Each returns false with a sentence
 * when what was seen is impossible; `key->is_lost` when it can tell no more.
 */
struct stream_object {
	uint32_t verbs; /* bits, as in struct model */
	void *(*new_state)(const struct stream *stream, struct value rest);
	void (*free_state)(void *state);
	/* True when, with no call of the key open, `rest` says it all: a new
	 * state with it is as good. NULL: never. */
	bool (*is_at_rest)(void *state, struct value *rest);
	/* Makes all values those of table `to`. NULL: it has none. */
	void (*move_values)(void *state, struct values *to,
			    const struct values *from);
	bool (*invoke)(struct stream *stream, struct stream_key *key,
		       const struct stream_call *call, struct error *reason);
	bool (*complete)(struct stream *stream, struct stream_key *key,
			 const struct stream_call *call, enum op_type type,
			 struct error *reason);
};

extern const struct stream_object stream_register;
extern const struct stream_object stream_queue;
extern const struct stream_object stream_bag; /* and priority queues */
extern const struct stream_object stream_stack;
extern const struct stream_object stream_lock;
extern const struct stream_object stream_set;

/* Sets the sentence: which key, which entry, what is wrong. Returns false. */
bool stream_accuse(const struct stream *stream, const struct stream_call *call,
		   const char *what, struct error *reason);

/* Frees the table's values that nobody remembers, when there may be many. */
void stream_free_values(struct stream *stream);

/* The earliest invocation of a call that may still complete. */
uint64_t stream_oldest(const struct stream *stream);

#endif
