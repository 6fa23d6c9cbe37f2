/* SPDX-License-Identifier: MIT */
/* campaign.json: how far a campaign has come, on disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/engine/campaign_private.h"
#include "harness/report/json.h"
#include "harness/report/results.h"
#include "harness/report/store.h"
#include "harness/report/version.h"

#define FORMAT 1
/* For the cells of a campaign that died: they heal, judge, end. */
#define LOCK_WAIT_NS (120 * NS_PER_S)

/* Where campaigns are kept: beside the runs of the source tree, or below the
 * store that was named. */
static const char *campaigns_folder(struct campaign *campaign)
{
	struct arena *arena = &campaign->arena;
	const char *given = options_text(campaign->options, "store");
	const char *slash;

	if (!given)
		given = json_string_value(
			json_object_get(campaign->base, "store"));
	campaign->root = store_root(given, arena);
	slash = strrchr(campaign->root, '/');
	if (given || !slash)
		return arena_printf(arena, "%s/campaigns/%s", campaign->root,
				    store_part(arena, campaign->name));
	return arena_printf(arena, "%.*s/campaigns/%s",
			    (int)(slash - campaign->root), campaign->root,
			    store_part(arena, campaign->name));
}

/* What makes two campaigns the same; how they are run may change. */
static bool is_same_source(const json_t *a, const json_t *b, const char **what)
{
	static const char *const members[] = { "base",	  "axes",
					       "count",	  "include",
					       "exclude", "expect" };

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		json_t *x = json_object_get(a, members[i]);
		json_t *y = json_object_get(b, members[i]);

		*what = members[i];
		if (x != y && !json_equal(x, y))
			return false;
	}
	return true;
}

int campaign_find(struct campaign *campaign, struct error *err)
{
	struct arena *arena = &campaign->arena;
	const char *folder = campaigns_folder(campaign);
	char *latest = realpath(arena_printf(arena, "%s/latest", folder), NULL);
	const char *what;

	if (!latest)
		return error_set(err, "there is no campaign in %s to resume",
				 folder);
	campaign->folder = arena_strdup(arena, latest);
	free(latest);
	campaign->saved = json_read_file(
		arena_printf(arena, "%s/campaign.json", campaign->folder), err);
	if (!campaign->saved)
		return -1;
	if (!is_same_source(campaign->source,
			    json_object_get(campaign->saved, "source"), &what))
		return error_set(err, "%s: /%s is not what it was when %s "
				      "began; begin anew, without --resume",
				 campaign->file, what, campaign->folder);
	campaign->seed = (uint64_t)json_integer_value(
		json_object_get(campaign->saved, "seed"));
	return 0;
}

static int take_lock(struct campaign *campaign, const atomic_bool *stop,
		     struct console *console, struct error *err)
{
	const char *path =
		arena_printf(&campaign->arena, "%s/lock", campaign->folder);
	int64_t deadline_ns = clock_now_ns() + LOCK_WAIT_NS;
	bool was_told = false;

	campaign->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (campaign->lock < 0)
		return error_errno(err, "%s", path);
	while (flock(campaign->lock, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_errno(err, "%s", path);
		if (atomic_load(stop) || clock_now_ns() > deadline_ns)
			return error_set(err, "%s is at work already",
					 campaign->folder);
		if (!was_told)
			console_say(console, "waiting for runs of this "
					     "campaign that have not ended");
		was_told = true;
		clock_sleep_until(clock_now_ns() + 100 * NS_PER_MS);
	}
	return 0;
}

static enum cell_state state_of(const json_t *json)
{
	const char *text = json_string_value(json_object_get(json, "state"));

