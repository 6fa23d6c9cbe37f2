/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_look.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/agent.h"

#include "nemesis/queue_rules.h"

#define PINGS 10

static const char *const counters[] = { "seen",	 "lost",  "delayed",
					"twice", "early", "corrupted" };

/* "rtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms" of ping, "seen 5 lost 0 ..." of
 * the agent, "rule ..." of the packet filter. */
static void read_line(struct packet_look *look, const char *line)
{
	const char *at = strchr(line, '=');

	if (strncmp(line, "rtt ", 4) == 0 && at && (at = strchr(at, '/'))) {
		double mean_ms = strtod(at + 1, NULL);

		if (look->rtt_ms == 0 || mean_ms < look->rtt_ms)
			look->rtt_ms = mean_ms;
	}
	if (strncmp(line, "rule ", 5) == 0)
		look->rules++;
	if (strncmp(line, "seen ", 5) != 0)
		return;
	for (size_t i = 0; i < PACKET_COUNTERS; i++) {
		at = strstr(line, counters[i]);
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
				    "2>/dev/null | grep ^rtt & ",
				    line, PINGS, wait_s, to);
	line = arena_printf(arena, "%s" AGENT_PROGRAM " reach", line);
	for (size_t i = 0; i < looking->ports->count * PINGS; i++)
		line = arena_printf(
			arena, "%s %d %s %d -", line, 1000 * wait_s, to,
			looking->ports->numbers[i % looking->ports->count]);
	return arena_printf(arena, "%s >/dev/null & ", line);
}

static const char *look_line(const struct packet_looking *looking, size_t self,
			     struct arena *arena)
{
	const struct packet_links *links = looking->links;
	const char *line = ": look at packets; ";
	const struct addresses *peers = looking->network->nodes[self].peers;
	int wait_s = 2 + (int)(looking->delay_ns / INT64_C(500000000));

	for (size_t i = 0; i < links->count; i++) {
		if (links->sends[self * links->count + i])
			line = traffic(looking, line,
				       peers[i].count ? peers[i].texts[0] : "",
				       wait_s, arena);
	}
	return arena_printf(arena,
			    "%swait; sleep 0.1; cat " PACKET_STATS "; %s", line,
			    queue_rules_list_line());
}

int packet_look_at(struct node *node, const struct packet_looking *looking,
		   struct packet_look *look, struct error *err)
{
	struct arena arena = { 0 };
	const char *out = "";
	int result = node_run(node, &arena, &out, err, "%s",
			      look_line(looking, node_index(node), &arena));

	*look = (struct packet_look){ 0 };
	while (result == 0 && *out) {
		size_t length = strcspn(out, "\n");

		read_line(look, arena_strndup(&arena, out, length));
		out += length + (out[length] == '\n');
	}
	if (result == 0)
		result = node_daemon_state(node, PACKET_DAEMON, &look->daemon,
					   err);
	arena_release(&arena);
	return result;
}

void packet_look_note(const struct packet_look *look, const char *node,
		      struct arena *arena, struct figure *group)
{
	struct figure *one = figure_add_group(group, arena, node);

	for (size_t i = 0; i < PACKET_COUNTERS; i++)
		figure_add_int(one, arena, counters[i],
			       (int64_t)look->counts[i]);
	figure_add_int(one, arena, "rtt-us", (int64_t)(look->rtt_ms * 1000));
}
