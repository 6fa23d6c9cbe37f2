/* SPDX-License-Identifier: MIT */
/* Partitions, kills and pauses on five nodes that run etcd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/fault.h"

#include "nemesis/grudge.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/must.h"

extern const struct fault fault_partition;
extern const struct fault fault_kill;
extern const struct fault fault_pause;

#define NODES 5

/* Everything that a packet filter can hold, without counters and dates. */
static const char rules_line[] =
	"{ nft list ruleset; iptables-save; ip6tables-save; } 2>/dev/null | "
	"sed -e '/^#/d' -e 's/\\[[0-9:]*\\]//' "
	"-e 's/packets [0-9]* bytes [0-9]*//'";

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-faults", NODES) < 0 ||
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

static const char *all_rules(struct bed *bed)
{
	const char *all = "";

	for (size_t i = 0; i < NODES; i++)
		all = arena_printf(&bed->arena, "%s%s\n", all,
				   bed_ask(bed, i, rules_line));
	return all;
}

/* Rules of somebody else's, which must outlive all of ours. */
static void put_foreign_rules(struct bed *bed)
{
	for (size_t i = 0; i < NODES; i++) {
		bed_ask(bed, i,
			"iptables -w -C INPUT -s 192.0.2.1 -j DROP "
			"2>/dev/null || for t in iptables ip6tables; do "
			"$t -w -N OTHERS; $t -w -I INPUT -j OTHERS; done; "
			"iptables -w -A INPUT -s 192.0.2.1 -j DROP");
	}
}

static void try_all_shapes(struct bed *bed, const char *const *options)
{
	struct bed_fault *partition = must_open(bed, &fault_partition, options);
	const char *before;

	put_foreign_rules(bed);
	before = all_rules(bed);
	assert_non_null(strstr(before, "192.0.2.1"));
	for (size_t i = 0; grudge_names[i]; i++) {
		must_inject(bed, partition, grudge_names[i]);
		assert_non_null(figure_find(&partition->note, "grudge"));
		assert_non_null(figure_find(&partition->note, "reaches"));
		assert_string_not_equal(all_rules(bed), before);
	}
	must_heal(bed, partition);
	must_heal(bed, partition);
	assert_string_equal(all_rules(bed), before);
	fault_partition.close(partition->state);
	must_serve(bed);
}

static void every_shape_is_proven_and_healed_with_nft(void **state)
{
	static const char *const options[] = { "firewall", "nft", NULL };

	try_all_shapes(*state, options);
}

static void every_shape_is_proven_and_healed_with_iptables(void **state)
{
	static const char *const options[] = { "firewall", "iptables", NULL };

	try_all_shapes(*state, options);
}

static void every_shape_is_proven_and_healed_one_way(void **state)
{
	static const char *const options[] = { "one-way", "true", NULL };

	try_all_shapes(*state, options);
}

static void a_primary_alone_serves_nothing_the_others_do(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, NULL);
	const struct figure *primary;
	size_t alone;
	int64_t value;

	must_serve(bed);
	must_inject(bed, partition, "primary");
	primary = figure_find(&partition->note, "primary");
	assert_non_null(primary);
	assert_int_equal(primary->kind, FIGURE_LIST);
	alone = node_index(cluster_find(bed->cluster, primary->first->text));
	/* Until they have elected another, they do not serve, either. */
	for (size_t i = 0; i < NODES; i++) {
		if (i != alone)
			must_write(bed, i, 1, 3);
	}
	assert_int_equal(bed_write(bed, alone, 1, 2), OUTCOME_INDETERMINATE);
	assert_int_equal(bed_read(bed, alone, 1, &value), OUTCOME_FAIL);
	must_heal(bed, partition);
	fault_partition.close(partition->state);
	must_serve(bed);
}

static void leftovers_of_another_run_are_removed(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *dead = must_open(bed, &fault_partition, NULL);
	struct bed_fault *next = must_open(bed, &fault_partition, NULL);
	const char *before = all_rules(bed);

	must_inject(bed, dead, "bridge");
	must_heal(bed, next);
	assert_string_equal(all_rules(bed), before);
	fault_partition.close(dead->state);
	fault_partition.close(next->state);
}

/* A node has an IPv6 address that no name tells: it is cut off there, too. */
static void addresses_of_both_families_are_cut(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, NULL);

	if (!bed_add_ipv6(bed))
		skip();
	must_inject(bed, partition, "halves");
	assert_string_equal(bed_ask(bed, 0,
				    "ping -c 1 -w 20 fd00:0:0:7::2 "
				    ">/dev/null && echo open"),
			    "open");
	assert_string_equal(bed_ask(bed, 0,
				    "ping -c 1 -w 1 fd00:0:0:7::3 "
				    ">/dev/null || echo cut"),
			    "cut");
	must_heal(bed, partition);
	assert_string_equal(bed_ask(bed, 0,
				    "ping -c 1 -w 20 fd00:0:0:7::3 "
				    ">/dev/null && echo open"),
			    "open");
	fault_partition.close(partition->state);
}

