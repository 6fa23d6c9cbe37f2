/* SPDX-License-Identifier: MIT */
#include "checkers/set/grow.h"

struct growth {
	struct account *account;
	const struct element *element;
	const struct reads *reads;
	bool strict;
	struct figures *figures;
	struct fault *fault;
	uint32_t known; /* position from which on it is there */
	uint32_t known_op;
	bool is_acknowledged;
	uint32_t last_end; /* of the reads that have it; 0: none */
	int64_t last_end_ns;
};

static const struct op *op_at(const struct growth *growth, uint32_t op)
{
	return &growth->account->check->history->ops[op];
}

static void know(struct growth *growth, uint32_t end, uint32_t op)
{
	if (end < growth->known) {
		growth->known = end;
		growth->known_op = op;
	}
}

/* What proves that it is there; false if a read has it too early. */
static bool gather_proof(struct growth *growth)
{
	const struct element *element = growth->element;
	uint32_t first_begin = HISTORY_NONE;

	for (size_t i = 0; i < element->update_count; i++) {
		const struct update *update = &element->updates[i];

		if (update->begin < first_begin)
			first_begin = update->begin;
		if (update->end != HISTORY_NONE)
			growth->is_acknowledged = true;
		know(growth, update->end, update->op);
	}
	for (size_t i = 0; i < element->seen_count; i++) {
		const struct sight *read =
			&growth->reads->items[element->seen[i]];

		if (read->end < first_begin) {
			*growth->fault = (struct fault){
				.kind = FAULT_PHANTOM,
				.sight = *read,
				.witness = HISTORY_NONE,
			};
			growth->fault->sight.present = true;
			return false;
		}
		know(growth, read->end, read->op);
		if (read->end > growth->last_end) {
			growth->last_end = read->end;
			growth->last_end_ns =
				op_at(growth, read->op)->complete_ns;
		}
	}
	return true;
}

/* The number of the first read that began after `position`. */
static size_t first_after(const struct reads *reads, uint32_t position)
{
	size_t low = 0;
	size_t high = reads->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reads->items[middle].begin < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where in `seen` the reads from `first` on begin. */
static size_t seen_from(const struct element *element, size_t first)
{
	size_t low = 0;
	size_t high = element->seen_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (element->seen[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first read from `first` on that lacks it, and the last. */
static void find_lacking(const struct growth *growth, size_t first,
			 size_t *first_lacking, size_t *last_lacking)
{
	const struct element *element = growth->element;
	size_t seen = seen_from(element, first);
	size_t end = element->seen_count;
	size_t last = growth->reads->count;

	while (seen < end && element->seen[seen] == first) {
		seen++;
		first++;
	}
	*first_lacking = first;
	while (end > 0 && element->seen[end - 1] == last - 1) {
		end--;
		last--;
	}
	*last_lacking = last - 1;
}

static void measure_stale(struct growth *growth, uint32_t lacking)
{
	int64_t stale_ns = op_at(growth, lacking)->invoke_ns -
			   op_at(growth, growth->known_op)->complete_ns;
	struct worst worst = { .stale_ns = stale_ns < 0 ? 0 : stale_ns,
			       .known = growth->known_op,
			       .lacking = lacking };

	growth->figures->stale++;
	latencies_add(&growth->figures->stable_ns, stale_ns);
	if (growth->figures->worst_count < WORST_MAX ||
	    growth->figures->worst[WORST_MAX - 1].stale_ns < stale_ns)
		worst.element =
			account_value(growth->account, growth->element->value);
	if (worst.element)
		figures_add_worst(growth->figures, &worst);
}

static void judge_lacking(struct growth *growth, size_t first)
{
	const struct reads *reads = growth->reads;
	size_t first_lacking;
	size_t last_lacking;
	const struct sight *last;

	find_lacking(growth, first, &first_lacking, &last_lacking);
	last = &reads->items[last_lacking];
	*growth->fault = (struct fault){ .sight = reads->items[first_lacking],
					 .witness = growth->known_op };
	if (last->begin > growth->last_end) {
		int64_t known_ns = op_at(growth, growth->known_op)->complete_ns;

		growth->fault->kind = FAULT_LOST;
		growth->fault->sight = *last;
		latencies_add(&growth->figures->lost_ns,
			      growth->last_end ? growth->last_end_ns - known_ns
					       : 0);
		return;
	}
	growth->figures->stable++;
	measure_stale(growth, last->op);
	if (growth->strict)
		growth->fault->kind = FAULT_STALE;
}

void grow_judge(struct account *account, const struct element *element,
		const struct reads *reads, bool strict, struct figures *figures,
		struct fault *fault)
{
	struct growth growth = {
		.account = account,
		.element = element,
		.reads = reads,
		.strict = strict,
		.figures = figures,
		.fault = fault,
		.known = HISTORY_NONE,
		.known_op = HISTORY_NONE,
	};
	size_t first;
	size_t after;

	*fault = (struct fault){ .kind = FAULT_NONE };
	if (!gather_proof(&growth))
		return;
	figures->recovered +=
		element->seen_count > 0 && !growth.is_acknowledged;
	if (growth.known == HISTORY_NONE)
		return;
	first = first_after(reads, growth.known);
	after = reads->count - first;
	if (after > element->seen_count - seen_from(element, first)) {
		judge_lacking(&growth, first);
	} else if (after == 0 && element->seen_count == 0) {
		figures->never_read++;
	} else {
		figures->stable++;
		latencies_add(&figures->stable_ns, 0);
	}
}
