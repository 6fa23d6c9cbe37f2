/* SPDX-License-Identifier: MIT */
/* Who is hit by faults of processes, and who is passed over: on three nodes
 * that are little scripts, whose daemons are files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"
#include "harness/fault.h"

extern const struct fault fault_kill;
extern const struct fault fault_pause;
extern const struct fault fault_restart;

#define NODES 3

/*
 * Runs `machine N sh -c LINE`. A daemon of node N runs while there is the file
 * N.NAME; its first line is the state in /proc, its second its birth. It does
 * what the scripts of node_daemon.c would, by what they have in them.
 */
static const char machine[] =
	"#!/bin/sh\n"
	"cd \"${0%/*}\" && n=$1 line=$4\n"
	"name=${line#*/run/ordeal/}; f=$n.${name%%.pid*}\n"
	"case $line in\n"
	"*'echo \"$state\" || echo none'*)\n"
	"	[ -e $f ] && head -n 1 $f || echo none;;\n"
	"*'send KILL ||'*|*'send TERM ||'*) rm -f $f;;\n"
	"*'send STOP ||'*) [ ! -e $f ] || sed -i 1s/.*/T/ $f;;\n"
	"*'send CONT ||'*) [ ! -e $f ] || sed -i 1s/.*/S/ $f;;\n"
	"*'basename \"$f\" .pid'*) echo db;;\n"
	"*'cat /run/ordeal/*.pid'*) cat $n.* 2>/dev/null; true;;\n"
	"*) echo \"what is $line?\" >&2; exit 1;;\n"
	"esac\n";

struct scene {
	char folder[64];
	struct arena arena;
	struct cluster *cluster;
	struct cluster_control control;
	bool is_away[NODES];
	unsigned down_by[NODES];
	bool starts_in_vain; /* daemons end as soon as they were started */
	int births;
	struct error err;
};

/* A fault of the scene, and what it last told. */
struct trial {
	struct scene *scene;
	const struct fault *fault;
	void *state;
	struct rng rng;
	struct figure note;
};

static const char *path_of(struct scene *scene, size_t node, const char *daemon)
{
	return arena_printf(&scene->arena, "%s/%zu.%s", scene->folder, node + 1,
			    daemon);
}

static bool is_there(struct scene *scene, size_t node, const char *daemon)
{
	return access(path_of(scene, node, daemon), F_OK) == 0;
}

/* Without any fault. */
static void die(struct scene *scene, size_t node, const char *daemon)
{
	assert_int_equal(unlink(path_of(scene, node, daemon)), 0);
}

static int start(void *context, struct node *node, struct error *err)
{
	struct scene *scene = context;
	size_t i = node_index(node);

	(void)err;
	for (size_t j = 0; scene->control.daemons[j]; j++) {
		const char *name = scene->control.daemons[j];
		FILE *file;

		if (is_there(scene, i, name) || scene->starts_in_vain)
			continue;
		file = fopen(path_of(scene, i, name), "we");
		if (!file)
			return -1;
		fprintf(file, "S\nborn %d\n", ++scene->births);
		fclose(file);
	}
	return 0;
}

static void begin(struct scene *scene, const char *const *daemons)
{
	struct node_config configs[NODES] = { { .name = "n1" },
					      { .name = "n2" },
					      { .name = "n3" } };
	const char *program;
	FILE *file;

	*scene = (struct scene){ .births = 0 };
	snprintf(scene->folder, sizeof(scene->folder),
		 P_tmpdir "/ordeal-victims-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	program = arena_printf(&scene->arena, "%s/machine", scene->folder);
	file = fopen(program, "we");
	assert_non_null(file);
	fputs(machine, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0755), 0);
	for (int i = 0; i < NODES; i++)
		configs[i].prefix = arena_printf(&scene->arena, "%s %d",
						 program, i + 1);
	scene->cluster = cluster_open(
		configs, NODES, clock_now_ns() + 60 * NS_PER_S, &scene->err);
	if (!scene->cluster)
		fail_msg("%s", scene->err.text);
	scene->control = (struct cluster_control){
		.context = scene,
		.daemons = daemons,
		.start = start,
		.is_away = scene->is_away,
		.down_by = scene->down_by,
	};
	cluster_set_control(scene->cluster, &scene->control);
	for (size_t i = 0; i < NODES; i++)
		start(scene, cluster_node(scene->cluster, i), &scene->err);
}

