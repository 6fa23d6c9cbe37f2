/* SPDX-License-Identifier: MIT */
/* Run one command: feed it, drain it, learn how it ended. */
#include "harness/control/ssh_session.h"

#include <stdlib.h>
#include <string.h>

#include "harness/control/node.h"

#define OUTPUT_SIZE_MAX ((size_t)256 << 20)

struct stream {
	char *bytes;
	size_t size;
	size_t capacity;
	bool is_at_end;
};

struct execution {
	struct ssh *ssh;
	LIBSSH2_CHANNEL *channel;
	const struct command *command;
	size_t sent;
	bool is_input_closed;
	struct stream streams[2];
};

static int open_channel(struct execution *run, struct error *err)
{
	LIBSSH2_SESSION *session = run->ssh->session;
	int code;

	do {
		run->channel = libssh2_channel_open_session(session);
		code = run->channel ? 0 : libssh2_session_last_errno(session);
	} while (code == LIBSSH2_ERROR_EAGAIN &&
		 ssh_wait(run->ssh, run->command->deadline_ns, err) == 0);
	if (code)
		return ssh_fail(run->ssh, code, err, "open a channel");
	return 0;
}

static int request_exec(struct execution *run, struct error *err)
{
	struct arena arena = { 0 };
	const char *line =
		arena_printf(&arena, "exec /bin/sh -c %s",
			     shell_quote(&arena, run->command->line));
	int code;

	SSH_UNTIL_DONE(
		code, run->ssh, run->command->deadline_ns, err,
		libssh2_channel_process_startup(run->channel, "exec", 4, line,
						(unsigned int)strlen(line)));
	arena_release(&arena);
	if (code)
		return ssh_fail(run->ssh, code, err, "start the command");
	return 0;
}

/* Reads what is there: bytes read, 0 for none now, -1. */
static ssize_t drain(struct execution *run, int number, struct error *err)
{
	struct stream *stream = &run->streams[number];
	ssize_t size;

	stream->bytes = array_reserve(stream->bytes, &stream->capacity,
				      stream->size + 32769, 1);
	do {
		size = libssh2_channel_read_ex(
			run->channel, number ? SSH_EXTENDED_DATA_STDERR : 0,
			stream->bytes + stream->size,
			stream->capacity - stream->size - 1);
	} while (size == LIBSSH2_ERROR_EAGAIN && ssh_is_sending(run->ssh) &&
		 ssh_wait(run->ssh, run->command->deadline_ns, err) == 0);
	if (size == LIBSSH2_ERROR_EAGAIN)
		return run->ssh->is_broken ? -1 : 0;
	if (size < 0)
		return ssh_fail(run->ssh, (int)size, err, "read its output");
	stream->size += (size_t)size;
	if (stream->size > OUTPUT_SIZE_MAX) {
		run->ssh->is_broken = true;
		return error_set(err, "it printed more than 256 MiB");
	}
	return size;
}

/* Sends what the other side takes now: bytes, 0 for none, -1. A command that
 * has closed its input, or ended, is fed no further: its status tells. */
static ssize_t feed(struct execution *run, struct error *err)
{
	size_t left = run->command->input_size - run->sent;
	ssize_t size;
	int code;

	if (run->is_input_closed)
		return 0;
	if (left > 0) {
		do {
			size = libssh2_channel_write(
				run->channel, run->command->input + run->sent,
				left);
		} while (size == LIBSSH2_ERROR_EAGAIN &&
			 ssh_is_sending(run->ssh) &&
			 ssh_wait(run->ssh, run->command->deadline_ns, err) ==
				 0);
		if (size == LIBSSH2_ERROR_EAGAIN)
			return run->ssh->is_broken ? -1 : 0;
		if (size == LIBSSH2_ERROR_CHANNEL_CLOSED ||
		    size == LIBSSH2_ERROR_CHANNEL_EOF_SENT) {
			run->is_input_closed = true;
			return 0;
		}
		if (size < 0)
			return ssh_fail(run->ssh, (int)size, err,
					"send its input");
		run->sent += (size_t)size;
		return size;
	}
	SSH_UNTIL_DONE(code, run->ssh, run->command->deadline_ns, err,
		       libssh2_channel_send_eof(run->channel));
	run->is_input_closed = true;
	if (code && code != LIBSSH2_ERROR_CHANNEL_CLOSED)
		return ssh_fail(run->ssh, code, err, "close its input");
	return 0;
}

static int exchange(struct execution *run, struct error *err)
{
	for (;;) {
		bool is_at_end = libssh2_channel_eof(run->channel) == 1;
		ssize_t out, errors, in = 0;

		if (!is_at_end)
			in = feed(run, err);
		out = in < 0 ? -1 : drain(run, 0, err);
		errors = out < 0 ? -1 : drain(run, 1, err);
		if (errors < 0)
			return -1;
		if (in + out + errors > 0)
			continue;
		if (is_at_end)
			return 0;
		if (libssh2_channel_eof(run->channel) == 1)
			continue;
		if (ssh_wait(run->ssh, run->command->deadline_ns, err))
			return -1;
	}
}

static void take(struct stream *stream, struct arena *arena, char **bytes,
		 size_t *size)
{
	*bytes = arena_alloc(arena, stream->size + 1);
	if (stream->size > 0)
		memcpy(*bytes, stream->bytes, stream->size);
	*size = stream->size;
}

/*
 * The exit status is known for certain only once the other side has closed
 * the channel: before, libssh2 says 0 for "not yet".
 */
static int finish(struct execution *run, struct arena *arena,
		  struct reply *reply, struct error *err)
{
	LIBSSH2_CHANNEL *channel = run->channel;
	char *name = NULL;
	int code;

	SSH_UNTIL_DONE(code, run->ssh, run->command->deadline_ns, err,
		       libssh2_channel_wait_closed(channel));
	if (code)
		return ssh_fail(run->ssh, code, err, "wait for its end");
	*reply = (struct reply){ 0 };
	reply->exit_status = libssh2_channel_get_exit_status(channel);
	libssh2_channel_get_exit_signal(channel, &name, NULL, NULL, NULL, NULL,
					NULL);
	if (name) {
		reply->exit_status = -1;
		reply->exit_signal = arena_strdup(arena, name);
		libssh2_free(run->ssh->session, name);
	}
	take(&run->streams[0], arena, &reply->out, &reply->out_size);
	take(&run->streams[1], arena, &reply->err, &reply->err_size);
	return 0;
}

static int execute(struct execution *run, struct arena *arena,
		   struct reply *reply, struct error *err)
{
	int code;

	if (open_channel(run, err))
		return -1;
	if (request_exec(run, err) || exchange(run, err) ||
	    finish(run, arena, reply, err))
		return -1;
	SSH_UNTIL_DONE(code, run->ssh, run->command->deadline_ns, err,
		       libssh2_channel_free(run->channel));
	if (code)
		run->ssh->is_broken = true; /* the reply is good all the same */
	return 0;
}

int ssh_run(void *session, const struct command *command, struct arena *arena,
	    struct reply *reply, struct error *err)
{
	struct ssh *ssh = session;
	struct execution run = { .ssh = ssh, .command = command };
	int result;

	if (ssh->is_broken)
		return error_set(err, "the connection is broken");
	/* After a failure the channel is freed with the session. */
	result = execute(&run, arena, reply, err);
	free(run.streams[0].bytes);
	free(run.streams[1].bytes);
	return result;
}
