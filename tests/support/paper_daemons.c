/* SPDX-License-Identifier: MIT */
#include "tests/support/paper_daemons.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/core/option.h"

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
	"*'basename \"$f\" .pid'*) ls $n.* | sed 's/..//';;\n"
	"cat*) eval \"set -- ${line%%2>*}\"; shift; for f; do\n"
	"	f=${f#/run/ordeal/}; sed -n 2p $n.${f%.pid}; done;;\n"
	"*) echo \"what is $line?\" >&2; exit 1;;\n"
	"esac\n";

struct path {
	char text[128];
};

static struct path path_of(const struct scene *scene, size_t node,
			   const char *daemon)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%zu.%s", scene->folder,
		 node + 1, daemon);
	return path;
}

bool scene_runs(const struct scene *scene, size_t node, const char *daemon)
{
	const struct path path = path_of(scene, node, daemon);

	return access(path.text, F_OK) == 0;
}

void scene_die(const struct scene *scene, size_t node, const char *daemon)
{
	const struct path path = path_of(scene, node, daemon);

	assert_int_equal(unlink(path.text), 0);
}

/* On several nodes at once, each by a thread. */
static int start(void *context, struct node *node, struct error *err)
{
	struct scene *scene = context;
	size_t i = node_index(node);

	for (size_t j = 0; scene->control.daemons[j]; j++) {
		const char *name = scene->control.daemons[j];
		const struct path path = path_of(scene, i, name);
		FILE *file;

		if (scene_runs(scene, i, name) || scene->starts_in_vain)
			continue;
		file = fopen(path.text, "we");
		if (!file)
			return error_set(err, "cannot write %s", path.text);
		fprintf(file, "S\nborn %d\n",
			atomic_fetch_add(&scene->births, 1));
		fclose(file);
	}
	return 0;
}

void scene_begin(struct scene *scene, const char *const *daemons)
{
	struct node_config configs[SCENE_NODES] = { { .name = "n1" },
						    { .name = "n2" },
						    { .name = "n3" } };
	const char *program;
	FILE *file;

	memset(scene, 0, sizeof(*scene));
	snprintf(scene->folder, sizeof(scene->folder),
		 P_tmpdir "/ordeal-victims-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	program = arena_printf(&scene->arena, "%s/machine", scene->folder);
	file = fopen(program, "we");
	assert_non_null(file);
	fputs(machine, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0755), 0);
	for (int i = 0; i < SCENE_NODES; i++)
		configs[i].prefix = arena_printf(&scene->arena, "%s %d",
						 program, i + 1);
	scene->cluster = cluster_open(configs, SCENE_NODES,
				      clock_now_ns() + 60 * NS_PER_S,
				      &scene->err);
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
	for (size_t i = 0; i < SCENE_NODES; i++)
		start(scene, cluster_node(scene->cluster, i), &scene->err);
}

void scene_end(struct scene *scene)
{
	cluster_close(scene->cluster);
	for (size_t i = 0; i < SCENE_NODES; i++) {
		for (size_t j = 0; scene->control.daemons[j]; j++) {
			const struct path path =
				path_of(scene, i, scene->control.daemons[j]);

			unlink(path.text);
		}
	}
	unlink(arena_printf(&scene->arena, "%s/machine", scene->folder));
	assert_int_equal(rmdir(scene->folder), 0);
	arena_release(&scene->arena);
}

void trial_open(struct trial *trial, struct scene *scene,
		const struct fault *fault, const char *daemons)
{
	struct options *options = options_new(&scene->arena, fault->options);
	struct fault_setup setup = {
		.cluster = scene->cluster,
		.options = options,
		.rng = &trial->rng,
		.in_force = &scene->in_force,
		.arena = &scene->arena,
	};

	if (daemons && options_set(options, &scene->arena, "daemons", daemons,
				   &scene->err) < 0)
		fail_msg("%s", scene->err.text);
	*trial = (struct trial){ .scene = scene,
				 .fault = fault,
				 .options = options };
	rng_init(&trial->rng, 1, fault->name, 0);
	trial->state = fault->open(&setup, &scene->err);
	assert_non_null(trial->state);
}

int trial_inject(struct trial *trial, const char *target)
{
	struct error *err = &trial->scene->err;

	trial->note = figure_group_root();
	if (trial->fault->inject(trial->state, target, &trial->note, err) < 0)
		return -1;
	return (int)trial->fault->verify(trial->state, &trial->note, err);
}

int trial_heal(struct trial *trial)
{
	struct error *err = &trial->scene->err;

	trial->note = figure_group_root();
	if (trial->fault->heal(trial->state, &trial->note, err) < 0)
		return -1;
	return (int)trial->fault->verify_healed(trial->state, &trial->note,
						err);
}

const char *trial_list(struct trial *trial, const char *name)
{
	const struct figure *list = figure_find(&trial->note, name);
	const char *all = "";

	for (const struct figure *at = list ? list->first : NULL; at;
	     at = at->next)
		all = arena_printf(&trial->scene->arena, "%s%s ", all,
				   at->text);
	return all;
}

const char *scene_life(struct scene *scene, size_t node, const char *daemon)
{
	char state[16] = "", birth[32] = "";
	const struct path path = path_of(scene, node, daemon);
	FILE *file = fopen(path.text, "re");

	if (!file)
		return "none";
	assert_int_equal(fscanf(file, "%15s born %31s", state, birth), 2);
	fclose(file);
	return arena_printf(&scene->arena, "%s born %s", state, birth);
}
