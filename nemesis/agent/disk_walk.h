/* SPDX-License-Identifier: MIT */
/* The files of a folder, and of the folders in it. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_WALK_H
#define ORDEAL_NEMESIS_AGENT_DISK_WALK_H

#include <stddef.h>
#include <stdint.h>

struct walked {
	char **paths; /* whole, in the order of their names */
	size_t count;
	size_t room;
};

/* Regular files that are not empty and whose path below `folder` matches the
 * glob; ours are left out. -1 with errno. */
int walk_files(const char *folder, const char *pattern, struct walked *files);
void walk_free(struct walked *files);

#endif
