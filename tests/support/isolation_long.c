/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_long.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#define PROCESSES 20
#define ACCESSES 4
#define WRITES_PER_KEY 64
#define VERSIONS_BACK 3

/* A serial store: an operation takes effect when it is invoked. */
struct maker {
	struct history *history;
	struct rng rng;
	bool registers;
	uint32_t keys; /* in use at a time */
	struct value *lists;
	int64_t *ids; /* of the key in each place */
	uint32_t *writes;
	int64_t next_id;
	int64_t next_value;
};

static void make_access(struct maker *m, struct action *action)
{
	struct values *values = m->history->values;
	uint32_t k = (uint32_t)rng_below(&m->rng, m->keys);

	*action = (struct action){ .key = value_int(values, m->ids[k]) };
	if (rng_chance(&m->rng, 0.5)) {
		action->verb = VERB_READ;
		action->result = m->lists[k];
		return;
	}
	if (m->registers) {
		action->verb = VERB_WRITE;
		action->arg = value_int(values, ++m->next_value);
		m->lists[k] = action->arg;
		return;
	}
	action->verb = VERB_APPEND;
	action->arg = value_int(values, ++m->writes[k]);
	m->lists[k] = value_append(values, m->lists[k], action->arg);
	if (m->writes[k] == WRITES_PER_KEY) {
		m->writes[k] = 0;
		m->ids[k] = m->next_id++;
		m->lists[k] = value_empty_list();
	}
}

static void write_entry(struct maker *m, struct action *actions,
			int32_t process, enum op_type type)
{
	struct action bare[ACCESSES];
	struct error err;
	struct entry entry = { .index = m->history->entry_count,
			       .time_ns = (int64_t)m->history->entry_count,
			       .process = process,
			       .type = type,
			       .f = VERB_TXN,
			       .actions = actions,
			       .action_count = ACCESSES };

	memcpy(bare, actions, sizeof(bare));
	for (int i = 0; i < ACCESSES && type == OP_INVOKE; i++)
		bare[i].result = value_nil();
	entry.actions = bare;
	if (history_append(m->history, &entry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
}

/* The operation of an action. */
static const struct op *op_of(const struct history *history, size_t action)
{
	size_t low = 0, high = history->op_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (history->ops[middle].first_action <= action)
			low = middle;
		else
			high = middle;
	}
	return &history->ops[low];
}

/* How many versions the read is to miss. Of a register so many that some of
 * them had completed, whatever overlapped. */
static size_t versions_back(const struct values *values, struct value result)
{
	return value_kind(values, result) == VALUE_LIST ?
		       value_list_length(values, result) / 2 :
		       VERSIONS_BACK;
}

/* Spoils the read, if what it is to miss has a write of its own process. */
static bool turn_back(struct history *history, size_t a)
{
	const struct values *values = history->values;
	struct action *read = &history->actions[a];
	const struct op *op = op_of(history, a);
	bool is_list = value_kind(values, read->result) == VALUE_LIST;
	size_t missed = 0, wanted = versions_back(values, read->result);
	struct value result = read->result;
	const struct op *writer = NULL;
	bool is_own = false;

	for (size_t i = a; i-- > 0 && wanted >= VERSIONS_BACK;) {
		const struct action *other = &history->actions[i];

		if (!value_equal(other->key, read->key) ||
		    other->verb == VERB_READ)
			continue;
		if (a - i < 2 * ACCESSES)
			return false;
		/* What is seen then is no state in the middle of another. */
		if (missed++ < wanted || writer == op_of(history, i)) {
			writer = op_of(history, i);
			is_own |= writer->process == op->process;
			if (is_list)
				result = value_list_rest(values, result);
			continue;
		}
		if (!is_own)
			return false;
		read->result = is_list ? result : other->arg;
		return true;
	}
	return false;
}

void isolation_plant(struct history *history)
{
	for (size_t a = history->action_count; a-- > 0;) {
		if (history->actions[a].verb == VERB_READ &&
		    !value_is_nil(history->actions[a].result) &&
		    turn_back(history, a))
			return;
	}
}

struct history *isolation_long(const struct isolation_long *shape)
{
	struct maker m = { .history = history_new(),
			   .keys = shape->keys,
			   .registers = shape->registers,
			   .lists = heap_zeroed(shape->keys,
						sizeof(*m.lists)),
			   .ids = heap_zeroed(shape->keys, sizeof(*m.ids)),
			   .writes = heap_zeroed(shape->keys,
						 sizeof(*m.writes)) };
	struct action open[PROCESSES][ACCESSES];
	bool is_open[PROCESSES] = { false };
	size_t started = 0, done = 0;

	rng_init(&m.rng, shape->keys, "bench", 0);
	for (uint32_t k = 0; k < shape->keys; k++) {
		m.ids[k] = m.next_id++;
		m.lists[k] = m.registers ? value_nil() : value_empty_list();
	}
	while (done < shape->count) {
		int32_t p = (int32_t)rng_below(&m.rng, PROCESSES);

		if (is_open[p]) {
			write_entry(&m, open[p], p, OP_OK);
			is_open[p] = false;
			done++;
		} else if (started < shape->count) {
			for (int i = 0; i < ACCESSES; i++)
				make_access(&m, &open[p][i]);
			write_entry(&m, open[p], p, OP_INVOKE);
			is_open[p] = true;
			started++;
		}
	}
	free(m.lists);
	free(m.ids);
	free(m.writes);
	return m.history;
}
