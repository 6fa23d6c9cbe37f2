/* SPDX-License-Identifier: MIT */
#include "checkers/coverage/tally.h"

#include <string.h>

/* What changes while we walk. */
struct walk {
	const struct history *history;
	struct arena *arena;
	struct tally *tally;
	uint32_t *f_slots; /* 1 + the number in fs; 0: none */
	uint32_t *fault_slots;
	size_t f_capacity;
	size_t fault_capacity;
	enum phase phase;
	struct count in_flight; /* client operations; ok: those that will be */
};

/* A bigger copy of an array; the old one stays in the arena. */
static void *grow(struct arena *arena, const void *items, size_t *capacity,
		  size_t size)
{
	size_t wanted = *capacity * 2 + 8;
	void *bigger = arena_array(arena, wanted, size);

	if (*capacity)
		memcpy(bigger, items, *capacity * size);
	*capacity = wanted;
	return bigger;
}

static struct f_tally *f_of(struct walk *walk, uint16_t f)
{
	struct tally *tally = walk->tally;

	if (walk->f_slots[f])
		return &tally->fs[walk->f_slots[f] - 1];
	if (tally->f_count == walk->f_capacity)
		tally->fs = grow(walk->arena, tally->fs, &walk->f_capacity,
				 sizeof(*tally->fs));
	tally->fs[tally->f_count].f = f;
	walk->f_slots[f] = (uint32_t)tally->f_count + 1;
	return &tally->fs[tally->f_count++];
}

static struct fault_tally *fault_of(struct walk *walk, uint16_t f)
{
	struct tally *tally = walk->tally;
	struct fault_tally *fault;

	if (walk->fault_slots[f])
		return &tally->faults[walk->fault_slots[f] - 1];
	if (tally->fault_count == walk->fault_capacity)
		tally->faults =
			grow(walk->arena, tally->faults, &walk->fault_capacity,
			     sizeof(*tally->faults));
	fault = &tally->faults[tally->fault_count];
	fault->f = f;
	fault->unproven_op = HISTORY_NONE;
	walk->fault_slots[f] = (uint32_t)++tally->fault_count;
	return fault;
}

/* Adds to every fault in force; and to those that spare some node. */
static void count_during(struct walk *walk, uint64_t ok)
{
	for (size_t i = 0; i < walk->tally->fault_count; i++) {
		struct fault_tally *fault = &walk->tally->faults[i];

		if (!fault->is_in_force)
			continue;
		fault->during.ops++;
		fault->during.ok += ok;
		if (!fault->is_total) {
			fault->partial_during.ops++;
			fault->partial_during.ok += ok;
		}
	}
}

static void count_invocation(struct walk *walk, const struct op *op)
{
	struct tally *tally = walk->tally;
	struct f_tally *f = f_of(walk, op->f);
	uint64_t ok = op->outcome == OUTCOME_OK;

	tally->all.ops++;
	tally->all.ok += ok;
	tally->phases[walk->phase].ops++;
	tally->phases[walk->phase].ok += ok;
	f->phases[walk->phase].ops++;
	f->phases[walk->phase].ok += ok;
	walk->in_flight.ops++;
	walk->in_flight.ok += ok;
	count_during(walk, ok);
}

static void count_completion(struct walk *walk, const struct op *op)
{
	walk->in_flight.ops--;
	walk->in_flight.ok -= op->outcome == OUTCOME_OK;
}

static void close_injection(struct fault_tally *fault, uint32_t op,
			    enum moment_effect effect)
{
	fault->is_open = false;
	fault->effects[effect]++;
	if (effect != MOMENT_PROVEN && effect != MOMENT_SKIPPED &&
	    fault->unproven_op == HISTORY_NONE)
		fault->unproven_op = op;
}

static void end_injection(struct fault_tally *fault, uint32_t op,
			  const struct moment *moment,
			  const struct count *in_flight)
{
	if (!fault->is_open) /* its begin is not in the record */
		fault->injected++;
	close_injection(fault, op, moment->effect);
	fault->needs_heal = true;
	if (moment->effect != MOMENT_PROVEN)
		return;
	fault->is_in_force = true;
	fault->is_total = moment->is_total;
	/* What waits for an answer is hit as well: clients that all hang in a
	 * pause invoke nothing in it. */
	fault->during.ops += in_flight->ops;
	fault->during.ok += in_flight->ok;
	if (!moment->is_total) {
		fault->has_partial = true;
		fault->partial_during.ops += in_flight->ops;
		fault->partial_during.ok += in_flight->ok;
	}
}

static void count_fault(struct walk *walk, uint32_t op,
			const struct moment *moment)
{
	struct fault_tally *fault = fault_of(walk, walk->history->ops[op].f);

	switch (moment->kind) {
	case MOMENT_INJECT_BEGIN:
		if (fault->is_open)
			close_injection(fault, op, MOMENT_UNKNOWN);
		fault->injected++;
		fault->is_open = true;
		fault->needs_heal = true;
		break;
	case MOMENT_INJECT_END:
		end_injection(fault, op, moment, &walk->in_flight);
		break;
	case MOMENT_HEAL_BEGIN:
		fault->is_in_force = false;
		break;
	case MOMENT_HEAL_END:
		fault->is_in_force = false;
		if (moment->effect == MOMENT_PROVEN)
			fault->needs_heal = false;
		break;
	default:
		break;
	}
}

static void count_nemesis(struct walk *walk, uint32_t op)
{
	struct tally *tally = walk->tally;
	struct moment moment;

	moment_read(walk->history, &walk->history->ops[op], &moment);
	switch (moment.kind) {
	case MOMENT_PHASE:
		walk->phase = moment.phase;
		tally->has_phases = true;
		tally->has_phase[moment.phase] = true;
		break;
	case MOMENT_HARNESS_ERROR:
		if (tally->harness_errors++ == 0)
			tally->harness_error = op;
		break;
	case MOMENT_INJECT_BEGIN:
	case MOMENT_INJECT_END:
	case MOMENT_HEAL_BEGIN:
	case MOMENT_HEAL_END:
		count_fault(walk, op, &moment);
		break;
	case MOMENT_OTHER:
	case MOMENT_FINDING:
	case MOMENT_LOG_MISSING:
		break;
	}
}

void tally_history(struct tally *tally, const struct history *history,
		   struct arena *arena)
{
	struct walk walk = {
		.history = history,
		.arena = arena,
		.tally = tally,
		.f_slots = arena_array(arena, UINT16_MAX + 1,
				       sizeof(*walk.f_slots)),
		.fault_slots = arena_array(arena, UINT16_MAX + 1,
					   sizeof(*walk.fault_slots)),
	};

	*tally = (struct tally){ .harness_error = HISTORY_NONE };
	for (uint32_t i = 0; i < history->entry_count; i++) {
		uint32_t number = history->entry_ops[i];
		const struct op *op = &history->ops[number];

		if (!op_is_client(op))
			count_nemesis(&walk, number);
		else if (op->invoke == i)
			count_invocation(&walk, op);
		else
			count_completion(&walk, op);
	}
	for (size_t i = 0; i < tally->fault_count; i++) {
		if (tally->faults[i].is_open)
			close_injection(&tally->faults[i], HISTORY_NONE,
					MOMENT_UNKNOWN);
	}
}
