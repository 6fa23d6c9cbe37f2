/* SPDX-License-Identifier: MIT */
#include "tests/support/simulate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS (INT64_C(86400) * 1000000000)

struct player {
	const struct simulation *setup;
	struct generator *generator;
	struct arena *arena;
	struct rng rng;
	struct gen_context context;
	uint64_t *free;
	int32_t *processes;
	size_t *in_flight; /* operation of each thread; SIZE_MAX: none */
	struct simulation_result result;
	size_t capacity;
};

enum op_type simulate_info(void *state, struct rng *rng, struct values *values,
			   struct simulated *op)
{
	(void)state;
	(void)rng;
	(void)values;
	(void)op;
	return OP_INFO;
}

enum op_type simulate_imperfect(void *state, struct rng *rng,
				struct values *values, struct simulated *op)
{
	static const enum op_type types[] = { OP_OK, OP_FAIL, OP_INFO };

	(void)state;
	(void)values;
	(void)op;
	return types[rng_below(rng, 3)];
}

/* The thread whose operation completes first; SIZE_MAX: none in flight. */
static size_t first_to_complete(const struct player *player)
{
	size_t first = SIZE_MAX;

	for (size_t t = 0; t < player->context.total; t++) {
		size_t op = player->in_flight[t];

		if (op == SIZE_MAX)
			continue;
		if (first == SIZE_MAX ||
		    player->result.ops[op].complete_ns <
			    player->result.ops[player->in_flight[first]]
				    .complete_ns)
			first = t;
	}
	return first;
}

static void tell(struct player *player, const struct simulated *op,
		 enum op_type type)
{
	struct gen_event event = {
		.type = type,
		.thread = op->thread,
		.process = op->process,
		.time_ns = player->context.time_ns,
		.f = op->f,
		.action_count = op->action_count,
		.actions = op->actions,
	};

	generator_event(player->generator, &player->context, &event);
}

static void begin(struct player *player, const struct gen_op *offer)
{
	const struct simulation *setup = player->setup;
	uint64_t spread =
		(uint64_t)(setup->latency_max_ns - setup->latency_min_ns);
	int64_t latency = setup->latency_min_ns +
			  (int64_t)rng_below(&player->rng, spread + 1);
	struct simulated *op;

	player->result.ops =
		array_reserve(player->result.ops, &player->capacity,
			      player->result.count + 1, sizeof(*op));
	op = &player->result.ops[player->result.count];
	*op = (struct simulated){
		.invoke_ns = player->context.time_ns,
		.complete_ns = player->context.time_ns + latency,
		.thread = offer->thread,
		.process = player->processes[offer->thread],
		.type = OP_NONE,
		.f = offer->f,
		.is_transaction = offer->is_transaction,
		.action_count = offer->action_count,
		.actions = arena_copy(player->arena, offer->actions,
				      offer->action_count *
					      sizeof(*offer->actions)),
		.note = offer->note,
		.hop = offer->hop,
	};
	generator_take(player->generator, &player->context, offer);
	player->free[op->thread / 64] &= ~(UINT64_C(1) << (op->thread % 64));
	player->in_flight[op->thread] = player->result.count++;
	tell(player, op, OP_INVOKE);
}

static void complete(struct player *player, size_t thread)
{
	const struct simulation *setup = player->setup;
	struct simulated *op = &player->result.ops[player->in_flight[thread]];

	player->context.time_ns = op->complete_ns;
	op->type = OP_OK;
	if (setup->outcome && op->process != PROCESS_NEMESIS)
		op->type = setup->outcome(setup->state, &player->rng,
					  player->context.values, op);
	player->in_flight[thread] = SIZE_MAX;
	player->free[thread / 64] |= UINT64_C(1) << (thread % 64);
	if (op->type == OP_INFO)
		player->processes[thread] += (int32_t)setup->threads;
	tell(player, op, op->type);
}

/* Asks, and asks again. */
static enum gen_answer ask(struct player *player, struct gen_op *op)
{
	struct gen_op again;
	enum gen_answer answer;

	answer = generator_offer(player->generator, &player->context, &again);
	assert(generator_offer(player->generator, &player->context, op) ==
	       answer);
	if (answer == GEN_OP) {
		assert(op->f == again.f && op->note == again.note);
		assert(op->thread == again.thread);
		assert(op->time_ns == again.time_ns);
		assert(op->action_count == again.action_count);
		assert(!op->action_count ||
		       memcmp(op->actions, again.actions,
			      op->action_count * sizeof(*op->actions)) == 0);
	}
	return answer;
}

