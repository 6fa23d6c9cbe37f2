/* SPDX-License-Identifier: MIT */
/* How far clocks were off, as the fault `clock` tells it: see
 * results/README.md. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/report/plot.h"

#define NODES_MAX 32
#define POINTS_MAX 20000 /* of a node */
#define SWINGS_MAX 400	 /* of a strobe: more are one to the eye */

/* A clock as it is known to go from `since_ns` on. */
struct clock_line {
	struct value node;
	const char *name;
	int64_t *times;
	double *offsets; /* in nanoseconds */
	size_t count;
	int64_t since_ns;
	double offset;
	double rate; /* nanoseconds a nanosecond */
	int64_t period_ns;
};

struct clocks {
	const struct history *history;
	struct arena *arena;
	int64_t start_ns;
	struct clock_line lines[NODES_MAX];
	size_t count;
	bool is_off; /* some clock, ever */
};

static void add_point(struct clocks *clocks, struct clock_line *line,
		      int64_t time_ns, double offset)
{
	if (line->count == POINTS_MAX)
		return;
	clocks->is_off = clocks->is_off || fabs(offset) > 0;
	line->times[line->count] = time_ns;
	line->offsets[line->count++] = offset;
}

static struct clock_line *line_of(struct clocks *clocks, struct value node)
{
	const struct values *values = clocks->history->values;
	struct clock_line *line = clocks->lines;
	size_t i = 0;

	while (i < clocks->count && !value_equal(line[i].node, node))
		i++;
	if (i == NODES_MAX || value_kind(values, node) != VALUE_STRING)
		return NULL;
	line += i;
	if (i == clocks->count) {
		clocks->count++;
		line->node = node;
		line->name = value_as_string(values, node, NULL);
		line->times = arena_array(clocks->arena, POINTS_MAX,
					  sizeof(*line->times));
		line->offsets = arena_array(clocks->arena, POINTS_MAX,
					    sizeof(*line->offsets));
		line->since_ns = clocks->start_ns;
		add_point(clocks, line, clocks->start_ns, 0);
	}
	return line;
}

/* As it must have gone since it was last looked at. */
static void go_on(struct clocks *clocks, struct clock_line *line,
		  int64_t time_ns)
{
	double length = (double)(time_ns - line->since_ns);
	double swings;

	if (line->period_ns > 0) {
		swings = fmin(length / (double)line->period_ns, SWINGS_MAX);
		for (int i = 1; i < (int)swings; i++) {
			int64_t at =
				line->since_ns + (int64_t)(length * i / swings);

			add_point(clocks, line, at, i % 2 ? line->offset : 0);
			add_point(clocks, line, at, i % 2 ? 0 : line->offset);
		}
	} else {
		add_point(clocks, line, time_ns,
			  line->offset + line->rate * length);
	}
}

/* False for what is no number. */
static bool number_of(const struct clocks *clocks, struct value map,
		      const char *name, double *number)
{
	const struct values *values = clocks->history->values;
	struct value value = chronicle_member(clocks->history, map, name);

	if (value_kind(values, value) != VALUE_INT)
		return false;
	*number = (double)value_as_int(values, value);
	return true;
}

/* Calls `take` for each node that the member tells of. */
static void each_node(struct clocks *clocks, struct value said,
		      const char *member, int64_t time_ns,
		      void (*take)(struct clocks *clocks,
				   struct clock_line *line, struct value told,
				   int64_t time_ns))
{
	const struct values *values = clocks->history->values;
	struct value map = chronicle_member(clocks->history, said, member);
	struct value *keys, *contents;
	size_t count;

	if (value_kind(values, map) != VALUE_MAP)
		return;
	count = value_map_length(values, map);
	keys = arena_array(clocks->arena, count, sizeof(*keys));
	contents = arena_array(clocks->arena, count, sizeof(*contents));
	value_map_entries(values, map, keys, contents);
	for (size_t i = 0; i < count; i++) {
		struct clock_line *line = line_of(clocks, keys[i]);

		if (line)
			take(clocks, line, contents[i], time_ns);
	}
}

