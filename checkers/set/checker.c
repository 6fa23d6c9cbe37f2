/* SPDX-License-Identifier: MIT */
/*
 * set: every element, by itself, is where it should be. Nothing is in a read
 * that nobody can have added (phantom-element), nothing is in it twice
 * (duplicate-element); what was acknowledged or seen stays (lost-element),
 * what was removed stays away (resurrected-element); and, unless
 * linearizable=false, reads show all that is known as they begin (stale-read).
 *
 * With linearizable=true an element is decided exactly: whether additions,
 * removals, reads and `contains` of it have an order that a set allows, where
 * those in doubt may have happened at any time after they began, or never.
 * With linearizable=false reads may be late: only what is seen last counts,
 * and what can never be.
 *
 * It does not judge the order between elements (one read has a and not b,
 * another b and not a); `linearizable` does, with the model set. What no read
 * looked for after it was acknowledged is counted as never_read. A set is taken
 * to be empty at first.
 *
 * Costs a sort of all that reads show, O(s) for s elements in all reads
 * together, and for each element that was removed or asked for all reads.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "checkers/set/gather.h"
#include "checkers/set/grow.h"

struct judging {
	struct account account;
	bool strict;
	struct figures figures;
	struct gathered gathered;
	struct sight *sights; /* of the element at hand */
	uint64_t reads;
	uint64_t states_left;
	uint64_t bytes_needed; /* a set was too large */
};

static void judge_duplicates(struct judging *judging,
			     const struct element *element)
{
	bool is_told = false;

	for (size_t i = 0; i < element->seen_count; i++) {
		size_t times = judging->gathered.times[i];
		uint32_t read = element->seen[i];

		if (times < 2)
			continue;
		judging->figures.duplicated += !is_told;
		if (!is_told)
			set_charge_duplicate(
				&judging->account, element->value,
				judging->gathered.reads.items[read].op, times);
		is_told = true;
	}
}

/* All that was seen of the element, in the order in which it began. */
static size_t gather_sights(struct judging *judging,
			    const struct element *element)
{
	const struct history *history = judging->account.check->history;
	const struct reads *reads = &judging->gathered.reads;
	size_t count = 0;
	size_t asked = 0;
	size_t seen = 0;

	for (size_t i = 0; i <= reads->count; i++) {
		uint32_t next =
			i < reads->count ? reads->items[i].op : HISTORY_NONE;

		for (; asked < element->asked_count &&
		       element->asked[asked].number < next;
		     asked++) {
			uint32_t number = element->asked[asked].number;
			const struct op *op = &history->ops[number];

			judging->sights[count++] = (struct sight){
				.op = number,
				.begin = op->invoke,
				.end = op->complete,
				.present = value_as_bool(
					op_actions(history, op)->result),
			};
		}
		if (i == reads->count)
			break;
		judging->sights[count] = reads->items[i];
		judging->sights[count].present = false;
		if (seen < element->seen_count && element->seen[seen] == i) {
			judging->sights[count].present = true;
			seen++;
		}
		count++;
	}
	return count;
}

static void judge_by_all(struct judging *judging, const struct element *element,
			 struct fault *fault)
{
	size_t count = gather_sights(judging, element);
	uint32_t stuck;

	*fault = (struct fault){ .kind = FAULT_NONE };
	if (judging->states_left < count) {
		judging->figures.undecided++;
		return;
	}
	judging->states_left -= count;
	rules_judge(element, judging->sights, count, judging->strict, fault);
	if (fault->kind != FAULT_NONE || !judging->strict) {
		judging->figures.stable +=
			fault->kind == FAULT_NONE && count > 0;
		return;
	}
	switch (search_judge(element, judging->sights, count,
			     &judging->states_left, &stuck)) {
	case VERDICT_VALID:
		judging->figures.stable += count > 0;
		break;
	case VERDICT_INVALID:
		*fault = (struct fault){ .kind = FAULT_OTHER,
					 .sight.op = stuck,
					 .witness = HISTORY_NONE };
		break;
	case VERDICT_UNKNOWN:
		judging->figures.undecided++;
		break;
	}
}

