/* SPDX-License-Identifier: MIT */
/* A bad network on three nodes, as ping and a TCP transfer see it. */
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

static bool has_tc;

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-packet", NODES) < 0) {
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

/* All nodes alike: what goes there and what comes back is hit. */
static struct pings ping_once(struct bed *bed, const char *const *options,
			      int count, int bytes)
{
	const char *before = pings_states(bed);
	struct bed_fault *packet = pings_open(bed, options);
	struct pings pings;

	must_inject(bed, packet, "all");
	assert_string_not_equal(pings_states(bed), before);
	pings = pings_from(bed, 0, 1, count, bytes);
	must_heal(bed, packet);
	must_heal(bed, packet);
	assert_string_equal(pings_states(bed), before);
	fault_packet.close(packet->state);
	return pings;
}

/* The same, with a mean and a deviation of at most so much: a busy machine adds
 * to both, and is given more chances. It takes nothing away. */
static struct pings ping_within(struct bed *bed, const char *const *options,
				int count, int bytes, double mean_max_ms,
				double deviation_max_ms)
{
	struct pings pings = { 0 };

	for (int i = 0; i < 10; i++) {
		pings = ping_once(bed, options, count, bytes);
		printf("%d of %d came, mean %g ms, deviation %g\n",
		       pings.received, count, pings.mean_ms,
		       pings.deviation_ms);
		if (pings.mean_ms <= mean_max_ms &&
		    pings.deviation_ms <= deviation_max_ms)
			break;
	}
	return pings;
}

static void a_delay_is_as_long_as_asked(void **state)
{
	static const char *const options[] = { "behaviours",  "delay",	"delay",
					       "40ms",	      "jitter", "5ms",
					       "correlation", "0",	NULL };
	struct pings pings = ping_within(*state, options, 200, 56, 90, 11);

	/* There and back: 80 ms, sigma 5 * sqrt 2 = 7.1 ms. */
	assert_int_equal(pings.received, 200);
	expect_within("mean of 40 ms each way", pings.mean_ms, 77, 90);
	expect_within("deviation of 5 ms each way", pings.deviation_ms, 5, 11);
}

static void a_share_is_lost(void **state)
{
	static const char *const options[] = {
		"behaviours", "loss", "loss", "30%", "correlation", "0", NULL
	};
	struct pings pings = ping_once(*state, options, 200, 56);

	/* 0.7 * 0.7 come back: 98 of 200, sigma 7. */
	expect_within("received of 200", pings.received, 63, 133);
}

static void a_share_comes_twice(void **state)
{
	static const char *const options[] = { "behaviours",  "duplicate",
					       "duplicate",   "30%",
					       "correlation", "0",
					       NULL };
	struct pings pings = ping_once(*state, options, 200, 56);

	/* 1.3 * 1.3 replies each: 138 more than asked for. */
	assert_int_equal(pings.received, 200);
	expect_within("duplicates of 200", pings.duplicates, 90, 190);
}

static void a_share_overtakes(void **state)
{
	static const char *const options[] = {
		"behaviours", "reorder", "delay",	"30ms", "jitter", "0s",
		"reorder",    "40%",	 "correlation", "0",	NULL
	};
	struct pings pings = ping_within(*state, options, 200, 56, 50, 1e9);

	/* 0.4 * 0.4 are early both ways, 0.6 * 0.6 late both ways. */
	assert_int_equal(pings.received, 200);
	expect_within("least, early both ways", pings.least_ms, 0, 20);
	expect_within("mean of 36 ms", pings.mean_ms, 28, 50);
}

/* The receiver's checksums find a flipped bit. */
static void what_is_corrupted_does_not_arrive(void **state)
{
	static const char *const options[] = { "behaviours",  "corrupt",
					       "corrupt",     "30%",
					       "correlation", "0",
					       NULL };
	struct pings pings = ping_once(*state, options, 200, 56);

	/* ping counts replies that are spoiled beyond the header: of those only
	 * a fifth is missed. 0.7 * 0.93 or so: 131 of 200, sigma 7. */
	expect_within("received of 200", pings.received, 63, 170);
}

