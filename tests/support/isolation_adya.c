/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_adya.h"

#include <assert.h>
#include <string.h>

#include "tests/support/isolation_adya_private.h"

/* The transaction whose append it is, -1 if none; *is_last tells whether it
 * appends nothing more to that key. */
static int find_writer(const struct adya *adya, int key, int element,
		       bool *is_last)
{
	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];

		*is_last = true;
		for (int i = txn->count; i-- > 0;) {
			const struct judge_access *a = &txn->accesses[i];

			if (!a->is_write || a->key != key)
				continue;
			if (a->value == element)
				return t;
			*is_last = false;
		}
	}
	return -1;
}

/* Did an aborted transaction append the element? */
static bool is_aborted(const struct history *history, int key, int element)
{
	for (size_t t = 0; t < history->op_count; t++) {
		const struct op *op = &history->ops[t];

		for (int i = 0; i < op->action_count; i++) {
			const struct action *a = &op_actions(history, op)[i];

			if (op->outcome == OUTCOME_FAIL &&
			    a->verb == VERB_APPEND &&
			    *value_as_string(history->values, a->key, NULL) -
					    'x' == key &&
			    value_as_int(history->values, a->arg) == element)
				return true;
		}
	}
	return false;
}

/* Takes over a longer list; false if it contradicts what is there. */
static bool take_read(struct adya *adya, const struct judge_access *read)
{
	int *order = adya->order[read->key];
	int *length = &adya->length[read->key];
	int common = read->length < *length ? read->length : *length;

	if (memcmp(order, read->list, (size_t)common * sizeof(*order)) != 0)
		return false;
	if (read->length > *length) {
		memcpy(order, read->list,
		       (size_t)read->length * sizeof(*order));
		*length = read->length;
	}
	return true;
}

/* Looks up who wrote what was seen; marks them committed. */
static void name_writers(struct adya *adya, const struct history *history)
{
	for (int k = 0; k < JUDGE_KEYS_MAX; k++) {
		for (int p = 0; p < adya->length[k]; p++) {
			bool is_last;
			int w = find_writer(adya, k, adya->order[k][p],
					    &is_last);

			adya->writer[k][p] = w;
			if (w >= 0)
				adya->is_in[w] = true;
			else if (is_aborted(history, k, adya->order[k][p]))
				adya->has_dirty_read = true;
			else
				adya->has_garbage = true;
			for (int q = 0; q < p; q++)
				adya->has_garbage |= adya->order[k][q] ==
						     adya->order[k][p];
		}
		adya->seen[k] = adya->length[k];
	}
}

/* Puts the appends nobody saw at the end; false if the order is open. */
static bool take_unseen(struct adya *adya)
{
	int owner[JUDGE_KEYS_MAX] = { -1, -1, -1 };

	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];

		for (int i = 0; i < txn->count && adya->is_in[t]; i++) {
			const struct judge_access *a = &txn->accesses[i];
			bool is_seen = false;

			for (int p = 0; p < adya->seen[a->key]; p++)
				is_seen |= adya->order[a->key][p] == a->value;
			if (!a->is_write || is_seen)
				continue;
			if (owner[a->key] >= 0 && owner[a->key] != t)
				return false;
			owner[a->key] = t;
			assert(adya->length[a->key] < JUDGE_LENGTH_MAX);
			adya->writer[a->key][adya->length[a->key]] = t;
			adya->order[a->key][adya->length[a->key]++] = a->value;
		}
	}
	return true;
}

static void relate(struct relation *relation, int a, int b)
{
	if (a >= 0 && b >= 0 && a != b)
		relation->has[a][b] = true;
}

int adya_writer_from(const struct adya *adya, int key, int p)
{
	while (p < adya->length[key] && adya->writer[key][p] < 0)
		p++;
	return p < adya->length[key] ? adya->writer[key][p] : -1;
}

/* Elle counts a read of what its own transaction appends only later as a
 * circular flow of information. */
