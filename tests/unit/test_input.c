/* SPDX-License-Identifier: MIT */
/* Compressed and plain bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "harness/core/arena.h"
#include "harness/core/input.h"
#include "harness/core/reader.h"

/* More than a piece unpacked, and not all alike. */
#define SIZE ((size_t)600 * 1000)

struct bytes {
	char *data;
	size_t length;
	size_t capacity;
};

static void add(struct bytes *bytes, const void *data, size_t length)
{
	bytes->data = array_reserve(bytes->data, &bytes->capacity,
				    bytes->length + length, 1);
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

static struct bytes plain(void)
{
	struct bytes bytes = { 0 };
	char line[32];

	while (bytes.length < SIZE)
		add(&bytes, line,
		    (size_t)snprintf(line, sizeof(line), "line %zu\n",
				     bytes.length));
	return bytes;
}

static struct bytes gzipped(const struct bytes *from)
{
	struct bytes to = { .length = compressBound(from->length) + 64 };
	z_stream z = { 0 };

	to.data = heap_alloc(to.length);
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	z.next_in = (Bytef *)from->data;
	z.avail_in = (unsigned)from->length;
	z.next_out = (Bytef *)to.data;
	z.avail_out = (unsigned)to.length;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	to.length = z.total_out;
	to.capacity = to.length;
	deflateEnd(&z);
	return to;
}

static struct bytes zstd_packed(const struct bytes *from)
{
	struct bytes to = { .length = ZSTD_compressBound(from->length) };
	ZSTD_CCtx *context = ZSTD_createCCtx();

	to.data = heap_alloc(to.length);
	/* As the program zstd does; otherwise damage may go unnoticed. */
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	to.length = ZSTD_compress2(context, to.data, to.length, from->data,
				   from->length);
	assert_false(ZSTD_isError(to.length));
	ZSTD_freeCCtx(context);
	to.capacity = to.length;
	return to;
}

/* All that the input has, or a NULL when it fails. */
static struct bytes drain(struct input *input, struct error *err)
{
	struct bytes all = { 0 };
	const char *bytes;
	size_t length = 1;

	assert_non_null(input);
	while (length > 0) {
		if (input_next(input, &bytes, &length, err)) {
			free(all.data);
			all = (struct bytes){ 0 };
			break;
		}
		add(&all, bytes, length);
	}
	input_close(input);
	return all;
}

static void unpacks_to(const struct bytes *packed, const struct bytes *wanted)
{
	struct error err = { "" };
	struct bytes got =
		drain(input_of_bytes(packed->data, packed->length, &err), &err);

	assert_string_equal(err.text, "");
	assert_int_equal(got.length, wanted->length);
	assert_memory_equal(got.data, wanted->data, wanted->length);
	free(got.data);
}

static void fails(const struct bytes *packed, const char *why)
{
	struct error err = { "" };
	struct bytes got =
		drain(input_of_bytes(packed->data, packed->length, &err), &err);

	assert_null(got.data);
	assert_non_null(strstr(err.text, why));
}

static void both_packings(void (*check)(struct bytes *packed,
					const struct bytes *text))
{
	struct bytes text = plain();
	struct bytes gzip = gzipped(&text);
	struct bytes zstd = zstd_packed(&text);

	check(&gzip, &text);
	check(&zstd, &text);
	free(text.data);
	free(gzip.data);
	free(zstd.data);
}

static void check_same(struct bytes *packed, const struct bytes *text)
{
	unpacks_to(packed, text);
}

static void packed_bytes_are_unpacked(void **state)
{
	struct bytes text = plain();

	(void)state;
	both_packings(check_same);
	unpacks_to(&text, &text);
	free(text.data);
}

static void check_twice(struct bytes *packed, const struct bytes *text)
{
	struct bytes twice = { 0 };
	struct bytes wanted = { 0 };

	for (int i = 0; i < 2; i++) {
		add(&twice, packed->data, packed->length);
		add(&wanted, text->data, text->length);
	}
	unpacks_to(&twice, &wanted);
	free(twice.data);
	free(wanted.data);
}

static void streams_one_after_the_other_are_one(void **state)
{
	(void)state;
	both_packings(check_twice);
}

static void check_cut(struct bytes *packed, const struct bytes *text)
{
	(void)text;
	packed->length -= 5;
	fails(packed, "cut short");
	packed->length = packed->length / 2;
	fails(packed, "cut short");
}

static void packed_bytes_that_are_cut_are_an_error(void **state)
{
	(void)state;
	both_packings(check_cut);
}

static void check_damaged(struct bytes *packed, const struct bytes *text)
{
	(void)text;
	memset(packed->data + packed->length / 2, 0xa5, 64);
	fails(packed, "damaged");
}

static void packed_bytes_that_are_damaged_are_an_error(void **state)
{
	(void)state;
	both_packings(check_damaged);
}

static void a_packed_file_is_read_as_a_history(void **state)
{
	static char line[] =
		"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n";
	struct bytes text = { .data = line, .length = sizeof(line) - 1 };
	struct bytes packed = gzipped(&text);
	char path[] = "/tmp/ordeal-test-XXXXXX";
	int fd = mkstemp(path);
	struct error err = { "" };
	struct history *history;

	(void)state;
	assert_int_equal(write(fd, packed.data, packed.length), packed.length);
	close(fd);
	history = history_read(path, NULL, NULL, &err);
	assert_non_null(history);
	assert_int_equal(history->entry_count, 1);
	history_free(history);
	assert_int_equal(truncate(path, (off_t)packed.length - 3), 0);
	assert_null(history_read(path, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "cut short"));
	unlink(path);
	free(packed.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_bytes_are_unpacked),
		cmocka_unit_test(streams_one_after_the_other_are_one),
		cmocka_unit_test(packed_bytes_that_are_cut_are_an_error),
		cmocka_unit_test(packed_bytes_that_are_damaged_are_an_error),
		cmocka_unit_test(a_packed_file_is_read_as_a_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
