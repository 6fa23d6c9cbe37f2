/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_visible.h"

#include <string.h>

#include "tests/support/isolation_visible_private.h"

/* The order agrees with that of the lists, as far as it goes. */
static bool fits_lists(const struct visible *v)
{
	for (int a = 0; a < v->judge.count; a++) {
		for (int b = 0; b < v->judge.count; b++) {
			for (int k = 0; k < K; k++) {
				if (v->place[a] >= 0 && v->place[b] >= 0 &&
				    v->rank[a][k] >= 0 &&
				    v->rank[a][k] < v->rank[b][k] &&
				    v->place[a] > v->place[b])
					return false;
			}
		}
	}
	return true;
}

static bool write_same(const struct visible *v, int a, int b)
{
	for (int k = 0; k < K; k++) {
		if (v->writes[a][k] && v->writes[b][k])
			return true;
	}
	return false;
}

/* The least of what each must see, for the order at hand. */
static void see(struct visible *v, enum visible_level level)
{
	bool no_conflict = level == VISIBLE_UPDATE_ATOMIC ||
			   level == VISIBLE_PARALLEL ||
			   level == VISIBLE_SNAPSHOT;
	bool is_prefix = level == VISIBLE_PREFIX || level == VISIBLE_SNAPSHOT;
	bool has_grown = true;
	int n = v->judge.count;

	memset(v->sees, 0, sizeof(v->sees));
	for (int t = 0; t < n; t++) {
		for (int i = 0; i < v->judge.txns[t].count; i++) {
			if (!v->judge.txns[t].accesses[i].is_write &&
			    v->source[t][i] >= 0)
				v->sees[t][v->source[t][i]] = true;
		}
		for (int u = 0; u < n && no_conflict; u++) {
			if (v->place[u] < v->place[t] && write_same(v, t, u))
				v->sees[t][u] = true;
		}
	}
	while (has_grown && level != VISIBLE_UPDATE_ATOMIC) {
		has_grown = false;
		for (int t = 0; t < n; t++) {
			for (int u = 0; u < n; u++) {
				for (int w = 0; v->sees[t][u] && w < n; w++) {
					bool more = v->sees[u][w] ||
						    (is_prefix &&
						     v->place[w] <
							     v->place[u]);

					has_grown |= more && !v->sees[t][w];
					v->sees[t][w] |= more;
				}
			}
		}
	}
}

/* Each external read is of the last writer that is seen. */
static bool explains_reads(const struct visible *v)
{
	int n = v->judge.count;

	for (int t = 0; t < n; t++) {
		for (int u = 0; u < n; u++) {
			if (v->sees[t][u] && v->place[u] >= v->place[t])
				return false;
		}
		for (int i = 0; i < v->judge.txns[t].count; i++) {
			const struct judge_access *a =
				&v->judge.txns[t].accesses[i];
			int last = INITIAL;

			if (a->is_write || v->source[t][i] == INNER)
				continue;
			for (int u = 0; u < n; u++) {
				if (v->sees[t][u] && v->writes[u][a->key] &&
				    (last < 0 || v->place[u] > v->place[last]))
					last = u;
			}
			if (last != v->source[t][i])
				return false;
		}
	}
	return true;
}

/* Does the read see what the first `length` of the order left? */
static bool reads_prefix(const struct visible *v, int t, int i, int length)
{
	int key = v->judge.txns[t].accesses[i].key, last = INITIAL;

	for (int u = 0; u < v->judge.count; u++) {
		if (u != t && v->place[u] >= 0 && v->place[u] < length &&
		    v->writes[u][key] &&
		    (last < 0 || v->place[u] > v->place[last]))
			last = u;
	}
	return last == v->source[t][i];
}

/* How much of the order there must be before t writes the key. */
static int overwritten(const struct visible *v, int t, int key)
{
	int length = 0;

	for (int u = 0; u < v->judge.count; u++) {
		if (v->writes[u][key] && v->place[u] < v->place[t] &&
		    v->place[u] >= length)
			length = v->place[u] + 1;
	}
	return length;
}

/* Each read of a prefix, no shorter than that of the one before, nor than what
 * was overwritten before; where `is_serial`, of all that came before its
 * transaction. */
