/* SPDX-License-Identifier: MIT */
/* JSON and base64, as far as etcd's gateway speaks them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"

#include "targets/etcd/base64.h"
#include "targets/etcd/json.h"

static bool parses(const char *text)
{
	struct arena arena = { 0 };
	struct json json;
	struct error err;
	size_t size = strlen(text);
	/* A copy without the NUL: reading beyond it would be seen. */
	char *bytes = heap_alloc(size + !size);
	bool is_good;

	memcpy(bytes, text, size);
	is_good = json_parse(&json, &arena, bytes, size, &err) == 0;
	free(bytes);
	arena_release(&arena);
	return is_good;
}

static void what_is_json_is_read(void **state)
{
	(void)state;
	assert_true(parses("{}"));
	assert_true(parses(" [ ] "));
	assert_true(parses("0"));
	assert_true(parses("\"\\\"\\u00e4\\\\\""));
	assert_true(parses("{\"a\":[1,-2.5e3,true,false,null,{}],\"b\":\"\"}"));
	assert_true(parses("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"));
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	      " ",
		"{",	      "}",
		"[",	      "]",
		"{]",	      "[}",
		"{\"a\"}",    "{\"a\":}",
		"{\"a\":1,}", "[1,]",
		"[,1]",	      "{,}",
		"{a:1}",      "{1:1}",
		"tru",	      "truefalse",
		"nul",	      "\"",
		"\"\\",	      "\"\\\"",
		"\"a\nb\"",   "1 2",
		"{} {}",      "[1 2]",
		"{\"a\" 1}",  "{\"a\":1 \"b\":2}",
		"\x01",	      "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (parses(bad[i]))
			fail_msg("taken for JSON: %s", bad[i]);
	}
}

static void members_and_items_are_found(void **state)
{
	static const char text[] =
		"{\"x\":{\"b\":1},\"list\":[{},[7,8],9],\"b\":\"-12\"}";
	struct arena arena = { 0 };
	struct json json;
	struct error err;
	int64_t number;
	size_t list;
	size_t item;

	(void)state;
	assert_int_equal(json_parse(&json, &arena, text, strlen(text), &err),
			 0);
	assert_true(json_int(&json, json_member(&json, 0, "b"), &number));
	assert_int_equal(number, -12);
	list = json_member(&json, 0, "list");
	item = json_first(&json, list);
	assert_int_equal(json_kind(&json, item), JSON_OBJECT);
	item = json_after(&json, list, item);
	assert_int_equal(json_kind(&json, item), JSON_LIST);
	item = json_after(&json, list, item);
	assert_true(json_int(&json, item, &number));
	assert_int_equal(number, 9);
	assert_int_equal(json_after(&json, list, item), JSON_ABSENT);
	assert_int_equal(json_member(&json, 0, "none"), JSON_ABSENT);
	assert_int_equal(json_member(&json, JSON_ABSENT, "b"), JSON_ABSENT);
	assert_int_equal(json_first(&json, JSON_ABSENT), JSON_ABSENT);
	arena_release(&arena);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
	static const char text[] = "[\"9223372036854775807\","
				   "\"-9223372036854775808\","
				   "\"9223372036854775808\",\"\",\"-\",1.5]";
	struct arena arena = { 0 };
	struct json json;
	struct error err;
	int64_t number;

	(void)state;
	assert_int_equal(json_parse(&json, &arena, text, strlen(text), &err),
			 0);
	assert_true(json_int(&json, 1, &number) && number == INT64_MAX);
	assert_true(json_int(&json, 2, &number) && number == INT64_MIN);
	for (size_t token = 3; token < 7; token++)
		assert_false(json_int(&json, token, &number));
	arena_release(&arena);
}

static void escapes_are_undone(void **state)
{
	static const char text[] = "\"a\\n\\\"\\/\\\\\\u0041\\u00e4\\u12\"";
	struct arena arena = { 0 };
	struct json json;
	struct error err;

	(void)state;
	assert_int_equal(json_parse(&json, &arena, text, strlen(text), &err),
			 0);
	assert_string_equal(json_string_of(&json, 0, &arena, NULL),
			    "a\n\"/\\A??12");
	arena_release(&arena);
}

static void base64_comes_back_as_it_went(void **state)
{
	struct arena arena = { 0 };
	struct rng rng;
	char bytes[40];
	size_t size;

	(void)state;
	assert_string_equal(base64_encode(&arena, "foobar", 6), "Zm9vYmFy");
	assert_string_equal(base64_encode(&arena, "fooba", 5), "Zm9vYmE=");
	assert_string_equal(base64_encode(&arena, "foob", 4), "Zm9vYg==");
	assert_string_equal(base64_encode(&arena, "", 0), "");
	rng_init(&rng, 1, "base64", 0);
	for (size_t length = 0; length < sizeof(bytes); length++) {
		const char *text;
		const char *back;

		for (size_t i = 0; i < length; i++)
			bytes[i] = (char)rng_below(&rng, 256);
		text = base64_encode(&arena, bytes, length);
		back = base64_decode(&arena, text, strlen(text), &size);
		assert_non_null(back);
		assert_int_equal(size, length);
		assert_memory_equal(back, bytes, length);
	}
	assert_null(base64_decode(&arena, "Zg=", 3, &size));
	assert_null(base64_decode(&arena, "Z===", 4, &size));
	assert_null(base64_decode(&arena, "====", 4, &size));
	assert_null(base64_decode(&arena, "Zg==Zg==", 8, &size));
	assert_null(base64_decode(&arena, "Zm9\0", 4, &size));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_is_read),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(members_and_items_are_found),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(base64_comes_back_as_it_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
