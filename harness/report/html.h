/* SPDX-License-Identifier: MIT */
/* report.html: a judged run as one page that needs nothing else. */
#ifndef ORDEAL_REPORT_HTML_H
#define ORDEAL_REPORT_HTML_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/engine/judge.h"

#include <stddef.h>

/*
 * The page: verdict first, then anomalies with their drawings, plots, tables,
 * configuration. It loads nothing, works without script, and everything that
 * comes from the history is escaped. `history` may be NULL; `name` is the
 * run's, `config_text` its config.json (NULL, or no JSON: left out). Its size
 * is bounded whatever the history's: drawings are rasters, lists are cut with
 * a word on how much was left out. The same input gives the same bytes. To be
 * freed; `*length` is without the NUL. Any thread.
 */
char *report_html_text(const struct judgement *judgement,
		       const struct history *history, const char *name,
		       const char *config_text, size_t *length);

/* The last two parts of the folder: as `ordeal check` finds it in its store,
 * whatever link ("latest") leads to it. In the arena. */
const char *report_run_name(const char *folder, struct arena *arena);

/* Writes it to FOLDER/report.html, whole or not at all. */
int report_html_write(const struct judgement *judgement,
		      const struct history *history, const char *folder,
		      const char *config_text, struct error *err);

#endif