static void end(struct scene *scene)
{
	cluster_close(scene->cluster);
	for (size_t i = 0; i < NODES; i++) {
		for (size_t j = 0; scene->control.daemons[j]; j++)
			unlink(path_of(scene, i, scene->control.daemons[j]));
	}
	unlink(arena_printf(&scene->arena, "%s/machine", scene->folder));
	assert_int_equal(rmdir(scene->folder), 0);
	arena_release(&scene->arena);
}

static void open_trial(struct trial *trial, struct scene *scene,
		       const struct fault *fault)
{
	struct fault_setup setup = {
		.cluster = scene->cluster,
		.options = options_new(&scene->arena, fault->options),
		.rng = &trial->rng,
		.arena = &scene->arena,
	};

	*trial = (struct trial){ .scene = scene, .fault = fault };
	rng_init(&trial->rng, 1, fault->name, 0);
	trial->state = fault->open(&setup, &scene->err);
	assert_non_null(trial->state);
}

/* The effect, or -1: see scene->err. */
static int inject(struct trial *trial, const char *target)
{
	struct error *err = &trial->scene->err;

	trial->note = figure_group_root();
	if (trial->fault->inject(trial->state, target, &trial->note, err) < 0)
		return -1;
	return (int)trial->fault->verify(trial->state, &trial->note, err);
}

static int heal(struct trial *trial)
{
	struct error *err = &trial->scene->err;

	trial->note = figure_group_root();
	if (trial->fault->heal(trial->state, &trial->note, err) < 0)
		return -1;
	return (int)trial->fault->verify_healed(trial->state, &trial->note,
						err);
}

/* The nodes in the list `name` of the note: "n1 n3 ". */
static const char *listed(struct trial *trial, const char *name)
{
	const struct figure *list = figure_find(&trial->note, name);
	const char *all = "";

	for (const struct figure *at = list ? list->first : NULL; at;
	     at = at->next)
		all = arena_printf(&trial->scene->arena, "%s%s ", all,
				   at->text);
	return all;
}

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

		begin(&scene, one_daemon);
		open_trial(&trial, &scene, hitting[i]);
		die(&scene, 1, "db");
		for (int again = 0; again < 2; again++) {
			assert_int_equal(inject(&trial, "all"), -1);
			assert_non_null(strstr(
				scene.err.text,
				"node n2: its daemon db is not running, and no "
				"fault of this run ended it"));
		}
		assert_int_equal(inject(&trial, "n1"), EFFECT_PROVEN);
		assert_int_equal(heal(&trial), EFFECT_PROVEN);
		assert_true(is_there(&scene, 0, "db"));
		assert_int_equal(inject(&trial, "n2"), -1);
		end(&scene);
	}
}

static void who_is_down_by_a_fault_is_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		struct scene scene;
		struct trial kill, other;

		begin(&scene, one_daemon);
		open_trial(&kill, &scene, &fault_kill);
		open_trial(&other, &scene, hitting[i]);
		assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
		assert_int_equal(inject(&other, "n1"), EFFECT_SKIPPED);
		assert_string_equal(listed(&other, "down"), "n1 ");
		assert_int_equal(heal(&other), EFFECT_PROVEN);
		assert_false(is_there(&scene, 0, "db"));
		assert_int_equal(inject(&other, "all"), EFFECT_PROVEN);
		assert_string_equal(listed(&other, "down"), "n1 ");
		assert_int_equal(heal(&other), EFFECT_PROVEN);
		assert_false(is_there(&scene, 0, "db"));
		assert_int_equal(heal(&kill), EFFECT_PROVEN);
		assert_true(is_there(&scene, 0, "db"));
		assert_int_equal(inject(&other, "n1"), EFFECT_PROVEN);
		assert_null(figure_find(&other.note, "down"));
		assert_int_equal(heal(&other), EFFECT_PROVEN);
		end(&scene);
	}
}

