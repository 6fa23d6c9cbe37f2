/* SPDX-License-Identifier: MIT */
#include "tests/support/random_history.h"

#include <assert.h>

enum stage {
	STAGE_IDLE,
	STAGE_INVOKED,
	STAGE_DONE, /* took effect */
};

struct client {
	enum stage stage;
	int32_t process;
	struct brute_op op;
	int64_t list[BRUTE_CELLS];
};

struct play {
	struct builder *builder;
	struct rng *rng;
	const struct random_object *object;
	const struct random_shape *shape;
	struct brute_state state;
	struct client clients[24];
	int32_t next_process;
	int64_t next_value;
	int left; /* operations to invoke */
};

static bool chance(struct play *play, unsigned percent)
{
	return rng_below(play->rng, 100) < percent;
}

static int64_t some_value(struct play *play)
{
	int bound = play->object->values;

	if (play->object->is_distinct && play->next_value > 1)
		bound = (int)play->next_value - 1;
	return 1 + (int64_t)rng_below(play->rng, (uint64_t)bound);
}

static int64_t new_value(struct play *play)
{
	return play->object->is_distinct ? play->next_value++ :
					   some_value(play);
}

static int64_t pick_argument(struct play *play, enum verb verb)
{
	switch (verb) {
	case VERB_WRITE:
	case VERB_CAS:
	case VERB_ENQUEUE:
	case VERB_PUSH:
	case VERB_APPEND:
	case VERB_SEND:
		return new_value(play);
	case VERB_ADD:
		return new_value(play);
	case VERB_REMOVE:
	case VERB_CONTAINS:
		return some_value(play);
	case VERB_ACQUIRE:
		return play->object->spec == brute_semaphore &&
				       play->object->values > 1 &&
				       chance(play, 30) ? 2 : NIL;
	case VERB_RELEASE:
		if (play->object->spec == brute_semaphore &&
		    play->object->values > 1)
			return chance(play, 30) ? 2 : NIL;
		return play->object->is_distinct ? play->state.cells[0] : NIL;
	case VERB_INCREMENT:
	case VERB_DECREMENT:
		return chance(play, 50) ? NIL : some_value(play);
	default:
		return NIL;
	}
}

static void invoke(struct play *play, struct client *client)
{
	size_t count = 0;

	while (count < 6 && play->object->verbs[count])
		count++;
	client->op = (struct brute_op){
		.verb = play->object->verbs[rng_below(play->rng, count)],
		.expected = NIL,
		.result = NIL,
		.process = client->process,
	};
	if (client->op.verb == VERB_CAS) {
		client->op.expected = play->state.cells[0];
		if (client->op.expected == NIL || chance(play, 30))
			client->op.expected = some_value(play);
	}
	client->op.arg = pick_argument(play, client->op.verb);
	if (client->op.verb == VERB_CAS)
		build_invoke_cas(play->builder, client->process,
				 client->op.expected, client->op.arg);
	else
		build_invoke(play->builder, client->process, client->op.verb,
			     client->op.arg);
	client->stage = STAGE_INVOKED;
	play->left--;
}

static bool reads_many(const struct play *play, enum verb verb)
{
	return (verb == VERB_READ &&
		(play->object->spec == brute_set ||
		 play->object->spec == brute_list)) || verb == VERB_POLL;
}

/* Does the operation agree with the state, with this result? */
static bool accepts(struct play *play, struct client *client, int64_t result)
{
	struct brute_state after = play->state;

	client->op.result = result;
	if (!play->object->spec(&after, &client->op, 0))
		return false;
	play->state = after;
	client->stage = STAGE_DONE;
	return true;
}

static void take_effect(struct play *play, struct client *client)
{
	if (reads_many(play, client->op.verb)) {
		client->op.list = client->list;
		client->op.list_length = play->state.count;
		for (int i = 0; i < play->state.count; i++)
			client->list[i] = play->state.cells[i];
		accepts(play, client, NIL);
		return;
	}
	if (client->op.verb == VERB_ACQUIRE && play->object->tells &&
	    chance(play, 70)) {
		for (int64_t token = 0; token < 7; token++) {
			if (chance(play, 60) && accepts(play, client, token))
				return;
		}
	}
	if (client->op.verb == VERB_ACQUIRE && play->object->is_distinct) {
		accepts(play, client, play->state.cells[0] == NIL ?
					      1 : play->state.cells[0] + 1);
		return;
	}
	if (!(play->object->tells && chance(play, 50)) &&
	    accepts(play, client, NIL))
		return;
	for (int64_t result = -9; result < 20; result++) {
		if (client->op.verb != VERB_ACQUIRE &&
		    accepts(play, client, result))
			return;
	}
	accepts(play, client, NIL);
}

static struct value list_value(struct play *play, const struct client *client)
{
	struct values *values = play->builder->history->values;
	struct value list = value_empty_list();
	int skip = -1;

	if (chance(play, play->shape->lie) && client->op.list_length)
		skip = (int)rng_below(play->rng,
				      (uint64_t)client->op.list_length);
	for (int i = 0; i < client->op.list_length; i++) {
		if (i != skip)
			list = value_append(values, list,
					    value_int(values,
						      client->list[i]));
	}
	return list;
}

/* What the client reports, true or not. */
static void complete(struct play *play, struct client *client)
{
	const struct random_object *object = play->object;
	enum verb verb = client->op.verb;
	int64_t result = client->op.result;
	bool brings = verb_reads(verb) || object->tells ||
		      verb == VERB_CONTAINS;

	client->stage = STAGE_IDLE;
	if (reads_many(play, verb)) {
		if (!client->op.list)
			client->op.list_length = 0;
		build_ok_value(play->builder, client->process,
			       list_value(play, client));
		return;
	}
	if (brings && chance(play, play->shape->lie))
		result = chance(play, 20) ? NIL : some_value(play);
	if (!brings)
		result = NIL;
	if (object->spec == brute_set && result != NIL)
		build_ok_value(play->builder, client->process,
			       value_bool(result != 0));
	else
		build_ok(play->builder, client->process, result);
}

static void retire(struct play *play, struct client *client)
{
	build_info(play->builder, client->process);
	client->process = play->next_process++;
	client->stage = STAGE_IDLE;
}

static void step(struct play *play, struct client *client)
{
	const struct random_shape *shape = play->shape;

	if (client->stage == STAGE_IDLE) {
		if (play->left > 0)
			invoke(play, client);
		return;
	}
	if (chance(play, shape->open) && play->next_process < 100) {
		retire(play, client);
	} else if (client->stage == STAGE_DONE) {
		if (chance(play, 60))
			complete(play, client);
	} else if (chance(play, shape->fail)) {
		build_fail(play->builder, client->process);
		client->stage = STAGE_IDLE;
	} else if (chance(play, shape->lie)) {
		complete(play, client);
	} else {
		take_effect(play, client);
	}
}

void random_history(struct builder *builder, struct rng *rng,
		    const struct random_object *object,
		    const struct random_shape *shape)
{
	struct play play = { .builder = builder, .rng = rng,
			     .object = object, .shape = shape,
			     .next_value = 1, .left = shape->ops };

	assert(shape->processes <= 24);
	play.state.cells[0] = object->initial;
	for (int i = 0; i < shape->processes; i++)
		play.clients[i].process = play.next_process++;
	for (int i = 0; i < shape->ops * 12; i++) {
		int who = (int)rng_below(rng, (uint64_t)shape->processes);

		step(&play, &play.clients[who]);
	}
}
