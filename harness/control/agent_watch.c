/* SPDX-License-Identifier: MIT */
#include "harness/control/agent_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"

#define CONNECT_NS (30 * NS_PER_S)

struct agent_watch {
	struct cluster *cluster; /* of our own; the thread's while it runs */
	struct arena arena;
	struct agent_undo *undo;
	size_t undo_count;
	int64_t lease_ns;
	bool *was_lost; /* [i]: the agent of node i was gone once */
	pthread_t thread;
	pthread_mutex_t lock; /* of the two below */
	pthread_cond_t wake;
	bool is_over;
};

static int start_one(struct node *node, void *argument, struct error *err)
{
	struct agent_watch *watch = argument;

	return agent_start(node, watch->lease_ns, watch->undo,
			   watch->undo_count, err);
}

/* A node that is not reached may come back before its lease ends, so that is
 * nothing to tell of yet. */
static int renew_one(struct node *node, void *argument, struct error *err)
{
	struct agent_watch *watch = argument;
	bool is_there;

	if (agent_renew(node, watch->lease_ns / 3, &is_there, err))
		return -1;
	if (is_there)
		return 0;
	watch->was_lost[node_index(node)] = true;
	return start_one(node, watch, err);
}

/* True when it is time to end. */
static bool wait_until(struct agent_watch *watch, int64_t until_ns)
{
	struct timespec until = { .tv_sec = until_ns / NS_PER_S,
				  .tv_nsec = until_ns % NS_PER_S };
	bool is_over;

	pthread_mutex_lock(&watch->lock);
	while (!watch->is_over && clock_now_ns() < until_ns)
		pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	is_over = watch->is_over;
	pthread_mutex_unlock(&watch->lock);
	return is_over;
}

static void *keep(void *argument)
{
	struct agent_watch *watch = argument;
	int64_t next_ns = clock_now_ns() + watch->lease_ns / 3;
	struct error ignored;

	while (!wait_until(watch, next_ns)) {
		next_ns = clock_now_ns() + watch->lease_ns / 3;
		cluster_each(watch->cluster, NULL, renew_one, watch, &ignored);
	}
	return NULL;
}

static void copy_undo(struct agent_watch *watch, const struct agent_undo *undo,
		      size_t count)
{
	watch->undo = arena_array(&watch->arena, count + 1, sizeof(*undo));
	watch->undo_count = count;
	for (size_t i = 0; i < count; i++) {
		watch->undo[i].key = arena_strdup(&watch->arena, undo[i].key);
		watch->undo[i].line = arena_strdup(&watch->arena, undo[i].line);
	}
}

static void release(struct agent_watch *watch)
{
	cluster_close(watch->cluster);
	arena_release(&watch->arena);
	free(watch);
}

static int start_thread(struct agent_watch *watch, struct error *err)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&watch->thread, NULL, keep, watch) == 0)
		return 0;
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	return error_set(err, "no thread to renew leases");
}

struct agent_watch *agent_watch_start(const struct node_config *nodes,
				      size_t count, int64_t lease_ns,
				      const struct agent_undo *undo,
				      size_t undo_count, struct error *err)
{
	struct agent_watch *watch = heap_zeroed(1, sizeof(*watch));
	struct error ignored;

	watch->lease_ns = lease_ns;
	copy_undo(watch, undo, undo_count);
	watch->was_lost = arena_array(&watch->arena, count, sizeof(bool));
	watch->cluster =
		cluster_open(nodes, count, clock_now_ns() + CONNECT_NS, err);
	if (watch->cluster &&
	    cluster_each(watch->cluster, NULL, start_one, watch, err) == 0 &&
	    start_thread(watch, err) == 0)
		return watch;
	if (watch->cluster)
		agent_stop_all(watch->cluster, &ignored);
	release(watch);
	return NULL;
}

/* Whose agent was gone, in `err`. */
static int tell_lost(struct agent_watch *watch, struct error *err)
{
	const char *names = "";

	for (size_t i = 0; i < cluster_count(watch->cluster); i++) {
		if (watch->was_lost[i])
			names = arena_printf(
				&watch->arena, "%s%s%s", names,
				*names ? ", " : "",
				node_name(cluster_node(watch->cluster, i)));
	}
	if (!*names)
		return 0;
	return error_set(err,
			 "the agent's lease ran out, or it died, on %s: faults "
			 "in force there were undone early",
			 names);
}

int agent_watch_stop(struct agent_watch *watch, struct error *err)
{
	struct error ignored;
	int result;

	if (!watch)
		return 0;
	pthread_mutex_lock(&watch->lock);
	watch->is_over = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	/* An agent may have gone since it was last seen. */
	cluster_each(watch->cluster, NULL, renew_one, watch, &ignored);
	result = agent_stop_all(watch->cluster, err);
	if (result)
		error_wrap(err, "stop the agents");
	else
		result = tell_lost(watch, err);
	release(watch);
	return result;
}
