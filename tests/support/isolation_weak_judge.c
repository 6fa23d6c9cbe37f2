/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_weak_judge.h"

#include <string.h>

#define INITIAL (-1)
#define NOBODY (-2)

/* The history as the axioms see it. */
struct axioms {
	const struct judge *judge;
	enum weak_level level;
	bool sessions;
	bool is_in[JUDGE_TXNS_MAX]; /* committed */
	int source[JUDGE_TXNS_MAX][JUDGE_ACCESSES_MAX]; /* of reads */
	bool before[JUDGE_TXNS_MAX][JUDGE_TXNS_MAX]; /* wr, sessions */
	bool past[JUDGE_TXNS_MAX][JUDGE_TXNS_MAX]; /* the same, transitive */
	int place[JUDGE_TXNS_MAX]; /* in the order at hand */
};

static bool writes(const struct judge_txn *txn, int key)
{
	for (int i = 0; i < txn->count; i++) {
		if (txn->accesses[i].is_write && txn->accesses[i].key == key)
			return true;
	}
	return false;
}

/* Who wrote what an access read; false if that may not be read at all. */
static bool find_source(struct axioms *x, int t, int i)
{
	const struct judge_access *read = &x->judge->txns[t].accesses[i];
	int *source = &x->source[t][i];

	*source = read->value ? NOBODY : INITIAL;
	for (int w = 0; w < x->judge->count; w++) {
		const struct judge_txn *txn = &x->judge->txns[w];
		bool is_last = true;

		for (int j = txn->count; j-- > 0;) {
			const struct judge_access *write = &txn->accesses[j];

			if (!write->is_write || write->key != read->key)
				continue;
			if (write->value == read->value) {
				*source = w;
				if (w == t ? j > i : !is_last)
					return false;
			}
			is_last = false;
		}
	}
	if (*source >= 0)
		x->is_in[*source] = true;
	return *source != NOBODY;
}

/* A transaction sees its own writes, and a key as it saw it before. */
static bool is_consistent(const struct judge_txn *txn, int i)
{
	const struct judge_access *read = &txn->accesses[i];

	for (int j = i; j-- > 0;) {
		if (txn->accesses[j].key == read->key)
			return txn->accesses[j].value == read->value;
	}
	return true;
}

static bool prepare(struct axioms *x)
{
	const struct judge *judge = x->judge;

	for (int t = 0; t < judge->count; t++)
		x->is_in[t] = judge->txns[t].is_ok;
	for (int t = 0; t < judge->count; t++) {
		for (int i = 0; i < judge->txns[t].count; i++) {
			if (judge->txns[t].accesses[i].is_write)
				continue;
			if (!find_source(x, t, i) ||
			    (x->level != WEAK_READ_COMMITTED &&
			     x->level != WEAK_CURSOR &&
			     !is_consistent(&judge->txns[t], i)))
				return false;
			if (x->source[t][i] >= 0 && x->source[t][i] != t)
				x->before[x->source[t][i]][t] = true;
		}
	}
	for (int a = 0; a < judge->count; a++) {
		for (int b = 0; b < judge->count && x->sessions; b++) {
			if (x->is_in[a] && x->is_in[b] &&
			    judge_before(judge, JUDGE_SESSION, a, b))
				x->before[a][b] = true;
		}
	}
	memcpy(x->past, x->before, sizeof(x->past));
	for (int k = 0; k < judge->count; k++) {
		for (int a = 0; a < judge->count; a++) {
			for (int b = 0; b < judge->count; b++)
				x->past[a][b] |= x->past[a][k] && x->past[k][b];
		}
	}
	return true;
}

/* Must t3, by its read i, take t2's write for older than what it read? */
static bool is_premise(const struct axioms *x, int t3, int i, int t2)
{
	int end = x->level == WEAK_READ_COMMITTED ? i :
						    x->judge->txns[t3].count;

	if (x->level == WEAK_CAUSAL)
		return x->past[t2][t3];
	if (x->level == WEAK_CURSOR)
		return x->place[t2] < x->place[t3] &&
		       writes(&x->judge->txns[t3],
			      x->judge->txns[t3].accesses[i].key);
	if (x->level == WEAK_READ_ATOMIC && x->sessions &&
	    judge_before(x->judge, JUDGE_SESSION, t2, t3))
		return true;
	for (int j = 0; j < end; j++) {
		if (!x->judge->txns[t3].accesses[j].is_write &&
		    x->source[t3][j] == t2)
			return true;
	}
	return false;
}

static bool holds(const struct axioms *x)
{
	const struct judge *judge = x->judge;

	for (int t3 = 0; t3 < judge->count; t3++) {
		for (int i = 0; i < judge->txns[t3].count; i++) {
			int t1 = x->source[t3][i];
			int place = t1 == INITIAL ? INITIAL : x->place[t1];

			if (judge->txns[t3].accesses[i].is_write || t1 == t3)
				continue;
			for (int t2 = 0; t2 < judge->count; t2++) {
				if (t2 != t1 && t2 != t3 && x->is_in[t2] &&
				    writes(&judge->txns[t2],
					   judge->txns[t3].accesses[i].key) &&
				    is_premise(x, t3, i, t2) &&
				    x->place[t2] > place)
					return false;
			}
		}
	}
	return true;
}

/* May t come next, after those in `used`? */
static bool may_follow(const struct axioms *x, unsigned used, int t)
{
	if (!x->is_in[t] || used >> t & 1)
		return false;
	for (int a = 0; a < x->judge->count; a++) {
		if (x->before[a][t] && !(used >> a & 1))
			return false;
	}
	return true;
}

bool judge_weak(const struct judge *judge, enum weak_level level,
		bool sessions)
{
	struct axioms x = { .judge = judge,
			    .level = level,
			    .sessions = sessions || level == WEAK_CAUSAL };
	int order[JUDGE_TXNS_MAX + 1], next[JUDGE_TXNS_MAX + 1] = { 0 };
	int at = 0, wanted = 0;
	unsigned used = 0;

	memset(x.source, 0xff, sizeof(x.source));
	if (!prepare(&x))
		return false;
	for (int t = 0; t < judge->count; t++)
		wanted += x.is_in[t];
	while (at >= 0) {
		if (at == wanted) {
			if (holds(&x))
				return true;
		} else if (next[at] < judge->count) {
			int t = next[at]++;

			if (may_follow(&x, used, t)) {
				used |= 1u << t;
				x.place[t] = at;
				order[at++] = t;
				next[at] = 0;
			}
			continue;
		}
		if (--at >= 0)
			used &= ~(1u << order[at]);
	}
	return false;
}