static void take_look(struct clocks *clocks, struct clock_line *line,
		      struct value told, int64_t time_ns)
{
	double offset;

	if (!number_of(clocks, told, "observed-ns", &offset) &&
	    !number_of(clocks, told, "requested-ns", &offset))
		return;
	go_on(clocks, line, time_ns);
	add_point(clocks, line, time_ns, offset);
	line->since_ns = time_ns;
	line->offset = offset;
	line->rate = 0;
	line->period_ns = 0;
}

/* Comes after the look of the same entry. */
static void take_skew(struct clocks *clocks, struct clock_line *line,
		      struct value told, int64_t time_ns)
{
	double number;

	if (number_of(clocks, told, "rate-ppb", &number))
		line->rate = number / 1e9;
	if (number_of(clocks, told, "period-ns", &number) && number > 0) {
		line->period_ns = (int64_t)fmin(number, 1e18);
		if (number_of(clocks, told, "offset-ns", &number))
			line->offset = number;
	}
	(void)time_ns;
}

static void read_all(struct clocks *clocks)
{
	const struct history *history = clocks->history;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct value said;

		if (op_is_client(op) || op->invoke_ns < 0 ||
		    strcmp(history_f_name(history, op->f), "clock") != 0)
			continue;
		said = chronicle_said(history, op);
		each_node(clocks, said, "clocks-before", op->invoke_ns,
			  take_look);
		each_node(clocks, said, "clocks", op->invoke_ns, take_look);
		each_node(clocks, said, "skew", op->invoke_ns, take_skew);
	}
}

/* Round ends around all offsets and 0. */
static void find_range(const struct clocks *clocks, struct plot *plot)
{
	for (size_t n = 0; n < clocks->count; n++) {
		const struct clock_line *line = &clocks->lines[n];

		for (size_t i = 0; i < line->count; i++) {
			plot->low = fmin(plot->low, line->offsets[i]);
			plot->high = fmax(plot->high, line->offsets[i]);
		}
	}
	for (int pass = 0; pass < 2; pass++) {
		double step = plot_nice((plot->high - plot->low) / 5);

		plot->low = floor(plot->low / step) * step;
		plot->high = ceil(plot->high / step) * step;
	}
}

static void draw_line(const struct plot *plot, const struct clock_line *line,
		      size_t number)
{
	fprintf(plot->out, "<path class=\"line o%zu\" d=\"", number % 6);
	for (size_t i = 0; i < line->count; i++)
		fprintf(plot->out, "%c%.1f %.1f", i ? 'L' : 'M',
			plot_x(plot, line->times[i]),
			plot_y(plot, line->offsets[i]));
	fputs("\"/>\n", plot->out);
}

static void draw_all(const struct plot *plot, const struct clocks *clocks)
{
	plot_open(plot);
	plot_legend_begin(plot);
	for (size_t i = 0; i < clocks->count; i++)
		plot_legend_item(plot, arena_printf(plot->arena, "o%zu", i % 6),
				 clocks->lines[i].name);
	plot_legend_end(plot);
	plot_draw(plot);
	for (size_t i = 0; i < clocks->count; i++)
		draw_line(plot, &clocks->lines[i], i);
	plot_close(plot);
}

void plot_clocks(const struct plot_paper *paper, const struct history *history,
		 const struct chronicle *chronicle)
{
	struct arena arena = { 0 };
	struct clocks clocks = {
		.history = history,
		.arena = &arena,
		.start_ns = chronicle->start_ns,
	};
	struct plot plot = {
		.paper = paper,
		.out = paper->out,
		.arena = &arena,
		.chronicle = chronicle,
		.title = "Clock offsets",
		.is_time = true,
	};

	if (!history || !chronicle->has_times)
		return;
	read_all(&clocks);
	for (size_t i = 0; i < clocks.count; i++)
		go_on(&clocks, &clocks.lines[i], chronicle->end_ns);
	if (clocks.is_off) {
		find_range(&clocks, &plot);
		draw_all(&plot, &clocks);
	}
	arena_release(&arena);
}
