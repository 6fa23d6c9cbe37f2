/* SPDX-License-Identifier: MIT */
/* Files as bytes, whether compressed or not. */
#ifndef ORDEAL_CORE_INPUT_H
#define ORDEAL_CORE_INPUT_H

#include "harness/core/error.h"

#include <stddef.h>

/*
 * gzip and zstd are told by their first bytes. Reads with read(2), not mmap:
 * as fast for what is looked at once, and a file that shrinks meanwhile is
 * no crash.
 */
struct input;

/* "-" is the standard input. NULL with an error. */
struct input *input_open(const char *path, struct error *err);
/* The same over bytes in memory, which must live as long. */
struct input *input_of_bytes(const char *bytes, size_t length,
			     struct error *err);
void input_close(struct input *input); /* NULL is accepted */

/* The next piece, valid until the next call; *length is 0 at the end. -1 with
 * an error, as when compressed data are damaged or cut short. */
int input_next(struct input *input, const char **bytes, size_t *length,
	       struct error *err);

#endif
