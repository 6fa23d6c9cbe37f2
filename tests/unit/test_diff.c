/* SPDX-License-Identifier: MIT */
/* Two runs beside each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/report/diff.h"
#include "harness/report/diff_private.h"

struct pair {
	struct diff_side a;
	struct diff_side b;
	struct arena arena;
	struct diff diff;
};

static json_t *parse(const char *text)
{
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;

	assert_true(!text || json);
	return json;
}

static void compare(struct pair *pair, const char *results_a,
		    const char *config_a, const char *results_b,
		    const char *config_b)
{
	*pair = (struct pair){
		.a = { parse(results_a), parse(config_a) },
		.b = { parse(results_b), parse(config_b) },
	};
	diff_make(&pair->diff, &pair->a, &pair->b, &pair->arena);
}

static void release(struct pair *pair)
{
	diff_side_release(&pair->a);
	diff_side_release(&pair->b);
	arena_release(&pair->arena);
}

static const struct diff_row *find(const struct pair *pair,
				   const char *section_name, const char *name)
{
	for (const struct diff_section *section = pair->diff.first; section;
	     section = section->next) {
		if (strcmp(section->name, section_name) != 0)
			continue;
		for (const struct diff_row *row = section->first; row;
		     row = row->next) {
			if (strcmp(row->name, name) == 0)
				return row;
		}
	}
	return NULL;
}

static void assert_row(const struct pair *pair, const char *section,
		       const char *name, const char *a, const char *b,
		       const char *change)
{
	const struct diff_row *row = find(pair, section, name);

	if (!row)
		fail_msg("%s: %s is not there", section, name);
	else if (strcmp(row->a, a) != 0 || strcmp(row->b, b) != 0 ||
		 strcmp(row->change, change) != 0 ||
		 row->differs != (strcmp(a, b) != 0))
		fail_msg("%s: %s: %s, %s, %s", section, name, row->a, row->b,
			 row->change);
}

#define RESULTS(valid, rate, p50, anomalies)                               \
	"{\"valid\":" valid ",\"reason\":\"why " valid "\",\"checkers\":{" \
	"\"linearizable\":{\"valid\":" valid ",\"anomalies\":[" anomalies  \
	"]},"                                                              \
	"\"stats\":{\"valid\":true,\"count\":1000,\"rate\":" rate          \
	",\"availability\":0.5,\"by_f\":{\"read\":{\"count\":9,\"latency_" \
	"ok\":"                                                            \
	"{\"p50_ns\":" p50 "}}}},\"coverage\":{\"valid\":true,\"faults\":" \
	"{\"kill\":{\"injected\":2,\"during\":{\"count\":" rate "}}}}}}"

static void what_differs_is_marked(void **state)
{
	struct pair pair;

	(void)state;
	compare(&pair,
		RESULTS("false", "100", "1500000",
			"{\"name\":\"stale-read\"},{\"name\":\"stale-read\"}"),
		"{\"seed\":\"1\",\"workload\":{\"name\":\"register\",\"keys\":"
		"\"5\"}}",
		RESULTS("true", "350", "1500000", ""),
		"{\"seed\":\"2\",\"workload\":{\"name\":\"register\"},"
		"\"faults\":[{\"name\":\"kill\",\"await\":\"5s\"}]}");
	assert_row(&pair, "verdict", "verdict", "invalid", "valid", "");
	assert_row(&pair, "verdict", "stats", "valid", "valid", "");
	assert_row(&pair, "anomalies", "stale-read (linearizable)", "2", "0",
		   "");
	assert_row(&pair, "figures", "rate", "100.0/s", "350.0/s", "x3.5");
	assert_row(&pair, "figures", "answered", "50.00 %", "50.00 %", "");
	assert_row(&pair, "figures", "read: latency of ok, half", "1.5 ms",
		   "1.5 ms", "");
	assert_row(&pair, "faults", "kill: injected", "2", "2", "");
	assert_row(&pair, "faults", "kill: operations during", "100", "350",
		   "x3.5");
	assert_row(&pair, "options", "seed", "1", "2", "");
	assert_row(&pair, "options", "workload.keys", "5", "", "");
	assert_row(&pair, "options", "workload.name", "register", "register",
		   "");
	assert_row(&pair, "options", "faults.kill.await", "", "5s", "");
	release(&pair);
}

static void a_run_does_not_differ_from_itself(void **state)
{
	static const char results[] =
		RESULTS("false", "1", "7", "{\"name\":\"a\"}");
	struct pair pair;

	(void)state;
	compare(&pair, results, "{\"a\":[1,2]}", results, "{\"a\":[1,2]}");
	assert_int_equal(pair.diff.differing, 0);
	assert_row(&pair, "options", "a", "[1,2]", "[1,2]", "");
	release(&pair);
}

static void what_is_missing_is_no_zero(void **state)
{
	struct pair pair;

	(void)state;
	compare(&pair, NULL, NULL, RESULTS("true", "1", "7", ""), "{}");
	assert_row(&pair, "verdict", "verdict", "", "valid", "");
	assert_row(&pair, "figures", "rate", "", "1.0/s", "");
	release(&pair);
	compare(&pair, NULL, NULL, NULL, NULL);
	assert_int_equal(pair.diff.differing, 0);
	release(&pair);
	compare(&pair, "{\"valid\":[],\"checkers\":[7],\"reason\":{}}",
		"{\"a\":[]}",
		"{\"checkers\":{\"stats\":{\"by_f\":7,\"rate\":"
		"\"x\"},\"coverage\":[]}}",
		"{\"a\":{}}");
	assert_row(&pair, "options", "a", "[]", "", "");
	release(&pair);
}

static void options_are_flat(void **state)
{
	struct arena arena = { 0 };
	json_t *config = parse(
		"{\"x\":{\"y\":{\"z\":1}},\"judges\":[{\"checker\":\"set\","
		"\"options\":{\"o\":true}},{\"k\":null}],\"last\":\"s\"}");
	json_t *flat = diff_flatten(config, &arena);
	json_t *expected = parse(
		"{\"x.y.z\":1,\"judges.set.checker\":\"set\","
		"\"judges.set.options.o\":true,\"judges.1.k\":null,\"last\":"
		"\"s\"}");

	(void)state;
	assert_true(json_equal(flat, expected));
	json_decref(config);
	json_decref(flat);
	json_decref(expected);
	arena_release(&arena);
}

static void the_terminal_gets_no_escapes(void **state)
{
	struct diff_style style = { .a = "\x1b]0;a", .b = "b", .all = true };
	struct pair pair;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	compare(&pair, "{\"valid\":true,\"reason\":\"\\u001b[2J\"}",
		"{\"\\u001b[1m\":\"\\u0007\"}", NULL, NULL);
	diff_print(out, &pair.diff, &style);
	fclose(out);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\a'));
	assert_non_null(strstr(text, "\\x1b[2J"));
	free(text);
	release(&pair);
}

static void json_has_what_differs(void **state)
{
	struct diff_style style = { .a = "one", .b = "two" };
	struct pair pair;
	json_t *json, *options;

	(void)state;
	compare(&pair, NULL, "{\"a\":\"1\",\"b\":\"2\"}", NULL,
		"{\"a\":\"1\",\"b\":\"3\"}");
	json = diff_json(&pair.diff, &style);
	options = json_object_get(json_object_get(json, "sections"), "options");
	assert_int_equal(json_array_size(options), 1);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(options, 0), "b")),
			    "3");
	json_decref(json);
	style.all = true;
	json = diff_json(&pair.diff, &style);
	options = json_object_get(json_object_get(json, "sections"), "options");
	assert_int_equal(json_array_size(options), 2);
	json_decref(json);
	release(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_marked),
		cmocka_unit_test(a_run_does_not_differ_from_itself),
		cmocka_unit_test(what_is_missing_is_no_zero),
		cmocka_unit_test(options_are_flat),
		cmocka_unit_test(the_terminal_gets_no_escapes),
		cmocka_unit_test(json_has_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