static void a_second_kill_is_skipped_and_the_first_is_healed(void **state)
{
	struct scene scene;
	struct trial kill;

	(void)state;
	begin(&scene, one_daemon);
	open_trial(&kill, &scene, &fault_kill);
	assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(inject(&kill, "n1"), EFFECT_SKIPPED);
	assert_int_equal(heal(&kill), EFFECT_PROVEN);
	assert_true(is_there(&scene, 0, "db"));
	end(&scene);
}

/* Its fault is over: what it does afterwards it does by itself. */
static void who_was_healed_and_dies_then_is_told_of(void **state)
{
	struct scene scene;
	struct trial kill, pause;

	(void)state;
	begin(&scene, one_daemon);
	open_trial(&kill, &scene, &fault_kill);
	open_trial(&pause, &scene, &fault_pause);
	assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(heal(&kill), EFFECT_PROVEN);
	die(&scene, 0, "db");
	assert_int_equal(inject(&pause, "n1"), -1);
	assert_int_equal(inject(&kill, "n1"), -1);
	end(&scene);
}

static void who_was_started_by_the_way_can_be_hit(void **state)
{
	struct scene scene;
	struct trial kill, restart;

	(void)state;
	begin(&scene, one_daemon);
	open_trial(&kill, &scene, &fault_kill);
	open_trial(&restart, &scene, &fault_restart);
	assert_int_equal(inject(&restart, "n1"), EFFECT_PROVEN);
	assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
	assert_int_equal(heal(&restart), EFFECT_PROVEN);
	assert_true(is_there(&scene, 0, "db"));
	assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
	assert_false(is_there(&scene, 0, "db"));
	assert_int_equal(heal(&kill), EFFECT_PROVEN);
	end(&scene);
}

static void the_last_who_may_have_ended_it_proves_the_heal(void **state)
{
	struct scene scene;
	struct trial kill, restart;

	(void)state;
	begin(&scene, one_daemon);
	open_trial(&kill, &scene, &fault_kill);
	open_trial(&restart, &scene, &fault_restart);
	assert_int_equal(inject(&restart, "n1"), EFFECT_PROVEN);
	assert_int_equal(inject(&kill, "n1"), EFFECT_PROVEN);
	scene.starts_in_vain = true;
	assert_int_equal(heal(&restart), EFFECT_PROVEN);
	assert_int_equal(heal(&kill), EFFECT_ABSENT);
	scene.starts_in_vain = false;
	assert_int_equal(inject(&kill, "n1"), EFFECT_SKIPPED);
	assert_int_equal(heal(&kill), EFFECT_PROVEN);
	assert_true(is_there(&scene, 0, "db"));
	end(&scene);
}

static void who_is_away_is_no_proof(void **state)
{
	(void)state;
	for (size_t i = 0; i < HITTING; i++) {
		struct scene scene;
		struct trial trial;

		begin(&scene, one_daemon);
		open_trial(&trial, &scene, hitting[i]);
		scene.is_away[0] = true;
		die(&scene, 0, "db");
		assert_int_equal(inject(&trial, "n1"), EFFECT_SKIPPED);
		assert_string_equal(listed(&trial, "away"), "n1 ");
		assert_int_equal(inject(&trial, "all"), EFFECT_PROVEN);
		assert_int_equal(heal(&trial), EFFECT_PROVEN);
		end(&scene);
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
