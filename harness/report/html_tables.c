/* SPDX-License-Identifier: MIT */
/* Tables of a page: faults, figures, findings. */
#include <inttypes.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/plot.h"
#include "harness/report/text.h"

#define BANDS_SHOWN 200
#define ROWS_SHOWN 100
#define TEXT_POINTS 300
#define LEADER_POINTS 80

static void write_time(struct page *page, int64_t time_ns)
{
	fputs("<td class=\"n\">", page->out);
	if (time_ns >= 0)
		fprintf(page->out, "%.2f s", (double)time_ns / 1e9);
	fputs("</td>", page->out);
}

static void write_effect(struct page *page, enum band_effect effect)
{
	static const char *const classes[] = {
		[BAND_UNKNOWN] = "unknown",
		[BAND_PROVEN] = "valid",
		[BAND_ABSENT] = "invalid",
		[BAND_SKIPPED] = "skipped",
	};

	fprintf(page->out, "<td><span class=\"chip %s\">%s</span></td>",
		classes[effect], band_effect_name(effect));
}

static void write_band(struct page *page, const struct band *band)
{
	fprintf(page->out, "<tr><td><i class=\"f%zu\"></i>", band->number % 6);
	html_escape(page, band->name);
	fputs("</td>", page->out);
	write_time(page, band->start_ns);
	write_effect(page, band->effect);
	write_time(page, band->heal_ns);
	if (band->end_ns >= 0 && band->heal_ns >= 0)
		write_effect(page, band->heal_effect);
	else
		fputs("<td></td>", page->out);
	fputs("<td class=\"text\">", page->out);
	html_escape(page, band->target);
	fputs(" <span class=\"dim\">", page->out);
	html_escape(page, band->detail);
	if (*band->error) {
		fputs("</span> <span class=\"stuck\">", page->out);
		html_escape(page, band->error);
	}
	fputs("</span></td></tr>\n", page->out);
}

void html_faults(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;

	if (chronicle->band_count == 0)
		return;
	fputs("<section id=\"faults\"><h2>Faults</h2>\n<div class=\"wide\">"
	      "<table><tr><th>fault</th><th>injected</th><th>effect</th>"
	      "<th>healed</th><th>effect</th><th>where</th></tr>\n",
	      page->out);
	for (size_t i = 0; i < chronicle->band_count && i < BANDS_SHOWN; i++)
		write_band(page, &chronicle->bands[i]);
	fputs("</table></div>\n", page->out);
	if (chronicle->band_count > BANDS_SHOWN)
		fprintf(page->out, "<p>and %zu more</p>\n",
			chronicle->band_count - BANDS_SHOWN);
	fputs("</section>\n", page->out);
}

void html_leaders(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;

	if (chronicle->leader_count == 0)
		return;
	fputs("<section id=\"leaders\"><h2>Leaders</h2>\n<p>", page->out);
	for (size_t i = 0; i < chronicle->leader_count && i < BANDS_SHOWN;
	     i++) {
		const struct leader_mark *mark = &chronicle->leaders[i];

		fputs(i ? ", then " : "", page->out);
		html_escape_cut(page, *mark->nodes ? mark->nodes : "nobody",
				LEADER_POINTS);
		fprintf(page->out, " from %.2f s", (double)mark->time_ns / 1e9);
	}
	if (chronicle->leader_count > BANDS_SHOWN)
		fprintf(page->out, ", and %zu changes more",
			chronicle->leader_count - BANDS_SHOWN);
	fputs("</p></section>\n", page->out);
}

static const struct figure *stats_of(const struct page *page)
{
	const struct judgement *judgement = page->judgement;

	for (size_t i = 0; i < judgement->count; i++) {
		if (strcmp(judgement->judged[i].checker->name, "stats") == 0)
			return &judgement->judged[i].verdict.figures;
	}
	return NULL;
}

static int64_t number_of(const struct figure *group, const char *name)
{
	const struct figure *member = group ? figure_find(group, name) : NULL;

	return member && member->kind == FIGURE_INT ? member->number : 0;
}

/* A share as text and as a bar. */
static void write_share(struct page *page, const struct figure *group)
{
	const struct figure *share = figure_find(group, "availability");
	double percent;

	fputs("<td class=\"n\">", page->out);
	if (share && share->kind == FIGURE_REAL &&
	    number_of(group, "count") > 0) {
		percent = 100 * share->real;
		fprintf(page->out,
			"%.*f %%<span class=\"meter\">"
			"<i style=\"width:%.1f%%\"></i></span>",
			percent < 99.995 && percent > 99 ? 2 : 1, percent,
			percent);
	}
	fputs("</td>", page->out);
}

