/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/lists.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/*
 * Working memory of one pass over all transactions. What is by key holds an
 * action + 1, which belongs to the transaction at hand unless it is not behind
 * its first.
 */
struct scan {
	const struct view *view;
	const struct lists *lists;
	struct findings *findings;
	uint32_t *last; /* by key: the latest access */
	uint32_t *read; /* by key: the latest read that has a place */
	uint32_t *most; /* by key: the read that saw most; one that is no
			 * prefix counts as more */
	uint32_t *append; /* by key: the first append */
	uint32_t *before; /* by action: the access before it, + 1 */
	uint32_t *updater; /* by version: who read it and then appended, + 1 */
	uint32_t *aborted; /* by key: the first version an aborted one wrote */
	uint32_t *garbage; /* by key: the first version nobody wrote */
	uint32_t *twice; /* by key: the first with an element it had already */
	uint32_t first_action; /* of the transaction at hand */
};

static uint32_t *by_key(const struct view *view)
{
	return heap_zeroed((size_t)view->key_count + 1, sizeof(uint32_t));
}

/* A list that is read must end in what its transaction appended before, and
 * begin with what it read before. */
static bool is_internal(const struct scan *scan, uint32_t read)
{
	const struct view *view = scan->view;
	const struct values *values = view->history->values;
	struct value list = view_action(view, read)->result;
	uint32_t before = scan->before[read];

	if (value_is_nil(list))
		list = value_empty_list();
	for (; before > scan->first_action; before = scan->before[before - 1]) {
		uint32_t a = before - 1;
		struct value result = view_action(view, a)->result;

		if (!view_writes(view, a)) {
			if (scan->lists->place[a] == PLACE_NONE)
				continue;
			if (value_is_nil(result))
				result = value_empty_list();
			return !value_equal(list, result);
		}
		if (value_list_length(values, list) == 0 ||
		    !value_equal(value_list_last(values, list),
				 view_arg(view, a)))
			return true;
		list = value_list_rest(values, list);
	}
	return false;
}

static void check_internal(struct scan *scan, uint32_t read)
{
	const struct view *view = scan->view;
	uint32_t before = scan->before[read];

	if (before <= scan->first_action || !is_internal(scan, read))
		return;
	findings_note(scan->findings, A_INTERNAL, view, read, before - 1,
		      NONE);
	if (!view_writes(view, before - 1) &&
	    scan->lists->place[before - 1] != PLACE_NONE)
		findings_note(scan->findings, A_NON_REPEATABLE_READ, view,
			      read, before - 1, NONE);
}

/* The write of the last element, by another transaction that went on. */
static void check_intermediate(struct scan *scan, uint32_t read,
			       uint32_t append)
{
	const struct view *view = scan->view;

	if (append == NONE ||
	    view->flags[append] & ACTION_AMBIGUOUS ||
	    !(view->flags[append] & ACTION_NOT_FINAL) ||
	    view->owner[append] == view->owner[read])
		return;
	findings_note(scan->findings, A_G1B, view, read, append, NONE);
}

static void note_element(struct scan *scan, enum anomaly_name name,
			 uint32_t read, uint32_t culprit, uint32_t list)
{
	const struct view *view = scan->view;
	struct finding finding = {
		.name = name,
		.key = view->key_of[read],
		.value = value_list_last(view->history->values,
					 (struct value){ list }),
		.shows = read,
		.culprit = culprit,
		.witness = NONE,
	};

	findings_add(scan->findings, &finding);
}

static void check_placed_read(struct scan *scan, uint32_t read)
{
	const struct lists *lists = scan->lists;
	uint32_t key = scan->view->key_of[read];
	uint32_t place = lists->place[read], first = lists->first[key];

	if (place == 0)
		return;
	if (place > scan->aborted[key])
		note_element(scan, A_G1A, read,
			     lists->writer[first + scan->aborted[key]],
			     lists->node[first + scan->aborted[key]]);
	if (place > scan->garbage[key])
		note_element(scan, A_GARBAGE_READ, read, NONE,
			     lists->node[first + scan->garbage[key]]);
	if (place > scan->twice[key])
		note_element(scan, A_DUPLICATE_ELEMENTS, read,
			     lists->writer[first + scan->twice[key]],
			     lists->node[first + scan->twice[key]]);
	check_intermediate(scan, read, lists->writer[first + place - 1]);
}

