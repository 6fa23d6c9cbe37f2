/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/control/cluster.h"
#include "harness/core/clock.h"

#define SOON (clock_now_ns() + 20 * NS_PER_S)

/* Three nodes that are all this machine. */
static const struct node_config three[] = {
	{ .name = "a", .address = "10.0.0.1", .prefix = "env N=1" },
	{ .name = "b", .address = "10.0.0.2", .prefix = "env N=2" },
	{ .name = "c", .address = "10.0.0.3", .prefix = "env N=3" },
};

struct marks {
	bool is_there[3];
	bool fails[3];
};

static int mark(struct node *node, void *argument, struct error *err)
{
	struct marks *marks = argument;

	marks->is_there[node_index(node)] = true;
	if (marks->fails[node_index(node)])
		return node_run(node, NULL, NULL, err,
				"echo \"number $N\" >&2; exit 9");
	return 0;
}

static void every_node_knows_its_place_and_its_peers(void **state)
{
	struct error err;
	struct cluster *cluster = cluster_open(three, 3, SOON, &err);

	(void)state;
	assert_non_null(cluster);
	assert_int_equal(cluster_count(cluster), 3);
	for (size_t i = 0; i < 3; i++) {
		struct node *node = cluster_node(cluster, i);

		assert_int_equal(node_index(node), i);
		assert_int_equal(node_peer_count(node), 3);
		assert_string_equal(node_peer_name(node, 1), "b");
		assert_string_equal(node_peer_address(node, 2), "10.0.0.3");
	}
	assert_ptr_equal(cluster_find(cluster, "c"), cluster_node(cluster, 2));
	assert_null(cluster_find(cluster, "d"));
	assert_null(cluster_control(cluster));
	cluster_close(cluster);
}

static void a_step_reaches_the_picked_nodes_only(void **state)
{
	const bool picked[] = { true, false, true };
	struct marks marks = { { false }, { false } };
	struct error err;
	struct cluster *cluster = cluster_open(three, 3, SOON, &err);

	(void)state;
	assert_int_equal(cluster_each(cluster, picked, mark, &marks, &err), 0);
	assert_true(marks.is_there[0]);
	assert_false(marks.is_there[1]);
	assert_true(marks.is_there[2]);
	assert_int_equal(cluster_each(cluster, NULL, mark, &marks, &err), 0);
	assert_true(marks.is_there[1]);
	cluster_close(cluster);
}

static void all_errors_are_told_each_with_its_node_once(void **state)
{
	struct marks marks = { { false }, { true, false, true } };
	struct error err;
	struct cluster *cluster = cluster_open(three, 3, SOON, &err);

	(void)state;
	assert_int_equal(cluster_each(cluster, NULL, mark, &marks, &err), -1);
	assert_string_equal(
		err.text,
		"node a: echo \"number $N\" >&2; exit 9: exit status 9: number "
		"1; node c: echo \"number $N\" >&2; exit 9: exit status 9: "
		"number 3");
	cluster_close(cluster);
}

static void nodes_that_cannot_be_reached_are_all_named(void **state)
{
	const struct node_config nodes[] = {
		{ .name = "good", .prefix = "env" },
		{ .name = "dead", .host = "127.0.0.1", .port = 1 },
		{ .name = "odd", .prefix = "docker exec 'x" },
	};
	struct error err;

	(void)state;
	assert_null(cluster_open(nodes, 3, SOON, &err));
	assert_string_equal(err.text,
			    "node dead: 127.0.0.1 port 1 refuses connections: "
			    "no sshd listens there, or a firewall rejects; "
			    "node odd: the command prefix has a ' without its "
			    "partner");
}

static void a_name_is_there_once(void **state)
{
	const struct node_config nodes[] = { { .name = "a", .prefix = "env" },
					     { .name = "a", .prefix = "env" } };
	struct error err;

	(void)state;
	assert_null(cluster_open(nodes, 2, SOON, &err));
	assert_string_equal(err.text, "node a is there twice");
	assert_null(cluster_open(nodes, 0, SOON, &err));
	assert_string_equal(err.text, "no nodes are named");
}

static void the_configuration_is_copied(void **state)
{
	char name[] = "a", prefix[] = "env N=5";
	const struct node_config config = { .name = name, .prefix = prefix };
	struct arena arena = { 0 };
	const char *out = NULL;
	struct error err;
	struct cluster *cluster = cluster_open(&config, 1, SOON, &err);

	(void)state;
	name[0] = prefix[0] = '?';
	assert_string_equal(node_name(cluster_node(cluster, 0)), "a");
	assert_int_equal(node_run(cluster_node(cluster, 0), &arena, &out, &err,
				  "echo $N"),
			 0);
	assert_string_equal(out, "5");
	cluster_close(cluster);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_its_place_and_its_peers),
		cmocka_unit_test(a_step_reaches_the_picked_nodes_only),
		cmocka_unit_test(all_errors_are_told_each_with_its_node_once),
		cmocka_unit_test(nodes_that_cannot_be_reached_are_all_named),
		cmocka_unit_test(a_name_is_there_once),
		cmocka_unit_test(the_configuration_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
