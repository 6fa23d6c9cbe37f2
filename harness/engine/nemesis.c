/* SPDX-License-Identifier: MIT */
#include "harness/engine/nemesis.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "harness/engine/condition.h"
#include "harness/engine/schedule.h"

struct open_fault {
	const struct fault *fault;
	void *state;
	struct rng rng;
	bool is_in_force;
	bool was_skipped; /* what it did last */
};

struct nemesis {
	struct cluster *cluster;
	struct recorder *recorder;
	_Atomic(struct leaders *) leaders;
	int64_t wait_ns; /* for the condition of an injection */
	int64_t lag; /* of that condition, in entries */
	struct arena arena;
	struct open_fault *faults;
	size_t count;
	unsigned force_count; /* of faults that are in force */
	bool has_broken; /* what a fault has put under the store */
	pthread_mutex_t acting;
	atomic_bool is_lost; /* a step never came back */
	_Atomic(const char *) in_force;
};

/* Notes are shallow: groups of lists of texts. */
#define NOTE_DEPTH_MAX 8

static struct value note_value(struct values *values,
			       const struct figure *figure, int depth);

static struct value members_value(struct values *values,
				  const struct figure *figure, int depth)
{
	struct value list = value_empty_list();
	struct value *keys;
	struct value *contents;
	size_t count = 0;
	struct value map;

	if (figure->kind == FIGURE_LIST) {
		for (const struct figure *f = figure->first; f; f = f->next)
			list = value_append(values, list,
					    note_value(values, f, depth + 1));
		return list;
	}
	for (const struct figure *f = figure->first; f; f = f->next)
		count++;
	keys = heap_zeroed(count, sizeof(*keys));
	contents = heap_zeroed(count, sizeof(*contents));
	count = 0;
	for (const struct figure *f = figure->first; f; f = f->next) {
		keys[count] = value_string(values, f->name);
		contents[count++] = note_value(values, f, depth + 1);
	}
	map = value_map(values, keys, contents, count);
	free(keys);
	free(contents);
	return map;
}

static struct value note_value(struct values *values,
			       const struct figure *figure, int depth)
{
	assert(depth < NOTE_DEPTH_MAX);
	switch (figure->kind) {
	case FIGURE_NIL:
		return value_nil();
	case FIGURE_BOOL:
		return value_bool(figure->truth);
	case FIGURE_INT:
		return value_int(values, figure->number);
	case FIGURE_REAL:
		return value_int(values, (int64_t)figure->real);
	case FIGURE_TEXT:
		return value_string(values, figure->text);
	case FIGURE_GROUP:
	case FIGURE_LIST:
		break;
	}
	return members_value(values, figure, depth);
}

int nemesis_note(struct recorder *recorder, const char *f,
		 const struct figure *value, const char *error,
		 struct error *err)
{
	struct values *values = values_new();
	struct pen pen = { 0 };
	int result = recorder_nemesis(
		recorder, &pen, values, f,
		value ? note_value(values, value, 0) : value_nil(),
		error ? value_string(values, error) : value_nil(), NULL, err);

	pen_release(&pen);
	values_free(values);
	return result;
}

struct nemesis *nemesis_open(const struct run_config *config,
			     struct cluster *cluster,
			     const struct fault_links *links,
			     struct recorder *recorder, struct error *err)
{
	struct nemesis *nemesis = heap_zeroed(1, sizeof(*nemesis));

	pthread_mutex_init(&nemesis->acting, NULL);
	nemesis->cluster = cluster;
	nemesis->recorder = recorder;
	nemesis->wait_ns = options_duration_ns(config->options, "fault-wait");
	nemesis->lag = options_int(config->options, "fault-lag");
	nemesis->faults = arena_array(&nemesis->arena, config->fault_count + 1,
				      sizeof(*nemesis->faults));
	for (size_t i = 0; i < config->fault_count; i++) {
		struct open_fault *open = &nemesis->faults[i];
		struct fault_setup setup = {
			.cluster = cluster,
			.links = links,
			.options = config->faults[i].options,
			.rng = &open->rng,
			.in_force = &nemesis->force_count,
			.arena = &nemesis->arena,
		};

		open->fault = config->faults[i].fault;
		rng_init(&open->rng, config->seed, open->fault->name, 0);
		open->state = open->fault->open(&setup, err);
		if (!open->state) {
			error_wrap(err, "fault %s", open->fault->name);
			nemesis_close(nemesis);
			return NULL;
		}
		nemesis->count++;
	}
	return nemesis;
}

