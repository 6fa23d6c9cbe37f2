/* SPDX-License-Identifier: MIT */
/* What a replica answers, and what updates requests make: registers, sets,
 * maps, counters. */
#include "targets/memory/replica.h"

#include "harness/core/arena.h"

static bool sort_before(const struct values *values, struct value a,
			struct value b)
{
	return value_compare(values, a, b) < 0;
}

/* The elements (or fields) that are there, sorted; `cells` has room. */
static size_t present_cells(struct call *call, const struct item *item,
			    const struct cell **cells)
{
	const struct memory *memory = call->memory;
	bool removals_win = memory->settings.bug == BUG_REMOVE_WINS;
	enum set_type type = item->object == OBJECT_SET ?
				     memory->settings.replica.set_type :
				     SET_OBSERVED_REMOVE;
	size_t count = 0;

	for (size_t i = 0; i < item->cell_count; i++) {
		const struct cell *cell = &item->cells[i];
		size_t at = count;

		if (!cell_is_present(cell, type, removals_win))
			continue;
		while (at > 0 && sort_before(memory->store.values, cell->field,
					     cells[at - 1]->field)) {
			cells[at] = cells[at - 1];
			at--;
		}
		cells[at] = cell;
		count++;
	}
	return count;
}

static struct value read_set(struct call *call, const struct item *item)
{
	const struct cell **cells = arena_array(
		call->arena, item->cell_count + 1, sizeof(*cells));
	size_t count = present_cells(call, item, cells);
	struct value list = value_empty_list();

	for (size_t i = 0; i < count; i++)
		list = value_append(call->values, list,
				    call_out(call, cells[i]->field));
	return list;
}

static struct value read_map(struct call *call, const struct item *item)
{
	struct treatment treatment = replica_treatment(call->memory);
	const struct cell **cells = arena_array(
		call->arena, item->cell_count + 1, sizeof(*cells));
	size_t count = present_cells(call, item, cells);
	struct value *keys =
		arena_array(call->arena, count + 1, sizeof(*keys));
	struct value *contents =
		arena_array(call->arena, count + 1, sizeof(*contents));

	for (size_t i = 0; i < count; i++) {
		keys[i] = call_out(call, cells[i]->field);
		contents[i] = call_out(
			call, cell_winner(cells[i], &treatment)->value);
	}
	return value_map(call->values, keys, contents, count);
}

/* {"n1":3,"n2":1}: what the write had seen of each node, itself included. */
static struct value version_vector(struct call *call,
				   const struct update *update)
{
	const struct replicas *replicas = call->memory->replicas;
	size_t count = replicas->count;
	struct value *keys = arena_array(call->arena, count, sizeof(*keys));
	struct value *numbers =
		arena_array(call->arena, count, sizeof(*numbers));
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t number = i == update->origin ? update->number :
							update->past[i];

		if (number == 0)
			continue;
		keys[used] = value_string(
			call->values,
			replicas->names ?
				replicas->names[i] :
				arena_printf(call->arena, "n%zu", i + 1));
		numbers[used++] = value_int(call->values, (int64_t)number);
	}
	return value_map(call->values, keys, numbers, used);
}

/* [[VALUE, VERSION-VECTOR], ...] */
static struct value read_siblings(struct call *call, const struct cell *cell)
{
	struct value list = value_empty_list();

	for (size_t i = 0; cell && i < cell->live_count; i++) {
		const struct update *update = cell->live[i].update;
		struct value pair[2] = {
			call_out(call, update->value),
			version_vector(call, update),
		};

		list = value_append(call->values, list,
				    value_list(call->values, pair, 2));
	}
	return list;
}

static struct value read_register(struct call *call, const struct item *item)
{
	struct treatment treatment = replica_treatment(call->memory);
	const struct cell *cell = cell_find(item, value_nil());
	const struct update *winner;

	if (treatment.conflict == CONFLICT_SIBLINGS)
		return read_siblings(call, cell);
	winner = cell ? cell_winner(cell, &treatment) : NULL;
	return winner ? call_out(call, winner->value) : value_nil();
}

static struct value read_counter(struct call *call, const struct item *item)
{
	const struct cell *cell = cell_find(item, value_nil());

	return value_int(call->values, cell ? cell->sum : 0);
}

/* Something that nobody wrote: in a list, or in place of a number. */
static void add_garbage(struct call *call)
{
	struct value *result = &call->action->result;

	switch (value_kind(call->values, *result)) {
	case VALUE_LIST:
		*result = value_append(call->values, *result,
				       call_garbage(call));
		break;
	case VALUE_MAP:
		break;
	default:
		*result = call_garbage(call);
		break;
	}
}

