/* SPDX-License-Identifier: MIT */
/* What is known of a run in progress; for live*.c alone. */
#ifndef ORDEAL_SERVE_LIVE_PRIVATE_H
#define ORDEAL_SERVE_LIVE_PRIVATE_H

#include "harness/serve/live.h"
#include "harness/serve/live_line.h"

/* Latencies of one second: 8 steps a doubling, from a microsecond on. */
#define LIVE_STEPS 256

/* When an operation began that has not ended. */
struct live_open_op {
	int64_t process; /* -1: free */
	int64_t time_ns;
};

struct live_count {
	struct live_view view;
	struct live_second *seconds;
	size_t second_capacity;
	uint32_t steps[LIVE_STEPS]; /* of the newest second */
	struct live_open_op *ops;   /* by hash; a power of two of them */
	size_t op_capacity;
	size_t op_count;
};

void live_count_init(struct live_count *count);
void live_count_release(struct live_count *count);

/* Takes a line into account. */
void live_count_line(struct live_count *count, const struct live_line *line);

/* The same for one of the nemesis. */
void live_count_nemesis(struct live_view *view, const struct live_line *line);

/* The JSON string as text, cut to the size. */
void live_text(const struct span *span, char *text, size_t size);

#endif
