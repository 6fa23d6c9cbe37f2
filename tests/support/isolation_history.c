/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_history.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TXNS_MAX 1200
#define ACCESSES_MAX 16

struct draft {
	struct action actions[ACCESSES_MAX];
	size_t count;
	int32_t process;
	enum op_type end;
	bool spans;
};

static void append_entry(struct history *history, const struct draft *draft,
			 enum op_type type)
{
	struct action actions[ACCESSES_MAX];
	struct error err;
	struct entry entry = {
		.index = history->entry_count,
		.time_ns = (int64_t)history->entry_count,
		.process = draft->process,
		.type = type,
		.f = VERB_TXN,
		.actions = actions,
		.action_count = draft->count,
	};

	for (size_t i = 0; i < draft->count; i++) {
		actions[i] = draft->actions[i];
		if (type != OP_OK)
			actions[i].result = value_nil();
	}
	if (history_append(history, &entry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static struct value digits(struct history *history, const char **at,
			   bool is_list)
{
	struct value list = value_empty_list();

	if (!isdigit((unsigned char)**at))
		return value_nil();
	if (!is_list)
		return value_int(history->values, *(*at)++ - '0');
	for (; isdigit((unsigned char)**at); (*at)++)
		list = value_append(history->values, list,
				    value_int(history->values, **at - '0'));
	return list;
}

static void parse_access(struct history *history, struct draft *draft,
			 const char **at, bool registers)
{
	struct action *action = &draft->actions[draft->count++];
	char verb = *(*at)++;

	assert(draft->count <= ACCESSES_MAX);
	assert(strchr("awir", verb));
	*action = (struct action){
		.verb = verb == 'a' ? VERB_APPEND :
			verb == 'w' ? VERB_WRITE :
			verb == 'i' ? VERB_ADD :
				      VERB_READ,
	};
	action->key = value_string_n(history->values, (*at)++, 1);
	if (verb == 'r')
		action->result = digits(history, at, !registers);
	else
		action->arg = digits(history, at, false);
}

static void parse_txn(struct history *history, struct draft *draft,
		      const char **at, bool registers, bool *is_serial)
{
	draft->end = OP_OK;
	for (; **at && **at != '|'; ) {
		if (isdigit((unsigned char)**at)) {
			draft->process = *(*at)++ - '0';
			*is_serial = true;
			assert(**at == ':');
			(*at)++;
		} else if (**at == '!' || **at == '?') {
			draft->end = *(*at)++ == '!' ? OP_FAIL : OP_INFO;
		} else if (**at == '~') {
			draft->spans = true;
			(*at)++;
		} else if (isspace((unsigned char)**at) || **at == '>') {
			*is_serial |= *(*at)++ == '>';
		} else {
			parse_access(history, draft, at, registers);
		}
	}
	if (**at)
		(*at)++;
}

struct history *isolation_shorthand(const char *text)
{
	struct history *history = history_new();
	struct draft *drafts = heap_zeroed(TXNS_MAX, sizeof(*drafts));
	bool registers = strchr(text, 'w') != NULL, is_serial = false;
	size_t count = 0;

	while (*text) {
		assert(count < TXNS_MAX);
		drafts[count].process = (int32_t)count + 10;
		parse_txn(history, &drafts[count++], &text, registers,
			  &is_serial);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_serial || drafts[i].spans)
			append_entry(history, &drafts[i], OP_INVOKE);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_serial || drafts[i].spans)
			continue;
		append_entry(history, &drafts[i], OP_INVOKE);
		append_entry(history, &drafts[i], drafts[i].end);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_serial || drafts[i].spans)
			append_entry(history, &drafts[i], drafts[i].end);
	}
	free(drafts);
	return history;
}

/* What the store holds while a random history is made. */
struct store {
	struct history *history;
	const struct isolation_shape *shape;
	struct rng *rng;
	struct value content[3]; /* by key */
	struct value all[3]; /* by key: a list of all values ever written */
	int64_t next[3];
	uint64_t ends[3]; /* by key: lengths of `all` between transactions */
};

static struct value key_name(struct store *store, uint64_t key)
{
	static const char *const names[] = { "x", "y", "z" };

	return value_string(store->history->values, names[key]);
}

/* Something else than the store holds. */
static struct value stray_read(struct store *store, uint64_t key)
{
	struct values *values = store->history->values;
	struct value list = store->all[key];
	uint64_t length = value_list_length(values, list), keep;

