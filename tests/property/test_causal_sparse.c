/* SPDX-License-Identifier: MIT */
/* Causal consistency and PRAM of many sessions: what is judged by sparse clocks
 * is what the definitions say of tiny histories, and what full clocks say of
 * larger ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "checkers/causal/sessions.h"
#include "checkers/causal/sparse.h"
#include "harness/core/rng.h"
#include "tests/support/brute_judge.h"
#include "tests/support/causal_tiny.h"

#define SEED 20261123
#define ROUNDS 40000
#define LARGER_ROUNDS 1500

#define LARGER_SESSIONS 60
#define LARGER_LIVE 5
#define LARGER_KEYS 4

enum judged { CC, CCV, REAL_TIME, CM, PRAM, FOLLOWS, JUDGED };

static const char *const names[JUDGED] = {
	"causal", "causal-convergence", "real-time-causal", "causal-memory",
	"pram", "writes-follow-reads",
};

static const enum tiny_model models[JUDGED] = {
	TINY_CAUSAL, TINY_CAUSAL_CONVERGENCE, TINY_REAL_TIME_CAUSAL,
	TINY_CAUSAL_MEMORY, TINY_PRAM, TINY_WRITES_FOLLOW_READS,
};

static void judge_one(struct causal *causal, enum judged what, bool is_sparse)
{
	static const enum causal_reading readings[] = {
		CAUSAL_WEAK, CAUSAL_CONVERGENCE, CAUSAL_REAL_TIME,
	};

	if (what == FOLLOWS)
		(is_sparse ? judge_writes_follow_reads_sparse :
			     judge_writes_follow_reads)(causal);
	else if (what >= CM)
		(is_sparse ? judge_memory_sparse : judge_memory)(causal,
								 what == CM);
	else
		(is_sparse ? judge_causal_sparse :
			     judge_causal)(causal, readings[what]);
}

/* Was nothing found? Strangers are convicted before. */
static bool holds(const struct history *history, enum judged what,
		  bool is_sparse)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check check = { history, NULL, &budget, &arena };
	struct verdict verdict;
	struct trace trace;
	struct causal causal = { &check, &trace, &verdict, 0 };
	bool is_valid;

	verdict_init(&verdict);
	if (trace_init(&trace, history, &arena)) {
		arena_release(&arena);
		return true;
	}
	causal.found = trace.strangers;
	if (!causal.found)
		judge_one(&causal, what, is_sparse);
	is_valid = causal.found == 0;
	if (verdict.reason && verdict.kind == VERDICT_UNKNOWN)
		fail_msg("%s: %s", names[what], verdict.reason);
	if (!is_valid && !trace.strangers &&
	    (!verdict.anomalies || !verdict.anomalies->evidence_count))
		fail_msg("%s: invalid without evidence", names[what]);
	arena_release(&arena);
	return is_valid;
}

static void compare_tiny(uint64_t round)
{
	struct history *history;
	struct tiny tiny;
	struct rng rng;

	rng_init(&rng, SEED, "sparse", round);
	tiny_make(&tiny, &rng);
	if (tiny.count == 0)
		return;
	history = tiny_history(&tiny);
	for (int m = 0; m < JUDGED; m++) {
		bool is_held = tiny_holds(&tiny, models[m]);

		if (holds(history, (enum judged)m, true) == is_held)
			continue;
		tiny_print(&tiny);
		fail_msg("round %llu: by definition %s %s",
			 (unsigned long long)round, names[m],
			 is_held ? "holds" : "is broken");
	}
	history_free(history);
}

/* What follows for a cas of the session's own, which reads, was overlooked. */
static void what_once_went_wrong_is_right(void **state)
{
	(void)state;
	compare_tiny(442644);
}

static void sparse_clocks_agree_with_the_definitions(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (uint64_t round = 0; round < rounds; round++)
		compare_tiny(round);
}

