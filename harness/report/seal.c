/* SPDX-License-Identifier: MIT */
#include "harness/report/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/json.h"
#include "harness/report/sha256.h"

#define PIECE ((size_t)1 << 18)

/* A file as it is read. */
struct sealing {
	struct sha256 line;
	struct sha256 all;
	struct seal *seal;
	struct line_digests *digests;
	bool has_line; /* one has begun */
};

static void end_line(struct sealing *sealing)
{
	struct line_digests *digests = sealing->digests;
	uint8_t digest[SHA256_SIZE];
	uint64_t head = 0;

	sha256_finish(&sealing->line, digest);
	sha256_add(&sealing->all, digest, sizeof(digest));
	sha256_restart(&sealing->line);
	sealing->has_line = false;
	sealing->seal->lines++;
	if (!digests)
		return;
	for (size_t i = 0; i < 8; i++)
		head = head << 8 | digest[i];
	digests->items = array_reserve(digests->items, &digests->capacity,
				       digests->count + 1, sizeof(head));
	digests->items[digests->count++] = head;
}

static void take(struct sealing *sealing, const char *bytes, size_t count)
{
	const char *end = bytes + count;

	sealing->seal->bytes += count;
	while (bytes < end) {
		const char *feed = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *next = feed ? feed + 1 : end;

		sha256_add(&sealing->line, bytes, (size_t)(next - bytes));
		sealing->has_line = true;
		if (feed)
			end_line(sealing);
		bytes = next;
	}
}

int seal_make(const char *path, struct seal *seal, struct line_digests *digests,
	      struct error *err)
{
	struct sealing sealing = { .seal = seal, .digests = digests };
	uint8_t digest[SHA256_SIZE];
	FILE *in = fopen(path, "re");
	int result = 0;
	size_t count;
	char *piece;

	if (!in)
		return error_errno(err, "%s", path);
	*seal = (struct seal){ .lines = 0 };
	piece = heap_alloc(PIECE);
	sha256_init(&sealing.line, false);
	sha256_init(&sealing.all, false);
	while ((count = fread(piece, 1, PIECE, in)) > 0)
		take(&sealing, piece, count);
	if (ferror(in))
		result = error_errno(err, "%s", path);
	if (sealing.has_line)
		end_line(&sealing);
	sha256_finish(&sealing.all, digest);
	sha256_hex(digest, seal->sha256);
	free(piece);
	fclose(in);
	return result;
}

json_t *seal_json(const struct seal *seal)
{
	json_t *json = json_object();

	json_object_set_new(json, "lines",
			    json_integer((json_int_t)seal->lines));
	json_object_set_new(json, "bytes",
			    json_integer((json_int_t)seal->bytes));
	json_object_set_new(json, "sha256", json_string(seal->sha256));
	return json;
}

bool seal_from_json(const json_t *json, struct seal *seal)
{
	const char *sha256 = json_string_value(json_object_get(json, "sha256"));
	json_int_t lines = json_integer_value(json_object_get(json, "lines"));
	json_int_t bytes = json_integer_value(json_object_get(json, "bytes"));

	if (!sha256 || strlen(sha256) != 64 || lines < 0 || bytes < 0)
		return false;
	seal->lines = (uint64_t)lines;
	seal->bytes = (uint64_t)bytes;
	memcpy(seal->sha256, sha256, 65);
	return true;
}

bool seal_equal(const struct seal *a, const struct seal *b)
{
	return a->lines == b->lines && a->bytes == b->bytes &&
	       strcmp(a->sha256, b->sha256) == 0;
}

/* The seal in RUN/results.json. False where there is no such file, or no seal
 * in it. */
static bool read_seal(const char *run, struct seal *seal)
{
	struct arena arena = { 0 };
	struct error err;
	json_t *json = json_read_file(
		arena_printf(&arena, "%s/results.json", run), &err);
	bool has_seal =
		json && seal_from_json(json_object_get(json, "seal"), seal);

	json_decref(json);
	arena_release(&arena);
	return has_seal;
}

static int write_digests(const char *run, const struct line_digests *digests,
			 struct error *err)
{
	struct arena arena = { 0 };
	const char *path = arena_printf(&arena, "%s/history.lines", run);
	char *bytes = heap_alloc(digests->count * 8);
	int result;

