/* SPDX-License-Identifier: MIT */
/* The agent on a node: it undoes what we injected when we are gone. */
#ifndef ORDEAL_CONTROL_AGENT_H
#define ORDEAL_CONTROL_AGENT_H

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where it is on a node; /run is often mounted noexec. It logs to
 * /run/ordeal/agent.log. */
#define AGENT_PROGRAM "/opt/ordeal/agent/ordeal-agent"

/* What it has changed in files, to be taken back: the one thing that is there
 * yet when a node that went down comes up again. */
#define AGENT_CHANGES "/var/lib/ordeal/agent/changes"

/*
 * One thing that may have to be undone: a word, and a shell line that undoes
 * it, removes nothing that is not ours, and does no harm where there is nothing
 * to undo.
 */
struct agent_undo {
	const char *key;
	const char *line;
};

/* Uploads the program for the node's kind of machine unless it is there
 * already, the same. -1 with a sentence where we carry none for it. */
int agent_install(struct node *node, struct error *err);

/*
 * Installs and starts the agent with a lease of that length (0.1 s to 1 h), in
 * place of the one that may be there, whose journal is undone first; then
 * hands it the undo lines, before anything is injected.
 */
int agent_start(struct node *node, int64_t lease_ns,
		const struct agent_undo *undo, size_t count, struct error *err);

/*
 * The lease runs anew. 0 with `is_there` false when no agent answers on the
 * node: the lease ran out, or it died. -1 when the node was not reached by
 * `timeout_ns`.
 */
int agent_renew(struct node *node, int64_t timeout_ns, bool *is_there,
		struct error *err);

/* Has it undo everything and ends it. Success where there is none; -1 when
 * something could not be undone. */
int agent_stop(struct node *node, struct error *err);
int agent_stop_all(struct cluster *cluster, struct error *err);

#endif
