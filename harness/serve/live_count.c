/* SPDX-License-Identifier: MIT */
/* Counting operations as they complete. */
#include "harness/serve/live_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"

#define SECONDS_MAX ((size_t)7 * 24 * 3600)

const double live_bounds[LIVE_BUCKETS] = {
	0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
	0.1,	0.25,  0.5,    1,     2.5,  5,	   10,
};

void live_count_init(struct live_count *count)
{
	*count = (struct live_count){ .view = { .main_ns = -1 } };
}

void live_count_release(struct live_count *count)
{
	free(count->seconds);
	free(count->ops);
	live_count_init(count);
}

void live_text(const struct span *span, char *text, size_t size)
{
	json_t *json = span->text ? json_loadb(span->text, span->length,
					       JSON_DECODE_ANY, NULL)
				  : NULL;

	snprintf(text, size, "%s",
		 json_is_string(json) ? json_string_value(json) : "");
	json_decref(json);
}

/* Where the process stands in the table, or the free place for it. */
static struct live_open_op *find_op(const struct live_count *count,
				    int64_t process)
{
	size_t mask = count->op_capacity - 1;
	size_t at = (size_t)process * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	while (count->ops[at & mask].process >= 0 &&
	       count->ops[at & mask].process != process)
		at++;
	return &count->ops[at & mask];
}

static void grow(struct live_count *count)
{
	struct live_open_op *old = count->ops;
	size_t capacity = count->op_capacity;

	count->op_capacity = capacity ? 2 * capacity : 256;
	count->ops = heap_alloc(count->op_capacity * sizeof(*count->ops));
	for (size_t i = 0; i < count->op_capacity; i++)
		count->ops[i].process = -1;
	for (size_t i = 0; i < capacity; i++) {
		if (old[i].process >= 0)
			*find_op(count, old[i].process) = old[i];
	}
	free(old);
}

/* A process keeps its place: it will be back, or is retired, and then there is
 * one place less; that is 16 bytes. */
static void begin_op(struct live_count *count, const struct live_line *line)
{
	struct live_open_op *op;

	if (2 * (count->op_count + 1) > count->op_capacity)
		grow(count);
	op = find_op(count, line->process);
	if (op->process < 0)
		count->op_count++;
	if (op->process < 0 || op->time_ns < 0)
		count->view.open++;
	*op = (struct live_open_op){ .process = line->process,
				     .time_ns = line->time_ns };
}

/* The latency in ns; -1 where the beginning is not known. */
static int64_t end_op(struct live_count *count, const struct live_line *line)
{
	struct live_open_op *op;
	int64_t latency_ns;

	if (count->op_capacity == 0)
		return -1;
	op = find_op(count, line->process);
	if (op->process < 0 || op->time_ns < 0)
		return -1;
	latency_ns = line->time_ns - op->time_ns;
	op->time_ns = -1;
	count->view.open--;
	return latency_ns < 0 ? -1 : latency_ns;
}

static double step_ms(size_t step)
{
	return exp2((double)step / 8) / 1000;
}

static size_t step_of(int64_t latency_ns)
{
	double step = 8 * log2((double)latency_ns / 1000);

	if (!(step > 0))
		return 0;
	return step < LIVE_STEPS ? (size_t)step : LIVE_STEPS - 1;
}

static float quantile_ms(const struct live_count *count, uint32_t total,
			 double share)
{
	double rank = share * total;
	double seen = 0;

	for (size_t i = 0; i < LIVE_STEPS; i++) {
		seen += count->steps[i];
		if (count->steps[i] > 0 && seen >= rank)
			return (float)step_ms(i);
	}
	return 0;
}

/* The second of that time. Times ascend, so a new one ends the last. */
static struct live_second *second_at(struct live_count *count, int64_t time_ns)
{
	size_t second = time_ns < 0 ? 0 : (size_t)(time_ns / NS_PER_S);
	size_t known = count->view.second_count;

