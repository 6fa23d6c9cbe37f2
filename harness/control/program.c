/* SPDX-License-Identifier: MIT */
#include "harness/control/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/clock.h"

#define OUTPUT_SIZE_MAX ((size_t)256 << 20)

extern char **environ;

/* One program that runs: the ends of its pipes that are ours, -1 when closed
 * or when it reads or writes a file itself. */
struct program {
	pid_t pid;
	int process_fd;
	int in;
	int out[2];
	struct {
		char *bytes;
		size_t size, capacity;
	} streams[2];
};

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A group of its own, to be killed whole; default signals, none blocked. */
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, pipe;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
						     POSIX_SPAWN_SETSIGMASK |
						     POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &pipe);
}

static int spawn(char *const *words, const int fds[3], pid_t *pid,
		 struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int number;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	set_attributes(&attributes);
	number = posix_spawnp(pid, words[0], &actions, &attributes, words,
			      environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = number;
	return number ? error_errno(err, "start %s", words[0]) : 0;
}

/*
 * Makes pipes and starts it. `in_fd` and `out_fd`, unless -1, are files that
 * it reads and writes itself. Pipe ends that are the program's are above 2 in
 * this process, as 0 to 2 are open in every program of ours.
 */
static int start(struct program *program, char *const *words, int in_fd,
		 int out_fd, struct error *err)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	int theirs[3], result = -1;

	for (int i = 0; i < 3; i++) {
		if ((i == 0 && in_fd >= 0) || (i == 1 && out_fd >= 0))
			continue;
		if (pipe2(pipes[i], O_CLOEXEC) != 0) {
			error_errno(err, "make a pipe");
			goto out;
		}
	}
	theirs[0] = in_fd >= 0 ? in_fd : pipes[0][0];
	theirs[1] = out_fd >= 0 ? out_fd : pipes[1][1];
	theirs[2] = pipes[2][1];
	if (spawn(words, theirs, &program->pid, err))
		goto out;
	program->process_fd = pidfd_open(program->pid, 0);
	program->in = pipes[0][1];
	program->out[0] = pipes[1][0];
	program->out[1] = pipes[2][0];
	pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
	if (program->in >= 0)
		fcntl(program->in, F_SETFL, O_NONBLOCK);
	result = 0;
out:
	for (int i = 0; i < 3; i++) {
		shut(&pipes[i][0]);
		shut(&pipes[i][1]);
	}
	return result;
}

/* The signal stays with this thread, and is taken back before it is let in
 * again. */
ssize_t program_write(int fd, const char *bytes, size_t size)
{
	static const struct timespec now = { 0, 0 };
	sigset_t pipe, before, pending;
	ssize_t count;
	int number;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	count = write(fd, bytes, size);
	number = errno;
	if (count < 0 && number == EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			continue;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = number;
	return count;
}

static void feed(struct program *program, const struct command *command,
		 size_t *sent)
{
	size_t left = command->input_size - *sent;
	ssize_t count = 0;

	if (left > 0) {
		count = program_write(program->in, command->input + *sent,
				      left);
		if (count > 0)
			*sent += (size_t)count;
	}
	/* One that wants no more input is not an error: its status tells. */
	if (*sent == command->input_size ||
	    (count < 0 && errno != EAGAIN && errno != EINTR))
		shut(&program->in);
}

static int drain(struct program *program, int number, struct error *err)
{
	ssize_t count;

	program->streams[number].bytes =
		array_reserve(program->streams[number].bytes,
			      &program->streams[number].capacity,
			      program->streams[number].size + 65537, 1);
	count = read(program->out[number],
		     program->streams[number].bytes +
			     program->streams[number].size,
		     program->streams[number].capacity -
			     program->streams[number].size - 1);
	if (count == 0)
		shut(&program->out[number]);
	if (count > 0)
		program->streams[number].size += (size_t)count;
	if (program->streams[number].size > OUTPUT_SIZE_MAX)
		return error_set(err, "it printed more than 256 MiB");
	if (count < 0 && errno != EINTR && errno != EAGAIN)
		return error_errno(err, "read its output");
	return 0;
}

/* Feeds and drains until it has closed its outputs and ended. */
static int exchange(struct program *program, const struct command *command,
		    struct error *err)
{
	bool is_ended = false;
	size_t sent = 0;

	while (!is_ended || program->out[0] >= 0 || program->out[1] >= 0) {
		struct pollfd wanted[4] = {
			{ .fd = program->in, .events = POLLOUT },
			{ .fd = program->out[0], .events = POLLIN },
			{ .fd = program->out[1], .events = POLLIN },
			{ .fd = is_ended ? -1 : program->process_fd,
			  .events = POLLIN },
		};
		int left = clock_left_ms(command->deadline_ns);

		if (left == 0)
			return error_set(err, "not done by its deadline");
		if (poll(wanted, 4, left) < 0 && errno != EINTR)
			return error_errno(err, "wait for its output");
		if (wanted[0].revents)
			feed(program, command, &sent);
		for (int i = 0; i < 2; i++)
			if (wanted[1 + i].revents && drain(program, i, err))
				return -1;
		if (wanted[3].revents)
			is_ended = true;
	}
	return 0;
}

/* Also ends it when it has not ended by itself. Returns waitpid's status. */
static int stop(struct program *program, bool is_ended)
{
	int status = 0;

	if (!is_ended)
		kill(-program->pid, SIGKILL);
	while (waitpid(program->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	shut(&program->in);
	shut(&program->out[0]);
	shut(&program->out[1]);
	shut(&program->process_fd);
	return status;
}

static void take(struct program *program, int number, struct arena *arena,
		 char **bytes, size_t *size)
{
	*size = program->streams[number].size;
	*bytes = arena_alloc(arena, *size + 1);
	if (*size > 0)
		memcpy(*bytes, program->streams[number].bytes, *size);
}

int program_run(char *const *words, const struct command *command, int in_fd,
		int out_fd, struct arena *arena, struct reply *reply,
		struct error *err)
{
	struct program program = {
		.pid = -1, .process_fd = -1, .in = -1, .out = { -1, -1 }
	};
	int result, status;

	if (start(&program, words, in_fd, out_fd, err))
		return -1;
	result = exchange(&program, command, err);
	status = stop(&program, result == 0);
	if (result == 0) {
		*reply = (struct reply){ .exit_status = -1 };
		if (WIFSIGNALED(status))
			reply->exit_signal = sigabbrev_np(WTERMSIG(status));
		else
			reply->exit_status = WEXITSTATUS(status);
		take(&program, 0, arena, &reply->out, &reply->out_size);
		take(&program, 1, arena, &reply->err, &reply->err_size);
	}
	free(program.streams[0].bytes);
	free(program.streams[1].bytes);
	return result;
}
