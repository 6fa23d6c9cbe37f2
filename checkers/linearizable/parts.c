/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/parts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "checkers/linearizable/components.h"
#include "checkers/linearizable/models.h"

/* Shared by the workers: each takes the next part that nobody has. */
struct work {
	struct parts *parts;
	const struct judge *judge;
	const struct history_keys *keys;
	atomic_size_t next;
};

struct worker {
	struct work *work;
	struct arena *arena;
	pthread_t thread;
	bool is_started;
};

/* An indeterminate drain may have taken all that nobody else took: at most
 * as many elements as were put in. */
static size_t insertions_of(const struct history *history, const uint32_t *ops,
			    size_t count)
{
	size_t insertions = 0;
	bool has_drain = false;

	for (size_t i = 0; i < count; i++) {
		const struct op *op = &history->ops[ops[i]];

		insertions += op->f == VERB_ENQUEUE;
		has_drain |= op->f == VERB_DRAIN &&
			     op->outcome == OUTCOME_INDETERMINATE;
	}
	return has_drain ? insertions : 0;
}

/* Of parts that nobody had taken when time ran out. The first one is tried in
 * any case. */
static const struct finding too_late = {
	.method = "none",
	.why = "time ran out",
	.reason = "the check ran out of time before it was looked at",
};

static void judge_one(struct work *work, size_t number, struct arena *arena)
{
	const struct judge *judge = work->judge;
	struct part *part = &work->parts->items[number];
	const uint32_t *ops = work->keys->ops + work->keys->starts[number];
	size_t count = work->keys->starts[number + 1] -
		       work->keys->starts[number];
	size_t drained = insertions_of(judge->history, ops, count);

	part->op_count = count;
	part->finding = too_late;
	if (number && budget_expired(judge->limits->budget))
		return;
	part->calls.items = array_reserve(NULL, &part->calls.capacity, count,
					  sizeof(*part->calls.items));
	for (size_t i = 0; i < count; i++) {
		if ((i & 0xffff) == 0xffff &&
		    budget_expired(judge->limits->budget))
			return;
		calls_add(&part->calls, judge->history, ops[i],
			  judge->settings->failed_cas_asserts, drained);
	}
	judge_part(judge, &part->calls, arena, &part->finding);
	if (part->finding.kind == VERDICT_VALID)
		calls_release(&part->calls);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	struct work *work = worker->work;

	for (;;) {
		size_t number = atomic_fetch_add(&work->next, 1);

		if (number >= work->parts->count)
			return NULL;
		judge_one(work, number, worker->arena);
	}
}

/* All operations in one part. */
static void join_keys(struct history_keys *keys, const struct history *history)
{
	size_t count = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]))
			keys->ops[count++] = (uint32_t)i;
	}
	if (keys->count > 1)
		keys->keys[0] = value_nil();
	keys->count = keys->count ? 1 : 0;
	keys->starts[keys->count] = (uint32_t)count;
}

/* The calling thread works too; a thread that cannot be had is no harm. */
static void run_workers(struct worker *workers, size_t count)
{
	for (size_t i = 1; i < count; i++)
		workers[i].is_started =
			pthread_create(&workers[i].thread, NULL, worker_main,
				       &workers[i]) == 0;
	worker_main(&workers[0]);
	for (size_t i = 1; i < count; i++) {
		if (workers[i].is_started)
			pthread_join(workers[i].thread, NULL);
	}
}

void parts_judge(struct parts *parts, const struct judge *judge,
		 unsigned threads)
{
	struct history_keys keys;
	struct work work = { .parts = parts, .judge = judge, .keys = &keys };
	struct worker *workers;

	if (judge->model == &model_multi_register)
		components_init(&keys, judge->history);
	else
		history_keys_init(&keys, judge->history);
	if (judge->model->is_whole && judge->model != &model_multi_register)
		join_keys(&keys, judge->history);
	parts->count = keys.count;
	parts->items = heap_zeroed(keys.count, sizeof(*parts->items));
	for (size_t i = 0; i < keys.count; i++)
		parts->items[i].key = keys.keys[i];
	parts->arena_count = threads ? threads : 1;
	if (parts->arena_count > keys.count && keys.count)
		parts->arena_count = keys.count;
	parts->arenas = heap_zeroed(parts->arena_count, sizeof(struct arena));
	workers = heap_zeroed(parts->arena_count, sizeof(*workers));
	for (size_t i = 0; i < parts->arena_count; i++)
		workers[i] = (struct worker){ .work = &work,
					      .arena = &parts->arenas[i] };
	run_workers(workers, parts->arena_count);
	free(workers);
	history_keys_release(&keys);
}

void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		calls_release(&parts->items[i].calls);
	for (size_t i = 0; i < parts->arena_count; i++)
		arena_release(&parts->arenas[i]);
	free(parts->items);
	free(parts->arenas);
	*parts = (struct parts){ 0 };
}
