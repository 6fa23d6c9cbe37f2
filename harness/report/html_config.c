/* SPDX-License-Identifier: MIT */
/* How the run was made, and how to make it again. */
#include "harness/report/html_private.h"
#include "harness/report/json.h"

#include <stdlib.h>

#define CONFIG_POINTS 100000

/* A row of the short table; a member that is no text is left out. */
static void write_member(struct page *page, const json_t *object,
			 const char *name, const char *label)
{
	const json_t *member = json_object_get(object, name);

	if (!json_is_string(member))
		return;
	fprintf(page->out, "<tr><td>%s</td><td class=\"text\">", label);
	html_escape_cut(page, json_string_value(member), 200);
	fputs("</td></tr>\n", page->out);
}

static void write_versions(struct page *page)
{
	json_t *versions = json_object_get(page->config, "versions");
	const char *name;
	json_t *version;

	json_object_foreach(versions, name, version)
	{
		if (!json_is_string(version))
			continue;
		fputs("<tr><td>", page->out);
		html_escape_cut(page, name, 100);
		fputs("</td><td class=\"text\">", page->out);
		html_escape_cut(page, json_string_value(version), 200);
		fputs("</td></tr>\n", page->out);
	}
}

static void write_again(struct page *page)
{
	fputs("<h3>Again</h3>\n<pre>", page->out);
	fputs("ordeal run RUNS/", page->out);
	html_escape(page, page->name);
	fputs("/config.json    # the same test\nordeal check ", page->out);
	html_escape(page, page->name);
	fputs("    # judge the same history\nordeal audit ", page->out);
	html_escape(page, page->name);
	fputs("    # is it as it was recorded?</pre>\n<p class=\"dim\">RUNS is "
	      "where runs are kept: results/runs, or what --store says.</p>\n",
	      page->out);
}

void html_config(struct page *page)
{
	if (!page->config)
		return;
	fputs("<section id=\"config\"><h2>Configuration</h2>\n"
	      "<div class=\"wide\"><table>\n",
	      page->out);
	write_member(page, page->config, "seed", "seed");
	write_member(page, page->config, "time-limit", "time limit");
	write_member(page, page->config, "concurrency", "clients");
	write_member(page, page->config, "rate", "rate");
	write_versions(page);
	fputs("</table></div>\n", page->out);
	write_again(page);
	fputs("<details><summary>all of config.json</summary><pre>", page->out);
	html_escape_cut(page, page->config_text, CONFIG_POINTS);
	fputs("</pre></details></section>\n", page->out);
}
