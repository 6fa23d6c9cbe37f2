/* SPDX-License-Identifier: MIT */
/* Asynchronous replicas: one at each node, and the links between them. */
#ifndef ORDEAL_MEMORY_REPLICA_H
#define ORDEAL_MEMORY_REPLICA_H

#include "targets/memory/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one node has. */
struct replica {
	struct store store;   /* items alone; its values are the memory's */
	struct update **made; /* by it, in order */
	size_t made_count;
	size_t made_capacity;
	uint64_t *seen; /* of each node: it has all up to this number */
	/* Beyond these, by node and number; where updates come in any order. */
	bool **has;
	size_t *has_capacity;
	bool is_stuck;
};

/* An update on its way. */
struct message {
	const struct update *update;
	size_t to;
	int64_t due_ns;
	bool ignores_order; /* a bug has it so */
};

/*
 * All under the memory's lock. There is no thread: what is due happens when
 * the next operation comes, before it.
 */
struct replicas {
	struct memory *memory;
	size_t count;
	struct replica *at;
	bool *refuses; /* [to * count + from]: that link is cut */
	double *slowness; /* of each link, about one */
	const char *const *names; /* of nodes; NULL: n1, n2, ... */
	struct message *messages;
	size_t message_count;
	size_t message_capacity;
	struct chance chance;
	int64_t now_ns;
	int64_t exchange_ns; /* when anti-entropy is due next */
};

/* `names` may be NULL, and lives as long as the replicas. */
struct replicas *replicas_new(struct memory *memory, const char *const *names);
void replicas_free(struct replicas *replicas); /* NULL is accepted */

/* Time passes, and what is due happens. */
void replicas_advance(struct replicas *replicas);

/* Makes an update at that node, which takes it in, and sends it. What it is
 * about is in `model`; the rest is filled in. */
const struct update *replica_make(struct replicas *replicas, size_t node,
				  const struct update *model);

struct item *replica_item(struct replica *replica, enum object object,
			  struct value key);

/* From now on nothing gets through these links ([to * count + from]); NULL:
 * all are open. */
void replicas_cut(struct replicas *replicas, const bool *refuses);

/* The treatment of an update where no bug fires. */
struct treatment replica_treatment(const struct memory *memory);

#endif
