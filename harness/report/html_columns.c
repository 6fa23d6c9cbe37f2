/* SPDX-License-Identifier: MIT */
#include "harness/report/html_columns.h"

#include <stdlib.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/text.h"

#define TEXT_POINTS 60
#define TEXT_BYTES_MAX (4 * 1024 * 1024)
#define NUMBER_MAX (INT64_C(1) << 50) /* a script counts exactly up to 2^53 */

/* What is needed while columns are made. */
struct making {
	struct columns *columns;
	const struct history *history;
	struct arena *arena;
	bool has_times;
	uint8_t *names; /* by f; 0: not seen, else number + 1 */
	size_t capacity;
	size_t text_capacity;
	size_t text_bytes;
	int64_t time;
	uint64_t index;
};

static void put(struct making *making, uint64_t number)
{
	struct columns *columns = making->columns;

	columns->bytes = array_reserve(columns->bytes, &making->capacity,
				       columns->length + 10, 1);
	do {
		uint8_t more = number > 127 ? 128 : 0;

		columns->bytes[columns->length++] =
			(uint8_t)((number & 127) | more);
		number >>= 7;
	} while (number > 0);
}

/* 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
static uint64_t zigzag(int64_t number)
{
	return number < 0 ? 2 * (uint64_t) - (number + 1) + 1
			  : 2 * (uint64_t)number;
}

static int compare_processes(const void *a, const void *b)
{
	const struct column_process *x = a;
	const struct column_process *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static int compare_first(const void *a, const void *b)
{
	const struct column_process *const *x = a;
	const struct column_process *const *y = b;

	return ((*x)->first > (*y)->first) - ((*x)->first < (*y)->first);
}

static int compare_bits(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_taken(const struct op *op, size_t taken)
{
	return op_is_client(op) && taken < COLUMNS_OPS_MAX;
}

static struct value key_of(const struct history *history, const struct op *op)
{
	return op->action_count > 0 ? op_actions(history, op)->key
				    : value_nil();
}

/* One entry for each operation, then those of one process made one. */
static void find_processes(struct making *making)
{
	struct columns *columns = making->columns;
	const struct history *history = making->history;
	struct column_process *all =
		heap_zeroed(columns->op_count + 1, sizeof(*all));
	size_t taken = 0;
	size_t kept = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (is_taken(op, taken))
			all[taken++] = (struct column_process){
				.number = op->process,
				.first = op->invoke,
				.last = op->complete == HISTORY_NONE
						? op->invoke
						: op->complete,
				.node = op->node,
			};
	}
	qsort(all, taken, sizeof(*all), compare_processes);
	for (size_t i = 0; i < taken; i++) {
		if (kept > 0 && all[kept - 1].number == all[i].number)
			all[kept - 1].last = all[i].last;
		else
			all[kept++] = all[i];
	}
	columns->processes = all;
	columns->process_count = kept;
}

static void assign_lanes(struct columns *columns)
{
	size_t count = columns->process_count;
	struct column_process **order = heap_zeroed(count + 1, sizeof(*order));
	uint32_t ends[COLUMNS_LANES_MAX] = { 0 };

	for (size_t i = 0; i < count; i++)
		order[i] = &columns->processes[i];
	qsort(order, count, sizeof(*order), compare_first);
	for (size_t i = 0; i < count; i++) {
		uint32_t lane = 0;

		while (lane < columns->lane_count &&
		       ends[lane] > order[i]->first)
			lane++;
		if (lane == COLUMNS_LANES_MAX)
			lane--;
		if (lane == columns->lane_count)
			columns->lane_count++;
		ends[lane] = order[i]->last;
		order[i]->lane = lane;
	}
	free(order);
}

static void find_keys(struct making *making)
{
	struct columns *columns = making->columns;
	const struct history *history = making->history;
	uint32_t *keys = heap_zeroed(columns->op_count + 1, sizeof(*keys));
	size_t taken = 0;
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (!is_taken(op, taken))
			continue;
		taken++;
		if (!value_is_nil(key_of(history, op)))
			keys[count++] = key_of(history, op).bits;
	}
	qsort(keys, count, sizeof(*keys), compare_bits);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || keys[kept - 1] != keys[i])
			keys[kept++] = keys[i];
	}
	columns->keys = keys;
	columns->key_count = kept;
}

