/* SPDX-License-Identifier: MIT */
#include "tests/support/causal_long.h"

#include <stdlib.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#define NODES 5

/* Nodes apply one log, each as far as it has got: what a store gives whose
 * followers lag, and sessions that stay with their node. */
struct store {
	struct history *history;
	struct rng rng;
	uint32_t keys;
	int64_t *held[NODES];
	struct {
		uint32_t key;
		int64_t value;
	} *log;
	size_t length;
	size_t applied[NODES];
	bool is_short; /* processes end */
	int32_t processes[CAUSAL_LONG_CLIENTS];
	uint32_t operations[CAUSAL_LONG_CLIENTS];
	int32_t process_count;
};

static void apply_until(struct store *s, uint32_t node, size_t end)
{
	for (; s->applied[node] < end; s->applied[node]++) {
		size_t i = s->applied[node];

		s->held[node][s->log[i].key] = s->log[i].value;
	}
}

static void record(struct store *s, int32_t process, struct action *action)
{
	struct entry entry = {
		.index = s->history->entry_count,
		.time_ns = (int64_t)s->history->entry_count * 1000,
		.process = process,
		.type = OP_INVOKE,
		.f = action->verb,
		.actions = action,
		.action_count = 1,
	};
	struct value result = action->result;
	struct error err;

	action->result = value_nil();
	if (history_append(s->history, &entry, &err) != 0)
		abort();
	action->result = result;
	entry.type = OP_OK;
	entry.index++;
	entry.time_ns += 1000;
	if (history_append(s->history, &entry, &err) != 0)
		abort();
}

static int32_t process_of(struct store *s, uint32_t client)
{
	if (s->is_short && ++s->operations[client] % CAUSAL_LONG_EACH == 0)
		s->processes[client] = s->process_count++;
	return s->processes[client];
}

static void step(struct store *s, int64_t number)
{
	uint32_t client = (uint32_t)rng_below(&s->rng, CAUSAL_LONG_CLIENTS);
	int32_t process = process_of(s, client);
	uint32_t node = client % NODES;
	uint32_t key = (uint32_t)rng_below(&s->rng, s->keys);
	struct action action = { .key = value_int(s->history->values, key) };

	if (rng_chance(&s->rng, 0.5)) {
		int64_t value;

		if (s->length - s->applied[node] > 50)
			apply_until(s, node, s->length - 10);
		value = s->held[node][key];
		action.verb = VERB_READ;
		action.result = value ? value_int(s->history->values, value) :
					value_nil();
	} else {
		/* A node that writes has all that was written before. */
		apply_until(s, node, s->length);
		s->log[s->length].key = key;
		s->log[s->length++].value = number;
		apply_until(s, node, s->length);
		action.verb = VERB_WRITE;
		action.arg = value_int(s->history->values, number);
	}
	record(s, process, &action);
}

/* The final phase: each key is read once, when all nodes have everything. */
static void close_history(struct store *s)
{
	struct error err;
	struct action phase = { .arg = value_string(s->history->values,
						    "final") };
	struct entry entry = {
		.index = s->history->entry_count,
		.time_ns = (int64_t)s->history->entry_count * 1000,
		.process = PROCESS_NEMESIS,
		.type = OP_INFO,
		.f = history_f(s->history, "phase", 5, &err),
		.actions = &phase,
		.action_count = 1,
	};

	if (history_append(s->history, &entry, &err) != 0)
		abort();
	apply_until(s, 0, s->length);
	for (uint32_t key = 0; key < s->keys; key++) {
		int64_t value = s->held[0][key];
		struct action read = {
			.key = value_int(s->history->values, key),
			.verb = VERB_READ,
		};

		if (value)
			read.result = value_int(s->history->values, value);
		record(s, s->processes[0], &read);
	}
}

struct history *causal_long(const struct causal_long *shape)
{
	struct store s = { .history = history_new(),
			   .keys = shape->keys,
			   .is_short = shape->is_short,
			   .process_count = CAUSAL_LONG_CLIENTS };

	for (int32_t c = 0; c < CAUSAL_LONG_CLIENTS; c++)
		s.processes[c] = c;
	rng_init(&s.rng, 1, "bench causal", shape->keys);
	s.log = heap_alloc((shape->count + 1) * sizeof(*s.log));
	for (int n = 0; n < NODES; n++)
		s.held[n] = heap_zeroed(shape->keys, sizeof(int64_t));
	for (size_t i = 0; i < shape->count; i++)
		step(&s, (int64_t)i + 1);
	close_history(&s);
	for (int n = 0; n < NODES; n++)
		free(s.held[n]);
	free(s.log);
	return s.history;
}