static void a_narrow_line_is_slow(void **state)
{
	static const char *const options[] = { "behaviours", "bandwidth",
					       "bandwidth", "1M", NULL };
	struct pings pings = ping_within(*state, options, 40, 1400, 400, 1e9);

	/* 1428 bytes take 11.4 ms, there and back. */
	assert_int_equal(pings.received, 40);
	expect_within("mean on 1 Mbit/s", pings.mean_ms, 22, 400);
}

/* Sends 192 KiB by TCP from the first node to the second: milliseconds it took,
 * or -1 when it did not arrive as it was. */
static int transfer(struct bed *bed)
{
	char line[1024];
	const char *out;

	bed_ask(bed, 1,
		"setsid perl -MIO::Socket::INET -e '"
		"$s = IO::Socket::INET->new(Listen => 1, LocalPort => 5599, "
		"ReuseAddr => 1); alarm 60; $c = $s->accept; "
		"while (read $c, $b, 65536) { $all .= $b } "
		"print $c unpack(\"%32C*\", $all), \" \", length $all' "
		"</dev/null >/dev/null 2>&1 &");
	snprintf(line, sizeof(line),
		 "perl -MIO::Socket::INET -MTime::HiRes=time -e '"
		 "alarm 55; until ($c = IO::Socket::INET->new("
		 "PeerAddr => \"%s:5599\")) "
		 "{ select undef, undef, undef, .05 } "
		 "$all = join \"\", map { chr($_ * $_ %% 251) } "
		 "1 .. 196608; $t = time; print $c $all; $c->flush; "
		 "shutdown $c, 1; $r = <$c>; "
		 "printf \"%%d\", $r eq unpack(\"%%32C*\", $all) . \" 196608\" "
		 "? 1000 * (time - $t) : -1'",
		 node_address(cluster_node(bed->cluster, 1)));
	out = bed_ask(bed, 0, line);
	return *out ? (int)strtol(out, NULL, 10) : -1;
}

/* The same, in at most so long: again where a busy machine held it up. */
static int transfer_within(struct bed *bed, int ms_max)
{
	int ms = transfer(bed);

	for (int i = 0; i < 8 && (ms < 0 || ms > ms_max); i++) {
		printf("192 KiB took %d ms; again\n", ms);
		ms = transfer(bed);
	}
	return ms;
}

static void tcp_is_throttled_and_whole(void **state)
{
	static const char *const narrow[] = { "behaviours", "bandwidth",
					      "bandwidth", "1M", NULL };
	static const char *const others[] = { "delay", "loss", "duplicate",
					      "reorder", "corrupt" };
	struct bed *bed = *state;
	struct bed_fault *packet = pings_open(bed, narrow);

	if (strcmp(bed_ask(bed, 0,
			   "perl -MIO::Socket::INET -MTime::HiRes -e "
			   "'print 1'"),
		   "1") != 0)
		skip();
	expect_within("ms for 192 KiB", transfer_within(bed, 500), 0, 500);
	must_inject(bed, packet, "all");
	/* 1.57 Mbit of bytes, and headers. */
	expect_within("ms for 192 KiB at 1 Mbit/s", transfer_within(bed, 4000),
		      1500, 4000);
	must_heal(bed, packet);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const char *options[] = { "behaviours", others[i], "delay",
					  "10ms",	"jitter",  "2ms",
					  "loss",	"3%",	   "corrupt",
					  "3%",		NULL };

		packet = pings_open(bed, options);
		must_inject(bed, packet, "all");
		expect_within("ms for 192 KiB", transfer_within(bed, 30000), 0,
			      30000);
		must_heal(bed, packet);
	}
	expect_within("ms for 192 KiB, healed", transfer_within(bed, 500), 0,
		      500);
}

static void one_node_alone_is_hit(void **state)
{
	static const char *const options[] = { "behaviours", "delay", NULL };
	struct bed *bed = *state;
	struct bed_fault *packet = pings_open(bed, options);
	int hit = 0;

	must_inject(bed, packet, "one");
	for (size_t i = 0; i < NODES; i++)
		hit += *pings_spoiled(bed, i) != '0';
	assert_int_equal(hit, 1);
	must_heal(bed, packet);
}

/* The proof bites: an agent that is dead (or the kernel's netem gone), a rule
 * that is gone. */
