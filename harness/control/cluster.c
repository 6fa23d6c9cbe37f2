/* SPDX-License-Identifier: MIT */
#include "harness/control/cluster.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/node_open.h"

struct cluster {
	struct arena arena; /* of the copied configuration */
	struct node_config *configs;
	struct node **nodes;
	size_t count;
	struct cluster_control control;
	bool has_control;
};

/* What one thread does for one node; the others do not touch it meanwhile. */
struct errand {
	struct cluster *cluster;
	size_t index;
	int64_t deadline_ns;
	cluster_step *step; /* NULL: connect */
	void *argument;
	pthread_t thread;
	bool is_started;
	int result;
	struct error err;
};

static void copy_config(struct arena *arena, struct node_config *config,
			const struct node_config *from)
{
	const char **strings[] = {
		&config->name,		&config->address,     &config->host,
		&config->user,		&config->key_file,    &config->password,
		&config->sudo_password, &config->known_hosts, &config->prefix,
	};

	*config = *from;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (*strings[i])
			*strings[i] = arena_strdup(arena, *strings[i]);
}

static void *do_errand(void *argument)
{
	struct errand *errand = argument;
	struct cluster *cluster = errand->cluster;
	struct node **node = &cluster->nodes[errand->index];

	if (errand->step) {
		errand->result =
			errand->step(*node, errand->argument, &errand->err);
		return NULL;
	}
	*node = node_open(&cluster->configs[errand->index], errand->deadline_ns,
			  &errand->err);
	errand->result = *node ? 0 : -1;
	return NULL;
}

/* Errors that begin with their node's name already keep it. */
static void collect(const struct errand *errand, struct error *all,
		    size_t *used)
{
	const char *name = errand->cluster->configs[errand->index].name;
	const char *text = errand->err.text;
	size_t size = strlen(name);
	int length;

	if (strncmp(text, "node ", 5) == 0 &&
	    strncmp(text + 5, name, size) == 0 && text[5 + size] == ':')
		text += 5 + size + 2;
	if (*used >= sizeof(all->text))
		return;
	length = snprintf(all->text + *used, sizeof(all->text) - *used,
			  "%snode %s: %s", *used ? "; " : "", name, text);
	*used += length > 0 ? (size_t)length : 0;
}

/* Sends them all, waits for all. */
static int send_out(struct errand *errands, size_t count, const bool *picked,
		    struct error *err)
{
	struct error all = { "" };
	size_t used = 0;
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (picked && !picked[i])
			continue;
		errands[i].is_started =
			pthread_create(&errands[i].thread, NULL, do_errand,
				       &errands[i]) == 0;
		/* Without a thread to spare it is done here and now. */
		if (!errands[i].is_started)
			do_errand(&errands[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (errands[i].is_started)
			pthread_join(errands[i].thread, NULL);
		if (errands[i].result == 0)
			continue;
		collect(&errands[i], &all, &used);
		result = -1;
	}
	return result ? error_set(err, "%s", all.text) : 0;
}

static struct errand *errands_new(struct cluster *cluster)
{
	struct errand *errands = heap_zeroed(cluster->count, sizeof(*errands));

	for (size_t i = 0; i < cluster->count; i++) {
		errands[i].cluster = cluster;
		errands[i].index = i;
	}
	return errands;
}

static int check_names(const struct cluster *cluster, struct error *err)
{
	if (cluster->count == 0)
		return error_set(err, "no nodes are named");
	for (size_t i = 0; i < cluster->count; i++) {
		const char *name = cluster->configs[i].name;

		if (!name || !*name)
			return error_set(err, "node %zu has no name", i + 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, cluster->configs[j].name) == 0)
				return error_set(err, "node %s is there twice",
						 name);
	}
	return 0;
}

static int connect_all(struct cluster *cluster, int64_t deadline_ns,
		       struct error *err)
{
	struct errand *errands = errands_new(cluster);
	int result;

	for (size_t i = 0; i < cluster->count; i++)
		errands[i].deadline_ns = deadline_ns;
	result = send_out(errands, cluster->count, NULL, err);
	free(errands);
	if (result != 0)
		return -1;
	for (size_t i = 0; i < cluster->count; i++)
		node_set_peers(cluster->nodes[i], cluster->nodes,
			       cluster->count, i);
	return 0;
}

struct cluster *cluster_open(const struct node_config *nodes, size_t count,
			     int64_t deadline_ns, struct error *err)
{
	struct cluster *cluster = heap_zeroed(1, sizeof(*cluster));
	struct arena *arena = &cluster->arena;

	cluster->count = count;
	cluster->configs = arena_array(arena, count, sizeof(*nodes));
	cluster->nodes = arena_array(arena, count, sizeof(*cluster->nodes));
	for (size_t i = 0; i < count; i++)
		copy_config(arena, &cluster->configs[i], &nodes[i]);
	if (check_names(cluster, err) ||
	    connect_all(cluster, deadline_ns, err)) {
		cluster_close(cluster);
		return NULL;
	}
	return cluster;
}

void cluster_close(struct cluster *cluster)
{
	if (!cluster)
		return;
	for (size_t i = 0; i < cluster->count; i++)
		node_close(cluster->nodes[i]);
	arena_release(&cluster->arena);
	free(cluster);
}

size_t cluster_count(const struct cluster *cluster)
{
	return cluster->count;
}

struct node *cluster_node(struct cluster *cluster, size_t index)
{
	assert(index < cluster->count);
	return cluster->nodes[index];
}

struct node *cluster_find(struct cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->count; i++)
		if (strcmp(cluster->configs[i].name, name) == 0)
			return cluster->nodes[i];
	return NULL;
}

void cluster_set_control(struct cluster *cluster,
			 const struct cluster_control *control)
{
	cluster->control = *control;
	cluster->has_control = true;
}

const struct cluster_control *cluster_control(const struct cluster *cluster)
{
	return cluster->has_control ? &cluster->control : NULL;
}

int cluster_each(struct cluster *cluster, const bool *picked,
		 cluster_step *step, void *argument, struct error *err)
{
	struct errand *errands = errands_new(cluster);
	int result;

	for (size_t i = 0; i < cluster->count; i++) {
		errands[i].step = step;
		errands[i].argument = argument;
	}
	result = send_out(errands, cluster->count, picked, err);
	free(errands);
	return result;
}
