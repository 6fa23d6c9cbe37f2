/* SPDX-License-Identifier: MIT */
/* Partitions of chosen nodes, of clients and by port, on five nodes that run
 * etcd, as curl and ping see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/control/program.h"
#include "harness/core/clock.h"
#include "harness/engine/condition.h"
#include "harness/fault.h"

#include "tests/support/etcd_cluster.h"
#include "tests/support/must.h"
#include "tests/support/pings.h"

extern const struct fault fault_partition;
extern const struct fault fault_pause;

#define NODES 5
#define CLIENT 2379
#define PEER 2380

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-cuts", NODES) < 0 ||
	    bed_start_etcd(&bed, NULL, NULL) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	for (size_t i = 0; i < NODES; i++)
		bed_ask(&bed, i,
			"iptables -w -A INPUT -s 192.0.2.1 -j DROP; "
			"ip6tables -w -A INPUT -s 2001:db8::1 -j DROP");
	return 0;
}

static int end(void **state)
{
	bed_remove(*state);
	return 0;
}

/* A shell line that prints what curl's exit status says of a port: 28 is that
 * of nobody answering, in the second that it waits. */
static const char *curl_line(struct bed *bed, const char *address, int port)
{
	return arena_printf(&bed->arena,
			    "curl -s -g -o /dev/null --connect-timeout 1 "
			    "http://%s:%d/; [ $? = 28 ] && echo cut || "
			    "echo open",
			    address, port);
}

static bool node_reaches(struct bed *bed, size_t from, size_t to, int port)
{
	const char *address = node_address(cluster_node(bed->cluster, to));

	return strcmp(bed_ask(bed, from, curl_line(bed, address, port)),
		      "open") == 0;
}

/* Looks again while it is not open: on a busy machine an answer may take
 * longer than the second. What is cut never is. */
static void expect_open(struct bed *bed, size_t from, size_t to, int port)
{
	for (int i = 0; i < 20; i++) {
		if (node_reaches(bed, from, to, port))
			return;
	}
	fail_msg("n%zu does not reach port %d of n%zu", from + 1, port, to + 1);
}

/* The same from here, where clients are. */
static bool client_reaches(struct bed *bed, size_t to)
{
	const char *address = node_address(cluster_node(bed->cluster, to));
	const char *line = curl_line(bed, address, CLIENT);
	char *words[] = { arena_strdup(&bed->arena, "sh"),
			  arena_strdup(&bed->arena, "-c"),
			  arena_strdup(&bed->arena, line), NULL };
	const struct command command = {
		.line = line,
		.deadline_ns = clock_now_ns() + 60 * NS_PER_S,
	};
	struct reply reply;

	if (program_run(words, &command, -1, -1, &bed->arena, &reply,
			&bed->err) < 0)
		fail_msg("%s", bed->err.text);
	return strncmp(reply.out, "open", 4) == 0;
}

static void expect_client_reaches(struct bed *bed, size_t to)
{
	for (int i = 0; i < 20; i++) {
		if (client_reaches(bed, to))
			return;
	}
	fail_msg("clients do not reach n%zu", to + 1);
}

static void expect_absent(struct bed *bed, struct bed_fault *opened)
{
	assert_int_equal(opened->fault->verify(opened->state, &opened->note,
					       &bed->err),
			 EFFECT_ABSENT);
	assert_non_null(figure_find(&opened->note, "unexpected"));
}

static void cut_clients_off(struct bed *bed, const char *firewall)
{
	const char *const options[] = { "firewall", firewall, NULL };
	struct bed_fault *partition = must_open(bed, &fault_partition, options);
	const char *before = pings_states(bed);

	must_write(bed, 0, 1, 5);
	must_inject(bed, partition, "clients+n2+n4");
	assert_string_not_equal(pings_states(bed), before);
	for (size_t i = 0; i < NODES; i++) {
		if (i == 1 || i == 3)
			assert_false(client_reaches(bed, i));
		else
			expect_client_reaches(bed, i);
	}
	/* The store goes on, and we still talk with the node itself. */
	must_write(bed, 0, 1, 6);
	assert_int_not_equal(bed_write(bed, 1, 1, 7), OUTCOME_OK);
	expect_open(bed, 0, 1, CLIENT);
	expect_open(bed, 1, 0, PEER);
	assert_string_equal(bed_ask(bed, 1, "echo here"), "here");
	must_heal(bed, partition);
	assert_string_equal(pings_states(bed), before);
	expect_client_reaches(bed, 1);
	must_serve(bed);
	must_read(bed, 1, 1);
	fault_partition.close(partition->state);
}

static void clients_are_cut_off_with_nft(void **state)
{
	cut_clients_off(*state, "nft");
}

static void clients_are_cut_off_with_iptables(void **state)
{
	cut_clients_off(*state, "iptables");
}

/* The leader's clients alone: there are always some. */
static void clients_of_the_primary_are_cut_off(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, NULL);
	const struct figure *primary;
	const struct figure *refusing;

	must_inject(bed, partition, "clients+primary");
	primary = figure_find(&partition->note, "primary");
	refusing = figure_find(&partition->note, "refuse-clients");
	assert_non_null(primary);
	assert_non_null(refusing);
	assert_string_equal(primary->first->text, refusing->first->text);
	must_heal(bed, partition);
	fault_partition.close(partition->state);
}

