/* SPDX-License-Identifier: MIT */
/* Who wrote what was read, for isolation_visible.c. */
#include <string.h>

#include "tests/support/isolation_visible_private.h"

/* The last value that a transaction writes to a key; 0: none. */
static int last_write(const struct judge_txn *txn, int key)
{
	for (int i = txn->count; i-- > 0;) {
		if (txn->accesses[i].is_write && txn->accesses[i].key == key)
			return txn->accesses[i].value;
	}
	return 0;
}

/* Who left that value as the last of its own, or -1. */
static int final_writer(const struct visible *v, int key, int value)
{
	for (int t = 0; t < v->judge.count; t++) {
		if (value && last_write(&v->judge.txns[t], key) == value)
			return t;
	}
	return -1;
}

/* Is the read what follows from its transaction's earlier accesses to the key?
 * 1: yes; 0: there were none; -1: no. */
static int agrees(const struct judge_txn *txn, int i, bool registers)
{
	const struct judge_access *read = &txn->accesses[i];
	int own[JUDGE_ACCESSES_MAX], count = 0, base = -1;
	bool has_any = false;

	for (int j = 0; j < i; j++) {
		const struct judge_access *a = &txn->accesses[j];

		if (a->key != read->key)
			continue;
		has_any = true;
		if (registers) {
			own[0] = a->value;
		} else if (a->is_write) {
			own[count++] = a->value;
		} else {
			base = a->length;
			count = 0;
		}
	}
	if (!has_any)
		return 0;
	if (registers)
		return own[0] == read->value ? 1 : -1;
	if (read->length < count || (base >= 0 && read->length != base + count))
		return -1;
	return memcmp(read->list + read->length - count, own,
		      (size_t)count * sizeof(int)) == 0 ?
		       1 :
		       -1;
}

/* Who wrote what a read saw; false if that may not be seen at all. */
static bool find_source(struct visible *v, int t, int i)
{
	const struct judge_txn *txn = &v->judge.txns[t];
	const struct judge_access *read = &txn->accesses[i];
	int value = read->value, agreed = agrees(txn, i, v->registers);
	int *source = &v->source[t][i];

	if (agreed < 0)
		return false;
	if (!v->registers)
		value = read->length ? read->list[read->length - 1] : 0;
	*source = value ? final_writer(v, read->key, value) : INITIAL;
	if (agreed > 0) {
		for (int j = 0; j < i; j++) {
			if (txn->accesses[j].is_write &&
			    txn->accesses[j].key == read->key)
				*source = INNER;
		}
		return true;
	}
	return *source != t && (value == 0 || *source >= 0);
}

/* Lists: the longest read gives the order; who was not read comes last. */
static bool rank_writers(struct visible *v, int key)
{
	const struct judge_access *longest = NULL;
	int next = 0, left = 0;

	for (int t = 0; t < v->judge.count; t++) {
		for (int i = 0; i < v->judge.txns[t].count; i++) {
			const struct judge_access *a =
				&v->judge.txns[t].accesses[i];

			if (!a->is_write && a->key == key &&
			    (!longest || a->length > longest->length))
				longest = a;
		}
	}
	for (int p = 0; longest && p < longest->length; p++) {
		int t = final_writer(v, key, longest->list[p]);

		if (t >= 0)
			v->rank[t][key] = next++;
	}
	for (int t = 0; t < v->judge.count; t++) {
		if (v->writes[t][key] && v->rank[t][key] < 0) {
			v->rank[t][key] = next++;
			left++;
		}
	}
	return left <= 1;
}

/* Every read is a prefix of the longest one of its key, each element of it
 * appended once, by a transaction that has its elements in a row. */
static bool are_prefixes(const struct visible *v)
{
	for (int t = 0; t < v->judge.count * JUDGE_ACCESSES_MAX; t++) {
		const struct judge_txn *one =
			&v->judge.txns[t / JUDGE_ACCESSES_MAX];
		const struct judge_access *a =
			&one->accesses[t % JUDGE_ACCESSES_MAX];

		if (t % JUDGE_ACCESSES_MAX >= one->count || a->is_write)
			continue;
		for (int u = 0; u < v->judge.count * JUDGE_ACCESSES_MAX; u++) {
			const struct judge_txn *two =
				&v->judge.txns[u / JUDGE_ACCESSES_MAX];
			const struct judge_access *b =
				&two->accesses[u % JUDGE_ACCESSES_MAX];

			if (u % JUDGE_ACCESSES_MAX >= two->count ||
			    b->is_write || b->key != a->key ||
			    b->length < a->length)
				continue;
			if (memcmp(a->list, b->list,
				   (size_t)a->length * sizeof(int)) != 0)
				return false;
		}
	}
	return true;
}

/* Does the transaction append the element at `p` of the list, and right before
 * it what it appended before? */
static bool follows(const struct judge_txn *txn,
		    const struct judge_access *read, int p)
{
	int before = 0;

	for (int i = 0; i < txn->count; i++) {
		const struct judge_access *a = &txn->accesses[i];

		if (!a->is_write || a->key != read->key)
			continue;
		if (a->value == read->list[p])
			return !before ||
			       (p > 0 && read->list[p - 1] == before);
		before = a->value;
	}
	return false;
}

/* Is each element of the list written by one, and in a row with the others of
 * the same transaction? (That the last ones are there is seen to by who reads
 * but final writes.) */
static bool is_sound(const struct visible *v, const struct judge_access *read)
{
	for (int p = 0; p < read->length; p++) {
		int found = 0;

		for (int q = 0; q < p; q++) {
			if (read->list[q] == read->list[p])
				return false;
		}
		for (int t = 0; t < v->judge.count; t++)
			found += follows(&v->judge.txns[t], read, p);
		if (found != 1)
			return false;
	}
	return true;
}

bool visible_prepare(struct visible *v, const struct history *history)
{
	judge_init(&v->judge, history, v->registers);
	memset(v->rank, 0xff, sizeof(v->rank));
	for (int t = 0; t < v->judge.count; t++) {
		const struct judge_txn *txn = &v->judge.txns[t];

		if (!txn->is_ok)
			return false;
		for (int i = 0; i < txn->count; i++) {
			v->is_update[t] |= txn->accesses[i].is_write;
			if (txn->accesses[i].is_write)
				v->writes[t][txn->accesses[i].key] = true;
		}
	}
	for (int t = 0; t < v->judge.count; t++) {
		for (int i = 0; i < v->judge.txns[t].count; i++) {
			const struct judge_access *a =
				&v->judge.txns[t].accesses[i];

			if (a->is_write)
				continue;
			if (!find_source(v, t, i) ||
			    (!v->registers && !is_sound(v, a)))
				return false;
		}
	}
	if (v->registers)
		return true;
	for (int k = 0; k < K; k++) {
		if (!rank_writers(v, k))
			return false;
	}
	return are_prefixes(v);
}