void nemesis_close(struct nemesis *nemesis)
{
	if (!nemesis || nemesis_is_lost(nemesis))
		return;
	for (size_t i = 0; i < nemesis->count; i++)
		nemesis->faults[i].fault->close(nemesis->faults[i].state);
	pthread_mutex_destroy(&nemesis->acting);
	arena_release(&nemesis->arena);
	free(nemesis);
}

bool nemesis_is_lost(const struct nemesis *nemesis)
{
	return nemesis && atomic_load(&nemesis->is_lost);
}

void nemesis_set_leaders(struct nemesis *nemesis, struct leaders *leaders)
{
	nemesis->leaders = leaders;
}

bool nemesis_excuses_crashes(const struct nemesis *nemesis)
{
	for (size_t i = 0; i < nemesis->count; i++) {
		if (nemesis->faults[i].fault->excuses_crashes)
			return true;
	}
	return nemesis->has_broken;
}

int nemesis_prepare(struct nemesis *nemesis, struct error *err)
{
	for (size_t i = 0; i < nemesis->count; i++) {
		const struct open_fault *open = &nemesis->faults[i];

		if (open->fault->prepare &&
		    open->fault->prepare(open->state, err))
			return error_wrap(err, "prepare for the fault %s",
					  open->fault->name);
	}
	return 0;
}

int nemesis_dismantle(struct nemesis *nemesis, struct error *err)
{
	int result = 0;

	if (nemesis_is_lost(nemesis))
		return 0;
	for (size_t i = 0; i < nemesis->count; i++) {
		const struct open_fault *open = &nemesis->faults[i];

		if (open->fault->dismantle &&
		    open->fault->dismantle(open->state, err))
			result = error_wrap(err, "after the fault %s",
					    open->fault->name);
	}
	return result;
}

static const char *effect_name(enum effect effect)
{
	switch (effect) {
	case EFFECT_PROVEN:
		return "proven";
	case EFFECT_ABSENT:
		return "absent";
	case EFFECT_SKIPPED:
		return "skipped";
	case EFFECT_UNKNOWN:
		break;
	}
	return "unknown";
}

/* The head of every note: what is done, and how far it is. */
static struct figure note_head(struct arena *arena, const char *what,
			       const char *stage, const char *target)
{
	struct figure note = figure_group_root();

	figure_add_text(&note, arena, "do", what);
	figure_add_text(&note, arena, "stage", stage);
	if (target)
		figure_add_text(&note, arena, "target", target);
	return note;
}

static void write_note(struct nemesis *nemesis, const struct open_fault *open,
		       const struct figure *note, const char *error)
{
	struct error lost;

	/* When recording has failed the workers end the run. */
	if (nemesis->recorder && !nemesis_is_lost(nemesis))
		nemesis_note(nemesis->recorder, open->fault->name, note, error,
			     &lost);
}

/* Waits for what the step waits for, and adds to `note` whether it came. */
static void wait_for(struct nemesis *nemesis, const struct planned *step,
		     struct arena *arena, struct figure *note)
{
	const struct condition_world world = {
		.recorder = nemesis->recorder,
		.cluster = nemesis->cluster,
		.lag = nemesis->lag,
	};
	bool came;

	if (step->when == CONDITION_NOW)
		return;
	came = condition_await(step->when, &world, nemesis->wait_ns);
	figure_add_text(note, arena, "when", condition_names[step->when]);
	figure_add_bool(note, arena, "came", came);
}

/* Does it, looks at it, and writes both down. -1 with the sentence when it
 * failed; an effect that was not seen is in the note alone. */
