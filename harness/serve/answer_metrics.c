/* SPDX-License-Identifier: MIT */
/* Runs in progress, for Prometheus. */
#include "harness/serve/site_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/report/text.h"

#define RUNS_MAX 50

/* A run in progress, and what is known of it. */
struct going {
	const char *labels; /* run="...",target="...",workload="..." */
	const struct live_view *view;
};

struct metrics {
	FILE *out;
	struct arena *arena;
	struct going runs[RUNS_MAX];
	size_t count;
};

/* As the text format wants it, and as UTF-8. */
static const char *label(struct arena *arena, const char *text)
{
	char *escaped;
	char *to;

	text = text_utf8(arena, text, strlen(text));
	escaped = arena_alloc(arena, 2 * strlen(text) + 1);
	to = escaped;
	for (; *text; text++) {
		if (*text == '\\' || *text == '"' || *text == '\n')
			*to++ = '\\';
		*to++ = *text == '\n' ? 'n' : *text;
	}
	return escaped;
}

static void find_going(struct metrics *metrics, struct site *site,
		       const struct runs *runs)
{
	for (size_t i = 0; i < runs->count && metrics->count < RUNS_MAX; i++) {
		const struct run_summary *run = &runs->items[i];
		struct live_view *view;

		if (run->state != RUN_GOING)
			continue;
		view = arena_alloc(metrics->arena, sizeof(*view));
		if (!live_look(site->live, run->path, SIZE_MAX, view,
			       metrics->arena))
			continue;
		metrics->runs[metrics->count++] = (struct going){
			.labels = arena_printf(
				metrics->arena,
				"run=\"%s\",target=\"%s\",workload=\"%s\"",
				label(metrics->arena, run->path),
				label(metrics->arena, run->target),
				label(metrics->arena, run->workload)),
			.view = view,
		};
	}
}

static void begin(struct metrics *metrics, const char *name, const char *type,
		  const char *help)
{
	fprintf(metrics->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		type);
}

static void write_store(struct metrics *metrics, const struct runs *runs)
{
	size_t counts[RUN_GOING + 1] = { 0 };

	for (size_t i = 0; i < runs->count; i++)
		counts[runs->items[i].state]++;
	begin(metrics, "ordeal_runs", "gauge",
	      "Runs in the store, by verdict.");
	for (size_t i = 0; i <= RUN_GOING; i++)
		fprintf(metrics->out, "ordeal_runs{verdict=\"%s\"} %zu\n",
			run_state_name((enum run_state)i), counts[i]);
}

static void write_operations(struct metrics *metrics)
{
	static const char *const outcomes[] = { "ok", "fail", "info" };

	begin(metrics, "ordeal_operations_total", "counter",
	      "Completed operations of runs in progress.");
	for (size_t r = 0; r < metrics->count; r++) {
		const struct going *run = &metrics->runs[r];

		for (size_t i = 0; i < run->view->operation_count; i++) {
			const struct live_operation *operation =
				&run->view->operations[i];
			const char *f = label(metrics->arena, operation->name);

			for (size_t o = 0; o < 3; o++)
				fprintf(metrics->out,
					"ordeal_operations_total{%s,f=\"%s\","
					"outcome=\"%s\"} %" PRIu64 "\n",
					run->labels, f, outcomes[o],
					operation->by_outcome[o]);
		}
	}
}

static void write_histogram(struct metrics *metrics, const char *labels,
			    const struct live_operation *operation)
{
	const char *f = label(metrics->arena, operation->name);
	uint64_t count = 0;

	for (size_t i = 0; i < LIVE_BUCKETS; i++) {
		count += operation->by_latency[i];
		fprintf(metrics->out,
			"ordeal_operation_latency_seconds_bucket{%s,f=\"%s\","
			"le=\"%g\"} %" PRIu64 "\n",
			labels, f, live_bounds[i], count);
	}
	count += operation->by_latency[LIVE_BUCKETS];
	fprintf(metrics->out,
		"ordeal_operation_latency_seconds_bucket{%s,f=\"%s\","
		"le=\"+Inf\"} %" PRIu64 "\n"
		"ordeal_operation_latency_seconds_sum{%s,f=\"%s\"} %.9g\n"
		"ordeal_operation_latency_seconds_count{%s,f=\"%s\"} %" PRIu64
		"\n",
		labels, f, count, labels, f, operation->latency_sum, labels, f,
		count);
}

static void write_latencies(struct metrics *metrics)
{
	begin(metrics, "ordeal_operation_latency_seconds", "histogram",
	      "Latency of operations that ended ok.");
	for (size_t r = 0; r < metrics->count; r++) {
		const struct going *run = &metrics->runs[r];

		for (size_t i = 0; i < run->view->operation_count; i++)
			write_histogram(metrics, run->labels,
					&run->view->operations[i]);
	}
}

