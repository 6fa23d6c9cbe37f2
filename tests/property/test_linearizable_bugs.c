/* SPDX-License-Identifier: MIT */
/* What the planted bugs of `memory` do is explained in a few operations. */
#include "tests/support/memory_fixture.h"

#include "harness/checker.h"
#include "harness/core/history.h"
#include "harness/core/rng.h"

#define PLAYERS 6
#define OPS 300
#define SEEDS 6
#define AT_ONCE 0.8 /* chance of a client's to go on */
#define CALLS_MAX 8 /* of a counterexample */

extern const struct checker checker_linearizable;

struct bug_case {
	const char *bug;
	enum object object;
	enum verb verbs[4]; /* VERB_NONE at the end */
	int64_t values; /* few; 0: each its own */
	const char *anomaly; /* what it is called at least once; NULL: any */
};

static const struct bug_case cases[] = {
	{ "stale-read", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 0, "stale-read" },
	{ "stale-read", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, NULL },
	{ "lost-update", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 0, "lost-update" },
	{ "lost-update", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, "lost-update" },
	{ "lost-write", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 0, "lost-write" },
	{ "lost-write", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, NULL },
	{ "garbage-read", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, "garbage-read" },
	{ "split-brain", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 0, "stale-read" },
	{ "split-brain", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, NULL },
	{ "applied-failure", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 0, "failed-write-observed" },
	{ "applied-failure", OBJECT_REGISTER,
	  { VERB_READ, VERB_WRITE, VERB_CAS }, 5, NULL },
	{ "lost-write", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "garbage-read", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "out-of-order", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "duplicate-delivery", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "duplicate-write", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "lost-element", OBJECT_QUEUE,
	  { VERB_ENQUEUE, VERB_DEQUEUE }, 0, NULL },
	{ "lost-element", OBJECT_SET,
	  { VERB_ADD, VERB_CONTAINS, VERB_REMOVE }, 0, "lost-element" },
	{ "resurrection", OBJECT_SET,
	  { VERB_ADD, VERB_CONTAINS, VERB_REMOVE }, 0,
	  "resurrected-element" },
	{ "lost-element", OBJECT_SET, { VERB_ADD, VERB_READ }, 0,
	  "lost-element" },
	{ "lost-write", OBJECT_SET, { VERB_ADD, VERB_READ }, 0, NULL },
	{ "stale-read", OBJECT_SET, { VERB_ADD, VERB_READ }, 0, NULL },
	{ "garbage-read", OBJECT_SET, { VERB_ADD, VERB_READ }, 0, NULL },
	{ "lost-element", OBJECT_SET,
	  { VERB_ADD, VERB_READ, VERB_REMOVE }, 0, NULL },
	{ "resurrection", OBJECT_SET,
	  { VERB_ADD, VERB_READ, VERB_REMOVE }, 0, NULL },
	{ "double-grant", OBJECT_LOCK,
	  { VERB_ACQUIRE, VERB_RELEASE }, 0, NULL },
	{ "stale-token", OBJECT_LOCK,
	  { VERB_ACQUIRE, VERB_RELEASE }, 0, NULL },
};

#define CASE_COUNT (sizeof(cases) / sizeof(*cases))

/* A client at play. */
struct player {
	int stage; /* 0 idle, 1 invoked, 2 took effect */
	int32_t process;
	struct action action; /* values of the history's table */
	enum op_type type;
};

struct play {
	const struct bug_case *bug;
	struct fixture *fixture;
	struct history *history;
	struct rng rng;
	struct player players[PLAYERS];
	struct value current; /* what a register was given last */
	int64_t next_value;
	int32_t next_process;
};

static void append(struct play *play, struct player *player, enum op_type type)
{
	struct entry entry = {
		.index = play->history->entry_count,
		.time_ns = (int64_t)play->history->entry_count * 1000000,
		.process = player->process,
		.type = type,
		.f = player->action.verb,
		.actions = &player->action,
		.action_count = 1,
	};
	struct error err;

	if (history_append(play->history, &entry, &err))
		fail_msg("%s", err.text);
}

static struct value pick_value(struct play *play)
{
	int64_t number = play->next_value++;

	if (play->bug->values)
		number = 1 + (int64_t)rng_below(&play->rng,
						(uint64_t)play->bug->values);
	return value_int(play->history->values, number);
}

/* A lock is released by who holds it. */
static enum verb pick_verb(struct play *play, const struct player *player)
{
	size_t count = 0;

	if (play->bug->object == OBJECT_LOCK)
		return player->action.verb == VERB_ACQUIRE ? VERB_RELEASE :
							     VERB_ACQUIRE;
	while (count < 4 && play->bug->verbs[count] != VERB_NONE)
		count++;
	return play->bug->verbs[rng_below(&play->rng, count)];
}

