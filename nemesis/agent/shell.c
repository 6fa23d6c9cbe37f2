/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long to wait between two looks whether the child has ended. */
#define LOOK_MS 20

extern char **environ;

int64_t agent_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int spawn(const char *line, int output, pid_t *pid)
{
	char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, NULL, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	char *copy = strdup(line);
	int code;

	if (!copy)
		return ENOMEM;
	argv[2] = copy;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	code = posix_spawn(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	free(copy);
	return code;
}

/* Keeps the end of what is printed. */
static void read_some(int input, char *said, size_t size)
{
	char bytes[512];
	size_t used = strlen(said);
	ssize_t got = read(input, bytes, sizeof(bytes));
	size_t fresh = got > 0 ? (size_t)got : 0;

	if (fresh > size - 1)
		fresh = size - 1;
	if (used + fresh > size - 1) {
		size_t excess = used + fresh - (size - 1);

		memmove(said, said + excess, used - excess);
		used -= excess;
	}
	memcpy(said + used, bytes, fresh);
	said[used + fresh] = '\0';
}

/* True once the child has ended; its pipe may still be held by others. */
static bool await(pid_t pid, int input, int64_t deadline_ms, int *status,
		  char *said, size_t size)
{
	for (;;) {
		struct pollfd ready = { .fd = input, .events = POLLIN };
		bool has_ended = waitpid(pid, status, WNOHANG) == pid;

		while (poll(&ready, 1, has_ended ? 0 : LOOK_MS) > 0 &&
		       (ready.revents & POLLIN))
			read_some(input, said, size);
		if (has_ended)
			return true;
		if (agent_now_ms() > deadline_ms)
			return false;
		if (ready.revents & POLLHUP)
			poll(NULL, 0, LOOK_MS);
	}
}

static void tidy(char *said)
{
	size_t size = strlen(said);

	while (size > 0 && said[size - 1] == '\n')
		said[--size] = '\0';
	for (; *said; said++) {
		if (*said == '\n')
			*said = ' ';
	}
}

int shell_run(const char *line, int64_t timeout_ms, char *said, size_t size)
{
	int64_t deadline_ms = agent_now_ms() + timeout_ms;
	int ends[2];
	int status = 0;
	pid_t pid;
	int code;

	said[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0) {
		snprintf(said, size, "pipe: %s", strerror(errno));
		return -1;
	}
	code = spawn(line, ends[1], &pid);
	close(ends[1]);
	if (code) {
		snprintf(said, size, "/bin/sh: %s", strerror(code));
		close(ends[0]);
		return -1;
	}
	if (!await(pid, ends[0], deadline_ms, &status, said, size)) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
		snprintf(said, size, "not done after %lld ms",
			 (long long)timeout_ms);
	}
	close(ends[0]);
	tidy(said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (!said[0])
		snprintf(said, size, "wait status %d", status);
	return -1;
}
