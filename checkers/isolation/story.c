/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/story.h"

#include <inttypes.h>
#include <stdarg.h>

#include "checkers/isolation/lineage.h"
#include "checkers/isolation/reason.h"
#include "checkers/isolation/sentence.h"
#include "checkers/isolation/words.h"

/* What stories need at hand. `names` are the transactions of a cycle in
 * order: the first is T1. */
struct teller {
	const struct analysis *analysis;
	const struct view *view;
	const struct finding *finding;
	struct anomaly *anomaly;
	struct arena *arena;
	char *story;
};

static void say(struct teller *teller, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct teller *teller, const char *format, ...)
{
	va_list args;
	const char *more;

	va_start(args, format);
	more = arena_vprintf(teller->arena, format, args);
	va_end(args);
	teller->story = arena_printf(teller->arena, "%s%s",
				     teller->story ? teller->story : "", more);
}

static uint32_t number_in_cycle(const struct finding *finding, uint32_t op)
{
	for (uint32_t i = 0; i < finding->step_count; i++) {
		if (finding->steps[i].from == op)
			return i + 1;
	}
	return 0;
}

static bool is_register(const struct view *view, uint32_t key)
{
	return key != NONE && view->key_kinds[key] == KEY_REGISTER;
}

static bool is_list(const struct teller *teller, const struct reason *reason)
{
	return reason->key != NONE &&
	       teller->view->key_kinds[reason->key] == KEY_LIST;
}

/* The read that tells the order of a list's versions, or NONE: the longest
 * one, unless it is enough that nobody saw an append. */
static uint32_t shown_by(const struct teller *teller,
			 const struct reason *reason)
{
	const struct lists *lists = &teller->analysis->lists;

	if (!is_list(teller, reason) ||
	    (lists->place[reason->to] == PLACE_NONE &&
	     !view_writes(teller->view, reason->from)))
		return NONE;
	return lists->longest[reason->key];
}

/* " (operation 7 shows that: read x = [1,2])". */
static const char *as_shown(const struct teller *teller,
			    const struct reason *reason)
{
	const struct view *view = teller->view;
	struct arena *arena = teller->arena;
	uint32_t read = shown_by(teller, reason), member;
	const char *who;

	if (read == NONE)
		return is_list(teller, reason) ?
			       " (no read shows it, so it came after all that"
			       " was read)" :
			       "";
	member = number_in_cycle(teller->finding, view->owner[read]);
	who = member > 0 ?
		      arena_printf(arena, "T%u", member) :
		      arena_printf(arena, "operation %" PRIu64,
				   words_index(view, view->owner[read]));
	if (teller->analysis->lists.place[reason->to] == PLACE_NONE)
		return arena_printf(arena,
				    ", which no read shows, so that it came"
				    " later than what %s saw: %s",
				    who, words_access(view, read, arena));
	return arena_printf(arena, " (%s shows that: %s)", who,
			    words_access(view, read, arena));
}

/* Of writes: "T1 did append 1 to x, and the next change ...". */
static const char *because_ww(const struct teller *teller,
			      const struct step *step,
			      const struct reason *reason, uint32_t a,
			      uint32_t b)
{
	const struct view *view = teller->view;
	struct arena *arena = teller->arena;

	if (step->via)
		return arena_printf(arena,
				    "operation %" PRIu64
				    " (%s) knew of T%u's write and saw T%u's,"
				    " which must be the later one",
				    words_index(view,
						view->owner[step->via - 1]),
				    words_access(view, step->via - 1, arena),
				    a, b);
	if (reason->key == NONE)
		return arena_printf(arena,
				    "T%u's unseen append is taken to have"
				    " come before T%u's",
				    a, b);
	return arena_printf(arena,
			    is_register(view, reason->key) ?
				    "T%u did %s, which must have come before"
				    " T%u's %s%s" :
				    "T%u did %s, and the next change of it is"
				    " T%u's %s%s",
			    a, words_access(view, reason->from, arena), b,
			    words_access(view, reason->to, arena),
			    as_shown(teller, reason));
}

/* Of the order of processes and of real time. */
static const char *because_order(const struct teller *teller,
				 const struct step *step, uint32_t a,
				 uint32_t b)
{
	const struct history *history = teller->view->history;
	const struct op *first = &history->ops[step->from];

	if (step->kind == EDGE_PROCESS)
		return arena_printf(teller->arena,
				    "process %" PRId32 " did T%u before T%u",
				    first->process, a, b);
	return arena_printf(teller->arena,
			    "T%u had completed (entry %" PRIu64
			    ") when T%u was invoked (entry %" PRIu64 ")",
			    a, history_index(history, first->complete), b,
			    words_index(teller->view, step->to));
}

