/* SPDX-License-Identifier: MIT */
/* What a transaction reads and writes of one key, or of one set's keys. */
#ifndef ORDEAL_ETCD_SLOT_H
#define ORDEAL_ETCD_SLOT_H

#include "harness/core/arena.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"

#include "targets/etcd/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key that the transaction touches, and its text there just now. */
struct slot {
	const char *key;
	const char *key64;
	enum object object;
	bool is_read; /* what was there before matters */
	bool is_written;
	const char *text; /* NULL: not there */
	size_t size;
	int64_t mod_revision;

	/* Of a set, whose keys begin with `key`. */
	const char *end64; /* of the range; NULL: no set */
	struct value rows; /* with those to be put */
	const char **puts; /* keys */
	size_t put_count;
	int64_t revision;
};

/* Makes it the slot of a set; `prefix` ends in a slash. */
void slot_begin_rows(struct slot *slot, const struct request *request,
		     const char *prefix);

/* What a range over the slot says beside its key. */
const char *slot_range(const struct slot *slot, struct arena *arena);

/* Takes the rows over; -1 if one is no integer. */
int slot_take_rows(struct slot *slot, struct request *request,
		   const struct etcd_entry *entry);

/* Carries an action on a set out. */
void slot_act(struct slot *slot, struct request *request,
	      struct action *action);

/* What must hold for the slot if it is as it was read. */
const char *slot_comparison(const struct slot *slot, struct arena *arena);

/* `before`, and behind it the puts of the slot; counts them. */
const char *slot_puts(const struct slot *slot, const char *before,
		      struct arena *arena, size_t *count);

#endif
