/* SPDX-License-Identifier: MIT */
/* How nodes come to be; for the cluster, the doctor and tests. */
#ifndef ORDEAL_CONTROL_NODE_OPEN_H
#define ORDEAL_CONTROL_NODE_OPEN_H

#include "harness/control/node.h"
#include "harness/control/transport.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node_config;

/* Connects to the node of `config` (which must outlive it) by `deadline_ns`,
 * by ssh or, where it has a prefix, by that. NULL with the cause; the text
 * does not name the node yet. */
struct node *node_open(const struct node_config *config, int64_t deadline_ns,
		       struct error *err);

/* A node on a session that is open already; it becomes the node's own. */
struct node *node_over(const struct node_config *config,
		       const struct transport *transport, void *session);

/* NULL is accepted. */
void node_close(struct node *node);

/* Tells it its position among `count` nodes; `peers` is borrowed. */
void node_set_peers(struct node *node, struct node *const *peers, size_t count,
		    size_t index);

/* Puts "node NAME: " in front. Returns -1. */
int node_error(const struct node *node, struct error *err);

/*
 * What the files that implement node.h share. node_execute runs `command` as
 * root, connecting again first where the step before broke the connection;
 * its error names neither node nor step, nor does node_transfer's.
 */
int64_t node_step_timeout_ns(const struct node *node);
bool node_needs_sudo(const struct node *node);
int node_execute(struct node *node, const struct command *command,
		 struct arena *arena, struct reply *reply, struct error *err);
int node_execute_as_user(struct node *node, const struct command *command,
			 struct arena *arena, struct reply *reply,
			 struct error *err);
int node_transfer(struct node *node, bool is_upload, const char *local,
		  const char *remote, int mode, struct error *err);

/* Sets "exit status 1: the last line it printed". Returns -1. */
int node_reply_error(struct arena *arena, const struct reply *reply,
		     struct error *err);

#endif
