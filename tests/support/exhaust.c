/* SPDX-License-Identifier: MIT */
#include "tests/support/exhaust.h"

#include "harness/core/rng.h"

/* Returns after everything else: open. */
#define NEVER_RETURNS 15

/* An operation's place: it is invoked in round `from`, before any return of
 * that round, and returns in round `to`. */
struct place {
	int from;
	int to;
};

struct exhausting {
	const struct exhaust_object *object;
	exhaust_visit visit;
	void *context;
	struct rng rng;
	uint64_t count;
	int ops;
	int rounds;
	struct place places[EXHAUST_OPS_MAX];
	const struct exhaust_label *labels[EXHAUST_OPS_MAX];
};

/* Something begins, and something returns, in each round; else two of them
 * were one. */
static bool is_tight(const struct exhausting *exhausting)
{
	unsigned begun = 0;
	unsigned ended = 0;

	for (int i = 0; i < exhausting->ops; i++) {
		begun |= 1u << exhausting->places[i].from;
		ended |= 1u << exhausting->places[i].to;
	}
	ended &= ~(1u << NEVER_RETURNS);
	return begun == (1u << exhausting->rounds) - 1 &&
	       ended == (1u << exhausting->rounds) - 1;
}

static bool is_update(const struct exhaust_label *label)
{
	return label->arg != NIL && label->verb != VERB_CONTAINS;
}

/* The first `count` operations do. */
static bool keeps_values_apart(const struct exhausting *exhausting, int count)
{
	enum exhaust_rule rule = exhausting->object->rule;
	unsigned seen = 0;
	int64_t next = 1;

	if (rule != EXHAUST_DISTINCT && rule != EXHAUST_IN_TURN)
		return true;
	for (int i = 0; i < count; i++) {
		const struct exhaust_label *label = exhausting->labels[i];

		if (!is_update(label))
			continue;
		if (seen >> label->arg & 1)
			return false;
		seen |= 1u << label->arg;
		if (rule == EXHAUST_IN_TURN && label->arg != next++)
			return false;
	}
	return true;
}

static bool is_put_in(const struct exhausting *exhausting, int64_t value)
{
	for (int i = 0; i < exhausting->ops; i++) {
		if (exhausting->labels[i]->arg == value)
			return true;
	}
	return false;
}

static bool is_founded(const struct exhausting *exhausting)
{
	if (!exhausting->object->is_container ||
	    exhausting->ops < EXHAUST_FOUNDED_OPS)
		return true;
	for (int i = 0; i < exhausting->ops; i++) {
		int64_t result = exhausting->labels[i]->result;

		if (result != NIL && !is_put_in(exhausting, result))
			return false;
	}
	return true;
}

static bool keeps_processes_apart(const struct exhausting *exhausting)
{
	int32_t known = 0;

	for (int i = 0; i < exhausting->ops; i++) {
		int32_t process = exhausting->labels[i]->process;

		if (process > known)
			return false;
		known += process == known;
		for (int j = 0; j < i; j++) {
			if (exhausting->labels[j]->process == process &&
			    exhausting->places[j].to >=
				    exhausting->places[i].from)
				return false;
		}
	}
	return true;
}

static int32_t process_of(const struct exhausting *exhausting, int op)
{
	return exhausting->object->rule == EXHAUST_PROCESSES ?
		       exhausting->labels[op]->process : op;
}

static void complete(struct exhausting *exhausting, struct builder *builder,
		     int op)
{
	const struct exhaust_label *label = exhausting->labels[op];
	struct values *values = builder->history->values;
	struct value list = value_empty_list();
	int32_t process = process_of(exhausting, op);

	if (exhausting->object->reads_lists && label->verb == VERB_READ) {
		for (int64_t unit = 100; unit > 0; unit /= 10) {
			if (label->result / unit % 10)
				list = value_append(
					values, list,
					value_int(values,
						  label->result / unit % 10));
		}
		build_ok_value(builder, process, list);
	} else if (exhausting->object->is_truth && label->result != NIL) {
		build_ok_value(builder, process,
			       value_bool(label->result != 0));
	} else {
		build_ok(builder, process, label->result);
	}
}

