/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/core/rng.h"
#include "harness/core/value.h"

static int setup(void **state)
{
	*state = values_new();
	return 0;
}

static int teardown(void **state)
{
	values_free(*state);
	return 0;
}

static void integers_of_all_sizes_come_back(void **state)
{
	static const int64_t numbers[] = {
		0, 1, -1, 17, VALUE_INT_MAX_INLINE, VALUE_INT_MIN_INLINE,
		VALUE_INT_MAX_INLINE + 1, VALUE_INT_MIN_INLINE - 1,
		INT64_MAX, INT64_MIN,
	};
	struct values *values = *state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct value v = value_int(values, numbers[i]);

		assert_int_equal(value_kind(values, v), VALUE_INT);
		assert_true(value_as_int(values, v) == numbers[i]);
		assert_true(value_equal(v, value_int(values, numbers[i])));
	}
}

static void equal_values_have_equal_bits(void **state)
{
	struct values *values = *state;
	struct value a = value_string(values, "abc");
	struct value one[] = { value_int(values, 1), a };
	struct value two[] = { value_int(values, 1),
			       value_string_n(values, "abcd", 3) };
	struct value keys[] = { a, value_int(values, 3) };
	struct value turned[] = { keys[1], keys[0] };
	struct value contents[] = { one[0], one[1] };
	struct value swapped[] = { contents[1], contents[0] };

	assert_true(value_equal(a, value_string(values, "abc")));
	assert_false(value_equal(a, value_string(values, "abd")));
	assert_false(value_equal(value_string(values, "1"),
				 value_int(values, 1)));
	assert_false(value_equal(value_string(values, "1.5"),
				 value_number(values, "1.5", 3)));
	assert_true(value_equal(value_list(values, one, 2),
				value_list(values, two, 2)));
	assert_false(value_equal(value_list(values, one, 2),
				 value_list(values, one, 1)));
	assert_true(value_equal(value_map(values, keys, contents, 2),
				value_map(values, turned, swapped, 2)));
	assert_false(value_equal(value_map(values, keys, contents, 2),
				 value_map(values, keys, swapped, 2)));
}

static void nothing_is_mistaken_for_nil(void **state)
{
	struct values *values = *state;

	assert_false(value_is_nil(value_bool(false)));
	assert_false(value_is_nil(value_int(values, 0)));
	assert_false(value_is_nil(value_empty_list()));
	assert_false(value_is_nil(value_string(values, "")));
	assert_false(value_is_nil(value_map(values, NULL, NULL, 0)));
}

static void lists_share_prefixes(void **state)
{
	struct values *values = *state;
	struct value list = value_empty_list();
	struct value half = list;
	struct value elements[1000];
	size_t before;

	for (int i = 0; i < 1000; i++) {
		if (i == 500)
			half = list;
		list = value_append(values, list, value_int(values, i));
	}
	before = values_bytes(values);
	assert_int_equal(value_list_length(values, list), 1000);
	value_list_elements(values, list, elements);
	for (int i = 0; i < 1000; i++)
		assert_true(value_as_int(values, elements[i]) == i);
	assert_true(value_equal(value_list(values, elements, 500), half));
	assert_true(value_list_has_prefix(values, list, half));
	assert_true(value_list_has_prefix(values, list, list));
	assert_true(value_list_has_prefix(values, half, value_empty_list()));
	assert_false(value_list_has_prefix(values, half, list));
	elements[3] = value_nil();
	assert_false(value_list_has_prefix(values, list,
					   value_list(values, elements, 5)));
	assert_true(values_bytes(values) <= before + before / 2);
}

