/* SPDX-License-Identifier: MIT */
/*
 * convergence: when there is no more work and no more fault, and after the
 * time that the workload leaves them, do all replicas show the same, and has
 * nothing that was acknowledged been lost?
 *
 * The reads of the final phase are judged, key by key. All must return the
 * same value, whichever node answered. By the rule "last-write" that value
 * must be of a write which no acknowledged write of the key follows in real
 * time (of concurrent writes either may win, and an indeterminate one may take
 * effect at any time); by the rule "any" it may be of any write, as where
 * clocks that differ decide. In both, the initial value is a loss if a write
 * was acknowledged. Where several writes wrote the value, one that may is
 * enough.
 */
#include "checkers/convergence.h"

#include <inttypes.h>

#include "checkers/moment.h"

static bool is_write(const struct convergence *c, uint32_t number)
{
	uint16_t verb = action_at(c, number)->verb;

	return verb == VERB_WRITE || verb == VERB_CAS;
}

static bool is_final_read(const struct convergence *c, uint32_t number)
{
	return number >= c->final_op &&
	       op_at(c, number)->outcome == OUTCOME_OK &&
	       action_at(c, number)->verb == VERB_READ;
}

/* May a write that `last` follows in real time be what is left? */
static bool may_win(const struct convergence *c, uint32_t write)
{
	const struct op *op = op_at(c, write);

	return c->any_wins || op->outcome != OUTCOME_OK || write == c->last ||
	       c->last == HISTORY_NONE ||
	       op_at(c, c->last)->invoke < op->complete;
}

static void judge_shown(struct convergence *c, const struct shown *shown)
{
	uint32_t writer = HISTORY_NONE;
	uint32_t refused = HISTORY_NONE;

	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t number = c->ops[i];

		if (!is_write(c, number) ||
		    !value_equal(action_at(c, number)->arg, shown->value))
			continue;
		if (op_at(c, number)->outcome == OUTCOME_FAIL) {
			refused = number;
			continue;
		}
		if (may_win(c, number))
			return;
		writer = number;
	}
	if (writer != HISTORY_NONE)
		tell_lost(c, shown, writer);
	else if (!value_is_nil(shown->value))
		tell_unwritten(c, shown, refused);
	else if (c->last != HISTORY_NONE)
		tell_lost(c, shown, HISTORY_NONE);
}

static void note_shown(struct convergence *c, uint32_t read)
{
	struct value value = action_at(c, read)->result;

	for (size_t i = 0; i < c->shown_count; i++) {
		if (value_equal(c->shown[i].value, value))
			return;
	}
	if (c->shown_count < VALUES_MAX)
		c->shown[c->shown_count++] = (struct shown){ value, read };
}

/* How long after the last write of the key somebody still saw another value
 * than the one on which all agreed. */
static void note_delay(struct convergence *c)
{
	int64_t written_ns = -1;
	int64_t stale_ns = -1;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct op *op = op_at(c, c->ops[i]);

		if (op->outcome != OUTCOME_OK)
			continue;
		if (is_write(c, c->ops[i]))
			written_ns = op->complete_ns > written_ns ?
					     op->complete_ns :
					     written_ns;
		else if (!value_equal(action_at(c, c->ops[i])->result,
				      c->shown[0].value))
			stale_ns = op->invoke_ns;
	}
	if (written_ns >= 0 && stale_ns - written_ns > c->worst_ns)
		c->worst_ns = stale_ns - written_ns;
}

static void judge_key(struct convergence *c, size_t group)
{
	uint32_t start = c->keys->starts[group];

	c->ops = c->keys->ops + start;
	c->count = c->keys->starts[group + 1] - start;
	c->key = c->keys->keys[group];
	c->shown_count = 0;
	c->last = HISTORY_NONE;
	for (uint32_t i = 0; i < c->count; i++) {
		if (is_final_read(c, c->ops[i])) {
			note_shown(c, c->ops[i]);
			c->reads++;
		} else if (is_write(c, c->ops[i]) &&
			   op_at(c, c->ops[i])->outcome == OUTCOME_OK) {
			c->last = c->ops[i];
		}
	}
	if (c->shown_count == 0)
		return;
	c->keys_read++;
	if (c->shown_count > 1)
		tell_divergence(c);
	else
		note_delay(c);
	for (size_t i = 0; i < c->shown_count; i++)
		judge_shown(c, &c->shown[i]);
}

