/* SPDX-License-Identifier: MIT */
/* PNG by a program that is there or not. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/report/picture.h"

#define CONVERTER "rsvg-convert"
#define DEADLINE_NS (30 * NS_PER_S)
#define LOOK_NS (2 * NS_PER_MS)

/* -1 with errno when it cannot be started. */
static int start(char *const *words, pid_t *pid)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	errno = posix_spawnp(pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return errno ? -1 : 0;
}

/* Its exit code; -1 when it ended otherwise. */
static int wait_for(pid_t pid)
{
	int64_t deadline = clock_now_ns() + DEADLINE_NS;
	int status = 0;
	pid_t ended = 0;

	while (ended == 0 && clock_now_ns() < deadline) {
		ended = waitpid(pid, &status, WNOHANG);
		if (ended < 0 && errno == EINTR)
			ended = 0;
		if (ended == 0)
			clock_sleep_until(clock_now_ns() + LOOK_NS);
	}
	if (ended == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int picture_png(const char *svg, const char *png, struct error *err)
{
	struct arena arena = { 0 };
	char *words[] = {
		arena_strdup(&arena, CONVERTER),
		arena_strdup(&arena, "--zoom=2"),
		arena_printf(&arena, "--output=%s", png),
		arena_strdup(&arena, "--"),
		arena_strdup(&arena, svg),
		NULL,
	};
	int result = 0;
	pid_t pid;

	if (start(words, &pid) != 0) {
		if (errno == ENOENT)
			error_set(err, "PNG needs " CONVERTER
				       " (Debian: librsvg2-bin), which is not "
				       "there; the SVGs are written");
		else
			error_errno(err, "cannot start " CONVERTER);
		result = -1;
	} else if (wait_for(pid) != 0) {
		error_set(err, CONVERTER " could not make %s", png);
		result = -1;
	}
	arena_release(&arena);
	return result;
}