static void judge_element(struct judging *judging,
			  const struct element *element)
{
	struct figures *figures = &judging->figures;
	struct fault fault;
	bool is_acknowledged = false;

	for (size_t i = 0; i < element->update_count; i++)
		is_acknowledged |= element->updates[i].adds &&
				   element->updates[i].end != HISTORY_NONE;
	figures->attempted += element->add_count > 0;
	figures->acknowledged += is_acknowledged;
	figures->removed += element->add_count < element->update_count;
	judge_duplicates(judging, element);
	if (element->add_count == element->update_count &&
	    element->asked_count == 0)
		grow_judge(&judging->account, element, &judging->gathered.reads,
			   judging->strict, figures, &fault);
	else
		judge_by_all(judging, element, &fault);
	figures->counts[fault.kind]++;
	if (fault.kind != FAULT_NONE)
		set_charge(&judging->account, element, &fault);
}

static void judge_group(struct judging *judging, const uint32_t *ops,
			size_t count)
{
	const struct check *check = judging->account.check;
	struct gathered *gathered = &judging->gathered;
	struct element element;
	uint64_t needed;

	if (gather(gathered, &judging->account, ops, count,
		   check->budget->bytes_max, &needed)) {
		judging->sights = heap_zeroed(
			gathered->reads.count + gathered->question_count + 1,
			sizeof(*judging->sights));
		judging->states_left = check->budget->states_max;
		while (gather_next(gathered, check->history, &element) &&
		       !budget_expired(check->budget))
			judge_element(judging, &element);
		free(judging->sights);
	} else if (needed > judging->bytes_needed) {
		judging->bytes_needed = needed;
	}
	judging->reads += gathered->reads.count + gathered->question_count;
	gather_release(gathered);
}

/* Why nothing more can be said, or NULL. */
static const char *why_unknown(const struct judging *judging)
{
	const struct figures *figures = &judging->figures;
	struct arena *arena = judging->account.check->arena;

	if (judging->bytes_needed > 0)
		return arena_printf(
			arena,
			"what the reads of a set show takes %" PRIu64
			" bytes to judge, more than allowed",
			judging->bytes_needed);
	if (budget_expired(judging->account.check->budget))
		return "the time was over before all elements were judged";
	if (figures->undecided > 0)
		return arena_printf(arena,
				    "%" PRIu64 " elements took more work than "
				    "allowed",
				    figures->undecided);
	if (judging->reads == 0)
		return "no read succeeded";
	if (figures->acknowledged == 0)
		return "no addition was acknowledged";
	if (figures->stable == 0)
		return "no read looked for what had been added";
	return NULL;
}

static void conclude(struct judging *judging)
{
	const struct figures *figures = &judging->figures;
	struct arena *arena = judging->account.check->arena;
	const char *why = why_unknown(judging);

	figure_add_int(&judging->account.verdict->figures, arena, "reads",
		       (int64_t)judging->reads);
	figures_write(&judging->figures, &judging->account);
	if (why) {
		account_close(&judging->account, VERDICT_UNKNOWN, why);
		return;
	}
	why = arena_printf(arena,
			   "%" PRIu64 " of %" PRIu64 " acknowledged elements "
			   "are where they should be",
			   figures->stable > figures->acknowledged
				   ? figures->acknowledged
				   : figures->stable,
			   figures->acknowledged);
	if (figures->never_read > 0)
		why = arena_printf(arena,
				   "%s; nobody looked for %" PRIu64 " of them",
				   why, figures->never_read);
	if (figures->stale > 0)
		why = arena_printf(arena, "%s; %" PRIu64 " showed up late", why,
				   figures->stale);
	account_close(&judging->account, VERDICT_VALID, why);
}

static int set_check(const struct check *check, struct verdict *verdict,
		     struct error *err)
{
	struct judging judging = {
		.account = { .check = check, .verdict = verdict },
		.strict = options_bool(check->options, "linearizable"),
	};
	struct history_keys keys;

	(void)err;
	if (account_has_stranger(&judging.account))
		return 0;
	history_keys_init(&keys, check->history);
	judging.account.has_keys = keys.count > 1;
	for (size_t group = 0; group < keys.count; group++) {
		judging.account.key = keys.keys[group];
		judge_group(&judging, keys.ops + keys.starts[group],
			    keys.starts[group + 1] - keys.starts[group]);
	}
	history_keys_release(&keys);
	conclude(&judging);
	figures_release(&judging.figures);
	return 0;
}

static const struct option set_options[] = {
	{ "linearizable", OPTION_BOOL, "true",
	  "reads must show all that is known as they begin; otherwise what is "
	  "seen last must",
	  NULL },
	{ .name = NULL },
};

const struct checker checker_set = {
	.name = "set",
	.summary = "what is added to a set stays, what is removed stays away",
	.options = set_options,
	.check = set_check,
};
