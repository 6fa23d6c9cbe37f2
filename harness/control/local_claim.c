/* SPDX-License-Identifier: MIT */
/*
 * Who uses a local cluster. The claim is an abstract socket's name: taken by
 * one process at a time, gone with it however it ends, and no file.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/control/local.h"

int local_claim(const char *name, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int length = snprintf(address.sun_path + 1,
			      sizeof(address.sun_path) - 1,
			      "ordeal-cluster-%s", name);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     1 + (size_t)length);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_errno(err, "claim local cluster '%s'", name);
	if ((size_t)length < sizeof(address.sun_path) - 1 &&
	    bind(fd, (struct sockaddr *)&address, size) == 0)
		return fd;
	if (errno == EADDRINUSE)
		error_set(err, "local cluster '%s' is in use by another "
			       "ordeal; wait for it, or take another name "
			       "(run: --cluster NAME, cluster: --name NAME)",
			  name);
	else
		error_errno(err, "claim local cluster '%s'", name);
	close(fd);
	return -1;
}
