/* SPDX-License-Identifier: MIT */
#include "tests/support/causal_tiny.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the sessions' replicas hold, when they are honest. */
struct replicas {
	int held[4][TINY_KEYS];
	int values;
};

static void write_value(struct replicas *r, struct tiny_op *op)
{
	op->written = ++r->values;
	if (!op->is_failed)
		r->held[op->session][op->key] = op->written;
}

/* Any value: of the key if possible, of the past or the future. */
static int any_value(const struct tiny *tiny, struct rng *rng, int key)
{
	int values[TINY_MAX + 1] = { 0 };
	int count = 1;

	for (int i = 0; i < tiny->count; i++) {
		if (tiny->ops[i].is_write && tiny->ops[i].key == key)
			values[count++] = tiny->ops[i].written;
	}
	if (rng_below(rng, 150) == 0)
		return 99;
	return values[rng_below(rng, (uint64_t)count)];
}

static void choose_kind(struct tiny_op *op, struct rng *rng, bool may_end)
{
	uint64_t kind = rng_below(rng, 20);

	op->is_read = kind < 11;
	op->is_write = kind >= 10;
	op->is_failed = !op->is_read && rng_below(rng, 25) == 0;
	op->is_open = op->is_write && may_end && !op->is_failed &&
		      rng_below(rng, 8) == 0;
}

/* One replica learns what another holds of one key, or of all. */
static void exchange(struct replicas *r, struct rng *rng, int sessions)
{
	uint64_t from = rng_below(rng, (uint64_t)sessions);
	uint64_t to = rng_below(rng, (uint64_t)sessions);
	uint64_t key = rng_below(rng, TINY_KEYS + 1);

	for (uint64_t k = 0; k < TINY_KEYS; k++) {
		if (k == key || key == TINY_KEYS)
			r->held[to][k] = r->held[from][k];
	}
}

static void tell_lies(struct tiny *tiny, struct rng *rng, uint64_t lies)
{
	for (int i = 0; i < tiny->count; i++) {
		struct tiny_op *op = &tiny->ops[i];

		if (op->is_read && rng_below(rng, 100) < lies)
			op->seen = any_value(tiny, rng, op->key);
	}
}

void tiny_make(struct tiny *tiny, struct rng *rng)
{
	static const uint64_t chances[] = { 0, 15, 40, 100 };
	struct replicas r = { .values = 0 };
	bool ended[4] = { false };
	bool is_atomic = rng_below(rng, 3) == 0;
	uint64_t lies = chances[rng_below(rng, 4)];
	int keys = 1 + (int)rng_below(rng, TINY_KEYS);

	*tiny = (struct tiny){ .sessions = 1 + (int)rng_below(rng, 4) };
	for (int tries = 3 + (int)rng_below(rng, TINY_MAX - 2); tries > 0;
	     tries--) {
		struct tiny_op *op = &tiny->ops[tiny->count];

		op->session = (int)rng_below(rng, (uint64_t)tiny->sessions);
		op->key = (int)rng_below(rng, (uint64_t)keys);
		if (ended[op->session])
			continue;
		choose_kind(op, rng, tiny->sessions > 1);
		ended[op->session] = op->is_open;
		if (op->is_read)
			op->seen = r.held[op->session][op->key];
		if (op->is_write)
			write_value(&r, op);
		for (int s = 0; is_atomic && s < tiny->sessions; s++)
			memcpy(r.held[s], r.held[op->session],
			       sizeof(r.held[s]));
		exchange(&r, rng, tiny->sessions);
		tiny->count++;
	}
	tell_lies(tiny, rng, lies);
	for (int i = 0; i < tiny->count; i++) {
		int last = i;

		while (last + 1 < tiny->count &&
		       tiny->ops[last + 1].session != tiny->ops[i].session)
			last++;
		tiny->reach[i] =
			i + 1 + (int)rng_below(rng, (uint64_t)(last - i + 1));
	}
}

static struct value value_of(struct history *history, int number)
{
	return number ? value_int(history->values, number) : value_nil();
}

static void append(struct history *history, const struct tiny *tiny, int i,
		   bool is_invocation)
{
	const struct tiny_op *op = &tiny->ops[i];
	struct action action = { .key = value_int(history->values, op->key) };
	struct entry entry = {
		.index = history->entry_count,
		.time_ns = (int64_t)history->entry_count * 1000,
		.process = op->session,
		.actions = &action,
		.action_count = 1,
	};
	struct error err;

	action.verb = !op->is_write ? VERB_READ :
		      op->is_read   ? VERB_CAS :
				      VERB_WRITE;
	entry.f = action.verb;
	if (op->is_write)
		action.arg = value_of(history, op->written);
	if (op->is_read && op->is_write)
		action.expected = value_of(history, op->seen);
	entry.type = is_invocation  ? OP_INVOKE :
		     op->is_open    ? OP_INFO :
		     op->is_failed  ? OP_FAIL :
				      OP_OK;
	if (!is_invocation && op->is_read && !op->is_write)
		action.result = value_of(history, op->seen);
	if (history_append(history, &entry, &err) != 0) {
		fprintf(stderr, "tiny: %s\n", err.text);
		abort();
	}
}

struct history *tiny_history(const struct tiny *tiny)
{
	struct history *history = history_new();

	for (int i = 0; i <= tiny->count; i++) {
		for (int j = 0; j < i; j++) {
			if (tiny->reach[j] == i)
				append(history, tiny, j, false);
		}
		if (i < tiny->count)
			append(history, tiny, i, true);
	}
	return history;
}

void tiny_print(const struct tiny *tiny)
{
	for (int i = 0; i < tiny->count; i++) {
		const struct tiny_op *op = &tiny->ops[i];

		printf("%d: session %d key %d:", i, op->session, op->key);
		if (op->is_read)
			printf(" reads %d", op->seen);
		if (op->is_write)
			printf(" writes %d", op->written);
		printf("%s%s, ends before %d\n", op->is_open ? " open" : "",
		       op->is_failed ? " refused" : "", tiny->reach[i]);
	}
}

const char *tiny_model_name(enum tiny_model model)
{
	static const char *const names[] = {
		"linearizable",	      "sequential",
		"causal-memory",      "causal-convergence",
		"causal",	      "pram",
		"read-your-writes",   "monotonic-reads",
		"monotonic-writes",   "writes-follow-reads",
		"real-time-causal",   "regular",
		"safe",		      "processor",
	};

	return names[model];
}
