/* SPDX-License-Identifier: MIT */
/*
 * replicated: counters, sets, registers and maps that each node may change by
 * itself, and that are merged later. What is judged stands in replicated.h.
 */
#include "checkers/replicated/replicated.h"

#include <inttypes.h>
#include <stdarg.h>

#include "checkers/moment.h"

#define TOLD_MAX 5 /* anomalies of each kind */

static const char *const wrong_names[WRONG_COUNT] = {
	[DIVERGENCE] = "divergence",
	[LOST_ELEMENT] = "lost-element",
	[RESURRECTED_ELEMENT] = "resurrected-element",
	[PHANTOM_ELEMENT] = "phantom-element",
	[LOST_WRITE] = "lost-write",
	[STALE_READ] = "stale-read",
	[GARBAGE_READ] = "garbage-read",
	[LOST_INCREMENT] = "lost-increment",
	[OVERCOUNT] = "overcount",
	[LOST_SIBLING] = "lost-sibling",
	[DOMINATED_SIBLING] = "dominated-sibling",
	[FALSE_VECTOR] = "false-vector",
};

static const char *const type_names[TYPE_COUNT + 1] = {
	[TYPE_AUTO] = "auto",
	[TYPE_G_COUNTER] = "g-counter",
	[TYPE_PN_COUNTER] = "pn-counter",
	[TYPE_G_SET] = "g-set",
	[TYPE_2P_SET] = "2p-set",
	[TYPE_OR_SET] = "or-set",
	[TYPE_LWW_REGISTER] = "lww-register",
	[TYPE_MV_REGISTER] = "mv-register",
	[TYPE_LWW_MAP] = "lww-map",
	[TYPE_OR_MAP] = "or-map",
};

const char *text_of(const struct replicated *r, struct value value)
{
	return value_text(r->check->history->values, value, r->check->arena);
}

struct anomaly *accuse(struct replicated *r, const struct place *place,
		       enum wrong wrong, const char *format, ...)
{
	const char *text;
	va_list args;

	if (r->counts[wrong]++ >= TOLD_MAX)
		return NULL;
	va_start(args, format);
	text = arena_vprintf(r->check->arena, format, args);
	va_end(args);
	if (value_is_nil(place->key))
		return verdict_add_anomaly(r->verdict, r->check->arena,
					   wrong_names[wrong], "%s", text);
	return verdict_add_anomaly(r->verdict, r->check->arena,
				   wrong_names[wrong], "key %s: %s",
				   text_of(r, place->key), text);
}

void accuse_add(struct replicated *r, struct anomaly *anomaly,
		const struct place *place, uint32_t event, const char *format,
		...)
{
	va_list args;

	if (!anomaly)
		return;
	va_start(args, format);
	anomaly_add_evidence(anomaly, r->check->arena, place->events[event].op,
			     "%s",
			     arena_vprintf(r->check->arena, format, args));
	va_end(args);
}

bool spend(struct replicated *r, uint64_t steps)
{
	r->steps += steps;
	return r->steps <= r->check->budget->states_max &&
	       !budget_expired(r->check->budget);
}

static void note_node(struct replicated *r, const struct op *op, bool is_read)
{
	size_t i = 0;

	while (i < r->node_count && !value_equal(r->nodes[i].node, op->node))
		i++;
	if (i == NODES_MAX)
		return;
	if (i == r->node_count)
		r->nodes[r->node_count++] =
			(struct node_seen){ .node = op->node };
	r->nodes[i].is_read |= is_read;
}

/* Which verbs there are, as bits. */
static uint64_t look_over(struct replicated *r)
{
	const struct history *history = r->check->history;
	uint64_t verbs = 0;

	r->final_op = HISTORY_NONE;
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct moment moment;

		if (op_is_client(op)) {
			bool is_plain = op->action_count == 1 &&
					action_at(r, i)->verb < VERB_COUNT;
			uint16_t verb =
				is_plain ? action_at(r, i)->verb : VERB_NONE;

			verbs |= UINT64_C(1) << verb;
			note_node(r, op,
				  i >= r->final_op && verb == VERB_READ &&
					  op->outcome == OUTCOME_OK);
			continue;
		}
		moment_read(history, op, &moment);
		if (moment.kind == MOMENT_PHASE &&
		    moment.phase == PHASE_FINAL && r->final_op == HISTORY_NONE)
			r->final_op = i;
	}
	return verbs;
}

/* Registers and maps are told apart by what reads show. */
static enum replicated_type type_by_reads(const struct replicated *r,
					  bool has_removals)
{
	const struct history *history = r->check->history;
	enum replicated_type type = TYPE_LWW_REGISTER;

	for (uint32_t i = 0; i < history->op_count; i++) {
		enum value_kind kind;

		if (!op_is_client(&history->ops[i]) ||
		    action_at(r, i)->verb != VERB_READ)
			continue;
		kind = value_kind(history->values, action_at(r, i)->result);
		if (kind == VALUE_MAP)
			return TYPE_OR_MAP;
		if (kind == VALUE_LIST)
			type = TYPE_MV_REGISTER;
	}
	return has_removals ? TYPE_OR_MAP : type;
}

#define BIT(verb) (UINT64_C(1) << VERB_##verb)

static enum replicated_type type_of(const struct replicated *r, uint64_t verbs)
{
	if (verbs & BIT(DECREMENT))
		return TYPE_PN_COUNTER;
	if (verbs & BIT(INCREMENT))
		return TYPE_G_COUNTER;
	if (verbs & BIT(ADD))
		return verbs & BIT(REMOVE) ? TYPE_OR_SET : TYPE_G_SET;
	return type_by_reads(r, verbs & BIT(REMOVE));
}

