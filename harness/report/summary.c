/* SPDX-License-Identifier: MIT */
#include "harness/report/summary.h"

#include <inttypes.h>
#include <string.h>

#include "harness/report/results.h"
#include "harness/report/text.h"

#define ANOMALIES_SHOWN 3
#define EVIDENCE_SHOWN 16
#define REASON_POINTS 160

/* What a summary is made with. */
struct page {
	FILE *out;
	const struct summary_style *style;
	const struct history *history;
	struct arena arena;
};

static const char *kind_colour(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_VALID:
		return "\x1b[1;32m";
	case VERDICT_INVALID:
		return "\x1b[1;31m";
	case VERDICT_UNKNOWN:
		break;
	}
	return "\x1b[1;33m";
}

static void coloured(struct page *page, const char *colour, const char *text)
{
	bool colour_on = page->style->colour;

	fprintf(page->out, "%s%s%s", colour_on ? colour : "", text,
		colour_on ? "\x1b[0m" : "");
}

static void print_kind(struct page *page, enum verdict_kind kind, int width)
{
	const char *name = verdict_kind_name(kind);
	int pad = width - (int)strlen(name);

	coloured(page, kind_colour(kind), name);
	fprintf(page->out, "%*s", pad > 0 ? pad : 0, "");
}

static void print_table(struct page *page, const struct judgement *judgement)
{
	int width = 7;

	for (size_t i = 0; i < judgement->count; i++) {
		int length = (int)strlen(judgement->judged[i].checker->name);

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];
		const char *reason =
			text_shown(&page->arena, judged->verdict.reason, false);

		fprintf(page->out, "  %-*s  ", width, judged->checker->name);
		print_kind(page, judged->verdict.kind, 9);
		fprintf(page->out, "%s\n",
			text_cut(&page->arena, reason, REASON_POINTS));
	}
}

static void print_indented(struct page *page, const char *text)
{
	const char *shown = text_shown(&page->arena, text, true);

	while (*shown) {
		int length = (int)strcspn(shown, "\n");

		fprintf(page->out, "    %.*s\n", length, shown);
		shown += length + (shown[length] == '\n');
	}
}

static void print_evidence(struct page *page, const struct anomaly *anomaly)
{
	const struct history *history = page->history;

	for (size_t i = 0; history && i < anomaly->evidence_count; i++) {
		const struct evidence *evidence = &anomaly->evidence[i];
		const struct op *op = &history->ops[evidence->op];
		const char *text = op_text(history, evidence->op, &page->arena);

		if (i == EVIDENCE_SHOWN) {
			fprintf(page->out, "    ... and %zu operations more\n",
				anomaly->evidence_count - i);
			return;
		}
		fprintf(page->out, "    [%" PRIu64 "] %s\n",
			history_index(history, op->invoke),
			text_cut(&page->arena,
				 text_shown(&page->arena, text, false),
				 REASON_POINTS));
		if (evidence->role && *evidence->role)
			fprintf(page->out, "        %s\n",
				text_shown(&page->arena, evidence->role,
					   false));
	}
}

static void print_anomaly(struct page *page, const struct judged *judged,
			  const struct anomaly *anomaly)
{
	fputc('\n', page->out);
	coloured(page, "\x1b[1m",
		 text_shown(&page->arena, anomaly->name, false));
	fprintf(page->out, " (found by %s)\n", judged->checker->name);
	print_indented(page, anomaly->text);
	/* A story names its operations itself. */
	if (anomaly->story)
		print_indented(page, anomaly->story);
	else
		print_evidence(page, anomaly);
}

static void print_anomalies(struct page *page,
			    const struct judgement *judgement)
{
	size_t shown_max = page->style->anomalies_max
				   ? page->style->anomalies_max
				   : ANOMALIES_SHOWN;
	size_t shown = 0;
	size_t total = 0;

	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];
		const struct anomaly *anomaly = judged->verdict.anomalies;

		total += judged->verdict.anomaly_count;
		for (; anomaly && shown < shown_max; shown++) {
			print_anomaly(page, judged, anomaly);
			anomaly = anomaly->next;
		}
	}
	if (total > shown)
		fprintf(page->out, "\n%zu anomalies more are in the results\n",
			total - shown);
}

void summary_print(FILE *out, const struct judgement *judgement,
		   const struct history *history,
		   const struct summary_style *style)
{
	struct page page = { .out = out, .style = style, .history = history };
	const char *reason = judgement->reason ? judgement->reason : "";

	print_kind(&page, judgement->kind, 0);
	fprintf(out, ": %s\n\n", text_shown(&page.arena, reason, false));
	print_table(&page, judgement);
	print_anomalies(&page, judgement);
	if (style->results)
		fprintf(out, "\nresults: %s\n",
			text_shown(&page.arena, style->results, false));
	arena_release(&page.arena);
}
