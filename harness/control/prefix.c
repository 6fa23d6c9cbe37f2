/* SPDX-License-Identifier: MIT */
#include "harness/control/prefix.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/control/program.h"

struct prefix {
	struct arena arena;
	char **words; /* with room for what comes after them */
	size_t count;
};

static int split(struct prefix *prefix, const char *text, struct error *err)
{
	size_t capacity = strlen(text) + 4;

	prefix->words = arena_array(&prefix->arena, capacity, sizeof(char *));
	while (*text) {
		char *word, *end, quote = '\0';

		text += strspn(text, " \t");
		if (!*text)
			break;
		word = end = arena_alloc(&prefix->arena, strlen(text) + 1);
		for (; *text && (quote || !strchr(" \t", *text)); text++) {
			if (quote ? *text == quote : strchr("'\"", *text) != 0)
				quote = quote ? '\0' : *text;
			else
				*end++ = *text;
		}
		if (quote)
			return error_set(err,
					 "the command prefix has a %c without "
					 "its partner",
					 quote);
		prefix->words[prefix->count++] = word;
	}
	return 0;
}

void *prefix_open(const char *text, struct error *err)
{
	struct prefix *prefix = heap_zeroed(1, sizeof(*prefix));

	if (split(prefix, text, err)) {
		prefix_transport.close(prefix);
		return NULL;
	}
	return prefix;
}

static void prefix_close(void *session)
{
	struct prefix *prefix = session;

	if (!prefix)
		return;
	arena_release(&prefix->arena);
	free(prefix);
}

static int prefix_reopen(void *session, int64_t deadline_ns, struct error *err)
{
	(void)session;
	(void)deadline_ns;
	(void)err;
	return 0;
}

/* Runs `PREFIX sh -c LINE`. */
static int execute(struct prefix *prefix, const struct command *command,
		   int in_fd, int out_fd, struct arena *arena,
		   struct reply *reply, struct error *err)
{
	struct arena scratch = { 0 };
	char sh[] = "sh", option[] = "-c";
	int result;

	prefix->words[prefix->count] = sh;
	prefix->words[prefix->count + 1] = option;
	prefix->words[prefix->count + 2] =
		arena_strdup(&scratch, command->line);
	prefix->words[prefix->count + 3] = NULL;
	result = program_run(prefix->words, command, in_fd, out_fd, arena,
			     reply, err);
	arena_release(&scratch);
	return result;
}

static int prefix_run(void *session, const struct command *command,
		      struct arena *arena, struct reply *reply,
		      struct error *err)
{
	return execute(session, command, -1, -1, arena, reply, err);
}

/* Runs `line` with a file for its input or output; wants exit status 0. */
static int move(struct prefix *prefix, const char *line, int in_fd, int out_fd,
		int64_t deadline_ns, struct error *err)
{
	struct command command = { .line = line, .deadline_ns = deadline_ns };
	struct arena arena = { 0 };
	struct reply reply;
	int result =
		execute(prefix, &command, in_fd, out_fd, &arena, &reply, err);

	if (result == 0 && reply.exit_status != 0) {
		reply.err[strcspn(reply.err, "\n")] = '\0';
		result = error_set(err, "%s",
				   reply.err_size ? reply.err : "cat failed");
	}
	arena_release(&arena);
	return result;
}

static int prefix_upload(void *session, const char *local, const char *remote,
			 int mode, int64_t deadline_ns, struct error *err)
{
	struct arena arena = { 0 };
	int fd = open(local, O_RDONLY | O_CLOEXEC), result;
	const char *to, *part;

	if (fd < 0)
		return error_errno(err, "open %s", local);
	to = shell_quote(&arena, remote);
	part = shell_quote(&arena, arena_printf(&arena, "%s.part-%ld", remote,
						(long)getpid()));
	result = move(session,
		      arena_printf(&arena,
				   "cat > %s && chmod %o %s && mv -fT %s %s || "
				   "{ rm -f %s; exit 1; }",
				   part, (unsigned int)mode, part, part, to,
				   part),
		      fd, -1, deadline_ns, err);
	close(fd);
	arena_release(&arena);
	return result;
}

static int prefix_download(void *session, const char *remote, const char *local,
			   int64_t deadline_ns, struct error *err)
{
	struct arena arena = { 0 };
	const char *name =
		arena_printf(&arena, "%s.part-%ld", local, (long)getpid());
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int result;

	if (fd < 0) {
		error_errno(err, "create %s", name);
		arena_release(&arena);
		return -1;
	}
	result = move(
		session,
		arena_printf(&arena, "cat %s", shell_quote(&arena, remote)), -1,
		fd, deadline_ns, err);
	if (close(fd) != 0 && result == 0)
		result = error_errno(err, "write %s", local);
	if (result == 0 && rename(name, local) != 0)
		result = error_errno(err, "rename %s", name);
	if (result != 0)
		unlink(name);
	arena_release(&arena);
	return result;
}

const struct transport prefix_transport = {
	.name = "prefix",
	.run = prefix_run,
	.upload = prefix_upload,
	.download = prefix_download,
	.reopen = prefix_reopen,
	.close = prefix_close,
};
