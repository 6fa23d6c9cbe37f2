/* SPDX-License-Identifier: MIT */
/*
 * tests/corpus/CHECKER/CASE/: history.* and expected.json, which has "valid"
 * and may have "reason" (a part of it), "anomalies" (their names, in order) and
 * "options" of the checker. To add a case is to add a folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <glob.h>

#include "harness/core/reader.h"
#include "harness/engine/judge.h"
#include "harness/report/json.h"
#include "harness/report/results.h"
#include "harness/report/store.h"

static void set_options(struct panel *panel, const json_t *expected,
			struct arena *arena)
{
	json_t *options = json_object_get(expected, "options");
	const char *name;
	json_t *value;
	struct error err;
	size_t matched;

	json_object_foreach(options, name, value)
	{
		if (panel_set(panel, arena, name, json_string_value(value),
			      &matched, &err) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(matched, 1);
	}
}

static void compare_anomalies(const char *folder, const struct verdict *verdict,
			      const json_t *expected)
{
	const struct anomaly *anomaly = verdict->anomalies;
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(expected, "anomalies"), i, name)
	{
		if (!anomaly ||
		    strcmp(anomaly->name, json_string_value(name)) != 0)
			fail_msg("%s: anomaly %zu is %s, not %s", folder, i,
				 anomaly ? anomaly->name : "missing",
				 json_string_value(name));
		anomaly = anomaly->next;
	}
	if (verdict->kind == VERDICT_INVALID && !verdict->anomalies)
		fail_msg("%s: invalid without evidence", folder);
}

static void compare(const char *folder, const struct verdict *verdict,
		    const json_t *expected)
{
	const char *reason =
		json_string_value(json_object_get(expected, "reason"));
	json_t *valid = results_valid(verdict->kind);

	if (!json_equal(valid, json_object_get(expected, "valid")))
		fail_msg("%s: %s: %s", folder, verdict_kind_name(verdict->kind),
			 verdict->reason);
	if (reason && !strstr(verdict->reason, reason))
		fail_msg("%s: the reason is: %s", folder, verdict->reason);
	compare_anomalies(folder, verdict, expected);
	json_decref(valid);
}

/* tests/corpus/CHECKER/CASE */
static void judge_case(const char *folder)
{
	struct arena arena = { 0 };
	const char *checker = arena_strdup(&arena, folder + 13);
	struct judge_limits limits = { .threads = 2 };
	struct panel panel = { 0 };
	struct judgement judgement;
	struct history *history;
	struct found found;
	struct error err;
	json_t *expected = json_read_file(
		arena_printf(&arena, "%s/expected.json", folder), &err);

	if (!expected ||
	    store_find("/nonexistent", folder, &found, &arena, &err) != 0)
		fail_msg("%s", err.text);
	history = history_read(found.history, NULL, NULL, &err);
	if (!history)
		fail_msg("%s", err.text);
	checker = arena_strndup(&arena, checker, strcspn(checker, "/"));
	if (!panel_add(&panel, &arena, checker, &err))
		fail_msg("%s", err.text);
	set_options(&panel, expected, &arena);
	judge_history(history, &panel, &limits, &arena, &judgement);
	compare(folder, &judgement.judged[0].verdict, expected);
	json_decref(expected);
	history_free(history);
	arena_release(&arena);
}

static void each_case_gets_its_verdict(void **state)
{
	glob_t cases;

	(void)state;
	assert_int_equal(
		glob("tests/corpus/*/*/expected.json", 0, NULL, &cases), 0);
	assert_true(cases.gl_pathc >= 13);
	for (size_t i = 0; i < cases.gl_pathc; i++) {
		*strrchr(cases.gl_pathv[i], '/') = '\0';
		judge_case(cases.gl_pathv[i]);
	}
	globfree(&cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_gets_its_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
