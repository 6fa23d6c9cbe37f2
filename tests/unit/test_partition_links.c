/* SPDX-License-Identifier: MIT */
/* A partition of a store that has links instead of nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/fault.h"

extern const struct fault fault_partition;

#define NODES 3

static const char *const names[NODES] = { "n1", "n2", "n3" };

/* A store that does what it is told, or (is_deaf) does not. */
struct store {
	bool refuses[NODES * NODES];
	bool is_deaf;
	bool has_none;
};

static int cut(void *state, const bool *refuses, struct error *err)
{
	struct store *store = state;

	if (store->has_none)
		return error_set(err, "there are no links");
	for (size_t i = 0; i < NODES * NODES && !store->is_deaf; i++)
		store->refuses[i] = refuses && refuses[i];
	return 0;
}

static void see(void *state, bool *refuses)
{
	const struct store *store = state;

	memcpy(refuses, store->refuses, sizeof(store->refuses));
}

struct scene {
	struct store store;
	struct fault_links links;
	struct arena arena;
	struct rng rng;
	void *state;
	struct figure note;
	struct error err;
};

static int set_up(void **state)
{
	struct scene *scene = heap_zeroed(1, sizeof(*scene));
	struct fault_setup setup = {
		.links = &scene->links,
		.options = options_new(&scene->arena, fault_partition.options),
		.rng = &scene->rng,
		.arena = &scene->arena,
	};

	scene->links = (struct fault_links){ &scene->store, names, NODES, cut,
					     see };
	scene->note = figure_group_root();
	rng_init(&scene->rng, 1, "test", 0);
	scene->state = fault_partition.open(&setup, &scene->err);
	*state = scene;
	return scene->state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	fault_partition.close(scene->state);
	arena_release(&scene->arena);
	free(scene);
	return 0;
}

static size_t cut_links(const struct scene *scene)
{
	size_t count = 0;

	for (size_t i = 0; i < NODES * NODES; i++)
		count += scene->store.refuses[i];
	return count;
}

static void links_are_cut_seen_and_opened(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(fault_partition.inject(scene->state, "one",
						&scene->note, &scene->err),
			 0);
	assert_int_equal(cut_links(scene), 4);
	assert_non_null(figure_find(&scene->note, "grudge"));
	assert_int_equal(fault_partition.verify(scene->state, &scene->note,
						&scene->err),
			 EFFECT_PROVEN);
	assert_int_equal(fault_partition.heal(scene->state, &scene->note,
					      &scene->err),
			 0);
	assert_int_equal(cut_links(scene), 0);
	assert_int_equal(fault_partition.verify_healed(scene->state,
						       &scene->note,
						       &scene->err),
			 EFFECT_PROVEN);
}

static void a_store_that_does_not_listen_is_found_out(void **state)
{
	struct scene *scene = *state;

	scene->store.is_deaf = true;
	assert_int_equal(fault_partition.inject(scene->state, "one",
						&scene->note, &scene->err),
			 0);
	assert_int_equal(fault_partition.verify(scene->state, &scene->note,
						&scene->err),
			 EFFECT_ABSENT);
}

static void a_store_without_links_says_so(void **state)
{
	struct scene *scene = *state;

	scene->store.has_none = true;
	assert_int_equal(fault_partition.inject(scene->state, "one",
						&scene->note, &scene->err),
			 -1);
	assert_string_equal(scene->err.text, "there are no links");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(links_are_cut_seen_and_opened),
		TEST(a_store_that_does_not_listen_is_found_out),
		TEST(a_store_without_links_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