static bool is_from_future(const struct judge_txn *txn, int i)
{
	const struct judge_access *read = &txn->accesses[i];

	for (int j = i + 1; j < txn->count; j++) {
		const struct judge_access *later = &txn->accesses[j];

		for (int p = 0; p < read->length; p++) {
			if (later->is_write && later->key == read->key &&
			    later->value == read->list[p])
				return true;
		}
	}
	return false;
}

static void relate_read(struct adya *adya, int t,
			const struct judge_access *read)
{
	bool is_last;
	int w;

	if (read->length > 0) {
		w = find_writer(adya, read->key, read->list[read->length - 1],
				&is_last);
		relate(&adya->wr, w, t);
		if (w >= 0 && w != t && !is_last)
			adya->has_dirty_read = true;
	}
	relate(&adya->rw, t, adya_writer_from(adya, read->key, read->length));
}

static void relate_all(struct adya *adya)
{
	const struct judge *judge = &adya->judge;

	for (int k = 0; k < JUDGE_KEYS_MAX; k++) {
		for (int p = 0; p < adya->length[k]; p++)
			relate(&adya->ww, adya->writer[k][p],
			       adya_writer_from(adya, k, p + 1));
	}
	for (int t = 0; t < judge->count; t++) {
		for (int i = 0; i < judge->txns[t].count; i++) {
			if (judge->txns[t].accesses[i].is_write)
				continue;
			relate_read(adya, t, &judge->txns[t].accesses[i]);
			adya->has_dirty_read |=
				is_from_future(&judge->txns[t], i);
		}
		for (int u = 0; u < judge->count; u++) {
			if (!adya->is_in[t] || !adya->is_in[u])
				continue;
			adya->session.has[t][u] =
				judge_before(judge, JUDGE_SESSION, t, u);
			adya->realtime.has[t][u] =
				judge_before(judge, JUDGE_REALTIME, t, u);
		}
	}
}

/* The transitive closure of a union; true if it has a cycle. */
static bool close_over(const struct relation *const *parts, int count,
		       struct relation *all)
{
	bool is_cyclic = false;

	memset(all, 0, sizeof(*all));
	for (int i = 0; i < count; i++) {
		for (int a = 0; a < N; a++) {
			for (int b = 0; b < N; b++)
				all->has[a][b] |= parts[i]->has[a][b];
		}
	}
	for (int k = 0; k < N; k++) {
		for (int a = 0; a < N; a++) {
			for (int b = 0; b < N; b++)
				all->has[a][b] |= all->has[a][k] &&
						  all->has[k][b];
		}
	}
	for (int a = 0; a < N; a++)
		is_cyclic |= all->has[a][a];
	return is_cyclic;
}

#define CYCLIC(all, ...)                                                     \
	close_over((const struct relation *const[]){ __VA_ARGS__ },          \
		   (int)(sizeof((const struct relation *const[]){            \
				 __VA_ARGS__ }) /                            \
			 sizeof(void *)),                                    \
		   &(all))

/* A transaction reads a version and then updates the key (with no other
 * access to it in between), but another update is next. */
static bool loses_update(const struct adya *adya)
{
	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];

		for (int i = 0; i < txn->count; i++) {
			const struct judge_access *read = &txn->accesses[i];
			bool is_inner = false;
			int j = i + 1, next;

			for (int h = 0; h < i; h++)
				is_inner |= txn->accesses[h].is_write &&
					    txn->accesses[h].key == read->key;
			while (j < txn->count &&
			       txn->accesses[j].key != read->key)
				j++;
			next = adya_writer_from(adya, read->key, read->length);
			if (!read->is_write && !is_inner && j < txn->count &&
			    txn->accesses[j].is_write && next >= 0 &&
			    next != t)
				return true;
		}
	}
	return false;
}

/* A read misses a write that happened before it. */
static bool misses_past(const struct adya *adya, const struct relation *past)
{
	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];

		for (int i = 0; i < txn->count; i++) {
			const struct judge_access *read = &txn->accesses[i];

			for (int p = read->length;
			     !read->is_write && p < adya->length[read->key];
			     p++) {
				int w = adya->writer[read->key][p];

				if (w >= 0 && w != t && past->has[w][t])
					return true;
			}
		}
	}
	return false;
}

