/* SPDX-License-Identifier: MIT */
/* Campaigns: a list of them, and each as a matrix of its cells. */
#include "harness/serve/site_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/beneath.h"

#define CAMPAIGNS_MAX 500
#define CAMPAIGN_BYTES_MAX ((size_t)64 << 20)

struct campaigns {
	int folder;
	struct arena *arena;
	const char *paths[CAMPAIGNS_MAX]; /* NAME/TIME */
	size_t count;
};

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void find_times(struct campaigns *all, const char *name)
{
	DIR *entries = beneath_opendir(all->folder, name);
	struct dirent *entry;
	struct stat status;

	while (entries && (entry = readdir(entries))) {
		const char *path =
			arena_printf(all->arena, "%s/%s", name, entry->d_name);

		if (entry->d_name[0] != '.' && all->count < CAMPAIGNS_MAX &&
		    fstatat(dirfd(entries),
			    arena_printf(all->arena, "%s/campaign.json",
					 entry->d_name),
			    &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    fstatat(dirfd(entries), entry->d_name, &status,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(status.st_mode))
			all->paths[all->count++] = path;
	}
	if (entries)
		closedir(entries);
}

/* Newest first. */
static int compare_paths(const void *a, const void *b)
{
	const char *x = *(const char *const *)a;
	const char *y = *(const char *const *)b;
	int order = strcmp(strchr(y, '/'), strchr(x, '/'));

	return order ? order : strcmp(x, y);
}

static void find_campaigns(struct campaigns *all, const struct site *site,
			   struct arena *arena)
{
	DIR *entries;
	struct dirent *entry;

	*all = (struct campaigns){ .arena = arena };
	all->folder = open(site->campaigns ? site->campaigns : "",
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (all->folder < 0)
		return;
	entries = beneath_opendir(all->folder, "");
	while (entries && (entry = readdir(entries))) {
		if (entry->d_name[0] != '.')
			find_times(all, entry->d_name);
	}
	if (entries)
		closedir(entries);
	qsort(all->paths, all->count, sizeof(*all->paths), compare_paths);
}

static json_t *read_campaign(const struct campaigns *all, const char *path)
{
	return beneath_json(all->folder,
			    arena_printf(all->arena, "%s/campaign.json", path),
			    CAMPAIGN_BYTES_MAX);
}

/* Of the words a state can be, as a class; anything else is none. */
static const char *known_word(const char *word)
{
	static const char *const words[] = {
		"valid", "invalid", "unknown",	   "planned", "running",
		"done",	 "trouble", "interrupted", "stopped", "finished"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) == 0)
			return words[i];
	}
	return "";
}

static void write_totals(struct sheet *sheet, const json_t *campaign)
{
	static const char *const names[] = { "valid", "invalid", "unknown",
					     "trouble", "left" };
	const json_t *totals = json_object_get(campaign, "totals");
	long long unexpected = number(totals, "unexpected");

	fprintf(sheet->out, "<b>%lld</b> cells: ", number(totals, "cells"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (number(totals, names[i]) > 0)
			fprintf(sheet->out,
				"<span class=\"chip %s\">%lld %s"
				"</span> ",
				names[i], number(totals, names[i]), names[i]);
	}
	if (unexpected > 0)
		fprintf(sheet->out,
			"<b class=\"tag bad\" id=\"unexpected\">%lld not as "
			"expected</b>",
			unexpected);
}

static void write_campaign_row(struct sheet *sheet, const struct campaigns *all,
			       const char *path)
{
	json_t *campaign = read_campaign(all, path);
	const char *time = strchr(path, '/') + 1;

	fprintf(sheet->out,
		"<tr class=\"campaign-row\"><td>%s</td>"
		"<td><a href=\"/campaigns/%s/\">",
		known_word(member(campaign, "state")),
		url_path(sheet->arena, path));
	sheet_cut(sheet, shown_time(sheet->arena, time), 60);
	fputs("</a></td><td>", sheet->out);
	sheet_cut(sheet, member(campaign, "campaign"), 60);
	fputs("</td><td class=\"text\">", sheet->out);
	write_totals(sheet, campaign);
	fputs("</td></tr>\n", sheet->out);
	json_decref(campaign);
}

static void page_campaigns(struct site *site, struct request const *request,
			   struct reply *reply)
{
	struct campaigns *all = arena_alloc(request->arena, sizeof(*all));
	struct sheet sheet;

	find_campaigns(all, site, request->arena);
	sheet_open(&sheet, reply, request->arena, "Ordeal: campaigns");
	fputs("<h1 class=\"plain\">Campaigns</h1>\n", sheet.out);
	if (all->count == 0)
		fputs("<p id=\"none\">There are no campaigns beside this store "
		      "yet: <code>ordeal campaign CAMPAIGN.json</code> makes "
		      "one.</p>\n",
		      sheet.out);
	else
		fputs("<div class=\"wide\"><table id=\"campaigns\"><tr>"
		      "<th>state</th><th>begun (UTC)</th><th>name</th>"
		      "<th>cells</th></tr>\n",
		      sheet.out);
	for (size_t i = 0; i < all->count; i++)
		write_campaign_row(&sheet, all, all->paths[i]);
	if (all->count > 0)
		fputs("</table></div>\n", sheet.out);
	sheet_close(&sheet);
	if (all->folder >= 0)
		close(all->folder);
}

static void page_one(struct site *site, const struct request *request,
		     const char *path, struct reply *reply)
{
	struct campaigns *all = arena_alloc(request->arena, sizeof(*all));
	json_t *campaign = NULL;
	struct sheet sheet;

	find_campaigns(all, site, request->arena);
	for (size_t i = 0; i < all->count && !campaign; i++) {
		if (strcmp(all->paths[i], path) == 0)
			campaign = read_campaign(all, path);
	}
	if (all->folder >= 0)
		close(all->folder);
	if (!campaign) {
		answer_missing(reply, request->arena);
		return;
	}
	sheet_open(&sheet, reply, request->arena,
		   arena_printf(request->arena, "campaign %s",
				member(campaign, "campaign")));
	fputs("<p id=\"trail\"><a href=\"/campaigns\">campaigns</a> / ",
	      sheet.out);
	sheet_cut(&sheet, path, 200);
	fputs("</p>\n<h1 class=\"plain\">", sheet.out);
	sheet_cut(&sheet, member(campaign, "campaign"), 100);
	fprintf(sheet.out,
		" <span class=\"dim\" id=\"state\">%s</span></h1>\n"
		"<p id=\"totals\">",
		known_word(member(campaign, "state")));
	write_totals(&sheet, campaign);
	fputs("</p>\n<p>", sheet.out);
	sheet_cut(&sheet, member(campaign, "reason"), 600);
	fputs("</p>\n", sheet.out);
	sheet_matrix(&sheet, campaign, path, request_query(request, "columns"));
	sheet_close(&sheet);
	json_decref(campaign);
}

void answer_campaigns(struct site *site, const struct request *request,
		      const char *path, struct reply *reply)
{
	size_t length = strlen(path);

	if (length == 0)
		page_campaigns(site, request, reply);
	else
		page_one(site, request,
			 arena_strndup(request->arena, path,
				       length - (path[length - 1] == '/')),
			 reply);
}