static void cut_a_port(struct bed *bed, const char *firewall)
{
	const char *const options[] = { "firewall", firewall, "ports", "peer",
					NULL };
	struct bed_fault *partition = must_open(bed, &fault_partition, options);
	const char *before = pings_states(bed);

	must_inject(bed, partition, "n1+n2");
	assert_string_not_equal(pings_states(bed), before);
	assert_false(node_reaches(bed, 0, 2, PEER));
	assert_false(node_reaches(bed, 4, 1, PEER));
	expect_open(bed, 0, 1, PEER);
	expect_open(bed, 2, 4, PEER);
	/* All else goes through. */
	expect_open(bed, 0, 2, CLIENT);
	assert_int_equal(pings_from(bed, 0, 2, 5, 56).received, 5);
	/* For the store it is a partition, the majority on one side. */
	assert_int_not_equal(bed_write(bed, 0, 1, 2), OUTCOME_OK);
	must_heal(bed, partition);
	assert_string_equal(pings_states(bed), before);
	expect_open(bed, 0, 2, PEER);
	fault_partition.close(partition->state);
	must_serve(bed);
}

static void a_port_is_cut_with_nft(void **state)
{
	cut_a_port(*state, "nft");
}

static void a_port_is_cut_with_iptables(void **state)
{
	cut_a_port(*state, "iptables");
}

static void expect_open_ipv6(struct bed *bed, int port)
{
	const char *line = curl_line(bed, "[fd00:0:0:7::3]", port);

	for (int i = 0; i < 20; i++) {
		if (strcmp(bed_ask(bed, 0, line), "open") == 0)
			return;
	}
	fail_msg("n1 does not reach port %d of n3 by IPv6", port);
}

/* An address that no name tells, in the other family. */
static void a_port_is_cut_on_ipv6(void **state)
{
	static const char *const options[] = { "ports", "peer", NULL };
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, options);

	if (!bed_add_ipv6(bed))
		skip();
	must_inject(bed, partition, "n1");
	assert_string_equal(bed_ask(bed, 0,
				    curl_line(bed, "[fd00:0:0:7::3]", PEER)),
			    "cut");
	expect_open_ipv6(bed, CLIENT);
	must_heal(bed, partition);
	expect_open_ipv6(bed, PEER);
	fault_partition.close(partition->state);
}

/* The proof bites: rules that somebody removed prove nothing. */
static void what_somebody_undid_is_not_proven(void **state)
{
	static const char *const options[] = { "firewall", "nft", "ports",
					       "peer", NULL };
	struct bed *bed = *state;
	struct bed_fault *clients = must_open(bed, &fault_partition, NULL);
	struct bed_fault *ports = must_open(bed, &fault_partition, options);

	must_inject(bed, clients, "clients+n3");
	bed_ask(bed, 2, "nft delete table inet ordeal");
	expect_absent(bed, clients);
	must_heal(bed, clients);
	must_inject(bed, ports, "n3");
	bed_ask(bed, 0, "nft delete table inet ordeal");
	expect_absent(bed, ports);
	must_heal(bed, ports);
	fault_partition.close(clients->state);
	fault_partition.close(ports->state);
}

static void expect_nodes(const struct bed_fault *opened, const char *first,
			 const char *second)
{
	const struct figure *nodes = figure_find(&opened->note, "nodes");

	assert_non_null(nodes);
	assert_string_equal(nodes->first->text, first);
	assert_string_equal(nodes->last->text, second);
	assert_ptr_equal(nodes->first->next, nodes->last);
}

static void named_nodes_are_hit(void **state)
{
	struct bed *bed = *state;
	struct bed_fault *pause = must_open(bed, &fault_pause, NULL);

	must_serve(bed);
	must_inject(bed, pause, "n2+n5");
	expect_nodes(pause, "n2", "n5");
	assert_string_equal(bed_ask(bed, 1,
				    "ps -o state= -C etcd | head -c 1"),
			    "T");
	assert_string_equal(bed_ask(bed, 2,
				    "ps -o state= -C etcd | grep -c T; true"),
			    "0");
	must_heal(bed, pause);
	fault_pause.close(pause->state);
	must_serve(bed);
}

/* One that is stopped tells nothing; one that goes on has to catch up. */
static void a_node_that_lags_is_seen(void **state)
{
	const struct condition_world world = {
		.cluster = ((struct bed *)*state)->cluster,
		.lag = 20,
	};
	static const char *const options[] = { "ports", "peer", NULL };
	struct bed *bed = *state;
	struct bed_fault *partition = must_open(bed, &fault_partition, options);

	must_serve(bed);
	assert_false(condition_await(CONDITION_NODE_LAGS, &world,
				     200 * NS_PER_MS));
	must_inject(bed, partition, "n4");
	for (int i = 0; i < 60; i++)
		must_write(bed, (size_t)i % 3, 1, i);
	assert_true(condition_await(CONDITION_NODE_LAGS, &world,
				    60 * NS_PER_S));
	must_heal(bed, partition);
	must_serve(bed);
	fault_partition.close(partition->state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_are_cut_off_with_nft),
		cmocka_unit_test(clients_are_cut_off_with_iptables),
		cmocka_unit_test(clients_of_the_primary_are_cut_off),
		cmocka_unit_test(a_port_is_cut_with_nft),
		cmocka_unit_test(a_port_is_cut_with_iptables),
		cmocka_unit_test(a_port_is_cut_on_ipv6),
		cmocka_unit_test(what_somebody_undid_is_not_proven),
		cmocka_unit_test(named_nodes_are_hit),
		cmocka_unit_test(a_node_that_lags_is_seen),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
