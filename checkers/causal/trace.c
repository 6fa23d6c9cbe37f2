/* SPDX-License-Identifier: MIT */
#include "checkers/causal/trace.h"

#include <string.h>

#include "harness/core/table.h"

/* An operation that may become an event. */
struct candidate {
	uint32_t op;
	uint32_t key;
	uint32_t event;
	uint32_t rival; /* another writer of the value + 1, or 0 */
	bool is_certain; /* it happened */
	bool is_read;
	bool is_write;
};

struct building {
	struct trace *trace;
	struct arena *arena;
	struct candidate *items;
	uint32_t count;
	struct table keys;
	struct table writers; /* candidate + 1 by (key, value) */
};

static struct value seen_value(const struct building *b,
			       const struct candidate *item)
{
	const struct history *history = b->trace->history;
	const struct op *op = &history->ops[item->op];
	const struct action *action = op_actions(history, op);

	return action->verb == VERB_CAS ? action->expected : action->result;
}

/* NULL, or why the operation has no place here. */
static const char *misfit_of(const struct building *b, const struct op *op)
{
	const struct history *history = b->trace->history;
	const struct action *action = op_actions(history, op);

	if (op->action_count != 1 || op->f == VERB_TXN)
		return "the operations are transactions; this is about single "
		       "reads and writes of registers (isolation judges "
		       "transactions)";
	if (action->verb != VERB_READ && action->verb != VERB_WRITE &&
	    action->verb != VERB_CAS)
		return arena_printf(b->arena,
				    "this is about reads, writes and cas of "
				    "registers; the history has \"%s\"",
				    history_f_name(history, action->verb));
	return NULL;
}

static uint32_t key_number(struct building *b, struct value key)
{
	struct trace *trace = b->trace;
	uint32_t *number = table_at(&b->keys, table_pair(1, key.bits));

	if (*number == 0) {
		trace->keys[trace->key_count] = key;
		*number = ++trace->key_count;
	}
	return *number - 1;
}

static void add_writer(struct building *b, uint32_t number, struct value value)
{
	struct candidate *item = &b->items[number];
	uint32_t *first =
		table_at(&b->writers, table_pair(item->key, value.bits));

	if (*first)
		b->items[*first - 1].rival = number + 1;
	else
		*first = number + 1;
}

static const char *collect(struct building *b)
{
	const struct history *history = b->trace->history;

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);
		struct candidate *item = &b->items[b->count];
		const char *misfit;

		if (!op_is_client(op))
			continue;
		misfit = misfit_of(b, op);
		if (misfit)
			return misfit;
		if (op->outcome == OUTCOME_FAIL ||
		    (op->outcome != OUTCOME_OK && action->verb == VERB_READ))
			continue;
		*item = (struct candidate){
			.op = i,
			.key = key_number(b, action->key),
			.event = TRACE_NONE,
			.is_certain = op->outcome == OUTCOME_OK,
			.is_read = action->verb != VERB_WRITE,
			.is_write = action->verb != VERB_READ,
		};
		if (item->is_write)
			add_writer(b, b->count, action->arg);
		b->count++;
	}
	return b->count ? NULL : "no operation of a client succeeded";
}

/* The candidate whose value it saw, + 1; 0: nobody. */
static uint32_t writer_of(const struct building *b,
			  const struct candidate *item)
{
	return table_find(&b->writers,
			  table_pair(item->key, seen_value(b, item).bits));
}

/* An indeterminate write that was seen did happen; and if it was a cas, so did
 * the one that it saw. Of several writers of a value nobody knows which. */
static void find_certain(struct building *b)
{
	uint32_t *work = arena_array(b->arena, b->count, sizeof(*work));
	uint32_t length = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		if (b->items[i].is_certain && b->items[i].is_read)
			work[length++] = i;
	}
	while (length > 0) {
		uint32_t writer = writer_of(b, &b->items[work[--length]]);
		struct candidate *item;

		if (!writer || b->items[writer - 1].rival)
			continue;
		item = &b->items[writer - 1];
		if (item->is_certain)
			continue;
		item->is_certain = true;
		if (item->is_read)
			work[length++] = writer - 1;
	}
}

/* Sessions in order of their first event, and room for their events. */
static uint32_t *number_sessions(struct building *b)
{
	struct trace *trace = b->trace;
	uint32_t *sessions = arena_array(b->arena, b->count, sizeof(*sessions));
	uint32_t *sizes = arena_array(b->arena, b->count + 1, sizeof(*sizes));
	struct table numbers;

	table_init(&numbers, b->arena, b->count);
	for (uint32_t i = 0; i < b->count; i++) {
		const struct op *op = &trace->history->ops[b->items[i].op];
		uint32_t *number;

		if (!b->items[i].is_certain)
			continue;
		number = table_at(&numbers,
				  table_pair(0, (uint32_t)op->process));
		if (*number == 0)
			*number = ++trace->session_count;
		sessions[i] = *number - 1;
		sizes[*number]++;
		trace->count++;
	}
	for (uint32_t s = 0; s < trace->session_count; s++)
		sizes[s + 1] += sizes[s];
	trace->session_starts = sizes;
	return sessions;
}

