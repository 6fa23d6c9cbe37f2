/* SPDX-License-Identifier: MIT */
#include "harness/engine/watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/engine/scheduler_seats.h"
#include "harness/engine/worker_thread.h"

#define LOOK_INTERVAL_NS (10 * NS_PER_MS)
#define BACKLOG_MAX ((size_t)64 << 20) /* bytes */

/* Entries in a row; their actions follow each other in `actions`. */
struct batch {
	struct values *values;
	struct entry *entries;
	size_t count;
	size_t capacity;
	struct action *actions;
	size_t action_count;
	size_t action_capacity;
};

struct watcher {
	const struct checker *checker;
	void *state;
};

struct watch {
	int64_t start_ns;
	pthread_t thread;
	bool has_thread; /* for who opens and finishes */

	/* The thread's own. */
	struct watcher *watchers;
	size_t watcher_count;
	struct batch looking;
	struct conviction conviction; /* written once, before the flag */
	atomic_bool has_convicted;

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t wake;
	struct batch filling;
	bool is_deaf; /* takes nothing more */
	bool is_closing;
	bool has_given_up;
};

static void batch_release(struct batch *batch)
{
	values_free(batch->values);
	free(batch->entries);
	free(batch->actions);
}

static void batch_clear(struct batch *batch)
{
	batch->count = 0;
	batch->action_count = 0;
	values_clear(batch->values);
}

static size_t batch_bytes(const struct batch *batch)
{
	return batch->count * sizeof(*batch->entries) +
	       batch->action_count * sizeof(*batch->actions) +
	       values_bytes(batch->values);
}

static struct value copy(struct batch *batch, const struct values *values,
			 struct value v)
{
	return value_is_plain(v) ? v : value_copy(batch->values, values, v);
}

static void batch_add(struct batch *batch, const struct entry *entry,
		      const struct values *values)
{
	struct entry *kept;

	batch->entries = array_reserve(batch->entries, &batch->capacity,
				       batch->count + 1,
				       sizeof(*batch->entries));
	batch->actions = array_reserve(batch->actions, &batch->action_capacity,
				       batch->action_count +
					       entry->action_count,
				       sizeof(*batch->actions));
	kept = &batch->entries[batch->count++];
	*kept = *entry;
	kept->error = value_nil();
	kept->node = copy(batch, values, entry->node);
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *from = &entry->actions[i];
		struct action *to = &batch->actions[batch->action_count++];

		*to = *from;
		to->key = copy(batch, values, from->key);
		to->expected = copy(batch, values, from->expected);
		to->arg = copy(batch, values, from->arg);
		to->result = copy(batch, values, from->result);
	}
}

void watch_take(void *state, const struct entry *entry,
		const struct values *values)
{
	struct watch *watch = state;

	pthread_mutex_lock(&watch->lock);
	if (!watch->is_deaf) {
		batch_add(&watch->filling, entry, values);
		if (batch_bytes(&watch->filling) > BACKLOG_MAX) {
			watch->has_given_up = true;
			watch->is_deaf = true;
		}
	}
	pthread_mutex_unlock(&watch->lock);
}

/* True when somebody convicted. */
static bool show_all(struct watch *watch, const struct entry *entry)
{
	struct conviction *conviction = &watch->conviction;

	for (size_t i = 0; i < watch->watcher_count; i++) {
		const struct watcher *watcher = &watch->watchers[i];

		if (!watcher->checker->stream->feed(watcher->state, entry,
						    watch->looking.values,
						    &conviction->reason))
			continue;
		conviction->checker = watcher->checker;
		conviction->index = entry->index;
		conviction->time_ns = entry->time_ns;
		conviction->delay_ns =
			clock_now_ns() - watch->start_ns - entry->time_ns;
		atomic_store(&watch->has_convicted, true);
		return true;
	}
	return false;
}

static bool look(struct watch *watch)
{
	struct batch *batch = &watch->looking;
	const struct action *actions = batch->actions;
	bool has_convicted = false;

	for (size_t i = 0; i < batch->count && !has_convicted; i++) {
		struct entry *entry = &batch->entries[i];

		entry->actions = entry->action_count ? actions : NULL;
		actions += entry->action_count;
		has_convicted = show_all(watch, entry);
	}
	batch_clear(batch);
	return has_convicted;
}

static void *watch_main(void *argument)
{
	struct watch *watch = argument;
	bool is_over = false;

	pthread_mutex_lock(&watch->lock);
	while (!is_over) {
		struct batch swap;

		if (!watch->is_closing)
			condition_wait_until(&watch->wake, &watch->lock,
					     clock_now_ns() +
						     LOOK_INTERVAL_NS);
		is_over = watch->is_closing || watch->has_given_up;
		swap = watch->looking;
		watch->looking = watch->filling;
		watch->filling = swap;
		pthread_mutex_unlock(&watch->lock);
		/* What was there before it gave up still proves something. */
		is_over = look(watch) || is_over;
		pthread_mutex_lock(&watch->lock);
	}
	watch->is_deaf = true;
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

static void add_watchers(struct watch *watch, const struct panel *panel)
{
	watch->watchers =
		heap_zeroed(panel->count + 1, sizeof(*watch->watchers));
	for (size_t i = 0; i < panel->count; i++) {
		const struct judge *judge = &panel->judges[i];
		const struct stream_checker *stream = judge->checker->stream;
		void *state = stream ? stream->open(judge->options) : NULL;

		if (state)
			watch->watchers[watch->watcher_count++] =
				(struct watcher){ judge->checker, state };
	}
}

int watch_open(const struct panel *panel, int64_t start_ns,
	       struct watch **opened, struct error *err)
{
	struct watch *watch = heap_zeroed(1, sizeof(*watch));

	*opened = NULL;
	watch->start_ns = start_ns;
	pthread_mutex_init(&watch->lock, NULL);
	condition_init(&watch->wake);
	watch->filling.values = values_new();
	watch->looking.values = values_new();
	add_watchers(watch, panel);
	if (watch->watcher_count == 0) {
		watch_close(watch);
		return 0;
	}
	if (thread_start(&watch->thread, watch_main, watch, err)) {
		watch_close(watch);
		return error_wrap(err, "watch the run");
	}
	watch->has_thread = true;
	*opened = watch;
	return 0;
}

const struct conviction *watch_conviction(const struct watch *watch)
{
	return watch && atomic_load(&watch->has_convicted)
		       ? &watch->conviction
		       : NULL;
}

void watch_finish(struct watch *watch)
{
	if (!watch || !watch->has_thread)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->is_closing = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	watch->has_thread = false;
}

bool watch_gave_up(const struct watch *watch)
{
	return watch && watch->has_given_up;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	watch_finish(watch);
	for (size_t i = 0; i < watch->watcher_count; i++)
		watch->watchers[i].checker->stream->close(
			watch->watchers[i].state);
	free(watch->watchers);
	batch_release(&watch->filling);
	batch_release(&watch->looking);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}
