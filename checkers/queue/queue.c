/* SPDX-License-Identifier: MIT */
/*
 * queue: what was acknowledged comes out, once; and nothing else does. Values
 * are counted, so that one may be put in several times. Order is not judged
 * (see `linearizable`), and neither is a dequeue that finds nothing where it
 * should have found something, if that came out later.
 *
 * An enqueue in doubt may have happened: its element may come out, or not
 * ("recovered" if it does). A dequeue in doubt may have taken an element, a
 * drain in doubt any number. That something is lost can be told only where
 * the queue was seen empty: by a drain, which takes all, or by a dequeue that
 * found nothing. Stacks (push, pop) are judged in the same way. O(n log n).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "checkers/queue/missing.h"

#define SHOWN_MAX 6

enum list { LIST_LOST, LIST_DUPLICATED, LIST_UNEXPECTED, LIST_RECOVERED };

#define LISTS 4

struct queue {
	struct account account;
	bool at_least_once;
	struct flow flow;
	struct spans missing;
	uint64_t attempted;
	uint64_t acknowledged;
	uint64_t delivered;
	uint64_t duplicated; /* deliveries too many */
	uint64_t unexpected;
	uint64_t recovered;
	struct missing_counts missing_counts;
	struct figure *lists[LISTS];
};

/* One value: what went in and what came out. */
struct element {
	struct value value;
	const struct sort_item *puts;
	size_t put_count;
	struct span *takes; /* in the order in which they ended */
	size_t take_count;
};

static int compare_ends(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->end > y->end) - (x->end < y->end);
}

/* The number of puts from *next on that may have taken effect before
 * `position`; moves *next behind them. */
static size_t begun_before(const struct queue *queue,
			   const struct element *element, size_t *next,
			   uint32_t position)
{
	const struct op *ops = queue->flow.history->ops;
	size_t count = 0;

	for (; *next < element->put_count; ++*next) {
		const struct op *op = &ops[element->puts[*next].number];

		if (op->invoke >= position)
			break;
		count += op->outcome != OUTCOME_FAIL;
	}
	return count;
}

static void charge_phantom(struct queue *queue, const struct element *element,
			   const struct span *take)
{
	struct account *account = &queue->account;
	const char *text = account_value(account, element->value);
	const char *why = element->put_count == 0
				  ? "nobody ever put it in"
				  : "nobody who may have put it in had begun";
	struct anomaly *anomaly;

	queue->unexpected++;
	account_list(account, queue->lists[LIST_UNEXPECTED], element->value);
	anomaly = account_charge(account, "phantom-element",
				 "%s came out (%s), although %s", text,
				 account_place(account, take->op), why);
	account_show(account, anomaly, take->op, "brought %s", text);
	for (size_t i = 0; i < element->put_count && i < SHOWN_MAX; i++) {
		uint32_t op = element->puts[i].number;
		bool failed =
			queue->flow.history->ops[op].outcome == OUTCOME_FAIL;

		account_show(account, anomaly, op, "%s",
			     failed ? "failed to put it in, for good"
				    : "began to put it in after that");
	}
	account_tell(account, anomaly,
		     arena_printf(account->check->arena,
				  "Where %s could have come from:", text));
}

static void charge_duplicate(struct queue *queue, const struct element *element,
			     size_t last, size_t begun)
{
	struct account *account = &queue->account;
	const char *text = account_value(account, element->value);
	struct anomaly *anomaly;

	queue->duplicated++;
	account_list(account, queue->lists[LIST_DUPLICATED], element->value);
	if (queue->at_least_once)
		return;
	anomaly = account_charge(
		account, "duplicate-delivery",
		"%s came out %zu times (the last %s), and was "
		"put in %s",
		text, last + 1, account_place(account, element->takes[last].op),
		begun == 1 ? "once" : "less often");
	for (size_t i = 0; i < element->put_count && i < SHOWN_MAX; i++)
		account_show(account, anomaly, element->puts[i].number,
			     "put %s in", text);
	for (size_t i = last < SHOWN_MAX ? 0 : last - SHOWN_MAX; i <= last; i++)
		account_show(account, anomaly, element->takes[i].op,
			     "brought %s%s", text, i ? " again" : "");
	account_tell(
		account, anomaly,
		arena_printf(account->check->arena,
			     "What went in, and what came out, of %s:", text));
}

static void judge_takes(struct queue *queue, const struct element *element)
{
	size_t begun = 0;
	size_t good = 0;
	size_t next = 0;

	for (size_t i = 0; i < element->take_count; i++) {
		begun += begun_before(queue, element, &next,
				      element->takes[i].end);
		if (good < begun)
			good++;
		else if (begun == 0)
			charge_phantom(queue, element, &element->takes[i]);
		else
			charge_duplicate(queue, element, i, begun);
	}
	queue->delivered += good;
}

/* The acknowledged ones that did not come out. Those that ended last are
 * taken for the missing ones, which asks the least of the store. */
static void gather_missing(struct queue *queue, const struct element *element)
{
	const struct op *ops = queue->flow.history->ops;
	struct spans acked = { .count = 0 };

	for (size_t i = 0; i < element->put_count; i++) {
		uint32_t number = element->puts[i].number;

		queue->attempted++;
		if (ops[number].outcome == OUTCOME_OK)
			spans_add(&acked, span_of(queue->flow.history, number));
	}
	queue->acknowledged += acked.count;
	if (acked.count > 1)
		qsort(acked.items, acked.count, sizeof(*acked.items),
		      compare_ends);
	for (size_t i = element->take_count; i < acked.count; i++)
		spans_add(&queue->missing, acked.items[i]);
	if (element->take_count > acked.count &&
	    element->put_count > acked.count) {
		size_t next = 0;
		size_t begun = begun_before(queue, element, &next, UINT32_MAX);
		size_t out = element->take_count < begun ? element->take_count
							 : begun;

		if (out > acked.count) {
			queue->recovered += out - acked.count;
			account_list(&queue->account,
				     queue->lists[LIST_RECOVERED],
				     element->value);
		}
	}
	free(acked.items);
}

