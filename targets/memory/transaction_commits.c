/* SPDX-License-Identifier: MIT */
/* Which recent transaction the present one can be made to contradict. */
#include "targets/memory/transaction.h"

static bool is_among(const struct item *const *items, size_t count,
		     const struct item *item)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i] == item)
			return true;
	}
	return false;
}

static bool has_read(const struct commit *commit, const struct item *item)
{
	return is_among(commit->read, commit->read_count, item);
}

static bool has_written(const struct commit *commit, const struct item *item)
{
	return is_among(commit->written, commit->written_count, item);
}

/* What the transaction is going to touch, in the way of a commit. */
static struct commit intentions(struct transaction *transaction)
{
	struct action *now = transaction->call->action;
	struct commit commit = { 0 };

	for (size_t i = 0; i < transaction->count; i++) {
		const struct action *action = &transaction->actions[i];
		const struct item *item =
			transaction_view(transaction, i)->item;

		if (action->verb == VERB_READ &&
		    commit.read_count < COMMIT_TOUCHED)
			commit.read[commit.read_count++] = item;
		if (action->verb != VERB_READ &&
		    commit.written_count < COMMIT_TOUCHED)
			commit.written[commit.written_count++] = item;
	}
	transaction->call->action = now;
	return commit;
}

/* True when `mine` may miss `theirs` and yet commit: it reads what they wrote
 * last, writes what they read, and nothing that they wrote. */
static bool can_skew(const struct commit *mine, const struct commit *theirs)
{
	bool misses = false;
	bool changes = false;

	for (size_t i = 0; i < mine->written_count; i++) {
		if (has_written(theirs, mine->written[i]))
			return false;
		changes |= has_read(theirs, mine->written[i]) &&
			   mine->written[i]->stamp < theirs->stamp;
	}
	for (size_t i = 0; i < mine->read_count; i++)
		misses |= has_written(theirs, mine->read[i]) &&
			  mine->read[i]->stamp == theirs->stamp;
	return misses && changes;
}

const struct commit *commit_for_skew(struct transaction *transaction)
{
	const struct store *store = &transaction->call->memory->store;
	struct commit mine = intentions(transaction);

	for (size_t i = 0; i < COMMITS_KEPT; i++) {
		const struct commit *theirs = &store->commits[i];

		if (theirs->stamp && can_skew(&mine, theirs))
			return theirs;
	}
	return NULL;
}

/* True when something that `theirs` wrote is read by the transaction, and only
 * `item` is written by both. */
static bool is_circle(const struct commit *mine, const struct commit *theirs,
		      const struct item *item)
{
	bool reads_theirs = false;

	for (size_t i = 0; i < mine->written_count; i++) {
		if (mine->written[i] != item &&
		    has_written(theirs, mine->written[i]))
			return false;
	}
	for (size_t i = 0; i < mine->read_count; i++) {
		if (mine->read[i] == item)
			return false;
		reads_theirs |= has_written(theirs, mine->read[i]) &&
				mine->read[i]->stamp == theirs->stamp;
	}
	return reads_theirs;
}

const struct commit *commit_for_circle(struct transaction *transaction,
				       const struct view *view)
{
	const struct store *store = &transaction->call->memory->store;
	const struct item *item = view->item;
	struct commit mine = intentions(transaction);

	for (size_t i = 0; i < COMMITS_KEPT; i++) {
		const struct commit *theirs = &store->commits[i];

		/* Nobody has seen their write in its place so far. */
		if (theirs->stamp && item->stamp == theirs->stamp &&
		    item->read_stamp < theirs->stamp &&
		    !has_read(theirs, item) && is_circle(&mine, theirs, item))
			return theirs;
	}
	return NULL;
}

const struct commit *commit_for_fork(struct transaction *transaction)
{
	const struct store *store = &transaction->call->memory->store;
	struct commit mine = intentions(transaction);
	const struct commit *seen[COMMITS_KEPT];
	size_t count = 0;

	for (size_t i = 0; i < COMMITS_KEPT; i++) {
		const struct commit *theirs = &store->commits[i];
		bool is_seen = false;

		for (size_t j = 0; j < mine.read_count; j++)
			is_seen |= theirs->stamp &&
				   mine.read[j]->stamp == theirs->stamp;
		if (is_seen)
			seen[count++] = theirs;
	}
	if (count < 2)
		return NULL;
	return seen[chance_below(transaction->call->chance, count)];
}

void commit_remember(struct transaction *transaction)
{
	struct store *store = &transaction->call->memory->store;
	struct commit commit = intentions(transaction);

	commit.stamp = store->stamp;
	store->commits[store->commit_count++ % COMMITS_KEPT] = commit;
}
