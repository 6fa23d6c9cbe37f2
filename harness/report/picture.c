/* SPDX-License-Identifier: MIT */
#include "harness/report/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/report/html_private.h"
#include "harness/report/json.h"
#include "harness/report/picture_frame.h"
#include "harness/report/plot.h"
#include "harness/report/text.h"

#define ANOMALIES_MAX 50
#define NAMES_MAX 512 /* of files */
#define NAME_LENGTH 48
#define SENTENCE_POINTS 560
#define LINE_POINTS 150
#define LINE_HEIGHT 18
#define SENTENCE_Y 54

struct pictures {
	const char *folder;
	struct arena arena;
	FILE *out;
	char *text; /* all pictures so far; the newest begins at `start` */
	size_t length;
	size_t start;
	const char *names[NAMES_MAX];
	size_t count;
	bool has_failed;
	struct error *err; /* of the first that failed */
};

/* "Latency of read" as "latency-of-read": nothing but a-z, 0-9, -, whatever
 * the history calls its operations. */
static const char *plain_name(struct arena *arena, const char *title)
{
	char name[NAME_LENGTH];
	size_t length = 0;

	for (; *title && length < sizeof(name) - 1; title++) {
		char c = *title;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			name[length++] = c;
		else if (length > 0 && name[length - 1] != '-')
			name[length++] = '-';
	}
	while (length > 0 && name[length - 1] == '-')
		length--;
	name[length] = '\0';
	return arena_strdup(arena, length > 0 ? name : "picture");
}

static bool is_taken(const struct pictures *pictures, const char *name)
{
	for (size_t i = 0; i < pictures->count; i++) {
		if (strcmp(pictures->names[i], name) == 0)
			return true;
	}
	return false;
}

static const char *free_name(struct pictures *pictures, const char *title)
{
	const char *plain = plain_name(&pictures->arena, title);
	const char *name = plain;

	for (int i = 2; is_taken(pictures, name); i++)
		name = arena_printf(&pictures->arena, "%s-%d", plain, i);
	return name;
}

/* What was written since the last one is a picture. */
static void end_picture(void *context, const char *title)
{
	struct pictures *pictures = context;
	const char *name = free_name(pictures, title);
	const char *svg = arena_printf(&pictures->arena, "%s/%s.svg",
				       pictures->folder, name);
	size_t start = pictures->start;

	fflush(pictures->out);
	pictures->start = pictures->length;
	if (pictures->has_failed || pictures->count == NAMES_MAX)
		return;
	pictures->names[pictures->count++] = name;
	if (file_write_whole(svg, pictures->text + start,
			     pictures->length - start, pictures->err) != 0)
		pictures->has_failed = true;
}

/* A sentence in lines. Returns how many. */
static int write_sentence(struct page *page, const char *text)
{
	struct arena arena = { 0 };
	const char *at = text_cut(&arena, text_shown(&arena, text, false),
				  SENTENCE_POINTS);
	int lines = 0;

	while (*at) {
		size_t length = strlen(at);
		const char *line;

		if (length > LINE_POINTS) {
			length = LINE_POINTS;
			while (length > 0 && at[length] != ' ')
				length--;
			if (length == 0)
				length = strcspn(at, " ");
		}
		line = arena_strndup(&arena, at, length);
		if (page->out)
			fprintf(page->out,
				"<text x=\"%d\" y=\"%d\">%s</text>\n",
				PICTURE_MARGIN,
				SENTENCE_Y + lines * LINE_HEIGHT,
				text_xml(&arena, line));
		lines++;
		at += length;
		at += strspn(at, " ");
	}
	arena_release(&arena);
	return lines;
}

/* The picture's height; without `out` of the page nothing is drawn. */
static int write_anomaly(struct page *page, const struct anomaly *anomaly)
{
	int y = SENTENCE_Y + write_sentence(page, anomaly->text) * LINE_HEIGHT;
	int drawn = html_cycle_picture(page, anomaly, y);

	y += drawn > 0 ? drawn + LINE_HEIGHT : 0;
	return y + html_excerpt_picture(page, anomaly, y) + LINE_HEIGHT;
}

static void draw_anomaly(struct pictures *pictures, struct page *page,
			 const struct anomaly *anomaly, size_t number)
{
	const char *title = arena_printf(&page->arena, "anomaly %zu %s", number,
					 anomaly->name);
	int height;

	page->out = NULL;
	height = write_anomaly(page, anomaly);
	page->out = pictures->out;
	picture_open(page->out, anomaly->name, page->name, height);
	write_anomaly(page, anomaly);
	fputs("</svg>\n", page->out);
	end_picture(pictures, title);
}

static void draw_anomalies(struct pictures *pictures, struct page *page)
{
	size_t number = 0;

	for (size_t i = 0; i < page->judgement->count; i++) {
		const struct verdict *verdict =
			&page->judgement->judged[i].verdict;

		for (const struct anomaly *anomaly = verdict->anomalies;
		     anomaly && number < ANOMALIES_MAX; anomaly = anomaly->next)
			draw_anomaly(pictures, page, anomaly, ++number);
	}
}

static void draw_plots(struct pictures *pictures, struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;
	const struct plot_paper paper = {
		.out = pictures->out,
		.picture = end_picture,
		.context = pictures,
		.caption = page->name,
	};

	if (chronicle->client_count == 0 || !chronicle->has_times ||
	    chronicle->end_ns <= chronicle->start_ns)
		return;
	plot_rates(&paper, page->history, chronicle);
	plot_nodes(&paper, page->history, chronicle);
	plot_latencies(&paper, page->history, chronicle);
	plot_stale(&paper, page->history, chronicle);
	plot_clocks(&paper, page->history, chronicle);
}

static void convert_all(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->count && !pictures->has_failed; i++) {
		const char *path =
			arena_printf(&pictures->arena, "%s/%s",
				     pictures->folder, pictures->names[i]);

		if (picture_png(arena_printf(&pictures->arena, "%s.svg", path),
				arena_printf(&pictures->arena, "%s.png", path),
				pictures->err) != 0)
			pictures->has_failed = true;
	}
}

int pictures_write(const struct judgement *judgement,
		   const struct history *history, const char *name,
		   const char *folder, bool with_png, size_t *count,
		   struct error *err)
{
	struct pictures pictures = { .folder = folder, .err = err };
	struct page page = { .judgement = judgement, .history = history };

	*count = 0;
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return error_errno(err, "cannot make the folder %s", folder);
	pictures.out = open_memstream(&pictures.text, &pictures.length);
	if (!pictures.out)
		abort(); /* as elsewhere when memory is out */
	page.name = arena_printf(&page.arena, "%s: %s", name,
				 verdict_kind_name(judgement->kind));
	chronicle_read(&page.chronicle, history, &page.arena);
	draw_plots(&pictures, &page);
	draw_anomalies(&pictures, &page);
	fclose(pictures.out);
	*count = pictures.count;
	if (with_png)
		convert_all(&pictures);
	free(pictures.text);
	arena_release(&pictures.arena);
	arena_release(&page.arena);
	return pictures.has_failed ? -1 : 0;
}
