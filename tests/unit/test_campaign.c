/* SPDX-License-Identifier: MIT */
/* Which cells a campaign has, and what is said of a bad one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/engine/campaign.h"

struct fixture {
	char path[64];
	struct campaign campaign;
	struct error err;
	bool is_usage;
};

static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));
	int fd;

	snprintf(f->path, sizeof(f->path), "/tmp/ordeal-camp-XXXXXX");
	fd = mkstemp(f->path);
	if (fd < 0)
		return -1;
	close(fd);
	f->campaign.lock = -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	campaign_release(&f->campaign);
	unlink(f->path);
	free(f);
	return 0;
}

/* Reads and plans a campaign whose text has ' for ". */
static int plan(struct fixture *f, const char *text)
{
	FILE *file = fopen(f->path, "we");

	assert_non_null(file);
	for (; *text; text++)
		fputc(*text == '\'' ? '"' : *text, file);
	assert_int_equal(fclose(file), 0);
	campaign_release(&f->campaign);
	f->campaign = (struct campaign){ .lock = -1 };
	f->campaign.options = options_new(&f->campaign.arena, campaign_options);
	return campaign_read(&f->campaign, f->path, &f->is_usage, &f->err) ||
			       campaign_plan(&f->campaign, &f->err)
		       ? -1
		       : 0;
}

static void accept(struct fixture *f, const char *text, size_t cells)
{
	if (plan(f, text))
		fail_msg("%s", f->err.text);
	assert_int_equal(f->campaign.cell_count, cells);
}

/* It is refused as wrong usage, and the sentence begins with file and place. */
static void refuse(struct fixture *f, const char *text, const char *place,
		   const char *words)
{
	char start[128];

	snprintf(start, sizeof(start), "%s: %s", f->path, place);
	assert_int_equal(plan(f, text), -1);
	assert_true(f->is_usage);
	if (strncmp(f->err.text, start, strlen(start)) != 0 ||
	    !strstr(f->err.text, words))
		fail_msg("not at %s or not '%s': %s", place, words,
			 f->err.text);
}

static void expect_cell(struct fixture *f, size_t number, const char *text,
			const char *expectation)
{
	struct arena arena = { 0 };
	const struct cell *cell = &f->campaign.cells[number];

	assert_string_equal(cell_text(cell, &arena), text);
	assert_string_equal(expectation_text(&cell->expect, &arena),
			    expectation);
	arena_release(&arena);
}

static const char *config_of(struct fixture *f, size_t number, const char *name)
{
	json_t *value = json_object_get(f->campaign.cells[number].config, name);

	return campaign_label(&f->campaign.arena, value);
}

#define BASE "'base': {'target': 'memory', 'time-limit': '1s'}, 'seed': 7, "

static void axes_make_every_combination(void **state)
{
	struct fixture *f = *state;

	accept(f,
	       "{" BASE "'axes': {'workload': ['register', 'append'],"
	       " 'rate': [10, 20.5, null]}}",
	       6);
	expect_cell(f, 0, "workload=register rate=10", "valid");
	expect_cell(f, 1, "workload=register rate=20.5", "valid");
	expect_cell(f, 5, "workload=append rate=null", "valid");
	assert_string_equal(config_of(f, 1, "time-limit"), "1s");
	assert_string_equal(config_of(f, 1, "rate"), "20.5");
	assert_string_equal(config_of(f, 1, "seed"), "7");
}

static void an_axis_may_set_several_options(void **state)
{
	struct fixture *f = *state;

	accept(f,
	       "{" BASE "'axes': {'load': ["
	       "{'label': 'high', 'set': {'rate': 5000, 'concurrency': 20}},"
	       "{'set': {'rate': 5}}], 'memory.bug': ['none', 'stale-read']}}",
	       4);
	expect_cell(f, 0, "load=high memory.bug=none", "valid");
	expect_cell(f, 3, "load=rate=5 memory.bug=stale-read", "valid");
	assert_string_equal(config_of(f, 0, "concurrency"), "20");
	assert_null(json_object_get(f->campaign.cells[0].config, "load"));
}

