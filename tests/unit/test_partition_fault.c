/* SPDX-License-Identifier: MIT */
/* The partition fault on three nodes whose tools are little scripts. */
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

extern const struct fault fault_partition;

#define NODES 3

/*
 * Node N keeps its rules in the file rules.N; a packet from K to N is lost if
 * they name 10.0.0.K. Files that a test makes change that: refuse.N (nft
 * fails), leaky (all packets come through), deaf (no rule counts anything).
 */
static const char *const programs[][2] = {
	{ "nft", "case \"$*\" in\n"
		 "'list tables') test ! -e $DIR/no-nft;;\n"
		 "'list table'*) test -e $DIR/rules.$N && "
		 "cat $DIR/rules.$N;;\n"
		 "'delete table'*) rm $DIR/rules.$N;;\n"
		 "*) test ! -e $DIR/refuse.$N || "
		 "{ echo refused >&2; exit 1; }\n"
		 "count=3; test ! -e $DIR/deaf || count=0\n"
		 "printf '%s\\n' \"$*\" | tr ';' '\\n' | sed -n \"s/.*ip saddr "
		 "\\([^ ]*\\) counter drop.*/ip saddr \\1 counter packets "
		 "$count bytes 0 drop/p\" >$DIR/rules.$N;;\nesac\n" },
	{ "ping", "for a; do :; done\nk=${a##*.}\n"
		  "test ! -e $DIR/leaky || exit 0\n"
		  "! grep -sq \"saddr 10.0.0.$k \" $DIR/rules.$N && "
		  "! grep -sq \"saddr 10.0.0.$N \" $DIR/rules.$k\n" },
	{ "getent", "echo \"$2 STREAM name\"\n" },
	{ "hostname", "echo 10.0.0.$N\n" },
	{ "ip", "exit 1\n" },
	{ "iptables", "exit 1\n" },
	{ "ip6tables", "exit 1\n" },
	{ "timeout", "exit 1\n" },
};

static const char *const borrowed[] = { "sh",  "cat",  "rm",   "tr",
					"sed", "grep", "sleep" };

struct scene {
	char folder[64];
	struct arena arena;
	struct cluster *cluster;
	struct rng rng;
	void *state;
	struct figure note;
	struct error err;
};