/* The proof bites: an effect that somebody undid is not proven. */
static void a_partition_that_is_gone_is_not_proven(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, NULL);

	must_inject(bed, partition, "halves");
	bed_ask(bed, 0, "nft delete table inet ordeal");
	assert_int_equal(fault_partition.verify(partition->state,
						&partition->note, &bed->err),
			 EFFECT_ABSENT);
	must_heal(bed, partition);
	bed_ask(bed, 0,
		"nft 'add table inet ordeal; add chain inet ordeal "
		"input { type filter hook input priority 0; }; add rule inet "
		"ordeal input ip saddr 192.0.2.7 counter drop'");
	assert_int_equal(fault_partition.verify_healed(
				 partition->state, &partition->note, &bed->err),
			 EFFECT_ABSENT);
	must_heal(bed, partition);
	fault_partition.close(partition->state);
}

static void the_killed_come_back_with_their_data(void **state)
{
	static const char *const targets[] = { "one", "minority", "primaries",
					       "majority", "all" };
	struct bed *bed = *state;
	static const char *const options[] = { "await", "60s", NULL };
	struct bed_fault *kill = must_open(bed, &fault_kill, options);

	must_heal(bed, kill);
	must_serve(bed);
	must_write(bed, 0, 7, 70);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		must_inject(bed, kill, targets[i]);
		assert_non_null(figure_find(&kill->note, "nodes"));
		must_heal(bed, kill);
		assert_null(figure_find(&kill->note, "not-ready"));
		must_serve(bed);
	}
	must_heal(bed, kill);
	must_serve(bed);
	assert_int_equal(must_read(bed, 0, 7), 70);
	fault_kill.close(kill->state);
}

static void the_paused_go_on(void **state)
{
	static const char *const targets[] = { "one", "minority", "primaries",
					       "majority", "all" };
	struct bed *bed = *state;
	struct bed_fault *pause = must_open(bed, &fault_pause, NULL);
	struct bed_fault *next = must_open(bed, &fault_pause, NULL);

	must_heal(bed, pause);
	must_serve(bed);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		must_inject(bed, pause, targets[i]);
		must_heal(bed, pause);
		must_serve(bed);
	}
	/* A run dies; the next knows nothing of what it did. */
	must_inject(bed, pause, "all");
	assert_int_equal(bed_write(bed, 0, 1, 1), OUTCOME_INDETERMINATE);
	must_heal(bed, next);
	must_heal(bed, pause);
	must_serve(bed);
	fault_pause.close(pause->state);
	fault_pause.close(next->state);
}

static int inject(struct bed *bed, struct bed_fault *opened, const char *target)
{
	opened->note = figure_group_root();
	return opened->fault->inject(opened->state, target, &opened->note,
				     &bed->err);
}

static void who_is_down_is_no_proof(void **state)
{
	static const char *const options[] = { "await", "60s", NULL };
	struct bed *bed = *state;
	struct bed_fault *kill = must_open(bed, &fault_kill, options);
	struct bed_fault *pause = must_open(bed, &fault_pause, NULL);
	struct node *dead = cluster_node(bed->cluster, 1);

	must_inject(bed, kill, "n1");
	assert_int_equal(inject(bed, pause, "n1"), 0);
	assert_int_equal(fault_pause.verify(pause->state, &pause->note,
					    &bed->err),
			 EFFECT_SKIPPED);
	assert_non_null(figure_find(&pause->note, "down"));
	must_heal(bed, pause);
	must_heal(bed, kill);
	/* By itself, as far as faults know. */
	bed_ask(bed, 1, "pkill -KILL -x etcd");
	assert_string_equal(bed_ask(bed, 1,
				    "while pgrep -x etcd >/dev/null; do "
				    "sleep 0.1; done; echo gone"),
			    "gone");
	assert_int_equal(inject(bed, pause, "n2"), -1);
	assert_int_equal(inject(bed, kill, "all"), -1);
	assert_non_null(strstr(bed->err.text, "node n2: its daemon etcd is not "
					      "running, and no fault of this "
					      "run ended it"));
	assert_int_equal(cluster_control(bed->cluster)
				 ->start(bed, dead, &bed->err),
			 0);
	must_inject(bed, kill, "n2");
	must_heal(bed, kill);
	must_serve(bed);
	fault_kill.close(kill->state);
	fault_pause.close(pause->state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_proven_and_healed_with_nft),
		cmocka_unit_test(
			every_shape_is_proven_and_healed_with_iptables),
		cmocka_unit_test(every_shape_is_proven_and_healed_one_way),
		cmocka_unit_test(a_primary_alone_serves_nothing_the_others_do),
		cmocka_unit_test(leftovers_of_another_run_are_removed),
		cmocka_unit_test(addresses_of_both_families_are_cut),
		cmocka_unit_test(a_partition_that_is_gone_is_not_proven),
		cmocka_unit_test(the_killed_come_back_with_their_data),
		cmocka_unit_test(the_paused_go_on),
		cmocka_unit_test(who_is_down_is_no_proof),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