/* What a type's updates may be. */
static uint64_t verbs_of(enum replicated_type type)
{
	switch (type) {
	case TYPE_G_COUNTER:
		return BIT(READ) | BIT(INCREMENT);
	case TYPE_PN_COUNTER:
		return BIT(READ) | BIT(INCREMENT) | BIT(DECREMENT);
	case TYPE_G_SET:
		return BIT(READ) | BIT(ADD);
	case TYPE_2P_SET:
	case TYPE_OR_SET:
		return BIT(READ) | BIT(ADD) | BIT(REMOVE);
	case TYPE_LWW_REGISTER:
	case TYPE_MV_REGISTER:
		return BIT(READ) | BIT(WRITE);
	default:
		return BIT(READ) | BIT(WRITE) | BIT(REMOVE);
	}
}

static void judge_key(struct replicated *r, struct value key,
		      const uint32_t *ops, uint32_t count)
{
	struct place place;

	r->keys++;
	r->steps = 0;
	if (place_init(r, &place, key, ops, count)) {
		if (r->type <= TYPE_PN_COUNTER)
			judge_counter(r, &place);
		else if (r->type == TYPE_MV_REGISTER)
			judge_siblings(r, &place);
		else
			judge_elements(r, &place);
		judge_agreement(r, &place);
		r->undecided += !spend(r, 0);
	} else {
		r->undecided++;
	}
	arena_release(&r->arena);
}

static void conclude(struct replicated *r)
{
	struct arena *arena = r->check->arena;
	struct verdict *verdict = r->verdict;
	struct figure *figures = &verdict->figures;

	figure_add_text(figures, arena, "type", type_names[r->type]);
	figure_add_int(figures, arena, "keys", (int64_t)r->keys);
	figure_add_int(figures, arena, "reads", (int64_t)r->reads);
	figure_add_int(figures, arena, "closing-reads",
		       (int64_t)r->final_reads);
	figure_add_int(figures, arena, "nodes", (int64_t)r->node_count);
	for (size_t i = 0; i < WRONG_COUNT; i++) {
		if (r->counts[i])
			figure_add_int(figures, arena, wrong_names[i],
				       (int64_t)r->counts[i]);
	}
	if (verdict->kind == VERDICT_INVALID)
		return;
	if (r->undecided)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu64 " keys took too many steps, or hold too "
			    "large numbers",
			    r->undecided);
	else if (r->unreadable)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu64 " reads do not show what an object of "
			    "this kind (%s) does",
			    r->unreadable, type_names[r->type]);
	else if (r->final_op == HISTORY_NONE)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "the record has no final phase: nobody looked at "
			    "what is left at the end");
	else if (r->final_reads == 0)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "no read succeeded in the final phase");
	else
		verdict_set(verdict, arena, VERDICT_VALID,
			    "all %" PRIu64 " reads show what may have been "
			    "visible to them (%s), and at the end all agree",
			    r->reads, type_names[r->type]);
}

/* Through every node somebody must have looked. */
static void miss_nodes(struct replicated *r)
{
	if (r->verdict->kind != VERDICT_VALID)
		return;
	for (size_t i = 0; i < r->node_count; i++) {
		const char *name =
			moment_text(r->check->history, r->nodes[i].node);

		if (!name || (r->nodes[i].is_read && r->node_count > 1))
			continue;
		verdict_set(r->verdict, r->check->arena, VERDICT_UNKNOWN,
			    r->node_count == 1 ?
				    "only one node answered (%s): there is "
				    "nothing to compare" :
				    "no read through %s succeeded in the "
				    "final phase",
			    name);
		return;
	}
}

static enum replicated_type type_given(const struct options *options)
{
	enum replicated_type type = TYPE_AUTO;

	while (!options_is(options, "model", type_names[type]))
		type++;
	return type;
}

static int replicated_check(const struct check *check, struct verdict *verdict,
			    struct error *err)
{
	struct replicated *r = arena_alloc(check->arena, sizeof(*r));
	struct history_keys keys;
	uint64_t verbs;

	(void)err;
	r->check = check;
	r->verdict = verdict;
	r->type = type_given(check->options);
	r->is_causal = options_is(check->options, "visibility", "causal");
	verbs = look_over(r);
	if (verbs & BIT(NONE)) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN,
			    "this is about single operations on counters, "
			    "sets, registers or maps");
		return 0;
	}
	if (r->type == TYPE_AUTO)
		r->type = type_of(r, verbs);
	if (verbs & ~verbs_of(r->type)) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN,
			    "there are operations that no %s has",
			    type_names[r->type]);
		return 0;
	}
	history_keys_init(&keys, check->history);
	for (size_t i = 0; i < keys.count; i++)
		judge_key(r, keys.keys[i], keys.ops + keys.starts[i],
			  keys.starts[i + 1] - keys.starts[i]);
	history_keys_release(&keys);
	conclude(r);
	miss_nodes(r);
	return 0;
}

static const char *const visibilities[] = { "causal", "eventual", NULL };

static const struct option replicated_options[] = {
	{ "model", OPTION_CHOICE, "auto",
	  "what the objects are; auto: as the operations suggest", type_names },
	{ "visibility", OPTION_CHOICE, "causal",
	  "what a read must have seen: its causal past; or nothing, but at the "
	  "end all",
	  visibilities },
	{ 0 },
};

const struct checker checker_replicated = {
	.name = "replicated",
	.summary = "replicated counters, sets, registers and maps: reads show "
		   "what their type allows, and agree at the end",
	.options = replicated_options,
	.check = replicated_check,
};
