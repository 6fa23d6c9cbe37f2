/* SPDX-License-Identifier: MIT */
/* Who is hit by faults of processes, and who is passed over. */
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

static const char *const one_daemon[] = { "db", NULL };

static const struct fault *const hitting[] = { &fault_kill, &fault_pause,
					       &fault_restart };
#define HITTING (sizeof(hitting) / sizeof(*hitting))

static void who_died_by_itself_is_named_and_nobody_is_hit(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		struct scene scene;
		struct trial trial;

		scene_begin(&scene, one_daemon);
		trial_open(&trial, &scene, hitting[i], NULL);
		scene_die(&scene, 1, "db");
		for (int again = 0; again < 2; again++) {
			assert_int_equal(trial_inject(&trial, "all"), -1);
			assert_non_null(strstr(
				scene.err.text,
				"node n2: its daemon db is not running, and no "
				"fault of this run ended it"));
		}
		assert_int_equal(trial_inject(&trial, "n1"), EFFECT_PROVEN);
		assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
		assert_true(scene_runs(&scene, 0, "db"));
		assert_int_equal(trial_inject(&trial, "n2"), -1);
		scene_end(&scene);
	}
}

static void who_is_down_by_a_fault_is_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		struct scene scene;
		struct trial kill, other;

		scene_begin(&scene, one_daemon);
		trial_open(&kill, &scene, &fault_kill, NULL);
		trial_open(&other, &scene, hitting[i], NULL);
		assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
		assert_int_equal(trial_inject(&other, "n1"), EFFECT_SKIPPED);
		assert_string_equal(trial_list(&other, "down"), "n1 ");
		assert_int_equal(trial_heal(&other), EFFECT_PROVEN);
		assert_false(scene_runs(&scene, 0, "db"));
		assert_int_equal(trial_inject(&other, "all"), EFFECT_PROVEN);
		assert_string_equal(trial_list(&other, "down"), "n1 ");
		assert_int_equal(trial_heal(&other), EFFECT_PROVEN);
		assert_false(scene_runs(&scene, 0, "db"));
		assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
		assert_true(scene_runs(&scene, 0, "db"));
		assert_int_equal(trial_inject(&other, "n1"), EFFECT_PROVEN);
		assert_null(figure_find(&other.note, "down"));
		assert_int_equal(trial_heal(&other), EFFECT_PROVEN);
		scene_end(&scene);
	}
}

static void a_second_kill_is_skipped_and_the_first_is_healed(void **state)
{
	struct scene scene;
	struct trial kill;

	(void)state;
	scene_begin(&scene, one_daemon);
	trial_open(&kill, &scene, &fault_kill, NULL);
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_SKIPPED);
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	assert_true(scene_runs(&scene, 0, "db"));
	scene_end(&scene);
}

/* Its fault is over: what it does afterwards it does by itself. */
static void who_was_healed_and_dies_then_is_told_of(void **state)
{
	struct scene scene;
	struct trial kill, pause;

	(void)state;
	scene_begin(&scene, one_daemon);
	trial_open(&kill, &scene, &fault_kill, NULL);
	trial_open(&pause, &scene, &fault_pause, NULL);
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	scene_die(&scene, 0, "db");
	assert_int_equal(trial_inject(&pause, "n1"), -1);
	assert_int_equal(trial_inject(&kill, "n1"), -1);
	scene_end(&scene);
}

static void who_was_started_by_the_way_can_be_hit(void **state)
{
	struct scene scene;
	struct trial kill, restart;

	(void)state;
	scene_begin(&scene, one_daemon);
	trial_open(&kill, &scene, &fault_kill, NULL);
	trial_open(&restart, &scene, &fault_restart, NULL);
	assert_int_equal(trial_inject(&restart, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_heal(&restart), EFFECT_PROVEN);
	assert_true(scene_runs(&scene, 0, "db"));
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	assert_false(scene_runs(&scene, 0, "db"));
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	scene_end(&scene);
}

static void the_last_who_may_have_ended_it_proves_the_heal(void **state)
{
	struct scene scene;
	struct trial kill, restart;

	(void)state;
	scene_begin(&scene, one_daemon);
	trial_open(&kill, &scene, &fault_kill, NULL);
	trial_open(&restart, &scene, &fault_restart, NULL);
	assert_int_equal(trial_inject(&restart, "n1"), EFFECT_PROVEN);
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_PROVEN);
	scene.starts_in_vain = true;
	assert_int_equal(trial_heal(&restart), EFFECT_PROVEN);
	assert_int_equal(trial_heal(&kill), EFFECT_ABSENT);
	scene.starts_in_vain = false;
	assert_int_equal(trial_inject(&kill, "n1"), EFFECT_SKIPPED);
	assert_int_equal(trial_heal(&kill), EFFECT_PROVEN);
	assert_true(scene_runs(&scene, 0, "db"));
	scene_end(&scene);
}

static void who_is_away_is_no_proof(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		struct scene scene;
		struct trial trial;

		scene_begin(&scene, one_daemon);
		trial_open(&trial, &scene, hitting[i], NULL);
		scene.is_away[0] = true;
		scene_die(&scene, 0, "db");
		assert_int_equal(trial_inject(&trial, "n1"), EFFECT_SKIPPED);
		assert_string_equal(trial_list(&trial, "away"), "n1 ");
		assert_int_equal(trial_inject(&trial, "all"), EFFECT_PROVEN);
		assert_int_equal(trial_heal(&trial), EFFECT_PROVEN);
		scene_end(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_died_by_itself_is_named_and_nobody_is_hit),
		cmocka_unit_test(who_is_down_by_a_fault_is_passed_over),
		cmocka_unit_test(
			a_second_kill_is_skipped_and_the_first_is_healed),
		cmocka_unit_test(who_was_healed_and_dies_then_is_told_of),
		cmocka_unit_test(who_was_started_by_the_way_can_be_hit),
		cmocka_unit_test(
			the_last_who_may_have_ended_it_proves_the_heal),
		cmocka_unit_test(who_is_away_is_no_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