static void a_count_is_an_axis_of_seeds(void **state)
{
	struct fixture *f = *state;
	char *first;

	accept(f,
	       "{" BASE "'axes': {'workload': ['register', 'set']}, "
	       "'count': 3}",
	       6);
	assert_string_equal(config_of(f, 0, "seed"), config_of(f, 3, "seed"));
	assert_string_not_equal(config_of(f, 0, "seed"),
				config_of(f, 1, "seed"));
	first = strdup(config_of(f, 0, "seed"));
	accept(f, "{" BASE "'count': 3}", 3);
	assert_string_equal(config_of(f, 0, "seed"), first);
	free(first);
	refuse(f, "{" BASE "'count': 3, 'axes': {'seed': [1, 2]}}", "/count",
	       "already");
	refuse(f, "{" BASE "'count': 0}", "/count", "1 to");
}

static void what_is_excluded_is_left_out(void **state)
{
	struct fixture *f = *state;

	accept(f,
	       "{" BASE "'axes': {'workload': ['register', 'append', 'set'],"
	       " 'rate': [1, 2]}, 'exclude': [{'workload': 'append'},"
	       " {'workload': ['set', 'bank'], 'rate': 2}]}",
	       3);
	expect_cell(f, 2, "workload=set rate=1", "valid");
	refuse(f,
	       "{" BASE "'axes': {'workload': ['set']},"
	       "'exclude': [{'worklaod': 'set'}]}",
	       "/exclude/0/worklaod", "did you mean 'workload'?");
	refuse(f, "{" BASE "'axes': {'rate': [1]}, 'exclude': [{'rate': 1}]}",
	       "", "no cell is left");
}

static void what_is_included_is_added(void **state)
{
	struct fixture *f = *state;

	accept(f,
	       "{" BASE "'axes': {'workload': ['register']}, 'include': ["
	       "{'workload': 'set', 'memory.bug': 'lost-update',"
	       " 'expect': {'verdict': 'invalid'}}, {'seed': 3}]}",
	       3);
	assert_false(f->campaign.cells[0].is_included);
	assert_true(f->campaign.cells[1].is_included);
	expect_cell(f, 1, "workload=set memory.bug=lost-update", "invalid");
	assert_string_equal(config_of(f, 2, "seed"), "3");
	/* Without axes there is nothing but what is included. */
	accept(f, "{" BASE "'include': [{'rate': 3}]}", 1);
	accept(f, "{" BASE "'jobs': 1}", 1);
}

