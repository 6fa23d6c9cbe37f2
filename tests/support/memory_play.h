/* SPDX-License-Identifier: MIT */
/* Transactions on the memory target, drawn from a seed, and their verdict. */
#ifndef ORDEAL_SUPPORT_MEMORY_PLAY_H
#define ORDEAL_SUPPORT_MEMORY_PLAY_H

#include "tests/support/memory_fixture.h"

#include "harness/checker.h"
#include "targets/memory/chance.h"

#define CLIENTS_MOST 16
#define KEYS_MOST 8
#define ACTIONS_MOST 4

extern const struct checker checker_isolation;

struct shape {
	enum object object;
	size_t clients;
	size_t keys; /* at a time */
	size_t transactions;
	bool overlaps; /* a client hears of the end when it asks again */
};

/* What a client was told, and has not put down yet. */
struct told {
	enum op_type type; /* OP_NONE: nothing */
	struct action actions[ACTIONS_MOST];
	size_t count;
};

/* A history of transactions, which take effect one after the other. */
struct play {
	const struct shape *shape;
	struct fixture *fixture;
	struct talker talkers[CLIENTS_MOST];
	struct told told[CLIENTS_MOST];
	struct history *history;
	struct chance chance;
	int64_t next[KEYS_MOST * 100]; /* elements, by key */
	uint64_t entries;
};

static inline void put_entry(struct play *play, struct talker *talker,
		      enum op_type type, const struct action *actions,
		      size_t count)
{
	struct action copies[ACTIONS_MOST];
	struct entry entry = {
		.index = play->entries,
		.time_ns = (int64_t)play->entries++ * 1000,
		.process = talker->process,
		.type = type,
		.f = VERB_TXN,
		.actions = copies,
		.action_count = count,
	};
	struct error err;

	for (size_t i = 0; i < count; i++) {
		copies[i] = actions[i];
		copies[i].result =
			type == OP_OK
				? value_copy(play->history->values,
					     talker->values, actions[i].result)
				: value_nil();
	}
	if (history_append(play->history, &entry, &err))
		fail_msg("%s", err.text);
}

/* Keys are used for a while, and then others. */
static inline struct action draw_action(struct play *play, bool is_read,
					size_t turn)
{
	int64_t key = (int64_t)(chance_below(&play->chance,
					     play->shape->keys) +
				turn / 100 * KEYS_MOST);

	return (struct action){
		.object = (uint16_t)play->shape->object,
		.verb = (uint16_t)(is_read ? VERB_READ :
				   play->shape->object == OBJECT_LIST ?
					     VERB_APPEND :
				   play->shape->object == OBJECT_SET ?
					     VERB_ADD :
					     VERB_WRITE),
		.key = value_int(play->history->values, key),
		.arg = is_read ? value_nil()
			       : value_int(play->history->values,
					   ++play->next[key]),
	};
}

static inline void put_told(struct play *play, size_t client)
{
	struct told *told = &play->told[client];

	if (told->type != OP_NONE)
		put_entry(play, &play->talkers[client], told->type,
			  told->actions, told->count);
	told->type = OP_NONE;
}

static inline void play_turn(struct play *play, size_t turn)
{
	size_t client = chance_below(&play->chance, play->shape->clients);
	struct talker *talker = &play->talkers[client];
	struct told *told = &play->told[client];
	size_t count = 1 + chance_below(&play->chance, ACTIONS_MOST);
	bool is_read_only = chance_below(&play->chance, 3) == 0;
	struct action actions[ACTIONS_MOST];
	enum outcome outcome;

	for (size_t i = 0; i < count; i++)
		actions[i] = draw_action(
			play, is_read_only || chance_below(&play->chance, 2),
			turn);
	put_told(play, client);
	put_entry(play, talker, OP_INVOKE, actions, count);
	outcome = carry_out(talker, actions, count, true);
	assert_int_not_equal(outcome, OUTCOME_INDETERMINATE);
	told->type = outcome == OUTCOME_OK ? OP_OK : OP_FAIL;
	told->count = count;
	memcpy(told->actions, actions, count * sizeof(*actions));
	if (!play->shape->overlaps)
		put_told(play, client);
}

static inline struct history *
play_seed(struct fixture *f, const struct shape *shape, uint64_t seed)
{
	struct play *play = calloc(1, sizeof(*play));
	struct history *history = history_new();
	struct target_setup setup = { .options = f->options,
				      .seed = seed,
				      .nodes = 2,
				      .arena = &f->arena };
	struct error err;

	f->state = target_memory.open(&setup, &err);
	play->shape = shape;
	play->fixture = f;
	play->history = history;
	play->chance = chance_stream(seed, 99);
	for (int32_t i = 0; i < (int32_t)shape->clients; i++)
		talker_open(f, &play->talkers[i], i);
	for (size_t turn = 0; turn < shape->transactions; turn++)
		play_turn(play, turn);
	for (size_t i = 0; i < shape->clients; i++)
		put_told(play, i);
	for (int32_t i = 0; i < (int32_t)shape->clients; i++)
		talker_close(&play->talkers[i]);
	target_memory.close(f->state);
	f->state = NULL;
	free(play);
	return history;
}

static inline bool has_text(const struct figure *list, const char *text)
{
	for (const struct figure *figure = list ? list->first : NULL; figure;
	     figure = figure->next) {
		if (figure->kind == FIGURE_TEXT &&
		    strcmp(figure->text, text) == 0)
			return true;
	}
	return false;
}

static inline bool has_anomaly(const struct verdict *verdict, const char *name)
{
	for (const struct anomaly *anomaly = verdict->anomalies; anomaly;
	     anomaly = anomaly->next) {
		if (strcmp(anomaly->name, name) == 0)
			return true;
	}
	return false;
}

/* Judges a history, with an option on or NULL; all is in the arena. */
static inline void judge(const struct history *history, const char *rule,
		  struct arena *arena, struct verdict *verdict)
{
	struct options *options =
		options_new(arena, checker_isolation.options);
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check check = {
		.history = history,
		.options = options,
		.budget = &budget,
		.arena = arena,
	};
	struct error err;

	if (rule &&
	    options_set(options, arena, rule, "true", &err))
		fail_msg("%s", err.text);
	verdict_init(verdict);
	if (checker_isolation.check(&check, verdict, &err))
		fail_msg("%s", err.text);
}

#endif
