/* SPDX-License-Identifier: MIT */
/* The kernel's FUSE protocol: a mount, its requests and their replies. */
#ifndef ORDEAL_NEMESIS_AGENT_FUSE_WIRE_H
#define ORDEAL_NEMESIS_AGENT_FUSE_WIRE_H

#include <linux/fuse.h>
#include <stddef.h>
#include <stdint.h>

/* Spoken as /usr/include/linux/fuse.h has it, without libfuse: the agent is
 * static, and has to build where there is no libfuse3.a (musl, other
 * architectures). Minor version 31 is what Linux 5.4 has; newer kernels speak
 * it too. */
#define FUSE_TYPE "fuse.ordeal"
#define FUSE_WRITE_MAX (1024 * 1024)
#define FUSE_REQUEST_MAX (FUSE_WRITE_MAX + 4096)

struct fuse_request {
	int fuse;
	struct fuse_in_header *header;
	char *body; /* what follows the header */
	size_t size;
};

/* Mounts over `folder`: the descriptor, or -1 with errno. */
int fuse_mount(const char *folder);

/* Reads the next request into `buffer` of FUSE_REQUEST_MAX: 1, or 0 when it is
 * unmounted, or -1 with errno. */
int fuse_read(int fuse, char *buffer, struct fuse_request *request);

/* A reply with `size` bytes, or with an error (a positive errno). */
void fuse_reply(const struct fuse_request *request, const void *bytes,
		size_t size);
void fuse_reply_error(const struct fuse_request *request, int error);

/* Answers FUSE_INIT. */
void fuse_reply_init(const struct fuse_request *request);

/* The kernel forgets what it has of a file's bytes and attributes, or of a
 * name. Waits for calls that are under way there: hold no locks. */
void fuse_forget_file(int fuse, uint64_t id);
void fuse_forget_name(int fuse, uint64_t parent, const char *name);

#endif