static void write_quantiles(struct page *page, const struct figure *group)
{
	static const char *const names[] = { "p50_ns", "p95_ns", "p99_ns",
					     "max_ns" };
	const struct figure *latency = figure_find(group, "latency_ok");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		fputs("<td class=\"n\">", page->out);
		if (latency)
			fputs(plot_duration(
				      &page->arena,
				      (double)number_of(latency, names[i])),
			      page->out);
		fputs("</td>", page->out);
	}
}

static void write_row(struct page *page, const struct figure *group,
		      const char *name, bool has_latency)
{
	static const char *const counts[] = { "count", "ok", "fail", "info" };

	fputs("<tr><td>", page->out);
	html_escape_cut(page, name, TEXT_POINTS);
	fputs("</td>", page->out);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		fprintf(page->out, "<td class=\"n\">%" PRId64 "</td>",
			number_of(group, counts[i]));
	write_share(page, group);
	if (has_latency)
		write_quantiles(page, group);
	fputs("</tr>\n", page->out);
}

/* `first`, where there is one, stands before the members of `groups`. */
static void write_groups(struct page *page, const char *title,
			 const char *column, const struct figure *groups,
			 const struct figure *first)
{
	bool has_latency = !first && strcmp(column, "operation") == 0;
	size_t count = 0;

	if (!groups || !groups->first)
		return;
	fprintf(page->out,
		"<h3>%s</h3>\n<div class=\"wide\"><table><tr><th>%s</th>"
		"<th>count</th><th>ok</th><th>fail</th><th>info</th>"
		"<th>answered</th>%s</tr>\n",
		title, column,
		has_latency ? "<th>median</th><th>p95</th><th>p99</th>"
			      "<th>max</th>"
			    : "");
	if (first)
		write_row(page, first, "none", false);
	for (const struct figure *group = groups->first;
	     group && count < ROWS_SHOWN; group = group->next, count++)
		write_row(page, group, group->name, has_latency);
	fputs("</table></div>\n", page->out);
}

static void write_errors(struct page *page, const struct figure *errors)
{
	if (!errors || !errors->first)
		return;
	fputs("<h3>Errors, the commonest</h3>\n<div class=\"wide\"><table>"
	      "<tr><th>count</th><th>error</th></tr>\n",
	      page->out);
	for (const struct figure *e = errors->first; e; e = e->next) {
		const struct figure *text = figure_find(e, "error");

		fprintf(page->out,
			"<tr><td class=\"n\">%" PRId64 "</td>"
			"<td class=\"text\">",
			number_of(e, "count"));
		if (text && text->kind == FIGURE_TEXT)
			html_escape_cut(page, text->text, TEXT_POINTS);
		fputs("</td></tr>\n", page->out);
	}
	fputs("</table></div>\n", page->out);
}

void html_figures(struct page *page)
{
	const struct figure *stats = stats_of(page);

	if (!stats || page->chronicle.client_count == 0)
		return;
	fputs("<section id=\"figures\"><h2>Figures</h2>\n", page->out);
	write_groups(page, "By operation, in the whole run", "operation",
		     figure_find(stats, "by_f"), NULL);
	write_groups(page, "While a fault was in force", "fault",
		     figure_find(stats, "during_fault"),
		     figure_find(stats, "without_fault"));
	write_groups(page, "By node, in the main phase", "node",
		     figure_find(stats, "by_node"), NULL);
	write_errors(page, figure_find(stats, "errors"));
	fputs("</section>\n", page->out);
}

void html_notes(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;

	if (chronicle->note_count == 0)
		return;
	fputs("<section id=\"findings\"><h2>Findings</h2>\n"
	      "<div class=\"wide\"><table><tr><th>what</th><th>node</th>"
	      "<th>text</th></tr>\n",
	      page->out);
	for (size_t i = 0; i < chronicle->note_count && i < ROWS_SHOWN; i++) {
		const struct note *note = &chronicle->notes[i];

		fputs("<tr><td>", page->out);
		html_escape_cut(page, note->kind, TEXT_POINTS);
		fputs("</td><td>", page->out);
		html_escape_cut(page, note->node, TEXT_POINTS);
		fputs("</td><td class=\"text\">", page->out);
		html_escape(page, note->text);
		fputs("</td></tr>\n", page->out);
	}
	fputs("</table></div>\n", page->out);
	if (chronicle->note_count > ROWS_SHOWN)
		fprintf(page->out, "<p>and %zu more</p>\n",
			chronicle->note_count - ROWS_SHOWN);
	fputs("</section>\n", page->out);
}
