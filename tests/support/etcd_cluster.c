/* SPDX-License-Identifier: MIT */
#include "tests/support/etcd_cluster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/local.h"
#include "harness/control/node.h"
#include "harness/core/clock.h"

extern const struct target target_etcd;

int bed_make(struct bed *bed, const char *name, size_t count)
{
	struct node_config *configs;

	*bed = (struct bed){ .count = count };
	bed->name = arena_printf(&bed->arena, "%s-%d", name, (int)getpid());
	bed->values = values_new();
	if (local_up(bed->name, count, &bed->err) < 0 ||
	    local_nodes(bed->name, &bed->arena, &configs, &count, &bed->err) <
		    0)
		return -1;
	bed->cluster = cluster_open(configs, count,
				    clock_now_ns() + 60 * NS_PER_S, &bed->err);
	return bed->cluster ? 0 : -1;
}

static int start(void *context, struct node *node, struct error *err)
{
	struct bed *bed = context;

	return target_etcd.start(bed->etcd, node, err);
}

static int await(void *context, struct node *node, int64_t deadline_ns,
		 struct error *err)
{
	struct bed *bed = context;

	return target_etcd.await_ready(bed->etcd, node, deadline_ns, err);
}

static int primaries(void *context, bool *is_primary, struct error *err)
{
	struct bed *bed = context;

	return target_etcd.primaries(bed->etcd, is_primary, err);
}

static int progress(void *context, int64_t *applied, struct error *err)
{
	struct bed *bed = context;

	return target_etcd.progress(bed->etcd, applied, err);
}

static int set_up_node(struct node *node, void *argument, struct error *err)
{
	struct bed *bed = argument;

	return target_etcd.install(bed->etcd, node, err) ||
			       target_etcd.stop(bed->etcd, node, err) ||
			       target_etcd.wipe(bed->etcd, node, err) ||
			       target_etcd.start(bed->etcd, node, err)
		       ? -1
		       : 0;
}

static int await_node(struct node *node, void *argument, struct error *err)
{
	struct bed *bed = argument;

	return target_etcd.await_ready(bed->etcd, node,
				       clock_now_ns() + 120 * NS_PER_S, err);
}

static int members(void *context, const char **ids, struct arena *arena,
		   struct error *err)
{
	struct bed *bed = context;

	return target_etcd.members(bed->etcd, ids, arena, err);
}

static int leave(void *context, struct node *node, int64_t deadline_ns,
		 struct error *err)
{
	struct bed *bed = context;

	bed->is_away[node_index(node)] = true;
	return target_etcd.leave(bed->etcd, node, deadline_ns, err);
}

static int join(void *context, struct node *node, int64_t deadline_ns,
		struct error *err)
{
	struct bed *bed = context;
	int result = target_etcd.join(bed->etcd, node, deadline_ns, err);

	if (result == 0)
		bed->is_away[node_index(node)] = false;
	return result;
}

static void *open_etcd(struct bed *bed, const char *option, const char *text)
{
	struct arena *arena = &bed->arena;
	struct target_setup setup = { .arena = arena, .nodes = bed->count };
	struct options *options = options_new(arena, target_etcd.options);
	const char **addresses =
		arena_array(arena, bed->count, sizeof(*addresses));

	if (option && options_set(options, arena, option, text, &bed->err) < 0)
		return NULL;
	for (size_t i = 0; i < bed->count; i++)
		addresses[i] = node_address(cluster_node(bed->cluster, i));
	setup.options = options;
	setup.node_addresses = addresses;
	return target_etcd.open(&setup, &bed->err);
}

int bed_start_etcd(struct bed *bed, const char *option, const char *text)
{
	struct cluster_control control = {
		.context = bed,
		.daemons = target_etcd.daemons,
		.start = start,
		.await_ready = await,
		.primaries = primaries,
		.progress = progress,
		.members = members,
		.leave = leave,
		.join = join,
		.is_away = bed->is_away,
		.down_by = bed->down_by,
	};

	bed->etcd = open_etcd(bed, option, text);
	if (!bed->etcd)
		return -1;
	target_etcd.ports(bed->etcd, &control.client_port, &control.peer_port);
	cluster_set_control(bed->cluster, &control);
	if (cluster_each(bed->cluster, NULL, set_up_node, bed, &bed->err) ||
	    cluster_each(bed->cluster, NULL, await_node, bed, &bed->err))
		return -1;
	for (size_t i = 0; i < bed->count; i++) {
		bed->clients[i] = target_etcd.connect(
			bed->etcd, i, clock_now_ns() + 20 * NS_PER_S,
			&bed->err);
		if (!bed->clients[i])
			return -1;
	}
	return 0;
}

