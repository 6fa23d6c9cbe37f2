/* SPDX-License-Identifier: MIT */
/* Builds histories that read like the textbook. */
#ifndef ORDEAL_TESTS_SUPPORT_HISTORY_BUILDER_H
#define ORDEAL_TESTS_SUPPORT_HISTORY_BUILDER_H

#include "harness/core/history.h"

#include <stdint.h>

/* Stands for nil where a number is expected. */
#define NIL INT64_MIN

/*
 * Invocations and completions with small numbers as values, on one key unless
 * build_key says otherwise. A builder that is misused ends the test program.
 */
struct builder {
	struct history *history;
	int64_t key; /* of what follows; NIL: none */
	struct {
		enum verb verb;
		int64_t expected;
		int64_t arg;
		int64_t key;
	} open[128]; /* by process */
};

void builder_init(struct builder *builder);
void builder_release(struct builder *builder);

/* Invokes `verb` with that argument (NIL: none). */
void build_invoke(struct builder *builder, int32_t process, enum verb verb,
		  int64_t arg);
void build_invoke_cas(struct builder *builder, int32_t process,
		      int64_t expected, int64_t arg);

/* Completes what the process has open. */
void build_ok(struct builder *builder, int32_t process, int64_t result);
void build_ok_value(struct builder *builder, int32_t process,
		    struct value result);
void build_fail(struct builder *builder, int32_t process);
void build_info(struct builder *builder, int32_t process);

/* Both at once: an operation that nothing overlaps. */
void build_call(struct builder *builder, int32_t process, enum verb verb,
		int64_t arg, int64_t result);

#endif
