/* SPDX-License-Identifier: MIT */
#include "harness/engine/judge.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "harness/core/clock.h"
#include "harness/registry.h"

static const char *const standing[] = { "coverage", "crash", "stats", NULL };

bool checker_is_standing(const struct checker *checker)
{
	for (size_t i = 0; standing[i]; i++) {
		if (strcmp(checker->name, standing[i]) == 0)
			return true;
	}
	return false;
}

struct judge *panel_find(const struct panel *panel, const char *name)
{
	for (size_t i = 0; i < panel->count; i++) {
		if (strcmp(panel->judges[i].checker->name, name) == 0)
			return &panel->judges[i];
	}
	return NULL;
}

static void no_such_checker(const char *name, struct arena *arena,
			    struct error *err)
{
	const char **names;
	const char *near;
	unsigned count = 0;

	while (registry_checker_at(count))
		count++;
	names = arena_array(arena, count + 1, sizeof(*names));
	for (unsigned i = 0; i < count; i++)
		names[i] = registry_checker_at(i)->name;
	near = nearest_name(name, names);
	error_set(err,
		  "there is no checker \"%s\"%s%s%s; `ordeal list checkers` "
		  "lists them",
		  name, near ? "; did you mean \"" : "", near ? near : "",
		  near ? "\"?" : "");
}

static struct judge *add(struct panel *panel, struct arena *arena,
			 const struct checker *checker)
{
	struct judge *judge;

	if (panel->count == panel->capacity) {
		size_t capacity = panel->capacity * 2 + 8;
		struct judge *judges =
			arena_array(arena, capacity, sizeof(*judges));

		if (panel->count)
			memcpy(judges, panel->judges,
			       panel->count * sizeof(*judges));
		panel->judges = judges;
		panel->capacity = capacity;
	}
	judge = &panel->judges[panel->count++];
	judge->checker = checker;
	judge->options = options_new(arena, checker->options);
	return judge;
}

struct judge *panel_add(struct panel *panel, struct arena *arena,
			const char *name, struct error *err)
{
	const struct checker *checker = registry_checker(name);
	struct judge *judge = panel_find(panel, name);

	if (judge)
		return judge;
	if (!checker) {
		no_such_checker(name, arena, err);
		return NULL;
	}
	return add(panel, arena, checker);
}

void panel_add_standing(struct panel *panel, struct arena *arena)
{
	for (size_t i = 0; standing[i]; i++) {
		const struct checker *checker = registry_checker(standing[i]);

		if (checker && !panel_find(panel, standing[i]))
			add(panel, arena, checker);
	}
}

int panel_set(struct panel *panel, struct arena *arena, const char *name,
	      const char *text, size_t *matched, struct error *err)
{
	const char *dot = strchr(name, '.');
	size_t prefix = dot ? (size_t)(dot - name) : 0;
	const char *option = dot ? dot + 1 : name;

	*matched = 0;
	for (size_t i = 0; i < panel->count; i++) {
		struct judge *judge = &panel->judges[i];
		const char *checker = judge->checker->name;

		if (dot && (strlen(checker) != prefix ||
			    strncmp(checker, name, prefix) != 0))
			continue;
		if (!options_knows(judge->options, option))
			continue;
		(*matched)++;
		if (options_set(judge->options, arena, option, text, err) != 0)
			return -1;
	}
	return 0;
}

/* Raises `expired` when the time is up or somebody wants an end. */
struct alarm {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_over;
	int64_t deadline_ns; /* INT64_MAX: never */
	const atomic_bool *stop;
	atomic_bool expired;
};

static struct timespec to_timespec(int64_t time_ns)
{
	return (struct timespec){ .tv_sec = (time_t)(time_ns / NS_PER_S),
				  .tv_nsec = (long)(time_ns % NS_PER_S) };
}

static void *alarm_main(void *state)
{
	struct alarm *alarm = state;

	pthread_mutex_lock(&alarm->lock);
	while (!alarm->is_over) {
		int64_t now_ns = clock_now_ns();
		int64_t next_ns = now_ns + 50 * NS_PER_MS;
		struct timespec until;

		if (now_ns >= alarm->deadline_ns ||
		    (alarm->stop && atomic_load(alarm->stop)))
			atomic_store(&alarm->expired, true);
		if (!alarm->stop || next_ns > alarm->deadline_ns)
			next_ns = alarm->deadline_ns;
		if (atomic_load(&alarm->expired))
			break;
		until = to_timespec(next_ns);
		pthread_cond_timedwait(&alarm->wake, &alarm->lock, &until);
	}
	pthread_mutex_unlock(&alarm->lock);
	return NULL;
}

