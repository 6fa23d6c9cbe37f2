/* SPDX-License-Identifier: MIT */
#include "nemesis/daemons.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

struct errand {
	const char *const *daemons;
	const char *signal;
	enum daemon_state *states; /* of node i: i * daemon_count + j */
	size_t daemon_count;
};

static int signal_node(struct node *node, void *argument, struct error *err)
{
	const struct errand *errand = argument;

	for (size_t i = 0; errand->daemons[i]; i++) {
		if (node_daemon_signal(node, errand->daemons[i], errand->signal,
				       err) < 0)
			return -1;
	}
	return 0;
}

static bool has_daemons(struct cluster *cluster)
{
	const struct cluster_control *control = cluster_control(cluster);

	return control && control->daemons && control->daemons[0];
}

static const char *const *daemon_names(struct cluster *cluster,
				       const char *const *which,
				       struct error *err)
{
	if (has_daemons(cluster))
		return which ? which : cluster_control(cluster)->daemons;
	error_set(err, "this store has no daemons");
	return NULL;
}

int daemons_signal(struct cluster *cluster, const bool *picked,
		   const char *const *which, const char *signal,
		   struct error *err)
{
	struct errand errand = { .daemons = daemon_names(cluster, which, err),
				 .signal = signal };

	if (!errand.daemons)
		return -1;
	return cluster_each(cluster, picked, signal_node, &errand, err);
}

const char *const daemons_ending_signals[] = { "KILL", "TERM", "INT", "QUIT",
						"ABRT", "SEGV", NULL };

struct start {
	const struct cluster_control *control;
	int64_t deadline_ns;
};

static int start_node(struct node *node, void *argument, struct error *err)
{
	const struct start *start = argument;

	return start->control->start(start->control->context, node, err);
}

static int await_node(struct node *node, void *argument, struct error *err)
{
	const struct start *start = argument;

	return start->control->await_ready(start->control->context, node,
					   start->deadline_ns, err);
}

int daemons_start(struct cluster *cluster, const bool *picked,
		  int64_t await_ns, struct arena *arena, struct figure *note,
		  struct error *err)
{
	struct start start = { .control = cluster_control(cluster) };
	struct error reason;

	if (!start.control || !start.control->start)
		return error_set(err, "this store cannot be started");
	if (cluster_each(cluster, picked, start_node, &start, err) < 0)
		return -1;
	if (!start.control->await_ready || await_ns == 0)
		return 0;
	start.deadline_ns = clock_now_ns() + await_ns;
	if (cluster_each(cluster, picked, await_node, &start, &reason) < 0)
		figure_add_text(note, arena, "not-ready", reason.text);
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	const struct errand *errand = argument;
	enum daemon_state *states =
		errand->states + node_index(node) * errand->daemon_count;

	for (size_t i = 0; errand->daemons[i]; i++) {
		if (node_daemon_state(node, errand->daemons[i], &states[i],
				      err) < 0)
			return -1;
	}
	return 0;
}

static const char *state_name(enum daemon_state state)
{
	switch (state) {
	case DAEMON_ABSENT:
		return "absent";
	case DAEMON_RUNNING:
		return "running";
	case DAEMON_PAUSED:
		return "paused";
	case DAEMON_UNKNOWN:
		break;
	}
	return "unknown";
}

static int look_at(struct cluster *cluster, const bool *picked,
		   const char *const *which, struct errand *errand,
		   struct arena *arena, struct error *err)
{
	*errand = (struct errand){ .daemons =
					   daemon_names(cluster, which, err) };
	if (!errand->daemons)
		return -1;
	while (errand->daemons[errand->daemon_count])
		errand->daemon_count++;
	errand->states = arena_array(
		arena, cluster_count(cluster) * errand->daemon_count,
		sizeof(*errand->states));
	return cluster_each(cluster, picked, look_at_node, errand, err);
}

