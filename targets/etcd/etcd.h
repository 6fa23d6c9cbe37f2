/* SPDX-License-Identifier: MIT */
/* etcd as a whole: what its files share. */
#ifndef ORDEAL_ETCD_ETCD_H
#define ORDEAL_ETCD_ETCD_H

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The target's state in a run. Nothing changes after it was opened, so all
 * threads may read it. */
struct etcd {
	const struct options *options;
	const char *const *addresses; /* of the nodes */
	size_t nodes;
	const char *api; /* "v3" */
	int client_port;
	int peer_port;
	bool is_serializable;
	const char *archive;	   /* a file here, or NULL: what the node has */
	const char *archive_stamp; /* tells one archive from another */
};

#define ETCD_DAEMON "etcd"
#define ETCD_FOLDER "/var/lib/ordeal"
#define ETCD_DATA ETCD_FOLDER "/etcd"
/* On a node: the flags of the cluster that it joined later; that it has left
 * and is not to be started. */
#define ETCD_JOINED ETCD_FOLDER "/etcd.joined"
#define ETCD_LEFT ETCD_FOLDER "/etcd.left"
#define ETCD_LOG "/var/log/ordeal/etcd.log"

/* As the functions of struct target; in daemon.c and install.c. */
int etcd_install(void *state, struct node *node, struct error *err);
int etcd_start(void *state, struct node *node, struct error *err);
int etcd_await_ready(void *state, struct node *node, int64_t deadline_ns,
		     struct error *err);
int etcd_stop(void *state, struct node *node, struct error *err);
int etcd_wipe(void *state, struct node *node, struct error *err);
/* Removes its data, and what it was told of the cluster; not its log. */
int etcd_forget(struct node *node, struct error *err);

/* In status.c. */
int etcd_primaries(void *state, bool *is_primary, struct error *err);
int etcd_progress(void *state, int64_t *applied, struct error *err);
const char *etcd_version(void *state, struct arena *arena);
/* The number of the node that takes itself for the leader; -1: none does, or
 * none answers in time. */
int etcd_leader(const struct etcd *etcd);

/* In member.c. */
int etcd_members(void *state, const char **ids, struct arena *arena,
		 struct error *err);
int etcd_leave(void *state, struct node *node, int64_t deadline_ns,
	       struct error *err);
int etcd_join(void *state, struct node *node, int64_t deadline_ns,
	      struct error *err);

/* The program on a node, as a shell word. */
const char *etcd_program(const struct etcd *etcd);

/* Looks at the option "archive": fetches a URL once and sets archive and
 * archive_stamp, in `arena`. */
int etcd_find_archive(struct etcd *etcd, struct arena *arena,
		      struct error *err);

#endif
