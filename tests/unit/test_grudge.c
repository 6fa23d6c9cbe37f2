/* SPDX-License-Identifier: MIT */
/* Laws of grudges, over many draws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#include "nemesis/grudge.h"

#define NODES_MAX 13
#define DRAWS 200

/* Called with each shape, size, direction and many draws of each. */
typedef void law(const struct grudge *grudge, enum grudge_shape shape,
		 bool is_one_way);

static void for_all(law *check)
{
	for (size_t count = 1; count <= NODES_MAX; count++) {
		for (int variant = 0; variant < 18; variant++) {
			enum grudge_shape shape =
				(enum grudge_shape)(GRUDGE_ONE + variant / 2);
			struct rng rng;

			rng_init(&rng, 7, "grudges", count);
			for (int i = 0; i < DRAWS; i++) {
				struct arena arena = { 0 };
				struct grudge grudge =
					grudge_draw(shape, variant % 2, NULL,
						    count, &rng, &arena);

				check(&grudge, shape, variant % 2);
				arena_release(&arena);
			}
		}
	}
}

/* How many nodes can talk with `node`, itself included. */
static size_t seen_by(const struct grudge *grudge, size_t node)
{
	size_t seen = 0;

	for (size_t i = 0; i < grudge->count; i++)
		seen += !grudge_parts(grudge, node, i);
	return seen;
}

static void check_self(const struct grudge *grudge, enum grudge_shape shape,
		       bool is_one_way)
{
	(void)shape;
	(void)is_one_way;
	for (size_t i = 0; i < grudge->count; i++)
		assert_false(grudge_refuses(grudge, i, i));
}

static void nobody_refuses_itself(void **state)
{
	(void)state;
	for_all(check_self);
}

static void check_direction(const struct grudge *grudge,
			    enum grudge_shape shape, bool is_one_way)
{
	(void)shape;
	for (size_t i = 0; i < grudge->count; i++) {
		for (size_t j = 0; j < i; j++) {
			bool a = grudge_refuses(grudge, i, j);
			bool b = grudge_refuses(grudge, j, i);

			if (is_one_way)
				assert_false(a && b);
			else
				assert_int_equal(a, b);
		}
	}
}

static void refusal_is_mutual_unless_one_way(void **state)
{
	(void)state;
	for_all(check_direction);
}

static void check_ring(const struct grudge *grudge, enum grudge_shape shape,
		       bool is_one_way)
{
	size_t count = grudge->count;

	(void)is_one_way;
	if (shape != GRUDGE_MAJORITIES_RING || count < 3)
		return;
	assert_false(grudge_is_empty(grudge));
	for (size_t i = 0; i < count; i++) {
		size_t seen = seen_by(grudge, i);

		assert_true(seen > count / 2);
		if (count == 4 || count == 5)
			assert_int_equal(seen, 3);
		if (count > 5)
			assert_true(seen < count);
	}
}

static void every_node_of_a_ring_sees_a_majority(void **state)
{
	(void)state;
	for_all(check_ring);
}

static void no_two_of_an_exact_ring_see_the_same(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, "ring", 0);
	for (size_t count = 3; count <= 5; count++) {
		for (int i = 0; i < DRAWS; i++) {
			struct arena arena = { 0 };
			struct grudge ring =
				grudge_draw(GRUDGE_MAJORITIES_RING, false, NULL,
					    count, &rng, &arena);

			for (size_t a = 0; a < count; a++) {
				for (size_t b = 0; b < a; b++)
					assert_memory_not_equal(
						ring.refuses + a * count,
						ring.refuses + b * count,
						count);
			}
			arena_release(&arena);
		}
	}
}

static void check_camps(const struct grudge *grudge, enum grudge_shape shape,
			bool is_one_way)
{
	size_t count = grudge->count;
	size_t least = count;
	size_t refusing = 0;

	if (shape == GRUDGE_MAJORITIES_RING || shape == GRUDGE_BRIDGE)
		return;
	/* Whom a node cannot talk with, nobody it can talk with can. */
	for (size_t i = 0; i < count; i++) {
		size_t seen = seen_by(grudge, i);
		bool refuses = false;

		least = seen < least ? seen : least;
		for (size_t j = 0; j < count; j++) {
			refuses = refuses || grudge_refuses(grudge, i, j);
			if (!grudge_parts(grudge, i, j))
				assert_int_equal(seen_by(grudge, j), seen);
		}
		refusing += refuses;
	}
	if (count < 2 || (shape == GRUDGE_MAJORITY && count == 2)) {
		assert_true(grudge_is_empty(grudge));
		return;
	}
	assert_false(grudge_is_empty(grudge));
	if (shape == GRUDGE_ONE || shape == GRUDGE_PRIMARY)
		assert_int_equal(least, 1);
	if (shape == GRUDGE_HALVES || shape == GRUDGE_RANDOM_HALVES)
		assert_int_equal(least, count / 2);
	if (shape == GRUDGE_MINORITY && count > 2)
		assert_true(least >= 1 && least <= (count - 1) / 2);
	if (shape == GRUDGE_MINORITY_THIRD && count > 3)
		assert_true(least >= 1 && least <= (count - 1) / 3);
	if (shape == GRUDGE_MAJORITY)
		assert_int_equal(least, (count - 1) / 2);
	/* One way: one camp, whole, refuses the other. */
	if (is_one_way)
		assert_true(refusing == least || refusing == count - least);
	else
		assert_int_equal(refusing, count);
}