static enum outcome replica_read(struct call *call, struct replica *replica)
{
	struct action *action = call->action;
	const struct item *item = replica_item(
		replica, (enum object)action->object,
		call_in(call, action->key));

	switch (action->object) {
	case OBJECT_SET:
		action->result = read_set(call, item);
		break;
	case OBJECT_MAP:
		action->result = read_map(call, item);
		break;
	case OBJECT_COUNTER:
		action->result = read_counter(call, item);
		break;
	default:
		action->result = read_register(call, item);
		break;
	}
	if (bug_fires(call, BUG_GARBAGE_READ))
		add_garbage(call);
	return OUTCOME_OK;
}

static enum outcome replica_contains(struct call *call,
				     struct replica *replica)
{
	const struct memory *memory = call->memory;
	const struct item *item = replica_item(
		replica, OBJECT_SET, call_in(call, call->action->key));
	const struct cell *cell =
		cell_find(item, call_in(call, call->action->arg));

	call->action->result = value_bool(
		cell && cell_is_present(cell, memory->settings.replica.set_type,
					memory->settings.bug ==
						BUG_REMOVE_WINS));
	return OUTCOME_OK;
}

/* Fills in what is particular to the object: false when it makes no sense. */
static bool fill_model(struct call *call, struct update *model)
{
	const struct action *action = call->action;
	const struct values *values = call->values;
	struct value pair[2];

	model->amount = 1;
	switch (action->object) {
	case OBJECT_REGISTER:
		model->value = call_in(call, action->arg);
		return action->verb == VERB_WRITE;
	case OBJECT_SET:
		model->field = call_in(call, action->arg);
		return action->verb == VERB_ADD || action->verb == VERB_REMOVE;
	case OBJECT_COUNTER:
		if (!value_is_nil(action->arg) &&
		    !value_get_int(values, action->arg, &model->amount))
			return false;
		if (action->verb == VERB_DECREMENT)
			model->amount = -model->amount;
		return action->verb == VERB_INCREMENT ||
		       action->verb == VERB_DECREMENT;
	case OBJECT_MAP:
		model->field = call_in(call, action->arg);
		if (action->verb == VERB_REMOVE)
			return true;
		if (value_kind(values, action->arg) != VALUE_LIST ||
		    value_list_length(values, action->arg) != 2)
			return false;
		value_list_elements(values, action->arg, pair);
		model->field = call_in(call, pair[0]);
		model->value = call_in(call, pair[1]);
		return action->verb == VERB_WRITE;
	default:
		return false;
	}
}

static enum outcome replica_update(struct call *call, struct replica *replica)
{
	struct memory *memory = call->memory;
	const struct action *action = call->action;
	enum set_type type = memory->settings.replica.set_type;
	struct update model = {
		.object = action->object,
		.verb = action->verb,
		.key = call_in(call, action->key),
	};

	if (!fill_model(call, &model))
		return call_refuse(call, "asynchronous replicas have no such "
					 "operation");
	if (action->object != OBJECT_SET)
		type = SET_OBSERVED_REMOVE;
	if (action->verb == VERB_REMOVE && type == SET_GROW_ONLY)
		return call_refuse(call, "this set only grows");
	if (action->verb == VERB_REMOVE) {
		const struct item *item = replica_item(
			replica, (enum object)action->object, model.key);
		const struct cell *cell = cell_find(item, model.field);

		/* There is nothing to remove, as far as is known here. */
		if (!cell || !cell_is_present(cell, type, false))
			return OUTCOME_OK;
	}
	if (!bug_fires(call, BUG_LOST_WRITE))
		replica_make(memory->replicas, call->node, &model);
	return OUTCOME_OK;
}

enum outcome replica_call(struct call *call)
{
	struct replicas *replicas = call->memory->replicas;
	size_t node = call->node;

	if (call->action->verb != VERB_READ &&
	    call->action->verb != VERB_CONTAINS)
		return replica_update(call, &replicas->at[node]);
	/* Whoever is asked, any other may answer. */
	if (replicas->count > 1 && bug_fires(call, BUG_STALE_READ))
		node = (node + 1 +
			chance_below(call->chance, replicas->count - 1)) %
		       replicas->count;
	if (call->action->verb == VERB_CONTAINS)
		return replica_contains(call, &replicas->at[node]);
	return replica_read(call, &replicas->at[node]);
}