/* The part of a read that is not in the order of its key. */
static void check_astray_read(struct scan *scan, uint32_t read)
{
	const struct view *view = scan->view;
	const struct values *values = view->history->values;
	const struct lists *lists = scan->lists;
	uint32_t key = view->key_of[read], append;
	struct value list = view_action(view, read)->result;
	uint32_t length = (uint32_t)value_list_length(values, list);
	uint32_t bad[2] = { NONE, NONE };

	findings_note(scan->findings, A_INCOMPATIBLE_ORDER, view, read,
		      lists->longest[key], NONE);
	append = elements_find(&lists->elements, view, key,
			       value_list_last(values, list));
	check_intermediate(scan, read, append);
	for (; length > 0; length--) {
		if (lists->node[lists->first[key] + length - 1] == list.bits)
			break;
		append = elements_find(&lists->elements, view, key,
				       value_list_last(values, list));
		if (append == NONE)
			bad[0] = list.bits;
		else if (view->status[view->owner[append]] == TXN_ABORTED)
			bad[1] = list.bits;
		list = value_list_rest(values, list);
	}
	if (bad[0] != NONE)
		note_element(scan, A_GARBAGE_READ, read, NONE, bad[0]);
	if (bad[1] != NONE)
		note_element(scan, A_G1A, read,
			     elements_find(&lists->elements, view, key,
					   value_list_last(values,
							   (struct value){
								   bad[1] })),
			     bad[1]);
}

static void scan_read(struct scan *scan, uint32_t read)
{
	uint32_t place = scan->lists->place[read];
	uint32_t key = scan->view->key_of[read];

	if (place == PLACE_NONE) {
		struct value result = view_action(scan->view, read)->result;
		struct finding finding = { A_GARBAGE_READ, key,	 result,
					   read,	   NONE, NONE,
					   NULL,	   0 };

		if (!value_is_nil(result))
			findings_add(scan->findings, &finding);
		return;
	}
	if (place == PLACE_ASTRAY)
		check_astray_read(scan, read);
	else
		check_placed_read(scan, read);
	check_internal(scan, read);
	scan->read[key] = read + 1;
	if (scan->most[key] <= scan->first_action ||
	    place >= scan->lists->place[scan->most[key] - 1])
		scan->most[key] = read + 1;
}

static bool list_holds(const struct values *values, struct value list,
		       struct value element)
{
	if (value_is_nil(list))
		return false;
	while (value_list_length(values, list) > 0) {
		if (value_equal(value_list_last(values, list), element))
			return true;
		list = value_list_rest(values, list);
	}
	return false;
}

/* Did the transaction read what it only then appended? */
static void check_future(struct scan *scan, uint32_t append)
{
	const struct view *view = scan->view;
	const struct lists *lists = scan->lists;
	uint32_t read = scan->most[view->key_of[append]];
	bool is_early;

	if (read <= scan->first_action)
		return;
	read--;
	if (lists->place[append] == PLACE_NONE &&
	    lists->place[read] != PLACE_ASTRAY)
		return;
	is_early = lists->place[read] == PLACE_ASTRAY ?
			   list_holds(view->history->values,
				      view_action(view, read)->result,
				      view_arg(view, append)) :
			   lists->place[append] < lists->place[read];
	if (is_early)
		findings_note(scan->findings, A_FUTURE_READ, view, read,
			      append, NONE);
}

/* A version between the one that was read and the one that was written. */
static void check_cursor(struct scan *scan, uint32_t read, uint32_t append)
{
	const struct lists *lists = scan->lists;
	const struct view *view = scan->view;
	uint32_t key = view->key_of[append], first = lists->first[key];
	uint32_t p = lists->place[read];
	uint32_t other = lists->after[first + p];

	if (other == NONE || other == view->owner[append] ||
	    lists->place[append] < p)
		return;
	while (lists->at[first + p] == NONE)
		p++;
	findings_note(scan->findings, A_G_CURSOR, view, append,
		      lists->writer[first + p], lists->longest[key]);
}

/* The transaction's first append to a key: was it an update of what it had
 * read, and did another update the same? */
