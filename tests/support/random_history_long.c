/* SPDX-License-Identifier: MIT */
#include "tests/support/random_history_long.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#define PROCESSES_MAX 64
#define TEAM 5 /* clients that share a key, where keys come in turn */

/* A client at play. */
struct player {
	int stage; /* 0 idle, 1 invoked, 2 took effect */
	int32_t process;
	int key;
	struct action action;
};

struct play {
	const struct long_shape *shape;
	struct history *history;
	struct rng rng;
	struct player players[PROCESSES_MAX];
	int32_t next_process;
	int64_t next_value;
	size_t begun[PROCESSES_MAX / TEAM + 1]; /* by each team */
	struct value *registers; /* by key */
	struct value *items; /* of a container */
	size_t first;
	size_t last;
	size_t capacity;
	int64_t count; /* of a counter; holders of a lock */
	bool lie;
};

static uint64_t below(struct play *play, uint64_t bound)
{
	return rng_below(&play->rng, bound);
}

static void append(struct play *play, const struct player *player,
		   enum op_type type)
{
	struct entry entry = {
		.index = play->history->entry_count,
		.time_ns = (int64_t)play->history->entry_count * 1000,
		.process = player->process,
		.type = type,
		.f = player->action.verb,
		.actions = &player->action,
		.action_count = 1,
	};
	struct error err;

	if (history_append(play->history, &entry, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		exit(1);
	}
}

static struct value new_value(struct play *play)
{
	int domain = play->shape->domain;

	return value_int(play->history->values,
			 domain ? (int64_t)below(play, (uint64_t)domain) :
				  play->next_value++);
}

static enum verb pick_verb(struct play *play, const struct player *player)
{
	bool first = below(play, 2);

	switch (play->shape->object) {
	case PLAY_REGISTER:
	case PLAY_TURNS:
		return first ? VERB_READ : VERB_WRITE;
	case PLAY_CAS:
		return first ? VERB_READ :
		       below(play, 2) ? VERB_WRITE : VERB_CAS;
	case PLAY_STACK:
		return first ? VERB_PUSH : VERB_POP;
	case PLAY_SET:
		return first ? VERB_ADD :
		       below(play, 2) ? VERB_CONTAINS : VERB_REMOVE;
	case PLAY_MUTEX:
		return player->action.verb == VERB_ACQUIRE ? VERB_RELEASE :
							     VERB_ACQUIRE;
	case PLAY_COUNTER:
		return first ? VERB_INCREMENT : VERB_READ;
	default:
		return first ? VERB_ENQUEUE : VERB_DEQUEUE;
	}
}

static int pick_key(struct play *play, const struct player *player)
{
	const struct long_shape *shape = play->shape;
	size_t keys = (size_t)shape->keys;
	size_t teams = ((size_t)shape->processes + TEAM - 1) / TEAM;
	size_t team = (size_t)(player - play->players) / TEAM;
	size_t key;

	if (shape->object != PLAY_TURNS)
		return (int)below(play, keys);
	key = play->begun[team]++ / (shape->ops / keys) * teams + team;
	return (int)(key < keys ? key : keys - 1);
}

static void begin(struct play *play, struct player *player)
{
	struct value *values = &play->registers[0];
	enum verb verb = pick_verb(play, player);
	struct action action = { .verb = (uint16_t)verb };

	player->key = pick_key(play, player);
	if (play->shape->keys > 1)
		action.key = value_int(play->history->values, player->key);
	if (verb == VERB_WRITE || verb == VERB_CAS || verb == VERB_ENQUEUE ||
	    verb == VERB_PUSH || verb == VERB_ADD)
		action.arg = new_value(play);
	if (verb == VERB_CAS)
		action.expected = values[player->key];
	if (verb == VERB_CONTAINS || verb == VERB_REMOVE)
		action.arg = value_int(play->history->values,
				       (int64_t)below(play, (uint64_t)
						      play->next_value));
	player->action = action;
	player->stage = 1;
	append(play, player, OP_INVOKE);
}

static void put(struct play *play, struct value value)
{
	size_t i = play->last;

	play->items = array_reserve(play->items, &play->capacity,
				    play->last + 2, sizeof(*play->items));
	play->items[play->last++] = value;
	if (play->shape->object != PLAY_PRIORITY)
		return;
	for (; i > 0 && play->items[(i - 1) / 2].bits < value.bits;
	     i = (i - 1) / 2)
		play->items[i] = play->items[(i - 1) / 2];
	play->items[i] = value;
}

static struct value take(struct play *play)
{
	struct value value = value_nil();
	struct value moved;
	size_t i = 0;