static void begin(struct play *play, struct player *player)
{
	struct action action = {
		.verb = (uint16_t)pick_verb(play, player),
		.object = (uint16_t)play->bug->object,
		.key = value_int(play->history->values, 1),
	};

	if (action.verb == VERB_CAS)
		action.expected = play->bug->values ? pick_value(play) :
						      play->current;
	if (action.verb == VERB_WRITE || action.verb == VERB_CAS ||
	    action.verb == VERB_ENQUEUE || action.verb == VERB_ADD)
		action.arg = pick_value(play);
	if (action.verb == VERB_REMOVE || action.verb == VERB_CONTAINS)
		action.arg = value_int(play->history->values,
				       (int64_t)rng_below(&play->rng, (uint64_t)
							  play->next_value));
	player->action = action;
	player->stage = 1;
	append(play, player, OP_INVOKE);
}

static void effect(struct play *play, struct player *player)
{
	struct talker *talker = player->process % 2 ? &play->fixture->b :
						      &play->fixture->a;
	struct values *from = play->history->values;
	struct action action = player->action;
	enum outcome outcome;

	action.key = value_copy(talker->values, from, action.key);
	action.arg = value_copy(talker->values, from, action.arg);
	action.expected = value_copy(talker->values, from, action.expected);
	talker->process = player->process;
	outcome = carry_out(talker, &action, 1, false);
	player->type = outcome == OUTCOME_OK   ? OP_OK :
		       outcome == OUTCOME_FAIL ? OP_FAIL :
						 OP_INFO;
	player->action.result =
		outcome == OUTCOME_OK ?
			value_copy(from, talker->values, action.result) :
			value_nil();
	if (outcome == OUTCOME_OK && !value_is_nil(player->action.arg))
		play->current = player->action.arg;
	player->stage = 2;
}

static void finish(struct play *play, struct player *player)
{
	append(play, player, player->type);
	player->stage = 0;
	if (player->type == OP_FAIL && play->bug->object == OBJECT_LOCK)
		player->action.verb = player->action.verb == VERB_ACQUIRE ?
					      VERB_RELEASE : VERB_ACQUIRE;
	if (player->type == OP_INFO) {
		player->process = play->next_process++;
		player->action.verb = VERB_NONE;
	}
}

static void play_all(struct play *play)
{
	size_t invoked = 0;

	for (int i = 0; i < PLAYERS; i++)
		play->players[i].process = play->next_process++;
	while (invoked < OPS) {
		struct player *player =
			&play->players[rng_below(&play->rng, PLAYERS)];

		if (player->stage == 0) {
			begin(play, player);
			invoked++;
		}
		if (player->stage == 1 && rng_chance(&play->rng, AT_ONCE))
			effect(play, player);
		if (player->stage == 2 && rng_chance(&play->rng, AT_ONCE))
			finish(play, player);
	}
}

/* Judges; asserts that counterexamples are short, and that what is wrong with
 * values of their own has a name. True when the anomaly is
 * among them (any, where none is named). */
static bool judge(const struct bug_case *bug, const struct history *history)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = 1 << 28 };
	struct check check = {
		history, options_new(&arena, checker_linearizable.options),
		&budget, &arena
	};
	struct verdict verdict;
	struct error err;
	bool is_named = false;

	verdict_init(&verdict);
	if (checker_linearizable.check(&check, &verdict, &err))
		fail_msg("%s", err.text);
	for (const struct anomaly *anomaly = verdict.anomalies; anomaly;
	     anomaly = anomaly->next) {
		size_t count = anomaly->evidence_count;

		if (count > CALLS_MAX)
			fail_msg("%s: %zu operations:\n%s", bug->bug, count,
				 anomaly->story);
		if (!bug->values && bug->object != OBJECT_SET &&
		    strcmp(anomaly->name, "non-linearizable") == 0)
			fail_msg("%s has no name:\n%s", bug->bug,
				 anomaly->story);
		is_named |= !bug->anomaly ||
			    strcmp(bug->anomaly, anomaly->name) == 0;
	}
	arena_release(&arena);
	return is_named;
}

static bool try_bug(const struct bug_case *bug, uint64_t seed)
{
	struct play play = { .bug = bug, .history = history_new(),
			     .next_value = 1 };
	void *fixture;
	bool is_named;

	set_up(&fixture);
	play.fixture = fixture;
	option(play.fixture, "bug", bug->bug);
	option(play.fixture, "bug-rate", "0.2");
	open_target(play.fixture);
	rng_init(&play.rng, seed, bug->bug, (uint64_t)bug->object);
	play_all(&play);
	is_named = judge(bug, play.history);
	history_free(play.history);
	tear_down(&fixture);
	return is_named;
}

static void planted_bugs_are_explained_in_few_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++) {
		const struct bug_case *bug = &cases[i];
		size_t named = 0;

		for (uint64_t seed = 0; seed < SEEDS; seed++)
			named += try_bug(bug, seed);
		print_message("%s of a %s: named in %zu of %d runs\n",
			      bug->bug, object_name(bug->object), named,
			      SEEDS);
		assert_true(named > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_bugs_are_explained_in_few_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