static int act(struct nemesis *nemesis, struct open_fault *open,
	       const struct planned *step, struct error *err)
{
	const struct fault *fault = open->fault;
	const char *target = step->target;
	bool is_heal = step->is_heal;
	const char *what = is_heal ? "heal" : "inject";
	struct arena arena = { 0 };
	enum effect effect = EFFECT_UNKNOWN;
	struct figure note = note_head(&arena, what, "begin", target);
	int result;

	wait_for(nemesis, step, &arena, &note);
	write_note(nemesis, open, &note, NULL);
	leaders_look(nemesis->leaders);
	note = note_head(&arena, what, "end", target);
	result = is_heal ? fault->heal(open->state, &note, err) :
			   fault->inject(open->state, target, &note, err);
	if (!result) {
		struct error unseen = { "" };

		effect = is_heal ? fault->verify_healed(open->state, &note,
							&unseen) :
				   fault->verify(open->state, &note, &unseen);
		if (effect != EFFECT_PROVEN && unseen.text[0])
			figure_add_text(&note, &arena, "unseen", unseen.text);
	}
	nemesis->has_broken = nemesis->has_broken ||
			      (result && fault->prepare);
	open->was_skipped = effect == EFFECT_SKIPPED;
	figure_add_text(&note, &arena, "effect", effect_name(effect));
	write_note(nemesis, open, &note, result ? err->text : NULL);
	leaders_look(nemesis->leaders);
	arena_release(&arena);
	return result;
}

/* Counts them; the progress line shows the last one of those. */
static void show_force(struct nemesis *nemesis)
{
	const char *text = NULL;

	nemesis->force_count = 0;
	for (size_t i = 0; i < nemesis->count; i++) {
		if (!nemesis->faults[i].is_in_force)
			continue;
		nemesis->force_count++;
		text = nemesis->faults[i].fault->name;
	}
	atomic_store(&nemesis->in_force, text);
}

void nemesis_act(void *state, const struct work *work)
{
	struct nemesis *nemesis = state;
	const struct planned *step = work->note;
	struct open_fault *open = &nemesis->faults[step->fault];
	bool was_in_force = open->is_in_force;
	struct error err = { "" };

	pthread_mutex_lock(&nemesis->acting);
	open->is_in_force = !step->is_heal;
	show_force(nemesis);
	act(nemesis, open, step, &err);
	if (open->was_skipped) {
		open->is_in_force = was_in_force;
		show_force(nemesis);
	}
	pthread_mutex_unlock(&nemesis->acting);
}

/* Heals one fault; `all` gets the sentence if that fails. */
static void heal_one(struct nemesis *nemesis, struct open_fault *open,
		     struct arena *arena, const char **all)
{
	const struct planned heal = { .is_heal = true };
	struct error one = { "" };

	open->is_in_force = false;
	if (act(nemesis, open, &heal, &one))
		*all = arena_printf(arena, "%s%sfault %s: %s",
				    *all ? *all : "", *all ? "; " : "",
				    open->fault->name, one.text);
}

int nemesis_heal_all(struct nemesis *nemesis, struct error *err)
{
	struct arena arena = { 0 };
	const char *all = NULL;

	if (pthread_mutex_trylock(&nemesis->acting) != 0) {
		atomic_store(&nemesis->is_lost, true);
		return error_set(err, "a step of a fault has not come back; "
				      "the nodes heal when their lease ends");
	}
	for (size_t i = 0; i < nemesis->count; i++) {
		if (!nemesis->faults[i].fault->heals_last)
			heal_one(nemesis, &nemesis->faults[i], &arena, &all);
	}
	for (size_t i = 0; i < nemesis->count; i++) {
		if (nemesis->faults[i].fault->heals_last)
			heal_one(nemesis, &nemesis->faults[i], &arena, &all);
	}
	show_force(nemesis);
	pthread_mutex_unlock(&nemesis->acting);
	if (all)
		error_set(err, "%s", all);
	arena_release(&arena);
	return all ? -1 : 0;
}

const char *nemesis_in_force(const struct nemesis *nemesis)
{
	return nemesis ? atomic_load(&nemesis->in_force) : NULL;
}
