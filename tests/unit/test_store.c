/* SPDX-License-Identifier: MIT */
/* The store of runs, and the scan of logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/engine/log_scan.h"
#include "harness/report/json.h"
#include "harness/report/store.h"

struct fixture {
	struct arena arena;
	struct error err;
	char folder[64];
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .folder = "/tmp/ordeal-test-XXXXXX" };
	*state = &fixture;
	return mkdtemp(fixture.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char rm[] = "rm";
	char flag[] = "-rf";
	char *args[] = { rm, flag, fixture->folder, NULL };
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execvp(rm, args);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	arena_release(&fixture->arena);
	return status;
}

static void put(struct fixture *fixture, const char *path, const char *text,
		size_t length)
{
	if (file_write_whole(path, text, length, &fixture->err) != 0)
		fail_msg("%s", fixture->err.text);
}

static const char *new_run(struct fixture *fixture, const char *target,
			   const char *workload)
{
	const char *run = store_create(fixture->folder, target, workload,
				       &fixture->arena, &fixture->err);

	if (!run)
		fail_msg("%s", fixture->err.text);
	put(fixture, arena_printf(&fixture->arena, "%s/history.jsonl", run), "",
	    0);
	return run;
}

static void each_run_has_a_folder_of_its_own(void **state)
{
	const char *first = new_run(*state, "etcd", "register");
	const char *second = new_run(*state, "etcd", "register");

	assert_string_not_equal(first, second);
	assert_true(strcmp(first, second) < 0);
	assert_true(store_is_run(first));
}

static void runs_are_found_by_all_their_names(void **state)
{
	struct fixture *fixture = *state;
	const char *first = new_run(fixture, "etcd", "register");
	const char *newest = new_run(fixture, "etcd", "register");
	struct found found;

	assert_int_equal(store_find(fixture->folder, first, &found,
				    &fixture->arena, &fixture->err),
			 0);
	assert_string_equal(found.run, first);
	assert_int_equal(store_find(fixture->folder, "etcd-register", &found,
				    &fixture->arena, &fixture->err),
			 0);
	assert_string_equal(found.run, newest);
	assert_int_equal(store_find(fixture->folder, "latest", &found,
				    &fixture->arena, &fixture->err),
			 -1);
	assert_int_equal(
		store_set_latest(fixture->folder, first, &fixture->err), 0);
	assert_int_equal(
		store_set_latest(fixture->folder, newest, &fixture->err), 0);
	assert_int_equal(store_find(fixture->folder, "latest", &found,
				    &fixture->arena, &fixture->err),
			 0);
	assert_true(store_is_run(found.run));
	assert_non_null(strstr(found.history, "latest/history.jsonl"));
}

static void what_is_not_there_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct found found;

	assert_int_equal(store_find(fixture->folder, "nothing", &found,
				    &fixture->arena, &fixture->err),
			 -1);
	assert_non_null(strstr(fixture->err.text, "nothing: no such file"));
	assert_int_equal(store_find("/nonexistent", fixture->folder, &found,
				    &fixture->arena, &fixture->err),
			 -1);
	assert_non_null(strstr(fixture->err.text, "holds no history.jsonl"));
}

static void no_name_leads_out_of_the_store(void **state)
{
	struct fixture *fixture = *state;
	const char *run = new_run(fixture, "../../etc", "a/b");

	assert_null(strstr(run, "/.."));
	assert_non_null(strstr(run, "/_._.._etc-a_b/"));
}

static void a_file_is_written_whole_or_not(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		file_write_whole("/nonexistent/file", "x", 1, &fixture->err),
		-1);
	assert_non_null(
		strstr(fixture->err.text, "/nonexistent/file: No such"));
}

/* Through links, as a test that fails must not cost the machine a device. */
static void what_is_no_file_is_not_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	const char *file = arena_printf(arena, "%s/file", fixture->folder);
	const char *link = arena_printf(arena, "%s/link", fixture->folder);
	struct stat found;

	put(fixture, file, "old", 3);
	assert_int_equal(symlink(file, link), 0);
	assert_false(file_stays(file));
	assert_true(file_stays(link));
	assert_true(file_stays("/dev/null"));
	put(fixture, link, "longer", 6);
	assert_int_equal(lstat(link, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	assert_int_equal(stat(file, &found), 0);
	assert_int_equal(found.st_size, 6);
	link = arena_printf(arena, "%s/full", fixture->folder);
	assert_int_equal(symlink("/dev/full", link), 0);
	assert_int_equal(file_write_whole(link, "x", 1, &fixture->err), -1);
	assert_non_null(strstr(fixture->err.text, "No space left"));
	assert_int_equal(lstat(link, &found), 0);
}

static struct log_findings scan(struct fixture *fixture, const char *text,
				size_t length, const char *const *patterns)
{
	const char *path =
		arena_printf(&fixture->arena, "%s/etcd.log", fixture->folder);
	struct log_scan *scan = log_scan_new(patterns, &fixture->err);
	struct log_findings findings = { 0 };

	if (!scan)
		fail_msg("%s", fixture->err.text);
	put(fixture, path, text, length);
	assert_int_equal(log_scan_file(scan, "n1", path, &fixture->arena,
				       &findings, &fixture->err),
			 0);
	log_scan_free(scan);
	return findings;
}

static const char *const patterns[] = { "^panic:", "SIG(SEGV|ABRT)", NULL };

static void lines_that_match_are_found(void **state)
{
	static const char text[] = "starting\npanic: oh\nno panic: here\n"
				   "\x00\xff got SIGSEGV at 0\nlast panic";
	struct log_findings found =
		scan(*state, text, sizeof(text) - 1, patterns);

	assert_int_equal(found.count, 2);
	assert_string_equal(found.first->node, "n1");
	assert_string_equal(found.first->file, "etcd.log");
	assert_int_equal(found.first->line, 2);
	assert_string_equal(found.first->text, "panic: oh");
	assert_int_equal(found.last->line, 4);
	assert_string_equal(found.last->pattern, "SIG(SEGV|ABRT)");
}

static void a_last_line_without_end_is_scanned(void **state)
{
	assert_int_equal(scan(*state, "panic: x", 8, patterns).count, 1);
}

static void an_endless_line_is_cut(void **state)
{
	struct fixture *fixture = *state;
	size_t length = 300000;
	char *text = arena_alloc(&fixture->arena, length);
	struct log_findings found;

	memset(text, 'x', length);
	memcpy(text + 60000, " SIGABRT ", 9);
	memcpy(text + length - 10, "\npanic: no", 10);
	found = scan(fixture, text, length, patterns);
	assert_int_equal(found.count, 2);
	assert_true(strlen(found.first->text) <= LOG_TEXT_MAX);
	assert_non_null(strstr(found.first->text, "SIGABRT"));
	assert_int_equal(found.last->line, 2);
}

static void a_flood_of_findings_is_counted(void **state)
{
	struct fixture *fixture = *state;
	const char *text = "";
	struct log_findings found;

	for (int i = 0; i < 60; i++)
		text = arena_printf(&fixture->arena, "%spanic: %d\n", text, i);
	found = scan(fixture, text, strlen(text), patterns);
	assert_int_equal(found.count, LOG_FINDINGS_MAX);
	assert_int_equal(found.more, 60 - LOG_FINDINGS_MAX);
}

/* A pattern that backtracks without end is stopped, and said. */
static void a_search_without_end_is_a_finding(void **state)
{
	static const char *const slow[] = { "(a+)+$", NULL };
	struct fixture *fixture = *state;
	char text[60];
	struct log_findings found;

	memset(text, 'a', sizeof(text));
	text[58] = '!';
	text[59] = '\n';
	found = scan(fixture, text, sizeof(text), slow);
	assert_int_equal(found.count, 1);
	assert_non_null(strstr(found.first->text, "took too long"));
}

static void a_bad_pattern_is_named(void **state)
{
	static const char *const bad[] = { "ok", "a(b", NULL };
	struct fixture *fixture = *state;

	assert_null(log_scan_new(bad, &fixture->err));
	assert_non_null(strstr(fixture->err.text, "pattern \"a(b\""));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_run_has_a_folder_of_its_own),
		TEST(runs_are_found_by_all_their_names),
		TEST(what_is_not_there_is_named),
		TEST(no_name_leads_out_of_the_store),
		TEST(a_file_is_written_whole_or_not),
		TEST(what_is_no_file_is_not_replaced),
		TEST(lines_that_match_are_found),
		TEST(a_last_line_without_end_is_scanned),
		TEST(an_endless_line_is_cut),
		TEST(a_flood_of_findings_is_counted),
		TEST(a_search_without_end_is_a_finding),
		TEST(a_bad_pattern_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
