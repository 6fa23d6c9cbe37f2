/* SPDX-License-Identifier: MIT */
#include "harness/serve/site.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/serve/site_private.h"

const char *request_query(const struct request *request, const char *name)
{
	for (const struct query *q = request->first; q; q = q->next) {
		if (strcmp(q->name, name) == 0)
			return q->value;
	}
	return "";
}

void reply_release(struct reply *reply)
{
	free(reply->text);
	if (reply->file > 0)
		close(reply->file);
	if (reply->stream.free)
		reply->stream.free(reply->stream.state);
	*reply = (struct reply){ 0 };
}

struct site *site_open(const char *root, const char *campaigns,
		       struct error *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct site *site;

	if (fd < 0) {
		error_errno(err, "%s", root);
		return NULL;
	}
	site = heap_zeroed(1, sizeof(*site));
	site->root = arena_strdup(&site->arena, root);
	site->root_fd = fd;
	if (campaigns)
		site->campaigns = arena_strdup(&site->arena, campaigns);
	site->index = runs_open(root);
	site->live = live_open(fd);
	return site;
}

void site_close(struct site *site)
{
	if (!site)
		return;
	live_close(site->live);
	runs_close(site->index);
	close(site->root_fd);
	arena_release(&site->arena);
	free(site);
}

void site_stop(struct site *site)
{
	atomic_store(&site->is_stopping, true);
}

size_t site_count(struct site *site)
{
	const struct runs *runs = runs_take(site->index);
	size_t count = runs->count;

	runs_give_back(site->index, runs);
	return count;
}

const char *reply_policy_text(enum reply_policy policy)
{
	switch (policy) {
	case POLICY_PAGE:
		return "default-src 'none'; style-src 'self'; script-src "
		       "'self'; connect-src 'self'; img-src data:; form-action "
		       "'self'; base-uri 'none'; frame-ancestors 'none'";
	case POLICY_PLOTS:
		return "default-src 'none'; style-src 'self' 'unsafe-inline'; "
		       "script-src 'self'; connect-src 'self'; img-src data:; "
		       "form-action 'self'; base-uri 'none'; frame-ancestors "
		       "'none'";
	case POLICY_REPORT:
		return "default-src 'none'; style-src 'unsafe-inline'; "
		       "script-src 'unsafe-inline'; img-src data: blob:; "
		       "form-action 'none'; base-uri 'none'; frame-ancestors "
		       "'none'; sandbox allow-scripts allow-downloads";
	case POLICY_FILE:
		break;
	}
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
	       "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
	       "sandbox";
}

/* What follows the prefix, or NULL. */
static const char *behind(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(path, prefix, length) == 0 ? path + length : NULL;
}

/* The path of a run below the root has one slash: "etcd-register/2026...". */
static bool is_run_path(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash && slash > path && slash[1] && !strchr(slash + 1, '/');
}

/* /runs/GROUP/TIME/ is the page of a run, all below it are its files. */
static void answer_below_runs(struct site *site, const struct request *request,
			      const char *path, struct reply *reply)
{
	size_t length = strlen(path);
	bool is_folder = length > 0 && path[length - 1] == '/';
	const char *bare =
		arena_strndup(request->arena, path, length - is_folder);

	if (is_folder && is_run_path(bare))
		page_run(site, request, bare, reply);
	else
		page_folder(site, request, path, reply);
}

void site_answer(struct site *site, const struct request *request,
		 struct reply *reply)
{
	const char *path = request->path;
	const char *rest;

	if (strcmp(path, "/") == 0)
		page_list(site, request, reply);
	else if (strcmp(path, "/runs.json") == 0)
		answer_list_json(site, request, reply);
	else if (strcmp(path, "/compare") == 0)
		page_compare(site, request, reply);
	else if (strcmp(path, "/metrics") == 0)
		answer_metrics(site, request, reply);
	else if (strcmp(path, "/style.css") == 0)
		answer_style(reply);
	else if (strcmp(path, "/script.js") == 0)
		answer_script(reply);
	else if ((rest = behind(path, "/runs/")))
		answer_below_runs(site, request, rest, reply);
	else if (strcmp(path, "/campaigns") == 0)
		answer_campaigns(site, request, "", reply);
	else if ((rest = behind(path, "/campaigns/")))
		answer_campaigns(site, request, rest, reply);
	else if ((rest = behind(path, "/archive/")))
		answer_archive(site, request, rest, reply);
	else if ((rest = behind(path, "/events/")))
		answer_events(site, rest, reply);
	else
		answer_missing(reply, request->arena);
}
