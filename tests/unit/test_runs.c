/* SPDX-License-Identifier: MIT */
/* The index of runs, its filters, and files below a folder. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/report/beneath.h"
#include "harness/report/runs.h"
#include "tests/support/run_store.h"

#define TIME_1 "20260101T000000.000Z"
#define TIME_2 "20260102T000000.000Z"
#define TIME_3 "20260103T000000.000Z"

static void put_three(struct run_store *store)
{
	run_store_add(store, "etcd-register/" TIME_2, "etcd", "register",
		      "kill", "false", "stale-read");
	run_store_add(store, "etcd-register/" TIME_3, "etcd", "register", NULL,
		      "true", NULL);
	run_store_add(store, "memory-append/" TIME_1, "memory", "append",
		      "partition", "\"unknown\"", NULL);
}

static void runs_are_listed_newest_first(void **state)
{
	struct run_store *store = *state;
	struct runs_index *index;
	const struct runs *runs;

	put_three(store);
	index = runs_open(store->root);
	runs = runs_take(index);
	assert_int_equal(runs->count, 3);
	assert_string_equal(runs->items[0].path, "etcd-register/" TIME_3);
	assert_string_equal(runs->items[2].path, "memory-append/" TIME_1);
	assert_int_equal(runs->items[0].state, RUN_VALID);
	assert_int_equal(runs->items[1].state, RUN_INVALID);
	assert_int_equal(runs->items[2].state, RUN_UNKNOWN);
	assert_string_equal(runs->items[1].target, "etcd");
	assert_string_equal(runs->items[1].faults[0], "kill");
	assert_string_equal(runs->items[1].anomalies[0].name, "stale-read");
	assert_string_equal(runs->items[1].seed, "7");
	assert_int_equal(runs->items[1].ops, 1000);
	assert_string_equal(runs->items[1].time, TIME_2);
	assert_null(runs_find(runs, "etcd-register"));
	assert_ptr_equal(runs_find(runs, "memory-append/" TIME_1),
			 &runs->items[2]);
	runs_give_back(index, runs);
	runs_close(index);
}

static void a_store_that_is_not_there_has_no_runs(void **state)
{
	struct run_store *store = *state;
	struct runs_index *index = runs_open(run_store_path(store, "nothing"));
	const struct runs *runs = runs_take(index);

	assert_int_equal(runs->count, 0);
	runs_give_back(index, runs);
	runs_close(index);
}

static void a_list_in_use_stays_while_the_store_changes(void **state)
{
	struct run_store *store = *state;
	const struct runs *before, *after;
	struct runs_index *index;

	put_three(store);
	index = runs_open(store->root);
	before = runs_take(index);
	run_store_add(store, "etcd-register/" TIME_1, "etcd", "register", NULL,
		      "true", NULL);
	run_store_add(store, "etcd-register/" TIME_2, "etcd", "register",
		      "kill", "true", NULL);
	after = runs_take(index);
	assert_int_equal(before->count, 3);
	assert_int_equal(before->items[1].state, RUN_INVALID);
	assert_int_equal(after->count, 4);
	assert_int_equal(after->items[1].state, RUN_VALID);
	runs_give_back(index, before);
	assert_string_equal(after->items[0].path, "etcd-register/" TIME_3);
	runs_give_back(index, after);
	runs_close(index);
}

static void what_has_no_results_is_running_or_unjudged(void **state)
{
	static const struct timespec old[2] = { { .tv_sec = 1000 },
						{ .tv_sec = 1000 } };
	struct run_store *store = *state;
	struct runs_index *index = runs_open(store->root);
	const char *history = "etcd-register/" TIME_1 "/history.jsonl";
	const struct runs *runs;

	run_store_put(store, history, "");
	runs = runs_take(index);
	assert_int_equal(runs->items[0].state, RUN_GOING);
	runs_give_back(index, runs);
	utimensat(AT_FDCWD, run_store_path(store, history), old, 0);
	runs = runs_take(index);
	assert_int_equal(runs->items[0].state, RUN_UNJUDGED);
	runs_give_back(index, runs);
	runs_close(index);
}

static void links_and_other_folders_are_no_runs(void **state)
{
	struct run_store *store = *state;
	struct runs_index *index = runs_open(store->root);
	const struct runs *runs;

	put_three(store);
	assert_int_equal(symlink("etcd-register/" TIME_3,
				 run_store_path(store, "latest")),
			 0);
	assert_int_equal(
		symlink(TIME_3, run_store_path(store, "etcd-register/link")),
		0);
	run_store_put(store, "etcd-register/notes/x.txt", "");
	runs = runs_take(index);
	assert_int_equal(runs->count, 3);
	runs_give_back(index, runs);
	runs_close(index);
}

static void results_of_any_form_are_read_with_care(void **state)
{
	static const char *const forms[] = {
		"",
		"[]",
		"{\"valid\":1,\"reason\":[],\"checkers\":[]}",
		("{\"valid\":null,\"checkers\":{\"stats\":[],\"x\":"
		 "{\"anomalies\":{\"a\":1}},\"y\":{\"anomalies\":[1,{}]}}}"),
	};
	struct run_store *store = *state;
	struct runs_index *index = runs_open(store->root);

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const struct runs *runs;

		run_store_put(store, "a-b/" TIME_1 "/results.json", forms[i]);
		run_store_put(store, "a-b/" TIME_1 "/config.json", forms[i]);
		runs = runs_take(index);
		assert_int_equal(runs->count, 1);
		assert_int_equal(runs->items[0].state, RUN_UNKNOWN);
		assert_int_equal(runs->items[0].anomaly_count, 0);
		runs_give_back(index, runs);
	}
	runs_close(index);
}

static void filters_narrow(void **state)
{
	static const struct {
		struct run_filter filter;
		size_t count;
	} cases[] = {
		{ { .target = "" }, 3 },
		{ { .target = "etcd" }, 2 },
		{ { .target = "etc" }, 0 },
		{ { .workload = "append" }, 1 },
		{ { .fault = "kill" }, 1 },
		{ { .fault = "none" }, 1 },
		{ { .state = "invalid" }, 1 },
		{ { .anomaly = "stale-read" }, 1 },
		{ { .text = "STALE" }, 1 },
		{ { .text = "because" }, 3 },
		{ { .text = "20260103" }, 1 },
		{ { .target = "etcd", .state = "unknown" }, 0 },
	};
	struct run_store *store = *state;
	struct runs_index *index = runs_open(store->root);
	const struct runs *runs;

	put_three(store);
	runs = runs_take(index);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t count = 0;

		for (size_t r = 0; r < runs->count; r++)
			count += run_matches(&runs->items[r], &cases[i].filter);
		assert_int_equal(count, cases[i].count);
	}
	runs_give_back(index, runs);
	runs_close(index);
}

static void facets_count_what_there_is(void **state)
{
	struct run_store *store = *state;
	struct runs_index *index = runs_open(store->root);
	const struct run_facet *facets;
	const struct runs *runs;
	size_t count;

	put_three(store);
	runs = runs_take(index);
	facets = runs_facets(runs, FACET_TARGET, &count, &store->arena);
	assert_int_equal(count, 2);
	assert_string_equal(facets[0].value, "etcd");
	assert_int_equal(facets[0].count, 2);
	facets = runs_facets(runs, FACET_FAULT, &count, &store->arena);
	assert_int_equal(count, 3);
	assert_string_equal(facets[1].value, "none");
	runs_give_back(index, runs);
	runs_close(index);
}

static int look(int folder, const char *path)
{
	struct stat status;
	int fd = beneath_open(folder, path, &status);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static void no_path_leads_out_of_the_folder(void **state)
{
	struct run_store *store = *state;
	int folder;

	run_store_put(store, "in/a/file", "x");
	run_store_put(store, "out/secret", "x");
	assert_int_equal(
		symlink("../../out/secret", run_store_path(store, "in/a/link")),
		0);
	assert_int_equal(symlink("../out", run_store_path(store, "in/out")), 0);
	assert_int_equal(mkfifo(run_store_path(store, "in/pipe"), 0600), 0);
	folder = open(run_store_path(store, "in"), O_RDONLY | O_DIRECTORY);
	assert_true(folder >= 0);
	assert_int_equal(look(folder, "a/file"), 0);
	assert_int_equal(look(folder, "a"), 0);
	assert_int_equal(look(folder, ""), 0);
	assert_int_equal(look(folder, "a/link"), ELOOP);
	assert_int_not_equal(look(folder, "out/secret"), 0);
	assert_int_equal(look(folder, "pipe"), EACCES);
	assert_int_equal(look(folder, "../out/secret"), EINVAL);
	assert_int_equal(look(folder, "a/../../out/secret"), EINVAL);
	assert_int_equal(look(folder, "/etc/passwd"), EINVAL);
	assert_int_equal(look(folder, "a//file"), EINVAL);
	assert_int_equal(look(folder, "a/./file"), EINVAL);
	assert_int_equal(look(folder, "a/"), EINVAL);
	assert_int_equal(look(folder, "a/file/x"), ENOTDIR);
	assert_int_equal(look(folder, "b"), ENOENT);
	close(folder);
}

int main(void)
{
#define CASE(name)                                              \
	cmocka_unit_test_setup_teardown(name, run_store_set_up, \
					run_store_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(runs_are_listed_newest_first),
		CASE(a_store_that_is_not_there_has_no_runs),
		CASE(a_list_in_use_stays_while_the_store_changes),
		CASE(what_has_no_results_is_running_or_unjudged),
		CASE(links_and_other_folders_are_no_runs),
		CASE(results_of_any_form_are_read_with_care),
		CASE(filters_narrow),
		CASE(facets_count_what_there_is),
		CASE(no_path_leads_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
