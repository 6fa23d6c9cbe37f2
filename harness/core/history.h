/* SPDX-License-Identifier: MIT */
/* The history: what happened, as operations in columns. */
#ifndef ORDEAL_CORE_HISTORY_H
#define ORDEAL_CORE_HISTORY_H

#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No such entry or operation. */
#define HISTORY_NONE UINT32_MAX

/*
 * An operation: an invocation and, if it came, its completion. Positions are
 * those of entries in the history, from 0, in real-time order: an operation
 * precedes another iff its `complete` < the other's `invoke`. Entries of the
 * nemesis are operations without a completion.
 */
struct op {
	int64_t invoke_ns; /* time of the invocation, or -1 */
	int64_t complete_ns; /* -1 where there is no completion */
	uint32_t invoke; /* position of the invocation */
	uint32_t complete; /* of the completion (ok, fail or info), or
			    * HISTORY_NONE */
	uint32_t first_action; /* in history.actions */
	uint16_t action_count;
	uint16_t f; /* enum verb, or see history_f_name */
	int32_t process;
	uint8_t outcome; /* enum outcome */
	struct value error;
	struct value node;
};

/*
 * Fields are read freely (checkers walk the columns) and written by
 * history.c alone. About 76 bytes an operation of one action. One thread
 * appends; any number read once it no longer grows.
 */
struct history {
	struct values *values; /* owned */
	struct op *ops; /* in order of invocation */
	size_t op_count;
	struct action *actions; /* arguments from the invocation, results from
				 * the completion */
	size_t action_count;
	uint32_t *entry_ops; /* which operation each entry belongs to */
	size_t entry_count;
	uint64_t *entry_indexes; /* as in the file; NULL: index == position */

	struct history_private *private;
};

struct history *history_new(void);
void history_free(struct history *history); /* NULL is accepted */
size_t history_bytes(const struct history *history); /* memory in use */

/*
 * Appends one entry, whose values are of history->values. -1 with a sentence
 * (and the history as it was) when it does not fit:
 * - a process invokes again while its operation is open, or after one that
 *   ended indeterminate (its number must be retired);
 * - a completion without invocation, or of another f, other keys, verbs or
 *   arguments than its invocation (nil in the completion is no difference);
 * - an index that does not grow, a type the process cannot have.
 * A completion's actions give the results; none at all is accepted.
 * Where an invocation lacks an argument (nil) and the completion has it, the
 * completion's counts, as in Jepsen's histories.
 */
int history_append(struct history *history, const struct entry *entry,
		   struct error *err);

/* The number of a name of f, which is made when new; a verb's own number for
 * a verb. At most 65535 names; VERB_NONE and an error beyond. */
uint16_t history_f(struct history *history, const char *name, size_t length,
		   struct error *err);
const char *history_f_name(const struct history *history, uint16_t f);

/* The number of a name, VERB_NONE if no entry has it. */
uint16_t history_find_f(const struct history *history, const char *name);

static inline const struct action *op_actions(const struct history *history,
					      const struct op *op)
{
	return history->actions + op->first_action;
}

static inline bool op_is_client(const struct op *op)
{
	return op->process >= 0;
}

/* The index, as the file has it, of the entry at `position`. */
static inline uint64_t history_index(const struct history *history,
				     uint32_t position)
{
	return history->entry_indexes ? history->entry_indexes[position] :
					position;
}

/* The type of the entry at `position`. */
enum op_type history_entry_type(const struct history *history,
				uint32_t position);

/*
 * Client operations grouped by the key of their first action: `count` groups
 * in order of first appearance, group g's operations (ascending numbers) at
 * ops[starts[g]] .. ops[starts[g + 1] - 1]. Freed by history_keys_release.
 */
struct history_keys {
	size_t count;
	struct value *keys;
	uint32_t *starts; /* count + 1 */
	uint32_t *ops;
	uint32_t *groups; /* of each operation its group, HISTORY_NONE for the
			   * nemesis */
};

void history_keys_init(struct history_keys *keys,
		       const struct history *history);
void history_keys_release(struct history_keys *keys);

#endif
