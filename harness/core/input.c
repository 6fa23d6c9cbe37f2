/* SPDX-License-Identifier: MIT */
#include "harness/core/input.h"

#define ZLIB_CONST

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "harness/core/arena.h"

#define PIECE_SIZE ((size_t)256 * 1024)
/* 15 bits of window, gzip header wanted. */
#define GZIP_WINDOW (15 + 16)

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct input {
	int fd; /* -1: bytes in memory */
	enum packing packing;
	const char *raw; /* not yet unpacked or handed out */
	size_t raw_length;
	bool is_raw_end; /* there is no more raw */
	bool is_between; /* no packed stream is open: may end here */
	char *raw_buffer;
	char *out_buffer;
	z_stream gzip;
	ZSTD_DStream *zstd;
};

/* Makes raw bytes available unless there are some or it is the end. */
static int fill(struct input *input, struct error *err)
{
	ssize_t count;

	if (input->raw_length > 0 || input->is_raw_end)
		return 0;
	do {
		count = read(input->fd, input->raw_buffer, PIECE_SIZE);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_errno(err, "cannot be read");
	input->raw = input->raw_buffer;
	input->raw_length = (size_t)count;
	input->is_raw_end = count == 0;
	return 0;
}

/* The first bytes, which tell the packing, even if a pipe brings one only. */
static int fill_magic(struct input *input, struct error *err)
{
	while (input->raw_length < 4 && !input->is_raw_end) {
		ssize_t count =
			read(input->fd, input->raw_buffer + input->raw_length,
			     PIECE_SIZE - input->raw_length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return error_errno(err, "cannot be read");
		input->raw = input->raw_buffer;
		input->raw_length += (size_t)count;
		input->is_raw_end = count == 0;
	}
	return 0;
}

static int set_up(struct input *input, struct error *err)
{
	static const char gzip[] = { 0x1f, (char)0x8b };
	static const char zstd[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd };

	if (fill_magic(input, err))
		return -1;
	if (input->raw_length >= sizeof(gzip) &&
	    memcmp(input->raw, gzip, sizeof(gzip)) == 0)
		input->packing = PACKING_GZIP;
	if (input->raw_length >= sizeof(zstd) &&
	    memcmp(input->raw, zstd, sizeof(zstd)) == 0)
		input->packing = PACKING_ZSTD;
	if (input->packing == PACKING_NONE)
		return 0;
	input->out_buffer = heap_alloc(PIECE_SIZE);
	input->is_between = true;
	if (input->packing == PACKING_GZIP) {
		if (inflateInit2(&input->gzip, GZIP_WINDOW) == Z_OK)
			return 0;
		input->packing = PACKING_NONE;
		return error_set(err, "gzip cannot be set up");
	}
	input->zstd = ZSTD_createDStream();
	return input->zstd ? 0 : error_set(err, "zstd cannot be set up");
}

struct input *input_open(const char *path, struct error *err)
{
	struct input *input = heap_zeroed(1, sizeof(*input));

	input->raw_buffer = heap_alloc(PIECE_SIZE);
	if (strcmp(path, "-") == 0)
		input->fd = STDIN_FILENO;
	else
		input->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (input->fd < 0)
		error_errno(err, "cannot be opened");
	if (input->fd >= 0 && set_up(input, err) == 0)
		return input;
	input_close(input);
	return NULL;
}

struct input *input_of_bytes(const char *bytes, size_t length,
			     struct error *err)
{
	struct input *input = heap_zeroed(1, sizeof(*input));

	input->fd = -1;
	input->raw = bytes;
	input->raw_length = length;
	input->is_raw_end = true;
	if (set_up(input, err) == 0)
		return input;
	input_close(input);
	return NULL;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	if (input->packing == PACKING_GZIP)
		inflateEnd(&input->gzip);
	ZSTD_freeDStream(input->zstd);
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	free(input->raw_buffer);
	free(input->out_buffer);
	free(input);
}

/* Unpacks some; *made tells how much. A file may be several packed streams,
 * one after the other. */
static int inflate_some(struct input *input, size_t *made, struct error *err)
{
	z_stream *z = &input->gzip;
	/* zlib counts in 32 bits, and does not write through next_in. */
	unsigned taken = input->raw_length > PIECE_SIZE
				 ? (unsigned)PIECE_SIZE
				 : (unsigned)input->raw_length;
	int rc;

	if (input->is_between)
		inflateReset(z);
	input->is_between = false;
	z->next_in = (z_const Bytef *)input->raw;
	z->avail_in = taken;
	z->next_out = (Bytef *)input->out_buffer;
	z->avail_out = (unsigned)PIECE_SIZE;
	rc = inflate(z, Z_NO_FLUSH);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return error_set(err, "the gzip data are damaged (%s)",
				 z->msg ? z->msg : "no reason is known");
	input->raw += taken - z->avail_in;
	input->raw_length -= taken - z->avail_in;
	input->is_between = rc == Z_STREAM_END;
	*made = PIECE_SIZE - z->avail_out;
	return 0;
}

static int unzstd_some(struct input *input, size_t *made, struct error *err)
{
	ZSTD_inBuffer in = { input->raw, input->raw_length, 0 };
	ZSTD_outBuffer out = { input->out_buffer, PIECE_SIZE, 0 };
	size_t rc = ZSTD_decompressStream(input->zstd, &out, &in);

	if (ZSTD_isError(rc))
		return error_set(err, "the zstd data are damaged (%s)",
				 ZSTD_getErrorName(rc));
	input->raw += in.pos;
	input->raw_length -= in.pos;
	input->is_between = rc == 0;
	*made = out.pos;
	return 0;
}

static int next_packed(struct input *input, size_t *length, struct error *err)
{
	*length = 0;
	while (*length == 0) {
		int rc;

		if (fill(input, err))
			return -1;
		if (input->raw_length == 0 && input->is_between)
			return 0;
		rc = input->packing == PACKING_GZIP
			     ? inflate_some(input, length, err)
			     : unzstd_some(input, length, err);
		if (rc)
			return -1;
		if (*length == 0 && input->raw_length == 0 &&
		    input->is_raw_end && !input->is_between)
			return error_set(err, "the compressed data are cut "
					      "short");
	}
	return 0;
}

int input_next(struct input *input, const char **bytes, size_t *length,
	       struct error *err)
{
	if (input->packing != PACKING_NONE) {
		*bytes = input->out_buffer;
		return next_packed(input, length, err);
	}
	if (fill(input, err))
		return -1;
	*bytes = input->raw;
	*length = input->raw_length;
	input->raw_length = 0;
	return 0;
}