	if (!store->shape->is_sound && rng_chance(store->rng, 0.02))
		return store->shape->registers ?
			       value_int(values, 9) :
			       value_append(values, list,
					    value_int(values, 9));
	keep = rng_below(store->rng, length + 1);
	while (store->shape->is_sound && keep &&
	       !(store->ends[key] >> keep & 1))
		keep--;
	while (value_list_length(values, list) > keep)
		list = value_list_rest(values, list);
	if (store->shape->registers)
		return keep ? value_list_last(values, list) : value_nil();
	if (keep > 1 && !store->shape->is_sound &&
	    rng_chance(store->rng, 0.03)) {
		struct value last = value_list_last(values, list);

		list = value_list_rest(values, list);
		list = value_append(values, value_list_rest(values, list),
				    last);
	}
	return list;
}

static void random_access(struct store *store, struct action *action,
			  bool has_effect)
{
	struct values *values = store->history->values;
	uint64_t key = rng_below(store->rng, store->shape->keys);

	*action = (struct action){ .key = key_name(store, key) };
	if (rng_chance(store->rng, 0.5)) {
		action->verb = VERB_READ;
		action->result = store->content[key];
		return;
	}
	action->verb = store->shape->registers ? VERB_WRITE : VERB_APPEND;
	action->arg = value_int(values, ++store->next[key]);
	store->all[key] = value_append(values, store->all[key], action->arg);
	if (!has_effect)
		return;
	store->content[key] = store->shape->registers ?
				      action->arg :
				      value_append(values, store->content[key],
						   action->arg);
}

static void random_txn(struct store *store, struct draft *draft)
{
	bool has_effect = true;

	draft->end = OP_OK;
	if (!store->shape->is_sound && rng_chance(store->rng, 0.15))
		draft->end = rng_chance(store->rng, 0.5) ? OP_FAIL : OP_INFO;
	if (draft->end == OP_FAIL)
		has_effect = rng_chance(store->rng, 0.1);
	else if (draft->end == OP_INFO)
		has_effect = rng_chance(store->rng, 0.5);
	draft->count = 1 + rng_below(store->rng, store->shape->accesses_max);
	for (size_t i = 0; i < draft->count; i++)
		random_access(store, &draft->actions[i], has_effect);
	for (unsigned k = 0; k < 3; k++)
		store->ends[k] |= UINT64_C(1) << value_list_length(
					  store->history->values,
					  store->all[k]);
}

/* Has the transaction touched the key before? */
static bool is_touched(const struct draft *draft, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (value_equal(draft->actions[j].key, draft->actions[i].key))
			return true;
	}
	return false;
}

static void stray_reads(struct store *store, struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++) {
		struct action *action = &draft->actions[i];
		const char *name = value_as_string(store->history->values,
						   action->key, NULL);

		if (action->verb == VERB_READ &&
		    !(store->shape->is_sound && is_touched(draft, i)) &&
		    rng_chance(store->rng, store->shape->stray))
			action->result = stray_read(
				store, (uint64_t)(*name - 'x'));
	}
}

/* Invokes and completes in random order, each process one at a time. */
static void interleave(struct store *store, struct draft *drafts,
		       unsigned count)
{
	bool is_open[4] = { false };
	unsigned at[6] = { 0 }, open_of[4] = { 0 }, done = 0;
	int32_t numbers[4] = { 0, 1, 2, 3 };

	while (done < count) {
		unsigned i = (unsigned)rng_below(store->rng, count);
		unsigned p = (unsigned)drafts[i].process;

		if (at[i] == 0 && !is_open[p]) {
			struct draft named = drafts[i];

			named.process = numbers[p];
			append_entry(store->history, &named, OP_INVOKE);
			is_open[p] = true;
			open_of[p] = i;
			at[i] = 1;
		} else if (at[i] == 1 && open_of[p] == i) {
			struct draft named = drafts[i];

			named.process = numbers[p];
			append_entry(store->history, &named, named.end);
			if (named.end == OP_INFO)
				numbers[p] += 4;
			is_open[p] = false;
			at[i] = 2;
			done++;
		}
	}
}

struct history *isolation_random(const struct isolation_shape *shape,
				 struct rng *rng)
{
	struct store store = { history_new(), shape, rng, { { 0 } }, { { 0 } },
			       { 0 },	       { 0 } };
	unsigned count = 2 + (unsigned)rng_below(rng, shape->txns_max - 1);
	struct draft drafts[6] = { 0 };

	assert(shape->txns_max <= 6 && shape->keys <= 3 &&
	       shape->processes <= 4 && shape->accesses_max <= 4);
	for (unsigned k = 0; k < 3; k++) {
		store.all[k] = value_empty_list();
		store.content[k] = shape->registers ? value_nil() :
						      value_empty_list();
	}
	for (unsigned i = 0; i < count; i++)
		random_txn(&store, &drafts[i]);
	for (unsigned i = 0; i < count; i++) {
		stray_reads(&store, &drafts[i]);
		drafts[i].process = (int32_t)rng_below(rng, shape->processes);
	}
	interleave(&store, drafts, count);
	return store.history;
}
