/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/fuse_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define MINOR 31
#define MISC_MAJOR 10
#define FUSE_DEVICE_MINOR 229

/* The device, by a name of our own where /dev has none. */
static int open_device(void)
{
	static const char own[] = "/run/ordeal/fuse-device";
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fuse >= 0 || errno != ENOENT)
		return fuse;
	if (mknod(own, S_IFCHR | 0600, makedev(MISC_MAJOR,
					       FUSE_DEVICE_MINOR)) &&
	    errno != EEXIST)
		return -1;
	fuse = open(own, O_RDWR | O_CLOEXEC);
	unlink(own);
	return fuse;
}

int fuse_mount(const char *folder)
{
	char options[128];
	int fuse = open_device();

	if (fuse < 0)
		return -1;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,"
		 "default_permissions",
		 fuse);
	if (mount("ordeal", folder, FUSE_TYPE, MS_NOSUID | MS_NODEV, options)) {
		close(fuse);
		return -1;
	}
	return fuse;
}

int fuse_read(int fuse, char *buffer, struct fuse_request *request)
{
	for (;;) {
		ssize_t got = read(fuse, buffer, FUSE_REQUEST_MAX);

		if (got >= (ssize_t)sizeof(struct fuse_in_header)) {
			request->fuse = fuse;
			request->header = (struct fuse_in_header *)buffer;
			request->body = buffer + sizeof(struct fuse_in_header);
			request->size =
				(size_t)got - sizeof(struct fuse_in_header);
			return 1;
		}
		if (got >= 0 || errno == ENODEV)
			return 0;
		/* ENOENT: whoever asked was killed before we read it. */
		if (errno != EINTR && errno != ENOENT && errno != EAGAIN)
			return -1;
	}
}

static void send_parts(int fuse, struct fuse_out_header *header,
		       const void *bytes, size_t size)
{
	struct iovec parts[2] = { { header, sizeof(*header) } };

	/* The kernel only reads it. */
	memcpy(&parts[1].iov_base, &bytes, sizeof(bytes));
	parts[1].iov_len = size;
	header->len = (uint32_t)(sizeof(*header) + size);
	/* Nobody is left to be told when it fails: it was unmounted, or who
	 * asked is dead. */
	while (writev(fuse, parts, size ? 2 : 1) < 0 && errno == EINTR)
		;
}

void fuse_reply(const struct fuse_request *request, const void *bytes,
		size_t size)
{
	struct fuse_out_header header = { .unique = request->header->unique };

	send_parts(request->fuse, &header, bytes, size);
}

void fuse_reply_error(const struct fuse_request *request, int error)
{
	struct fuse_out_header header = { .unique = request->header->unique,
					  .error = -error };

	send_parts(request->fuse, &header, NULL, 0);
}

void fuse_reply_init(const struct fuse_request *request)
{
	const struct fuse_init_in *in = (void *)request->body;
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < MINOR ? in->minor : MINOR,
		.max_readahead = in->max_readahead,
		.flags = in->flags & (FUSE_ASYNC_READ | FUSE_BIG_WRITES |
				      FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES),
		.max_background = 64,
		.congestion_threshold = 48,
		.max_write = FUSE_WRITE_MAX,
		.time_gran = 1,
		.max_pages = FUSE_WRITE_MAX / 4096,
	};

	if (in->major != FUSE_KERNEL_VERSION)
		fuse_reply_error(request, EPROTO);
	else
		fuse_reply(request, &out, sizeof(out));
}

void fuse_forget_file(int fuse, uint64_t id)
{
	struct fuse_out_header header = { .error = FUSE_NOTIFY_INVAL_INODE };
	struct fuse_notify_inval_inode_out out = { .ino = id };

	send_parts(fuse, &header, &out, sizeof(out));
}

void fuse_forget_name(int fuse, uint64_t parent, const char *name)
{
	struct fuse_out_header header = { .error = FUSE_NOTIFY_INVAL_ENTRY };
	struct {
		struct fuse_notify_inval_entry_out out;
		char name[256];
	} message = { .out = { .parent = parent } };
	size_t length = strlen(name);

	if (length >= sizeof(message.name))
		return;
	message.out.namelen = (uint32_t)length;
	memcpy(message.name, name, length + 1);
	send_parts(fuse, &header, &message,
		   sizeof(message.out) + length + 1);
}
