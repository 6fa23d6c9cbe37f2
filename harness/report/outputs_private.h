/* SPDX-License-Identifier: MIT */
/* The formats behind outputs.h. */
#ifndef ORDEAL_REPORT_OUTPUTS_PRIVATE_H
#define ORDEAL_REPORT_OUTPUTS_PRIVATE_H

#include "harness/core/arena.h"
#include "harness/report/outputs.h"

#include <stddef.h>
#include <stdio.h>

struct sarif;

/* A format as it grows: `add` is called for each case, `text` once, for the
 * whole document (to be freed); then nothing more. */
struct junit {
	FILE *out;
	char *text;
	size_t length;
	size_t tests;
	size_t failures;
	size_t errors;
};

void junit_open(struct junit *junit);
void junit_add(struct junit *junit, const struct output_case *judged);
char *junit_text(struct junit *junit);

struct tap {
	FILE *out;
	char *text;
	size_t length;
	size_t count;
};

void tap_open(struct tap *tap);
void tap_add(struct tap *tap, const struct output_case *judged);
char *tap_text(struct tap *tap);

struct markdown {
	FILE *out;
	char *text;
	size_t length;
	size_t kinds[VERDICT_INVALID + 1];
	size_t troubles;
};

void markdown_open(struct markdown *markdown);
void markdown_add(struct markdown *markdown, const struct output_case *judged);
char *markdown_text(struct markdown *markdown);

struct sarif *sarif_new(void);
void sarif_add(struct sarif *sarif, const struct output_case *judged);
char *sarif_text(struct sarif *sarif); /* frees it */

/* An anomaly in full: its sentence, and its story or else its operations with
 * their roles; in the arena, not yet escaped for any format. */
const char *anomaly_in_full(const struct anomaly *anomaly,
			    const struct history *history, struct arena *arena);

#endif
