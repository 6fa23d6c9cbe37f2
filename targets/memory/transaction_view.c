/* SPDX-License-Identifier: MIT */
#include "targets/memory/transaction.h"

#define RECENT 8 /* commits that a weak read goes back at most */
#define LATE_CHANCE 0.1
#define DIRT_CHANCE 0.25

static bool is_read(const struct action *action)
{
	return action->verb == VERB_READ;
}

static bool is_same_cell(const struct action *a, const struct action *b)
{
	return a->object == b->object && value_equal(a->key, b->key);
}

/* What has been read cannot be installed elsewhere later on; and a cas is
 * decided now. */
static bool can_be_late(const struct transaction *transaction)
{
	const struct action *actions = transaction->actions;

	for (size_t i = 0; i < transaction->count; i++) {
		if (actions[i].verb == VERB_CAS)
			return false;
		for (size_t j = 0; j < i && is_read(&actions[i]); j++) {
			if (!is_read(&actions[j]) &&
			    is_same_cell(&actions[i], &actions[j]))
				return false;
		}
	}
	return !transaction->is_read_only;
}

/* Never before the first commit: what a workload sets up first, all see. */
static int64_t recent_stamp(struct call *call)
{
	int64_t stamp = call->memory->store.stamp -
			(int64_t)chance_below(call->chance, RECENT + 1);

	return stamp < 1 ? 1 : stamp;
}

/* The commit that the transaction is going to miss: first there must be one
 * that it can miss, then chance decides. */
static int64_t hidden_stamp(struct transaction *transaction)
{
	enum bug bug = transaction->call->memory->settings.bug;
	const struct commit *missed = NULL;

	if ((bug == BUG_WRITE_SKEW ||
	     (bug == BUG_G2 &&
	      transaction->actions[0].object == OBJECT_SET)) &&
	    !transaction->is_read_only)
		missed = commit_for_skew(transaction);
	if (bug == BUG_LONG_FORK && transaction->is_read_only)
		missed = commit_for_fork(transaction);
	return missed && bug_fires(transaction->call, bug) ? missed->stamp : 0;
}

/* A bug is a weaker level for one transaction. */
static void begin_bug(struct transaction *transaction)
{
	struct call *call = transaction->call;

	if (transaction->is_read_only && bug_fires(call, BUG_STALE_SNAPSHOT))
		transaction->level = LEVEL_SERIALIZABLE;
	if (transaction->is_read_only && bug_fires(call, BUG_READ_SKEW))
		transaction->level = LEVEL_READ_COMMITTED;
	transaction->hidden = hidden_stamp(transaction);
	transaction->sees_dirt =
		bug_fires(call, BUG_G1A) || bug_fires(call, BUG_G1B);
	transaction->is_late =
		can_be_late(transaction) && bug_fires(call, BUG_LATE_COMMIT);
}

void transaction_begin(struct transaction *transaction)
{
	struct call *call = transaction->call;

	transaction->level = call->memory->settings.level;
	transaction->is_read_only = true;
	for (size_t i = 0; i < transaction->count; i++) {
		if (!is_read(&transaction->actions[i]))
			transaction->is_read_only = false;
	}
	begin_bug(transaction);
	transaction->snapshot = call->memory->store.stamp;
	if (transaction->level >= LEVEL_SERIALIZABLE &&
	    transaction->level <= LEVEL_SNAPSHOT_ISOLATION)
		transaction->snapshot = recent_stamp(call);
	if (call->memory->settings.level < LEVEL_READ_COMMITTED)
		return;
	transaction->is_late = can_be_late(transaction) &&
			       chance_hits(call->chance, LATE_CHANCE);
	transaction->sees_dirt = transaction->level == LEVEL_READ_UNCOMMITTED &&
				 chance_hits(call->chance, DIRT_CHANCE);
}

struct view *transaction_view(struct transaction *transaction, size_t at)
{
	struct call *call = transaction->call;
	struct item *item;
	struct view *view;

	call->action = &transaction->actions[at];
	item = call_item(call);
	for (size_t i = 0; i < transaction->view_count; i++) {
		if (transaction->views[i].item == item)
			return &transaction->views[i];
	}
	view = &transaction->views[transaction->view_count++];
	view->item = item;
	return view;
}

