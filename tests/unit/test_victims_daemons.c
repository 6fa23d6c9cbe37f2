/* SPDX-License-Identifier: MIT */
/* Faults of some of the daemons that a store has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/paper_daemons.h"

extern const struct fault fault_kill;
extern const struct fault fault_pause;
extern const struct fault fault_restart;

static const char *const two_daemons[] = { "db", "proxy", NULL };

static const struct fault *const hitting[] = { &fault_kill, &fault_pause,
					       &fault_restart };
#define HITTING (sizeof(hitting) / sizeof(*hitting))

static void one_daemon_of_two_is_killed_and_started(void **state)
{
	const char *proxy;
	struct scene scene;
	struct trial kill;

	(void)state;
	scene_begin(&scene, two_daemons);
	trial_open(&kill, &scene, &fault_kill, "db");
	proxy = scene_life(&scene, 1, "proxy");
	assert_int_equal(trial_inject(&kill, "n2"), EFFECT_PROVEN);
	assert_string_equal(trial_list(&kill, "daemons"), "db ");
	assert_false(scene_runs(&scene, 1, "db"));
	assert_string_equal(scene_life(&scene, 1, "proxy"), proxy);
	assert_true(scene_runs(&scene, 0, "db"));
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	assert_true(scene_runs(&scene, 1, "db"));
	assert_string_equal(scene_life(&scene, 1, "proxy"), proxy);
	scene_end(&scene);
}

static void one_daemon_of_two_is_paused(void **state)
{
	struct scene scene;
	struct trial pause;

	(void)state;
	scene_begin(&scene, two_daemons);
	trial_open(&pause, &scene, &fault_pause, "proxy");
	assert_int_equal(trial_inject(&pause, "n1"), EFFECT_PROVEN);
	assert_int_equal(scene_life(&scene, 0, "proxy")[0], 'T');
	assert_int_equal(scene_life(&scene, 0, "db")[0], 'S');
	assert_int_equal(trial_heal(&pause), EFFECT_PROVEN);
	assert_int_equal(scene_life(&scene, 0, "proxy")[0], 'S');
	scene_end(&scene);
}

static void one_daemon_of_two_is_restarted(void **state)
{
	const char *db, *proxy;
	struct scene scene;
	struct trial restart;

	(void)state;
	scene_begin(&scene, two_daemons);
	trial_open(&restart, &scene, &fault_restart, "proxy");
	db = scene_life(&scene, 2, "db");
	proxy = scene_life(&scene, 2, "proxy");
	assert_int_equal(trial_inject(&restart, "n3"), EFFECT_PROVEN);
	assert_string_equal(scene_life(&scene, 2, "db"), db);
	assert_string_not_equal(scene_life(&scene, 2, "proxy"), proxy);
	assert_int_equal(trial_heal(&restart), EFFECT_PROVEN);
	scene_end(&scene);
}

static void all_daemons_are_hit_where_none_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		const char *before[2];
		struct scene scene;
		struct trial trial;

		scene_begin(&scene, two_daemons);
		trial_open(&trial, &scene, hitting[i], i ? NULL : "proxy,db");
		for (size_t j = 0; j < 2; j++)
			before[j] = scene_life(&scene, 0, two_daemons[j]);
		assert_int_equal(trial_inject(&trial, "n1"), EFFECT_PROVEN);
		for (size_t j = 0; j < 2; j++)
			assert_string_not_equal(
				scene_life(&scene, 0, two_daemons[j]),
				before[j]);
		assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
		scene_end(&scene);
	}
}

/* The other may well have died by itself: it was not asked of. */
static void only_the_chosen_has_to_run(void **state)
{
	struct scene scene;
	struct trial kill, pause;

	(void)state;
	scene_begin(&scene, two_daemons);
	trial_open(&kill, &scene, &fault_kill, "db");
	trial_open(&pause, &scene, &fault_pause, NULL);
	scene_die(&scene, 0, "proxy");
	assert_int_equal(trial_inject(&pause, "n1"), -1);
	assert_non_null(strstr(scene.err.text, "its daemon proxy is not"));
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	assert_true(scene_runs(&scene, 0, "proxy"));
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_daemon_of_two_is_killed_and_started),
		cmocka_unit_test(one_daemon_of_two_is_paused),
		cmocka_unit_test(one_daemon_of_two_is_restarted),
		cmocka_unit_test(all_daemons_are_hit_where_none_is_named),
		cmocka_unit_test(only_the_chosen_has_to_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