	for (int state = CELL_PLANNED; text && state < CELL_STATES; state++) {
		if (strcmp(text, cell_state_name((enum cell_state)state)) == 0)
			return (enum cell_state)state;
	}
	return CELL_PLANNED;
}

/* Takes over what a cell's run came to; one without a verdict begins anew. */
static void take_over(struct cell *cell, const json_t *json)
{
	const char *verdict =
		json_string_value(json_object_get(json, "verdict"));
	const char *started =
		json_string_value(json_object_get(json, "started"));

	cell->attempts = (unsigned)json_integer_value(
		json_object_get(json, "attempts"));
	if (state_of(json) != CELL_DONE || !verdict)
		return;
	for (int kind = VERDICT_UNKNOWN; kind <= VERDICT_INVALID; kind++) {
		if (strcmp(verdict,
			   verdict_kind_name((enum verdict_kind)kind)) == 0)
			cell->kind = (enum verdict_kind)kind;
	}
	cell->state = CELL_DONE;
	cell->reason = json_string_value(json_object_get(json, "reason"));
	cell->anomalies = json_incref(json_object_get(json, "anomalies"));
	cell->figures = json_incref(json_object_get(json, "figures"));
	cell->run = json_string_value(json_object_get(json, "run"));
	cell->exit = (int)json_integer_value(json_object_get(json, "exit"));
	cell->seconds = json_number_value(json_object_get(json, "seconds"));
	snprintf(cell->started, sizeof(cell->started), "%s",
		 started ? started : "");
	cell->is_expected = expectation_is_met(&cell->expect, cell->kind,
					       cell->anomalies);
}

static int take_over_all(struct campaign *campaign, struct error *err)
{
	const json_t *cells = json_object_get(campaign->saved, "cells");
	const char *started = json_string_value(
		json_object_get(campaign->saved, "started"));

	if (json_array_size(cells) != campaign->cell_count)
		return error_set(err, "%s/campaign.json has other cells than "
				      "%s; begin anew, without --resume",
				 campaign->folder, campaign->file);
	for (size_t i = 0; i < campaign->cell_count; i++)
		take_over(&campaign->cells[i], json_array_get(cells, i));
	snprintf(campaign->started, sizeof(campaign->started), "%s",
		 started ? started : "");
	return 0;
}

/* Where its runs are, whatever folder they are looked up from. */
static int find_root(struct campaign *campaign, struct error *err)
{
	char *real;

	if (make_folders(campaign->root, err))
		return -1;
	real = realpath(campaign->root, NULL);
	if (!real)
		return error_errno(err, "%s", campaign->root);
	campaign->root = arena_strdup(&campaign->arena, real);
	free(real);
	return 0;
}

int campaign_open(struct campaign *campaign, const atomic_bool *stop,
		  struct console *console, struct error *err)
{
	struct arena *arena = &campaign->arena;
	const char *above = campaigns_folder(campaign);
	bool is_new = campaign->folder == NULL;

