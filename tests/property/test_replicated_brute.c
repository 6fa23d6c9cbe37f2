/* SPDX-License-Identifier: MIT */
/*
 * The checker `replicated` against the definition: small random histories,
 * and every visibility that there may be. Whatever it convicts has none that
 * explains it (which is its promise), and it convicts nearly all of these.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/rng.h"
#include "harness/registry.h"

#define OPS_MAX 5
#define SESSIONS 2

enum type { OR_SET, TWO_PHASE, G_SET, PN_COUNTER, LWW, MV, TYPES };

static const char *const models[TYPES] = {
	[OR_SET] = "or-set",	     [TWO_PHASE] = "2p-set",
	[G_SET] = "g-set",	     [PN_COUNTER] = "pn-counter",
	[LWW] = "lww-register",	     [MV] = "mv-register",
};

/* One element, or one register with values 1, 2, ... */
struct tiny_op {
	enum verb verb;
	int32_t session;
	int64_t value;	/* written; read: of a counter the sum, of sets 0 or 1,
			 * of mv-registers a bit for each value */
	uint32_t begin; /* places in the history */
	uint32_t end;
	bool is_doubtful;
	bool is_final;
};

struct tiny {
	enum type type;
	struct tiny_op ops[OPS_MAX];
	size_t count;
	bool sees[OPS_MAX][OPS_MAX]; /* [x][u]: u is visible to x */
};

static bool is_update(const struct tiny_op *op)
{
	return op->verb != VERB_READ;
}

/* What the definition has each read return; registers: with the updates in
 * the order of `rank`. */
static int64_t answer_of(const struct tiny *t, size_t read, const size_t *rank)
{
	const bool *sees = t->sees[read];
	int64_t answer = 0;
	size_t best = SIZE_MAX;
	bool is_removed = false;

	for (size_t a = 0; a < t->count; a++) {
		const struct tiny_op *op = &t->ops[a];
		bool is_ended = false;

		if (!sees[a])
			continue;
		for (size_t d = 0; d < t->count; d++) {
			if (sees[d] && t->sees[d][a] &&
			    (t->type == MV || t->ops[d].verb == VERB_REMOVE))
				is_ended = true;
		}
		if (t->type == PN_COUNTER)
			answer += op->value;
		else if (t->type == MV && !is_ended)
			answer |= INT64_C(1) << op->value;
		else if (t->type == LWW &&
			 (best == SIZE_MAX || rank[a] > rank[best]))
			best = a;
		else if (t->type <= G_SET && op->verb == VERB_ADD) {
			is_removed |= is_ended;
			answer |= !is_ended;
		}
	}
	if (t->type == TWO_PHASE && is_removed)
		return 0;
	return t->type == LWW && best != SIZE_MAX ? t->ops[best].value : answer;
}

static bool is_explained(const struct tiny *t, const size_t *rank)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!is_update(&t->ops[i]) &&
		    answer_of(t, i, rank) != t->ops[i].value)
			return false;
	}
	return true;
}

/* Registers: is there an order in which each write stands behind what it saw
 * that explains all reads? */
static bool is_explained_by_order(const struct tiny *t)
{
	size_t rank[OPS_MAX] = { 0 };
	size_t total = 1;

	if (t->type != LWW)
		return is_explained(t, rank);
	for (size_t i = 0; i < t->count; i++)
		total *= t->count;
	for (size_t code = 0; code < total; code++) {
		size_t rest = code;
		bool fits = true;

		for (size_t i = 0; i < t->count; i++) {
			rank[i] = rest % t->count;
			rest /= t->count;
		}
		for (size_t a = 0; a < t->count && fits; a++) {
			for (size_t b = 0; b < t->count; b++) {
				if (is_update(&t->ops[a]) &&
				    is_update(&t->ops[b]) && a != b &&
				    (rank[a] == rank[b] ||
				     (t->sees[b][a] && rank[a] > rank[b])))
					fits = false;
			}
		}
		if (fits && is_explained(t, rank))
			return true;
	}
	return false;
}

/* Sessions see what they saw and did; who sees an update sees what that saw;
 * closing reads see all that was acknowledged. */
