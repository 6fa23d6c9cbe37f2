/* SPDX-License-Identifier: MIT */
/*
 * counter: every read shows what was acknowledged before it began, and no more
 * than what had begun before it ended; both ways where the counter also goes
 * down. And it shows a sum that can be made up of those amounts: of two
 * increments by 5 under way, a read may see 0, 5 or 10.
 *
 * That is necessary for a counter to be linearizable, read by read. Where all
 * updates add 1 it is decided exactly, all reads together (counter_ones);
 * where none takes away, no read may be below one that ended before it. With
 * linearizable=false a read may miss what is new (or see it), so only sums
 * that could never be are convicted, and a last read that lacks something.
 *
 * An update in doubt may count, or not. What updates return is not looked at.
 * O(n log n), and for each read a subset sum where amounts leave holes.
 */
#include "checkers/counter/counter.h"

#include <inttypes.h>
#include <stdlib.h>

struct judging {
	struct account account;
	struct counter counter;
	uint64_t reads;
	uint64_t updates; /* acknowledged */
	uint64_t in_doubt;
	uint64_t exact;	      /* keys that were decided exactly */
	uint64_t untried;     /* reads whose sum was too much work */
	uint64_t short_reads; /* that lack something acknowledged */
	bool is_unclear; /* what this counter may show: an update is odd */
};

/* The amount of an update, as what is added; false if that is no number. */
static bool amount_of(const struct values *values, const struct action *action,
		      int64_t *amount)
{
	*amount = 1;
	if (!value_is_nil(action->arg) &&
	    !value_get_int(values, action->arg, amount))
		return false;
	if (*amount > COUNTER_AMOUNT_MAX || *amount < -COUNTER_AMOUNT_MAX)
		return false;
	if (action->verb == VERB_DECREMENT)
		*amount = -*amount;
	return true;
}

static void take_op(struct judging *judging, uint32_t number)
{
	const struct history *history = judging->account.check->history;
	const struct op *op = &history->ops[number];
	const struct action *action = op_actions(history, op);
	struct counter *counter = &judging->counter;
	struct step step = {
		.op = number,
		.begin = op->invoke,
		.end = op->outcome == OUTCOME_OK ? op->complete : HISTORY_NONE,
	};
	bool is_known;

	if (op->action_count != 1 || op->outcome == OUTCOME_FAIL)
		return;
	switch (action->verb) {
	case VERB_READ:
		if (op->outcome != OUTCOME_OK)
			return;
		step.is_read = true;
		is_known = value_get_int(history->values, action->result,
					 &step.number);
		judging->reads += is_known;
		break;
	case VERB_INCREMENT:
	case VERB_DECREMENT:
	case VERB_ADD:
		is_known = amount_of(history->values, action, &step.number);
		counter->only_ones &= step.number == 1;
		judging->is_unclear |= !is_known;
		judging->updates += op->outcome == OUTCOME_OK;
		judging->in_doubt += op->outcome != OUTCOME_OK;
		break;
	default:
		return;
	}
	if (is_known)
		counter->steps[counter->count++] = step;
	else
		account_note_odd(&judging->account, number);
}

/* Whether what the last read lacks is not to be seen any more: every read that
 * was under way as it began, or began later, lacks something. */
static bool is_lost(const struct judging *judging, size_t last)
{
	const struct counter *counter = &judging->counter;

	for (size_t i = 0; i <= last; i++) {
		const struct step *step = &counter->steps[i];

		if (step->is_read && step->end > counter->steps[last].begin &&
		    step->number >= counter->bounds[i].acked_low)
			return false;
	}
	return true;
}

/* The last read and whether it proves a loss. */
static bool find_lost(const struct judging *judging, size_t *last)
{
	const struct counter *counter = &judging->counter;

	for (size_t i = counter->count; i-- > 0;) {
		if (!counter->steps[i].is_read)
			continue;
		*last = i;
		return counter->steps[i].number <
			       counter->bounds[i].acked_low &&
		       counter->steps[i].number >=
			       counter->bounds[i].loose_low &&
		       is_lost(judging, i);
	}
	return false;
}