/* Why the one comes before the other, in words. */
static const char *because(const struct teller *teller,
			   const struct step *step,
			   const struct reason *reason)
{
	const struct view *view = teller->view;
	struct arena *arena = teller->arena;
	uint32_t a = number_in_cycle(teller->finding, step->from);
	uint32_t b = number_in_cycle(teller->finding, step->to);

	if (step->kind == EDGE_WW)
		return because_ww(teller, step, reason, a, b);
	if (step->kind == EDGE_PROCESS || step->kind == EDGE_REALTIME)
		return because_order(teller, step, a, b);
	if (reason->key == NONE)
		return "of what they read";
	if (step->kind == EDGE_WR)
		return arena_printf(arena, "T%u did %s, and T%u saw that: %s",
				    a, words_access(view, reason->from, arena),
				    b, words_access(view, reason->to, arena));
	if (view->key_kinds[reason->key] == KEY_SET)
		return arena_printf(arena,
				    "T%u did %s, which does not show T%u's %s",
				    a, words_access(view, reason->from, arena),
				    b, words_access(view, reason->to, arena));
	if (teller->finding->shows != NONE)
		return arena_printf(arena, "T%u did %s, which is older than"
					   " T%u's %s%s",
				    a, words_access(view, reason->from, arena),
				    b, words_access(view, reason->to, arena),
				    as_shown(teller, reason));
	return arena_printf(arena,
			    is_register(view, reason->key) ?
				    "T%u did %s, and only after that version"
				    " came T%u's %s%s" :
				    "T%u did %s, and so did not see T%u's %s,"
				    " which comes next%s",
			    a, words_access(view, reason->from, arena), b,
			    words_access(view, reason->to, arena),
			    as_shown(teller, reason));
}

static void add_edge_figure(const struct teller *teller, struct figure *list,
			    const struct step *step,
			    const struct reason *reason, const char *why)
{
	const struct view *view = teller->view;
	struct arena *arena = teller->arena;
	struct figure *edge = figure_add_group(list, arena, NULL);

	figure_add_int(edge, arena, "from",
		       (int64_t)words_index(view, step->from));
	figure_add_int(edge, arena, "to",
		       (int64_t)words_index(view, step->to));
	figure_add_text(edge, arena, "type",
			edge_kind_name((enum edge_kind)step->kind));
	if (reason->key != NONE)
		figure_add_text(edge, arena, "key",
				words_key(view, reason->key, arena));
	figure_add_text(edge, arena, "because", why);
}

/* The read that shows an order is evidence too, once. */
static void add_proof(struct teller *teller, uint32_t read)
{
	const struct evidence *known = teller->anomaly->evidence;

	if (read == NONE ||
	    number_in_cycle(teller->finding, teller->view->owner[read]))
		return;
	for (size_t i = 0; i < teller->anomaly->evidence_count; i++) {
		if (known[i].op == teller->view->owner[read])
			return;
	}
	anomaly_add_evidence(teller->anomaly, teller->arena,
			     teller->view->owner[read], "shows the order: %s",
			     words_access(teller->view, read, teller->arena));
}

static void tell_cycle(struct teller *teller)
{
	const struct finding *finding = teller->finding;
	struct figure *list = figure_add_list(&teller->anomaly->figures,
					      teller->arena, "cycle");

	for (uint32_t i = 0; i < finding->step_count; i++)
		say(teller, "T%u is %s\n", i + 1,
		    words_txn(teller->view, finding->steps[i].from,
			      teller->arena));
	for (uint32_t i = 0; i < finding->step_count; i++) {
		const struct step *step = &finding->steps[i];
		bool is_last = i + 1 == finding->step_count;
		struct reason reason;
		const char *why;

		if (step->kind == EDGE_RW && finding->shows != NONE)
			reason = (struct reason){ finding->key, finding->shows,
						  finding->culprit };
		else
			reason_find(teller->analysis, step, NONE, &reason);
		why = because(teller, step, &reason);
		say(teller, "%s T%u < T%u (%s), because %s%s\n",
		    is_last ? "but" : "   ", i + 1,
		    is_last ? 1 : i + 2,
		    edge_kind_name((enum edge_kind)step->kind), why,
		    is_last ? ": a contradiction" : "");
		add_edge_figure(teller, list, step, &reason, why);
		anomaly_add_evidence(teller->anomaly, teller->arena,
				     step->from, "T%u: %s", i + 1, why);
		add_proof(teller, shown_by(teller, &reason));
		if (step->via)
			anomaly_add_evidence(teller->anomaly, teller->arena,
					     teller->view->owner[step->via - 1],
					     "read what tells that T%u came"
					     " before T%u",
					     i + 1, is_last ? 1 : i + 2);
	}
}

