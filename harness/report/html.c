/* SPDX-License-Identifier: MIT */
#include "harness/report/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/json.h"
#include "harness/report/plot.h"
#include "harness/report/text.h"
#include "harness/report/version.h"

/* A page that is opened needs nothing from anywhere, and says so to the
 * browser. */
static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, "
	"initial-scale=1\"/>\n"
	"<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	"'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
	"img-src data:\"/>\n";

void html_escape(struct page *page, const char *text)
{
	struct arena arena = { 0 };

	fputs(text_xml(&arena, text), page->out);
	arena_release(&arena);
}

void html_escape_cut(struct page *page, const char *text, size_t points)
{
	struct arena arena = { 0 };

	text = text_shown(&arena, text, true);
	fputs(text_xml(&arena, text_cut(&arena, text, points)), page->out);
	arena_release(&arena);
}

void html_verdict_chip(struct page *page, enum verdict_kind kind)
{
	const char *name = verdict_kind_name(kind);

	fprintf(page->out, "<span class=\"chip %s\">%s</span>", name, name);
}

const char *html_outcome(const struct history *history, const struct op *op)
{
	if (op->complete == HISTORY_NONE)
		return "open";
	switch (history_entry_type(history, op->complete)) {
	case OP_OK:
		return "ok";
	case OP_FAIL:
		return "fail";
	default:
		return "info";
	}
}

/* "register on etcd", of the configuration. */
static void write_subject(struct page *page)
{
	static const char *const parts[] = { "workload", "target" };
	bool has_some = false;

	for (size_t i = 0; i < 2; i++) {
		const json_t *part = json_object_get(page->config, parts[i]);
		const json_t *name = json_object_get(part, "name");

		if (!json_is_string(name))
			continue;
		if (has_some)
			fputs(" on ", page->out);
		html_escape(page, json_string_value(name));
		has_some = true;
	}
	if (!has_some)
		fputs("recorded history", page->out);
}

static size_t anomalies_of(const struct judgement *judgement)
{
	size_t count = 0;

	for (size_t i = 0; i < judgement->count; i++)
		count += judgement->judged[i].verdict.anomaly_count;
	return count;
}

static void write_facts(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;
	struct arena *arena = &page->arena;
	size_t anomalies = anomalies_of(page->judgement);
	size_t proven = 0;
	size_t skipped = 0;

	for (size_t i = 0; i < chronicle->band_count; i++) {
		proven += chronicle->bands[i].effect == BAND_PROVEN;
		skipped += chronicle->bands[i].effect == BAND_SKIPPED;
	}
	fprintf(page->out,
		"<ul class=\"facts\"><li><b>%zu</b> operation%s</li>",
		chronicle->client_count,
		chronicle->client_count == 1 ? "" : "s");
	if (chronicle->has_times)
		fprintf(page->out, "<li><b>%s</b></li>",
			plot_duration(arena, (double)chronicle->end_ns));
	if (chronicle->band_count > 0)
		fprintf(page->out,
			"<li><b>%zu</b> fault%s injected, %zu proven%s</li>",
			chronicle->band_count - skipped,
			chronicle->band_count - skipped == 1 ? "" : "s", proven,
			skipped ? arena_printf(arena, ", %zu more skipped",
					       skipped)
				: "");
	fprintf(page->out, "<li><b>%zu</b> anomal%s</li></ul>\n", anomalies,
		anomalies == 1 ? "y" : "ies");
}

static void write_verdict(struct page *page)
{
	const struct judgement *judgement = page->judgement;

	fprintf(page->out, "<header class=\"%s\">\n<p class=\"subject\">",
		verdict_kind_name(judgement->kind));
	write_subject(page);
	fputs(" <span class=\"run\">", page->out);
	html_escape(page, page->name);
	fprintf(page->out, "</span></p>\n<h1>%s</h1>\n<p class=\"reason\">",
		verdict_kind_name(judgement->kind));
	html_escape(page,
		    judgement->reason ? judgement->reason : "nobody said why");
	fputs("</p>\n", page->out);
	write_facts(page);
	fputs("</header>\n", page->out);
}

