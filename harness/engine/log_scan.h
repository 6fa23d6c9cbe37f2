/* SPDX-License-Identifier: MIT */
/* Looks for a target's crash patterns in collected logs. */
#ifndef ORDEAL_ENGINE_LOG_SCAN_H
#define ORDEAL_ENGINE_LOG_SCAN_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

/* A line that matches; in an arena. */
struct log_finding {
	const char *node;    /* as given */
	const char *file;    /* the file's name without folders */
	uint64_t line;	     /* from 1 */
	const char *text;    /* valid UTF-8; of a long line the part around the
			      * match */
	const char *pattern; /* that matched, as given */
	struct log_finding *next;
};

struct log_findings {
	struct log_finding *first; /* in the order found */
	struct log_finding *last;
	size_t count;  /* in the list */
	uint64_t more; /* found beyond LOG_FINDINGS_MAX, of one file each */
};

#define LOG_FINDINGS_MAX 50 /* kept of one file */
#define LOG_LINE_MAX 65536  /* bytes of a line that are looked at */
#define LOG_TEXT_MAX 400    /* bytes of a finding's text */

/* Compiled patterns; any number of scans, one thread at a time. */
struct log_scan;

/*
 * Compiles regular expressions (PCRE; a dot does not match a line feed; bytes,
 * not characters). NULL with a sentence that names the bad one and the
 * place. `patterns` ends with NULL and must outlive the scan.
 */
struct log_scan *log_scan_new(const char *const *patterns, struct error *err);
void log_scan_free(struct log_scan *scan); /* NULL is accepted */

/*
 * Scans one collected file, plain or compressed (.gz, .zst are left alone: no
 * finding), and adds what matches. A search that would take too long on a
 * line counts as a match, with a text that says so: a crash is not to be
 * missed because of a bad pattern. -1 when the file cannot be read.
 */
int log_scan_file(struct log_scan *scan, const char *node, const char *path,
		  struct arena *arena, struct log_findings *findings,
		  struct error *err);

#endif
