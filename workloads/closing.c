/* SPDX-License-Identifier: MIT */
#include "workloads/closing.h"

struct reads {
	struct closing closing;
	uint64_t next;
	size_t room;
	struct action *actions;
};

static bool next_read(void *state, const struct gen_context *context,
		      struct gen_op *op)
{
	struct reads *self = state;
	bool is_transaction = self->closing.keys_per_txn > 0;
	size_t count = 0;

	while (count < self->room && self->next < self->closing.begun) {
		self->actions[count++] = (struct action){
			.verb = VERB_READ,
			.object = (uint16_t)self->closing.object,
			.key = value_int(context->values,
					 (int64_t)self->next++),
		};
	}
	op->f = is_transaction ? VERB_TXN : VERB_READ;
	op->is_transaction = is_transaction;
	op->actions = self->actions;
	op->action_count = count;
	return count > 0;
}

static struct generator *reads_new(struct arena *arena,
				   const struct closing *closing,
				   uint64_t count)
{
	struct reads *self = arena_alloc(arena, sizeof(*self));

	self->closing = *closing;
	self->next = count < closing->begun ? closing->begun - count : 0;
	self->room = closing->keys_per_txn ? closing->keys_per_txn : 1;
	self->actions = arena_array(arena, self->room, sizeof(*self->actions));
	return generator_function(arena, next_read, self);
}

static struct generator *make_thread_reads(void *state, struct arena *arena,
					   uint64_t number)
{
	const struct closing *closing = state;
	uint64_t count = closing->count;

	(void)number;
	if (count > CLOSING_LAST_KEYS)
		count = CLOSING_LAST_KEYS;
	return reads_new(arena, closing, count);
}

struct generator *closing_reads(const struct workload_setup *setup,
				const struct closing *closing)
{
	struct arena *arena = setup->arena;
	struct closing *copy = arena_copy(arena, closing, sizeof(*closing));
	struct generator *parts[2];
	struct rng rng;

	rng_init(&rng, setup->seed, "closing", 0);
	parts[0] = reads_new(arena, copy, copy->count);
	parts[1] = gen_each_thread(arena, &rng, make_thread_reads, copy);
	return gen_sequence(arena, parts, 2);
}
