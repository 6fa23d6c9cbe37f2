/* SPDX-License-Identifier: MIT */
/* Transactions over several registers are judged as by brute force, though
 * registers that nothing connects are judged apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/rng.h"
#include "tests/support/brute_judge.h"

#define SEED 90210
#define ROUNDS 12000
#define KEYS 4
#define OPS_MAX 9
#define ACTIONS_MAX 3
#define CLIENTS 3
#define NOTHING (-1)

extern const struct checker checker_linearizable;

struct step {
	enum verb verb;
	int key;
	int expected;
	int value; /* written, or read */
};

struct transaction {
	struct step steps[ACTIONS_MAX];
	int count;
	uint32_t invoke;
	uint32_t complete; /* UINT32_MAX: open */
};

struct registers {
	int values[KEYS];
};

struct game {
	struct rng *rng;
	struct history *history;
	struct transaction all[OPS_MAX];
	int count;
	struct registers now;
	int current[CLIENTS]; /* transaction, or NOTHING */
	bool is_done[CLIENTS]; /* it took effect */
	int32_t processes[CLIENTS];
};

/* Applies it; reads must show what they did, unless nobody knows. */
static bool apply(struct registers *registers,
		  const struct transaction *transaction, bool checks)
{
	for (int i = 0; i < transaction->count; i++) {
		const struct step *step = &transaction->steps[i];
		int *cell = &registers->values[step->key];

		if (step->verb == VERB_READ) {
			if (checks && *cell != step->value)
				return false;
			continue;
		}
		if (step->verb == VERB_CAS && *cell != step->expected)
			return false;
		*cell = step->value;
	}
	return true;
}

static bool try_rest(const struct game *game, unsigned done,
		     const struct registers *registers)
{
	bool is_over = true;

	for (int i = 0; i < game->count; i++)
		is_over &= done >> i & 1 ||
			   game->all[i].complete == UINT32_MAX;
	if (is_over)
		return true;
	for (int i = 0; i < game->count; i++) {
		struct registers after = *registers;
		bool is_next = !(done >> i & 1);

		for (int j = 0; j < game->count; j++)
			is_next &= done >> j & 1 ||
				   game->all[j].complete >=
					   game->all[i].invoke;
		if (is_next &&
		    apply(&after, &game->all[i],
			  game->all[i].complete != UINT32_MAX) &&
		    try_rest(game, done | 1u << i, &after))
			return true;
	}
	return false;
}

static struct value shown(struct game *game, int number)
{
	return number == NOTHING ? value_nil() :
				   value_int(game->history->values, number);
}

static void append(struct game *game, int client, enum op_type type)
{
	struct transaction *transaction = &game->all[game->current[client]];
	struct action actions[ACTIONS_MAX];
	struct entry entry = {
		.index = game->history->entry_count,
		.process = game->processes[client],
		.type = type,
		.f = VERB_TXN,
		.actions = actions,
		.action_count = (size_t)transaction->count,
	};
	struct error err;

	for (int i = 0; i < transaction->count; i++) {
		const struct step *step = &transaction->steps[i];

		actions[i] = (struct action){
			.verb = (uint16_t)step->verb,
			.key = value_int(game->history->values, step->key),
		};
		if (step->verb != VERB_READ)
			actions[i].arg = shown(game, step->value);
		else if (type == OP_OK)
			actions[i].result = shown(game, step->value);
		if (step->verb == VERB_CAS)
			actions[i].expected = shown(game, step->expected);
	}
	if (history_append(game->history, &entry, &err))
		fail_msg("%s", err.text);
}

static void invoke(struct game *game, int client)
{
	static const enum verb verbs[] = { VERB_READ, VERB_WRITE, VERB_CAS };
	struct transaction *transaction = &game->all[game->count];

	*transaction = (struct transaction){
		.count = 1 + (int)rng_below(game->rng, 5) / 2,
		.invoke = (uint32_t)game->history->entry_count,
		.complete = UINT32_MAX,
	};
	for (int i = 0; i < transaction->count; i++) {
		struct step *step = &transaction->steps[i];

		step->verb = verbs[rng_below(game->rng, 3)];
		step->key = (int)rng_below(game->rng, KEYS);
		step->value = (int)rng_below(game->rng, 3);
		step->expected = game->now.values[step->key];
	}
	game->current[client] = game->count++;
	game->is_done[client] = false;
	append(game, client, OP_INVOKE);
}