static size_t process_number(const struct columns *columns, int32_t number)
{
	size_t low = 0;
	size_t high = columns->process_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (columns->processes[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The number of a name; the last one stands for all that have no room. */
static size_t name_number(struct making *making, uint16_t f)
{
	struct columns *columns = making->columns;

	if (making->names[f])
		return making->names[f] - 1u;
	if (columns->name_count == COLUMNS_NAMES_MAX) {
		columns->names[COLUMNS_NAMES_MAX - 1] = "others";
		making->names[f] = COLUMNS_NAMES_MAX;
	} else {
		columns->names[columns->name_count++] =
			history_f_name(making->history, f);
		making->names[f] = (uint8_t)columns->name_count;
	}
	return making->names[f] - 1u;
}

static uint64_t text_number(struct making *making, const char *text)
{
	struct columns *columns = making->columns;

	if (making->text_bytes > TEXT_BYTES_MAX)
		return 0;
	making->text_bytes += strlen(text);
	columns->texts =
		array_reserve(columns->texts, &making->text_capacity,
			      columns->text_count + 1, sizeof(*columns->texts));
	columns->texts[columns->text_count++] = text;
	return 2 * columns->text_count;
}

static uint64_t value_code(struct making *making, uint32_t number)
{
	const struct history *history = making->history;
	const struct op *op = &history->ops[number];
	const struct action *action = op_actions(history, op);
	struct value value;
	int64_t integer;
	const char *text;

	if (op->action_count == 0)
		return 0;
	value = value_is_nil(action->result) ? action->arg : action->result;
	if (op->action_count == 1 && action->verb != VERB_CAS) {
		if (value_is_nil(value))
			return 0;
		if (value_get_int(history->values, value, &integer) &&
		    integer < NUMBER_MAX && integer > -NUMBER_MAX)
			return 2 * zigzag(integer) + 1;
	}
	if (making->text_bytes > TEXT_BYTES_MAX)
		return 0;
	text = op->f == VERB_TXN
		       ? html_op_short(history, number, making->arena)
		       : html_value_short(history, action, making->arena);
	return text_number(making, text_cut(making->arena, text, TEXT_POINTS));
}

static void put_op(struct making *making, uint32_t number)
{
	const struct history *history = making->history;
	const struct op *op = &history->ops[number];
	bool is_open = op->complete == HISTORY_NONE;
	int64_t start = making->has_times ? op->invoke_ns : op->invoke;
	int64_t end = making->has_times ? op->complete_ns : op->complete;
	uint64_t index = history_index(history, op->invoke);
	static const unsigned outcomes[] = { [OUTCOME_OK] = 0,
					     [OUTCOME_FAIL] = 1,
					     [OUTCOME_INDETERMINATE] = 2 };
	uint32_t key = key_of(history, op).bits;
	const uint32_t *found =
		bsearch(&key, making->columns->keys, making->columns->key_count,
			sizeof(key), compare_bits);

	put(making, zigzag(start - making->time));
	put(making, is_open || end < start ? 0 : (uint64_t)(end - start) + 1);
	put(making, process_number(making->columns, op->process));
	put(making, name_number(making, op->f) * 4 +
			    (is_open ? 3 : outcomes[op->outcome]));
	put(making, found ? (uint64_t)(found - making->columns->keys) + 1 : 0);
	put(making, value_code(making, number));
	put(making, index - making->index);
	put(making, is_open ? 0 : history_index(history, op->complete) - index);
	making->time = start;
	making->index = index;
}

void columns_make(struct columns *columns, const struct history *history,
		  bool has_times, struct arena *arena)
{
	struct making making = {
		.columns = columns,
		.history = history,
		.arena = arena,
		.has_times = has_times,
		.names = heap_zeroed(UINT16_MAX + 1, 1),
	};
	size_t taken = 0;

	*columns = (struct columns){ .op_count = 0 };
	for (size_t i = 0; i < history->op_count; i++) {
		if (is_taken(&history->ops[i], columns->op_count))
			columns->op_count++;
		else if (op_is_client(&history->ops[i]))
			columns->is_cut = true;
	}
	find_processes(&making);
	assign_lanes(columns);
	find_keys(&making);
	for (uint32_t i = 0; i < history->op_count; i++) {
		if (!is_taken(&history->ops[i], taken))
			continue;
		taken++;
		put_op(&making, i);
	}
	free(making.names);
}

void columns_release(struct columns *columns)
{
	free(columns->processes);
	free(columns->keys);
	free(columns->texts);
	free(columns->bytes);
	*columns = (struct columns){ .op_count = 0 };
}
