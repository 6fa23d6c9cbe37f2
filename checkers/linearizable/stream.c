/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/stream.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/judge.h"
#include "checkers/linearizable/models.h"
#include "harness/core/arena.h"

/* So many keys come in before idle ones are looked for. */
#define KEYS_EVERY 256

static const struct stream_object *const objects[] = {
	&stream_register, &stream_queue, &stream_lock, &stream_set,
	&stream_stack,
};

static void *stream_open(const struct options *options)
{
	struct stream *stream = heap_zeroed(1, sizeof(*stream));

	stream->values = values_new();
	stream->initial = read_initial(stream->values,
				       options_text(options, "initial"));
	stream->values_limit = STREAM_VALUES_BYTES;
	stream->permits = options_int(options, "permits");
	stream->model = options_text(options, "model");
	return stream;
}

static void stream_close(void *watcher)
{
	struct stream *stream = watcher;

	if (!stream)
		return;
	for (size_t i = 0; i < stream->key_count; i++) {
		if (stream->keys[i].state)
			stream->keys[i].object->free_state(
				stream->keys[i].state);
	}
	values_free(stream->values);
	free(stream->calls);
	free(stream->processes);
	free(stream->keys);
	value_map_release(&stream->key_numbers);
	free(stream);
}

bool stream_accuse(const struct stream *stream, const struct stream_call *call,
		   const char *what, struct error *reason)
{
	struct arena arena = { 0 };

	error_set(reason, "key %s, index %llu: %s %s",
		  value_text(stream->values, call->action.key, &arena),
		  (unsigned long long)stream->now - 1,
		  verb_name((enum verb)call->action.verb), what);
	arena_release(&arena);
	return false;
}

uint64_t stream_oldest(const struct stream *stream)
{
	uint64_t oldest = stream->now;

	for (size_t i = 0; i < stream->call_count; i++) {
		if (stream->calls[i].is_open &&
		    stream->calls[i].invoke < oldest)
			oldest = stream->calls[i].invoke;
	}
	return oldest;
}

/* The open call of that process, or a free place where `make`. */
static struct stream_call *call_of(struct stream *stream, int32_t process,
				   bool make)
{
	size_t capacity = stream->call_capacity;
	size_t free_place = stream->call_count;

	for (size_t i = 0; i < stream->call_count; i++) {
		if (stream->calls[i].is_open &&
		    stream->processes[i] == process)
			return &stream->calls[i];
		if (!stream->calls[i].is_open)
			free_place = i;
	}
	if (!make)
		return NULL;
	if (free_place == stream->call_count) {
		stream->calls = array_reserve(stream->calls, &capacity,
					      free_place + 1,
					      sizeof(*stream->calls));
		stream->processes =
			array_reserve(stream->processes,
				      &stream->call_capacity, free_place + 1,
				      sizeof(*stream->processes));
		stream->call_count++;
	}
	stream->processes[free_place] = process;
	return &stream->calls[free_place];
}

/* As if nobody had ever used it. */
static bool is_fresh(const struct stream *stream, const struct stream_key *key)
{
	return !key->is_lost && !key->state && key->open_count == 0 &&
	       (!key->object || value_equal(key->rest, stream->initial));
}

static void forget_keys(struct stream *stream)
{
	size_t kept = 0;

	if (stream->key_count < stream->keys_limit + KEYS_EVERY)
		return;
	value_map_release(&stream->key_numbers);
	for (size_t i = 0; i < stream->key_count; i++) {
		if (is_fresh(stream, &stream->keys[i]))
			continue;
		stream->keys[kept] = stream->keys[i];
		value_map_put(&stream->key_numbers, stream->keys[kept].key,
			      (uint32_t)kept);
		kept++;
	}
	stream->key_count = kept;
	stream->keys_limit = kept * 2;
}

static struct stream_key *key_of(struct stream *stream, struct value key)
{
	uint32_t number = *value_map_put(&stream->key_numbers, key,
					 (uint32_t)stream->key_count);

	if (number < stream->key_count)
		return &stream->keys[number];
	stream->keys = array_reserve(stream->keys, &stream->key_capacity,
				     stream->key_count + 1,
				     sizeof(*stream->keys));
	stream->keys[stream->key_count] = (struct stream_key){ .key = key };
	return &stream->keys[stream->key_count++];
}

