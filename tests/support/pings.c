/* SPDX-License-Identifier: MIT */
#include "tests/support/pings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/node.h"
#include "harness/fault.h"

static const char state_line[] =
	"{ nft list ruleset; iptables-save; ip6tables-save; } 2>/dev/null | "
	"sed -e '/^#/d' -e 's/\\[[0-9:]*\\]//' "
	"-e 's/packets [0-9]* bytes [0-9]*//'; pgrep -a ordeal-agent; "
	"tc qdisc show; ls /run/ordeal | grep netem; true";

extern const struct fault fault_packet;

const char *pings_by = "agent";

bool pings_have_tc(struct bed *bed)
{
	return strcmp(bed_ask(bed, 0,
			      "tc qdisc add dev lo root netem delay 1us "
			      "2>/dev/null && tc qdisc del dev lo root && "
			      "echo yes; true"),
		      "yes") == 0;
}

struct bed_fault *pings_open(struct bed *bed, const char *const *options)
{
	const char *all[32] = { "by", pings_by, "correlation", "0" };
	struct bed_fault *opened;

	for (size_t i = 0; options && options[i]; i++) {
		assert_in_range(i, 0, 26);
		all[i + 4] = options[i];
	}
	opened = bed_open_fault(bed, &fault_packet, all);
	if (!opened)
		fail_msg("%s", bed->err.text);
	return opened;
}

const char *pings_spoiled(struct bed *bed, size_t node)
{
	return bed_ask(bed, node,
		       strcmp(pings_by, "tc") == 0 ?
			       "tc qdisc show | grep -c '^qdisc netem'; true" :
			       "pgrep -c ordeal-agent; true");
}

const char *pings_states(struct bed *bed)
{
	const char *all = "";

	for (size_t i = 0; i < bed->count; i++)
		all = arena_printf(&bed->arena, "%s%s\n", all,
				   bed_ask(bed, i, state_line));
	return all;
}

/* The number that stands before `word`. */
static double number_before(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	if (!at)
		return 0;
	while (at > text && (at[-1] == ' ' || at[-1] == '+'))
		at--;
	while (at > text && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return strtod(at, NULL);
}

struct pings pings_from(struct bed *bed, size_t from, size_t to, int count,
			int bytes)
{
	char line[256];
	struct pings pings = { 0 };
	const char *out;
	char *at;

	snprintf(line, sizeof(line),
		 "timeout -s INT 8 ping -q -n -c %d -s %d -i 0.005 -W 2 %s; "
		 "true",
		 count, bytes, node_address(cluster_node(bed->cluster, to)));
	out = bed_ask(bed, from, line);
	pings.received = (int)number_before(out, "received");
	pings.duplicates = (int)number_before(out, "duplicates");
	at = strchr(out, '=');
	if (at) {
		pings.least_ms = strtod(at + 1, &at);
		pings.mean_ms = strtod(at + 1, &at);
		strtod(at + 1, &at);
		pings.deviation_ms = strtod(at + 1, &at);
	}
	return pings;
}

void expect_within(const char *what, double number, double least,
			  double most)
{
	printf("%s: %g\n", what, number);
	if (!(number >= least && number <= most))
		fail_msg("%s is %g, not from %g to %g", what, number, least,
			 most);
}
