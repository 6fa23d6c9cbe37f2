/* SPDX-License-Identifier: MIT */
#include "harness/engine/schedule.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/core/rng.h"

#define STEPS_MAX 100000

/* A time around a mean. */
static int64_t about(struct rng *rng, const struct run_config *config,
		     int64_t mean_ns)
{
	double unit = rng_unit(rng);

	if (options_is(config->options, "fault-spread", "fixed"))
		return mean_ns;
	if (options_is(config->options, "fault-spread", "exponential"))
		return (int64_t)(-log(1 - unit) * (double)mean_ns);
	return mean_ns / 2 + (int64_t)(unit * (double)mean_ns);
}

/* One of the targets that the user chose, or that the fault knows. */
static const char *draw_target(struct rng *rng,
			       const struct fault_config *fault)
{
	const char *const *targets = fault->fault->targets;
	size_t count = 0;

	if (options_knows(fault->options, "targets") &&
	    options_list(fault->options, "targets")[0])
		targets = options_list(fault->options, "targets");
	while (targets && targets[count])
		count++;
	return count ? targets[rng_below(rng, count)] : NULL;
}

void schedule_push(struct schedule *schedule, struct arena *arena,
		   struct planned step)
{
	if (schedule->count == schedule->capacity) {
		size_t capacity = schedule->capacity * 2 + 16;
		struct planned *steps =
			arena_array(arena, capacity, sizeof(*steps));

		if (schedule->count)
			memcpy(steps, schedule->steps,
			       schedule->count * sizeof(*steps));
		schedule->steps = steps;
		schedule->capacity = capacity;
	}
	schedule->steps[schedule->count++] = step;
}

void schedule_draw(struct schedule *schedule, const struct run_config *config,
		   struct arena *arena, const struct plan_phase *phase)
{
	int64_t length = phase->length_ns;
	int64_t gap = phase->gap_ns;
	struct rng rng;
	int64_t at;

	if (length + gap < NS_PER_MS)
		gap = NS_PER_MS - length;
	rng_init(&rng, config->seed, phase->stream, phase->number);
	at = phase->begin_ns + about(&rng, config, gap);
	for (size_t turn = 0;
	     at < phase->end_ns && schedule->count < STEPS_MAX; turn++) {
		size_t fault = phase->faults[turn % phase->fault_count];
		struct planned step = {
			.at_ns = at,
			.fault = fault,
			.target = draw_target(&rng, &config->faults[fault]),
			.when = phase->when,
		};

		if (phase->target)
			step.target = phase->target;
		schedule_push(schedule, arena, step);
		at += about(&rng, config, length);
		step.at_ns = at;
		if (phase->heals_at_end && at > phase->end_ns)
			step.at_ns = phase->end_ns;
		step.is_heal = true;
		step.when = CONDITION_NOW;
		if (at < phase->end_ns || phase->heals_at_end)
			schedule_push(schedule, arena, step);
		at += about(&rng, config, gap);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct planned *x = a;
	const struct planned *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	if (x->fault != y->fault)
		return x->fault < y->fault ? -1 : 1;
	return y->is_heal - x->is_heal;
}

void schedule_sort(struct schedule *schedule)
{
	if (schedule->count)
		qsort(schedule->steps, schedule->count,
		      sizeof(*schedule->steps), by_time);
}

struct schedule *schedule_make(const struct run_config *config,
			       struct arena *arena, struct error *err)
{
	const struct options *options = config->options;
	struct schedule *schedule = arena_alloc(arena, sizeof(*schedule));
	const char *plan = options_text(options, "plan");
	size_t *faults;
	struct plan_phase phase = {
		.end_ns = options_duration_ns(options, "time-limit"),
		.length_ns = options_duration_ns(options, "fault-length"),
		.gap_ns = options_duration_ns(options, "fault-gap"),
		.fault_count = config->fault_count,
		.when = condition_from_name(
			options_text(options, "fault-when")),
		.stream = "schedule",
	};

	if (plan)
		return schedule_read(plan, config, arena, err);
	if (!config->fault_count)
		return schedule;
	faults = arena_array(arena, config->fault_count, sizeof(*faults));
	for (size_t i = 0; i < config->fault_count; i++)
		faults[i] = i;
	phase.faults = faults;
	if (options_is(options, "schedule", "turns")) {
		schedule_draw(schedule, config, arena, &phase);
		return schedule;
	}
	for (size_t i = 0; i < config->fault_count; i++) {
		phase.faults = &faults[i];
		phase.fault_count = 1;
		phase.number = i;
		schedule_draw(schedule, config, arena, &phase);
	}
	schedule_sort(schedule);
	return schedule;
}

struct cursor {
	const struct schedule *schedule;
	size_t next;
};

static bool next_step(void *state, const struct gen_context *context,
		      struct gen_op *op)
{
	struct cursor *cursor = state;
	const struct planned *step;

	if (cursor->next == cursor->schedule->count)
		return false;
	step = &cursor->schedule->steps[cursor->next++];
	op->time_ns = step->at_ns;
	op->thread = context->threads;
	op->f = VERB_NONE;
	op->note = step;
	return true;
}

struct generator *schedule_generator(const struct schedule *schedule,
				     struct arena *arena)
{
	struct cursor *cursor = arena_alloc(arena, sizeof(*cursor));

	cursor->schedule = schedule;
	return gen_nemesis(arena, generator_function(arena, next_step, cursor));
}

const char *schedule_json(const struct schedule *schedule,
			  const struct run_config *config, struct arena *arena)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	const char *copy;

	if (!file)
		abort(); /* out of memory, as in the arena */
	fputc('[', file);
	for (size_t i = 0; i < schedule->count; i++) {
		const struct planned *step = &schedule->steps[i];

		fprintf(file,
			"%s\n  {\"at\":%" PRId64 ",\"fault\":\"%s\","
			"\"do\":\"%s\",\"target\":\"%s\"",
			i ? "," : "", step->at_ns,
			config->faults[step->fault].fault->name,
			step->is_heal ? "heal" : "inject",
			step->target ? step->target : "any");
		if (step->when != CONDITION_NOW)
			fprintf(file, ",\"when\":\"%s\"",
				condition_names[step->when]);
		fputc('}', file);
	}
	fputs("\n]\n", file);
	if (fclose(file))
		abort();
	copy = arena_strndup(arena, text, size);
	free(text);
	return copy;
}
