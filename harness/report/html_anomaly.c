/* SPDX-License-Identifier: MIT */
/* The anomalies of a page: sentence, drawing, story, operations. */
#include <inttypes.h>
#include <string.h>

#include "harness/report/explain.h"
#include "harness/report/html_private.h"
#include "harness/report/plot.h"
#include "harness/report/results.h"
#include "harness/report/text.h"

#define ANOMALIES_SHOWN 100
#define OPEN_MAX 4
#define NAMES_SHOWN 40
#define EVIDENCE_SHOWN 60
#define STORY_POINTS 20000
#define OPERATION_POINTS 400

static void write_operation(struct page *page, const struct evidence *evidence)
{
	const struct history *history = page->history;
	const struct op *op = &history->ops[evidence->op];
	uint64_t index = history_index(history, op->invoke);
	const char *outcome = html_outcome(history, op);
	struct arena arena = { 0 };

	fprintf(page->out,
		"<tr><td class=\"n\"><a class=\"op\" data-index=\"%" PRIu64
		"\">%" PRIu64 "</a></td><td class=\"n\">%s</td>"
		"<td><i class=\"%s\"></i>%s</td><td class=\"text\">",
		index, index,
		op->invoke_ns < 0 ? ""
				  : arena_printf(&arena, "%.3f s",
						 (double)op->invoke_ns / 1e9),
		outcome, outcome);
	html_escape_cut(page, op_text(history, evidence->op, &arena),
			OPERATION_POINTS);
	fputs("</td><td class=\"text\">", page->out);
	html_escape_cut(page, evidence->role, OPERATION_POINTS);
	fputs("</td></tr>\n", page->out);
	arena_release(&arena);
}

static void write_operations(struct page *page, const struct anomaly *anomaly)
{
	size_t count = anomaly->evidence_count;

	if (!page->history || count == 0)
		return;
	fprintf(page->out,
		"<details><summary>%zu operation%s</summary>"
		"<div class=\"wide\"><table><tr><th>index</th><th>time</th>"
		"<th>outcome</th><th>operation</th>"
		"<th>what it shows</th></tr>\n",
		count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count && i < EVIDENCE_SHOWN; i++)
		write_operation(page, &anomaly->evidence[i]);
	fputs("</table></div>\n", page->out);
	if (count > EVIDENCE_SHOWN)
		fprintf(page->out, "<p>and %zu more, in results.json</p>\n",
			count - EVIDENCE_SHOWN);
	fputs("</details>\n", page->out);
}

/* What the name means; the first words of the explanation. */
static void write_meaning(struct page *page, const struct anomaly *anomaly)
{
	const struct explanation *explanation = explanation_find(anomaly->name);

	if (!explanation || !explanation->meaning)
		return;
	fputs("<details><summary>What does ", page->out);
	html_escape(page, anomaly->name);
	fputs(" mean?</summary><p class=\"meaning\">", page->out);
	html_escape(page, explanation->meaning);
	fputs("</p>", page->out);
	if (explanation->rules_out) {
		fputs("<p class=\"meaning\">", page->out);
		html_escape(page, explanation->rules_out);
		fputs("</p>", page->out);
	}
	fputs("</details>\n", page->out);
}

/* The first of each name lies open, the others are folded. */
struct openings {
	const char *names[OPEN_MAX];
	size_t count;
};

static bool lies_open(struct openings *openings, const char *name)
{
	for (size_t i = 0; i < openings->count; i++) {
		if (strcmp(openings->names[i], name) == 0)
			return false;
	}
	if (openings->count == OPEN_MAX)
		return false;
	openings->names[openings->count++] = name;
	return true;
}

static void write_anomaly(struct page *page, const struct judged *judged,
			  const struct anomaly *anomaly, size_t number,
			  bool is_open)
{
	fprintf(page->out,
		"<details class=\"anomaly\" id=\"anomaly-%zu\"%s><summary><b>",
		number, is_open ? " open=\"open\"" : "");
	html_escape(page, anomaly->name);
	fprintf(page->out,
		"</b> <small class=\"dim\">found by %s</small><br/><span>",
		judged->checker->name);
	html_escape(page, anomaly->text);
	fputs("</span></summary>\n", page->out);
	html_cycle(page, anomaly);
	html_excerpt(page, anomaly);
	if (anomaly->story) {
		fputs("<pre>", page->out);
		html_escape_cut(page, anomaly->story, STORY_POINTS);
		fputs("</pre>\n", page->out);
	}
	write_operations(page, anomaly);
	write_meaning(page, anomaly);
	fputs("</details>\n", page->out);
}

/* "internal 40, lost-update 2": the names in order of appearance. */
static void write_counts(struct page *page)
{
	const struct judgement *judgement = page->judgement;
	struct {
		const char *name;
		size_t count;
	} names[NAMES_SHOWN];
	size_t count = 0;

	for (size_t i = 0; i < judgement->count; i++) {
		const struct anomaly *anomaly =
			judgement->judged[i].verdict.anomalies;

		for (; anomaly; anomaly = anomaly->next) {
			size_t n = 0;

			while (n < count &&
			       strcmp(names[n].name, anomaly->name) != 0)
				n++;
			if (n == NAMES_SHOWN)
				continue;
			if (n == count)
				names[count++].count = 0;
			names[n].name = anomaly->name;
			names[n].count++;
		}
	}
	fputs("<p class=\"dim\">", page->out);
	for (size_t n = 0; n < count; n++) {
		fputs(n ? ", " : "", page->out);
		html_escape(page, names[n].name);
		fprintf(page->out, " %zu", names[n].count);
	}
	fputs("</p>\n", page->out);
}

void html_anomalies(struct page *page)
{
	const struct judgement *judgement = page->judgement;
	struct openings openings = { .count = 0 };
	size_t shown = 0;
	size_t total = 0;

	for (size_t i = 0; i < judgement->count; i++)
		total += judgement->judged[i].verdict.anomaly_count;
	if (total == 0)
		return;
	fputs("<section id=\"anomalies\"><h2>Anomalies</h2>\n", page->out);
	write_counts(page);
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];
		const struct anomaly *anomaly = judged->verdict.anomalies;

		for (; anomaly && shown < ANOMALIES_SHOWN; shown++) {
			write_anomaly(page, judged, anomaly, shown,
				      lies_open(&openings, anomaly->name));
			anomaly = anomaly->next;
		}
	}
	if (total > shown)
		fprintf(page->out, "<p>%zu more are in results.json.</p>\n",
			total - shown);
	fputs("</section>\n", page->out);
}