/* A cycle with just one rw edge. */
static bool has_single(const struct adya *adya, const struct relation *back)
{
	for (int a = 0; a < N; a++) {
		for (int b = 0; b < N; b++) {
			if (adya->rw.has[a][b] && back->has[b][a])
				return true;
		}
	}
	return false;
}

static bool internal_is_wrong(const struct adya *adya)
{
	for (int t = 0; t < adya->judge.count; t++) {
		const struct judge_txn *txn = &adya->judge.txns[t];
		int own[JUDGE_KEYS_MAX][JUDGE_LENGTH_MAX];
		int count[JUDGE_KEYS_MAX] = { 0 };
		int base[JUDGE_KEYS_MAX] = { -1, -1, -1 };

		for (int i = 0; i < txn->count; i++) {
			const struct judge_access *a = &txn->accesses[i];
			int *known = &count[a->key];

			if (a->is_write) {
				own[a->key][(*known)++] = a->value;
				continue;
			}
			if (a->length < *known ||
			    (base[a->key] >= 0 &&
			     a->length != base[a->key] + *known) ||
			    memcmp(a->list + a->length - *known, own[a->key],
				   (size_t)*known * sizeof(int)) != 0)
				return true;
			base[a->key] = a->length;
			*known = 0;
		}
	}
	return false;
}

static void decide(struct adya *adya, bool *holds)
{
	bool is_dirty = adya->has_garbage || adya->has_dirty_read;
	struct relation all;

	holds[ADYA_READ_UNCOMMITTED] = !adya->has_garbage &&
				       !CYCLIC(all, &adya->ww);
	holds[ADYA_SESSION_READ_UNCOMMITTED] =
		!adya->has_garbage && !CYCLIC(all, &adya->ww, &adya->session);
	holds[ADYA_STRONG_READ_UNCOMMITTED] =
		!adya->has_garbage && !CYCLIC(all, &adya->ww, &adya->realtime);
	holds[ADYA_SESSION_READ_COMMITTED] =
		!is_dirty &&
		!CYCLIC(all, &adya->ww, &adya->wr, &adya->session);
	holds[ADYA_STRONG_READ_COMMITTED] =
		!is_dirty &&
		!CYCLIC(all, &adya->ww, &adya->wr, &adya->realtime);
	holds[ADYA_REPEATABLE_READ] =
		!is_dirty && !CYCLIC(all, &adya->ww, &adya->wr, &adya->rw);
	holds[ADYA_READ_COMMITTED] =
		!is_dirty && !CYCLIC(all, &adya->ww, &adya->wr);
	holds[ADYA_CONSISTENT_VIEW] =
		holds[ADYA_READ_COMMITTED] && !has_single(adya, &all);
	holds[ADYA_MONOTONIC_VIEW] =
		holds[ADYA_READ_COMMITTED] && !adya_has_g_monotonic(adya);
	holds[ADYA_CURSOR_STABILITY] =
		holds[ADYA_READ_COMMITTED] && !loses_update(adya);
	holds[ADYA_CAUSAL] = holds[ADYA_SESSION_READ_COMMITTED] &&
			     !internal_is_wrong(adya) &&
			     !CYCLIC(all, &adya->wr, &adya->session) &&
			     !misses_past(adya, &all);
}

bool adya_judge(const struct history *history, bool holds[ADYA_LEVELS])
{
	struct adya adya;

	memset(&adya, 0, sizeof(adya));
	judge_init(&adya.judge, history, false);
	for (int t = 0; t < adya.judge.count; t++) {
		const struct judge_txn *txn = &adya.judge.txns[t];

		adya.is_in[t] = txn->is_ok;
		for (int i = 0; i < txn->count; i++) {
			if (!txn->accesses[i].is_write &&
			    !take_read(&adya, &txn->accesses[i]))
				return false;
		}
	}
	name_writers(&adya, history);
	if (!take_unseen(&adya))
		return false;
	relate_all(&adya);
	decide(&adya, holds);
	return true;
}