static bool is_causal(const struct tiny *t)
{
	for (size_t x = 0; x < t->count; x++) {
		for (size_t y = 0; y < t->count; y++) {
			const struct tiny_op *a = &t->ops[y];
			bool is_before = a->session == t->ops[x].session &&
					 a->begin < t->ops[x].begin;

			if (is_update(a) && !t->sees[x][y] &&
			    (is_before || (t->ops[x].is_final &&
					   !a->is_doubtful &&
					   a->end < t->ops[x].begin)))
				return false;
			if (!is_before && !t->sees[x][y])
				continue;
			for (size_t u = 0; u < t->count; u++) {
				if (t->sees[y][u] && !t->sees[x][u])
					return false;
			}
		}
		if (t->sees[x][x])
			return false;
	}
	return true;
}

/* Tries every visibility; nobody sees what began after it had ended. */
static bool has_explanation(struct tiny *t)
{
	size_t pairs[OPS_MAX * OPS_MAX][2];
	size_t count = 0;

	for (size_t x = 0; x < t->count; x++) {
		for (size_t u = 0; u < t->count; u++) {
			if (x == u || !is_update(&t->ops[u]) ||
			    (!t->ops[x].is_doubtful &&
			     t->ops[u].begin > t->ops[x].end))
				continue;
			pairs[count][0] = x;
			pairs[count++][1] = u;
		}
	}
	for (uint32_t code = 0; code < UINT32_C(1) << count; code++) {
		memset(t->sees, 0, sizeof(t->sees));
		for (size_t i = 0; i < count; i++)
			t->sees[pairs[i][0]][pairs[i][1]] = code >> i & 1;
		if (is_causal(t) && is_explained_by_order(t))
			return true;
	}
	return false;
}

static enum verb update_of(enum type type, struct rng *rng)
{
	if (type == PN_COUNTER)
		return VERB_INCREMENT;
	if (type == LWW || type == MV)
		return VERB_WRITE;
	return type != G_SET && rng_chance(rng, 0.4) ? VERB_REMOVE : VERB_ADD;
}

static int64_t draw_value(enum type type, const struct tiny_op *op,
			  size_t number, struct rng *rng)
{
	if (is_update(op))
		return type == PN_COUNTER ? (int64_t)rng_below(rng, 5) - 1 :
					    (int64_t)number + 1;
	if (type == PN_COUNTER)
		return (int64_t)rng_below(rng, 8) - 2;
	if (type == LWW)
		return (int64_t)rng_below(rng, OPS_MAX);
	return type == MV ? (int64_t)rng_below(rng, 16) & ~INT64_C(1) :
			    (int64_t)rng_below(rng, 2);
}

/* Operations of two sessions, which may overlap; the last may be a closing
 * read of a third. */
static void draw_history(struct tiny *t, struct rng *rng)
{
	uint32_t ends[SESSIONS + 1] = { 0 };
	bool is_over[SESSIONS] = { false };
	uint32_t place = 1;

	*t = (struct tiny){ .type = (enum type)rng_below(rng, TYPES) };
	t->count = 3 + rng_below(rng, OPS_MAX - 2);
	for (size_t i = 0; i < t->count; i++) {
		struct tiny_op *op = &t->ops[i];
		bool is_final = i + 1 == t->count;
		uint32_t length = (uint32_t)rng_below(rng, 3) * 10;

		op->session = is_final ? SESSIONS :
					 (int32_t)rng_below(rng, SESSIONS);
		if (!is_final && is_over[op->session])
			op->session = 1 - op->session;
		if (!is_final && is_over[op->session]) {
			t->count = i;
			return;
		}
		op->verb = is_final || rng_chance(rng, 0.4) ?
				   VERB_READ :
				   update_of(t->type, rng);
		place += 10;
		op->begin = place;
		if (ends[op->session] >= op->begin)
			op->begin = ends[op->session] + 1;
		if (is_final)
			op->begin = place + 40;
		op->is_final = is_final;
		op->end = op->begin + 1 + length;
		ends[op->session] = op->end;
		op->value = draw_value(t->type, op, i, rng);
		if (is_update(op) && rng_chance(rng, 0.1)) {
			op->is_doubtful = true;
			is_over[op->session] = true;
		}
	}
}

