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
	const struct history_keys *keys = &work->parts->keys;
	const uint32_t *ops = keys->ops + keys->starts[number];
	size_t count = keys->starts[number + 1] - keys->starts[number];
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
	const struct deal *deal = &work->parts->deal;
	struct calls calls = { 0 };
	bool is_ready = true;

	part->finding = too_late;
	if (number && budget_expired(work->judge->limits->budget))
		return;
	if (deal->share_count)
		deal_take(deal, number, &calls);
	else
		is_ready = gather(work, number, &calls);
	if (is_ready)
		judge_part(work->judge, &calls, arena, &part->finding);
	calls_release(&calls);
}

/* The calling thread works too; a thread that cannot be had is no harm. */
static void run_workers(struct work *work, size_t count, void *(*run)(void *))
{
	struct worker *workers = heap_zeroed(count, sizeof(*workers));

	atomic_store(&work->next, 0);
	for (size_t i = 0; i < count; i++)
		workers[i] = (struct worker){
			.work = work, .arena = &work->parts->arenas[i],
		};
	for (size_t i = 1; i < count; i++)
		workers[i].is_started =
			pthread_create(&workers[i].thread, NULL, run,
				       &workers[i]) == 0;
	if (count)
		run(&workers[0]);
	for (size_t i = 1; i < count; i++) {
		if (workers[i].is_started)
			pthread_join(workers[i].thread, NULL);
	}
	free(workers);
}

static void *deal_main(void *argument)
{
	struct work *work = ((struct worker *)argument)->work;

	for (;;) {
		size_t number = atomic_fetch_add(&work->next, 1);

		if (number >= work->parts->deal.share_count)
			return NULL;
		deal_share(&work->parts->deal, number);
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

/* A thread for each so many operations. */
#define SHARE_OPS 16384

/* A part of the memory is worth one pass instead of one a key. */
#define DEAL_PART 4

/* Deals the calls out; false if that cannot be, or takes too much memory. */
static bool deal_parts(struct parts *parts, const struct judge *judge)
{
	struct work work = { .parts = parts, .judge = judge };
	size_t shares = judge->history->op_count / SHARE_OPS + 1;
	bool is_dealt;

	if (judge->model == &model_multi_register ||
	    deal_bytes(judge->history) / parts->arena_count >
		    judge->limits->bytes_max / DEAL_PART)
		return false;
	if (shares > parts->arena_count)
		shares = parts->arena_count;
	deal_init(&parts->deal, judge, shares);
	run_workers(&work, shares, deal_main);
	is_dealt = deal_finish(&parts->deal);
	if (!is_dealt)
		deal_release(&parts->deal);
	return is_dealt;
}

static void group_parts(struct parts *parts, const struct judge *judge)
{
	struct history_keys *keys = &parts->keys;

	if (judge->model == &model_multi_register)
		components_init(keys, judge->history);
	else
		history_keys_init(keys, judge->history);
	if (judge->model->is_whole && judge->model != &model_multi_register)
		join_keys(keys, judge->history);
}

void parts_init(struct parts *parts, const struct judge *judge,
		unsigned threads)
{
	const struct deal *deal = &parts->deal;
	const struct history_keys *keys = &parts->keys;
	bool is_dealt;

	*parts = (struct parts){ .arena_count = threads ? threads : 1 };
	parts->arenas = heap_zeroed(parts->arena_count, sizeof(struct arena));
	is_dealt = deal_parts(parts, judge);
	if (!is_dealt)
		group_parts(parts, judge);
	parts->is_fit = is_dealt && !deal->is_odd;
	parts->count = is_dealt ? deal->count : keys->count;
	parts->items = heap_zeroed(parts->count, sizeof(*parts->items));
	for (size_t i = 0; i < parts->count; i++) {
		parts->items[i].key = is_dealt ? deal_key(deal, i) :
						 keys->keys[i];
		parts->items[i].op_count = is_dealt ?
			deal_op_count(deal, i) :
			keys->starts[i + 1] - keys->starts[i];
	}
}

void parts_judge(struct parts *parts, const struct judge *judge)
{
	struct search_limits limits = *judge->limits;
	struct judge lessened = *judge;
	struct work work = { .parts = parts, .judge = &lessened };

	lessened.limits = &limits;
	if (parts->deal.share_count && parts->count > 1)
		limits.bytes_max -= deal_bytes(judge->history) /
				    parts->arena_count;
	run_workers(&work, parts->count < parts->arena_count ?
				   parts->count : parts->arena_count,
		    judge_main);
}

void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < parts->arena_count; i++)
		arena_release(&parts->arenas[i]);
	deal_release(&parts->deal);
	history_keys_release(&parts->keys);
	free(parts->items);
	free(parts->arenas);
	*parts = (struct parts){ 0 };
}