static void check_update(struct scan *scan, uint32_t append)
{
	const struct view *view = scan->view;
	const struct lists *lists = scan->lists;
	uint32_t key = view->key_of[append], *slot;
	uint32_t read = scan->read[key];

	if (read <= scan->first_action || !lists_placed(lists, read - 1))
		return;
	slot = &scan->updater[lists->first[key] + lists->place[read - 1]];
	if (*slot && view->owner[*slot - 1] != view->owner[append])
		findings_note(scan->findings, A_LOST_UPDATE, view, append,
			      *slot - 1, read - 1);
	else
		*slot = append + 1;
	check_cursor(scan, read - 1, append);
}

static void scan_append(struct scan *scan, uint32_t append)
{
	uint32_t key = scan->view->key_of[append];

	check_future(scan, append);
	if (scan->append[key] <= scan->first_action) {
		scan->append[key] = append + 1;
		check_update(scan, append);
	}
}

static void scan_txn(struct scan *scan, uint32_t t)
{
	const struct view *view = scan->view;
	const struct op *op = &view->history->ops[t];

	scan->first_action = op->first_action;
	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		uint32_t key = view->key_of[a];
		size_t at;

		if (lists_stands(scan->lists, view, a + VIEW_AHEAD, &at))
			__builtin_prefetch(&scan->lists->writer[at]);
		if (view->key_kinds[key] != KEY_LIST)
			continue;
		scan->before[a] = scan->last[key];
		scan->last[key] = a + 1;
		if (view_writes(view, a))
			scan_append(scan, a);
		else
			scan_read(scan, a);
	}
}

/* Finds the first bad version of each key, and who built on an aborted one. */
static void scan_versions(struct scan *scan, uint32_t key)
{
	const struct view *view = scan->view;
	const struct lists *lists = scan->lists;
	uint32_t aborted = NONE;

	for (uint32_t p = 0; p < lists->length[key]; p++) {
		uint32_t append = lists->writer[lists->first[key] + p];

		if (p + VIEW_AHEAD < lists->length[key])
			lists_prefetch_append(lists, view,
					      (size_t)lists->first[key] + p +
						      VIEW_AHEAD);
		if (append == NONE) {
			if (scan->garbage[key] == NONE)
				scan->garbage[key] = p;
			continue;
		}
		if (view->flags[append] & ACTION_AMBIGUOUS)
			continue;
		if (lists->place[append] != p && scan->twice[key] == NONE)
			scan->twice[key] = p;
		if (view->status[view->owner[append]] == TXN_ABORTED) {
			aborted = append;
			if (scan->aborted[key] == NONE)
				scan->aborted[key] = p;
		} else if (view->status[view->owner[append]] == TXN_OK) {
			if (aborted != NONE)
				findings_note(scan->findings, A_DIRTY_UPDATE,
					      view, append, aborted,
					      lists->longest[key]);
			aborted = NONE;
		}
	}
}

static void scan_release(struct scan *scan)
{
	free(scan->last);
	free(scan->read);
	free(scan->most);
	free(scan->append);
	free(scan->before);
	free(scan->updater);
	free(scan->aborted);
	free(scan->garbage);
	free(scan->twice);
}

void lists_scan(const struct view *view, const struct lists *lists,
		struct findings *findings)
{
	size_t keys = (size_t)view->key_count + 1;
	size_t versions = keys;
	struct scan scan = {
		.view = view,
		.lists = lists,
		.findings = findings,
		.last = by_key(view),
		.read = by_key(view),
		.most = by_key(view),
		.append = by_key(view),
		.before = heap_zeroed((size_t)view->action_count + 1,
				      sizeof(*scan.before)),
		.aborted = by_key(view),
		.garbage = by_key(view),
		.twice = by_key(view),
	};

	for (uint32_t k = 0; k < view->key_count; k++)
		versions += lists->length[k];
	scan.updater = heap_zeroed(versions, sizeof(*scan.updater));
	memset(scan.aborted, 0xff, keys * sizeof(*scan.aborted));
	memset(scan.garbage, 0xff, keys * sizeof(*scan.garbage));
	memset(scan.twice, 0xff, keys * sizeof(*scan.twice));
	for (uint32_t k = 0; k < view->key_count; k++)
		scan_versions(&scan, k);
	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view->status[t] == TXN_OK)
			scan_txn(&scan, t);
	}
	scan_release(&scan);
}
