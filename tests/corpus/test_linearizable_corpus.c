/* SPDX-License-Identifier: MIT */
/*
 * Histories that other projects recorded get the verdicts those projects state.
 * They are not part of this tree: ../shared/corpus holds them where it is
 * there; where it is not, the tests are skipped, and say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <glob.h>

#include "harness/checker.h"
#include "harness/core/reader.h"
#include "harness/registry.h"

#define SHARED "../shared/corpus"

static enum verdict_kind judge(const char *path, const char *algorithm)
{
	const struct checker *checker = registry_checker("linearizable");
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct options *options = options_new(&arena, checker->options);
	struct error err = { "" };
	struct history *history = history_read(path, NULL, NULL, &err);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;

	if (!history)
		fail_msg("%s", err.text);
	verdict_init(&verdict);
	if (strstr(path, "multi-register") &&
	    options_set(options, &arena, "initial", "0", &err))
		fail_msg("%s", err.text);
	if (options_set(options, &arena, "algorithm", algorithm, &err) ||
	    checker->check(&check, &verdict, &err))
		fail_msg("%s: %s", path, err.text);
	if (verdict.kind == VERDICT_INVALID && !verdict.anomalies->story)
		fail_msg("%s: invalid without a story", path);
	arena_release(&arena);
	history_free(history);
	return verdict.kind;
}

/* Judges every file of a pattern by both ways; returns how many there are. */
static size_t expect(const char *pattern, enum verdict_kind expected)
{
	glob_t found;
	size_t count = 0;

	if (glob(pattern, 0, NULL, &found) == 0) {
		for (; count < found.gl_pathc; count++) {
			const char *path = found.gl_pathv[count];

			if (judge(path, "auto") != expected ||
			    judge(path, "search") != expected)
				fail_msg("%s is not %s", path,
					 verdict_kind_name(expected));
		}
		globfree(&found);
	}
	return count;
}

static void skip_without_corpus(void)
{
	if (access(SHARED "/porcupine", R_OK) != 0) {
		print_message("skipped: " SHARED " is not there\n");
		skip();
	}
}

static void etcd_logs_get_the_verdicts_their_owners_state(void **state)
{
	static const int valid[] = { 2,	 5,  7,	 18, 25, 31, 38, 45, 48, 49,
				     51, 53, 56, 67, 75, 76, 80, 87, 92, 98,
				     100, 101, 102 };
	size_t invalid_count = 0;

	(void)state;
	skip_without_corpus();
	for (int log = 0; log <= 102; log++) {
		enum verdict_kind expected = VERDICT_INVALID;
		char path[128];

		if (log == 95)
			continue; /* was never published */
		for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++) {
			if (valid[i] == log)
				expected = VERDICT_VALID;
		}
		snprintf(path, sizeof(path),
			 SHARED "/porcupine/jepsen/etcd_%03d.log", log);
		assert_int_equal(expect(path, expected), 1);
		invalid_count += expected == VERDICT_INVALID;
	}
	assert_int_equal(invalid_count, 79);
}

static void maps_of_strings_get_theirs(void **state)
{
	(void)state;
	skip_without_corpus();
	assert_int_equal(expect(SHARED "/porcupine/kv/*-ok.txt",
				VERDICT_VALID), 3);
	assert_int_equal(expect(SHARED "/porcupine/kv/*-bad.txt",
				VERDICT_INVALID), 3);
}

static void registers_of_jepsen_get_theirs(void **state)
{
	(void)state;
	skip_without_corpus();
	assert_int_equal(expect(SHARED "/knossos/cas-register/good/*.edn",
				VERDICT_VALID), 113);
	assert_int_equal(expect(SHARED "/knossos/cas-register/bad/*.edn",
				VERDICT_INVALID), 7);
	assert_int_equal(expect(SHARED "/knossos/multi-register/good/*.edn",
				VERDICT_VALID), 1);
	assert_int_equal(expect(SHARED "/knossos/mutex/bad/*.edn",
				VERDICT_INVALID), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(etcd_logs_get_the_verdicts_their_owners_state),
		cmocka_unit_test(maps_of_strings_get_theirs),
		cmocka_unit_test(registers_of_jepsen_get_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
