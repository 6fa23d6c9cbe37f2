/* SPDX-License-Identifier: MIT */
/* What replies are made of. */
#ifndef ORDEAL_NEMESIS_AGENT_FUSE_REPLY_H
#define ORDEAL_NEMESIS_AGENT_FUSE_REPLY_H

#include <linux/fuse.h>
#include <sys/stat.h>

#include "nemesis/agent/fuse_nodes.h"

/* How long the kernel may believe a name and attributes, in seconds. All that
 * changes them goes through it, and a power loss has it forget them. */
#define FUSE_VALID_S 1

/* Attributes of a node; -1 with errno. */
int fuse_fill_entry(const struct fuse_node *node, struct fuse_entry_out *out);
int fuse_fill_attributes(const struct fuse_node *node,
			 struct fuse_attr_out *out);

/* 0, or ENOTEMPTY, or what else is wrong with it. */
int fuse_folder_is_empty(int parent, const char *name);

#endif
