/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/fuse_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fuse_node **number_bucket(struct fuse_nodes *nodes,
					dev_t device, ino_t number)
{
	return &nodes->by_number[(number ^ device) % NODE_BUCKETS];
}

static struct fuse_node **id_bucket(struct fuse_nodes *nodes, uint64_t id)
{
	return &nodes->by_id[id % NODE_BUCKETS];
}

static struct fuse_node *add(struct fuse_nodes *nodes, int fd,
			     const struct stat *status)
{
	struct fuse_node *node = calloc(1, sizeof(*node));
	struct fuse_node **bucket;

	if (!node)
		return NULL;
	node->id = ++nodes->last_id;
	node->device = status->st_dev;
	node->number = status->st_ino;
	node->fd = fd;
	bucket = number_bucket(nodes, node->device, node->number);
	node->next = *bucket;
	*bucket = node;
	bucket = id_bucket(nodes, node->id);
	node->next_id = *bucket;
	*bucket = node;
	nodes->count++;
	return node;
}

struct fuse_node *nodes_add_root(struct fuse_nodes *nodes, int fd)
{
	struct fuse_node *node;
	struct stat status;

	if (fstat(fd, &status))
		return NULL;
	node = add(nodes, fd, &status);
	if (node)
		node->lookups = 1;
	return node;
}

struct fuse_node *nodes_find(struct fuse_nodes *nodes, uint64_t id)
{
	struct fuse_node *node = *id_bucket(nodes, id);

	while (node && node->id != id)
		node = node->next_id;
	return node;
}

struct fuse_node *nodes_take(struct fuse_nodes *nodes, int fd)
{
	struct fuse_node *node;
	struct stat status;
	int code;

	if (fstat(fd, &status)) {
		code = errno;
		close(fd);
		errno = code;
		return NULL;
	}
	node = *number_bucket(nodes, status.st_dev, status.st_ino);
	while (node && (node->number != status.st_ino ||
			node->device != status.st_dev))
		node = node->next;
	if (node) {
		close(fd);
	} else {
		node = add(nodes, fd, &status);
		if (!node) {
			close(fd);
			errno = ENOMEM;
			return NULL;
		}
	}
	node->lookups++;
	return node;
}

static void drop_if_unused(struct fuse_nodes *nodes, struct fuse_node *node)
{
	struct fuse_node **at;

	if (node->lookups || node->pins)
		return;
	at = number_bucket(nodes, node->device, node->number);
	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	at = id_bucket(nodes, node->id);
	while (*at != node)
		at = &(*at)->next_id;
	*at = node->next_id;
	nodes->count--;
	close(node->fd);
	free(node);
}

void nodes_forget(struct fuse_nodes *nodes, struct fuse_node *node,
		  uint64_t lookups)
{
	node->lookups -= lookups < node->lookups ? lookups : node->lookups;
	drop_if_unused(nodes, node);
}

void nodes_unpin(struct fuse_nodes *nodes, struct fuse_node *node)
{
	node->pins--;
	drop_if_unused(nodes, node);
}

int node_reopen(const struct fuse_node *node, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", node->fd);
	return open(path, flags | O_CLOEXEC);
}
