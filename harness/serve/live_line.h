/* SPDX-License-Identifier: MIT */
/* A line of history.jsonl, taken apart without a tree. */
#ifndef ORDEAL_SERVE_LIVE_LINE_H
#define ORDEAL_SERVE_LIVE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON as it stands in the line; `text` is NULL where there is none. */
struct span {
	const char *text;
	size_t length;
};

enum live_type {
	LIVE_OTHER,
	LIVE_INVOKE,
	LIVE_OK,
	LIVE_FAIL,
	LIVE_INFO,
};

struct live_line {
	int64_t time_ns;
	int64_t process;
	bool is_nemesis;
	enum live_type type;
	struct span f; /* strings are with their quotes */
	struct span node;
	struct span value;
	struct span error;
};

/*
 * Finds the members of the object that stands at `text`. What is inside of
 * values is not looked at: this is for counting what a run writes while it
 * writes; the reader of histories is the judge of form. False for what is
 * visibly no such line.
 */
bool live_line_read(const char *text, size_t length, struct live_line *line);

#endif
