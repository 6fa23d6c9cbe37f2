/* SPDX-License-Identifier: MIT */
/* The session guarantees as they are defined. */
#include "tests/support/causal_world.h"

void first_permutation(const struct world *w, int key, struct permutation *p)
{
	p->count = 0;
	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->there, i) && w->tiny->ops[i].is_write &&
		    (key < 0 || w->tiny->ops[i].key == key))
			p->writes[p->count++] = i;
	}
}

bool next_permutation(struct permutation *p)
{
	int i = p->count - 2;
	int j = p->count - 1;
	int held;

	while (i >= 0 && p->writes[i] > p->writes[i + 1])
		i--;
	if (i < 0)
		return false;
	while (p->writes[j] < p->writes[i])
		j--;
	held = p->writes[i];
	p->writes[i] = p->writes[j];
	p->writes[j] = held;
	for (int a = i + 1, b = p->count - 1; a < b; a++, b--) {
		held = p->writes[a];
		p->writes[a] = p->writes[b];
		p->writes[b] = held;
	}
	return true;
}

int rank_of(const struct permutation *p, int write)
{
	for (int i = 0; i < p->count; i++) {
		if (p->writes[i] == write)
			return i;
	}
	return -1;
}

bool respects(const struct permutation *p, const struct order *order)
{
	for (int i = 0; i < p->count; i++) {
		for (int j = 0; j < i; j++) {
			if (is_in(order->before[p->writes[j]], p->writes[i]))
				return false;
		}
	}
	return true;
}

/* The rank of what a read saw: -1 for the initial value. */
static int seen_rank(const struct world *w, const struct permutation *p, int i)
{
	return w->tiny->ops[i].seen ?
		       rank_of(p, w->writer[w->tiny->ops[i].seen]) :
		       -1;
}

/* What a session did with the key, one after the other, fits the order of
 * versions. */
static bool fits(const struct world *w, const struct permutation *p,
		 int session, int key, bool of_reads)
{
	int wrote = -1;
	int read = -1;

	for (int i = 0; i < w->tiny->count; i++) {
		const struct tiny_op *op = &w->tiny->ops[i];

		if (!is_in(w->there, i) || op->session != session ||
		    op->key != key)
			continue;
		if (op->is_read) {
			int rank = seen_rank(w, p, i);

			if (rank < (of_reads ? read : wrote))
				return false;
			if (rank > read)
				read = rank;
		}
		if (op->is_write) {
			int rank = rank_of(p, i);

			if (!of_reads && rank < read)
				return false;
			if (rank > wrote)
				wrote = rank;
		}
	}
	return true;
}

bool world_versions(const struct world *w, bool of_reads)
{
	for (int s = 0; s < w->tiny->sessions; s++) {
		for (int k = 0; k < TINY_KEYS; k++) {
			struct permutation p;
			bool found = false;

			first_permutation(w, k, &p);
			do
				found = respects(&p, &w->sessions) &&
					fits(w, &p, s, k, of_reads);
			while (!found && next_permutation(&p));
			if (!found)
				return false;
		}
	}
	return true;
}

/* `read` sees, of the key of write a, what is older than it: the initial value
 * or what the same session wrote before it; or (is_same) a itself. */
static bool is_older(const struct world *w, int read, int a, bool is_same)
{
	const struct tiny_op *ops = w->tiny->ops;
	int seen = ops[read].seen ? w->writer[ops[read].seen] : -1;

	if (ops[read].key != ops[a].key)
		return false;
	return seen < 0 || is_in(w->sessions.before[a], seen) ||
	       (is_same && seen == a);
}

/* Has the session of `read` read the value of b before? */
static bool has_read(const struct world *w, int read, int b)
{
	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->sessions.before[read], i) &&
		    w->tiny->ops[i].is_read && w->tiny->ops[i].seen &&
		    w->writer[w->tiny->ops[i].seen] == b)
			return true;
	}
	return false;
}

/* The pair (a, b): b must not be seen before a. */
static bool is_missed(const struct world *w, int read, int a, int b)
{
	const struct tiny_op *ops = w->tiny->ops;

	return has_read(w, read, b) &&
	       is_older(w, read, a, ops[a].key == ops[b].key);
}

bool world_pairs(const struct world *w, bool follows)
{
	const struct tiny *tiny = w->tiny;

	for (int b = 0; b < tiny->count; b++) {
		unsigned before = w->sessions.before[b];

		if (!is_in(w->there, b) || !tiny->ops[b].is_write)
			continue;
		if (follows && tiny->ops[b].is_read)
			before |= 1u << b;
		for (int n = 0; n < tiny->count; n++) {
			int a = n;

			if (!is_in(before, n))
				continue;
			if (follows) {
				if (!tiny->ops[n].is_read ||
				    !tiny->ops[n].seen)
					continue;
				a = w->writer[tiny->ops[n].seen];
			} else if (!tiny->ops[n].is_write) {
				continue;
			}
			for (int r = 0; r < tiny->count; r++) {
				if (is_in(w->there, r) &&
				    tiny->ops[r].is_read &&
				    is_missed(w, r, a, b))
					return false;
			}
		}
	}
	return true;
}