static size_t run_length(const struct sort_item *items, size_t from,
			 size_t count, uint32_t key)
{
	size_t length = 0;

	while (from + length < count && items[from + length].key == key)
		length++;
	return length;
}

static void judge_elements(struct queue *queue)
{
	const struct flow *flow = &queue->flow;
	size_t put = 0;
	size_t take = 0;

	while (put < flow->put_count || take < flow->take_count) {
		uint32_t key = put < flow->put_count ? flow->puts[put].key
						     : UINT32_MAX;
		struct element element;

		if (take < flow->take_count && flow->takes[take].key < key)
			key = flow->takes[take].key;
		element = (struct element){
			.value = { key },
			.puts = &flow->puts[put],
			.put_count = run_length(flow->puts, put,
						flow->put_count, key),
			.take_count = run_length(flow->takes, take,
						 flow->take_count, key),
		};
		element.takes = heap_zeroed(element.take_count + 1,
					    sizeof(*element.takes));
		for (size_t i = 0; i < element.take_count; i++)
			element.takes[i] = span_of(
				flow->history, flow->takes[take + i].number);
		qsort(element.takes, element.take_count, sizeof(*element.takes),
		      compare_ends);
		judge_takes(queue, &element);
		gather_missing(queue, &element);
		free(element.takes);
		put += element.put_count;
		take += element.take_count;
	}
}

static void judge_group(struct queue *queue, const uint32_t *ops, size_t count)
{
	flow_gather(&queue->flow, &queue->account,
		    options_list(queue->account.check->options, "empty-errors"),
		    ops, count);
	queue->missing.count = 0;
	judge_elements(queue);
	missing_judge(&queue->account, &queue->flow, &queue->missing,
		      queue->lists[LIST_LOST], &queue->missing_counts);
	flow_release(&queue->flow);
}

static void conclude(struct queue *queue)
{
	struct arena *arena = queue->account.check->arena;
	struct figure *f = &queue->account.verdict->figures;
	const struct missing_counts *missing = &queue->missing_counts;

	figure_add_int(f, arena, "attempted", (int64_t)queue->attempted);
	figure_add_int(f, arena, "acknowledged", (int64_t)queue->acknowledged);
	figure_add_int(f, arena, "delivered", (int64_t)queue->delivered);
	figure_add_int(f, arena, "lost", (int64_t)missing->lost);
	figure_add_int(f, arena, "duplicated", (int64_t)queue->duplicated);
	figure_add_int(f, arena, "unexpected", (int64_t)queue->unexpected);
	figure_add_int(f, arena, "recovered", (int64_t)queue->recovered);
	figure_add_int(f, arena, "taken_in_doubt", (int64_t)missing->taken);
	figure_add_int(f, arena, "not_accounted_for",
		       (int64_t)missing->unproven);
	if (queue->acknowledged == 0)
		account_close(&queue->account, VERDICT_UNKNOWN,
			      "no enqueue was acknowledged");
	else if (missing->unproven > 0)
		account_close(
			&queue->account, VERDICT_UNKNOWN,
			arena_printf(arena,
				     "%" PRIu64 " acknowledged elements did "
				     "not come out, and the queue was not seen "
				     "empty after them",
				     missing->unproven));
	else
		account_close(
			&queue->account, VERDICT_VALID,
			arena_printf(
				arena,
				"%" PRIu64 " acknowledged elements: all "
				"came out%s",
				queue->acknowledged,
				missing->taken
					? ", or may be with a dequeue that "
					  "was not answered"
					: ""));
}

static int queue_check(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	static const char *const names[LISTS] = { "lost_elements",
						  "duplicated_elements",
						  "unexpected_elements",
						  "recovered_elements" };
	struct queue queue = {
		.account = { .check = check, .verdict = verdict },
		.at_least_once = options_bool(check->options, "at-least-once"),
	};
	struct history_keys keys;

	(void)err;
	if (account_has_stranger(&queue.account))
		return 0;
	history_keys_init(&keys, check->history);
	queue.account.has_keys = keys.count > 1;
	for (size_t i = 0; i < LISTS; i++)
		queue.lists[i] = figure_add_list(&verdict->figures,
						 check->arena, names[i]);
	for (size_t group = 0; group < keys.count; group++) {
		queue.account.key = keys.keys[group];
		judge_group(&queue, keys.ops + keys.starts[group],
			    keys.starts[group + 1] - keys.starts[group]);
	}
	history_keys_release(&keys);
	free(queue.missing.items);
	conclude(&queue);
	return 0;
}

static const struct option queue_options[] = {
	{ "at-least-once", OPTION_BOOL, "false",
	  "elements may come out more than once: that is counted only", NULL },
	{ "empty-errors", OPTION_LIST, "empty,exhausted",
	  "errors of a failed dequeue that mean: nothing was there", NULL },
	{ .name = NULL },
};

const struct checker checker_queue = {
	.name = "queue",
	.summary = "what is acknowledged comes out of a queue, once",
	.options = queue_options,
	.check = queue_check,
};