/* The operations in a random order. */
static void shuffle(struct exhausting *exhausting, int *order)
{
	for (int i = 0; i < exhausting->ops; i++) {
		int other = (int)rng_below(&exhausting->rng, (uint64_t)i + 1);

		order[i] = order[other];
		order[other] = i;
	}
}

static void build(struct exhausting *exhausting, struct builder *builder)
{
	int order[EXHAUST_OPS_MAX] = { 0 };

	shuffle(exhausting, order);
	for (int round = 0; round < exhausting->rounds; round++) {
		for (int i = 0; i < exhausting->ops; i++) {
			int op = order[i];
			const struct exhaust_label *label =
				exhausting->labels[op];

			if (exhausting->places[op].from != round)
				continue;
			if (label->verb == VERB_CAS)
				build_invoke_cas(builder,
						 process_of(exhausting, op),
						 label->expected, label->arg);
			else
				build_invoke(builder,
					     process_of(exhausting, op),
					     label->verb, label->arg);
		}
		for (int i = exhausting->ops - 1; i >= 0; i--) {
			if (exhausting->places[order[i]].to == round)
				complete(exhausting, builder, order[i]);
		}
	}
}

static void visit(struct exhausting *exhausting)
{
	struct builder builder;

	if (!is_founded(exhausting))
		return;
	if (exhausting->object->rule == EXHAUST_PROCESSES &&
	    !keeps_processes_apart(exhausting))
		return;
	builder_init(&builder);
	build(exhausting, &builder);
	exhausting->visit(exhausting->object, builder.history,
			  exhausting->context);
	exhausting->count++;
	builder_release(&builder);
}

/* Labels from operation `op` on; the depth is EXHAUST_OPS_MAX at most. In one
 * place they ascend. */
static void choose_labels(struct exhausting *exhausting, int op)
{
	const struct exhaust_label *label = exhausting->object->labels;
	const struct place *place = &exhausting->places[op];

	if (op == exhausting->ops) {
		visit(exhausting);
		return;
	}
	if (op && place[-1].from == place->from && place[-1].to == place->to)
		label = exhausting->labels[op - 1];
	for (; label->verb != VERB_NONE; label++) {
		if (label->is_open != (place->to == NEVER_RETURNS))
			continue;
		exhausting->labels[op] = label;
		if (keeps_values_apart(exhausting, op + 1))
			choose_labels(exhausting, op + 1);
	}
}

/* Places from operation `op` on, in order; as deep. */
static void choose_places(struct exhausting *exhausting, int op,
			  struct place least)
{
	if (op == exhausting->ops) {
		if (is_tight(exhausting))
			choose_labels(exhausting, 0);
		return;
	}
	for (int from = least.from; from < exhausting->rounds; from++) {
		int to = from == least.from ? least.to : from;

		for (; to <= NEVER_RETURNS; to++) {
			if (to >= exhausting->rounds && to != NEVER_RETURNS)
				continue;
			exhausting->places[op] = (struct place){ from, to };
			choose_places(exhausting, op + 1,
				      exhausting->places[op]);
		}
	}
}

uint64_t exhaust(const struct exhaust_object *object, int ops,
		 exhaust_visit visit_one, void *context)
{
	struct exhausting exhausting = { .object = object, .ops = ops,
					 .visit = visit_one,
					 .context = context };

	rng_init(&exhausting.rng, 1, object->name, (uint64_t)ops);
	for (int rounds = 1; rounds <= ops; rounds++) {
		exhausting.rounds = rounds;
		choose_places(&exhausting, 0, (struct place){ 0, 0 });
	}
	return exhausting.count;
}
