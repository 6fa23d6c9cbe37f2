/* SPDX-License-Identifier: MIT */
/* Which consistency levels stand and which are broken, where a checker says
 * so; and whatever else checkers found out. */
#include <stdlib.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/json.h"

#define LEVELS_SHOWN 60
#define FIGURES_POINTS 8000

static void write_levels(struct page *page, const char *label,
			 const struct figure *levels, const char *class)
{
	size_t count = 0;

	if (!levels || levels->kind != FIGURE_LIST || !levels->first)
		return;
	fprintf(page->out, "<tr><td>%s</td><td class=\"text\">", label);
	for (const struct figure *level = levels->first;
	     level && count < LEVELS_SHOWN; level = level->next) {
		if (level->kind != FIGURE_TEXT || !level->text)
			continue;
		fprintf(page->out, "%s<span class=\"chip %s\">",
			count++ ? " " : "", class);
		html_escape_cut(page, level->text, 60);
		fputs("</span>", page->out);
	}
	fputs("</td></tr>\n", page->out);
}

static void write_model(struct page *page, const struct figure *figures)
{
	const struct figure *model = figure_find(figures, "model");

	if (!model || model->kind != FIGURE_TEXT)
		return;
	fputs("<tr><td>asked for</td><td class=\"text\">", page->out);
	html_escape_cut(page, model->text, 60);
	fputs("</td></tr>\n", page->out);
}

static void write_profile(struct page *page, const struct figure *figures)
{
	fputs("<section id=\"profile\"><h2>Consistency</h2>\n"
	      "<div class=\"wide\"><table>\n",
	      page->out);
	write_model(page, figures);
	write_levels(page, "strongest that stand",
		     figure_find(figures, "strongest"), "valid");
	write_levels(page, "broken", figure_find(figures, "not"), "invalid");
	write_levels(page, "and so broken too",
		     figure_find(figures, "also_not"), "invalid");
	fputs("</table></div></section>\n", page->out);
}

void html_profile(struct page *page)
{
	const struct judgement *judgement = page->judgement;

	for (size_t i = 0; i < judgement->count; i++) {
		const struct figure *figures =
			&judgement->judged[i].verdict.figures;

		if (figure_find(figures, "strongest"))
			write_profile(page, figures);
	}
}

void html_checker_figures(struct page *page, const struct judged *judged)
{
	json_t *json;
	char *text;

	/* Those of stats have tables. */
	if (!judged->verdict.figures.first ||
	    strcmp(judged->checker->name, "stats") == 0)
		return;
	json = json_figure(&judged->verdict.figures);
	text = json_pretty(json);
	fprintf(page->out, "<details><summary>what %s counted</summary><pre>",
		judged->checker->name);
	html_escape_cut(page, text, FIGURES_POINTS);
	fputs("</pre></details>\n", page->out);
	free(text);
	json_decref(json);
}