static void write_nodes(struct metrics *metrics)
{
	static const char *const outcomes[] = { "ok", "fail", "info" };

	begin(metrics, "ordeal_node_operations_total", "counter",
	      "Completed operations by the node that was asked.");
	for (size_t r = 0; r < metrics->count; r++) {
		const struct going *run = &metrics->runs[r];

		for (size_t i = 0; i < run->view->node_count; i++) {
			const struct live_node *node = &run->view->nodes[i];
			const char *name = label(metrics->arena, node->name);

			for (size_t o = 0; o < 3; o++)
				fprintf(metrics->out,
					"ordeal_node_operations_total{%s,"
					"node=\"%s\",outcome=\"%s\"} %" PRIu64
					"\n",
					run->labels, name, outcomes[o],
					node->by_outcome[o]);
		}
	}
}

static void write_fault_metric(struct metrics *metrics, const char *name,
			       uint64_t (*figure)(const struct live_fault *))
{
	for (size_t r = 0; r < metrics->count; r++) {
		const struct going *run = &metrics->runs[r];

		for (size_t i = 0; i < run->view->fault_count; i++)
			fprintf(metrics->out,
				"%s{%s,fault=\"%s\"} %" PRIu64 "\n", name,
				run->labels,
				label(metrics->arena,
				      run->view->faults[i].name),
				figure(&run->view->faults[i]));
	}
}

static uint64_t in_force(const struct live_fault *fault)
{
	return fault->is_in_force;
}

static uint64_t injected(const struct live_fault *fault)
{
	return fault->injected;
}

static uint64_t proven(const struct live_fault *fault)
{
	return fault->proven;
}

static void write_faults(struct metrics *metrics)
{
	begin(metrics, "ordeal_fault_in_force", "gauge",
	      "1 from the beginning of an injection to the end of its heal.");
	write_fault_metric(metrics, "ordeal_fault_in_force", in_force);
	begin(metrics, "ordeal_fault_injections_total", "counter",
	      "Injections begun.");
	write_fault_metric(metrics, "ordeal_fault_injections_total", injected);
	begin(metrics, "ordeal_fault_proven_total", "counter",
	      "Injections that were seen to take effect.");
	write_fault_metric(metrics, "ordeal_fault_proven_total", proven);
}

static void write_runs(struct metrics *metrics)
{
	begin(metrics, "ordeal_run_time_seconds", "gauge",
	      "How long the run has been going on.");
	for (size_t r = 0; r < metrics->count; r++)
		fprintf(metrics->out, "ordeal_run_time_seconds{%s} %.3f\n",
			metrics->runs[r].labels,
			(double)metrics->runs[r].view->time_ns / NS_PER_S);
	begin(metrics, "ordeal_run_phase", "gauge",
	      "1 for the phase that the run is in.");
	for (size_t r = 0; r < metrics->count; r++)
		fprintf(metrics->out, "ordeal_run_phase{%s,phase=\"%s\"} 1\n",
			metrics->runs[r].labels,
			label(metrics->arena, metrics->runs[r].view->phase));
	begin(metrics, "ordeal_operations_open", "gauge",
	      "Operations that have begun and not ended.");
	for (size_t r = 0; r < metrics->count; r++)
		fprintf(metrics->out,
			"ordeal_operations_open{%s} %" PRIu64 "\n",
			metrics->runs[r].labels, metrics->runs[r].view->open);
	begin(metrics, "ordeal_findings_total", "counter",
	      "Findings in logs, and troubles of the harness.");
	for (size_t r = 0; r < metrics->count; r++)
		fprintf(metrics->out, "ordeal_findings_total{%s} %" PRIu64 "\n",
			metrics->runs[r].labels,
			metrics->runs[r].view->finding_count);
	begin(metrics, "ordeal_history_bytes", "gauge",
	      "Size of the history so far.");
	for (size_t r = 0; r < metrics->count; r++)
		fprintf(metrics->out, "ordeal_history_bytes{%s} %" PRIu64 "\n",
			metrics->runs[r].labels, metrics->runs[r].view->bytes);
}

void answer_metrics(struct site *site, const struct request *request,
		    struct reply *reply)
{
	const struct runs *runs = runs_take(site->index);
	struct metrics metrics = { .arena = request->arena };

	metrics.out = open_memstream(&reply->text, &reply->length);
	if (!metrics.out)
		abort();
	find_going(&metrics, site, runs);
	write_store(&metrics, runs);
	write_runs(&metrics);
	write_operations(&metrics);
	write_latencies(&metrics);
	write_nodes(&metrics);
	write_faults(&metrics);
	if (fclose(metrics.out) != 0)
		abort(); /* as elsewhere when memory is out */
	runs_give_back(site->index, runs);
	reply->status = 200;
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
}
