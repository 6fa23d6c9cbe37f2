/* SPDX-License-Identifier: MIT */
/* A run to take away. */
#include "harness/serve/site_private.h"

#include <string.h>

#include "harness/serve/archive.h"

static ssize_t read_archive(void *state, char *bytes, size_t size)
{
	return archive_read(state, bytes, size);
}

static void free_archive(void *state)
{
	archive_close(state);
}

/* /archive/GROUP/TIME.tar.gz */
void answer_archive(struct site *site, const struct request *request,
		    const char *path, struct reply *reply)
{
	static const char end[] = ".tar.gz";
	const struct runs *runs = runs_take(site->index);
	size_t length = strlen(path);
	struct archive *archive = NULL;
	const char *run, *name;
	char *c;

	length -= length > strlen(end) ? strlen(end) : length;
	run = arena_strndup(request->arena, path, length);
	name = arena_strdup(request->arena, run);
	if (strcmp(path + length, end) == 0 && runs_find(runs, run))
		archive = archive_open(site->root_fd, run, run);
	runs_give_back(site->index, runs);
	if (!archive) {
		answer_missing(reply, request->arena);
		return;
	}
	c = arena_printf(request->arena, "%s%s", name, end);
	reply->download = c;
	for (; *c; c++) {
		if (*c == '/')
			*c = '-';
	}
	reply->status = 200;
	reply->type = "application/gzip";
	reply->stream = (struct reply_stream){
		.read = read_archive,
		.free = free_archive,
		.state = archive,
	};
}