	if (find_root(campaign, err))
		return -1;
	if (is_new)
		campaign->folder = store_create_below(above, arena, err);
	if (!campaign->folder || take_lock(campaign, stop, console, err))
		return -1;
	clock_utc_text(campaign->started, sizeof(campaign->started));
	if (!is_new) {
		/* Nobody writes it any more, now that the lock is ours. */
		json_decref(campaign->saved);
		campaign->saved = json_read_file(
			arena_printf(arena, "%s/campaign.json",
				     campaign->folder),
			err);
		return campaign->saved ? take_over_all(campaign, err) : -1;
	}
	if (make_folders(arena_printf(arena, "%s/cells", campaign->folder),
			 err) ||
	    campaign_save(campaign, err))
		return -1;
	return store_set_latest(above, campaign->folder, err);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_text(text) : json_null();
}

static json_t *expect_json(const struct expectation *expect)
{
	json_t *json = json_object();
	json_t *names;

	json_object_set_new(json, "verdict",
			    json_text(expect->is_any ?
					      "any" :
					      verdict_kind_name(expect->kind)));
	if (!expect->anomalies)
		return json;
	names = json_array();
	for (size_t i = 0; expect->anomalies[i]; i++)
		json_array_append_new(names, json_text(expect->anomalies[i]));
	json_object_set_new(json, "anomaly", names);
	return json;
}

static json_t *cell_json(const struct cell *cell)
{
	bool is_done = cell->state == CELL_DONE;
	json_t *json = json_object();

	json_object_set_new(json, "number",
			    json_integer((json_int_t)cell->number));
	json_object_set(json, "at", cell->at);
	if (cell->is_included)
		json_object_set_new(json, "included", json_true());
	json_object_set_new(json, "expect", expect_json(&cell->expect));
	json_object_set_new(json, "state",
			    json_text(cell_state_name(cell->state)));
	json_object_set_new(json, "verdict",
			    is_done ? json_text(verdict_kind_name(cell->kind)) :
				      json_null());
	json_object_set_new(json, "expected",
			    is_done ? json_boolean(cell->is_expected) :
				      json_null());
	json_object_set_new(json, "reason", text_or_null(cell->reason));
	json_object_set_new(json, "anomalies",
			    cell->anomalies ? json_incref(cell->anomalies) :
					      json_object());
	json_object_set_new(json, "run", text_or_null(cell->run));
	json_object_set_new(json, "exit",
			    cell->exit < 0 ? json_null() :
					     json_integer(cell->exit));
	json_object_set_new(json, "attempts", json_integer(cell->attempts));
	json_object_set_new(json, "started", text_or_null(cell->started));
	json_object_set_new(json, "seconds", json_number(cell->seconds));
	json_object_set_new(json, "figures",
			    cell->figures ? json_incref(cell->figures) :
					    json_object());
	return json;
}

static json_t *axes_json(const struct campaign *campaign)
{
	json_t *axes = json_array();

	for (size_t i = 0; i < campaign->axis_count; i++) {
		const struct axis *axis = &campaign->axes[i];
		json_t *values = json_array();

		for (size_t j = 0; j < axis->count; j++)
			json_array_append_new(values,
					      json_text(axis->labels[j]));
		json_array_append_new(axes, json_pack("{s:s, s:o}", "name",
						      axis->name, "values",
						      values));
	}
	return axes;
}

static json_t *totals_json(const struct campaign *campaign)
{
	struct totals totals = campaign_totals(campaign);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cells",
			 (json_int_t)totals.cells, "valid",
			 (json_int_t)totals.valid, "invalid",
			 (json_int_t)totals.invalid, "unknown",
			 (json_int_t)totals.unknown, "trouble",
			 (json_int_t)totals.trouble, "left",
			 (json_int_t)totals.left, "expected",
			 (json_int_t)totals.expected, "unexpected",
			 (json_int_t)totals.unexpected);
}

int campaign_save(const struct campaign *campaign, struct error *err)
{
	const char *state = campaign->exit < 0 ? "running" :
			    campaign->reason   ? "stopped" :
						 "finished";
	struct arena arena = { 0 };
	json_t *json = json_pack(
		"{s:s, s:i, s:s, s:s}", "campaign", campaign->name, "format",
		FORMAT, "ordeal", version_ordeal(), "state", state);
	json_t *cells = json_array();
	int result;

	json_object_set_new(json, "reason", text_or_null(campaign->reason));
	json_object_set_new(json, "exit",
			    campaign->exit < 0 ? json_null() :
						 json_integer(campaign->exit));
	json_object_set_new(json, "started", text_or_null(campaign->started));
	json_object_set_new(json, "ended", text_or_null(campaign->ended));
	json_object_set_new(json, "seed",
			    json_integer((json_int_t)campaign->seed));
	json_object_set_new(json, "jobs",
			    json_integer(options_int(campaign->options,
						     "jobs")));
	json_object_set_new(json, "store", json_text(campaign->root));
	json_object_set_new(json, "axes", axes_json(campaign));
	json_object_set_new(json, "totals", totals_json(campaign));
	for (size_t i = 0; i < campaign->cell_count; i++)
		json_array_append_new(cells, cell_json(&campaign->cells[i]));
	json_object_set_new(json, "cells", cells);
	json_object_set(json, "source", campaign->source);
	result = json_write_file(json,
				 arena_printf(&arena, "%s/campaign.json",
					      campaign->folder),
				 err);
	json_decref(json);
	arena_release(&arena);
	return result;
}
