/* SPDX-License-Identifier: MIT */
/* A bad network on chosen links, directions and ports, and bad in several ways
 * at once, as ping and curl see it. */
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
#include "harness/fault.h"

#include "tests/support/etcd_cluster.h"
#include "tests/support/must.h"
#include "tests/support/pings.h"

extern const struct fault fault_packet;

#define NODES 3
#define PINGS 40

static bool has_tc;

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-links", NODES) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	for (size_t i = 0; i < NODES; i++)
		bed_ask(&bed, i,
			"iptables -w -A INPUT -s 192.0.2.1 -j DROP; "
			"ip6tables -w -t mangle -A OUTPUT -d 2001:db8::1 "
			"-j DROP");
	return 0;
}

static int end(void **state)
{
	has_tc = pings_have_tc(*state);
	bed_remove(*state);
	return 0;
}

/* There and back, in ms: the least of all, for the machine may be busy. */
static double least_ms(struct bed *bed, size_t from, size_t to)
{
	struct pings pings = pings_from(bed, from, to, PINGS, 56);

	assert_int_equal(pings.received, PINGS);
	return pings.least_ms;
}

static void expect_spoiled(struct bed *bed, const char *const *wanted)
{
	for (size_t i = 0; i < NODES; i++)
		assert_string_equal(pings_spoiled(bed, i), wanted[i]);
}

static void only_the_link_from_one_to_another_is_slow(void **state)
{
	static const char *const options[] = { "behaviours", "delay",  "delay",
					       "60ms",	     "jitter", "0s",
					       "to",	     "n2",     NULL };
	static const char *const first_alone[] = { "1", "0", "0" };
	struct bed *bed = *state;
	const char *before = pings_states(bed);
	struct bed_fault *packet = pings_open(bed, options);

	must_inject(bed, packet, "n1");
	expect_spoiled(bed, first_alone);
	expect_within("n1 to n2, one way slow", least_ms(bed, 0, 1), 58, 110);
	expect_within("n1 to n3", least_ms(bed, 0, 2), 0, 30);
	expect_within("n2 to n3", least_ms(bed, 1, 2), 0, 30);
	must_heal(bed, packet);
	assert_string_equal(pings_states(bed), before);
	fault_packet.close(packet->state);
}

static void what_comes_in_is_slowed_where_it_is_sent(void **state)
{
	static const char *const options[] = { "behaviours", "delay",  "delay",
					       "60ms",	     "jitter", "0s",
					       "direction",  "in",     NULL };
	static const char *const others[] = { "1", "0", "1" };
	struct bed *bed = *state;
	struct bed_fault *packet = pings_open(bed, options);

	must_inject(bed, packet, "n2");
	expect_spoiled(bed, others);
	expect_within("n1 to n2", least_ms(bed, 0, 1), 58, 110);
	expect_within("n1 to n3", least_ms(bed, 0, 2), 0, 30);
	must_heal(bed, packet);
	fault_packet.close(packet->state);
}

static void both_directions_are_slow(void **state)
{
	static const char *const options[] = {
		"behaviours", "delay", "delay",	    "60ms", "jitter", "0s",
		"to",	      "n3",    "direction", "both", NULL
	};
	struct bed *bed = *state;
	struct bed_fault *packet = pings_open(bed, options);

	must_inject(bed, packet, "n1");
	expect_within("n1 to n3, both slow", least_ms(bed, 0, 2), 118, 220);
	expect_within("n1 to n2", least_ms(bed, 0, 1), 0, 30);
	must_heal(bed, packet);
	fault_packet.close(packet->state);
}

static void several_things_go_wrong_at_once(void **state)
{
	static const char *const options[] = {
		"behaviours",  "delay+loss+duplicate",
		"delay",       "30ms",
		"jitter",      "2ms",
		"loss",	       "30%",
		"duplicate",   "30%",
		"correlation", "0",
		NULL
	};
	struct bed *bed = *state;
	const char *before = pings_states(bed);
	struct bed_fault *packet = pings_open(bed, options);
	struct pings pings;

	must_inject(bed, packet, "all");
	pings = pings_from(bed, 0, 1, 200, 56);
	/* Of 0.7 requests, 1.3-fold, each reply is lost by 0.3 and doubled by
	 * 0.3: 0.7 * 1.3 * 0.7 * 1.3 = 0.83 replies a ping. */
	expect_within("received of 200", pings.received, 70, 160);
	expect_within("duplicates of 200", pings.duplicates, 15, 120);
	expect_within("least, 30 ms each way", pings.least_ms, 40, 110);
	must_heal(bed, packet);
	assert_string_equal(pings_states(bed), before);
	fault_packet.close(packet->state);
}