static struct value result_of(const struct tiny *t, const struct tiny_op *op,
			      struct values *values)
{
	struct value list = value_empty_list();

	if (t->type == PN_COUNTER)
		return value_int(values, op->value);
	if (t->type == LWW)
		return op->value ? value_int(values, op->value) : value_nil();
	for (int64_t v = 0; v < 16; v++) {
		if (t->type == MV ? op->value >> v & 1 :
				    v == 1 && op->value == 1)
			list = value_append(values, list, value_int(values, v));
	}
	return list;
}

static void append_entry(struct history *history, const struct tiny *t,
			 const struct tiny_op *op, bool is_begin)
{
	struct error err;
	struct action action = { .verb = (uint16_t)op->verb };
	struct entry entry = {
		.index = history->entry_count,
		.process = op->session,
		.type = is_begin ? OP_INVOKE : OP_OK,
		.f = (uint16_t)op->verb,
		.actions = &action,
		.action_count = 1,
	};

	if (is_update(op))
		action.arg = value_int(history->values,
				       t->type <= G_SET ? 1 : op->value);
	else if (!is_begin)
		action.result = result_of(t, op, history->values);
	if (!is_begin && op->is_doubtful)
		entry.type = OP_INFO;
	if (history_append(history, &entry, &err))
		fail_msg("%s", err.text);
}

static void append_final(struct history *history)
{
	struct error err;
	struct action action = { .arg = value_string(history->values,
						     "final") };
	struct entry entry = {
		.index = history->entry_count,
		.process = PROCESS_NEMESIS,
		.type = OP_INFO,
		.f = history_f(history, "phase", 5, &err),
		.actions = &action,
		.action_count = 1,
	};

	assert_int_equal(history_append(history, &entry, &err), 0);
}

static struct history *write_history(const struct tiny *t)
{
	struct history *history = history_new();

	for (uint32_t place = 0; place < 400; place++) {
		for (size_t i = 0; i < t->count; i++) {
			if (t->ops[i].is_final && t->ops[i].begin == place)
				append_final(history);
			if (t->ops[i].begin == place)
				append_entry(history, t, &t->ops[i], true);
			if (t->ops[i].end == place)
				append_entry(history, t, &t->ops[i], false);
		}
	}
	return history;
}

static enum verdict_kind judge(const struct tiny *t, struct arena *arena,
			       const char **reason)
{
	const struct checker *checker = registry_checker("replicated");
	struct history *history = write_history(t);
	struct options *options = options_new(arena, checker->options);
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check check = { history, options, &budget, arena };
	struct verdict verdict;
	struct error err;

	assert_int_equal(options_set(options, arena, "model", models[t->type],
				     &err),
			 0);
	verdict_init(&verdict);
	assert_int_equal(checker->check(&check, &verdict, &err), 0);
	*reason = verdict.reason;
	history_free(history);
	return verdict.kind;
}

static void what_is_convicted_has_no_explanation(void **state)
{
	const char *given = getenv("ORDEAL_CASES");
	uint64_t cases = given ? strtoull(given, NULL, 10) : 20000;
	uint64_t without[TYPES] = { 0 };
	uint64_t convicted[TYPES] = { 0 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, "replicated", 0);
	for (uint64_t i = 0; i < cases; i++) {
		struct arena arena = { 0 };
		const char *reason;
		enum verdict_kind kind;
		struct tiny tiny;
		bool is_legal;

		draw_history(&tiny, &rng);
		kind = judge(&tiny, &arena, &reason);
		is_legal = has_explanation(&tiny);
		if (kind == VERDICT_INVALID && is_legal)
			fail_msg("case %d, %s: convicted: %s", (int)i,
				 models[tiny.type], reason);
		without[tiny.type] += !is_legal;
		convicted[tiny.type] += kind == VERDICT_INVALID;
		arena_release(&arena);
	}
	for (size_t i = 0; i < TYPES; i++) {
		printf("%s: %d of %d without explanation are convicted\n",
		       models[i], (int)convicted[i], (int)without[i]);
		assert_true(convicted[i] * 10 >= without[i] * 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_convicted_has_no_explanation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
