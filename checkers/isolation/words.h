/* SPDX-License-Identifier: MIT */
/* Short text for values, accesses and transactions. */
#ifndef ORDEAL_ISOLATION_WORDS_H
#define ORDEAL_ISOLATION_WORDS_H

#include "checkers/isolation/view.h"
#include "harness/core/arena.h"

/* JSON, but of a long list only the end: "[..., 7, 8, 9] (90 elements)". */
const char *words_value(const struct view *view, struct value value,
			struct arena *arena);
const char *words_key(const struct view *view, uint32_t key,
		      struct arena *arena);

/* "append 1 to x", "read x = [1]", "write 2 to y". */
const char *words_access(const struct view *view, uint32_t action,
			 struct arena *arena);

/* "operation 14 of process 2: append 1 to x, read y = nil". */
const char *words_txn(const struct view *view, uint32_t op,
		      struct arena *arena);

/* The index of the operation's invocation, as in the file. */
uint64_t words_index(const struct view *view, uint32_t op);

#endif
