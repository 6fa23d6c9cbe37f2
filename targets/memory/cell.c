/* SPDX-License-Identifier: MIT */
/* Objects that are one value with a past: register, list, counter, and sets in
 * transactions. */
#include "targets/memory/memory.h"

static struct step step_refuse(struct call *call, const char *reason)
{
	return (struct step){ .outcome = call_refuse(call, reason) };
}

static struct step step_change(struct value after)
{
	return (struct step){ .after = after,
			      .is_change = true,
			      .outcome = OUTCOME_OK };
}

static struct step step_answer(struct call *call, struct value content)
{
	call->action->result = call_out(call, content);
	return (struct step){ .outcome = OUTCOME_OK };
}

static struct step register_step(struct call *call, struct value content)
{
	const struct action *action = call->action;

	switch (action->verb) {
	case VERB_READ:
		return step_answer(call, content);
	case VERB_WRITE:
		return step_change(call_in(call, action->arg));
	case VERB_CAS:
		if (!value_equal(content, call_in(call, action->expected)))
			return step_refuse(call, "precondition failed");
		return step_change(call_in(call, action->arg));
	default:
		return step_refuse(call, "a register cannot do that");
	}
}

static struct value out_of_order(struct values *values, struct value list,
				 struct value element)
{
	struct value last = value_list_last(values, list);

	list = value_list_rest(values, list);
	return value_append(values, value_append(values, list, element), last);
}

static struct step list_step(struct call *call, struct value content)
{
	struct values *values = call->memory->store.values;
	struct value list =
		value_is_nil(content) ? value_empty_list() : content;
	size_t length = value_list_length(values, list);
	struct value element;

	switch (call->action->verb) {
	case VERB_READ:
		return step_answer(call, list);
	case VERB_APPEND:
		break;
	default:
		return step_refuse(call, "a list cannot do that");
	}
	element = call_in(call, call->action->arg);
	if (length > 0 && bug_fires(call, BUG_OUT_OF_ORDER))
		return step_change(out_of_order(values, list, element));
	if (length > 0 && bug_fires(call, BUG_LOST_ELEMENT))
		list = value_list_rest(values, list);
	if (bug_fires(call, BUG_DUPLICATE_WRITE))
		list = value_append(values, list, element);
	return step_change(value_append(values, list, element));
}

static struct step counter_step(struct call *call, struct value content)
{
	struct values *values = call->memory->store.values;
	const struct action *action = call->action;
	int64_t count = 0;
	int64_t by = 1;

	value_get_int(values, content, &count);
	if (!value_is_nil(action->arg) &&
	    !value_get_int(call->values, action->arg, &by))
		return step_refuse(call, "a counter wants an integer");
	switch (action->verb) {
	case VERB_READ:
		return step_answer(call, value_int(values, count));
	case VERB_INCREMENT:
		break;
	case VERB_DECREMENT:
		by = -by;
		break;
	default:
		return step_refuse(call, "a counter cannot do that");
	}
	if (bug_fires(call, BUG_DUPLICATE_WRITE))
		count += by;
	return step_change(value_int(values, count + by));
}

static struct step rows_step(struct call *call, struct value content)
{
	struct values *values = call->memory->store.values;
	struct value list =
		value_is_nil(content) ? value_empty_list() : content;
	struct value rest = list;
	struct value element;

	if (call->action->verb == VERB_READ)
		return step_answer(call, list);
	if (call->action->verb != VERB_ADD)
		return step_refuse(call, "a set cannot do that in a "
					 "transaction");
	element = call_in(call, call->action->arg);
	for (size_t n = value_list_length(values, list); n > 0; n--) {
		if (value_equal(value_list_last(values, rest), element))
			return step_change(list);
		rest = value_list_rest(values, rest);
	}
	return step_change(value_append(values, list, element));
}

struct step cell_step(struct call *call, struct value content)
{
	switch (call->action->object) {
	case OBJECT_LIST:
		return list_step(call, content);
	case OBJECT_COUNTER:
		return counter_step(call, content);
	case OBJECT_SET:
		return rows_step(call, content);
	default:
		return register_step(call, content);
	}
}

struct value cell_garbage(struct call *call, struct value answer)
{
	struct value garbage = call_garbage(call);

	if (call->action->object != OBJECT_LIST &&
	    call->action->object != OBJECT_SET)
		return garbage;
	return value_append(call->values, answer, garbage);
}

static enum outcome cell_read(struct call *call, const struct item *item)
{
	struct value content = item_newest(item);
	struct step step;

	if (bug_fires(call, BUG_STALE_READ))
		content = item_older(item, bug_depth(call));
	step = cell_step(call, content);
	if (step.outcome == OUTCOME_OK && bug_fires(call, BUG_GARBAGE_READ))
		call->action->result = cell_garbage(call, call->action->result);
	return step.outcome;
}

/* A cas that fails, but would have succeeded against one of the last versions:
 * it does. */
static struct step cas_old(struct call *call, const struct item *item,
			   struct step step)
{
	for (size_t i = 1; i <= call->memory->settings.stale_by; i++) {
		struct step again = cell_step(call, item_older(item, i));

		if (again.outcome == OUTCOME_OK)
			return bug_fires(call, BUG_LOST_UPDATE) ? again : step;
	}
	return step;
}

/* What is appended or added may be so to an old version. */
static struct step update_old(struct call *call, const struct item *item,
			      struct step step)
{
	if (call->memory->settings.bug != BUG_LOST_UPDATE ||
	    item->version_count == 0 || call->action->verb == VERB_WRITE)
		return step;
	if (call->action->verb == VERB_CAS)
		return step.outcome == OUTCOME_OK ? step
						  : cas_old(call, item, step);
	if (!bug_fires(call, BUG_LOST_UPDATE))
		return step;
	return cell_step(call, item_older(item, bug_depth(call)));
}

enum outcome cell_call(struct call *call)
{
	struct item *item = call_item(call);
	struct step step;

	if (call->action->verb == VERB_READ)
		return cell_read(call, item);
	step = cell_step(call, item_newest(item));
	step = update_old(call, item, step);
	if (step.is_change && !bug_fires(call, BUG_LOST_WRITE))
		item_put(&call->memory->store, item, step.after);
	return step.outcome;
}
