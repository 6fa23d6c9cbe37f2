/* SPDX-License-Identifier: MIT */
/* What the memory target keeps: items by object and key. */
#ifndef ORDEAL_MEMORY_STORE_H
#define ORDEAL_MEMORY_STORE_H

#include "harness/core/op.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many old versions of an item are kept, at least. */
#define VERSIONS_KEPT 64

struct version {
	int64_t stamp; /* of the commit that made it */
	struct value content;
};

/* Who holds a lock. */
struct grant {
	int32_t process;
	int64_t token;
};

/* One object. Values are of the store's table. Which parts are in use
 * depends on the object. */
struct item {
	uint16_t object; /* enum object */
	struct value key;
	int64_t stamp; /* of the last change */

	/* Register, list, counter: the newest last; none: never written. */
	struct version *versions;
	size_t version_count;
	size_t version_capacity;
	struct value dirty; /* what no transaction should have let others see */
	int64_t dirty_stamp; /* when that was; 0: never */
	int64_t read_stamp;  /* when it was read last */

	/* Set, queue (and stack), log: elements first .. count-1. In a log
	 * nil stands for one that is gone. */
	struct value *elements;
	size_t first;
	size_t count;
	size_t capacity;
	uint32_t *slots;   /* of a set: value to position + 1 */
	size_t slot_count; /* a power of two, or 0 */

	/* Lock. */
	struct grant *grants;
	size_t grant_count;
	size_t grant_capacity;
	int64_t last_number; /* the last token; of ids, the last id */

	int64_t committed; /* of a log: where consumers begin */

	/* Of an asynchronous replica; see crdt.h. */
	struct cell *cells;
	size_t cell_count;
	size_t cell_capacity;
};

/* What a transaction touched. One that touched more is remembered as far as
 * there is room. */
#define COMMIT_TOUCHED 8
struct commit {
	int64_t stamp;
	const struct item *read[COMMIT_TOUCHED];
	const struct item *written[COMMIT_TOUCHED];
	size_t read_count;
	size_t written_count;
};

/* The last commits of transactions, the oldest is overwritten. */
#define COMMITS_KEPT 8

struct table {
	struct item **slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t item_count;
};

/* All under the lock of struct memory. */
struct store {
	struct values *values;
	struct table table;
	struct table other; /* the other half's, while the brain is split */
	int64_t stamp;	    /* of the last commit */
	struct commit commits[COMMITS_KEPT];
	size_t commit_count; /* that ever were */
};

void store_init(struct store *store);
void store_release(struct store *store);

/* The item, made when there is none. `is_other`: as the other half sees it;
 * its copy is made when it first looks. Valid until store_merge. */
struct item *store_item(struct store *store, bool is_other, enum object object,
			struct value key);

/* Ends a split: of each item the half that changed it last wins. */
void store_merge(struct store *store);

/* Makes `content` the newest version, of a new stamp. */
void item_put(struct store *store, struct item *item, struct value content);
/* The newest version; nil if there is none. */
struct value item_newest(const struct item *item);
/* The same of a stamp that was taken: for all that one transaction writes. */
void item_put_at(struct item *item, struct value content, int64_t stamp);
/* The version that was the newest at `stamp`. */
struct value item_at(const struct item *item, int64_t stamp);
/* The version `back` before the newest, or the first that is kept. */
struct value item_older(const struct item *item, size_t back);

/* Elements at either end. */
void item_push(struct store *store, struct item *item, struct value element);
/* Takes out the one at `position`; those behind it move up. */
struct value item_pull(struct store *store, struct item *item, size_t position);

/* Elements of a set: false when it is (not) there already. */
bool item_has(const struct item *item, struct value element);
bool item_add(struct store *store, struct item *item, struct value element);
bool item_remove(struct store *store, struct item *item, struct value element);

#endif