int daemons_find_absent(struct cluster *cluster, const bool *picked,
			const char *const *which, const char **absent,
			struct error *err)
{
	size_t count = cluster_count(cluster);
	struct arena scratch = { 0 };
	struct errand errand;
	int result;

	memset(absent, 0, count * sizeof(*absent));
	if (!has_daemons(cluster))
		return 0;
	result = look_at(cluster, picked, which, &errand, &scratch, err);
	for (size_t i = 0; result == 0 && i < count; i++) {
		size_t first = i * errand.daemon_count;

		for (size_t j = 0; picked[i] && j < errand.daemon_count; j++) {
			if (!absent[i] &&
			    errand.states[first + j] == DAEMON_ABSENT)
				absent[i] = errand.daemons[j];
		}
	}
	arena_release(&scratch);
	return result;
}

/* The daemon's, or where there are several a group of those of each. */
static void note_states(struct figure *group, const struct errand *errand,
			const struct node *node, struct arena *arena)
{
	const enum daemon_state *states =
		errand->states + node_index(node) * errand->daemon_count;
	bool is_one = errand->daemon_count == 1;

	if (!is_one)
		group = figure_add_group(group, arena, node_name(node));
	for (size_t i = 0; i < errand->daemon_count; i++)
		figure_add_text(group, arena,
				is_one ? node_name(node) : errand->daemons[i],
				state_name(states[i]));
}

enum effect daemons_verify(struct cluster *cluster, const bool *picked,
			   const char *const *which, enum daemon_state state,
			   bool is_in_it, struct arena *arena,
			   struct figure *note, struct error *err)
{
	size_t count = cluster_count(cluster);
	struct errand errand;
	enum effect effect = EFFECT_PROVEN;
	struct figure *group;

	if (!memchr(picked, true, count))
		return EFFECT_PROVEN;
	if (look_at(cluster, picked, which, &errand, arena, err) < 0)
		return EFFECT_UNKNOWN;
	group = figure_add_group(note, arena, "states");
	for (size_t i = 0; i < count; i++) {
		if (!picked[i])
			continue;
		note_states(group, &errand, cluster_node(cluster, i), arena);
		for (size_t j = 0; j < errand.daemon_count; j++) {
			enum daemon_state seen =
				errand.states[i * errand.daemon_count + j];

			if (seen != DAEMON_UNKNOWN &&
			    (seen == state) != is_in_it)
				effect = EFFECT_ABSENT;
			else if (seen == DAEMON_UNKNOWN &&
				 effect == EFFECT_PROVEN)
				effect = EFFECT_UNKNOWN;
		}
	}
	return effect;
}

/* node.h: each daemon has its pid in /run/ordeal/NAME.pid. */
static int continue_node(struct node *node, void *argument, struct error *err)
{
	struct arena arena = { 0 };
	const char *names;
	int result;

	(void)argument;
	result = node_run(node, &arena, &names, err,
			  "for f in /run/ordeal/*.pid; do "
			  "test -e \"$f\" && basename \"$f\" .pid; done; true");
	while (result == 0 && *names) {
		size_t length = strcspn(names, "\n");
		const char *name = arena_strndup(&arena, names, length);

		result = node_daemon_signal(node, name, "CONT", err);
		names += length + (names[length] == '\n');
	}
	arena_release(&arena);
	return result;
}

int daemons_continue_all(struct cluster *cluster, struct error *err)
{
	return cluster_each(cluster, NULL, continue_node, NULL, err);
}

/* The number is only ours while the start time (field 22 of stat) is. */
const char *daemons_continue_line(void)
{
	return ": let our daemons go on; "
	       "for f in /run/ordeal/*.pid; do "
	       "read -r p b 2>/dev/null <\"$f\" || continue; "
	       "s=$(cat \"/proc/$p/stat\" 2>/dev/null) || continue; "
	       "set -- ${s##*) }; "
	       "[ \"${20}\" != \"$b\" ] || kill -s CONT -- \"-$p\"; "
	       "done; true";
}