static void place_events(struct building *b, const uint32_t *sessions)
{
	struct trace *trace = b->trace;
	uint32_t *filled = arena_array(b->arena, trace->session_count + 1,
				       sizeof(*filled));

	trace->events =
		arena_array(b->arena, trace->count + 1, sizeof(*trace->events));
	for (uint32_t i = 0; i < b->count; i++) {
		struct candidate *item = &b->items[i];
		uint32_t s = sessions[i];

		if (!item->is_certain)
			continue;
		item->event = trace->session_starts[s] + filled[s];
		trace->events[item->event] = (struct event){
			.op = item->op,
			.session = s,
			.position = filled[s]++,
			.key = item->key,
			.reads = TRACE_NONE,
			.is_write = item->is_write,
		};
	}
}

static uint32_t source_of(struct building *b, const struct candidate *item)
{
	struct trace *trace = b->trace;
	struct value value = seen_value(b, item);
	uint32_t writer = writer_of(b, item);

	if (!writer && value_is_nil(value))
		return TRACE_INITIAL;
	if (!writer) {
		trace->strangers++;
		return TRACE_STRANGER;
	}
	/* Who writes nil again cannot be told from the beginning. */
	if (b->items[writer - 1].rival || value_is_nil(value)) {
		if (!trace->ambiguous++)
			trace->ambiguous_op = item->op;
		return TRACE_NONE;
	}
	return b->items[writer - 1].event;
}

static void link_reads(struct building *b)
{
	struct trace *trace = b->trace;
	uint32_t *starts =
		arena_array(b->arena, trace->count + 2, sizeof(*starts));

	for (uint32_t i = 0; i < b->count; i++) {
		const struct candidate *item = &b->items[i];
		uint32_t reads;

		if (!item->is_certain || !item->is_read)
			continue;
		reads = source_of(b, item);
		trace->events[item->event].reads = reads;
		if (trace_is_event(reads))
			starts[reads + 2]++;
	}
	for (uint32_t e = 0; e < trace->count; e++)
		starts[e + 2] += starts[e + 1];
	trace->readers = arena_array(b->arena, trace->count + 1,
				     sizeof(*trace->readers));
	for (uint32_t e = 0; e < trace->count; e++) {
		uint32_t reads = trace->events[e].reads;

		if (trace_is_event(reads))
			trace->readers[starts[reads + 1]++] = e;
	}
	trace->reader_starts = starts;
}

/* Events are sorted by session already, so by key is all that is missing. */
static void group_writes(struct building *b)
{
	struct trace *trace = b->trace;
	uint32_t keys = trace->key_count;
	uint32_t *starts = arena_array(b->arena, keys + 2, sizeof(*starts));
	uint32_t run = 0;
	uint32_t next = 0;

	for (uint32_t e = 0; e < trace->count; e++)
		starts[trace->events[e].key + 2] += trace->events[e].is_write;
	for (uint32_t k = 0; k < keys; k++)
		starts[k + 2] += starts[k + 1];
	trace->writes =
		arena_array(b->arena, trace->count + 1, sizeof(*trace->writes));
	for (uint32_t e = 0; e < trace->count; e++) {
		if (trace->events[e].is_write)
			trace->writes[starts[trace->events[e].key + 1]++] = e;
	}
	trace->runs =
		arena_array(b->arena, starts[keys] + 1, sizeof(*trace->runs));
	trace->run_starts =
		arena_array(b->arena, keys + 1, sizeof(*trace->run_starts));
	for (uint32_t k = 0; k < keys; k++) {
		for (; next < starts[k + 1]; next++) {
			uint32_t s = trace->events[trace->writes[next]].session;

			if (run == trace->run_starts[k] ||
			    trace->runs[run - 1].session != s)
				trace->runs[run++] = (struct run){
					.session = s, .start = next
				};
			trace->runs[run - 1].count++;
		}
		trace->run_starts[k + 1] = run;
	}
}

const char *trace_init(struct trace *trace, const struct history *history,
		       struct arena *arena)
{
	struct building b = { .trace = trace, .arena = arena };
	const char *misfit;

	*trace = (struct trace){ .history = history };
	b.items = arena_array(arena, history->op_count + 1, sizeof(*b.items));
	trace->keys =
		arena_array(arena, history->op_count + 1, sizeof(*trace->keys));
	table_init(&b.keys, arena, history->op_count);
	table_init(&b.writers, arena, history->op_count);
	misfit = collect(&b);
	if (misfit)
		return misfit;
	find_certain(&b);
	place_events(&b, number_sessions(&b));
	link_reads(&b);
	group_writes(&b);
	return NULL;
}

uint32_t trace_last_write(const struct trace *trace, const struct run *run,
			  uint32_t bound)
{
	const uint32_t *writes = trace->writes + run->start;
	uint32_t end = trace->session_starts[run->session] + bound;
	uint32_t low = 0;
	uint32_t high = run->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (writes[middle] < end)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? writes[low - 1] : TRACE_NONE;
}

uint32_t trace_run_at(const struct trace *trace, uint32_t key, uint32_t session)
{
	uint32_t low = trace->run_starts[key];
	uint32_t high = trace->run_starts[key + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (trace->runs[middle].session < session)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
