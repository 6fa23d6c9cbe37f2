/* SPDX-License-Identifier: MIT */
/* A cycle of transactions as a graph: who has to come before whom, and why. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/picture_frame.h"
#include "harness/report/text.h"

#define NODES_MAX 16
#define WIDTH 460.0
#define HEIGHT 300.0
#define NODE_RADIUS 24.0
#define BEND 34.0 /* how far an edge bows out */
#define LABEL_POINTS 20

struct point {
	double x;
	double y;
};

/* Edges lead from each node to the next, the last one back to the first. */
struct cycle {
	const struct figure *edges[NODES_MAX];
	struct point places[NODES_MAX];
	size_t count;
	double height;
};

static int64_t number_of(const struct figure *edge, const char *name)
{
	const struct figure *member = figure_find(edge, name);

	return member && member->kind == FIGURE_INT ? member->number : -1;
}

static const char *text_of(const struct figure *edge, const char *name)
{
	const struct figure *member = figure_find(edge, name);

	return member && member->kind == FIGURE_TEXT && member->text
		       ? member->text
		       : "";
}

/* False when the figures are no cycle, or one too long to draw. */
static bool take_cycle(struct cycle *cycle, const struct anomaly *anomaly)
{
	const struct figure *list = figure_find(&anomaly->figures, "cycle");
	const struct figure *edge;

	cycle->count = 0;
	if (!list || list->kind != FIGURE_LIST)
		return false;
	for (edge = list->first; edge; edge = edge->next) {
		if (edge->kind != FIGURE_GROUP || cycle->count == NODES_MAX ||
		    number_of(edge, "from") < 0)
			return false;
		cycle->edges[cycle->count++] = edge;
	}
	return cycle->count >= 2;
}

static void place_nodes(struct cycle *cycle)
{
	double count = (double)cycle->count;
	double start = cycle->count == 2 ? 180 : -90;

	cycle->height = cycle->count == 2 ? HEIGHT / 2 : HEIGHT;

	for (size_t i = 0; i < cycle->count; i++) {
		double angle = (start + 360 * (double)i / count) *
			       3.14159265358979 / 180;

		cycle->places[i] = (struct point){
			WIDTH / 2 + cos(angle) * (WIDTH / 2 - 80),
			cycle->height / 2 +
				sin(angle) * (cycle->height / 2 - 50),
		};
	}
}

static struct point towards(struct point from, struct point to, double length)
{
	double x = to.x - from.x;
	double y = to.y - from.y;
	double distance = fmax(hypot(x, y), 1);

	return (struct point){ from.x + x / distance * length,
			       from.y + y / distance * length };
}

static void draw_edge(struct page *page, const struct cycle *cycle, size_t i)
{
	const struct figure *edge = cycle->edges[i];
	struct point from = cycle->places[i];
	struct point to = cycle->places[(i + 1) % cycle->count];
	struct point middle = { (from.x + to.x) / 2, (from.y + to.y) / 2 };
	double distance = fmax(hypot(to.x - from.x, to.y - from.y), 1);
	double bend = cycle->count == 2 ? 2.4 * BEND : BEND;
	struct point bow = {
		middle.x + (to.y - from.y) / distance * bend,
		middle.y - (to.x - from.x) / distance * bend,
	};
	struct point start = towards(from, bow, NODE_RADIUS + 2);
	struct point end = towards(to, bow, NODE_RADIUS + 9);
	const char *type = text_of(edge, "type");
	const char *key = text_of(edge, "key");

	fprintf(page->out,
		"<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M%.1f "
		"%.1fQ%.1f %.1f %.1f %.1f\"><title>",
		start.x, start.y, bow.x, bow.y, end.x, end.y);
	html_escape_cut(page, text_of(edge, "because"), 1000);
	fprintf(page->out,
		"</title></path>\n<text class=\"edge-label\" x=\"%.1f\" "
		"y=\"%.1f\" text-anchor=\"middle\">",
		(middle.x + bow.x) / 2, (middle.y + bow.y) / 2 + 5);
	html_escape_cut(page, type, LABEL_POINTS);
	if (*key) {
		fputs(" <tspan class=\"key\">", page->out);
		html_escape_cut(page, key, LABEL_POINTS);
		fputs("</tspan>", page->out);
	}
	fputs("</text>\n", page->out);
}

static void draw_node(struct page *page, const struct cycle *cycle, size_t i)
{
	struct point place = cycle->places[i];
	double below = place.y > cycle->height / 2 - 1 ? 1 : -1;

	fprintf(page->out,
		"<circle class=\"node\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.0f\"/>"
		"<text class=\"name mid\" x=\"%.1f\" y=\"%.1f\" "
		"text-anchor=\"middle\">T%zu</text>"
		"<text class=\"dim\" x=\"%.1f\" y=\"%.1f\" "
		"text-anchor=\"middle\">%" PRId64 "</text>\n",
		place.x, place.y, NODE_RADIUS, place.x, place.y + 5, i + 1,
		place.x, place.y + below * (NODE_RADIUS + 11) + 5,
		number_of(cycle->edges[i], "from"));
}

static void draw_cycle(struct page *page, const struct cycle *cycle)
{
	fputs("<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" "
	      "refX=\"2\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
	      "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
	      page->out);
	for (size_t i = 0; i < cycle->count; i++)
		draw_edge(page, cycle, i);
	for (size_t i = 0; i < cycle->count; i++)
		draw_node(page, cycle, i);
}

int html_cycle_picture(struct page *page, const struct anomaly *anomaly, int y)
{
	struct cycle cycle;

	if (!take_cycle(&cycle, anomaly))
		return 0;
	place_nodes(&cycle);
	if (page->out) {
		fprintf(page->out, "<g transform=\"translate(%.0f %d)\">\n",
			(PICTURE_WIDTH - WIDTH) / 2, y);
		draw_cycle(page, &cycle);
		fputs("</g>\n", page->out);
	}
	return (int)cycle.height;
}

void html_cycle(struct page *page, const struct anomaly *anomaly)
{
	struct cycle cycle;

	if (!take_cycle(&cycle, anomaly))
		return;
	place_nodes(&cycle);
	fprintf(page->out,
		"<figure class=\"cycle\"><svg role=\"img\" "
		"viewBox=\"0 0 %.0f %.0f\"><title>cycle of %zu transactions"
		"</title>",
		WIDTH, cycle.height, cycle.count);
	draw_cycle(page, &cycle);
	fputs("</svg><figcaption>an arrow leads to what has to come later; "
	      "below each transaction, its index</figcaption></figure>\n",
	      page->out);
}
