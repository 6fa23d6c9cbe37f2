/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/order.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/* Open addressing from a process to its number. */
struct seats {
	int32_t *processes;
	uint32_t *numbers; /* + 1 */
	uint32_t mask;
	uint32_t count;
};

static uint32_t *seat_of(const struct seats *seats, int32_t process)
{
	uint32_t i = (uint32_t)process * UINT32_C(0x9E3779B1);

	for (i = (i ^ i >> 15) & seats->mask;
	     seats->numbers[i] && seats->processes[i] != process;)
		i = (i + 1) & seats->mask;
	seats->processes[i] = process;
	return &seats->numbers[i];
}

static void seats_grow(struct seats *seats)
{
	struct seats old = *seats;

	seats->mask = seats->mask * 2 + 1;
	seats->processes = heap_zeroed((size_t)seats->mask + 1,
				       sizeof(*seats->processes));
	seats->numbers = heap_zeroed((size_t)seats->mask + 1,
				     sizeof(*seats->numbers));
	for (uint32_t i = 0; old.numbers && i <= old.mask; i++) {
		if (old.numbers[i])
			*seat_of(seats, old.processes[i]) = old.numbers[i];
	}
	free(old.processes);
	free(old.numbers);
}

uint32_t order_processes(const struct view *view, uint32_t **process_of)
{
	struct seats seats = { .mask = 127 };
	uint32_t *result = heap_alloc(((size_t)view->op_count + 1) *
				      sizeof(*result));

	seats_grow(&seats);
	for (uint32_t t = 0; t < view->op_count; t++) {
		uint32_t *seat;

		result[t] = NONE;
		if (view->status[t] == TXN_NOT)
			continue;
		if (seats.count > seats.mask / 2)
			seats_grow(&seats);
		seat = seat_of(&seats, view->history->ops[t].process);
		if (*seat == 0)
			*seat = ++seats.count;
		result[t] = *seat - 1;
	}
	free(seats.processes);
	free(seats.numbers);
	*process_of = result;
	return seats.count;
}

void order_process_edges(const struct view *view, struct edges *edges)
{
	uint32_t *process_of;
	uint32_t count = order_processes(view, &process_of);
	uint32_t *last = heap_zeroed((size_t)count + 1, sizeof(*last));

	for (uint32_t t = 0; t < view->op_count; t++) {
		uint32_t *before;

		if (!view_committed(view, t))
			continue;
		before = &last[process_of[t]];
		if (*before)
			edges_add(edges, *before - 1, t, EDGE_PROCESS);
		*before = t + 1;
	}
	free(last);
	free(process_of);
}

void order_realtime_edges(const struct view *view, struct edges *edges)
{
	const struct history *history = view->history;
	uint32_t link = NONE;
	bool is_used = false;

	for (uint32_t i = 0; i < history->entry_count; i++) {
		uint32_t t = history->entry_ops[i];

		if (!view_committed(view, t))
			continue;
		if (history->ops[t].invoke == i) {
			if (link == NONE)
				continue;
			edges_add(edges, link, t, EDGE_REALTIME);
			is_used = true;
			continue;
		}
		if (view->status[t] != TXN_OK)
			continue;
		if (link == NONE || is_used) {
			uint32_t next = edges->node_count++;

			if (link != NONE)
				edges_add(edges, link, next, EDGE_REALTIME);
			link = next;
			is_used = false;
		}
		edges_add(edges, t, link, EDGE_REALTIME);
	}
}