/* One step in time. False: that was the end. */
static bool step(struct player *player)
{
	struct simulation_result *result = &player->result;
	size_t first = first_to_complete(player);
	int64_t next_ns = INT64_MAX;
	struct gen_op op;
	enum gen_answer answer = ask(player, &op);

	if (answer == GEN_OP && op.time_ns <= player->context.time_ns) {
		begin(player, &op);
		return true;
	}
	if (answer != GEN_EXHAUSTED)
		next_ns = op.time_ns;
	if (first != SIZE_MAX) {
		int64_t complete_ns =
			result->ops[player->in_flight[first]].complete_ns;

		if (complete_ns <= next_ns) {
			complete(player, first);
			return true;
		}
	} else if (next_ns == INT64_MAX) {
		result->end = answer == GEN_EXHAUSTED ? SIMULATION_EXHAUSTED
						      : SIMULATION_STUCK;
		return false;
	}
	assert(next_ns > player->context.time_ns);
	player->context.time_ns = next_ns;
	return true;
}

static void set_up(struct player *player)
{
	const struct simulation *setup = player->setup;
	struct arena *arena = player->arena;
	struct gen_context *context = &player->context;

	rng_init(&player->rng, setup->seed, "simulation", 0);
	context->threads = setup->threads;
	context->total = setup->threads + setup->has_nemesis;
	context->asker = SIZE_MAX;
	player->free = arena_array(arena, GEN_WORDS(context->total),
				   sizeof(*player->free));
	player->processes =
		arena_array(arena, context->total, sizeof(*player->processes));
	player->in_flight =
		arena_array(arena, context->total, sizeof(*player->in_flight));
	for (size_t t = 0; t < context->total; t++) {
		player->free[t / 64] |= UINT64_C(1) << (t % 64);
		player->processes[t] =
			t < setup->threads ? (int32_t)t : PROCESS_NEMESIS;
		player->in_flight[t] = SIZE_MAX;
	}
	context->free = player->free;
	context->processes = player->processes;
	context->values = setup->values ? setup->values : values_new();
}

struct simulation_result simulate(struct arena *arena,
				  const struct simulation *simulation,
				  struct generator *generator)
{
	struct player player = {
		.setup = simulation,
		.generator = generator,
		.arena = arena,
	};
	size_t count_max =
		simulation->count_max ? simulation->count_max : 100000;
	int64_t time_max =
		simulation->time_max_ns ? simulation->time_max_ns : DAY_NS;
	struct simulated *ops;
	size_t first;

	set_up(&player);
	player.result.end = SIMULATION_CUT;
	while (player.result.count < count_max &&
	       player.context.time_ns < time_max && step(&player))
		continue;
	while ((first = first_to_complete(&player)) != SIZE_MAX)
		complete(&player, first);
	player.result.end_ns = player.context.time_ns;
	ops = player.result.ops;
	player.result.ops =
		arena_copy(arena, ops, player.result.count * sizeof(*ops));
	free(ops);
	if (!simulation->values)
		values_free(player.context.values);
	return player.result;
}

struct numbers {
	enum verb verb;
	int64_t next;
	int64_t to;
	struct action action;
};

static bool next_number(void *state, const struct gen_context *context,
			struct gen_op *op)
{
	struct numbers *self = state;

	if (self->next == self->to)
		return false;
	self->action = (struct action){
		.verb = (uint16_t)self->verb,
		.object = OBJECT_REGISTER,
		.arg = value_int(context->values, self->next++),
	};
	op->f = self->action.verb;
	op->actions = &self->action;
	op->action_count = 1;
	return true;
}

struct generator *simulate_numbers(struct arena *arena, enum verb verb,
				   int64_t from, int64_t to)
{
	struct numbers *self = arena_alloc(arena, sizeof(*self));

	self->verb = verb;
	self->next = from;
	self->to = to;
	return generator_function(arena, next_number, self);
}

int64_t simulated_number(const struct simulated *op)
{
	assert(op->action_count > 0);
	return value_as_int(NULL, op->actions[0].arg);
}
