/* SPDX-License-Identifier: MIT */
#include "checkers/queue/flow.h"

#include <stdlib.h>
#include <string.h>

void spans_add(struct spans *spans, struct span span)
{
	spans->items = array_reserve(spans->items, &spans->capacity,
				     spans->count + 1, sizeof(*spans->items));
	spans->items[spans->count++] = span;
}

struct span span_of(const struct history *history, uint32_t op)
{
	const struct op *it = &history->ops[op];

	return (struct span){
		.op = op,
		.begin = it->invoke,
		.end = it->outcome == OUTCOME_INDETERMINATE ? HISTORY_NONE
							    : it->complete,
	};
}

static void add_take(struct flow *flow, uint32_t op, struct value element)
{
	flow->takes = array_reserve(flow->takes, &flow->take_capacity,
				    flow->take_count + 1, sizeof(*flow->takes));
	flow->takes[flow->take_count++] =
		(struct sort_item){ element.bits, op };
}

/* False if it is no list. */
static bool add_list(struct flow *flow, uint32_t op, struct value list)
{
	const struct values *values = flow->history->values;
	struct value *elements;
	size_t length;

	if (value_kind(values, list) != VALUE_LIST)
		return false;
	length = value_list_length(values, list);
	elements = heap_zeroed(length + 1, sizeof(*elements));
	value_list_elements(values, list, elements);
	for (size_t i = 0; i < length; i++)
		add_take(flow, op, elements[i]);
	free(elements);
	return true;
}

static bool says_empty(const struct flow *flow, const struct op *op,
		       const char *const *empty_errors)
{
	const struct values *values = flow->history->values;
	const char *text;

	if (value_kind(values, op->error) != VALUE_STRING)
		return false;
	text = value_as_string(values, op->error, NULL);
	for (; *empty_errors; empty_errors++) {
		if (strcmp(text, *empty_errors) == 0)
			return true;
	}
	return false;
}

static void gather_dequeue(struct flow *flow, uint32_t number,
			   struct value element,
			   const char *const *empty_errors)
{
	const struct op *op = &flow->history->ops[number];
	struct span span = span_of(flow->history, number);

	if (op->outcome != OUTCOME_FAIL && !value_is_nil(element))
		add_take(flow, number, element);
	else if (op->outcome == OUTCOME_INDETERMINATE)
		spans_add(&flow->open_takes, span);
	else if (op->outcome == OUTCOME_OK ||
		 says_empty(flow, op, empty_errors))
		spans_add(&flow->empties, span);
}

static void gather_drain(struct flow *flow, struct account *account,
			 uint32_t number, struct value list)
{
	const struct op *op = &flow->history->ops[number];
	bool is_list;

	if (op->outcome == OUTCOME_FAIL)
		return;
	is_list = add_list(flow, number, list);
	if (op->outcome == OUTCOME_OK && !is_list)
		account_note_odd(account, number);
	else if (op->outcome == OUTCOME_OK)
		spans_add(&flow->empties, span_of(flow->history, number));
	else if (flow->open_drain == HISTORY_NONE)
		flow->open_drain = op->invoke;
}

static void gather_op(struct flow *flow, struct account *account,
		      const char *const *empty_errors, uint32_t number)
{
	const struct op *op = &flow->history->ops[number];

	for (uint16_t i = 0; i < op->action_count; i++) {
		const struct action *action = op_actions(flow->history, op) + i;

		switch (action->verb) {
		case VERB_ENQUEUE:
		case VERB_PUSH:
			flow->puts[flow->put_count++] =
				(struct sort_item){ action->arg.bits, number };
			break;
		case VERB_DEQUEUE:
		case VERB_POP:
			gather_dequeue(flow, number, action->result,
				       empty_errors);
			break;
		case VERB_DRAIN:
			gather_drain(flow, account, number, action->result);
			break;
		default:
			break;
		}
	}
}

void flow_gather(struct flow *flow, struct account *account,
		 const char *const *empty_errors, const uint32_t *ops,
		 size_t count)
{
	size_t actions = 0;

	*flow = (struct flow){ .history = account->check->history,
			       .open_drain = HISTORY_NONE };
	for (size_t i = 0; i < count; i++)
		actions += flow->history->ops[ops[i]].action_count;
	flow->puts = heap_zeroed(actions + 1, sizeof(*flow->puts));
	for (size_t i = 0; i < count; i++)
		gather_op(flow, account, empty_errors, ops[i]);
	sort_items(flow->puts, flow->put_count);
	sort_items(flow->takes, flow->take_count);
}

void flow_release(struct flow *flow)
{
	free(flow->puts);
	free(flow->takes);
	free(flow->empties.items);
	free(flow->open_takes.items);
}
