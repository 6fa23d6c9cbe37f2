/* SPDX-License-Identifier: MIT */
/* Availability of each node over time. */
#include "harness/report/plot.h"

#define WINDOWS_WANTED 100
#define NODES_MAX 32
#define LEVELS 4

struct nodes {
	const struct history *history;
	struct windows windows;
	const char *names[NODES_MAX];
	struct value values[NODES_MAX];
	size_t count;
	uint32_t *asked; /* node * windows.count + window */
	uint32_t *answered;
};

/* NODES_MAX where it is one too many, or no text. */
static size_t node_number(struct nodes *nodes, struct value node)
{
	const struct values *values = nodes->history->values;
	size_t i = 0;

	if (value_kind(values, node) != VALUE_STRING)
		return NODES_MAX;
	while (i < nodes->count && !value_equal(nodes->values[i], node))
		i++;
	if (i == nodes->count && i < NODES_MAX) {
		nodes->values[i] = node;
		nodes->names[i] = value_as_string(values, node, NULL);
		nodes->count++;
	}
	return i;
}

/* ok, or a refusal that is an answer: a cas that found another value. */
static bool is_answered(const struct op *op)
{
	return op->outcome == OUTCOME_OK ||
	       (op->outcome == OUTCOME_FAIL && op->f == VERB_CAS);
}

static void count_all(struct nodes *nodes)
{
	const struct history *history = nodes->history;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		size_t node, at;

		if (!op_is_client(op) || op->invoke_ns < 0)
			continue;
		node = node_number(nodes, op->node);
		if (node == NODES_MAX)
			continue;
		at = node * nodes->windows.count +
		     windows_at(&nodes->windows, op->invoke_ns);
		nodes->asked[at]++;
		nodes->answered[at] += is_answered(op);
	}
}

/* 0: all were answered; LEVELS: none; LEVELS + 1: nobody asked. */
static unsigned level_of(const struct nodes *nodes, size_t at)
{
	uint32_t asked = nodes->asked[at];
	uint32_t missing = asked - nodes->answered[at];

	if (asked == 0)
		return LEVELS + 1;
	if (missing == 0)
		return 0;
	return missing == asked ? LEVELS
				: 1 + (unsigned)((uint64_t)missing *
						 (LEVELS - 1) / asked);
}

/* Neighbours that look the same are one. */
static void draw_node(const struct plot *plot, const struct nodes *nodes,
		      size_t node)
{
	size_t count = nodes->windows.count;
	size_t start = 0;

	for (size_t i = 1; i <= count; i++) {
		unsigned level = level_of(nodes, node * count + start);
		double x, end;

		if (i < count && level_of(nodes, node * count + i) == level)
			continue;
		x = plot_x(plot,
			   nodes->windows.start_ns +
				   (int64_t)start * nodes->windows.length_ns);
		end = plot_x(plot,
			     nodes->windows.start_ns +
				     (int64_t)i * nodes->windows.length_ns);
		if (level <= LEVELS)
			fprintf(plot->out,
				"<rect class=\"level l%u\" x=\"%.1f\" "
				"y=\"%zu\" width=\"%.1f\" height=\"%d\"/>\n",
				level, x, node * PLOT_ROW_HEIGHT + 5, end - x,
				PLOT_ROW_HEIGHT - 10);
		start = i;
	}
}

void plot_nodes(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle)
{
	struct arena arena = { 0 };
	struct nodes nodes = { .history = history };
	struct plot plot = {
		.paper = paper,
		.out = paper->out,
		.arena = &arena,
		.chronicle = chronicle,
		.title = "Answers by node",
		.rows = nodes.names,
	};

	if (!history || !chronicle->has_times)
		return;
	windows_init(&nodes.windows, chronicle, WINDOWS_WANTED);
	nodes.asked = arena_array(&arena, NODES_MAX * nodes.windows.count,
				  sizeof(*nodes.asked));
	nodes.answered = arena_array(&arena, NODES_MAX * nodes.windows.count,
				     sizeof(*nodes.answered));
	count_all(&nodes);
	plot.row_count = nodes.count;
	if (nodes.count > 0) {
		plot_open(&plot);
		plot_legend_begin(&plot);
		plot_legend_item(&plot, "l0", "all answered");
		plot_legend_item(&plot, "l2", "some");
		plot_legend_item(&plot, "l4", "none");
		plot_legend_end(&plot);
		plot_draw(&plot);
		for (size_t i = 0; i < nodes.count; i++)
			draw_node(&plot, &nodes, i);
		plot_close(&plot);
	}
	arena_release(&arena);
}
