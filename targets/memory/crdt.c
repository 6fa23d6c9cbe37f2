/* SPDX-License-Identifier: MIT */
#include "targets/memory/crdt.h"

#include <stdlib.h>

#include "harness/core/arena.h"
#include "harness/core/op.h"
#include "targets/memory/store.h"

const struct cell *cell_find(const struct item *item, struct value field)
{
	for (size_t i = 0; i < item->cell_count; i++) {
		if (value_equal(item->cells[i].field, field))
			return &item->cells[i];
	}
	return NULL;
}

struct cell *cell_of(struct item *item, struct value field)
{
	size_t i = 0;

	while (i < item->cell_count &&
	       !value_equal(item->cells[i].field, field))
		i++;
	if (i < item->cell_count)
		return &item->cells[i];
	item->cells = array_reserve(item->cells, &item->cell_capacity,
				    item->cell_count + 1, sizeof(*item->cells));
	item->cells[item->cell_count++] = (struct cell){ .field = field };
	return &item->cells[i];
}

void cells_free(struct item *item)
{
	for (size_t i = 0; i < item->cell_count; i++)
		free(item->cells[i].live);
	free(item->cells);
}

static void put(struct cell *cell, const struct update *update)
{
	cell->live = array_reserve(cell->live, &cell->live_capacity,
				   cell->live_count + 1, sizeof(*cell->live));
	cell->live[cell->live_count++] = (struct live){ update, 0 };
}

/* By the clocks of their nodes; equal times are told apart by the nodes. */
static bool is_later(const struct update *a, const struct update *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns;
	return a->origin > b->origin;
}

static void take_latest(struct cell *cell, const struct update *update,
			enum bug bug)
{
	bool is_winner = cell->live_count == 0 ||
			 is_later(update, cell->live[0].update);

	if (!is_winner && (bug != BUG_NON_COMMUTATIVE_MERGE ||
			   update_saw(cell->live[0].update, update)))
		return;
	cell->live_count = 0;
	put(cell, update);
}

/* Whatever it has seen is no more in force, nor is it, if another has seen
 * it. */
static void take_maximal(struct cell *cell, const struct update *update,
			 enum bug bug)
{
	size_t kept = 0;

	for (size_t i = 0; i < cell->live_count; i++) {
		if (update_saw(cell->live[i].update, update))
			return;
	}
	for (size_t i = 0; i < cell->live_count; i++) {
		bool is_seen = update_saw(update, cell->live[i].update);

		if (bug == BUG_DOMINATED_SIBLING ||
		    (!is_seen && bug != BUG_LOST_SIBLING &&
		     bug != BUG_NON_COMMUTATIVE_MERGE))
			cell->live[kept++] = cell->live[i];
	}
	cell->live_count = kept;
	put(cell, update);
}

static void take_counted(struct cell *cell, const struct update *update,
			 enum bug bug)
{
	cell->sum += bug == BUG_DOUBLE_COUNT ? 2 * update->amount :
					       update->amount;
}

void cell_take(struct cell *cell, const struct update *update,
	       const struct treatment *treatment)
{
	bool is_register = update->object == OBJECT_REGISTER;

	if (update->object == OBJECT_COUNTER) {
		take_counted(cell, update, treatment->bug);
		return;
	}
	if (update->verb == VERB_REMOVE)
		cell->was_removed = true;
	else
		cell->was_added = true;
	if (is_register && treatment->conflict == CONFLICT_ARRIVAL)
		put(cell, update);
	else if ((is_register && treatment->conflict == CONFLICT_TIMESTAMP) ||
		 (update->object == OBJECT_MAP &&
		  treatment->map_type == MAP_LAST_WRITE))
		take_latest(cell, update, treatment->bug);
	else
		take_maximal(cell, update, treatment->bug);
}

void cell_announce(struct cell *cell, const struct update *announcement)
{
	int64_t last = 0;
	size_t kept = 0;

	for (size_t i = 0; i < cell->live_count; i++) {
		if (cell->live[i].update == announcement->announces)
			cell->live[i].arrival = announcement->arrival;
		if (cell->live[i].arrival > last)
			last = cell->live[i].arrival;
	}
	for (size_t i = 0; i < cell->live_count; i++) {
		int64_t arrival = cell->live[i].arrival;

		if (arrival == 0 || arrival == last)
			cell->live[kept++] = cell->live[i];
	}
	cell->live_count = kept;
}

/* What has no place yet came last, as far as is known here. */
static const struct update *last_arrived(const struct cell *cell)
{
	const struct update *last = NULL;

	for (size_t i = 0; i < cell->live_count; i++) {
		if (!last || cell->live[i].arrival == 0)
			last = cell->live[i].update;
	}
	return last;
}

const struct update *cell_winner(const struct cell *cell,
				 const struct treatment *treatment)
{
	const struct update *winner = NULL;

	if (treatment->conflict == CONFLICT_ARRIVAL && cell->live_count &&
	    cell->live[0].update->object == OBJECT_REGISTER)
		return last_arrived(cell);
	for (size_t i = 0; i < cell->live_count; i++) {
		const struct update *update = cell->live[i].update;

		if (update->verb != VERB_REMOVE &&
		    (!winner || is_later(update, winner)))
			winner = update;
	}
	return winner;
}

bool cell_is_present(const struct cell *cell, enum set_type type,
		     bool removals_win)
{
	bool has_added = false;
	bool has_removed = false;

	if (type == SET_GROW_ONLY)
		return cell->was_added;
	if (type == SET_TWO_PHASE)
		return cell->was_added && !cell->was_removed;
	for (size_t i = 0; i < cell->live_count; i++) {
		if (cell->live[i].update->verb == VERB_REMOVE)
			has_removed = true;
		else
			has_added = true;
	}
	return has_added && !(removals_win && has_removed);
}