static void the_first_rule_that_fits_says_what_is_expected(void **state)
{
	struct fixture *f = *state;

	accept(f,
	       "{" BASE "'axes': {'memory.bug': ['none', 'stale-read',"
	       " 'lost-update', 'split-brain']}, 'expect': ["
	       "{'when': {'memory.bug': 'none'}, 'verdict': 'valid'},"
	       "{'when': {'memory.bug': ['stale-read']},"
	       " 'anomaly': ['stale-read', 'lost-write']},"
	       "{'when': {'memory.bug': 'lost-update'}, 'verdict': 'any'},"
	       "'unknown']}",
	       4);
	expect_cell(f, 0, "memory.bug=none", "valid");
	expect_cell(f, 1, "memory.bug=stale-read",
		    "invalid with stale-read or lost-write");
	expect_cell(f, 2, "memory.bug=lost-update", "anything");
	expect_cell(f, 3, "memory.bug=split-brain", "unknown");
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	struct fixture *f = *state;

	refuse(f, "[1]", "", "an object is wanted");
	refuse(f, "{'axis': {}}", "/axis", "did you mean 'axes'?");
	refuse(f, "{'rate': 3}", "/rate", "\"base\"");
	refuse(f, "{'base': 3}", "/base", "a configuration is wanted");
	refuse(f, "{'base': 'no-such.json'}", "/base", "no-such.json");
	refuse(f, "{" BASE "'axes': []}", "/axes", "an object is wanted");
	refuse(f, "{" BASE "'axes': {'rate': 3}}", "/axes/rate", "a list");
	refuse(f, "{" BASE "'axes': {'rate': [3, '3']}}", "/axes/rate/1",
	       "twice");
	refuse(f, "{" BASE "'axes': {'workload': ['set', 'sett']}}",
	       "/axes/workload/1", "'sett'");
	refuse(f, "{'base': {'target': 'memory', 'ratee': 3}}", "/base/ratee",
	       "did you mean 'rate'?");
	refuse(f, "{" BASE "'axes': {'x': [{'set': {'rate': 'fast'}}]}}",
	       "/axes/x/0/set/rate", "fast");
	refuse(f, "{" BASE "'include': [{'rate': {}, 'time-limit': 'soon'}]}",
	       "/include/0/time-limit", "soon");
	refuse(f, "{" BASE "'jobs': 'many'}", "/jobs", "many");
	refuse(f, "{" BASE "'stop': 'later'}", "/stop", "first-failure");
	refuse(f, "{" BASE "'expect': 'good'}", "/expect", "\"valid\"");
	refuse(f, "{" BASE "'expect': [{'anomaly': 'bad-luck'}]}",
	       "/expect/0/anomaly", "bad-luck");
	refuse(f, "{" BASE "'expect': {'verdict': 'valid', 'anomaly': 'G1c'}}",
	       "/expect/anomaly", "only of an invalid run");
	refuse(f, "{" BASE "'expect': {'verdikt': 'valid'}}", "/expect/verdikt",
	       "\"when\"");
	refuse(f, "{'base': {'target': 'memory', 'junit': 'x'}}", "/base/junit",
	       "one of its own");
}

static void a_file_that_cannot_be_read_is_no_usage(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(plan(f, "{'base': "), -1);
	assert_false(f->is_usage);
	assert_non_null(strstr(f->err.text, ":1: "));
}

static void runs_that_share_a_cluster_do_not_go_on_at_a_time(void **state)
{
	struct fixture *f = *state;
	const char *shared;

	assert_int_equal(plan(f, "{'base': {'target': 'etcd', 'local': 3},"
				 "'jobs': 2, 'axes': {'rate': [1, 2]}}"),
			 -1);
	assert_non_null(strstr(f->err.text, "the local cluster 'default'"));
	assert_non_null(strstr(f->err.text, "%j"));
	assert_int_equal(plan(f, "{'base': {'target': 'etcd',"
				 " 'nodes': 'a,b'}, 'jobs': 2,"
				 " 'axes': {'nodes': ['a,b', 'b,c']}}"),
			 -1);
	assert_non_null(strstr(f->err.text, "the node b:22"));
	accept(f,
	       "{'base': {'target': 'etcd', 'local': 3}, 'jobs': 2,"
	       "'axes': {'cluster': ['one', 'two'], 'rate': [1, 2]}}",
	       4);
	assert_true(cells_collide(&f->campaign.cells[0], &f->campaign.cells[1],
				  &shared));
	assert_false(cells_collide(&f->campaign.cells[1], &f->campaign.cells[2],
				   &shared));
	accept(f,
	       "{'base': {'target': 'etcd', 'local': 3, 'cluster': 'c%j'},"
	       "'jobs': 2, 'axes': {'rate': [1, 2]}}",
	       2);
	accept(f, "{" BASE "'jobs': 9, 'axes': {'rate': [1, 2]}}", 2);
	accept(f, "{'base': {'target': 'etcd', 'local': 3}, 'jobs': 4}", 1);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		claim(axes_make_every_combination),
		claim(an_axis_may_set_several_options),
		claim(a_count_is_an_axis_of_seeds),
		claim(what_is_excluded_is_left_out),
		claim(what_is_included_is_added),
		claim(the_first_rule_that_fits_says_what_is_expected),
		claim(what_is_wrong_is_told_with_its_place),
		claim(a_file_that_cannot_be_read_is_no_usage),
		claim(runs_that_share_a_cluster_do_not_go_on_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
