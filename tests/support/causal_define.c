/* SPDX-License-Identifier: MIT */
/* The models as they are defined, by trying all orders. */
#include <string.h>

#include "tests/support/causal_world.h"

struct state {
	unsigned done;
	int held[TINY_KEYS];
};

static bool is_new(uint64_t been[][2], const struct state *state)
{
	int bit = state->held[0] * (TINY_MAX + 1) + state->held[1];
	uint64_t *bits = &been[state->done][bit / 64];
	bool is_set = *bits >> bit % 64 & 1u;

	*bits |= UINT64_C(1) << bit % 64;
	return !is_set;
}

/* Depth-first over what is done and what is held. */
bool explains(const struct world *w, unsigned ops,
	      const struct order *order, unsigned reads)
{
	uint64_t been[1 << TINY_MAX][2]; /* a bit for what is held */
	struct state stack[TINY_MAX * TINY_MAX + 1] = { { .done = 0 } };
	int depth = 1;

	memset(been, 0, sizeof(been[0]) << w->tiny->count);
	while (depth > 0) {
		struct state now = stack[--depth];

		if (now.done == ops)
			return true;
		for (int i = 0; i < w->tiny->count; i++) {
			const struct tiny_op *op = &w->tiny->ops[i];
			unsigned needed = order->before[i] & ops;

			if (!is_in(ops & ~now.done, i) ||
			    (needed & ~now.done) != 0 ||
			    (is_in(reads, i) && op->is_read &&
			     op->seen != now.held[op->key]))
				continue;
			stack[depth] = now;
			stack[depth].done |= 1u << i;
			if (op->is_write)
				stack[depth].held[op->key] = op->written;
			depth += is_new(been, &stack[depth]);
		}
	}
	return false;
}

unsigned all_of(const struct world *w, int session, bool writes)
{
	unsigned set = 0;

	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->there, i) &&
		    (w->tiny->ops[i].session == session ||
		     (writes && w->tiny->ops[i].is_write)))
			set |= 1u << i;
	}
	return set;
}

static void find_orders(struct world *w)
{
	const struct tiny *tiny = w->tiny;

	memset(w->writer, 0xff, sizeof(w->writer));
	for (int i = 0; i < tiny->count; i++) {
		if (is_in(w->there, i) && tiny->ops[i].is_write)
			w->writer[tiny->ops[i].written] = i;
	}
	for (int i = 0; i < tiny->count; i++) {
		for (int j = 0; is_in(w->there, i) && j < i; j++) {
			if (is_in(w->there, j) &&
			    tiny->ops[j].session == tiny->ops[i].session)
				w->sessions.before[i] |= 1u << j;
		}
		w->causal.before[i] = w->sessions.before[i];
		if (is_in(w->there, i) && tiny->ops[i].is_read &&
		    tiny->ops[i].seen && w->writer[tiny->ops[i].seen] >= 0)
			w->causal.before[i] |=
				1u << w->writer[tiny->ops[i].seen];
	}
	for (int k = 0; k < tiny->count; k++) {
		for (int i = 0; i < tiny->count; i++) {
			if (is_in(w->causal.before[i], k))
				w->causal.before[i] |= w->causal.before[k];
		}
	}
	for (int i = 0; i < tiny->count; i++)
		w->is_cyclic |= is_in(w->causal.before[i], i);
}

static bool has_stranger(const struct world *w)
{
	for (int i = 0; i < w->tiny->count; i++) {
		const struct tiny_op *op = &w->tiny->ops[i];

		if (is_in(w->there, i) && op->is_read && op->seen &&
		    w->writer[op->seen] < 0)
			return true;
	}
	return false;
}

static bool linearizable(const struct world *w)
{
	struct order order = w->sessions;

	for (int i = 0; i < w->tiny->count; i++) {
		for (int j = 0; j < i; j++) {
			if (!w->tiny->ops[j].is_open && w->tiny->reach[j] <= i)
				order.before[i] |= 1u << j;
		}
	}
	return explains(w, w->there, &order, w->there);
}

static bool each_session(const struct world *w, const struct order *order)
{
	for (int s = 0; s < w->tiny->sessions; s++) {
		if (!explains(w, all_of(w, s, true), order,
			      all_of(w, s, false)))
			return false;
	}
	return true;
}

static bool causal(const struct world *w)
{
	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->there, i) && w->tiny->ops[i].is_read &&
		    !explains(w, w->causal.before[i] | 1u << i, &w->causal,
			      1u << i))
			return false;
	}
	return true;
}

bool converges_by(const struct world *w, const struct permutation *p)
{
	for (int i = 0; i < w->tiny->count; i++) {
		const struct tiny_op *op = &w->tiny->ops[i];
		int last = 0;

		if (!is_in(w->there, i) || !op->is_read)
			continue;
		for (int n = 0; n < p->count; n++) {
			const struct tiny_op *other =
				&w->tiny->ops[p->writes[n]];

			if (other->key == op->key &&
			    is_in(w->causal.before[i], p->writes[n]))
				last = other->written;
		}
		if (last != op->seen)
			return false;
	}
	return true;
}

static bool causal_convergence(const struct world *w)
{
	struct permutation p;

	first_permutation(w, -1, &p);
	do {
		if (respects(&p, &w->causal) && converges_by(w, &p))
			return true;
	} while (next_permutation(&p));
	return false;
}

static bool world_holds(struct world *w, enum tiny_model model)
{
	find_orders(w);
	if (model == TINY_SAFE)
		return world_safe(w);
	if (has_stranger(w))
		return false;
	switch (model) {
	case TINY_LINEARIZABLE:
		return linearizable(w);
	case TINY_SEQUENTIAL:
		return explains(w, w->there, &w->sessions, w->there);
	case TINY_CAUSAL_MEMORY:
		return !w->is_cyclic && each_session(w, &w->causal);
	case TINY_CAUSAL_CONVERGENCE:
		return !w->is_cyclic && causal_convergence(w);
	case TINY_CAUSAL:
		return !w->is_cyclic && causal(w);
	case TINY_PRAM:
		return each_session(w, &w->sessions);
	case TINY_READ_YOUR_WRITES:
		return world_versions(w, false);
	case TINY_MONOTONIC_READS:
		return world_versions(w, true);
	case TINY_REAL_TIME_CAUSAL:
		return !w->is_cyclic && world_real_time(w);
	case TINY_REGULAR:
		return world_regular(w);
	case TINY_PROCESSOR:
		return world_processor(w);
	case TINY_MONOTONIC_WRITES:
		return world_pairs(w, false);
	default:
		return world_pairs(w, true);
	}
}

bool tiny_holds(const struct tiny *tiny, enum tiny_model model)
{
	unsigned open = 0;
	unsigned there = 0;

	for (int i = 0; i < tiny->count; i++) {
		if (tiny->ops[i].is_open)
			open |= 1u << i;
		else if (!tiny->ops[i].is_failed)
			there |= 1u << i;
	}
	/* Each open operation happened or not: all subsets. */
	for (unsigned subset = open;; subset = (subset - 1) & open) {
		struct world w = { .tiny = tiny, .there = there | subset };

		if (world_holds(&w, model))
			return true;
		if (subset == 0)
			return false;
	}
}