	if (play->first == play->last)
		return value;
	if (play->shape->object == PLAY_STACK)
		return play->items[--play->last];
	if (play->shape->object != PLAY_PRIORITY)
		return play->items[play->first++];
	value = play->items[0];
	moved = play->items[--play->last];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= play->last)
			break;
		if (child + 1 < play->last &&
		    play->items[child + 1].bits > play->items[child].bits)
			child++;
		if (play->items[child].bits <= moved.bits)
			break;
		play->items[i] = play->items[child];
		i = child;
	}
	play->items[i] = moved;
	return value;
}

/* The state of a set is one value a number: nil, or true. */
static void set_effect(struct play *play, struct player *player)
{
	int64_t number = 0;
	struct value *member;
	bool has;

	value_get_int(play->history->values, player->action.arg, &number);
	member = &play->registers[number];
	has = !value_is_nil(*member);
	if (player->action.verb == VERB_CONTAINS)
		player->action.result = value_bool(has);
	else
		*member = player->action.verb == VERB_ADD ? value_bool(true) :
							    value_nil();
}

/* False when it has to wait. */
static bool effect(struct play *play, struct player *player)
{
	struct action *action = &player->action;
	struct value *content = &play->registers[player->key];

	switch (action->verb) {
	case VERB_READ:
		action->result = play->shape->object == PLAY_COUNTER ?
			value_int(play->history->values, play->count) :
			*content;
		break;
	case VERB_CAS:
		if (content->bits != action->expected.bits) {
			append(play, player, OP_FAIL);
			player->stage = 0;
			return false;
		}
		*content = action->arg;
		break;
	case VERB_WRITE:
		*content = action->arg;
		break;
	case VERB_INCREMENT:
		play->count++;
		break;
	case VERB_ACQUIRE:
		if (play->count)
			return false;
		play->count = 1;
		break;
	case VERB_RELEASE:
		play->count = 0;
		break;
	case VERB_ENQUEUE:
	case VERB_PUSH:
		put(play, action->arg);
		break;
	case VERB_DEQUEUE:
	case VERB_POP:
		action->result = take(play);
		break;
	default:
		set_effect(play, player);
		break;
	}
	return true;
}

/* A value that was there long ago; in a small domain, the one that has not
 * been there for longest. */
static struct value outdated(struct play *play)
{
	if (!play->shape->domain)
		return value_int(play->history->values, 2);
	return value_int(play->history->values, play->shape->domain);
}

static void finish(struct play *play, struct player *player)
{
	bool reads = verb_reads((enum verb)player->action.verb);

	if (rng_chance(&play->rng, play->shape->crashed)) {
		player->action.result = value_nil();
		append(play, player, OP_INFO);
		player->process = play->next_process++;
		player->stage = 0;
		return;
	}
	if (play->lie && reads) {
		player->action.result =
			player->action.verb == VERB_CONTAINS ?
				value_bool(!value_as_bool(
					player->action.result)) :
				outdated(play);
		play->lie = false;
	}
	append(play, player, OP_OK);
	player->stage = 0;
}

struct history *long_history(const struct long_shape *shape)
{
	struct play play = { .shape = shape, .history = history_new(),
			     .next_value = 1 };
	size_t invoked = 0;
	size_t busy = 0;

	rng_init(&play.rng, 1, "bench", 0);
	play.registers = heap_zeroed(shape->ops + (size_t)shape->keys + 1,
				     sizeof(*play.registers));
	for (int i = 0; i < shape->processes; i++)
		play.players[i].process = play.next_process++;
	while (invoked < shape->ops || busy) {
		struct player *player = &play.players[
			below(&play, (uint64_t)shape->processes)];

		if (player->stage == 0 && invoked < shape->ops) {
			begin(&play, player);
			invoked++;
			busy++;
			if (shape->is_wrong && invoked == shape->ops / 100 * 99)
				play.lie = true;
		} else if (player->stage == 1) {
			if (effect(&play, player))
				player->stage = 2;
			else if (player->stage == 0)
				busy--;
			else if (invoked >= shape->ops)
				break; /* nobody will release the lock */
		} else if (player->stage == 2) {
			finish(&play, player);
			busy--;
		}
	}
	free(play.registers);
	free(play.items);
	return play.history;
}
