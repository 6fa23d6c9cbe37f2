/* SPDX-License-Identifier: MIT */
/*
 * Histories, mutated: no bytes may make a reader crash, and what one takes is
 * taken again, and in pieces, and means the same. Usage:
 * fuzz_history [--runs N] [--seed N] [FILE ...], or any fuzzing engine that
 * calls LLVMFuzzerTestOneInput (built with -DORDEAL_FUZZ_ENGINE).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/history_write.h"
#include "harness/core/reader.h"
#include "harness/core/rng.h"
#include "tests/support/history_seed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "fuzz_history: %s: %s\n", what, why);
	abort();
}

static char *written(const struct history *history, size_t *length)
{
	struct error err = { "" };
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out || history_write_jsonl(history, out, &err))
		fail("cannot write", err.text);
	fclose(out);
	return text;
}

static void same(const char *what, const char *text, size_t length,
		 struct history *history)
{
	size_t again_length;
	char *again = written(history, &again_length);

	if (again_length != length || memcmp(again, text, length) != 0)
		fail(what, again);
	free(again);
}

/* The same in pieces of a few bytes. */
static void read_in_pieces(const char *bytes, size_t size, bool was_taken,
			   const char *text, size_t length)
{
	struct history *history = history_new();
	struct history_stream *stream = history_stream_new(history, NULL);
	struct error err = { "" };
	size_t step = 1 + size % 7;
	int rc = 0;

	for (size_t at = 0; at < size && !rc; at += step)
		rc = history_stream_feed(stream, bytes + at,
					 size - at < step ? size - at : step,
					 &err);
	if (!rc)
		rc = history_stream_finish(stream, &err);
	if ((rc == 0) != was_taken)
		fail("in pieces it is otherwise", err.text);
	if (was_taken)
		same("in pieces it means", text, length, history);
	history_stream_free(stream);
	history_free(history);
}

static bool is_packed(const char *bytes, size_t size)
{
	return size >= 2 && (memcmp(bytes, "\x1f\x8b", 2) == 0 ||
			     memcmp(bytes, "\x28\xb5", 2) == 0);
}

/* What was written must be taken. Returns the text that it makes, and frees
 * the one it is made of. */
static char *read_again(char *text, size_t *length)
{
	struct error err = { "" };
	struct history *history =
		*length ? history_read_bytes("again", text, *length, NULL, NULL,
					     &err)
			: history_new();

	if (!history)
		fail("what it took is refused", err.text);
	free(text);
	text = written(history, length);
	history_free(history);
	return text;
}

/* Written and read as often as one likes, it stays the same: from the first
 * time on if it was JSON, whose maps have no keys but strings, else from the
 * second. */
static void must_stay(const struct history *history, bool is_json)
{
	size_t length;
	size_t again_length;
	char *text = written(history, &length);
	char *again;

	if (!is_json)
		text = read_again(text, &length);
	again = heap_alloc(length);
	memcpy(again, text, length);
	again_length = length;
	again = read_again(again, &again_length);
	if (again_length != length || memcmp(again, text, length) != 0)
		fail("what it took is read otherwise", text);
	free(text);
	free(again);
}

static void read_all(const char *bytes, size_t size)
{
	static const struct read_options forced = { READ_INDEPENDENT_YES };
	struct read_info info;
	struct error err = { "" };
	struct history *history =
		history_read_bytes("fuzz", bytes, size, NULL, &info, &err);
	char *text = NULL;
	size_t length = 0;

	if (!history && !*err.text)
		fail("refused", "without a reason");
	if (history) {
		must_stay(history, strstr(info.format, "json") != NULL);
		text = written(history, &length);
	}
	if (!is_packed(bytes, size))
		read_in_pieces(bytes, size, history != NULL, text, length);
	free(text);
	history_free(history);
	history = history_read_bytes("fuzz", bytes, size, &forced, NULL, &err);
	if (history)
		must_stay(history, false);
	history_free(history);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* Of exactly that size, so that a sanitizer sees its end. */
	char *copy = heap_alloc(size);

	if (size)
		memcpy(copy, bytes, size);
	read_all(copy, size);
	free(copy);
	return 0;
}

#ifndef ORDEAL_FUZZ_ENGINE
#define ROOM 4096

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;
	size_t capacity = 0;
	size_t size = 0;
	size_t count = 1;

	if (!file)
		fail(path, "cannot be opened");
	for (; count > 0; size += count) {
		bytes = array_reserve(bytes, &capacity, size + ROOM, 1);
		count = fread(bytes + size, 1, ROOM, file);
	}
	fclose(file);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
	free(bytes);
}

int main(int argc, char **argv)
{
	unsigned long runs = 20000;
	unsigned long seed = 1;
	bool has_files = false;
	struct rng rng;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
			runs = strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			seed = strtoul(argv[++i], NULL, 10);
		} else {
			run_file(argv[i]);
			has_files = true;
		}
	}
	rng_init(&rng, seed, "fuzz_history", 0);
	for (unsigned long i = 0; i < runs && !has_files; i++) {
		char text[ROOM];
		size_t size = history_seed(&rng, text, sizeof(text));

		LLVMFuzzerTestOneInput((const uint8_t *)text, size);
	}
	printf("fuzz_history: %lu runs\n", has_files ? 0 : runs);
	return 0;
}
#endif
