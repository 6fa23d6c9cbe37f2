/* SPDX-License-Identifier: MIT */
#include "harness/control/node.h"

#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/control/node_open.h"
#include "harness/control/prefix.h"
#include "harness/control/ssh.h"
#include "harness/core/clock.h"

#define STEP_TIMEOUT_NS (30 * NS_PER_S)
#define LINE_SHOWN_MAX 100

/* What separates the password for sudo from the input of the command. */
#define INPUT_MARK "-- ordeal: input --"

struct node {
	const struct node_config *config;
	const struct transport *transport;
	void *session;
	bool is_suspect; /* the last step failed in the transport */
	struct node *const *peers;
	size_t peer_count;
	size_t index;
};

const char *shell_quote(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 3;
	char *quoted, *end;

	for (const char *at = text; *at; at++)
		size += *at == '\'' ? 3 : 0;
	quoted = end = arena_alloc(arena, size);
	*end++ = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			memcpy(end, "'\\''", 4);
			end += 4;
		} else {
			*end++ = *text;
		}
	}
	*end++ = '\'';
	*end = '\0';
	return quoted;
}

struct node *node_over(const struct node_config *config,
		       const struct transport *transport, void *session)
{
	struct node *node = heap_zeroed(1, sizeof(*node));

	node->config = config;
	node->transport = transport;
	node->session = session;
	return node;
}

struct node *node_open(const struct node_config *config, int64_t deadline_ns,
		       struct error *err)
{
	const struct transport *transport;
	void *session;

	if (config->prefix) {
		transport = &prefix_transport;
		session = prefix_open(config->prefix, err);
	} else {
		transport = &ssh_transport;
		session = ssh_open(config, deadline_ns, err);
	}
	return session ? node_over(config, transport, session) : NULL;
}

void node_close(struct node *node)
{
	if (!node)
		return;
	node->transport->close(node->session);
	free(node);
}

void node_set_peers(struct node *node, struct node *const *peers, size_t count,
		    size_t index)
{
	assert(index < count);
	node->peers = peers;
	node->peer_count = count;
	node->index = index;
}

const char *node_name(const struct node *node)
{
	return node->config->name;
}

const char *node_address(const struct node *node)
{
	if (node->config->address)
		return node->config->address;
	return node->config->host ? node->config->host : node->config->name;
}

size_t node_index(const struct node *node)
{
	return node->index;
}

size_t node_peer_count(const struct node *node)
{
	return node->peer_count;
}

const char *node_peer_name(const struct node *node, size_t index)
{
	assert(index < node->peer_count);
	return node_name(node->peers[index]);
}

const char *node_peer_address(const struct node *node, size_t index)
{
	assert(index < node->peer_count);
	return node_address(node->peers[index]);
}

int node_error(const struct node *node, struct error *err)
{
	return error_wrap(err, "node %s", node_name(node));
}

int64_t node_step_timeout_ns(const struct node *node)
{
	int64_t timeout_ns = node->config->step_timeout_ns;

	return timeout_ns > 0 ? timeout_ns : STEP_TIMEOUT_NS;
}

/* By a command prefix one comes in as root, or as the one who is to do. */
bool node_needs_sudo(const struct node *node)
{
	const char *user = node->config->user;

	return !node->config->prefix && user && strcmp(user, "root") != 0;
}

/*
 * sudo may or may not ask for the password (NOPASSWD, a fresh ticket), and
 * what it does not read would end up as input of the command. So the mark
 * follows, and the command's shell reads on until it has passed it.
 */
static void wrap_in_sudo(const struct node *node, struct arena *arena,
			 struct command *command)
{
	const char *password = node->config->sudo_password;
	const char *line = command->line;
	size_t size;
	char *input;

	if (!password) {
		command->line = arena_printf(arena, "sudo -n /bin/sh -c %s",
					     shell_quote(arena, line));
		return;
	}
	line = arena_printf(arena,
			    "while IFS= read -r l && [ \"$l\" != '%s' ]; do "
			    ":; done\n%s",
			    INPUT_MARK, line);
	command->line = arena_printf(arena, "sudo -S -p '' /bin/sh -c %s",
				     shell_quote(arena, line));
	size = strlen(password) + strlen(INPUT_MARK) + 2;
	input = arena_alloc(arena, size + command->input_size + 1);
	snprintf(input, size + 1, "%s\n%s\n", password, INPUT_MARK);
	if (command->input_size > 0)
		memcpy(input + size, command->input, command->input_size);
	command->input = input;
	command->input_size += size;
}

static int reopen_if_suspect(struct node *node, int64_t deadline_ns,
			     struct error *err)
{
	if (!node->is_suspect)
		return 0;
	if (node->transport->reopen(node->session, deadline_ns, err))
		return error_wrap(err, "connect again");
	node->is_suspect = false;
	return 0;
}

