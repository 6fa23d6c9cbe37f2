/* SPDX-License-Identifier: MIT */
#include "checkers/set/figures.h"

#include <stdlib.h>

void latencies_add(struct latencies *latencies, int64_t latency_ns)
{
	latencies->items =
		array_reserve(latencies->items, &latencies->capacity,
			      latencies->count + 1, sizeof(*latencies->items));
	latencies->items[latencies->count++] = latency_ns < 0 ? 0 : latency_ns;
}

void figures_add_worst(struct figures *figures, const struct worst *worst)
{
	size_t at = figures->worst_count;

	while (at > 0 && figures->worst[at - 1].stale_ns < worst->stale_ns)
		at--;
	if (at == WORST_MAX)
		return;
	if (figures->worst_count < WORST_MAX)
		figures->worst_count++;
	for (size_t i = figures->worst_count - 1; i > at; i--)
		figures->worst[i] = figures->worst[i - 1];
	figures->worst[at] = *worst;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void write_latencies(struct latencies *latencies, struct figure *figures,
			    struct arena *arena, const char *name)
{
	static const struct {
		const char *name;
		unsigned percent;
	} rows[] = { { "min_ns", 0 },
		     { "p50_ns", 50 },
		     { "p95_ns", 95 },
		     { "p99_ns", 99 },
		     { "max_ns", 100 } };
	struct figure *group;

	if (latencies->count == 0)
		return;
	qsort(latencies->items, latencies->count, sizeof(*latencies->items),
	      compare);
	group = figure_add_group(figures, arena, name);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		figure_add_int(group, arena, rows[i].name,
			       latencies->items[(latencies->count - 1) *
						rows[i].percent / 100]);
}

static void write_worst(const struct figures *figures, struct account *account)
{
	const struct history *history = account->check->history;
	struct arena *arena = account->check->arena;
	struct figure *list;

	if (figures->worst_count == 0)
		return;
	list = figure_add_list(&account->verdict->figures, arena,
			       "worst_stale");
	for (size_t i = 0; i < figures->worst_count; i++) {
		const struct worst *worst = &figures->worst[i];
		struct figure *group = figure_add_group(list, arena, NULL);
		uint32_t known = history->ops[worst->known].complete;
		uint32_t lacking = history->ops[worst->lacking].invoke;

		figure_add_text(group, arena, "element", worst->element);
		figure_add_int(group, arena, "stale_ns", worst->stale_ns);
		figure_add_int(group, arena, "known_at",
			       (int64_t)history_index(history, known));
		figure_add_int(group, arena, "last_lacking_at",
			       (int64_t)history_index(history, lacking));
	}
}

void figures_write(struct figures *figures, struct account *account)
{
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
		{ "attempted", figures->attempted },
		{ "acknowledged", figures->acknowledged },
		{ "stable", figures->stable },
		{ "stale", figures->stale },
		{ "lost", figures->counts[FAULT_LOST] },
		{ "never_read", figures->never_read },
		{ "unexpected", figures->counts[FAULT_PHANTOM] },
		{ "resurrected", figures->counts[FAULT_RESURRECTED] },
		{ "duplicated", figures->duplicated },
		{ "recovered", figures->recovered },
		{ "removed", figures->removed },
		{ "undecided", figures->undecided },
	};
	struct figure *f = &account->verdict->figures;
	struct arena *arena = account->check->arena;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		figure_add_int(f, arena, rows[i].name, (int64_t)rows[i].count);
	write_latencies(&figures->stable_ns, f, arena, "stable_latency");
	write_latencies(&figures->lost_ns, f, arena, "lost_latency");
	write_worst(figures, account);
}

void figures_release(struct figures *figures)
{
	free(figures->stable_ns.items);
	free(figures->lost_ns.items);
}
