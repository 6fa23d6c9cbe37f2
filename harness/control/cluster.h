/* SPDX-License-Identifier: MIT */
/* The nodes of a test, and what can be done to all of them at once. */
#ifndef ORDEAL_CONTROL_CLUSTER_H
#define ORDEAL_CONTROL_CLUSTER_H

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one node is reached. Strings are copied by cluster_open. */
struct node_config {
	const char *name;
	const char *address;	   /* for clients and peers; NULL: as `host` */
	const char *host;	   /* for the transport; NULL: as `name` */
	int port;		   /* of sshd; 0: 22 */
	const char *user;	   /* NULL: root */
	const char *key_file;	   /* NULL: agent, then the usual files */
	const char *password;	   /* NULL: none; never logged */
	const char *sudo_password; /* NULL: sudo -n */
	const char *known_hosts;   /* NULL: ~/.ssh/known_hosts */
	bool accept_any_host_key;
	const char *prefix; /* command-prefix transport: "docker exec -i n1" */
	int64_t step_timeout_ns; /* 0: 30 s */
};

/*
 * What faults may do to the store without knowing which one it is; filled in
 * by the engine from the target. Functions take the node they act on and are
 * called by the thread that owns it.
 */
struct cluster_control {
	void *context;
	const char *const *daemons; /* names, NULL at the end */
	const char *data; /* the folder of its data on each node, or NULL */
	int client_port; /* TCP; 0: not known */
	int peer_port;
	const char *failpoints; /* ADDRESS:PORT, as in target.h, or NULL */
	int (*start)(void *context, struct node *node, struct error *err);
	int (*await_ready)(void *context, struct node *node,
			   int64_t deadline_ns, struct error *err);
	/* Sets is_primary[i] for each node that is primary now; best effort.
	 * NULL where the store has no such thing. */
	int (*primaries)(void *context, bool *is_primary, struct error *err);
	/* How far each node is, as in target.h; NULL where none tells. */
	int (*progress)(void *context, int64_t *applied, struct error *err);
	/* Membership, as in target.h; NULL where it cannot be changed. */
	int (*members)(void *context, const char **ids, struct arena *arena,
		       struct error *err);
	int (*leave)(void *context, struct node *node, int64_t deadline_ns,
		     struct error *err);
	int (*join)(void *context, struct node *node, int64_t deadline_ns,
		    struct error *err);
	/* Of each node, whether a fault has taken it out of the store; kept by
	 * leave and join. NULL: none can be. */
	const bool *is_away;
	/* Of each node, how many faults have hit it that may end its daemons,
	 * and are not over: if one is not there, that may be our own doing.
	 * Kept by the faults (nemesis/victims.h), in one thread. NULL: nobody
	 * keeps it. */
	unsigned *down_by;
};

struct cluster;

/*
 * Connects to all nodes in parallel by `deadline_ns`. NULL with every node's
 * error in one sentence ("node n2: ...; node n4: ...") when any cannot be
 * reached.
 */
struct cluster *cluster_open(const struct node_config *nodes, size_t count,
			     int64_t deadline_ns, struct error *err);
void cluster_close(struct cluster *cluster); /* NULL is accepted */

size_t cluster_count(const struct cluster *cluster);
struct node *cluster_node(struct cluster *cluster, size_t index);

/* NULL when there is none of that name. */
struct node *cluster_find(struct cluster *cluster, const char *name);

void cluster_set_control(struct cluster *cluster,
			 const struct cluster_control *control);
const struct cluster_control *cluster_control(const struct cluster *cluster);

/*
 * Runs `step` on every node (on those with picked[i], unless `picked` is
 * NULL), each in a thread of its own, and waits for all. Steps end by their
 * own deadlines. 0 if all succeeded, else -1 with every node's error.
 */
typedef int cluster_step(struct node *node, void *argument, struct error *err);
int cluster_each(struct cluster *cluster, const bool *picked,
		 cluster_step *step, void *argument, struct error *err);

#endif
