/* SPDX-License-Identifier: MIT */
/* Histories as text: our JSON Lines, and Jepsen's EDN. */
#ifndef ORDEAL_CORE_HISTORY_WRITE_H
#define ORDEAL_CORE_HISTORY_WRITE_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/op.h"
#include "harness/core/value.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Appends one line, its newline included, to a growing buffer (see
 * array_reserve; `*length` bytes of `*text` are in use, there is no NUL). `f`
 * is the name of the operation; the entry's values are of `values`. With one
 * action the line has "key" (unless nil) and "value"; an entry of VERB_TXN has
 * the list of its actions as "value", each as [verb, key, value]. Invocations
 * are written without results. Any thread, when nobody else changes `values`.
 */
void entry_write(const struct values *values, const char *f,
		 const struct entry *entry, char **text, size_t *length,
		 size_t *capacity);

/*
 * The entry at `position`, as it was appended but for what the two halves of
 * an operation share: a completion has the arguments of its invocation. The
 * actions belong to the history.
 */
struct entry history_entry(const struct history *history, uint32_t position);

/* Writes the whole history to `out`; -1 when that fails. */
int history_write_jsonl(const struct history *history, FILE *out,
			struct error *err);

/*
 * The same as Jepsen's history.edn, a map a line; a key becomes an independent
 * tuple, `:value [key value]`. Names become keywords, all other strings stay
 * strings.
 */
int history_write_edn(const struct history *history, FILE *out,
		      struct error *err);

#endif