/* A store of a few replicas, whose clients change process now and then. */
struct larger {
	struct history *history;
	struct rng rng;
	int64_t held[LARGER_LIVE][LARGER_KEYS];
	int64_t told[LARGER_LIVE][LARGER_KEYS]; /* when it was written */
	int64_t values;
	int32_t processes[LARGER_LIVE];
	int32_t process_count;
	uint64_t errors; /* in 1000 reads */
	bool by_arrival;
};

static void append(struct larger *l, uint64_t client, struct action *action)
{
	struct entry entry = {
		.index = l->history->entry_count,
		.time_ns = (int64_t)l->history->entry_count * 1000,
		.process = l->processes[client],
		.type = OP_INVOKE,
		.f = action->verb,
		.actions = action,
		.action_count = 1,
	};
	struct value result = action->result;
	struct error err;

	action->result = value_nil();
	assert_int_equal(history_append(l->history, &entry, &err), 0);
	action->result = result;
	entry.type = OP_OK;
	entry.index++;
	assert_int_equal(history_append(l->history, &entry, &err), 0);
}

static void larger_step(struct larger *l)
{
	uint64_t client = rng_below(&l->rng, LARGER_LIVE);
	uint64_t key = rng_below(&l->rng, LARGER_KEYS);
	uint64_t other = rng_below(&l->rng, LARGER_LIVE);
	struct action action = {
		.key = value_int(l->history->values, (int64_t)key)
	};

	if (l->process_count < LARGER_SESSIONS && rng_below(&l->rng, 6) == 0)
		l->processes[client] = l->process_count++;
	if (rng_below(&l->rng, 2)) {
		action.verb = VERB_WRITE;
		action.arg = value_int(l->history->values, ++l->values);
		l->held[client][key] = l->values;
	} else {
		int64_t value = l->held[client][key];

		if (rng_below(&l->rng, 1000) < l->errors && l->values)
			value = l->held[other][key];
		action.verb = VERB_READ;
		action.result = value ? value_int(l->history->values, value) :
					value_nil();
	}
	append(l, client, &action);
	/* It hears from another, of all keys. */
	for (int k = 0; k < LARGER_KEYS && rng_below(&l->rng, 3) == 0; k++) {
		if (l->by_arrival || l->held[other][k] > l->held[client][k])
			l->held[client][k] = l->held[other][k];
	}
}

static struct history *larger_make(uint64_t round)
{
	struct larger l = { .history = history_new(),
			    .process_count = LARGER_LIVE };
	uint64_t ops;

	rng_init(&l.rng, SEED, "larger", round);
	l.errors = rng_below(&l.rng, 3) * 10;
	l.by_arrival = rng_below(&l.rng, 3) == 0;
	ops = 20 + rng_below(&l.rng, 180);
	for (int i = 0; i < LARGER_LIVE; i++)
		l.processes[i] = i;
	for (uint64_t i = 0; i < ops; i++)
		larger_step(&l);
	return l.history;
}

static void sparse_clocks_agree_with_full_ones(void **state)
{
	uint64_t rounds = rounds_wanted(LARGER_ROUNDS);
	uint64_t held[JUDGED] = { 0 };

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct history *history = larger_make(round);

		for (int m = 0; m < JUDGED; m++) {
			bool is_held = holds(history, (enum judged)m, false);

			held[m] += is_held;
			if (holds(history, (enum judged)m, true) != is_held)
				fail_msg("round %llu: %s: sparse clocks %s",
					 (unsigned long long)round, names[m],
					 is_held ? "convict" : "acquit");
		}
		history_free(history);
	}
	for (int m = 0; m < JUDGED; m++) {
		assert_true(held[m] > rounds / 50);
		assert_true(held[m] < rounds - rounds / 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_once_went_wrong_is_right),
		cmocka_unit_test(sparse_clocks_agree_with_the_definitions),
		cmocka_unit_test(sparse_clocks_agree_with_full_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
