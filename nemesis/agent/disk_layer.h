/* SPDX-License-Identifier: MIT */
/* A file system that passes everything on to the folder beneath it, and can be
 * made to behave like a disk that breaks. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_LAYER_H
#define ORDEAL_NEMESIS_AGENT_DISK_LAYER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nemesis/agent/disk_log.h"
#include "nemesis/agent/disk_rules.h"
#include "nemesis/agent/fuse_nodes.h"
#include "nemesis/agent/fuse_wire.h"

/*
 * Everything is written through at once, so the folder beneath is whole
 * whatever becomes of the layer: unmounting moves nothing, and a layer that is
 * killed loses nothing. What is kept in memory is how to take back what was
 * not synced; a power loss takes it back.
 *
 * In the folder, and seen only by their names or not at all:
 */
#define LAYER_KEPT ".ordeal-kept" /* removed files, until the folder is synced;
				   * not to be had through the mount */
#define LAYER_PROBE ".ordeal-probe" /* proves faults; not listed, nor is any
				     * name that begins so */

/* More memory than that for what is not synced: it counts as written back. */
#define LAYER_MEMORY_MAX (INT64_C(512) * 1024 * 1024)

#define LAYER_FOLDER_MAX 4096

struct layer {
	char folder[LAYER_FOLDER_MAX];
	int fuse;
	struct fuse_node *root; /* the folder beneath */
	int kept; /* the folder LAYER_KEPT */

	/* Calls that change something hold it to read, a loss to write. */
	pthread_rwlock_t gate;

	/* The rest but `rules`, which has a lock of its own. */
	pthread_mutex_t lock;
	struct fuse_nodes nodes;
	struct log log; /* owners: struct undo */
	uint64_t slot; /* names in LAYER_KEPT are numbers */
	int64_t memory; /* bytes in the log */
	bool ignores_fsync;
	uint64_t written_back; /* times that all was */

	struct disk_rules rules;
	atomic_bool is_over;
};

/* One open file or folder; its address is the protocol's handle. */
struct layer_handle {
	int fd;
	void *stream; /* DIR, of a folder */
};

/* Mounts: NULL, or what is wrong. `layer` is zeroed. */
const char *layer_open(struct layer *layer, const char *folder);

/* Answers requests until it is unmounted; several threads may. */
void layer_serve(struct layer *layer);

/* Unmounts: at once for who opens a file from now on, later for who has one
 * open. -1 with errno. */
int layer_detach(struct layer *layer);

/* Removes what is ours in the folder beneath; once it is unmounted. */
void layer_clear(int folder);

/* The node of a request. */
struct fuse_node *layer_node(struct layer *layer, uint64_t id);

/* The node of a name, with one lookup more; NULL with errno. And one less. */
struct fuse_node *layer_take_name(struct layer *layer,
				  const struct fuse_node *folder,
				  const char *name);
void layer_give_back(struct layer *layer, struct fuse_node *node);

/* May this call be? 0 or a positive errno; may sleep. `name` NULL: the node
 * itself, else a name in it. */
int layer_rule(struct layer *layer, const struct fuse_node *node,
	       const char *name, enum disk_call call, int64_t grows);

/* True if the name is not to be seen, or not even to be had. */
bool layer_hides(const struct layer *layer, const struct fuse_node *folder,
		 const char *name, bool is_listing);

static inline struct layer_handle *layer_handle_of(uint64_t fh)
{
	return (struct layer_handle *)(uintptr_t)fh;
}

/* Who answers which request; NULL at the end. */
struct layer_answer {
	uint32_t opcode;
	void (*answer)(struct layer *layer, const struct fuse_request *request);
};

extern const struct layer_answer names_answers[];
extern const struct layer_answer moves_answers[];
extern const struct layer_answer files_answers[];
extern const struct layer_answer folders_answers[];

#endif