static bool reads_prefixes(const struct visible *v, bool is_serial)
{
	for (int t = 0; t < v->judge.count; t++) {
		int length = is_serial ? v->place[t] : 0;

		for (int i = 0; i < v->judge.txns[t].count; i++) {
			const struct judge_access *a =
				&v->judge.txns[t].accesses[i];

			if (a->is_write && overwritten(v, t, a->key) > length)
				length = overwritten(v, t, a->key);
			if (a->is_write || v->source[t][i] == INNER ||
			    v->place[t] < 0)
				continue;
			while (length <= v->place[t] &&
			       !reads_prefix(v, t, i, length))
				length++;
			if (length > v->place[t])
				return false;
		}
	}
	return true;
}

static bool holds_now(struct visible *v, enum visible_level level)
{
	if (level == VISIBLE_SNAPSHOT_READS)
		return reads_prefixes(v, false);
	if (level == VISIBLE_UPDATE_SERIALIZABLE)
		return reads_prefixes(v, true);
	see(v, level);
	return explains_reads(v);
}

/* Tries all orders of the members; sets what holds in one of them. */
static void try_orders(struct visible *v, unsigned members, unsigned levels,
		       bool found[VISIBLE_LEVELS])
{
	int order[N + 1], next[N + 1] = { 0 }, at = 0, wanted = 0;
	unsigned used = 0;

	memset(v->place, 0xff, sizeof(v->place));
	for (int t = 0; t < v->judge.count; t++)
		wanted += (int)(members >> t & 1);
	while (at >= 0) {
		if (at == wanted && fits_lists(v)) {
			for (int l = 0; l < VISIBLE_LEVELS; l++) {
				if (levels >> l & 1 && !found[l])
					found[l] = holds_now(
						v, (enum visible_level)l);
			}
		}
		while (at < wanted && next[at] < v->judge.count &&
		       !((members & ~used) >> next[at] & 1))
			next[at]++;
		if (at < wanted && next[at] < v->judge.count) {
			int t = next[at]++;

			used |= 1u << t;
			v->place[t] = at;
			order[at++] = t;
			next[at] = 0;
		} else if (--at >= 0) {
			used &= ~(1u << order[at]);
			v->place[order[at]] = -1;
		}
	}
}

/* Are those that write serializable, also with any one that only reads? By
 * the ranks that writers have. */
static bool is_update_serial(struct visible *v, unsigned updates)
{
	const unsigned level = 1u << VISIBLE_UPDATE_SERIALIZABLE;

	for (int t = -1; t < v->judge.count; t++) {
		bool found[VISIBLE_LEVELS] = { false };

		if (t >= 0 && v->is_update[t])
			continue;
		try_orders(v, t < 0 ? updates : updates | 1u << t, level,
			   found);
		if (!found[VISIBLE_UPDATE_SERIALIZABLE])
			return false;
	}
	return true;
}

static void swap(int *a, int *b)
{
	int kept = *a;

	*a = *b;
	*b = kept;
}

/* The next greater permutation; false after the last. */
static bool permute(int *order, int count)
{
	int i = count - 1, j = count - 1;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i <= 0)
		return false;
	while (order[j] < order[i - 1])
		j--;
	swap(&order[i - 1], &order[j]);
	for (j = count - 1; i < j; i++, j--)
		swap(&order[i], &order[j]);
	return true;
}

/* Of registers: the order of versions is one, whoever reads. */
static bool has_serial_versions(struct visible *v, unsigned updates)
{
	int order[N + 1], count = 0;
	bool holds = false;

	for (int t = 0; t < v->judge.count; t++) {
		if (updates >> t & 1)
			order[count++] = t;
	}
	do {
		for (int i = 0; i < count; i++) {
			for (int k = 0; k < K; k++) {
				if (v->writes[order[i]][k])
					v->rank[order[i]][k] = i;
			}
		}
		holds = is_update_serial(v, updates);
	} while (!holds && permute(order, count));
	return holds;
}

bool visible_judge(const struct history *history, bool registers,
		   bool holds[VISIBLE_LEVELS])
{
	struct visible v = { .registers = registers };
	unsigned all, updates = 0;
	const unsigned serial = 1u << VISIBLE_UPDATE_SERIALIZABLE;

	if (!visible_prepare(&v, history))
		return false;
	all = (1u << v.judge.count) - 1;
	memset(holds, 0, VISIBLE_LEVELS * sizeof(*holds));
	try_orders(&v, all, (1u << VISIBLE_LEVELS) - 1 - serial, holds);
	for (int t = 0; t < v.judge.count; t++)
		updates |= (unsigned)v.is_update[t] << t;
	holds[VISIBLE_UPDATE_SERIALIZABLE] =
		is_update_serial(&v, updates) &&
		(!registers || has_serial_versions(&v, updates));
	return true;
}