static void of_a_key_that_comes_twice_the_last_counts(void **state)
{
	struct values *values = *state;
	struct value key = value_string(values, "k");
	struct value keys[] = { key, value_int(values, 1), key };
	struct value contents[] = { value_int(values, 1), value_int(values, 2),
				    value_int(values, 3) };
	struct value map = value_map(values, keys, contents, 3);
	bool found;

	assert_int_equal(value_map_length(values, map), 2);
	assert_true(value_equal(value_map_find(values, map, key, &found),
				contents[2]));
	assert_true(found);
	value_map_find(values, map, value_int(values, 9), &found);
	assert_false(found);
}

static void the_order_does_not_depend_on_the_table(void **state)
{
	struct values *values = *state;
	struct value b = value_string(values, "b");
	struct value a = value_string(values, "a");
	struct value big = value_int(values, INT64_MAX);
	struct value small = value_int(values, INT64_MIN);

	assert_int_equal(value_compare(values, a, b), -1);
	assert_int_equal(value_compare(values, b, a), 1);
	assert_int_equal(value_compare(values, a, a), 0);
	assert_int_equal(value_compare(values, small, big), -1);
	assert_int_equal(value_compare(values, value_int(values, -5), big),
			 -1);
	assert_int_equal(value_compare(values, value_list(values, &a, 1),
				       value_list(values, &b, 1)), -1);
	assert_int_equal(value_compare(values, value_empty_list(),
				       value_list(values, &a, 1)), -1);
}

static struct value draw(struct values *values, struct rng *rng, int depth)
{
	struct value parts[4];
	struct value keys[4];
	size_t count = rng_below(rng, 5);

	switch (rng_below(rng, depth > 0 ? 7 : 5)) {
	case 0:
		return value_nil();
	case 1:
		return value_bool(rng_chance(rng, 0.5));
	case 2:
		return value_int(values, (int64_t)rng_next(rng));
	case 3:
		return value_int(values, (int64_t)rng_below(rng, 100));
	case 4:
		return value_string_n(values, "abcdefgh", rng_below(rng, 9));
	default:
		break;
	}
	count = count > 4 ? 4 : count;
	for (size_t i = 0; i < count; i++) {
		parts[i] = draw(values, rng, depth - 1);
		keys[i] = draw(values, rng, 0);
	}
	return rng_chance(rng, 0.5) ? value_list(values, parts, count) :
				      value_map(values, keys, parts, count);
}

static void copies_read_the_same(void **state)
{
	struct values *from = *state;
	struct values *to = values_new();
	struct arena arena = { 0 };
	struct rng rng;

	rng_init(&rng, 1, "copies", 0);
	value_string(to, "tables differ in numbers");
	for (int i = 0; i < 2000; i++) {
		struct value v = draw(from, &rng, 3);
		struct value w = value_copy(to, from, v);

		assert_string_equal(value_text(from, v, &arena),
				    value_text(to, w, &arena));
		assert_true(value_equal(value_copy(from, to, w), v));
	}
	arena_release(&arena);
	values_free(to);
}

static void text_is_json(void **state)
{
	struct values *values = *state;
	struct arena arena = { 0 };
	struct value parts[] = {
		value_int(values, -3),
		value_string(values, "a\"\\\n\x01\xc3\xa9\xff"),
		value_bool(true),
		value_nil(),
		value_number(values, "1.50", 4),
	};
	struct value list = value_list(values, parts, 5);
	struct value map = value_map(values, parts, &list, 1);

	assert_string_equal(
		value_text(values, map, &arena),
		"{\"-3\":[-3,\"a\\\"\\\\\\n\\u0001\xc3\xa9\\ufffd\",true,null,"
		"1.50]}");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			integers_of_all_sizes_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(equal_values_have_equal_bits,
						setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_mistaken_for_nil,
						setup, teardown),
		cmocka_unit_test_setup_teardown(lists_share_prefixes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			of_a_key_that_comes_twice_the_last_counts, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			the_order_does_not_depend_on_the_table, setup,
			teardown),
		cmocka_unit_test_setup_teardown(copies_read_the_same, setup,
						teardown),
		cmocka_unit_test_setup_teardown(text_is_json, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