static void note_node(struct convergence *c, uint32_t number)
{
	struct value node = op_at(c, number)->node;
	size_t i = 0;

	while (i < c->node_count && !value_equal(c->nodes[i].node, node))
		i++;
	if (i == NODES_MAX)
		return;
	if (i == c->node_count)
		c->nodes[c->node_count++] = (struct node_seen){ .node = node };
	c->nodes[i].is_read |= is_final_read(c, number);
}

/* NULL, or why it cannot be judged. */
static const char *look_over(struct convergence *c)
{
	const struct history *history = c->check->history;
	bool has_final = false;

	c->final_op = HISTORY_NONE;
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct moment moment;

		if (op_is_client(op)) {
			if (op->action_count != 1 ||
			    (action_at(c, i)->verb != VERB_READ &&
			     !is_write(c, i)))
				return "this is about single reads and writes "
				       "of registers";
			note_node(c, i);
			continue;
		}
		moment_read(history, op, &moment);
		if (moment.kind == MOMENT_PHASE &&
		    moment.phase == PHASE_FINAL && !has_final) {
			has_final = true;
			c->final_op = i;
		}
	}
	return has_final ? NULL :
			   "the record has no final phase: nobody looked at "
			   "what is left at the end";
}

static void conclude(struct convergence *c)
{
	struct arena *arena = c->check->arena;
	struct verdict *verdict = c->verdict;
	struct figure *figures = &verdict->figures;

	figure_add_int(figures, arena, "keys", (int64_t)c->keys->count);
	figure_add_int(figures, arena, "keys-read-at-the-end",
		       (int64_t)c->keys_read);
	figure_add_int(figures, arena, "reads", (int64_t)c->reads);
	figure_add_int(figures, arena, "nodes", (int64_t)c->node_count);
	for (size_t i = 0; i < WRONG_KINDS; i++)
		figure_add_int(figures, arena, wrong_name((enum wrong)i),
			       (int64_t)c->counts[i]);
	figure_add_real(figures, arena, "last-disagreement-ms",
			(double)c->worst_ns / 1e6);
	if (verdict->kind == VERDICT_INVALID)
		return;
	for (size_t i = 0; i < c->node_count; i++) {
		const char *name =
			moment_text(c->check->history, c->nodes[i].node);

		if (!c->nodes[i].is_read || c->node_count == 1) {
			verdict_set(verdict, arena, VERDICT_UNKNOWN,
				    c->node_count == 1 ?
					    "only one node answered (%s): "
					    "there is nothing to compare" :
					    "no read through %s succeeded in "
					    "the final phase",
				    name ? name : "not named");
			return;
		}
	}
	if (c->keys_read == 0)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "no read succeeded in the final phase");
	else
		verdict_set(verdict, arena, VERDICT_VALID,
			    "at the end all %zu nodes show the same of "
			    "%" PRIu64 " keys, and nothing acknowledged is "
			    "lost",
			    c->node_count, c->keys_read);
}

static int convergence_check(const struct check *check, struct verdict *verdict,
			     struct error *err)
{
	struct history_keys keys;
	struct convergence *c = arena_alloc(check->arena, sizeof(*c));
	const char *misfit;

	(void)err;
	*c = (struct convergence){
		.check = check,
		.verdict = verdict,
		.keys = &keys,
		.any_wins = options_is(check->options, "rule", "any"),
	};
	misfit = look_over(c);
	if (misfit) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
		return 0;
	}
	history_keys_init(&keys, check->history);
	for (size_t i = 0; i < keys.count; i++)
		judge_key(c, i);
	conclude(c);
	history_keys_release(&keys);
	return 0;
}

static const char *const rule_choices[] = { "last-write", "any", NULL };

static const struct option convergence_options[] = {
	{ "rule", OPTION_CHOICE, "last-write",
	  "which write may be left at the end: one that no other follows; any",
	  rule_choices },
	{ 0 },
};

const struct checker checker_convergence = {
	.name = "convergence",
	.summary = "at the end all nodes show the same, and nothing "
		   "acknowledged is lost",
	.options = convergence_options,
	.check = convergence_check,
};
