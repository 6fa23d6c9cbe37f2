/* SPDX-License-Identifier: MIT */
/* Nodes that leave etcd and join it, and ones that are restarted; etcdctl, not
 * our code, says who is a member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/fault.h"

#include "tests/support/etcd_cluster.h"
#include "tests/support/must.h"

extern const struct fault fault_kill;
extern const struct fault fault_membership;
extern const struct fault fault_restart;

#define NODES 3

/* For what has to come in time, on any machine. */
static const char *const patient[] = { "await", "60s", NULL };

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-members", NODES) < 0 ||
	    bed_start_etcd(&bed, NULL, NULL) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	return 0;
}

static int end(void **state)
{
	bed_remove(*state);
	return 0;
}

#define NOBODY "none"

/* The member's number of the node by etcdctl's account, NOBODY if it is none;
 * "" without an account: etcdctl has five seconds, which may be too few. */
static const char *id_of(struct bed *bed, size_t node)
{
	struct node *asked = cluster_node(bed->cluster, (node + 1) % NODES);
	const char *address = node_address(cluster_node(bed->cluster, node));

	return bed_ask(bed, node_index(asked),
		       arena_printf(&bed->arena,
				    "list=$(ETCDCTL_API=3 etcdctl --endpoints "
				    "http://%s:2379 member list) && "
				    "{ echo \"$list\" | "
				    "grep -F 'http://%s:2380' || "
				    "echo " NOBODY "; } | cut -d, -f1; true",
				    node_address(asked), address));
}

static const char *must_be_member(struct bed *bed, size_t node)
{
	const char *id = "";

	for (int i = 0; i < 10 && (!*id || strcmp(id, NOBODY) == 0); i++)
		id = id_of(bed, node);
	assert_string_not_equal(id, "");
	assert_string_not_equal(id, NOBODY);
	return id;
}

static void must_be_nobody(struct bed *bed, size_t node)
{
	const char *id = "";

	for (int i = 0; i < 10 && !*id; i++)
		id = id_of(bed, node);
	assert_string_equal(id, NOBODY);
}

static size_t only_node_of(struct bed *bed, const struct figure *note)
{
	const char *name = figure_find(note, "nodes")->first->text;

	return node_index(cluster_find(bed->cluster, name));
}

static void a_node_leaves_and_comes_back_as_a_new_one(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *fault = must_open(bed, &fault_membership, patient);
	const char *before[NODES];
	size_t gone;

	for (size_t i = 0; i < NODES; i++)
		before[i] = must_be_member(bed, i);
	must_write(bed, 0, 5, 50);
	must_inject(bed, fault, "one");
	gone = only_node_of(bed, &fault->note);
	must_be_nobody(bed, gone);
	assert_string_equal(bed_ask(bed, gone, "pgrep -x etcd || echo none"),
			    "none");
	must_write(bed, (gone + 1) % NODES, 5, 51);
	must_heal(bed, fault);
	must_serve(bed);
	assert_string_not_equal(must_be_member(bed, gone), before[gone]);
	assert_int_equal(must_read(bed, gone, 5), 51);
	must_heal(bed, fault);
	fault_membership.close(fault->state);
}

static void a_leader_is_replaced(void **state)
{
	static const char *const options[] = { "mode", "replace", "await",
					       "60s", NULL };
	struct bed *bed = *state;
	struct bed_fault *fault = must_open(bed, &fault_membership, options);
	const char *before[NODES];
	size_t node;

	for (size_t i = 0; i < NODES; i++)
		before[i] = must_be_member(bed, i);
	must_inject(bed, fault, "primaries");
	node = only_node_of(bed, &fault->note);
	assert_string_not_equal(must_be_member(bed, node), before[node]);
	must_serve(bed);
	must_heal(bed, fault);
	fault_membership.close(fault->state);
}

/* Without a majority no change of members can be agreed on. */
static void a_change_that_cannot_be_is_an_error(void **state)
{
	static const char *const options[] = { "await", "3s", NULL };
	struct bed *bed = *state;
	struct bed_fault *fault = must_open(bed, &fault_membership, options);
	struct bed_fault *kill = must_open(bed, &fault_kill, patient);

	must_inject(bed, kill, "majority");
	fault->note = figure_group_root();
	assert_int_equal(fault->fault->inject(fault->state, "one", &fault->note,
					      &bed->err),
			 -1);
	must_heal(bed, kill);
	/* A change that was asked for may yet be made, and who left so cannot
	 * join before all others have met: three seconds may be too few. */
	for (int i = 0; i < 20; i++) {
		if (fault->fault->heal(fault->state, &fault->note, &bed->err) ==
		    0)
			break;
	}
	must_heal(bed, fault);
	must_serve(bed);
	fault_kill.close(kill->state);
	fault_membership.close(fault->state);
}

static void all_are_restarted_in_turn_without_a_loss(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *restart = must_open(bed, &fault_restart, patient);
	const char *pids[NODES];

	must_write(bed, 0, 6, 60);
	for (size_t i = 0; i < NODES; i++)
		pids[i] = bed_ask(bed, i, "pgrep -x etcd");
	must_inject(bed, restart, "all");
	for (size_t i = 0; i < NODES; i++)
		assert_string_not_equal(bed_ask(bed, i, "pgrep -x etcd"),
					pids[i]);
	must_heal(bed, restart);
	must_serve(bed);
	assert_int_equal(must_read(bed, 0, 6), 60);
	fault_restart.close(restart->state);
}

static void a_crash_loop_ends_where_it_began(void **state)
{
	static const char *const options[] = { "cycles", "4",	    "signal",
					       "KILL",	 "rolling", "false",
					       NULL };
	struct bed *bed = *state;
	struct bed_fault *restart = must_open(bed, &fault_restart, options);
	const char *pid = bed_ask(bed, 0, "pgrep -x etcd");

	must_inject(bed, restart, "all");
	assert_string_not_equal(bed_ask(bed, 0, "pgrep -x etcd"), pid);
	must_heal(bed, restart);
	must_serve(bed);
	fault_restart.close(restart->state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_leaves_and_comes_back_as_a_new_one),
		cmocka_unit_test(a_leader_is_replaced),
		cmocka_unit_test(a_change_that_cannot_be_is_an_error),
		cmocka_unit_test(all_are_restarted_in_turn_without_a_loss),
		cmocka_unit_test(a_crash_loop_ends_where_it_began),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