static void what_somebody_undid_is_not_proven(void **state)
{
	static const char *const undo[] = {
		"pkill -KILL ordeal-agent; for f in /run/ordeal/netem-*; do "
		"[ ! -e \"$f\" ] || tc qdisc del dev \"${f##*netem-}\" root; "
		"done; true",
		"iptables -w -t mangle -F ORDEAL-OUT",
		"iptables -w -t mangle -F OUTPUT",
	};
	static const char *const options[] = { "behaviours", "delay", NULL };
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(undo) / sizeof(undo[0]); i++) {
		struct bed_fault *packet = pings_open(bed, options);

		must_inject(bed, packet, "all");
		bed_ask(bed, 1, undo[i]);
		assert_int_equal(fault_packet.verify(packet->state,
						     &packet->note, &bed->err),
				 EFFECT_ABSENT);
		/* Without its agent a rule lets packets pass. */
		if (i == 0)
			assert_int_equal(pings_from(bed, 0, 1, 5, 56).received,
					 5);
		must_heal(bed, packet);
	}
}

static void leftovers_of_another_run_are_removed(void **state)
{
	struct bed *bed = *state;
	const char *before = pings_states(bed);
	struct bed_fault *dead = pings_open(bed, NULL);
	struct bed_fault *next = pings_open(bed, NULL);

	must_inject(bed, dead, "all");
	assert_int_equal(
		fault_packet.verify_healed(next->state, &next->note, &bed->err),
		EFFECT_ABSENT);
	must_heal(bed, next);
	assert_string_equal(pings_states(bed), before);
}

/* What the agent does when the controller is gone. */
static void the_undo_line_alone_undoes_it(void **state)
{
	struct bed *bed = *state;
	const char *before = pings_states(bed);
	struct bed_fault *packet = pings_open(bed, NULL);

	must_inject(bed, packet, "all");
	for (size_t i = 0; i < NODES; i++)
		bed_ask(bed, i, fault_packet.undo_line());
	assert_string_equal(pings_states(bed), before);
	must_heal(bed, packet);
}

/* Where tc cannot do it: said, or done by the agent; and nothing is left. */
static void a_kernel_that_cannot_is_told(void **state)
{
	static const char *const by_tc[] = { "by", "tc", "correlation", "0",
					     NULL };
	static const char *const as_it_is[] = { "by", "auto", "correlation",
						"0", NULL };
	struct bed *bed = *state;
	const char *mock = "mkdir -p /run/mock && printf '#!/bin/sh\\n"
			   "[ $2 = add ] || exec echo qdisc noqueue 0: root\\n"
			   "echo no such qdisc >&2; exit 2\\n' >/run/mock/tc "
			   "&& chmod 755 /run/mock/tc && mount --bind "
			   "/run/mock/tc $(command -v tc)";
	const char *before;
	struct bed_fault *strict, *relaxed;

	for (size_t i = 0; i < NODES; i++)
		bed_ask(bed, i, mock);
	before = pings_states(bed);
	strict = bed_open_fault(bed, &fault_packet, by_tc);
	relaxed = bed_open_fault(bed, &fault_packet, as_it_is);
	assert_int_equal(fault_packet.inject(strict->state, "all",
					     &strict->note, &bed->err),
			 -1);
	assert_non_null(strstr(bed->err.text, "no such qdisc"));
	must_heal(bed, strict);
	assert_string_equal(pings_states(bed), before);
	must_inject(bed, relaxed, "all");
	assert_string_not_equal(bed_ask(bed, 0, "pgrep ordeal-agent; true"),
				"");
	must_heal(bed, relaxed);
	assert_string_equal(pings_states(bed), before);
	for (size_t i = 0; i < NODES; i++)
		bed_ask(bed, i, "umount $(command -v tc)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delay_is_as_long_as_asked),
		cmocka_unit_test(a_share_is_lost),
		cmocka_unit_test(a_share_comes_twice),
		cmocka_unit_test(a_share_overtakes),
		cmocka_unit_test(what_is_corrupted_does_not_arrive),
		cmocka_unit_test(a_narrow_line_is_slow),
		cmocka_unit_test(tcp_is_throttled_and_whole),
		cmocka_unit_test(one_node_alone_is_hit),
		cmocka_unit_test(what_somebody_undid_is_not_proven),
		cmocka_unit_test(leftovers_of_another_run_are_removed),
		cmocka_unit_test(the_undo_line_alone_undoes_it),
		cmocka_unit_test(a_kernel_that_cannot_is_told),
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