	if (second >= SECONDS_MAX)
		second = SECONDS_MAX - 1;
	if (second < known)
		return &count->seconds[second];
	count->seconds = array_reserve(count->seconds, &count->second_capacity,
				       second + 1, sizeof(*count->seconds));
	memset(count->seconds + known, 0,
	       (second + 1 - known) * sizeof(*count->seconds));
	memset(count->steps, 0, sizeof(count->steps));
	count->view.second_count = second + 1;
	return &count->seconds[second];
}

static void count_second(struct live_count *count, int64_t time_ns,
			 enum live_outcome outcome, int64_t latency_ns)
{
	struct live_second *second = second_at(count, time_ns);
	uint32_t total;

	total = ++second->by_outcome[outcome];
	if (outcome != LIVE_IS_OK || latency_ns < 0)
		return;
	count->steps[step_of(latency_ns)]++;
	/* Looked up now and then: it is for a curve that moves. */
	if (total > 64 && total % 16 != 0)
		return;
	second->p50_ms = quantile_ms(count, total, 0.5);
	second->p99_ms = quantile_ms(count, total, 0.99);
}

static struct live_operation *operation_of(struct live_view *view,
					   const struct span *f)
{
	char name[sizeof(view->operations[0].name)];

	if (f->text && f->length >= 2 && f->length - 2 < sizeof(name) &&
	    !memchr(f->text, '\\', f->length))
		snprintf(name, sizeof(name), "%.*s", (int)f->length - 2,
			 f->text + 1);
	else
		live_text(f, name, sizeof(name));
	for (size_t i = 0; i < view->operation_count; i++) {
		if (strcmp(view->operations[i].name, name) == 0)
			return &view->operations[i];
	}
	if (view->operation_count == LIVE_NAMES_MAX)
		return &view->operations[LIVE_NAMES_MAX - 1];
	if (view->operation_count == LIVE_NAMES_MAX - 1)
		snprintf(name, sizeof(name), "others");
	snprintf(view->operations[view->operation_count].name, sizeof(name),
		 "%s", name);
	return &view->operations[view->operation_count++];
}

static void count_node(struct live_view *view, const struct span *node,
		       enum live_outcome outcome)
{
	char name[sizeof(view->nodes[0].name)];
	size_t i = 0;

	if (!node->text)
		return;
	live_text(node, name, sizeof(name));
	while (i < view->node_count && strcmp(view->nodes[i].name, name) != 0)
		i++;
	if (i == LIVE_NODES_MAX)
		return;
	if (i == view->node_count)
		snprintf(view->nodes[view->node_count++].name, sizeof(name),
			 "%s", name);
	view->nodes[i].by_outcome[outcome]++;
}

static void count_latency(struct live_operation *operation, int64_t latency_ns)
{
	double seconds = (double)latency_ns / NS_PER_S;
	size_t bucket = 0;

	while (bucket < LIVE_BUCKETS && seconds > live_bounds[bucket])
		bucket++;
	operation->by_latency[bucket]++;
	operation->latency_sum += seconds;
}

static void count_client(struct live_count *count, const struct live_line *line)
{
	enum live_outcome outcome = line->type == LIVE_OK     ? LIVE_IS_OK
				    : line->type == LIVE_FAIL ? LIVE_IS_FAIL
							      : LIVE_IS_INFO;
	struct live_operation *operation;
	int64_t latency_ns;

	if (line->process < 0)
		return;
	if (line->type == LIVE_INVOKE) {
		begin_op(count, line);
		return;
	}
	latency_ns = end_op(count, line);
	operation = operation_of(&count->view, &line->f);
	operation->by_outcome[outcome]++;
	if (outcome == LIVE_IS_OK && latency_ns >= 0)
		count_latency(operation, latency_ns);
	count_node(&count->view, &line->node, outcome);
	count_second(count, line->time_ns, outcome, latency_ns);
}

void live_count_line(struct live_count *count, const struct live_line *line)
{
	count->view.entries++;
	if (line->time_ns > count->view.time_ns)
		count->view.time_ns = line->time_ns;
	if (line->is_nemesis)
		live_count_nemesis(&count->view, line);
	else
		count_client(count, line);
}
