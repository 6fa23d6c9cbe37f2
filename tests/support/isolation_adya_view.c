/* SPDX-License-Identifier: MIT */
/* Monotonic view, by the unfolded serialization graph. */
#include <string.h>

#include "tests/support/isolation_adya_private.h"

/* Transactions, and after them the accesses of the one that is unfolded. */
#define NODES (N + JUDGE_ACCESSES_MAX)

struct unfolded {
	bool has[NODES][NODES];
};

/* How many committed or other elements come before that of this append; -1 if
 * it is not in the order. */
static int place_of(const struct adya *adya, const struct judge_access *append)
{
	for (int p = 0; p < adya->length[append->key]; p++) {
		if (adya->order[append->key][p] == append->value)
			return p;
	}
	return -1;
}

/* The last committed version before element number p, or -1. */
static int writer_before(const struct adya *adya, int key, int p)
{
	while (p > 0 && adya->writer[key][p - 1] < 0)
		p--;
	return p > 0 ? adya->writer[key][p - 1] : -1;
}

/* Who read a key up to and with element number p, and no further. */
static bool reads_just(const struct judge_txn *txn, int key, int p)
{
	for (int i = 0; i < txn->count; i++) {
		const struct judge_access *a = &txn->accesses[i];

		if (!a->is_write && a->key == key && a->length == p + 1)
			return true;
	}
	return false;
}

static void unfold_append(const struct adya *adya, int t, int i,
			  struct unfolded *graph)
{
	const struct judge_access *append = &adya->judge.txns[t].accesses[i];
	int p = place_of(adya, append), before, next;

	if (p < 0)
		return;
	before = writer_before(adya, append->key, p);
	next = adya_writer_from(adya, append->key, p + 1);
	if (before >= 0 && before != t)
		graph->has[before][N + i] = true;
	if (next >= 0 && next != t)
		graph->has[N + i][next] = true;
	for (int u = 0; u < adya->judge.count; u++) {
		if (u != t && adya->is_in[u] &&
		    reads_just(&adya->judge.txns[u], append->key, p))
			graph->has[N + i][u] = true;
	}
}

static void unfold_read(const struct adya *adya, int t, int i,
			struct unfolded *graph)
{
	const struct judge_access *read = &adya->judge.txns[t].accesses[i];
	int w = read->length > 0 ?
			adya->writer[read->key][read->length - 1] :
			-1;

	if (w >= 0 && w != t)
		graph->has[w][N + i] = true;
}

static void unfold(const struct adya *adya, int t, struct unfolded *graph)
{
	const struct judge_txn *txn = &adya->judge.txns[t];

	memset(graph, 0, sizeof(*graph));
	for (int a = 0; a < N; a++) {
		for (int b = 0; b < N; b++)
			graph->has[a][b] = a != t && b != t &&
					   (adya->ww.has[a][b] ||
					    adya->wr.has[a][b]);
	}
	for (int i = 0; i < txn->count; i++) {
		if (txn->accesses[i].is_write)
			unfold_append(adya, t, i, graph);
		else
			unfold_read(adya, t, i, graph);
		if (i > 0)
			graph->has[N + i - 1][N + i] = true;
	}
	for (int k = 0; k < NODES; k++) {
		for (int a = 0; a < NODES; a++) {
			for (int b = 0; b < NODES; b++)
				graph->has[a][b] |= graph->has[a][k] &&
						    graph->has[k][b];
		}
	}
}

bool adya_has_g_monotonic(const struct adya *adya)
{
	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];
		struct unfolded graph;

		if (!adya->is_in[t])
			continue;
		unfold(adya, t, &graph);
		for (int i = 0; i < txn->count; i++) {
			const struct judge_access *read = &txn->accesses[i];
			int next;

			if (read->is_write)
				continue;
			next = adya_writer_from(adya, read->key, read->length);
			if (next >= 0 && next != t &&
			    graph.has[next][N + i])
				return true;
		}
	}
	return false;
}
