/* SPDX-License-Identifier: MIT */
/* A page being written; for html*.c alone, but for the style sheet, which
 * harness/serve shares, and drawings, which picture.c does. */
#ifndef ORDEAL_REPORT_HTML_PRIVATE_H
#define ORDEAL_REPORT_HTML_PRIVATE_H

#include "harness/core/arena.h"
#include "harness/engine/judge.h"
#include "harness/report/html_chronicle.h"

#include <jansson.h>
#include <stdio.h>

struct page {
	FILE *out;
	const struct judgement *judgement;
	const struct history *history; /* or NULL */
	const char *name;
	const char *config_text; /* or NULL */
	json_t *config;		 /* or NULL */
	struct chronicle chronicle;
	struct arena arena;
};

/* The whole style sheet, in pieces; NULL at the end. */
extern const char *const html_style[];

/* The script, in two halves, likewise. */
extern const char *const html_script_draw[];
extern const char *const html_script_use[];

/* Writes text so that it shows as it is; at most `points` code points. */
void html_escape(struct page *page, const char *text);
void html_escape_cut(struct page *page, const char *text, size_t points);

/* "<span class=chip ...>valid</span>" */
void html_verdict_chip(struct page *page, enum verdict_kind kind);

/* Sections of the page, in their order; nothing where there is nothing. */
void html_anomalies(struct page *page);
void html_checkers(struct page *page);
void html_profile(struct page *page);
void html_plots(struct page *page);
void html_faults(struct page *page);
void html_leaders(struct page *page);
void html_figures(struct page *page);
void html_notes(struct page *page);
void html_timeline(struct page *page);
void html_config(struct page *page);

/* What a checker found out besides, folded. */
void html_checker_figures(struct page *page, const struct judged *judged);

/* Drawings of an anomaly. */
void html_excerpt(struct page *page, const struct anomaly *anomaly);
void html_cycle(struct page *page, const struct anomaly *anomaly);

/* The same within a picture, from `y` downwards: how high it is, 0 where there
 * is none. Without `out` of the page it is only measured. */
int html_excerpt_picture(struct page *page, const struct anomaly *anomaly,
			 int y);
int html_cycle_picture(struct page *page, const struct anomaly *anomaly, int y);

/* "ok", "fail", "info", or "open" where there is no completion. */
const char *html_outcome(const struct history *history, const struct op *op);

/* "write 3 17", "append 80 10, r 75 [... 87 88]": for where room is short; not
 * escaped. */
const char *html_op_short(const struct history *history, uint32_t number,
			  struct arena *arena);

/* What an action wrote or saw: "17", "3→5" of a cas; likewise. */
const char *html_value_short(const struct history *history,
			     const struct action *action, struct arena *arena);

#endif
