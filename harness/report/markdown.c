/* SPDX-License-Identifier: MIT */
/* A Markdown summary, for the page of a step in a pipeline. */
#include <stdlib.h>

#include "harness/report/outputs_private.h"
#include "harness/report/text.h"

#define ANOMALIES_SHOWN 5
#define REASON_POINTS 300

void markdown_open(struct markdown *markdown)
{
	*markdown = (struct markdown){ .troubles = 0 };
	markdown->out = open_memstream(&markdown->text, &markdown->length);
	if (!markdown->out)
		abort();
}

/* An indented block is shown as it stands, whatever is in it. */
static void add_block(struct markdown *markdown, const char *text,
		      struct arena *arena)
{
	fputs("\n    ", markdown->out);
	for (const char *c = text_shown(arena, text, true); *c; c++) {
		fputc(*c, markdown->out);
		if (*c == '\n')
			fputs("    ", markdown->out);
	}
	fputc('\n', markdown->out);
}

static void add_anomalies(struct markdown *markdown,
			  const struct judged *judged,
			  const struct history *history, struct arena *arena)
{
	const struct anomaly *anomaly = judged->verdict.anomalies;

	for (size_t i = 0; anomaly && i < ANOMALIES_SHOWN; i++) {
		fprintf(markdown->out, "\n**%s** (%s)\n",
			text_markdown(arena, anomaly->name),
			text_markdown(arena, judged->checker->name));
		add_block(markdown, anomaly_in_full(anomaly, history, arena),
			  arena);
		anomaly = anomaly->next;
	}
	if (anomaly)
		fprintf(markdown->out, "\n%zu anomalies more.\n",
			judged->verdict.anomaly_count - ANOMALIES_SHOWN);
}

static void add_judgement(struct markdown *markdown,
			  const struct output_case *judged, struct arena *arena)
{
	const struct judgement *judgement = judged->judgement;

	fprintf(markdown->out,
		"%s\n\n| checker | verdict | why |\n"
		"| --- | --- | --- |\n",
		text_markdown(arena, judgement->reason));
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *one = &judgement->judged[i];
		const char *reason =
			text_cut(arena, one->verdict.reason, REASON_POINTS);

		fprintf(markdown->out, "| %s | %s | %s |\n",
			text_markdown(arena, one->checker->name),
			verdict_kind_name(one->verdict.kind),
			text_markdown(arena, reason));
	}
	for (size_t i = 0; i < judgement->count; i++)
		add_anomalies(markdown, &judgement->judged[i], judged->history,
			      arena);
}

void markdown_add(struct markdown *markdown, const struct output_case *judged)
{
	const struct judgement *judgement = judged->judgement;
	struct arena arena = { 0 };

	fprintf(markdown->out, "\n### %s: %s\n\n",
		text_markdown(&arena, judged->name),
		judgement ? verdict_kind_name(judgement->kind) : "error");
	if (judgement) {
		markdown->kinds[judgement->kind]++;
		add_judgement(markdown, judged, &arena);
	} else {
		markdown->troubles++;
		fprintf(markdown->out, "%s\n",
			text_markdown(&arena, judged->error));
	}
	arena_release(&arena);
}

char *markdown_text(struct markdown *markdown)
{
	char *whole = NULL;
	size_t length;
	FILE *out = open_memstream(&whole, &length);

	fclose(markdown->out);
	if (!out)
		abort();
	fprintf(out,
		"## ordeal: %zu valid, %zu invalid, %zu unknown, %zu not "
		"judged\n%s",
		markdown->kinds[VERDICT_VALID],
		markdown->kinds[VERDICT_INVALID],
		markdown->kinds[VERDICT_UNKNOWN], markdown->troubles,
		markdown->text);
	fclose(out);
	free(markdown->text);
	return whole;
}
