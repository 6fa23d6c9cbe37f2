/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "nemesis/agent/serve.h"
#include "nemesis/agent/shell.h"

#define RETRY_MS 20

/* Undoing may take its time: each line has ten seconds. */
#define REPLY_TIMEOUT_S 60

static int connect_to(const char *folder, int64_t wait_ms)
{
	int64_t deadline_ms = agent_now_ms() + wait_ms;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = REPLY_TIMEOUT_S };

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/%s", folder,
		 AGENT_SOCKET);
	for (;;) {
		int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (server < 0)
			return -1;
		if (connect(server, (struct sockaddr *)&name, sizeof(name)) ==
		    0) {
			setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience,
				   sizeof(patience));
			return server;
		}
		close(server);
		if (agent_now_ms() >= deadline_ms)
			return -1;
		poll(NULL, 0, RETRY_MS);
	}
}

/* The words with spaces between; false when they do not fit. */
static bool join(char *const *argv, char *line, size_t size)
{
	size_t used = 0;

	for (; *argv; argv++) {
		size_t length = strlen(*argv);

		if (strchr(*argv, '\n') || used + length + 2 > size)
			return false;
		memcpy(line + used, *argv, length);
		used += length;
		line[used++] = argv[1] ? ' ' : '\n';
	}
	line[used] = '\0';
	return used > 0;
}

static bool send_all(int server, const char *line)
{
	size_t left = strlen(line);

	while (left > 0) {
		ssize_t sent = send(server, line, left, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		line += sent;
		left -= (size_t)sent;
	}
	return true;
}

int ask_reply(const char *folder, int64_t wait_ms, char *const *argv,
	      char *reply, size_t size)
{
	char line[AGENT_MESSAGE_MAX];
	size_t used = 0;
	ssize_t got = 1;
	int server;

	snprintf(reply, size, "error no agent runs here\n");
	if (!join(argv, line, sizeof(line) - 1)) {
		snprintf(reply, size, "error the request is too long, or not "
				      "one line\n");
		return ASK_REFUSED;
	}
	server = connect_to(folder, wait_ms);
	if (server < 0)
		return ASK_NOBODY;
	if (!send_all(server, line))
		got = 0;
	while (got > 0 && used + 1 < size) {
		got = read(server, reply + used, size - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	close(server);
	reply[used] = '\0';
	if (!used)
		snprintf(reply, size, "error the agent did not answer\n");
	return strncmp(reply, "ok", 2) == 0 ? ASK_OK : ASK_REFUSED;
}

int ask_run(const char *folder, int64_t wait_ms, char *const *argv)
{
	char reply[AGENT_MESSAGE_MAX];
	int result = ask_reply(folder, wait_ms, argv, reply, sizeof(reply));

	fputs(reply, result == ASK_OK ? stdout : stderr);
	return result;
}
