/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "harness/engine/log_scan.h"

#include <pcre2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/text.h"

/* Steps of a search in one line; a sane pattern takes a few per byte. */
#define MATCH_LIMIT 1000000
#define DEPTH_LIMIT 10000

struct log_scan {
	const char *const *patterns;
	pcre2_code **codes;
	size_t count;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static int compile(struct log_scan *scan, const char *pattern,
		   struct error *err)
{
	PCRE2_SIZE offset;
	PCRE2_UCHAR cause[160];
	int number;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0,
			      &number, &offset, NULL);

	if (!code) {
		pcre2_get_error_message(number, cause, sizeof(cause));
		return error_set(err, "pattern \"%s\": %s (at character %zu)",
				 pattern, (const char *)cause,
				 (size_t)offset + 1);
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* or it is interpreted */
	scan->codes[scan->count++] = code;
	return 0;
}

struct log_scan *log_scan_new(const char *const *patterns, struct error *err)
{
	struct log_scan *scan = heap_zeroed(1, sizeof(*scan));
	size_t count = 0;

	while (patterns[count])
		count++;
	scan->patterns = patterns;
	scan->codes = heap_zeroed(count, sizeof(pcre2_code *));
	scan->match = pcre2_match_data_create(1, NULL);
	scan->limits = pcre2_match_context_create(NULL);
	if (!scan->match || !scan->limits) {
		error_set(err, "out of memory");
		log_scan_free(scan);
		return NULL;
	}
	pcre2_set_match_limit(scan->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(scan->limits, DEPTH_LIMIT);
	for (size_t i = 0; i < count; i++) {
		if (compile(scan, patterns[i], err) != 0) {
			log_scan_free(scan);
			return NULL;
		}
	}
	return scan;
}

void log_scan_free(struct log_scan *scan)
{
	if (!scan)
		return;
	for (size_t i = 0; i < scan->count; i++)
		pcre2_code_free(scan->codes[i]);
	pcre2_match_data_free(scan->match);
	pcre2_match_context_free(scan->limits);
	free(scan->codes);
	free(scan);
}

/* What is being read. */
struct scanning {
	struct log_scan *scan;
	struct arena *arena;
	struct log_findings *findings;
	const char *node;
	const char *file;
	size_t found; /* in this file */
};

/* The line, or of a long one the part around the match. */
static const char *excerpt(struct arena *arena, const char *line, size_t length,
			   size_t start)
{
	size_t from = 0;

	if (length > LOG_TEXT_MAX && start > LOG_TEXT_MAX / 4)
		from = start - LOG_TEXT_MAX / 4;
	length -= from;
	if (length > LOG_TEXT_MAX)
		length = LOG_TEXT_MAX;
	return text_utf8(arena, line + from, length);
}

static void add_finding(struct scanning *scanning, uint64_t number,
			const char *text, const char *pattern)
{
	struct log_findings *findings = scanning->findings;
	struct arena *arena = scanning->arena;
	struct log_finding *finding;

	if (scanning->found++ >= LOG_FINDINGS_MAX) {
		findings->more++;
		return;
	}
	finding = arena_alloc(arena, sizeof(*finding));
	finding->node = arena_strdup(arena, scanning->node);
	finding->file = arena_strdup(arena, scanning->file);
	finding->line = number;
	finding->text = text;
	finding->pattern = pattern;
	if (findings->last)
		findings->last->next = finding;
	else
		findings->first = finding;
	findings->last = finding;
	findings->count++;
}

/* The first pattern that matches counts: a line is one finding. */
static void scan_line(struct scanning *scanning, const char *line,
		      size_t length, uint64_t number)
{
	struct log_scan *scan = scanning->scan;

	for (size_t i = 0; i < scan->count; i++) {
		const char *pattern = scan->patterns[i];
		int result =
			pcre2_match(scan->codes[i], (PCRE2_SPTR)line, length, 0,
				    0, scan->match, scan->limits);
		size_t start = 0;
		const char *text;

		if (result == PCRE2_ERROR_NOMATCH)
			continue;
		if (result >= 0)
			start = pcre2_get_ovector_pointer(scan->match)[0];
		text = excerpt(scanning->arena, line, length, start);
		if (result < 0)
			text = arena_printf(scanning->arena,
					    "(looking for \"%s\" took too "
					    "long here) %s",
					    pattern, text);
		add_finding(scanning, number, text, pattern);
		return;
	}
}

/* Reads on in pieces, so that a line without end takes no more memory than
 * what of it is looked at. */
static int scan_stream(struct scanning *scanning, FILE *in, const char *path,
		       struct error *err)
{
	char *line = heap_alloc(LOG_LINE_MAX);
	char *piece = heap_alloc(LOG_LINE_MAX);
	size_t length = 0;
	uint64_t number = 1;
	size_t count;
	int result = 0;

	while ((count = fread(piece, 1, LOG_LINE_MAX, in)) > 0) {
		const char *at = piece;
		const char *end = piece + count;

		while (at < end) {
			const char *feed = memchr(at, '\n', (size_t)(end - at));
			size_t part = (size_t)((feed ? feed : end) - at);
			size_t room = LOG_LINE_MAX - length;
			size_t kept = part < room ? part : room;

			memcpy(line + length, at, kept);
			length += kept;
			at += part;
			if (!feed)
				continue;
			scan_line(scanning, line, length, number++);
			length = 0;
			at++;
		}
	}
	if (length > 0)
		scan_line(scanning, line, length, number);
	if (ferror(in))
		result = error_errno(err, "%s", path);
	free(piece);
	free(line);
	return result;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);
	size_t end_length = strlen(end);

	return length >= end_length &&
	       strcmp(text + length - end_length, end) == 0;
}

int log_scan_file(struct log_scan *scan, const char *node, const char *path,
		  struct arena *arena, struct log_findings *findings,
		  struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct scanning scanning = {
		.scan = scan,
		.arena = arena,
		.findings = findings,
		.node = node,
		.file = slash ? slash + 1 : path,
	};
	FILE *in;
	int result;

	if (ends_with(path, ".gz") || ends_with(path, ".zst"))
		return 0;
	in = fopen(path, "re");
	if (!in)
		return error_errno(err, "%s", path);
	result = scan_stream(&scanning, in, path, err);
	fclose(in);
	return result;
}
