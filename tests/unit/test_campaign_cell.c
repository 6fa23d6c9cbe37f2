/* SPDX-License-Identifier: MIT */
/* A cell of a campaign: its name, and what is made of its run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/engine/campaign_private.h"

struct fixture {
	char folder[64];
	struct campaign campaign;
	const char *anomalies[2];
};

/* A campaign of one cell, which is to show G1c. */
static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/ordeal-cell-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	f->anomalies[0] = "G1c";
	f->campaign.lock = -1;
	f->campaign.cell_count = 1;
	f->campaign.cells = heap_zeroed(1, sizeof(struct cell));
	f->campaign.cells[0].expect = (struct expectation){
		.kind = VERDICT_INVALID,
		.anomalies = f->anomalies,
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	campaign_release(&f->campaign);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void a_value_is_known_by_its_parts(void **state)
{
	static const struct {
		const char *json;
		const char *label;
	} rows[] = {
		{ "\"kill\"", "kill" },
		{ "2.5", "2.5" },
		{ "[]", "none" },
		{ "[\"kill\", {\"name\": \"pause\", \"n\": 2}]",
		  "kill+pause n=2" },
		{ "[1, true]", "1+true" },
		{ "{\"name\": \"append\", \"keys\": 3}", "append keys=3" },
		{ "{\"set\": {\"a\": [1], \"b\": \"x\"}}", "a=[1] b=x" },
		{ "{\"set\": {\"a\": 1}, \"label\": \"l\"}", "l" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *json = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		assert_string_equal(campaign_label(&f->campaign.arena, json),
				    rows[i].label);
		json_decref(json);
	}
}

static void a_verdict_is_compared_with_its_anomalies(void **state)
{
	const char *names[] = { "stale-read", "lost-write", NULL };
	struct expectation expect = { .kind = VERDICT_INVALID };
	json_t *found = json_pack("{s:i}", "lost-write", 2);
	json_t *other = json_pack("{s:i}", "G1c", 1);

	(void)state;
	assert_true(expectation_is_met(&expect, VERDICT_INVALID, other));
	assert_false(expectation_is_met(&expect, VERDICT_VALID, NULL));
	assert_false(expectation_is_met(&expect, VERDICT_UNKNOWN, NULL));
	expect.anomalies = names;
	assert_true(expectation_is_met(&expect, VERDICT_INVALID, found));
	assert_false(expectation_is_met(&expect, VERDICT_INVALID, other));
	assert_false(expectation_is_met(&expect, VERDICT_INVALID, NULL));
	expect.is_any = true;
	assert_true(expectation_is_met(&expect, VERDICT_UNKNOWN, NULL));
	json_decref(found);
	json_decref(other);
}

/* What is made of a run that ended with that code, and left those results. */
static enum cell_state finish(struct fixture *f, int code, const char *results)
{
	struct campaign *campaign = &f->campaign;
	struct cell *cell = &campaign->cells[0];
	struct running running = { .cell = cell };
	char path[96];
	FILE *file;

	campaign->folder = f->folder;
	campaign->root = f->folder;
	cell->run = ".";
	snprintf(path, sizeof(path), "%s/results.json", f->folder);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(results, file);
	assert_int_equal(fclose(file), 0);
	cell_finish(campaign, &running, W_EXITCODE(code, 0), false);
	unlink(path);
	return cell->state;
}

static void an_exit_code_counts_where_the_results_say_so_too(void **state)
{
	struct fixture *f = *state;
	static const char invalid[] =
		"{\"valid\": false, \"reason\": \"r\", \"checkers\": {\"c\": "
		"{\"anomalies\": [{\"name\": \"G1c\"}, {\"name\": "
		"\"G1c\"}]}}}";

	assert_int_equal(finish(f, 0, "{\"valid\": true}"), CELL_DONE);
	assert_false(f->campaign.cells[0].is_expected);
	assert_int_equal(finish(f, 2, "{\"valid\": \"unknown\"}"), CELL_DONE);
	assert_int_equal(f->campaign.cells[0].kind, VERDICT_UNKNOWN);
	assert_int_equal(finish(f, 1, invalid), CELL_DONE);
	assert_true(f->campaign.cells[0].is_expected);
	assert_int_equal(json_integer_value(json_object_get(
				 f->campaign.cells[0].anomalies, "G1c")),
			 2);
	/* A sanitizer ends a program with 1, a shell with 2. */
	assert_int_equal(finish(f, 1, "{\"valid\": true}"), CELL_TROUBLE);
	assert_int_equal(finish(f, 0, invalid), CELL_TROUBLE);
	assert_int_equal(finish(f, 2, invalid), CELL_TROUBLE);
	assert_int_equal(finish(f, 1, "{"), CELL_TROUBLE);
	assert_int_equal(finish(f, 3, invalid), CELL_TROUBLE);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		claim(a_value_is_known_by_its_parts),
		claim(a_verdict_is_compared_with_its_anomalies),
		claim(an_exit_code_counts_where_the_results_say_so_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