static int tear_down_node(struct node *node, void *argument, struct error *err)
{
	struct bed *bed = argument;

	return target_etcd.stop(bed->etcd, node, err) ||
			       target_etcd.wipe(bed->etcd, node, err)
		       ? -1
		       : 0;
}

int bed_stop_etcd(struct bed *bed)
{
	int result = cluster_each(bed->cluster, NULL, tear_down_node, bed,
				  &bed->err);

	for (size_t i = 0; i < bed->count; i++) {
		if (bed->clients[i])
			target_etcd.disconnect(bed->clients[i]);
		bed->clients[i] = NULL;
	}
	target_etcd.close(bed->etcd);
	bed->etcd = NULL;
	return result;
}

void bed_remove(struct bed *bed)
{
	struct error ignored;

	if (bed->etcd)
		bed_stop_etcd(bed);
	cluster_close(bed->cluster);
	if (geteuid() == 0)
		local_down(bed->name, &ignored);
	values_free(bed->values);
	arena_release(&bed->arena);
}

static enum outcome apply(struct bed *bed, size_t node, struct action *action)
{
	struct arena arena = { 0 };
	struct request request = {
		.actions = action,
		.action_count = 1,
		.values = bed->values,
		.arena = &arena,
		.deadline_ns = clock_now_ns() + (bed->patience_ns
							 ? bed->patience_ns
							 : NS_PER_S),
	};
	enum outcome outcome;

	action->object = OBJECT_REGISTER;
	outcome = target_etcd.apply(bed->clients[node], &request, &bed->err);
	arena_release(&arena);
	return outcome;
}

enum outcome bed_read(struct bed *bed, size_t node, int key, int64_t *value)
{
	struct action action = { .verb = VERB_READ,
				 .key = value_int(bed->values, key) };
	enum outcome outcome = apply(bed, node, &action);

	if (!value_get_int(bed->values, action.result, value))
		*value = -1;
	return outcome;
}

enum outcome bed_write(struct bed *bed, size_t node, int key, int64_t value)
{
	struct action action = { .verb = VERB_WRITE,
				 .key = value_int(bed->values, key),
				 .arg = value_int(bed->values, value) };

	return apply(bed, node, &action);
}

enum outcome bed_cas(struct bed *bed, size_t node, int key, int64_t expected,
		     int64_t next)
{
	struct action action = { .verb = VERB_CAS,
				 .key = value_int(bed->values, key),
				 .arg = value_int(bed->values, next) };

	if (expected >= 0)
		action.expected = value_int(bed->values, expected);
	return apply(bed, node, &action);
}

struct bed_fault *bed_open_fault(struct bed *bed, const struct fault *fault,
				 const char *const *options)
{
	struct arena *arena = &bed->arena;
	struct bed_fault *opened = arena_alloc(arena, sizeof(*opened));
	struct options *set = options_new(arena, fault->options);
	struct fault_setup setup = {
		.cluster = bed->cluster,
		.options = set,
		.rng = &opened->rng,
		.arena = arena,
	};

	for (size_t i = 0; options && options[i]; i += 2) {
		if (options_set(set, arena, options[i], options[i + 1],
				&bed->err) < 0)
			return NULL;
	}
	opened->fault = fault;
	opened->note = figure_group_root();
	rng_init(&opened->rng, 1, fault->name, 0);
	opened->state = fault->open(&setup, &bed->err);
	return opened->state ? opened : NULL;
}

const char *bed_ask(struct bed *bed, size_t node, const char *line)
{
	const char *out = "";

	if (node_run(cluster_node(bed->cluster, node), &bed->arena, &out,
		     &bed->err, "%s", line) < 0)
		return "";
	return out;
}

bool bed_add_ipv6(struct bed *bed)
{
	char line[256];

	for (size_t i = 0; i < bed->count; i++) {
		snprintf(line, sizeof(line),
			 "device=$(ip -o addr show to %s | "
			 "while read -r _ d _; do echo $d; done) && "
			 "ip addr replace fd00:0:0:7::%zu/64 dev $device nodad "
			 "&& echo added",
			 node_address(cluster_node(bed->cluster, i)), i + 1);
		if (strcmp(bed_ask(bed, i, line), "added") != 0)
			return false;
	}
	return true;
}