/* Takes effect, and reads what is there; sometimes, what is not. */
static void take_effect(struct game *game, int client)
{
	struct transaction *transaction = &game->all[game->current[client]];
	struct registers after = game->now;

	if (!apply(&after, transaction, false))
		return;
	after = game->now;
	for (int i = 0; i < transaction->count; i++) {
		struct step *step = &transaction->steps[i];

		if (step->verb != VERB_READ) {
			after.values[step->key] = step->value;
			continue;
		}
		step->value = after.values[step->key];
		if (rng_below(game->rng, 12) == 0)
			step->value = (int)rng_below(game->rng, 3);
	}
	game->now = after;
	game->is_done[client] = true;
}

static void finish(struct game *game, int client)
{
	struct transaction *transaction = &game->all[game->current[client]];

	if (rng_below(game->rng, 8) == 0) {
		append(game, client, OP_INFO);
		game->processes[client] += CLIENTS;
	} else if (game->is_done[client]) {
		transaction->complete =
			(uint32_t)game->history->entry_count;
		append(game, client, OP_OK);
	} else {
		return;
	}
	game->current[client] = NOTHING;
}

static void play(struct game *game)
{
	int ops = 4 + (int)rng_below(game->rng, OPS_MAX - 3);

	for (int i = 0; i < KEYS; i++)
		game->now.values[i] = NOTHING;
	for (int i = 0; i < CLIENTS; i++) {
		game->current[i] = NOTHING;
		game->processes[i] = i;
	}
	for (int i = 0; i < ops * 8; i++) {
		int client = (int)rng_below(game->rng, CLIENTS);

		if (game->current[client] == NOTHING) {
			if (game->count < ops)
				invoke(game, client);
		} else if (!game->is_done[client]) {
			take_effect(game, client);
		} else {
			finish(game, client);
		}
	}
	for (int i = 0; i < CLIENTS; i++) {
		if (game->current[i] != NOTHING && game->is_done[i])
			finish(game, i);
	}
}

static int64_t figure_of(const struct verdict *verdict, const char *name)
{
	for (const struct figure *f = verdict->figures.first; f; f = f->next) {
		if (strcmp(f->name, name) == 0)
			return f->number;
	}
	return -1;
}

static enum verdict_kind judge(const struct history *history, int64_t *parts)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 1 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;

	assert_int_equal(options_set(options, &arena, "model",
				     "multi-register", &err), 0);
	verdict_init(&verdict);
	assert_int_equal(checker_linearizable.check(&check, &verdict, &err), 0);
	*parts = figure_of(&verdict, "parts");
	arena_release(&arena);
	return verdict.kind;
}

static void transactions_agree_with_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t valid = 0;
	uint64_t apart = 0;

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct registers start = { { NOTHING, NOTHING, NOTHING,
					     NOTHING } };
		struct rng rng;
		struct game game = { .rng = &rng, .history = history_new() };
		enum verdict_kind expected;
		int64_t parts;

		rng_init(&rng, SEED, "transactions", round);
		play(&game);
		expected = try_rest(&game, 0, &start) ? VERDICT_VALID :
							VERDICT_INVALID;
		if (judge(game.history, &parts) != expected)
			fail_msg("round %llu: brute force says %s",
				 (unsigned long long)round,
				 verdict_kind_name(expected));
		valid += expected == VERDICT_VALID;
		apart += parts > 1;
		history_free(game.history);
	}
	assert_true(valid > rounds / 10);
	assert_true(valid < rounds * 9 / 10);
	assert_true(apart > rounds / 10);
	assert_true(apart < rounds * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transactions_agree_with_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
