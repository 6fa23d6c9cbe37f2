/* SPDX-License-Identifier: MIT */
/* etcd on a local cluster, as the engine would set it up; for tests. */
#ifndef ORDEAL_TESTS_ETCD_CLUSTER_H
#define ORDEAL_TESTS_ETCD_CLUSTER_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/op.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"
#include "harness/core/value.h"
#include "harness/fault.h"
#include "harness/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BED_NODES_MAX 9

/* A cluster, etcd on it, and one client a node. */
struct bed {
	const char *name; /* of the local cluster */
	struct arena arena;
	struct cluster *cluster;
	size_t count;
	void *etcd;
	void *clients[BED_NODES_MAX];
	bool is_away[BED_NODES_MAX]; /* as in struct cluster_control */
	unsigned down_by[BED_NODES_MAX];
	int64_t patience_ns; /* for one action; 0: 1 s */
	struct values *values;
	struct error err;
};

/* Makes a cluster of `count` nodes, called `name` and the number of this
 * process, so that nobody else has it. -1: see bed->err. */
int bed_make(struct bed *bed, const char *name, size_t count);

/* Installs etcd, starts it and waits until it is ready. */
int bed_start_etcd(struct bed *bed, const char *option, const char *text);
/* Stops it and removes its data. */
int bed_stop_etcd(struct bed *bed);

/* Takes all of it down. */
void bed_remove(struct bed *bed);

/* One action on the register `key` by the client of `node`; `value` is read,
 * written or expected (negative: nil), `next` what a cas writes. */
enum outcome bed_read(struct bed *bed, size_t node, int key, int64_t *value);
enum outcome bed_write(struct bed *bed, size_t node, int key, int64_t value);
enum outcome bed_cas(struct bed *bed, size_t node, int key, int64_t expected,
		     int64_t next);

/* A fault with its state and its notes, in the bed's arena; NULL: see
 * bed->err. Options are pairs of name and text, NULL at the end. */
struct bed_fault {
	const struct fault *fault;
	void *state;
	struct rng rng;
	struct figure note;
};
struct bed_fault *bed_open_fault(struct bed *bed, const struct fault *fault,
				 const char *const *options);

/* Gives node number i (from 1) the address fd00:0:0:7::i, which no name tells.
 * False where the machine has no IPv6. */
bool bed_add_ipv6(struct bed *bed);

/* What a shell line prints on a node, in the bed's arena; "" on error. */
const char *bed_ask(struct bed *bed, size_t node, const char *line);

#endif