/* -1 when there is no thread to be had: then time is not bounded. */
static int alarm_start(struct alarm *alarm, const struct judge_limits *limits)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&alarm->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&alarm->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	alarm->deadline_ns = INT64_MAX;
	if (limits->timeout_ns > 0)
		alarm->deadline_ns = clock_now_ns() + limits->timeout_ns;
	alarm->stop = limits->stop;
	return pthread_create(&alarm->thread, NULL, alarm_main, alarm) ? -1 : 0;
}

static void alarm_stop(struct alarm *alarm, bool has_thread)
{
	pthread_mutex_lock(&alarm->lock);
	alarm->is_over = true;
	pthread_cond_signal(&alarm->wake);
	pthread_mutex_unlock(&alarm->lock);
	if (has_thread)
		pthread_join(alarm->thread, NULL);
	pthread_cond_destroy(&alarm->wake);
	pthread_mutex_destroy(&alarm->lock);
}

static void judge_one(const struct history *history, const struct judge *judge,
		      const struct budget *budget, struct arena *arena,
		      struct judged *judged)
{
	struct check check = {
		.history = history,
		.options = judge->options,
		.budget = budget,
		.arena = arena,
	};
	struct error err;

	judged->checker = judge->checker;
	judged->options = judge->options;
	verdict_init(&judged->verdict);
	if (judge->checker->check(&check, &judged->verdict, &err) != 0) {
		judged->has_failed = true;
		verdict_init(&judged->verdict);
		verdict_set(&judged->verdict, arena, VERDICT_UNKNOWN,
			    "the check could not be made: %s", err.text);
	}
	if (!judged->verdict.reason)
		judged->verdict.reason = "the checker gave no reason";
}

void judgement_none(struct judgement *judgement, struct arena *arena,
		    const char *reason)
{
	*judgement =
		(struct judgement){ .kind = VERDICT_UNKNOWN,
				    .reason = arena_strdup(arena, reason) };
}

/* Of equals the one that judges the promises comes before those that judge
 * the run, then the first. */
static const struct judged *find_decisive(const struct judgement *judgement)
{
	const struct judged *found = NULL;

	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];

		if (judged->verdict.kind != judgement->kind)
			continue;
		if (!found || (checker_is_standing(found->checker) &&
			       !checker_is_standing(judged->checker)))
			found = judged;
	}
	return found;
}

static void merge(struct judgement *judgement)
{
	const struct judged *decisive;
	bool has_judge = false;

	judgement->kind = VERDICT_VALID;
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];

		judgement->kind =
			verdict_worst(judgement->kind, judged->verdict.kind);
		judgement->has_failed |= judged->has_failed;
		if (!checker_is_standing(judged->checker))
			has_judge = true;
	}
	decisive = find_decisive(judgement);
	if (!has_judge && judgement->kind == VERDICT_VALID) {
		judgement->kind = VERDICT_UNKNOWN;
		judgement->reason = "no checker judged what the store "
				    "promises; name one with --checker";
		return;
	}
	judgement->reason = decisive->verdict.reason;
	judgement->decided_by = decisive->checker->name;
}

void judge_history(const struct history *history, const struct panel *panel,
		   const struct judge_limits *limits, struct arena *arena,
		   struct judgement *judgement)
{
	bool is_timed = limits->timeout_ns > 0 || limits->stop;
	struct alarm alarm = { .is_over = false };
	struct budget budget = {
		.states_max = limits->states_max ? limits->states_max
						 : BUDGET_STATES_DEFAULT,
		.bytes_max = limits->bytes_max ? limits->bytes_max
					       : BUDGET_BYTES_DEFAULT,
		.threads = limits->threads ? limits->threads : 1,
		.expired = is_timed ? &alarm.expired : NULL,
	};
	bool has_thread = is_timed && alarm_start(&alarm, limits) == 0;

	*judgement = (struct judgement){
		.judged = arena_array(arena, panel->count + 1,
				      sizeof(struct judged)),
		.count = panel->count,
	};
	for (size_t i = 0; i < panel->count; i++)
		judge_one(history, &panel->judges[i], &budget, arena,
			  &judgement->judged[i]);
	if (is_timed)
		alarm_stop(&alarm, has_thread);
	if (panel->count == 0)
		judgement_none(judgement, arena,
			       "no checker judged this history");
	else
		merge(judgement);
}
