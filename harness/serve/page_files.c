/* SPDX-License-Identifier: MIT */
/* Files and folders of the store. */
#include "harness/serve/site_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/beneath.h"

#define ENTRIES_MAX 2000

static const char *download_name(const struct request *request,
				 const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_strdup(request->arena, slash ? slash + 1 : path);
}

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path);
	size_t tail = strlen(end);

	return length >= tail && strcmp(path + length - tail, end) == 0;
}

/* The page that `ordeal report` wrote: GROUP/TIME/report.html and no other. */
static bool is_report(const char *path)
{
	const char *slash = strchr(path, '/');
	const char *name = slash ? strchr(slash + 1, '/') : NULL;

	return name && strcmp(name, "/report.html") == 0;
}

static const char *type_of(const char *path)
{
	if (is_report(path))
		return "text/html; charset=utf-8";
	if (ends_in(path, ".json"))
		return "application/json";
	if (ends_in(path, ".png"))
		return "image/png";
	if (ends_in(path, ".svg"))
		return "image/svg+xml";
	if (ends_in(path, ".gz") || ends_in(path, ".zst") ||
	    ends_in(path, ".lines"))
		return "application/octet-stream";
	return "text/plain; charset=utf-8";
}

void answer_file(const struct request *request, const char *path, int fd,
		 const struct stat *status, struct reply *reply)
{
	reply->status = 200;
	reply->type = type_of(path);
	reply->policy = is_report(path) ? POLICY_REPORT : POLICY_FILE;
	reply->file = fd;
	reply->file_size = (uint64_t)status->st_size;
	if (*request_query(request, "download") ||
	    strcmp(reply->type, "application/octet-stream") == 0)
		reply->download = download_name(request, path);
}

struct entry {
	const char *name;
	bool is_folder;
	uint64_t size;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->is_folder != y->is_folder)
		return y->is_folder - x->is_folder;
	return strcmp(x->name, y->name);
}

/* Files and folders alone: what is a link, or something else, is not there. */
static size_t read_entries(int fd, struct entry *entries, struct arena *arena)
{
	int copy = dup(fd);
	DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *found;
	size_t count = 0;

	if (!folder && copy >= 0)
		close(copy);
	while (folder && count < ENTRIES_MAX && (found = readdir(folder))) {
		struct stat status;

		if (strcmp(found->d_name, ".") == 0 ||
		    strcmp(found->d_name, "..") == 0 ||
		    fstatat(fd, found->d_name, &status, AT_SYMLINK_NOFOLLOW) ||
		    (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)))
			continue;
		entries[count++] = (struct entry){
			.name = arena_strdup(arena, found->d_name),
			.is_folder = S_ISDIR(status.st_mode),
			.size = (uint64_t)status.st_size,
		};
	}
	if (folder)
		closedir(folder);
	qsort(entries, count, sizeof(*entries), compare_entries);
	return count;
}

static void write_entry(struct sheet *sheet, const char *folder,
			const struct entry *entry)
{
	const char *path = arena_printf(sheet->arena, "%s%s%s", folder,
					*folder ? "/" : "", entry->name);

	fprintf(sheet->out,
		"<tr class=\"file\"><td class=\"text\">"
		"<a href=\"/runs/%s%s\">",
		url_path(sheet->arena, path), entry->is_folder ? "/" : "");
	sheet_cut(sheet, entry->name, 100);
	fprintf(sheet->out, "%s</a></td><td class=\"n\">",
		entry->is_folder ? "/" : "");
	if (!entry->is_folder)
		fprintf(sheet->out,
			"%s</td><td><a download=\"\" "
			"href=\"/runs/%s?download=1\">save</a>",
			shown_size(sheet->arena, entry->size),
			url_path(sheet->arena, path));
	else
		fputs("</td><td>", sheet->out);
	fputs("</td></tr>\n", sheet->out);
}

void sheet_files(struct sheet *sheet, const char *path, int fd)
{
	struct entry *entries =
		arena_array(sheet->arena, ENTRIES_MAX, sizeof(*entries));
	size_t count = read_entries(fd, entries, sheet->arena);

	fputs("<section id=\"files\"><h2>Files</h2>\n<div class=\"wide\">"
	      "<table>\n",
	      sheet->out);
	for (size_t i = 0; i < count; i++)
		write_entry(sheet, path, &entries[i]);
	fputs("</table></div>\n", sheet->out);
	if (count == ENTRIES_MAX)
		fputs("<p class=\"dim\">There are more.</p>\n", sheet->out);
	fputs("</section>\n", sheet->out);
}

/* "runs / etcd-register / 2026... / nodes", each a link. */
void sheet_trail(struct sheet *sheet, const char *path)
{
	const char *from = path;

	fputs("<p id=\"trail\"><a href=\"/\">runs</a>", sheet->out);
	while (*from) {
		size_t length = strcspn(from, "/");
		const char *whole = arena_strndup(
			sheet->arena, path, (size_t)(from - path) + length);

		fprintf(sheet->out, " / <a href=\"/runs/%s/\">",
			url_path(sheet->arena, whole));
		sheet_cut(sheet, arena_strndup(sheet->arena, from, length), 80);
		fputs("</a>", sheet->out);
		from += length + (from[length] == '/');
	}
	fputs("</p>\n", sheet->out);
}

void page_folder(struct site *site, const struct request *request,
		 const char *path, struct reply *reply)
{
	size_t length = strlen(path);
	bool has_slash = length > 0 && path[length - 1] == '/';
	const char *bare =
		arena_strndup(request->arena, path, length - has_slash);
	struct stat status;
	int fd = beneath_open(site->root_fd, bare, &status);
	struct sheet sheet;

	if (fd < 0) {
		answer_missing(reply, request->arena);
		return;
	}
	if (S_ISREG(status.st_mode) && !has_slash) {
		answer_file(request, bare, fd, &status, reply);
		return;
	}
	if (S_ISREG(status.st_mode)) {
		answer_missing(reply, request->arena);
	} else if (!has_slash && length > 0) {
		answer_text(reply, 303, "text/plain", "");
		reply->location = arena_printf(request->arena, "/runs/%s/",
					       url_path(request->arena, bare));
	} else {
		sheet_open(&sheet, reply, request->arena, bare);
		sheet_trail(&sheet, bare);
		sheet_files(&sheet, bare, fd);
		sheet_close(&sheet);
	}
	close(fd);
}
