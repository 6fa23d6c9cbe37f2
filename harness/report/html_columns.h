/* SPDX-License-Identifier: MIT */
/* The operations of a history as a few bytes each, for a page's script. */
#ifndef ORDEAL_REPORT_HTML_COLUMNS_H
#define ORDEAL_REPORT_HTML_COLUMNS_H

#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COLUMNS_OPS_MAX 1000000
#define COLUMNS_NAMES_MAX 60
#define COLUMNS_LANES_MAX 400

/* A process, and where it is drawn: a lane goes to the next process when one
 * has made its last operation. */
struct column_process {
	int32_t number;
	uint32_t first; /* positions of entries */
	uint32_t last;
	uint32_t lane;
	struct value node; /* of its first operation */
};

/*
 * For each operation of a client, in order of invocation, eight numbers: time
 * of invocation (as a difference to the one before, zigzag), duration + 1 (0:
 * no completion), process, name * 4 + outcome (ok, fail, info, open), key + 1,
 * value, index (as a difference), distance of the completion's index (0: none).
 * A value is 0 (nothing), 2 * text + 2, or 2 * zigzag + 1 of an integer.
 * Numbers are groups of seven bits, the low ones first, the eighth bit says
 * that more follow. Without times, positions stand for them.
 */
struct columns {
	size_t op_count;		  /* of those taken */
	bool is_cut;			  /* there were more */
	struct column_process *processes; /* by number */
	size_t process_count;
	size_t lane_count;
	const char *names[COLUMNS_NAMES_MAX];
	size_t name_count;
	uint32_t *keys; /* bits of values, ascending */
	size_t key_count;
	const char **texts;
	size_t text_count;
	uint8_t *bytes;
	size_t length;
};

/* Everything is on the heap, but texts, which are in the arena. */
void columns_make(struct columns *columns, const struct history *history,
		  bool has_times, struct arena *arena);
void columns_release(struct columns *columns);

#endif
