/* SPDX-License-Identifier: MIT */
/* Spans of gaps, and which of them a gap lies in. */
#ifndef ORDEAL_LINEARIZABLE_SPANS_H
#define ORDEAL_LINEARIZABLE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	uint32_t from;
	uint32_t to; /* included; before `from`: lies nowhere */
};

/* A tree over spans, each knowing the furthest end below it. */
struct spans {
	struct span *items;
	uint32_t *owners; /* for the caller's use */
	size_t count;
	uint32_t *furthest; /* end + 1; 0: removed */
	size_t leaves; /* a power of two */
};

/* Copies the spans; within any range that is searched they must be in order of
 * `from`. */
void spans_init(struct spans *spans, const struct span *items, size_t count);
void spans_release(struct spans *spans);

/* Of the spans first .. last - 1 the end of those that begin at `gap` or
 * earlier. */
size_t spans_begun(const struct spans *spans, size_t first, size_t last,
		   uint32_t gap);

/* Some span of first .. last - 1, which all begin at `gap` or earlier, that the
 * gap lies in; false if there is none. */
bool spans_find(const struct spans *spans, size_t first, size_t last,
		uint32_t gap, uint32_t *number);

void spans_remove(struct spans *spans, uint32_t number);

#endif
