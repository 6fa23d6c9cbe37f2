/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_judge.h"

#include <assert.h>
#include <string.h>

static int small_int(const struct history *history, struct value value)
{
	return value_is_nil(value) ?
		       0 :
		       (int)value_as_int(history->values, value);
}

static void take_access(struct judge_access *access,
			const struct history *history,
			const struct action *action, bool registers)
{
	struct value elements[JUDGE_LENGTH_MAX];
	const char *key = value_as_string(history->values, action->key, NULL);

	*access = (struct judge_access){
		.is_write = action->verb != VERB_READ,
		.is_list = !registers,
		.key = *key - 'x',
	};
	if (access->is_write) {
		access->value = small_int(history, action->arg);
	} else if (registers) {
		access->value = small_int(history, action->result);
	} else if (!value_is_nil(action->result)) {
		access->length = (int)value_list_length(history->values,
							action->result);
		assert(access->length <= JUDGE_LENGTH_MAX);
		value_list_elements(history->values, action->result, elements);
		for (int i = 0; i < access->length; i++)
			access->list[i] = small_int(history, elements[i]);
	}
}

void judge_init(struct judge *judge, const struct history *history,
		bool registers)
{
	memset(judge, 0, sizeof(*judge));
	for (size_t t = 0; t < history->op_count; t++) {
		const struct op *op = &history->ops[t];
		struct judge_txn *txn = &judge->txns[judge->count];

		if (op->outcome == OUTCOME_FAIL)
			continue;
		assert(judge->count < JUDGE_TXNS_MAX);
		judge->count++;
		txn->is_ok = op->outcome == OUTCOME_OK;
		txn->process = op->process;
		txn->invoke = op->invoke;
		txn->complete = txn->is_ok ? op->complete : ~0u;
		for (int i = 0; i < op->action_count; i++) {
			const struct action *action =
				&op_actions(history, op)[i];

			/* An indeterminate read saw nothing. */
			if (!txn->is_ok && action->verb == VERB_READ)
				continue;
			take_access(&txn->accesses[txn->count++], history,
				    action, registers);
		}
	}
}

bool judge_before(const struct judge *judge, enum judge_order order, int a,
		  int b)
{
	const struct judge_txn *one = &judge->txns[a], *two = &judge->txns[b];

	if (order == JUDGE_REALTIME)
		return one->complete < two->invoke;
	return order == JUDGE_SESSION && one->process == two->process &&
	       one->invoke < two->invoke;
}

/* What the store holds. */
struct state {
	int length[JUDGE_KEYS_MAX]; /* 0 or 1 of a register */
	int list[JUDGE_KEYS_MAX][JUDGE_LENGTH_MAX];
};

static void write_to(struct state *state, const struct judge_access *access)
{
	if (!access->is_list)
		state->length[access->key] = 0;
	assert(state->length[access->key] < JUDGE_LENGTH_MAX);
	state->list[access->key][state->length[access->key]++] = access->value;
}

static bool reads_from(const struct state *state,
		       const struct judge_access *access)
{
	const int *list = state->list[access->key];
	int length = state->length[access->key];

	if (!access->is_list)
		return access->value == (length ? list[0] : 0);
	return access->length == length &&
	       memcmp(access->list, list, (size_t)length * sizeof(*list)) == 0;
}

/* Runs a transaction on a state; false if it read something else. */
static bool run_txn(const struct judge_txn *txn, struct state *state)
{
	for (int i = 0; i < txn->count; i++) {
		if (txn->accesses[i].is_write)
			write_to(state, &txn->accesses[i]);
		else if (!reads_from(state, &txn->accesses[i]))
			return false;
	}
	return true;
}

static void apply_writes(const struct judge_txn *txn, struct state *state)
{
	for (int i = 0; i < txn->count; i++) {
		if (txn->accesses[i].is_write)
			write_to(state, &txn->accesses[i]);
	}
}

static bool write_same_key(const struct judge_txn *a,
			   const struct judge_txn *b)
{
	for (int i = 0; i < a->count; i++) {
		for (int j = 0; j < b->count; j++) {
			if (a->accesses[i].is_write &&
			    b->accesses[j].is_write &&
			    a->accesses[i].key == b->accesses[j].key)
				return true;
		}
	}
	return false;
}

/* A search over orders: who came so far, and the states in between. */
struct orders {
	const struct judge *judge;
	enum judge_order order;
	bool snapshots;
	int placed[JUDGE_TXNS_MAX];
	struct state states[JUDGE_TXNS_MAX + 1]; /* before each place */
};

/* Can txn t come at place `at`? */
static bool fits(struct orders *o, int at, int t, unsigned used)
{
	const struct judge *judge = o->judge;
	struct state state = o->states[at];
	int oldest = at;

	for (int i = 0; i < judge->count; i++) {
		if (!(used >> i & 1) && i != t &&
		    judge_before(judge, o->order, i, t) &&
		    judge->txns[i].is_ok)
			return false;
	}
	if (o->snapshots)
		oldest = 0;
	for (int from = at; from >= oldest; from--) {
		state = o->states[from];
		if (run_txn(&judge->txns[t], &state)) {
			o->states[at + 1] = o->states[at];
			apply_writes(&judge->txns[t], &o->states[at + 1]);
			o->placed[at] = t;
			return true;
		}
		/* Older snapshots: none who conflicts, or must be seen. */
		if (from > 0 &&
		    (write_same_key(&judge->txns[o->placed[from - 1]],
				    &judge->txns[t]) ||
		     judge_before(judge, o->order, o->placed[from - 1], t)))
			return false;
	}
	return false;
}

/* All that are left may be left out. */
static bool is_complete(const struct judge *judge, unsigned used)
{
	for (int i = 0; i < judge->count; i++) {
		if (judge->txns[i].is_ok && !(used >> i & 1))
			return false;
	}
	return true;
}

static bool search(struct orders *o)
{
	int at = 0, next[JUDGE_TXNS_MAX + 1] = { 0 };
	unsigned used = 0;

	memset(o->states, 0, sizeof(o->states));
	while (at >= 0) {
		bool is_placed = false;

		if (is_complete(o->judge, used))
			return true;
		while (next[at] < o->judge->count && !is_placed) {
			int t = next[at]++;

			if (!(used >> t & 1) && fits(o, at, t, used)) {
				used |= 1u << t;
				is_placed = true;
			}
		}
		if (is_placed) {
			next[++at] = 0;
		} else if (--at >= 0) {
			used &= ~(1u << o->placed[at]);
		}
	}
	return false;
}

bool judge_serializable(const struct judge *judge, enum judge_order order)
{
	struct orders o = { .judge = judge, .order = order };

	return search(&o);
}

bool judge_snapshot_isolated(const struct judge *judge,
			     enum judge_order order)
{
	struct orders o = { .judge = judge,
			    .order = order,
			    .snapshots = true };

	return search(&o);
}
