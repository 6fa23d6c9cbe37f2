/* SPDX-License-Identifier: MIT */
/* Changes of members that a store cannot make: whose doing is that? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/fault.h"
#include "tests/support/paper_daemons.h"

extern const struct fault fault_membership;

/* A store that does not say who its members are, so many times. */
static unsigned silences;

static int members(void *context, const char **ids, struct arena *arena,
		   struct error *err)
{
	const struct scene *scene = context;

	(void)arena;
	if (silences > 0) {
		silences--;
		return error_set(err, "no node tells who is the leader");
	}
	for (size_t i = 0; i < SCENE_NODES; i++)
		ids[i] = scene->is_away[i] ? NULL : "a member";
	return 0;
}

static int leave(void *context, struct node *node, int64_t deadline_ns,
		 struct error *err)
{
	struct scene *scene = context;

	(void)deadline_ns;
	(void)err;
	scene->is_away[node_index(node)] = true;
	return 0;
}

static int join(void *context, struct node *node, int64_t deadline_ns,
		struct error *err)
{
	struct scene *scene = context;

	(void)deadline_ns;
	(void)err;
	scene->is_away[node_index(node)] = false;
	return 0;
}

static void begin(struct scene *scene, struct trial *trial)
{
	static const char *const daemons[] = { "db", NULL };

	scene_begin(scene, daemons);
	scene->control.members = members;
	scene->control.leave = leave;
	scene->control.join = join;
	cluster_set_control(scene->cluster, &scene->control);
	trial_open(trial, scene, &fault_membership, NULL);
}

static void a_store_that_was_just_hurt_is_asked_again(void **state)
{
	struct scene scene;
	struct trial trial;

	(void)state;
	begin(&scene, &trial);
	scene.in_force = 1;
	silences = 2;
	assert_int_equal(trial_inject(&trial, "one"), EFFECT_PROVEN);
	assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
	scene_end(&scene);
}

static void one_that_another_fault_keeps_silent_is_passed_over(void **state)
{
	struct scene scene;
	struct trial trial;

	(void)state;
	begin(&scene, &trial);
	scene.in_force = 2;
	silences = 1;
	assert_int_equal(trial_inject(&trial, "one"), EFFECT_SKIPPED);
	assert_string_equal(figure_find(&trial.note, "why")->text,
			    "no node tells who is the leader");
	for (size_t i = 0; i < SCENE_NODES; i++)
		assert_false(scene.is_away[i]);
	assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
	assert_int_equal(trial_inject(&trial, "one"), EFFECT_PROVEN);
	/* Who is away already stays so. */
	silences = 1;
	assert_int_equal(trial_inject(&trial, "one"), EFFECT_SKIPPED);
	assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
	for (size_t i = 0; i < SCENE_NODES; i++)
		assert_false(scene.is_away[i]);
	scene_end(&scene);
}

static void one_that_stays_silent_by_itself_is_an_error(void **state)
{
	struct scene scene;
	struct trial trial;

	(void)state;
	begin(&scene, &trial);
	assert_int_equal(options_set(trial.options, &scene.arena, "await",
				     "1ms", &scene.err),
			 0);
	scene.in_force = 1;
	silences = UINT32_MAX;
	assert_int_equal(trial_inject(&trial, "one"), -1);
	assert_string_equal(scene.err.text,
			    "membership: no node tells who is the leader");
	scene_end(&scene);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_that_was_just_hurt_is_asked_again),
		cmocka_unit_test(
			one_that_another_fault_keeps_silent_is_passed_over),
		cmocka_unit_test(one_that_stays_silent_by_itself_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
