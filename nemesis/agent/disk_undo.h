/* SPDX-License-Identifier: MIT */
/* How to take back what was done beneath the layer, and do it again. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_UNDO_H
#define ORDEAL_NEMESIS_AGENT_DISK_UNDO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nemesis/agent/disk_layer.h"

struct saved {
	struct saved *next;
	int64_t offset;
	size_t size;
	char bytes[];
};

enum undo_kind {
	UNDO_BYTES, /* a write, or a change of size */
	UNDO_ADDED, /* names[0] in folders[0] */
	UNDO_REMOVED, /* names[0] in folders[0]; now `slot` */
	UNDO_MOVED, /* from names[0] to names[1]; what was there is `slot` */
};

/* The owner of a log_op, in one block with it. */
struct undo {
	struct log_op op;
	enum undo_kind kind;
	struct fuse_node *file; /* pinned, as are the folders */
	struct fuse_node *folders[2];
	char *names[2];
	uint64_t slot; /* 0: none */
	int64_t old_size;
	struct saved *before;
	struct saved *after; /* filled when it is taken back */
};

/* A slot of LAYER_KEPT as a name. */
#define SLOT_NAME_MAX 24
void undo_slot_name(uint64_t slot, char *name);

/* A slot that is free. */
uint64_t undo_new_slot(struct layer *layer);

/*
 * Before a write or a change of size: remembers what is there. NULL with
 * *error 0: nothing is logged; with a positive errno: it cannot be.
 */
struct undo *undo_of_write(struct layer *layer, struct fuse_node *file, int fd,
			   int64_t offset, int64_t size, int *error);
struct undo *undo_of_resize(struct layer *layer, struct fuse_node *file,
			    int fd, int64_t size, int *error);

/* Before names change; `file` may be NULL until it is known. */
struct undo *undo_of_names(struct layer *layer, enum undo_kind kind,
			   struct fuse_node *folder, const char *name,
			   int *error);

/* It was done: into the log. NULL is accepted. */
void undo_done(struct layer *layer, struct undo *undo);

/* It was not done after all. NULL is accepted. */
void undo_forget(struct layer *layer, struct undo *undo);

/* How much of it was written. NULL is accepted. */
void undo_set_written(struct undo *undo, int64_t size);

/* Who is concerned, before undo_done. */
void undo_set_file(struct layer *layer, struct undo *undo,
		   struct fuse_node *file);
int undo_set_target(struct layer *layer, struct undo *undo,
		    struct fuse_node *folder, const char *name);

/* fsync of a node: `upto` is the log's order when it began. */
void undo_sync(struct layer *layer, const struct fuse_node *node,
	       uint64_t upto);
void undo_sync_all(struct layer *layer);

/* A log_drop; the context is the layer, whose lock is held. */
void undo_drop(void *context, struct log_op *op);

/*
 * A power loss: takes back what was not synced, but for what survives by the
 * plan. `doomed` is a file of which nothing survives (0: none). NULL and the
 * counts, or what went wrong.
 */
struct loss_counts {
	uint64_t unsynced; /* operations that were not synced */
	uint64_t survived; /* of these, in part or as a whole */
};
const char *layer_lose(struct layer *layer, enum log_loss loss, uint64_t seed,
		       struct loss_counts *counts);

#endif
