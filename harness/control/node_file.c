/* SPDX-License-Identifier: MIT */
/* Files on a node. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/control/node_open.h"
#include "harness/core/clock.h"

/* The folder that `path` is in, quoted. */
static const char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return shell_quote(arena,
			   arena_strndup(arena, path, (size_t)(slash - path)));
}

/* Runs a line as root (or as the login) that has to succeed. */
static int step(struct node *node, bool is_root, struct arena *arena,
		struct reply *reply, struct command *command, struct error *err)
{
	int result;

	command->deadline_ns = clock_now_ns() + node_step_timeout_ns(node);
	result = is_root ? node_execute(node, command, arena, reply, err)
			 : node_execute_as_user(node, command, arena, reply,
						err);
	if (result != 0)
		return -1;
	return reply->exit_status ? node_reply_error(arena, reply, err) : 0;
}

static int fail(struct node *node, const char *verb, const char *path,
		struct error *err)
{
	error_wrap(err, "%s %s", verb, path);
	return node_error(node, err);
}

int node_write_file(struct node *node, const char *path, int mode,
		    const char *bytes, size_t size, struct error *err)
{
	struct arena arena = { 0 };
	struct command command = { .input = bytes, .input_size = size };
	struct reply reply;
	const char *part =
		shell_quote(&arena, arena_printf(&arena, "%s.part-%ld", path,
						 (long)getpid()));
	int result;

	command.line = arena_printf(
		&arena,
		"mkdir -p %s && cat > %s && chmod %o %s && mv -fT %s %s || "
		"{ rm -f %s; exit 1; }",
		folder_of(&arena, path), part, (unsigned int)mode, part, part,
		shell_quote(&arena, path), part);
	result = step(node, true, &arena, &reply, &command, err);
	if (result != 0)
		fail(node, "write", path, err);
	arena_release(&arena);
	return result;
}

/* A file of the login's own, for what goes between it and root. */
static int make_landing(struct node *node, struct arena *arena,
			const char **path, struct error *err)
{
	struct command command = { .line = "mktemp /tmp/ordeal.XXXXXXXX" };
	struct reply reply;

	if (step(node, false, arena, &reply, &command, err))
		return -1;
	reply.out[strcspn(reply.out, "\n")] = '\0';
	*path = reply.out;
	return 0;
}

static int run_as_root(struct node *node, struct arena *arena, char *line,
		       struct error *err)
{
	struct command command = { .line = line };
	struct reply reply;

	return step(node, true, arena, &reply, &command, err);
}

static int upload_by_sudo(struct node *node, struct arena *arena,
			  const char *local, const char *remote, int mode,
			  struct error *err)
{
	const char *part =
		shell_quote(arena, arena_printf(arena, "%s.part-%ld", remote,
						(long)getpid()));
	const char *landing;

	if (make_landing(node, arena, &landing, err) ||
	    node_transfer(node, true, local, landing, 0600, err))
		return -1;
	return run_as_root(
		node, arena,
		arena_printf(arena,
			     "mkdir -p %s && install -m %o -T %s %s && "
			     "mv -fT %s %s; s=$?; rm -f %s %s; exit $s",
			     folder_of(arena, remote), (unsigned int)mode,
			     landing, part, part, shell_quote(arena, remote),
			     landing, part),
		err);
}

int node_upload(struct node *node, const char *local, const char *remote,
		int mode, struct error *err)
{
	struct arena arena = { 0 };
	int result;

	if (node_needs_sudo(node)) {
		result = upload_by_sudo(node, &arena, local, remote, mode, err);
	} else {
		result = run_as_root(node, &arena,
				     arena_printf(&arena, "mkdir -p %s",
						  folder_of(&arena, remote)),
				     err);
		if (result == 0)
			result = node_transfer(node, true, local, remote, mode,
					       err);
	}
	if (result != 0)
		fail(node, "upload", remote, err);
	arena_release(&arena);
	return result;
}

/* Root's copy of the file is given to the login, which SFTP comes in as. */
static int download_by_sudo(struct node *node, struct arena *arena,
			    const char *remote, const char *local,
			    struct error *err)
{
	struct error ignored;
	const char *landing;
	int result;

	if (make_landing(node, arena, &landing, err))
		return -1;
	result = run_as_root(
		node, arena,
		arena_printf(arena,
			     "test -f %s || { echo 'no such file' >&2; exit "
			     "1; }; install -m 600 -o \"$SUDO_UID\" -T %s %s",
			     shell_quote(arena, remote),
			     shell_quote(arena, remote), landing),
		err);
	if (result == 0)
		result = node_transfer(node, false, local, landing, 0, err);
	run_as_root(node, arena, arena_printf(arena, "rm -f %s", landing),
		    &ignored);
	return result;
}

int node_download(struct node *node, const char *remote, const char *local,
		  struct error *err)
{
	struct arena arena = { 0 };
	int result;

	if (node_needs_sudo(node))
		result = download_by_sudo(node, &arena, remote, local, err);
	else
		result = node_transfer(node, false, local, remote, 0, err);
	if (result != 0)
		fail(node, "download", remote, err);
	arena_release(&arena);
	return result;
}

int node_has_file(struct node *node, const char *path, struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply;
	struct command command = { .deadline_ns = clock_now_ns() +
						  node_step_timeout_ns(node) };
	int result;

	/* By words, not by exit status: a sudo that fails says 1 as well. */
	command.line = arena_printf(
		&arena, "if [ -e %s ]; then echo yes; else echo no; fi",
		shell_quote(&arena, path));
	result = node_execute(node, &command, &arena, &reply, err);
	if (result == 0 && reply.exit_status != 0)
		result = node_reply_error(&arena, &reply, err);
	if (result != 0)
		fail(node, "look for", path, err);
	else
		result = strcmp(reply.out, "yes\n") == 0;
	arena_release(&arena);
	return result;
}