/* False if a read was convicted. */
static bool judge_reads(struct judging *judging)
{
	const struct counter *counter = &judging->counter;
	size_t last = 0;
	bool has_lost = find_lost(judging, &last);
	bool is_good = !has_lost;

	if (has_lost) {
		struct bounds bounds = counter->bounds[last];

		bounds.low = bounds.acked_low;
		counter_charge_low(counter, last, true, &bounds);
	}
	for (size_t i = 0; i < counter->count; i++) {
		const struct bounds *bounds = &counter->bounds[i];
		int64_t number = counter->steps[i].number;

		if (!counter->steps[i].is_read)
			continue;
		judging->short_reads += number < bounds->acked_low;
		is_good = is_good && number >= bounds->low &&
			  number <= bounds->high && bounds->reachable != 0;
		if (number < bounds->low &&
		    (!has_lost || number < bounds->loose_low))
			counter_charge_low(counter, i, false, bounds);
		else if (number > bounds->high)
			counter_charge_high(counter, i);
		else if (bounds->reachable == 0)
			counter_charge_hole(counter, i);
		else if (number >= bounds->low && bounds->reachable < 0)
			judging->untried++;
	}
	return is_good;
}

static void judge_group(struct judging *judging, const uint32_t *ops,
			size_t count)
{
	struct counter *counter = &judging->counter;
	bool is_bad;
	size_t witness;
	size_t read;

	counter->count = 0;
	counter->only_ones = true;
	judging->is_unclear = false;
	counter->steps = heap_zeroed(count + 1, sizeof(*counter->steps));
	for (size_t i = 0; i < count; i++)
		take_op(judging, ops[i]);
	if (judging->is_unclear) {
		free(counter->steps);
		return;
	}
	counter->bounds =
		heap_zeroed(counter->count + 1, sizeof(*counter->bounds));
	counter_bound(counter);
	if (judge_reads(judging) && counter->linearizable) {
		judging->exact += counter->only_ones;
		is_bad = counter->only_ones
				 ? !counter_ones(counter, &read, &witness)
				 : counter_descent(counter, &read, &witness);
		if (is_bad)
			counter_charge_order(counter, read, witness);
	}
	free(counter->steps);
	free(counter->bounds);
}

static void conclude(struct judging *judging, size_t keys)
{
	struct arena *arena = judging->account.check->arena;
	struct figure *f = &judging->account.verdict->figures;

	figure_add_int(f, arena, "counters", (int64_t)keys);
	figure_add_int(f, arena, "decided_exactly", (int64_t)judging->exact);
	figure_add_int(f, arena, "updates", (int64_t)judging->updates);
	figure_add_int(f, arena, "updates_in_doubt",
		       (int64_t)judging->in_doubt);
	figure_add_int(f, arena, "reads", (int64_t)judging->reads);
	figure_add_int(f, arena, "reads_that_lack_something",
		       (int64_t)judging->short_reads);
	figure_add_int(f, arena, "reads_by_bounds_alone",
		       (int64_t)judging->untried);
	if (judging->reads == 0)
		account_close(&judging->account, VERDICT_UNKNOWN,
			      "no read succeeded");
	else if (judging->updates == 0)
		account_close(&judging->account, VERDICT_UNKNOWN,
			      "no update was acknowledged");
	else
		account_close(&judging->account, VERDICT_VALID,
			      arena_printf(arena,
					   "%" PRIu64
					   " reads show what %" PRIu64
					   " updates allow",
					   judging->reads, judging->updates));
}

static int counter_check(const struct check *check, struct verdict *verdict,
			 struct error *err)
{
	struct judging judging = {
		.account = { .check = check, .verdict = verdict },
		.counter = {
			.initial = options_int(check->options, "initial"),
			.linearizable =
				options_bool(check->options, "linearizable"),
		},
	};
	struct history_keys keys;

	(void)err;
	judging.counter.account = &judging.account;
	if (account_has_stranger(&judging.account))
		return 0;
	history_keys_init(&keys, check->history);
	judging.account.has_keys = keys.count > 1;
	for (size_t group = 0; group < keys.count; group++) {
		judging.account.key = keys.keys[group];
		judge_group(&judging, keys.ops + keys.starts[group],
			    keys.starts[group + 1] - keys.starts[group]);
	}
	conclude(&judging, keys.count);
	history_keys_release(&keys);
	return 0;
}

static const struct option counter_options[] = {
	{ "linearizable", OPTION_BOOL, "true",
	  "reads must show all that was acknowledged before them; otherwise "
	  "the last one must",
	  NULL },
	{ "initial", OPTION_INT, "0", "what counters begin with", NULL },
	{ .name = NULL },
};

const struct checker checker_counter = {
	.name = "counter",
	.summary = "reads of a counter are within what was added to it",
	.options = counter_options,
	.check = counter_check,
};
