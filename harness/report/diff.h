/* SPDX-License-Identifier: MIT */
/* Two runs beside each other. */
#ifndef ORDEAL_REPORT_DIFF_H
#define ORDEAL_REPORT_DIFF_H

#include "harness/core/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One thing that both runs, or one of them, say. */
struct diff_row {
	const char *name;
	const char *a; /* as it is to be read; "" where the run says nothing */
	const char *b;
	const char *change; /* "+12 %", "x3.1", or "" */
	bool differs;
	bool is_verdict; /* a and b are "valid", "invalid", "unknown" */
	struct diff_row *next;
};

struct diff_section {
	const char *name; /* "verdict", "anomalies", "options", "faults",
			   * "figures" */
	struct diff_row *first;
	struct diff_row *last;
	size_t count;
	size_t differing;
	struct diff_section *next;
};

struct diff {
	struct diff_section *first;
	struct diff_section *last;
	size_t differing; /* rows of all sections */
};

/* results.json and config.json of a run; each may be NULL. */
struct diff_side {
	json_t *results;
	json_t *config;
};

/*
 * Compares what two runs say: verdict and reason, what each checker found,
 * figures with units (rate, availability, latencies by operation, by node),
 * faults injected and proven, and every option. Same input, same rows in the
 * same order. Texts are in the arena and are not escaped. Any thread.
 */
void diff_make(struct diff *diff, const struct diff_side *a,
	       const struct diff_side *b, struct arena *arena);

/* Reads the two files of a run's folder. */
struct diff_side diff_side_read(const char *run);
void diff_side_release(struct diff_side *side);

struct diff_style {
	const char *a; /* names of the runs */
	const char *b;
	bool all; /* also what is the same */
	bool colour;
};

/* For a terminal; everything is escaped. */
void diff_print(FILE *out, const struct diff *diff,
		const struct diff_style *style);

/* {"a": ..., "b": ..., "sections": {"figures": [{"name": ...}]}}; released with
 * json_decref. */
json_t *diff_json(const struct diff *diff, const struct diff_style *style);

#endif
