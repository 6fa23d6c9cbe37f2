/* SPDX-License-Identifier: MIT */
/* Operations and actions: the language in which workloads, targets and
 * checkers meet. */
#ifndef ORDEAL_CORE_OP_H
#define ORDEAL_CORE_OP_H

#include "harness/core/value.h"

#include <stddef.h>
#include <stdint.h>

/* What is acted on. The history does not say; the workload does. */
enum object {
	OBJECT_NONE,
	OBJECT_REGISTER,
	OBJECT_LIST,
	OBJECT_SET,
	OBJECT_COUNTER,
	OBJECT_QUEUE,
	OBJECT_LOCK,
	OBJECT_LOG,
	OBJECT_ID,
	OBJECT_MAP, /* fields with values: write [field, value], remove field */
	OBJECT_COUNT,
};

/*
 * What is done; also the `f` of operations. Names beyond these (a fault's, a
 * foreign history's) get numbers from VERB_COUNT on: see struct history.
 */
enum verb {
	VERB_NONE,
	VERB_READ, /* "read", in transactions "r" */
	VERB_WRITE, /* "write", in transactions "w" */
	VERB_CAS,
	VERB_APPEND,
	VERB_ADD,
	VERB_REMOVE,
	VERB_CONTAINS,
	VERB_INCREMENT,
	VERB_DECREMENT,
	VERB_ENQUEUE,
	VERB_DEQUEUE,
	VERB_DRAIN,
	VERB_PUSH,
	VERB_POP,
	VERB_PEEK,
	VERB_ACQUIRE,
	VERB_RELEASE,
	VERB_SEND,
	VERB_POLL,
	VERB_ASSIGN,
	VERB_SUBSCRIBE,
	VERB_COMMIT,
	VERB_GENERATE,
	VERB_TXN,
	VERB_COUNT,
};

/* "read"; the name as it stands in a history. */
const char *verb_name(enum verb verb);
/* The verb of that name ("r" and "w" are accepted), VERB_NONE if none. */
enum verb verb_from_name(const char *name, size_t length);
const char *object_name(enum object object); /* "register" */

/* True for verbs whose invocation has no value and whose completion brings
 * one (read, dequeue, drain, pop, peek, poll, generate). */
bool verb_reads(enum verb verb);

/* One access to one object. */
struct action {
	uint16_t verb; /* enum verb, or a number of the history's own */
	uint16_t object; /* enum object; OBJECT_NONE in recorded histories */
	struct value key; /* nil where there is only one object */
	struct value expected; /* cas: what must be there */
	struct value arg; /* what is written, added, sent; cas: the new value */
	struct value result; /* what came back; nil until ok */
};

enum op_type {
	OP_NONE,
	OP_INVOKE,
	OP_OK, /* it happened */
	OP_FAIL, /* it did not happen, and never will */
	OP_INFO, /* indeterminate: it may have happened, or may yet */
};

const char *op_type_name(enum op_type type); /* "invoke" */

/* What became of an operation. Zero is cautious. */
enum outcome {
	OUTCOME_INDETERMINATE,
	OUTCOME_OK,
	OUTCOME_FAIL,
};

/* Who acts: a logical client 0, 1, 2, ... or the nemesis. */
#define PROCESS_NEMESIS (-1)

/* One line of the history. */
struct entry {
	uint64_t index; /* as in the file */
	int64_t time_ns; /* since the run began, monotonic; -1 if not known */
	int32_t process;
	enum op_type type;
	uint16_t f; /* enum verb, or a number of the history's own */
	const struct action *actions; /* one, or those of a transaction */
	size_t action_count;
	struct value error; /* a string, or nil */
	struct value node; /* a string, or nil */
};

#endif