static void write_program(struct scene *scene, const char *name,
			  const char *text)
{
	const char *path =
		arena_printf(&scene->arena, "%s/%s", scene->folder, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void borrow_program(struct scene *scene, const char *name)
{
	struct arena *arena = &scene->arena;
	const char *path = arena_printf(arena, "/bin/%s", name);

	if (access(path, X_OK) != 0)
		path = arena_printf(arena, "/usr/bin/%s", name);
	assert_int_equal(symlink(path, arena_printf(arena, "%s/%s",
						    scene->folder, name)),
			 0);
}

static void mark(struct scene *scene, const char *name)
{
	write_program(scene, name, "");
}

static void unmark(struct scene *scene, const char *name)
{
	assert_int_equal(unlink(arena_printf(&scene->arena, "%s/%s",
					     scene->folder, name)),
			 0);
}

static bool has_rules(struct scene *scene, int node)
{
	return access(arena_printf(&scene->arena, "%s/rules.%d", scene->folder,
				   node),
		      F_OK) == 0;
}

static void begin(struct scene *scene)
{
	struct node_config configs[NODES] = { { .name = "n1" },
					      { .name = "n2" },
					      { .name = "n3" } };
	struct fault_setup setup;

	*scene = (struct scene){ .note = figure_group_root() };
	snprintf(scene->folder, sizeof(scene->folder),
		 P_tmpdir "/ordeal-partition-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		write_program(scene, programs[i][0], programs[i][1]);
	for (size_t i = 0; i < sizeof(borrowed) / sizeof(*borrowed); i++)
		borrow_program(scene, borrowed[i]);
	for (int i = 0; i < NODES; i++) {
		configs[i].address =
			arena_printf(&scene->arena, "10.0.0.%d", i + 1);
		configs[i].prefix = arena_printf(
			&scene->arena, "env -i N=%d DIR=%s PATH=%s", i + 1,
			scene->folder, scene->folder);
	}
	scene->cluster = cluster_open(
		configs, NODES, clock_now_ns() + 20 * NS_PER_S, &scene->err);
	if (!scene->cluster)
		fail_msg("%s", scene->err.text);
	rng_init(&scene->rng, 1, "partition", 0);
	setup = (struct fault_setup){
		.cluster = scene->cluster,
		.options = options_new(&scene->arena, fault_partition.options),
		.rng = &scene->rng,
		.arena = &scene->arena,
	};
	scene->state = fault_partition.open(&setup, &scene->err);
	assert_non_null(scene->state);
}

static void end(struct scene *scene)
{
	char *line = arena_printf(&scene->arena, "%s/.", scene->folder);

	fault_partition.close(scene->state);
	cluster_close(scene->cluster);
	/* The folder has files only. */
	assert_int_equal(chdir(line), 0);
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		unlink(programs[i][0]);
	for (size_t i = 0; i < sizeof(borrowed) / sizeof(*borrowed); i++)
		unlink(borrowed[i]);
	assert_int_equal(rmdir(scene->folder), 0);
	arena_release(&scene->arena);
}

static int inject(struct scene *scene, const char *target)
{
	return fault_partition.inject(scene->state, target, &scene->note,
				      &scene->err);
}

static enum effect verify(struct scene *scene)
{
	return fault_partition.verify(scene->state, &scene->note, &scene->err);
}

static enum effect heal(struct scene *scene)
{
	if (fault_partition.heal(scene->state, &scene->note, &scene->err) < 0)
		fail_msg("%s", scene->err.text);
	for (int i = 1; i <= NODES; i++)
		assert_false(has_rules(scene, i));
	return fault_partition.verify_healed(scene->state, &scene->note,
					     &scene->err);
}

static void a_partition_is_put_proven_and_healed(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(verify(&scene), EFFECT_ABSENT);
	assert_int_equal(inject(&scene, "halves"), 0);
	assert_true(has_rules(&scene, 1));
	assert_int_equal(verify(&scene), EFFECT_PROVEN);
	assert_int_equal(heal(&scene), EFFECT_PROVEN);
	assert_int_equal(heal(&scene), EFFECT_PROVEN);
	end(&scene);
}

static void a_node_that_refuses_is_named_and_the_others_are_healed(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	mark(&scene, "refuse.2");
	assert_int_equal(inject(&scene, "halves"), -1);
	assert_non_null(strstr(scene.err.text, "node n2"));
	assert_null(strstr(scene.err.text, "node n3"));
	assert_true(has_rules(&scene, 1));
	assert_int_equal(verify(&scene), EFFECT_ABSENT);
	assert_int_equal(heal(&scene), EFFECT_PROVEN);
	unmark(&scene, "refuse.2");
	end(&scene);
}

static void packets_that_come_through_are_no_partition(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(inject(&scene, "halves"), 0);
	mark(&scene, "leaky");
	assert_int_equal(verify(&scene), EFFECT_ABSENT);
	assert_non_null(figure_find(&scene.note, "unexpected"));
	unmark(&scene, "leaky");
	heal(&scene);
	end(&scene);
}

static void rules_that_dropped_nothing_prove_nothing(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	mark(&scene, "deaf");
	assert_int_equal(inject(&scene, "halves"), 0);
	assert_int_equal(verify(&scene), EFFECT_ABSENT);
	unmark(&scene, "deaf");
	heal(&scene);
	end(&scene);
}

static void a_node_without_packet_filter_gets_a_remedy(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	mark(&scene, "no-nft");
	assert_int_equal(inject(&scene, "one"), -1);
	assert_non_null(strstr(scene.err.text, "apt-get install nftables"));
	assert_int_equal(inject(&scene, "sideways"), -1);
	unmark(&scene, "no-nft");
	end(&scene);
}

static void what_is_drawn_is_in_the_note(void **state)
{
	const struct figure *grudge;
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(inject(&scene, "halves"), 0);
	grudge = figure_find(&scene.note, "grudge");
	assert_non_null(grudge);
	/* The first node alone against the two others. */
	assert_string_equal(grudge->first->name, "n1");
	assert_string_equal(grudge->first->first->text, "n2");
	assert_string_equal(grudge->first->last->text, "n3");
	assert_string_equal(grudge->last->name, "n3");
	assert_string_equal(grudge->last->first->text, "n1");
	heal(&scene);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_is_put_proven_and_healed),
		cmocka_unit_test(
			a_node_that_refuses_is_named_and_the_others_are_healed),
		cmocka_unit_test(packets_that_come_through_are_no_partition),
		cmocka_unit_test(rules_that_dropped_nothing_prove_nothing),
		cmocka_unit_test(a_node_without_packet_filter_gets_a_remedy),
		cmocka_unit_test(what_is_drawn_is_in_the_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
