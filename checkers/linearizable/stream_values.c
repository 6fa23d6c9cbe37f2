/* SPDX-License-Identifier: MIT */
/* The watcher's table of values: what nobody remembers is freed. */
#include "checkers/linearizable/stream.h"

static void move(struct value *value, struct values *to,
		 const struct values *from)
{
	*value = value_copy(to, from, *value);
}

void stream_free_values(struct stream *stream)
{
	struct values *from = stream->values;
	struct values *to;

	if (values_bytes(from) < stream->values_limit)
		return;
	to = values_new();
	move(&stream->initial, to, from);
	for (size_t i = 0; i < stream->call_count; i++) {
		struct action *action = &stream->calls[i].action;

		if (!stream->calls[i].is_open)
			continue;
		move(&action->key, to, from);
		move(&action->arg, to, from);
		move(&action->expected, to, from);
	}
	for (size_t i = 0; i < stream->key_count; i++) {
		struct stream_key *key = &stream->keys[i];

		move(&key->key, to, from);
		move(&key->rest, to, from);
		if (key->state && key->object->move_values)
			key->object->move_values(key->state, to, from);
	}
	value_map_move(&stream->key_numbers, to, from);
	values_free(from);
	stream->values = to;
	stream->values_limit = values_bytes(to) * 2 + STREAM_VALUES_BYTES;
}