/* The node's own words on what went wrong: the last line that says any. */
static const char *last_line(struct arena *arena, const char *text)
{
	const char *end = text + strlen(text);
	const char *start;

	while (end > text && strchr(" \t\r\n", end[-1]))
		end--;
	start = end;
	while (start > text && start[-1] != '\n')
		start--;
	return arena_strndup(arena, start, (size_t)(end - start));
}

int node_reply_error(struct arena *arena, const struct reply *reply,
		     struct error *err)
{
	const char *words = last_line(arena, reply->err);

	if (!*words)
		words = last_line(arena, reply->out);
	if (reply->exit_signal)
		error_set(err, "ended by signal %s", reply->exit_signal);
	else
		error_set(err, "exit status %d", reply->exit_status);
	if (*words)
		error_set(err, "%s: %s", err->text, words);
	return -1;
}

int node_execute_as_user(struct node *node, const struct command *command,
			 struct arena *arena, struct reply *reply,
			 struct error *err)
{
	if (reopen_if_suspect(node, command->deadline_ns, err))
		return -1;
	if (node->transport->run(node->session, command, arena, reply, err)) {
		node->is_suspect = true;
		return -1;
	}
	return 0;
}

int node_execute(struct node *node, const struct command *command,
		 struct arena *arena, struct reply *reply, struct error *err)
{
	struct command wrapped = *command;

	if (node_needs_sudo(node))
		wrap_in_sudo(node, arena, &wrapped);
	return node_execute_as_user(node, &wrapped, arena, reply, err);
}

/* "node n3: LINE: what is in err", with a long line cut. */
static int line_error(const struct node *node, const char *line,
		      struct error *err)
{
	size_t size = strcspn(line, "\n");
	bool is_cut = line[size] != '\0';

	if (size > LINE_SHOWN_MAX) {
		size = LINE_SHOWN_MAX;
		is_cut = true;
	}
	error_wrap(err, "%.*s%s", (int)size, line, is_cut ? "..." : "");
	return node_error(node, err);
}

static int run_line(struct node *node, int64_t timeout_ns, struct arena *arena,
		    const char **out, const char *line, struct error *err)
{
	struct command command = { .line = line,
				   .deadline_ns = clock_now_ns() + timeout_ns };
	struct arena scratch = { 0 };
	struct reply reply;
	int result = node_execute(node, &command, &scratch, &reply, err);

	if (result == 0 && reply.exit_status != 0)
		result = node_reply_error(&scratch, &reply, err);
	if (result != 0) {
		line_error(node, line, err);
	} else if (out) {
		size_t size = reply.out_size;

		if (size > 0 && reply.out[size - 1] == '\n')
			size--;
		*out = arena_strndup(arena, reply.out, size);
	}
	arena_release(&scratch);
	return result;
}

int node_run_within(struct node *node, int64_t timeout_ns, struct arena *arena,
		    const char **out, struct error *err, const char *format,
		    ...)
{
	struct arena scratch = { 0 };
	const char *line;
	va_list args;
	int result;

	va_start(args, format);
	line = arena_vprintf(&scratch, format, args);
	va_end(args);
	result = run_line(node, timeout_ns, arena, out, line, err);
	arena_release(&scratch);
	return result;
}

int node_run(struct node *node, struct arena *arena, const char **out,
	     struct error *err, const char *format, ...)
{
	struct arena scratch = { 0 };
	const char *line;
	va_list args;
	int result;

	va_start(args, format);
	line = arena_vprintf(&scratch, format, args);
	va_end(args);
	result = run_line(node, node_step_timeout_ns(node), arena, out, line,
			  err);
	arena_release(&scratch);
	return result;
}

int node_try(struct node *node, struct arena *arena, struct reply *reply,
	     struct error *err, const char *format, ...)
{
	struct command command = { .deadline_ns = clock_now_ns() +
						  node_step_timeout_ns(node) };
	va_list args;

	va_start(args, format);
	command.line = arena_vprintf(arena, format, args);
	va_end(args);
	if (node_execute(node, &command, arena, reply, err))
		return line_error(node, command.line, err);
	return 0;
}

/* Runs transport's upload or download by the step's deadline. */
int node_transfer(struct node *node, bool is_upload, const char *local,
		  const char *remote, int mode, struct error *err)
{
	const struct transport *transport = node->transport;
	int64_t deadline_ns = clock_now_ns() + node_step_timeout_ns(node);
	int result;

	if (reopen_if_suspect(node, deadline_ns, err))
		return -1;
	if (is_upload)
		result = transport->upload(node->session, local, remote, mode,
					   deadline_ns, err);
	else
		result = transport->download(node->session, remote, local,
					     deadline_ns, err);
	if (result != 0)
		node->is_suspect = true;
	return result;
}