/* The content of a committed version, or of no such. */
static struct value seen_content(struct transaction *transaction,
				 const struct item *item)
{
	struct call *call = transaction->call;
	int64_t now = call->memory->store.stamp;

	if (transaction->sees_dirt && item->dirty_stamp &&
	    item->dirty_stamp >= now - RECENT)
		return item->dirty;
	if (transaction->hidden && item->stamp == transaction->hidden)
		return item_older(item, 1);
	switch (transaction->level) {
	case LEVEL_READ_UNCOMMITTED:
	case LEVEL_READ_COMMITTED:
		return item_at(item, recent_stamp(call));
	case LEVEL_SNAPSHOT_ISOLATION:
		return item_at(item, transaction->snapshot);
	case LEVEL_SERIALIZABLE:
		if (transaction->is_read_only)
			return item_at(item, transaction->snapshot);
		break;
	case LEVEL_STRICT_SERIALIZABLE:
		break;
	}
	return item_newest(item);
}

/* The content after the next write of this transaction to the same cell, if
 * there is one to come. */
static struct value future_content(struct transaction *transaction, size_t at,
				   struct value content)
{
	struct call *call = transaction->call;
	struct action *reader = call->action;

	for (size_t i = at + 1; i < transaction->count; i++) {
		struct action *action = &transaction->actions[i];
		struct step step;

		if (is_read(action) || !is_same_cell(action, reader))
			continue;
		call->action = action;
		step = cell_step(call, content);
		call->action = reader;
		return step.is_change ? step.after : content;
	}
	return content;
}

/* What a bug makes of a read of something not written before. */
static struct value spoilt_content(struct transaction *transaction, size_t at,
				   struct view *view)
{
	struct call *call = transaction->call;
	struct value content = view->content;
	struct value future;

	switch (call->memory->settings.bug) {
	case BUG_STALE_READ:
		return item_older(view->item, bug_depth(call));
	case BUG_NON_REPEATABLE_READ:
		return view->reads ? item_older(view->item, bug_depth(call))
				   : content;
	case BUG_LOST_UPDATE:
		future = future_content(transaction, at, content);
		return value_equal(future, content)
			       ? content
			       : item_older(view->item, bug_depth(call));
	case BUG_FUTURE_READ:
		return future_content(transaction, at, content);
	default:
		return content;
	}
}

static struct value read_content(struct transaction *transaction, size_t at,
				 struct view *view)
{
	struct call *call = transaction->call;

	if (view->writes > 0)
		return bug_fires(call, BUG_INTERNAL) ? item_newest(view->item)
						     : view->content;
	if (view->reads == 0 || transaction->level >= LEVEL_READ_COMMITTED)
		view->content = seen_content(transaction, view->item);
	if (bug_fires(call, call->memory->settings.bug))
		return spoilt_content(transaction, at, view);
	return view->content;
}

/* The list without its last element, when it can be made to seem that the
 * transaction came before the one that appended that. */
static struct value circular_content(struct transaction *transaction,
				     const struct view *view,
				     struct value *last)
{
	struct values *values = transaction->call->memory->store.values;
	const struct item *item = view->item;
	struct value newest = item_newest(item);
	struct value rest;

	*last = value_nil();
	if (item->object != OBJECT_LIST || value_is_nil(newest) ||
	    view->reads || transaction->call->memory->settings.bug != BUG_G1C ||
	    !commit_for_circle(transaction, view) ||
	    !bug_fires(transaction->call, BUG_G1C))
		return newest;
	rest = value_list_rest(values, newest);
	if (!value_equal(rest, item_older(item, 1)) &&
	    value_list_length(values, rest))
		return newest;
	*last = value_list_last(values, newest);
	return rest;
}

/* What a cas would find if it came too late and did not notice. */
static struct value overtaken_content(struct call *call,
				      const struct item *item)
{
	struct value newest = item_newest(item);
	struct value expected = call_in(call, call->action->expected);
	size_t depth = call->memory->settings.stale_by;

	if (value_equal(newest, expected))
		return newest;
	for (size_t i = 1; i <= depth; i++) {
		if (value_equal(item_older(item, i), expected))
			return bug_fires(call, BUG_LOST_UPDATE) ? expected
								: newest;
	}
	return newest;
}

struct value transaction_content(struct transaction *transaction, size_t at,
				 struct view *view)
{
	struct call *call = transaction->call;

	if (is_read(&transaction->actions[at]))
		return read_content(transaction, at, view);
	if (view->writes > 0)
		return view->content;
	if (transaction->level == LEVEL_SNAPSHOT_ISOLATION)
		return item_at(view->item, transaction->snapshot);
	if (call->action->verb == VERB_CAS)
		return overtaken_content(call, view->item);
	if (view->item->object == OBJECT_COUNTER &&
	    bug_fires(call, BUG_LOST_UPDATE))
		return item_older(view->item, 1);
	return circular_content(transaction, view, &view->put_after);
}
