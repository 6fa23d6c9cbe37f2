/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/parts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "checkers/linearizable/components.h"
#include "checkers/linearizable/layout.h"
#include "checkers/linearizable/models.h"

/* Shared by the workers: each takes the next part that nobody has. */
struct work {
	struct parts *parts;
	const struct judge *judge;
	const struct history_keys *keys;
	struct layout layout;
	atomic_size_t next_share; /* of the layout */
	size_t shares;
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

/* The calls of one part, gathered from all over the history. False when time
 * is up. */
static bool gather(const struct work *work, size_t number,
		   struct calls *calls)
{
	const struct judge *judge = work->judge;
	const uint32_t *ops = work->keys->ops + work->keys->starts[number];
	size_t count = work->keys->starts[number + 1] -
		       work->keys->starts[number];
	size_t drained = insertions_of(judge->history, ops, count);

	calls->items = heap_alloc(count * sizeof(*calls->items));
	calls->capacity = count;
	for (size_t i = 0; i < count; i++) {
		if ((i & 0xffff) == 0xffff &&
		    budget_expired(judge->limits->budget))
			return false;
		calls_add(calls, judge->history, ops[i],
			  judge->settings->failed_cas_asserts, drained);
	}
	return true;
}

static void judge_one(struct work *work, size_t number, struct arena *arena)
{
	struct part *part = &work->parts->items[number];
	struct calls calls = { 0 };

	part->op_count = work->keys->starts[number + 1] -
			 work->keys->starts[number];
	part->finding = too_late;
	if (number && budget_expired(work->judge->limits->budget))
		return;
	if (layout_take(&work->layout, number, &calls) ||
	    gather(work, number, &calls))
		judge_part(work->judge, &calls, arena, &part->finding);
	calls_release(&calls);
}

static void *lay_out_main(void *argument)
{
	struct work *work = ((struct worker *)argument)->work;

	for (;;) {
		size_t share = atomic_fetch_add(&work->next_share, 1);

		if (share >= work->shares)
			return NULL;
		layout_share(&work->layout, share, work->shares);
	}
}

static void *judge_main(void *argument)
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
	free(keys->groups);
	keys->groups = NULL;
	if (keys->count > 1)
		keys->keys[0] = value_nil();
	keys->count = keys->count ? 1 : 0;
	keys->starts[keys->count] = (uint32_t)count;
}

/* The calling thread works too; a thread that cannot be had is no harm. */
static void run_workers(struct worker *workers, size_t count,
			void *(*work)(void *))
{
	for (size_t i = 1; i < count; i++)
		workers[i].is_started =
			pthread_create(&workers[i].thread, NULL, work,
				       &workers[i]) == 0;
	work(&workers[0]);
	for (size_t i = 1; i < count; i++) {
		if (workers[i].is_started)
			pthread_join(workers[i].thread, NULL);
	}
}

/* A small part of the memory is worth one pass instead of one a key. */
#define LAYOUT_SHARE 8

static bool is_worth_layout(const struct history_keys *keys,
			    const struct search_limits *limits)
{
	return keys->count > 1 && keys->groups &&
	       layout_bytes(keys) <= limits->bytes_max / LAYOUT_SHARE;
}

/* Judges all parts, which are grouped. */
static void judge_all(struct work *work)
{
	struct parts *parts = work->parts;
	struct worker *workers = heap_zeroed(parts->arena_count,
					     sizeof(*workers));
	struct search_limits limits = *work->judge->limits;
	struct judge judge = *work->judge;

	judge.limits = &limits;
	work->judge = &judge;
	work->shares = parts->arena_count;
	for (size_t i = 0; i < parts->arena_count; i++)
		workers[i] = (struct worker){ .work = work,
					      .arena = &parts->arenas[i] };
	if (is_worth_layout(work->keys, &limits)) {
		layout_init(&work->layout, &judge, work->keys);
		limits.bytes_max -= layout_bytes(work->keys);
		run_workers(workers, parts->arena_count, lay_out_main);
	}
	run_workers(workers, parts->arena_count, judge_main);
	layout_release(&work->layout);
	free(workers);
}

void parts_judge(struct parts *parts, const struct judge *judge,
		 unsigned threads)
{
	struct history_keys keys;
	struct work work = { .parts = parts, .judge = judge, .keys = &keys };

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
	judge_all(&work);
	history_keys_release(&keys);
}

void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < parts->arena_count; i++)
		arena_release(&parts->arenas[i]);
	free(parts->items);
	free(parts->arenas);
	*parts = (struct parts){ 0 };
}
