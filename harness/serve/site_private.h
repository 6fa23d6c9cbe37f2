/* SPDX-License-Identifier: MIT */
/* Pages of the site; for harness/serve alone. */
#ifndef ORDEAL_SERVE_SITE_PRIVATE_H
#define ORDEAL_SERVE_SITE_PRIVATE_H

#include "harness/report/runs.h"
#include "harness/serve/live.h"
#include "harness/serve/site.h"

#include <stdio.h>
#include <sys/stat.h>

struct site {
	const char *root;
	int root_fd;
	const char *campaigns; /* where they are, or NULL */
	struct runs_index *index;
	struct live_set *live;
	atomic_bool is_stopping;
	atomic_int streams; /* of events, open now */
	struct arena arena;
};

/* A page being written. */
struct sheet {
	FILE *out;
	struct arena *arena;
	struct reply *reply;
};

/* Head and navigation; `title` is escaped here. `script`: whether ours is
 * loaded. */
void sheet_open(struct sheet *sheet, struct reply *reply, struct arena *arena,
		const char *title);
void sheet_close(struct sheet *sheet);

/* Text as it is to be seen. */
void sheet_text(struct sheet *sheet, const char *text);
void sheet_cut(struct sheet *sheet, const char *text, size_t points);

/* "<span class="chip valid">valid</span>" */
void sheet_chip(struct sheet *sheet, const char *state);

/* Text as a part of a URL, slashes stay; in the arena. */
const char *url_path(struct arena *arena, const char *text);
/* The same for a value of a query. */
const char *url_value(struct arena *arena, const char *text);

/* "3.4 MB" */
const char *shown_size(struct arena *arena, uint64_t bytes);
/* "2026-11-22 11:35:30" of "20261122T113530.507Z"; else the name itself */
const char *shown_time(struct arena *arena, const char *name);
/* "12.9 s", "3 min 20 s"; "" for nothing */
const char *shown_seconds(struct arena *arena, double seconds);
/* "36,833" */
const char *shown_count(struct arena *arena, uint64_t count);

/* An answer of a line or two. */
void answer_text(struct reply *reply, unsigned status, const char *type,
		 const char *text);
void answer_trouble(struct reply *reply, struct arena *arena, unsigned status,
		    const char *sentence);
void answer_missing(struct reply *reply, struct arena *arena);

/* Pages. `path` is what follows the prefix, relative. */
void page_list(struct site *site, const struct request *request,
	       struct reply *reply);
void answer_list_json(struct site *site, const struct request *request,
		      struct reply *reply);
void page_run(struct site *site, const struct request *request,
	      const char *path, struct reply *reply);
void page_folder(struct site *site, const struct request *request,
		 const char *path, struct reply *reply);
void answer_file(const struct request *request, const char *path, int fd,
		 const struct stat *status, struct reply *reply);
void page_compare(struct site *site, const struct request *request,
		  struct reply *reply);
/* "" is the list, else NAME/TIME. */
void answer_campaigns(struct site *site, const struct request *request,
		      const char *path, struct reply *reply);
void answer_archive(struct site *site, const struct request *request,
		    const char *path, struct reply *reply);
void answer_events(struct site *site, const char *path, struct reply *reply);
void answer_metrics(struct site *site, const struct request *request,
		    struct reply *reply);

/* Parts of pages: where one is, the files in an open folder, and a run in
 * progress. Paths are below the root. */
void sheet_trail(struct sheet *sheet, const char *path);
void sheet_files(struct sheet *sheet, const char *path, int fd);
void sheet_live(struct sheet *sheet, const char *path);
/* A campaign's cells; `path` is its own, `across` the axis wanted, or "". */
void sheet_matrix(struct sheet *sheet, const json_t *campaign,
		  const char *path, const char *across);

/* Style sheet and script of the site. */
void answer_style(struct reply *reply);
void answer_script(struct reply *reply);

#endif
