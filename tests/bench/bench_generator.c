/* SPDX-License-Identifier: MIT */
/* What an operation costs in the generator: one offer, one take and two
 * events, the way the engine asks with all threads busy. */
#include <stdio.h>
#include <time.h>

#include "harness/core/generator.h"

#define OPERATIONS 2000000
#define THREADS 64

struct leaf {
	struct action action;
	int64_t next;
};

static bool next_write(void *state, const struct gen_context *context,
		       struct gen_op *op)
{
	struct leaf *self = state;

	self->action.verb = VERB_WRITE;
	self->action.arg = value_int(context->values,
				     self->next++ & 0xffff);
	op->f = VERB_WRITE;
	op->actions = &self->action;
	op->action_count = 1;
	return true;
}

static struct generator *mixed(struct arena *arena, const struct rng *rng)
{
	struct generator *parts[3];

	for (size_t i = 0; i < 3; i++)
		parts[i] = generator_function(
			arena, next_write,
			arena_alloc(arena, sizeof(struct leaf)));
	return gen_mix(arena, rng, parts, NULL, 3);
}

static void hear(void *state, const struct gen_context *context,
		 const struct gen_event *event)
{
	(void)context;
	*(uint64_t *)state += event->type;
}

/* A key as the register workload has it. */
static struct generator *make_key(void *state, struct arena *arena,
				  uint64_t number)
{
	static const size_t readers[] = { 5 };
	const struct rng *rng = state;
	struct generator *lanes[] = { mixed(arena, rng), mixed(arena, rng) };
	struct generator *key = gen_reserve(arena, rng, readers, lanes, 1);

	(void)number;
	key = gen_hear(arena, hear, arena_alloc(arena, sizeof(uint64_t)), key);
	return gen_limit(arena, 100, key);
}

/* Of this thread's own work, whatever else the machine does. */
static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void play(const char *name, struct generator *generator)
{
	uint64_t free[2] = { UINT64_MAX, 1 };
	struct gen_context context = { .threads = THREADS,
				       .total = THREADS + 1,
				       .values = values_new(),
				       .free = free };
	struct gen_event event = { .action_count = 1 };
	int64_t start_ns = cpu_ns();
	size_t done = 0;

	/* Threads ask in turn: each is the only one free when it does. */
	for (; done < OPERATIONS; done++) {
		struct gen_op op;
		size_t asker = done * 29 % THREADS;

		free[0] = UINT64_C(1) << asker;
		context.asker = asker;
		context.time_ns += 3000;
		if (generator_offer(generator, &context, &op) != GEN_OP)
			break;
		generator_take(generator, &context, &op);
		event.thread = op.thread;
		event.actions = op.actions;
		event.type = OP_INVOKE;
		generator_event(generator, &context, &event);
		event.type = OP_OK;
		generator_event(generator, &context, &event);
	}
	if (done)
		printf("%-36s %6.1f ns an operation\n", name,
		       (double)(cpu_ns() - start_ns) / (double)done);
	values_free(context.values);
}

int main(void)
{
	struct arena arena = { 0 };
	struct rng rng;
	struct generator *g;

	rng_init(&rng, 1, "bench", 0);
	play("mix", mixed(&arena, &rng));
	g = gen_independent(&arena, &rng, 8, 0, make_key, &rng);
	play("independent(limit(reserve(mix)))", g);
	g = gen_independent(&arena, &rng, 8, 0, make_key, &rng);
	g = gen_time_limit(&arena, INT64_MAX / 2, g);
	play("time_limit(independent(...))", g);
	g = gen_stagger(&arena, &rng, 1000, g);
	g = gen_clients(&arena, g);
	play("clients(stagger(time_limit(...)))", g);
	g = gen_any(&arena, &rng, &g, 1);
	play("any(clients(stagger(...)))", g);
	arena_release(&arena);
	return 0;
}