static void two_camps_are_what_their_names_say(void **state)
{
	(void)state;
	for_all(check_camps);
}

static void check_bridge(const struct grudge *grudge, enum grudge_shape shape,
			 bool is_one_way)
{
	size_t count = grudge->count;
	size_t bridges = 0;

	(void)is_one_way;
	if (shape != GRUDGE_BRIDGE || count < 3) {
		if (shape == GRUDGE_BRIDGE)
			assert_true(grudge_is_empty(grudge));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t seen = seen_by(grudge, i);

		bridges += seen == count;
		if (seen != count)
			assert_true(seen == count / 2 + 1 ||
				    seen == count - count / 2);
	}
	assert_int_equal(bridges, 1);
}

static void a_bridge_has_one_node_that_sees_all(void **state)
{
	(void)state;
	for_all(check_bridge);
}

static void the_primary_is_who_stands_alone(void **state)
{
	static const bool is_primary[5] = { false, false, false, true };
	struct rng rng;

	(void)state;
	rng_init(&rng, 5, "primary", 0);
	for (int i = 0; i < DRAWS; i++) {
		struct arena arena = { 0 };
		struct grudge grudge = grudge_draw(GRUDGE_PRIMARY, false,
						   is_primary, 5, &rng, &arena);

		assert_int_equal(seen_by(&grudge, 3), 1);
		assert_int_equal(seen_by(&grudge, 0), 4);
		arena_release(&arena);
	}
}

static void each_node_is_the_one_about_as_often(void **state)
{
	struct rng rng;
	int alone[5] = { 0 };

	(void)state;
	rng_init(&rng, 11, "fair", 0);
	for (int i = 0; i < 5000; i++) {
		struct arena arena = { 0 };
		struct grudge grudge =
			grudge_draw(GRUDGE_ONE, false, NULL, 5, &rng, &arena);

		for (size_t node = 0; node < 5; node++)
			alone[node] += seen_by(&grudge, node) == 1;
		arena_release(&arena);
	}
	for (size_t node = 0; node < 5; node++)
		assert_true(alone[node] > 850 && alone[node] < 1150);
}

static void the_same_seed_draws_the_same(void **state)
{
	(void)state;
	for (int shape = GRUDGE_ONE; shape <= GRUDGE_PRIMARY; shape++) {
		struct arena arena = { 0 };
		struct grudge drawn[2];

		for (int i = 0; i < 2; i++) {
			struct rng rng;

			rng_init(&rng, 9, "same", 0);
			drawn[i] = grudge_draw((enum grudge_shape)shape, true,
					       NULL, 7, &rng, &arena);
		}
		assert_memory_equal(drawn[0].refuses, drawn[1].refuses, 49);
		arena_release(&arena);
	}
}

static void shapes_have_names(void **state)
{
	size_t count = 0;

	(void)state;
	for (; grudge_names[count]; count++)
		assert_int_equal(grudge_from_name(grudge_names[count]),
				 GRUDGE_ONE + count);
	assert_int_equal(count, GRUDGE_PRIMARY);
	assert_int_equal(grudge_from_name("primary"), GRUDGE_PRIMARY);
	assert_int_equal(grudge_from_name("bridge"), GRUDGE_BRIDGE);
	assert_int_equal(grudge_from_name("nothing"), GRUDGE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_refuses_itself),
		cmocka_unit_test(refusal_is_mutual_unless_one_way),
		cmocka_unit_test(every_node_of_a_ring_sees_a_majority),
		cmocka_unit_test(no_two_of_an_exact_ring_see_the_same),
		cmocka_unit_test(two_camps_are_what_their_names_say),
		cmocka_unit_test(a_bridge_has_one_node_that_sees_all),
		cmocka_unit_test(the_primary_is_who_stands_alone),
		cmocka_unit_test(each_node_is_the_one_about_as_often),
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(shapes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
