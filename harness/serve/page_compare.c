/* SPDX-License-Identifier: MIT */
/* Two runs beside each other. */
#include "harness/serve/site_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/reader.h"
#include "harness/report/beneath.h"
#include "harness/report/diff.h"
#include "harness/report/plot.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)
#define RESULTS_BYTES_MAX ((size_t)64 << 20)
#define PLOT_BYTES_MAX (64 << 20)

struct comparison {
	struct site *site;
	const struct run_summary *runs[2];
	struct diff_side sides[2];
	struct diff diff;
	bool all;
};

/* ?a=RUN&b=RUN, or what the boxes of the list send: ?run=RUN&run=RUN. */
static const char *wanted(const struct request *request, size_t number)
{
	const char *given = request_query(request, number ? "b" : "a");
	size_t seen = 0;

	if (*given)
		return given;
	for (const struct query *q = request->first; q; q = q->next) {
		if (strcmp(q->name, "run") == 0 && seen++ == number)
			return q->value;
	}
	return "";
}

static void write_choice(struct sheet *sheet, const struct runs *runs,
			 const char *name, const char *chosen)
{
	fprintf(sheet->out,
		"<label>%s <input name=\"%s\" id=\"compare-%s\" "
		"list=\"known\" size=\"44\" value=\"",
		name, name, name);
	sheet_text(sheet, chosen);
	fputs("\"/></label>\n", sheet->out);
	if (strcmp(name, "b") != 0)
		return;
	fputs("<datalist id=\"known\">", sheet->out);
	for (size_t i = 0; i < runs->count && i < 200; i++) {
		fputs("<option value=\"", sheet->out);
		sheet_text(sheet, runs->items[i].path);
		fprintf(sheet->out, "\">%s</option>",
			run_state_name(runs->items[i].state));
	}
	fputs("</datalist>\n", sheet->out);
}

static void write_form(struct sheet *sheet, const struct runs *runs,
		       const char *a, const char *b)
{
	fputs("<form id=\"compare\" class=\"controls\" action=\"/compare\">\n",
	      sheet->out);
	write_choice(sheet, runs, "a", a);
	write_choice(sheet, runs, "b", b);
	fputs("<button id=\"compare-go\">compare</button>\n</form>\n",
	      sheet->out);
}

static void write_run_cell(struct sheet *sheet, const char *name,
			   const struct run_summary *run)
{
	fprintf(sheet->out, "<th class=\"side\">%s: <a href=\"/runs/%s/\">",
		name, url_path(sheet->arena, run->path));
	sheet_cut(sheet, run->path, 100);
	fputs("</a></th>", sheet->out);
}

static void write_value(struct sheet *sheet, const struct diff_row *row,
			const char *value)
{
	fputs("<td class=\"text\">", sheet->out);
	if (row->is_verdict && *value)
		sheet_chip(sheet, value);
	else if (*value)
		sheet_cut(sheet, value, 400);
	else
		fputs("<span class=\"dim\">-</span>", sheet->out);
	fputs("</td>", sheet->out);
}

static void write_row(struct sheet *sheet, const struct diff_row *row)
{
	fprintf(sheet->out, "<tr class=\"%s\"><td class=\"name\">",
		row->differs ? "differs" : "same");
	sheet_cut(sheet, row->name, 120);
	fputs("</td>", sheet->out);
	write_value(sheet, row, row->a);
	write_value(sheet, row, row->b);
	fputs("<td class=\"n\">", sheet->out);
	sheet_text(sheet, row->change);
	fputs("</td></tr>\n", sheet->out);
}

static void write_section(struct sheet *sheet, const struct comparison *both,
			  const struct diff_section *section)
{
	size_t shown = 0;

	if (section->count == 0)
		return;
	fprintf(sheet->out,
		"<section id=\"diff-%s\" data-differing=\"%zu\"><h2>%s "
		"<small class=\"dim\">%zu of %zu differ</small></h2>\n"
		"<div class=\"wide\"><table class=\"diff\"><tr><th></th>",
		section->name, section->differing, section->name,
		section->differing, section->count);
	write_run_cell(sheet, "a", both->runs[0]);
	write_run_cell(sheet, "b", both->runs[1]);
	fputs("<th>from a to b</th></tr>\n", sheet->out);
	for (const struct diff_row *row = section->first; row;
	     row = row->next) {
		if (!row->differs && !row->is_verdict && !both->all)
			continue;
		write_row(sheet, row);
		shown++;
	}
	fputs("</table></div>\n", sheet->out);
	if (shown < section->count)
		fprintf(sheet->out,
			"<p class=\"dim\">%zu the same are not shown</p>\n",
			section->count - shown);
	fputs("</section>\n", sheet->out);
}