	for (size_t i = 0; i < digests->count * 8; i++)
		bytes[i] = (char)(digests->items[i / 8] >> (56 - 8 * (i % 8)));
	result = file_write_whole(path, bytes, digests->count * 8, err);
	free(bytes);
	arena_release(&arena);
	return result;
}

int seal_run(const char *run, struct seal *seal, bool *has_seal,
	     struct error *err)
{
	struct arena arena = { 0 };
	const char *path = arena_printf(&arena, "%s/history.jsonl", run);
	struct line_digests digests = { 0 };
	int result = 0;

	*has_seal = access(path, F_OK) == 0;
	if (*has_seal) {
		result = seal_make(path, seal, &digests, err);
		if (result == 0)
			result = write_digests(run, &digests, err);
	}
	free(digests.items);
	arena_release(&arena);
	return result;
}

int seal_keep(const char *run, struct seal *seal, bool *has_seal,
	      struct error *err)
{
	struct arena arena = { 0 };
	const char *path = arena_printf(&arena, "%s/history.jsonl", run);
	struct seal found;
	int result = 0;

	*has_seal = read_seal(run, seal);
	if (*has_seal) {
		result = seal_make(path, &found, NULL, err);
		if (result == 0 && !seal_equal(seal, &found))
			result = error_set(err,
					   "%s is not the history that was "
					   "sealed in results.json, which is "
					   "left as it is; `ordeal audit` "
					   "tells more",
					   path);
	}
	arena_release(&arena);
	return result;
}

/* The digests as they were sealed; false if they cannot be had. */
static bool read_digests(const char *run, uint64_t lines,
			 struct line_digests *digests)
{
	struct arena arena = { 0 };
	FILE *in = fopen(arena_printf(&arena, "%s/history.lines", run), "re");
	uint8_t bytes[8];

	while (in && fread(bytes, 1, 8, in) == 8) {
		uint64_t head = 0;

		for (size_t i = 0; i < 8; i++)
			head = head << 8 | bytes[i];
		digests->items =
			array_reserve(digests->items, &digests->capacity,
				      digests->count + 1, sizeof(head));
		digests->items[digests->count++] = head;
	}
	if (in)
		fclose(in);
	arena_release(&arena);
	return in && digests->count == lines;
}

/* True when what follows `a` there and `b` here is the same for a while. */
static bool agree(const struct line_digests *sealed, size_t a,
		  const struct line_digests *found, size_t b)
{
	for (size_t i = 0; i < 4; i++) {
		bool ends_here = b + i >= found->count;

		if (a + i >= sealed->count || ends_here)
			return a + i >= sealed->count && ends_here;
		if (sealed->items[a + i] != found->items[b + i])
			return false;
	}
	return true;
}

static void locate(struct audit *audit, const struct line_digests *sealed,
		   const struct line_digests *found)
{
	size_t i = 0;

	while (i < sealed->count && i < found->count &&
	       sealed->items[i] == found->items[i])
		i++;
	audit->line = i + 1;
	if (i == sealed->count && i == found->count)
		audit->finding = AUDIT_BROKEN; /* the digests were changed */
	else if (i == sealed->count || agree(sealed, i, found, i + 1))
		audit->finding = AUDIT_ADDED;
	else if (i == found->count || agree(sealed, i + 1, found, i))
		audit->finding = AUDIT_DROPPED;
	else
		audit->finding = AUDIT_CHANGED;
}

int audit_run(const char *run, struct audit *audit, struct error *err)
{
	struct arena arena = { 0 };
	struct line_digests sealed = { 0 };
	struct line_digests found = { 0 };
	int result = 0;

	*audit = (struct audit){ .finding = AUDIT_UNSEALED };
	if (read_seal(run, &audit->sealed)) {
		result =
			seal_make(arena_printf(&arena, "%s/history.jsonl", run),
				  &audit->found, &found, err);
		if (seal_equal(&audit->sealed, &audit->found))
			audit->finding = AUDIT_INTACT;
		else if (read_digests(run, audit->sealed.lines, &sealed))
			locate(audit, &sealed, &found);
		else
			audit->finding = AUDIT_BROKEN;
	}
	free(sealed.items);
	free(found.items);
	arena_release(&arena);
	return result;
}
