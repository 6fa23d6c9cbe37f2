/* SPDX-License-Identifier: MIT */
#include "checkers/set/gather.h"

#include <stdlib.h>

static bool is_answer(const struct op *op)
{
	return op->outcome == OUTCOME_OK && op->complete != HISTORY_NONE;
}

static void gather_read(struct gathered *gathered, struct account *account,
			uint32_t number, struct value list)
{
	const struct history *history = account->check->history;
	const struct op *op = &history->ops[number];

	if (!is_answer(op))
		return;
	if (value_kind(history->values, list) != VALUE_LIST) {
		account_note_odd(account, number);
		return;
	}
	gathered->reads.items[gathered->reads.count++] = (struct sight){
		.op = number, .begin = op->invoke, .end = op->complete
	};
	gathered->sighting_count += value_list_length(history->values, list);
}

static void gather_question(struct gathered *gathered, struct account *account,
			    uint32_t number, const struct action *action)
{
	const struct history *history = account->check->history;

	if (!is_answer(&history->ops[number]))
		return;
	if (value_kind(history->values, action->result) == VALUE_BOOL)
		gathered->questions[gathered->question_count++] =
			(struct sort_item){ action->arg.bits, number };
	else
		account_note_odd(account, number);
}

static void gather_op(struct gathered *gathered, struct account *account,
		      uint32_t number)
{
	const struct history *history = account->check->history;
	const struct op *op = &history->ops[number];
	const struct action *action = op_actions(history, op);

	if (op->action_count != 1) {
		account_note_odd(account, number);
		return;
	}
	switch (action->verb) {
	case VERB_READ:
		gather_read(gathered, account, number, action->result);
		break;
	case VERB_ADD:
	case VERB_REMOVE:
		gathered->changes[gathered->change_count++] =
			(struct sort_item){ action->arg.bits, number };
		break;
	case VERB_CONTAINS:
		gather_question(gathered, account, number, action);
		break;
	default:
		break;
	}
}

static void take_apart(struct gathered *gathered, const struct history *history)
{
	struct value *elements =
		heap_zeroed(gathered->sighting_count + 1, sizeof(*elements));
	size_t count = 0;

	gathered->sightings = heap_zeroed(gathered->sighting_count + 1,
					  sizeof(*gathered->sightings));
	for (size_t i = 0; i < gathered->reads.count; i++) {
		uint32_t number = gathered->reads.items[i].op;
		struct value list =
			op_actions(history, &history->ops[number])->result;
		size_t length = value_list_length(history->values, list);

		value_list_elements(history->values, list, elements);
		for (size_t j = 0; j < length; j++)
			gathered->sightings[count++] =
				(struct sort_item){ elements[j].bits,
						    (uint32_t)i };
	}
	gathered->sighting_count = count;
	free(elements);
}

bool gather(struct gathered *gathered, struct account *account,
	    const uint32_t *ops, size_t count, uint64_t bytes_max,
	    uint64_t *needed)
{
	const struct history *history = account->check->history;
	*gathered = (struct gathered){ .reads = { .count = 0 } };
	gathered->reads.items =
		heap_zeroed(count + 1, sizeof(*gathered->reads.items));
	gathered->changes = heap_zeroed(count + 1, sizeof(*gathered->changes));
	gathered->questions =
		heap_zeroed(count + 1, sizeof(*gathered->questions));
	gathered->updates = heap_zeroed(count + 1, sizeof(*gathered->updates));
	for (size_t i = 0; i < count; i++)
		gather_op(gathered, account, ops[i]);
	gathered->seen =
		heap_zeroed(gathered->reads.count + 1, sizeof(*gathered->seen));
	gathered->times = heap_zeroed(gathered->reads.count + 1,
				      sizeof(*gathered->times));
	/* Sorting needs the same again. */
	*needed = (uint64_t)gathered->sighting_count * 3 *
		  sizeof(struct sort_item);
	if (*needed > bytes_max)
		return false;
	take_apart(gathered, history);
	sort_items(gathered->sightings, gathered->sighting_count);
	sort_items(gathered->changes, gathered->change_count);
	sort_items(gathered->questions, gathered->question_count);
	return true;
}

void gather_release(struct gathered *gathered)
{
	free(gathered->reads.items);
	free(gathered->sightings);
	free(gathered->changes);
	free(gathered->questions);
	free(gathered->updates);
	free(gathered->seen);
	free(gathered->times);
}

/* The least element that is left, false if there is none. */
static bool least_left(const struct gathered *gathered, uint32_t *bits)
{
	bool any = false;

	*bits = UINT32_MAX;
	if (gathered->next_sighting < gathered->sighting_count) {
		*bits = gathered->sightings[gathered->next_sighting].key;
		any = true;
	}
	if (gathered->next_change < gathered->change_count) {
		uint32_t key = gathered->changes[gathered->next_change].key;

		*bits = key < *bits ? key : *bits;
		any = true;
	}
	if (gathered->next_question < gathered->question_count) {
		uint32_t key = gathered->questions[gathered->next_question].key;

		*bits = key < *bits ? key : *bits;
		any = true;
	}
	return any;
}

static void take_change(struct element *element, const struct history *history,
			uint32_t number)
{
	const struct op *op = &history->ops[number];
	struct update update = {
		.op = number,
		.begin = op->invoke,
		.end = op->outcome == OUTCOME_OK ? op->complete : HISTORY_NONE,
		.adds = op_actions(history, op)->verb == VERB_ADD,
	};

	if (op->outcome == OUTCOME_FAIL) {
		if (update.adds)
			element->failed_add = number;
		return;
	}
	element->updates[element->update_count++] = update;
	element->add_count += update.adds;
}

bool gather_next(struct gathered *gathered, const struct history *history,
		 struct element *element)
{
	uint32_t bits;

	if (!least_left(gathered, &bits))
		return false;
	*element = (struct element){
		.value = { bits },
		.updates = gathered->updates,
		.failed_add = HISTORY_NONE,
		.seen = gathered->seen,
		.asked = gathered->questions + gathered->next_question,
	};
	while (gathered->next_sighting < gathered->sighting_count &&
	       gathered->sightings[gathered->next_sighting].key == bits) {
		uint32_t read =
			gathered->sightings[gathered->next_sighting++].number;
		size_t last = element->seen_count;

		if (last > 0 && element->seen[last - 1] == read) {
			gathered->times[last - 1]++;
			continue;
		}
		gathered->times[last] = 1;
		element->seen[element->seen_count++] = read;
	}
	while (gathered->next_change < gathered->change_count &&
	       gathered->changes[gathered->next_change].key == bits)
		take_change(element, history,
			    gathered->changes[gathered->next_change++].number);
	while (gathered->next_question < gathered->question_count &&
	       gathered->questions[gathered->next_question].key == bits) {
		gathered->next_question++;
		element->asked_count++;
	}
	return true;
}