/* Only where it is plain: a compressed one may be of any size. */
static struct history *read_history(const struct comparison *both,
				    const struct run_summary *run,
				    struct arena *arena)
{
	struct stat status;
	int fd = beneath_open(
		both->site->root_fd,
		arena_printf(arena, "%s/history.jsonl", run->path), &status);
	struct history *history = NULL;
	struct error err;

	if (fd < 0)
		return NULL;
	/* The file that was opened, whatever its name leads to by now. */
	if (S_ISREG(status.st_mode) && status.st_size <= PLOT_BYTES_MAX)
		history = history_read(
			arena_printf(arena, "/proc/self/fd/%d", fd), NULL, NULL,
			&err);
	close(fd);
	return history;
}

static void write_plots(struct sheet *sheet, const struct comparison *both,
			size_t number)
{
	const struct run_summary *run = both->runs[number];
	const struct plot_paper paper = { .out = sheet->out };
	struct history *history = read_history(both, run, sheet->arena);
	struct chronicle chronicle;

	fprintf(sheet->out, "<div class=\"half\" id=\"plots-%c\"><h3>%c: ",
		number ? 'b' : 'a', number ? 'b' : 'a');
	sheet_cut(sheet, run->path, 100);
	fputs("</h3>\n", sheet->out);
	chronicle_read(&chronicle, history, sheet->arena);
	if (chronicle.client_count == 0 || !chronicle.has_times ||
	    chronicle.end_ns <= chronicle.start_ns) {
		fputs("<p class=\"dim\">nothing to draw</p>\n", sheet->out);
	} else {
		plot_rates(&paper, history, &chronicle);
		plot_latencies(&paper, history, &chronicle);
	}
	fputs("</div>\n", sheet->out);
	history_free(history);
}

static void write_comparison(struct sheet *sheet, struct comparison *both,
			     const char *query)
{
	fprintf(sheet->out,
		"<p><b id=\"differing\">%zu</b> things differ. "
		"<a id=\"show-all\" href=\"/compare?%s%s\">%s</a></p>\n",
		both->diff.differing, query, both->all ? "" : "&amp;all=1",
		both->all ? "only what differs" : "also what is the same");
	for (const struct diff_section *section = both->diff.first; section;
	     section = section->next)
		write_section(sheet, both, section);
	fputs("<section id=\"plots\"><h2>Over time</h2>\n"
	      "<div class=\"halves\">\n",
	      sheet->out);
	for (size_t i = 0; i < 2; i++)
		write_plots(sheet, both, i);
	fputs("</div></section>\n", sheet->out);
}

static void compare(struct sheet *sheet, struct comparison *both)
{
	struct arena *arena = sheet->arena;

	for (size_t i = 0; i < 2; i++) {
		const char *path = both->runs[i]->path;

		both->sides[i].results = beneath_json(
			both->site->root_fd,
			arena_printf(arena, "%s/results.json", path),
			RESULTS_BYTES_MAX);
		both->sides[i].config = beneath_json(
			both->site->root_fd,
			arena_printf(arena, "%s/config.json", path),
			CONFIG_BYTES_MAX);
	}
	diff_make(&both->diff, &both->sides[0], &both->sides[1], arena);
	write_comparison(sheet, both,
			 arena_printf(arena, "a=%s&amp;b=%s",
				      url_value(arena, both->runs[0]->path),
				      url_value(arena, both->runs[1]->path)));
	diff_side_release(&both->sides[0]);
	diff_side_release(&both->sides[1]);
}

void page_compare(struct site *site, const struct request *request,
		  struct reply *reply)
{
	const struct runs *runs = runs_take(site->index);
	struct comparison both = { .site = site };
	struct sheet sheet;

	for (size_t i = 0; i < 2; i++)
		both.runs[i] = runs_find(runs, wanted(request, i));
	both.all = *request_query(request, "all") != '\0';
	sheet_open(&sheet, reply, request->arena, "Ordeal: compare");
	reply->policy = POLICY_PLOTS;
	fputs("<h1 class=\"plain\">Compare</h1>\n", sheet.out);
	write_form(&sheet, runs, wanted(request, 0), wanted(request, 1));
	if (both.runs[0] && both.runs[1])
		compare(&sheet, &both);
	else
		fputs("<p id=\"none\">Two runs are needed: choose them here, "
		      "or in <a href=\"/\">the list</a>.</p>\n",
		      sheet.out);
	sheet_close(&sheet);
	runs_give_back(site->index, runs);
}