/* How long curl takes to be refused at a port, in ms, at the least of some. */
static double refused_ms(struct bed *bed, size_t from, size_t to, int port)
{
	double least = 1e9;
	char line[256];

	snprintf(line, sizeof(line),
		 "curl -s -o /dev/null --max-time 5 -w '%%{time_total}' "
		 "http://%s:%d/; true",
		 node_address(cluster_node(bed->cluster, to)), port);
	for (int i = 0; i < 5; i++) {
		double ms = 1000 * strtod(bed_ask(bed, from, line), NULL);

		least = ms < least ? ms : least;
	}
	return least;
}

/* Its proof is pings, which are of no port. */
static bool by_tc_is_refused(struct bed *bed, const char *const *options)
{
	const char *all[16] = { "by", "tc" };

	for (size_t i = 0; options[i]; i++)
		all[i + 2] = options[i];
	assert_null(bed_open_fault(bed, &fault_packet, all));
	assert_non_null(strstr(bed->err.text, "cannot do or show delay"));
	return strcmp(pings_by, "tc") == 0;
}

static void only_a_port_is_slow(void **state)
{
	static const char *const options[] = {
		"behaviours", "delay", "delay",	    "80ms", "jitter",
		"0s",	      "ports", "5599,5600", NULL
	};
	struct bed *bed = *state;
	const char *before = pings_states(bed);
	struct bed_fault *packet;

	if (by_tc_is_refused(bed, options))
		return;
	packet = pings_open(bed, options);
	must_inject(bed, packet, "n1");
	expect_within("port 5599", refused_ms(bed, 0, 1, 5599), 78, 250);
	expect_within("port 5600", refused_ms(bed, 0, 2, 5600), 78, 250);
	expect_within("port 5601", refused_ms(bed, 0, 1, 5601), 0, 60);
	expect_within("ping", least_ms(bed, 0, 1), 0, 30);
	must_heal(bed, packet);
	assert_string_equal(pings_states(bed), before);
	fault_packet.close(packet->state);
}

static void what_somebody_undid_is_not_proven(void **state)
{
	static const char *const options[] = { "behaviours", "delay", "to",
					       "n2", NULL };
	static const char *const ports[] = { "by",    "agent", "behaviours",
					     "delay", "ports", "5599",
					     NULL };
	struct bed *bed = *state;
	struct bed_fault *links = pings_open(bed, options);
	struct bed_fault *narrow = must_open(bed, &fault_packet, ports);

	must_inject(bed, links, "n1");
	bed_ask(bed, 0, "iptables -w -t mangle -F ORDEAL-OUT");
	assert_int_equal(
		fault_packet.verify(links->state, &links->note, &bed->err),
		EFFECT_ABSENT);
	must_heal(bed, links);
	must_inject(bed, narrow, "n1");
	bed_ask(bed, 0, "iptables -w -t mangle -F OUTPUT");
	assert_int_equal(
		fault_packet.verify(narrow->state, &narrow->note, &bed->err),
		EFFECT_ABSENT);
	must_heal(bed, narrow);
	fault_packet.close(links->state);
	fault_packet.close(narrow->state);
}

static void a_link_to_itself_is_none(void **state)
{
	static const char *const options[] = { "to", "n1", NULL };
	struct bed *bed = *state;
	struct bed_fault *packet = pings_open(bed, options);

	assert_int_equal(fault_packet.inject(packet->state, "n1", &packet->note,
					     &bed->err),
			 -1);
	assert_non_null(strstr(bed->err.text, "no link"));
	fault_packet.close(packet->state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_link_from_one_to_another_is_slow),
		cmocka_unit_test(what_comes_in_is_slowed_where_it_is_sent),
		cmocka_unit_test(both_directions_are_slow),
		cmocka_unit_test(several_things_go_wrong_at_once),
		cmocka_unit_test(only_a_port_is_slow),
		cmocka_unit_test(what_somebody_undid_is_not_proven),
		cmocka_unit_test(a_link_to_itself_is_none),
	};
	int failed;

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, begin, end);
	pings_by = "tc";
	if (has_tc)
		failed += cmocka_run_group_tests(tests, begin, end);
	return failed != 0;
}