/* The read that shows the order of a list's versions, for what is not seen in
 * two transactions alone. */
static void add_order(struct teller *teller)
{
	const struct finding *finding = teller->finding;
	uint32_t key;

	if (finding->name <= A_NON_REPEATABLE_READ || finding->culprit == NONE)
		return;
	key = teller->view->key_of[finding->culprit];
	if (teller->view->key_kinds[key] == KEY_LIST)
		add_proof(teller, teller->analysis->lists.longest[key]);
}

static void tell_actions(struct teller *teller)
{
	const struct finding *finding = teller->finding;
	const struct view *view = teller->view;
	const uint32_t actions[] = { finding->culprit, finding->witness,
				     finding->shows };
	uint32_t told[3], count = 0;

	for (size_t i = 0; i < 3; i++) {
		bool is_new = actions[i] != NONE;
		uint32_t op = is_new ? view->owner[actions[i]] : NONE;

		for (uint32_t j = 0; is_new && j < count; j++)
			is_new = told[j] != op;
		if (!is_new)
			continue;
		told[count++] = op;
		say(teller, "%s\n", words_txn(view, op, teller->arena));
	}
	for (size_t i = 0; i < 3; i++) {
		if (actions[i] != NONE)
			anomaly_add_evidence(teller->anomaly, teller->arena,
					     view->owner[actions[i]], "%s",
					     words_access(view, actions[i],
							  teller->arena));
	}
	add_order(teller);
	if (finding->key != NONE)
		figure_add_text(&teller->anomaly->figures, teller->arena,
				"key",
				words_key(view, finding->key, teller->arena));
}

/* Appends the chain from one operation to another; false if there is none. */
static bool add_chain(const struct teller *teller, struct finding *circle,
		      uint32_t from, uint32_t to)
{
	size_t count, before = circle->step_count;
	const struct step *chain = lineage_find(teller->analysis, from, to,
						&count, teller->arena);
	struct step *steps;

	if (!chain)
		return false;
	steps = arena_array(teller->arena, before + count, sizeof(*steps));
	for (size_t i = 0; i < before + count; i++)
		steps[i] = i < before ? circle->steps[i] : chain[i - before];
	circle->steps = steps;
	circle->step_count = before + count;
	return true;
}

/* Of a write that had happened before the read that missed it: the circle that
 * the chain from the one to the other closes, by way of the witness if there is
 * one. False if there is no chain. */
static bool tell_chain(struct teller *teller)
{
	const struct finding *finding = teller->finding;
	const struct view *view = teller->view;
	uint32_t reader = view->owner[finding->shows];
	uint32_t writer = view->owner[finding->culprit], via = writer;
	struct step first = { reader, writer, EDGE_RW, 0 };
	struct finding circle = *finding;

	circle.steps = &first;
	circle.step_count = 1;
	if (finding->witness != NONE) {
		via = view->owner[finding->witness];
		if (!add_chain(teller, &circle, writer, via))
			return false;
	}
	if (!add_chain(teller, &circle, via, reader))
		return false;
	teller->finding = &circle;
	tell_cycle(teller);
	teller->finding = finding;
	return true;
}

static bool has_chain(const struct view *view, const struct finding *finding)
{
	return (finding->name == A_CAUSALITY ||
		finding->name == A_CAUSAL_CYCLE ||
		finding->name == A_WRITES_FOLLOW_READS) &&
	       finding->shows != NONE && finding->culprit != NONE &&
	       !view_writes(view, finding->shows);
}

void story_tell(const struct analysis *analysis, const struct finding *finding,
		struct verdict *verdict, struct arena *arena)
{
	struct teller teller = {
		.analysis = analysis,
		.view = &analysis->view,
		.finding = finding,
		.arena = arena,
	};

	teller.anomaly = verdict_add_anomaly(
		verdict, arena, anomaly_text(finding->name), "%s",
		sentence_of(analysis, finding, arena));
	if (finding->step_count > 0)
		tell_cycle(&teller);
	else if (!has_chain(teller.view, finding) || !tell_chain(&teller))
		tell_actions(&teller);
	teller.anomaly->story = teller.story;
}
