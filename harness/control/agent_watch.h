/* SPDX-License-Identifier: MIT */
/* Agents on all nodes, and the thread that renews their leases. */
#ifndef ORDEAL_CONTROL_AGENT_WATCH_H
#define ORDEAL_CONTROL_AGENT_WATCH_H

#include "harness/control/agent.h"
#include "harness/control/cluster.h"
#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A lease has to be renewed whatever the nemesis is doing, and a node (its
 * session) belongs to one thread at a time. So the watch has sessions of its
 * own to the same nodes, which its own thread uses and nobody else; nothing
 * that others do on a node waits for it, nor it for them. When the controller
 * dies or is cut off from a node nothing is renewed, and the agent there undoes
 * everything when its lease ends.
 *
 * Renewal begins every third of the lease, on all nodes in parallel, and gives
 * up on a node after a third: two thirds at most between two on a node that
 * answers.
 */
struct agent_watch;

/*
 * Connects to the nodes (as cluster_open does), starts an agent with `undo` on
 * each, and the thread. `undo` is copied. NULL with a sentence; no agent is
 * left then.
 */
struct agent_watch *agent_watch_start(const struct node_config *nodes,
				      size_t count, int64_t lease_ns,
				      const struct agent_undo *undo,
				      size_t undo_count, struct error *err);

/*
 * Ends the thread, has every agent undo what is left and ends it. -1 with a
 * sentence for each node where the lease had run out or the agent was gone
 * meanwhile (it is started again, but faults that were in force there were
 * undone unseen), or where something could not be undone. NULL is accepted.
 */
int agent_watch_stop(struct agent_watch *watch, struct error *err);

#endif
