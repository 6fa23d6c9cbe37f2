/* SPDX-License-Identifier: MIT */
/*
 * Who uses a local cluster. The claim is an abstract socket's name: taken by
 * one process at a time, gone with it however it ends, and no file.
 */
#include "harness/control/local.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/core/clock.h"

/* A program that was just being started when its owner was killed holds the
 * name until it runs; so one refusal says little. */
#define PATIENCE_NS NS_PER_S

static int try_bind(int fd, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
	int length =
		snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
			 "ordeal-cluster-%s", name);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     1 + (size_t)length);

	if ((size_t)length >= sizeof(address.sun_path) - 1) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (bind(fd, (struct sockaddr *)&address, size) != 0) {
		if (errno != EADDRINUSE || clock_left_ms(deadline_ns) == 0)
			return -1;
		clock_sleep_until(clock_now_ns() + 20 * NS_PER_MS);
	}
	return 0;
}

int local_claim(const char *name, struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_errno(err, "claim local cluster '%s'", name);
	if (try_bind(fd, name) == 0)
		return fd;
	if (errno == EADDRINUSE)
		error_set(err,
			  "local cluster '%s' is in use by another ordeal; "
			  "wait for it, or take another name (run: --cluster "
			  "NAME, cluster: --name NAME)",
			  name);
	else
		error_errno(err, "claim local cluster '%s'", name);
	close(fd);
	return -1;
}