/* What the object is, as the option `model` says. */
static const struct {
	const char *model;
	const struct stream_object *object;
} watched_models[] = {
	{ "register", &stream_register },
	{ "cas-register", &stream_register },
	{ "fifo-queue", &stream_queue },    { "mutex", &stream_lock },
	{ "bag", &stream_bag },		    { "stack", &stream_stack },
	{ "priority-queue", &stream_bag },
	{ "owner-mutex", &stream_lock },    { "semaphore", &stream_lock },
	{ "fenced-lock", &stream_lock },    { "set", &stream_set },
};

#define WATCHED_COUNT (sizeof(watched_models) / sizeof(*watched_models))

static const struct stream_object *object_of_model(const char *model)
{
	for (size_t i = 0; i < WATCHED_COUNT; i++) {
		if (strcmp(model, watched_models[i].model) == 0)
			return watched_models[i].object;
	}
	return NULL;
}

/* Finds out what a key is. A read tells nothing, unless model or action do:
 * one that comes first is not watched. */
static void find_object(const struct stream *stream, struct stream_key *key,
			const struct action *action)
{
	uint32_t verb = action->verb < VERB_COUNT ? VERB_BIT(action->verb) : 0;
	bool is_mute = action->verb == VERB_READ &&
		       action->object != OBJECT_REGISTER;

	if (key->object || key->is_lost)
		return;
	key->object = object_of_model(stream->model);
	for (size_t i = 0; !key->object && !is_mute &&
			   i < sizeof(objects) / sizeof(*objects); i++) {
		if (objects[i]->verbs & verb)
			key->object = objects[i];
	}
	if (key->object)
		key->rest = stream->initial;
	else
		key->is_lost = !is_mute;
}

/* Gives a key its state back, or takes what it holds for all there is to
 * remember. A key that is lost needs none. */
static void wake(const struct stream *stream, struct stream_key *key)
{
	if (key->object && !key->is_lost && !key->state)
		key->state = key->object->new_state(stream, key->rest);
}

static void lay_to_rest(struct stream_key *key)
{
	if (!key->state ||
	    (!key->is_lost &&
	     (key->open_count || !key->object->is_at_rest ||
	      !key->object->is_at_rest(key->state, &key->rest))))
		return;
	key->object->free_state(key->state);
	key->state = NULL;
}

/* A list appended to, a counter read: nothing that is watched. */
static bool suits(const struct stream_key *key, uint16_t verb)
{
	return verb < VERB_COUNT && key->object->verbs & VERB_BIT(verb);
}

static bool watches(const struct stream *stream)
{
	return strcmp(stream->model, "auto") == 0 ||
	       object_of_model(stream->model);
}

static bool begin(struct stream *stream, const struct entry *entry,
		  const struct values *values, struct error *reason)
{
	const struct action *action = entry->actions;
	struct stream_call *call = call_of(stream, entry->process, true);
	struct stream_key *key;

	call->is_open = true;
	call->invoke = stream->now;
	call->action = *action;
	call->action.key = value_copy(stream->values, values, action->key);
	call->action.arg = value_copy(stream->values, values, action->arg);
	call->action.expected =
		value_copy(stream->values, values, action->expected);
	forget_keys(stream);
	key = key_of(stream, call->action.key);
	find_object(stream, key, action);
	key->open_count++;
	if (key->object && !suits(key, action->verb))
		key->is_lost = true;
	wake(stream, key);
	return key->is_lost || !key->object ||
	       key->object->invoke(stream, key, call, reason);
}

static bool end(struct stream *stream, const struct entry *entry,
		const struct values *values, struct error *reason)
{
	struct stream_call *call = call_of(stream, entry->process, false);
	struct stream_key *key;
	bool is_sound;

	if (!call)
		return true;
	call->is_open = false;
	key = key_of(stream, call->action.key);
	call->action.result =
		entry->type == OP_OK && entry->action_count == 1 ?
			value_copy(stream->values, values,
				   entry->actions->result) :
			value_nil();
	key->open_count--;
	is_sound = key->is_lost || !key->object ||
		   key->object->complete(stream, key, call, entry->type,
					 reason);
	lay_to_rest(key);
	stream_free_values(stream);
	return is_sound;
}

static bool stream_feed(void *watcher, const struct entry *entry,
			const struct values *values, struct error *reason)
{
	struct stream *stream = watcher;
	bool is_sound;

	stream->now++;
	if (entry->process < 0 || !watches(stream))
		return false;
	if (entry->type != OP_INVOKE)
		is_sound = end(stream, entry, values, reason);
	else if (entry->action_count != 1 || entry->f == VERB_TXN)
		is_sound = true;
	else
		is_sound = begin(stream, entry, values, reason);
	return !is_sound;
}

const struct stream_checker stream_linearizable = {
	.open = stream_open,
	.feed = stream_feed,
	.close = stream_close,
};
