/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Who connects is on this node and has its line ready. */
#define CLIENT_TIMEOUT_S 1

int line_listen(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int listener;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	unlink(name.sun_path);
	umask(077);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0)
		return -1;
	if (bind(listener, (struct sockaddr *)&name, sizeof(name)) ||
	    listen(listener, 16)) {
		close(listener);
		return -1;
	}
	return listener;
}

static bool read_line(int client, char *line, size_t size)
{
	size_t used = 0;

	while (used + 1 < size) {
		ssize_t got = read(client, line + used, size - 1 - used);

		if (got <= 0)
			return false;
		used += (size_t)got;
		line[used] = '\0';
		if (line[used - 1] == '\n') {
			line[used - 1] = '\0';
			return true;
		}
	}
	return false;
}

int line_take(int listener, char *line, size_t size)
{
	struct timeval patience = { .tv_sec = CLIENT_TIMEOUT_S };
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return -1;
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience,
		   sizeof(patience));
	if (read_line(client, line, size))
		return client;
	close(client);
	return -1;
}

void line_reply(int client, const char *reply)
{
	send(client, reply, strlen(reply), MSG_NOSIGNAL);
	close(client);
}
