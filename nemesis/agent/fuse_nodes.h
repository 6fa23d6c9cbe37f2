/* SPDX-License-Identifier: MIT */
/* The files that the kernel knows of, by their numbers in the protocol. */
#ifndef ORDEAL_NEMESIS_AGENT_FUSE_NODES_H
#define ORDEAL_NEMESIS_AGENT_FUSE_NODES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A file or folder beneath the mount. It is held by an O_PATH descriptor, so
 * it is the same one whatever becomes of its names, and its inode number is
 * not given to another.
 */
struct fuse_node {
	struct fuse_node *next; /* in its bucket */
	struct fuse_node *next_id;
	uint64_t id; /* never used again */
	dev_t device;
	ino_t number;
	int fd;
	uint64_t lookups; /* that the kernel has of it */
	size_t pins; /* that the log has of it */
};

#define NODE_BUCKETS 4096

/* The caller locks. */
struct fuse_nodes {
	struct fuse_node *by_number[NODE_BUCKETS];
	struct fuse_node *by_id[NODE_BUCKETS];
	uint64_t last_id;
	size_t count;
};

/* Takes the folder as the root, with the number 1. NULL: out of memory. */
struct fuse_node *nodes_add_root(struct fuse_nodes *nodes, int fd);

struct fuse_node *nodes_find(struct fuse_nodes *nodes, uint64_t id);

/* The node of a descriptor (O_PATH), which is taken or closed; one lookup
 * more. NULL with errno. */
struct fuse_node *nodes_take(struct fuse_nodes *nodes, int fd);

/* Lookups or pins are given back; without any it is freed. */
void nodes_forget(struct fuse_nodes *nodes, struct fuse_node *node,
		  uint64_t lookups);
void nodes_unpin(struct fuse_nodes *nodes, struct fuse_node *node);

/* Opens the file itself; -1 with errno. */
int node_reopen(const struct fuse_node *node, int flags);

#endif
