/* SPDX-License-Identifier: MIT */
/* What faults may do to the store, as the target has it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/engine/run_private.h"

static int control_start(void *context, struct node *node, struct error *err)
{
	struct run *run = context;

	return run->config->target->start(run->target, node, err);
}

static int control_await(void *context, struct node *node, int64_t deadline_ns,
			 struct error *err)
{
	struct run *run = context;

	return run->config->target->await_ready(run->target, node, deadline_ns,
						err);
}

static int control_primaries(void *context, bool *is_primary, struct error *err)
{
	struct run *run = context;

	return run->config->target->primaries(run->target, is_primary, err);
}

static int control_progress(void *context, int64_t *applied, struct error *err)
{
	struct run *run = context;

	return run->config->target->progress(run->target, applied, err);
}

static int control_members(void *context, const char **ids, struct arena *arena,
			   struct error *err)
{
	struct run *run = context;

	return run->config->target->members(run->target, ids, arena, err);
}

/* Away from when it is asked to go until it is back for certain. */
static int control_leave(void *context, struct node *node, int64_t deadline_ns,
			 struct error *err)
{
	struct run *run = context;

	run->is_away[node_index(node)] = true;
	return run->config->target->leave(run->target, node, deadline_ns, err);
}

static int control_join(void *context, struct node *node, int64_t deadline_ns,
			struct error *err)
{
	struct run *run = context;
	int result =
		run->config->target->join(run->target, node, deadline_ns, err);

	if (result == 0)
		run->is_away[node_index(node)] = false;
	return result;
}

void run_set_control(struct run *run)
{
	const struct target *target = run->config->target;

	run->is_away = arena_array(run->arena, cluster_count(run->cluster),
				   sizeof(*run->is_away));
	run->down_by = arena_array(run->arena, cluster_count(run->cluster),
				   sizeof(*run->down_by));
	run->control = (struct cluster_control){
		.context = run,
		.daemons = target->daemons,
		.data = target->data,
		.start = control_start,
		.await_ready = control_await,
		.primaries = target->primaries ? control_primaries : NULL,
		.progress = target->progress ? control_progress : NULL,
		.members = target->members ? control_members : NULL,
		.leave = target->leave ? control_leave : NULL,
		.join = target->join ? control_join : NULL,
		.is_away = run->is_away,
		.down_by = run->down_by,
	};
	if (target->failpoints)
		run->control.failpoints = target->failpoints(run->target);
	if (target->ports)
		target->ports(run->target, &run->control.client_port,
			      &run->control.peer_port);
	cluster_set_control(run->cluster, &run->control);
}
