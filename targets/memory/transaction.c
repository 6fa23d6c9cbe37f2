/* SPDX-License-Identifier: MIT */
#include "targets/memory/transaction.h"

#include "harness/core/arena.h"

#define ABORT_CHANCE 0.1 /* where what was aborted can be seen */

static bool is_cell(const struct action *action)
{
	return action->object == OBJECT_REGISTER ||
	       action->object == OBJECT_LIST || action->object == OBJECT_SET ||
	       action->object == OBJECT_COUNTER;
}

static enum outcome action_run(struct transaction *transaction, size_t at)
{
	struct call *call = transaction->call;
	struct view *view = transaction_view(transaction, at);
	struct value before = transaction_content(transaction, at, view);
	struct step step = cell_step(call, before);

	if (view->item->count > 0)
		return call_refuse(call, "the set is used outside of"
					 " transactions, too");
	if (step.outcome != OUTCOME_OK)
		return step.outcome;
	if (step.is_change) {
		if (view->writes == 1)
			view->half_done = view->content;
		view->content = step.after;
		view->writes++;
		return OUTCOME_OK;
	}
	if (view->writes == 0)
		view->reads++;
	view->item->read_stamp = call->memory->store.stamp;
	if (bug_fires(call, BUG_GARBAGE_READ))
		call->action->result = cell_garbage(call, call->action->result);
	return OUTCOME_OK;
}

/* First committer wins. */
static bool has_conflict(const struct transaction *transaction)
{
	if (transaction->level != LEVEL_SNAPSHOT_ISOLATION)
		return false;
	for (size_t i = 0; i < transaction->view_count; i++) {
		const struct view *view = &transaction->views[i];

		if (view->writes && view->item->stamp > transaction->snapshot)
			return true;
	}
	return false;
}

static void leave_dirt(struct transaction *transaction, bool is_aborted)
{
	for (size_t i = 0; i < transaction->view_count; i++) {
		struct view *view = &transaction->views[i];

		if (view->writes == 0 || (!is_aborted && view->writes < 2))
			continue;
		view->item->dirty =
			is_aborted ? view->content : view->half_done;
		view->item->dirty_stamp =
			transaction->call->memory->store.stamp;
	}
}

/* The writes of the transaction, to happen later. */
static void install_late(struct transaction *transaction,
			 const struct item *only)
{
	struct call *call = transaction->call;
	struct action *writes =
		arena_array(call->arena, transaction->count, sizeof(*writes));
	size_t count = 0;

	for (size_t i = 0; i < transaction->count; i++) {
		if (transaction->actions[i].verb == VERB_READ)
			continue;
		if (only && transaction_view(transaction, i)->item != only)
			continue;
		writes[count++] = transaction->actions[i];
	}
	call_defer(call, writes, count);
}

/* Installs all writes under one stamp. One item may come later where the bug
 * is that the writes of two transactions interleave. */
static void install(struct transaction *transaction)
{
	struct call *call = transaction->call;
	struct store *store = &call->memory->store;
	int64_t stamp = store->stamp + 1;
	size_t installed = 0;

	for (size_t i = 0; i < transaction->view_count; i++) {
		struct view *view = &transaction->views[i];

		if (view->writes == 0)
			continue;
		if (installed > 0 && view->reads == 0 &&
		    bug_fires(call, BUG_G0)) {
			install_late(transaction, view->item);
			continue;
		}
		if (!value_is_nil(view->put_after))
			view->content = value_append(
				store->values, view->content, view->put_after);
		item_put_at(view->item, view->content, stamp);
		installed++;
	}
	if (installed == 0)
		return;
	store->stamp = stamp;
	commit_remember(transaction);
}

static enum outcome commit(struct transaction *transaction, bool aborts)
{
	struct call *call = transaction->call;
	enum bug bug = call->memory->settings.bug;
	bool shows_dirt =
		bug == BUG_G1A || transaction->level == LEVEL_READ_UNCOMMITTED;

	if (transaction->is_read_only)
		return aborts ? call_refuse(call, "aborted") : OUTCOME_OK;
	if (shows_dirt && chance_hits(call->chance, ABORT_CHANCE))
		aborts = true;
	if (shows_dirt && aborts)
		leave_dirt(transaction, true);
	if (aborts)
		return call_refuse(call, "aborted");
	if (has_conflict(transaction))
		return call_refuse(call, "conflict");
	if (bug_fires(call, BUG_LOST_WRITE))
		return OUTCOME_OK;
	if (transaction->is_late) {
		install_late(transaction, NULL);
		return OUTCOME_OK;
	}
	install(transaction);
	if (bug == BUG_G1B || transaction->level == LEVEL_READ_UNCOMMITTED)
		leave_dirt(transaction, false);
	if (bug_fires(call, BUG_APPLIED_FAILURE))
		return call_refuse(call, "aborted");
	return OUTCOME_OK;
}

/* Sends and polls of logs, one after the other: they cannot fail. */
static enum outcome logs_run(struct call *call, struct action *actions,
			     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum outcome outcome;

		call->action = &actions[i];
		outcome = call_carry_out(call);
		if (outcome != OUTCOME_OK)
			return outcome;
	}
	return OUTCOME_OK;
}

enum outcome transaction_run(struct call *call, struct action *actions,
			     size_t count, bool aborts)
{
	struct transaction transaction = {
		.call = call,
		.actions = actions,
		.count = count,
	};
	size_t cells = 0;

	for (size_t i = 0; i < count; i++)
		cells += is_cell(&actions[i]);
	if (cells == 0 && !aborts)
		return logs_run(call, actions, count);
	if (cells < count)
		return call_refuse(call,
				   aborts ? "aborted" : "no such transaction");
	transaction.views =
		arena_array(call->arena, count, sizeof(*transaction.views));
	transaction_begin(&transaction);
	for (size_t i = 0; i < count; i++) {
		enum outcome outcome = action_run(&transaction, i);

		if (outcome != OUTCOME_OK)
			return outcome;
	}
	return commit(&transaction, aborts);
}

void transaction_run_late(struct call *call, struct action *actions,
			  size_t count)
{
	struct store *store = &call->memory->store;
	int64_t stamp = store->stamp + 1;

	for (size_t i = 0; i < count; i++) {
		struct item *item;
		struct step step;

		call->action = &actions[i];
		item = call_item(call);
		step = cell_step(call, item_newest(item));
		if (step.is_change)
			item_put_at(item, step.after, stamp);
	}
	store->stamp = stamp;
}