void html_checkers(struct page *page)
{
	const struct judgement *judgement = page->judgement;

	fputs("<section id=\"checkers\"><h2>Checkers</h2>\n"
	      "<div class=\"wide\"><table>"
	      "<tr><th>checker</th><th>verdict</th><th>why</th></tr>\n",
	      page->out);
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];

		fprintf(page->out, "<tr><td>%s</td><td>",
			judged->checker->name);
		html_verdict_chip(page, judged->verdict.kind);
		fputs("</td><td class=\"text\">", page->out);
		html_escape_cut(page, judged->verdict.reason, 600);
		fputs("</td></tr>\n", page->out);
	}
	fputs("</table></div>\n", page->out);
	for (size_t i = 0; i < judgement->count; i++)
		html_checker_figures(page, &judgement->judged[i]);
	fputs("</section>\n", page->out);
}

void html_plots(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;
	const struct plot_paper paper = { .out = page->out };

	fputs("<section id=\"plots\"><h2>Over time</h2>\n", page->out);
	if (chronicle->client_count == 0)
		fputs("<p>Nothing was recorded.</p>\n", page->out);
	else if (!chronicle->has_times ||
		 chronicle->end_ns <= chronicle->start_ns)
		fputs("<p>The history tells no times.</p>\n", page->out);
	else {
		plot_rates(&paper, page->history, chronicle);
		plot_nodes(&paper, page->history, chronicle);
		plot_latencies(&paper, page->history, chronicle);
		plot_stale(&paper, page->history, chronicle);
		plot_clocks(&paper, page->history, chronicle);
	}
	fputs("</section>\n", page->out);
}

static void write_page(struct page *page)
{
	fputs(head, page->out);
	fputs("<title>", page->out);
	html_escape(page, verdict_kind_name(page->judgement->kind));
	fputs(": ", page->out);
	write_subject(page);
	fputs("</title>\n<style>", page->out);
	for (size_t i = 0; html_style[i]; i++)
		fputs(html_style[i], page->out);
	fputs("</style></head>\n<body><main>\n", page->out);
	write_verdict(page);
	html_anomalies(page);
	html_checkers(page);
	html_profile(page);
	html_plots(page);
	html_timeline(page);
	html_faults(page);
	html_leaders(page);
	html_figures(page);
	html_notes(page);
	html_config(page);
	fputs("<footer>judged by ordeal ", page->out);
	html_escape(page, version_ordeal());
	fputs("</footer>\n</main></body></html>\n", page->out);
}

char *report_html_text(const struct judgement *judgement,
		       const struct history *history, const char *name,
		       const char *config_text, size_t *length)
{
	struct page page = {
		.judgement = judgement,
		.history = history,
		.name = name,
		.config_text = config_text,
	};
	char *text = NULL;

	page.out = open_memstream(&text, length);
	if (!page.out)
		abort();
	if (config_text)
		page.config = json_loads(config_text, 0, NULL);
	chronicle_read(&page.chronicle, history, &page.arena);
	write_page(&page);
	if (fclose(page.out) != 0)
		abort(); /* as elsewhere when memory is out */
	json_decref(page.config);
	arena_release(&page.arena);
	return text;
}

const char *report_run_name(const char *folder, struct arena *arena)
{
	char *real = realpath(folder, NULL);
	const char *name;
	int slashes = 0;

	folder = arena_strdup(arena, real ? real : folder);
	free(real);
	name = folder + strlen(folder);

	while (name > folder) {
		if (name[-1] == '/' && name[0] != '\0' && ++slashes == 2)
			break;
		name--;
	}
	return name;
}

int report_html_write(const struct judgement *judgement,
		      const struct history *history, const char *folder,
		      const char *config_text, struct error *err)
{
	struct arena arena = { 0 };
	size_t length;
	const char *name = report_run_name(folder, &arena);
	char *text = report_html_text(judgement, history, name, config_text,
				      &length);
	int result =
		file_write_whole(arena_printf(&arena, "%s/report.html", folder),
				 text, length, err);

	free(text);
	arena_release(&arena);
	return result;
}
