/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_look.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/agent.h"

#include "nemesis/netem.h"
#include "nemesis/packet_rules.h"

#define PINGS 20

static const char *const counters[] = { "seen",	 "lost",  "delayed",
					"twice", "early", "corrupted" };

/* What pings to one node or more have told. */
struct pinged {
	uint64_t late, twice, missing;
	bool has_early;
};

/* "rtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms" */
static void read_times(const char *line, double late_ms, uint64_t received,
		       struct packet_look *look, struct pinged *pinged)
{
	const char *at = strchr(line, '=');
	double least_ms, mean_ms, most_ms;

	if (!at ||
	    sscanf(at, "= %lf/%lf/%lf", &least_ms, &mean_ms, &most_ms) != 3)
		return;
	if (look->rtt_ms == 0 || mean_ms < look->rtt_ms)
		look->rtt_ms = mean_ms;
	if (mean_ms >= late_ms)
		pinged->late += received;
	if (most_ms - least_ms >= late_ms)
		pinged->has_early = true;
}

/* "20 packets transmitted, 18 received, +2 duplicates, ..."; returns how many
 * were received. */
static uint64_t read_tally(const char *line, struct pinged *pinged)
{
	const char *twice = strchr(line, '+');
	unsigned long sent, received;

	if (sscanf(line, "%lu packets transmitted, %lu", &sent, &received) != 2)
		return 0;
	if (twice && strstr(twice, "duplicates"))
		pinged->twice += strtoul(twice, NULL, 10);
	pinged->missing += sent - received;
	return received;
}

/* "seen 5 lost 0 ..." of the agent. */
static void read_counts(struct packet_look *look, const char *line)
{
	for (size_t i = 0; i < PACKET_COUNTERS; i++) {
		const char *at = strstr(line, counters[i]);

		if (at)
			look->counts[i] =
				strtoull(at + strlen(counters[i]), NULL, 10);
	}
}

/* Packets that the rules should catch, from here to `address`. */
static const char *traffic(const struct packet_looking *looking,
			   const char *line, const char *address, int wait_s,
			   struct arena *arena)
{
	const char *to = shell_quote(arena, address);

	if (!looking->ports->count)
		return arena_printf(arena,
				    "%sping -q -n -c %d -i 0.01 -w %d %s "
				    "2>/dev/null | grep '^rtt\\|transmitted' "
				    "& ",
				    line, PINGS, wait_s, to);
	line = arena_printf(arena, "%s" AGENT_PROGRAM " reach", line);
	for (size_t i = 0; i < looking->ports->count * PINGS; i++)
		line = arena_printf(
			arena, "%s %d %s %d -", line, 1000 * wait_s, to,
			looking->ports->numbers[i % looking->ports->count]);
	return arena_printf(arena, "%s >/dev/null & ", line);
}

static const char *look_line(const struct packet_looking *looking, size_t self,
			     enum packet_means means, struct arena *arena)
{
	const struct packet_links *links = looking->links;
	const char *line = ": look at packets; ";
	const struct addresses *peers = looking->network->nodes[self].peers;
	int wait_s = 2 + (int)(looking->longest_ns / INT64_C(500000000));

	for (size_t i = 0; i < links->count; i++) {
		if (links->sends[self * links->count + i])
			line = traffic(looking, line,
				       peers[i].count ? peers[i].texts[0] : "",
				       wait_s, arena);
	}
	return arena_printf(
		arena, "%swait; %s %s", line,
		means == PACKET_BY_TC ? "" : "sleep 0.1; cat " PACKET_STATS ";",
		packet_rules_list_line());
}

/* Both of what netem says, and of what pings have told. */
static void add_netem(struct packet_look *look, const struct pinged *pinged,
		      uint64_t sent, uint64_t dropped)
{
	uint64_t *counts = look->counts;

	counts[PACKET_SEEN] = sent + dropped;
	counts[PACKET_LOST] = dropped;
	counts[PACKET_DELAYED] += pinged->late;
	counts[PACKET_TWICE] += pinged->twice;
	counts[PACKET_EARLY] += pinged->has_early;
	counts[PACKET_CORRUPTED] += dropped ? 0 : pinged->missing;
}

static void read_all(struct packet_look *look, const char *out, double late_ms)
{
	struct arena arena = { 0 };
	struct pinged pinged = { 0 };
	uint64_t received = 0;
	uint64_t sent = 0;
	uint64_t dropped = 0;

	while (*out) {
		size_t length = strcspn(out, "\n");
		const char *line = arena_strndup(&arena, out, length);

		if (strncmp(line, "rtt ", 4) == 0)
			read_times(line, late_ms, received, look, &pinged);
		else if (strstr(line, "transmitted"))
			received = read_tally(line, &pinged);
		else if (strncmp(line, "rule ", 5) == 0)
			look->rules++;
		else if (strncmp(line, "seen ", 5) == 0)
			read_counts(look, line);
		else if (netem_read(line, &sent, &dropped))
			look->is_served = look->who.means == PACKET_BY_TC;
		out += length + (out[length] == '\n');
	}
	if (look->who.means == PACKET_BY_TC)
		add_netem(look, &pinged, sent, dropped);
	arena_release(&arena);
}

int packet_look_at(struct node *node, const struct packet_looking *looking,
		   struct packet_look *look, struct error *err)
{
	struct arena arena = { 0 };
	const char *out = "";
	int result = node_run(
		node, &arena, &out, err, "%s",
		look_line(looking, node_index(node), look->who.means, &arena));

	look->is_served = false;
	look->rules = 0;
	look->rtt_ms = 0;
	read_all(look, out, looking->late_ms);
	if (result == 0 && look->who.means == PACKET_BY_AGENT) {
		enum daemon_state daemon = DAEMON_UNKNOWN;

		result = node_daemon_state(node, PACKET_DAEMON, &daemon, err);
		look->is_served = daemon == DAEMON_RUNNING;
	}
	arena_release(&arena);
	return result;
}

void packet_look_note(const struct packet_look *look, const char *node,
		      struct arena *arena, struct figure *group)
{
	struct figure *one = figure_add_group(group, arena, node);

	figure_add_text(one, arena, "by",
			look->who.means == PACKET_BY_TC ? "tc" : "agent");
	if (*look->who.no_tc)
		figure_add_text(one, arena, "no-tc", look->who.no_tc);
	for (size_t i = 0; i < PACKET_COUNTERS; i++)
		figure_add_int(one, arena, counters[i],
			       (int64_t)look->counts[i]);
	figure_add_int(one, arena, "rtt-us", (int64_t)(look->rtt_ms * 1000));
}
