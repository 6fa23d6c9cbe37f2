/* SPDX-License-Identifier: MIT */
#include "nemesis/netem.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/option.h"

#include "nemesis/packet_behaviour.h"

#define NS_PER_US 1000

/* Packets that may be under way; the kernel's 1,000 is 20,000 a second with
 * 50 ms of delay. */
#define LIMIT "100000"

/* The least delay at which pings that overtake are told from others. */
#define REORDER_DELAY_MIN_NS INT64_C(10000000)

bool netem_suits(unsigned bits, const struct options *options, bool has_ports)
{
	const unsigned alike = PACKET_LOSS | PACKET_CORRUPT;
	const unsigned bent = PACKET_DUPLICATE | PACKET_REORDER |
			      PACKET_CORRUPT;

	if (has_ports || (bits & alike) == alike ||
	    (bits & bent && options_real(options, "correlation") > 0))
		return false;
	return !(bits & PACKET_REORDER) ||
	       options_duration_ns(options, "delay") >= REORDER_DELAY_MIN_NS;
}

const char *netem_parameters(unsigned bits, const struct options *options,
			     struct arena *arena)
{
	static const unsigned shares = PACKET_DUPLICATE | PACKET_REORDER |
				       PACKET_CORRUPT;
	double follow = options_real(options, "correlation");
	double loss = options_real(options, "loss");
	int64_t jitter_us = options_duration_ns(options, "jitter") / NS_PER_US;
	const char *text = "";

	if (bits & (PACKET_DELAY | PACKET_REORDER))
		text = arena_printf(arena, " delay %" PRId64 "us",
				    options_duration_ns(options, "delay") /
					    NS_PER_US);
	if (bits & (PACKET_DELAY | PACKET_REORDER) && jitter_us > 0)
		text = arena_printf(
			arena, "%s %" PRId64 "us %g%%%s", text, jitter_us,
			100 * follow,
			options_is(options, "distribution", "normal") ?
				" distribution normal" :
				"");
	for (size_t i = 0; packet_behaviours[i]; i++) {
		if (bits & shares & 1u << i)
			text = arena_printf(
				arena, "%s %s %g%%", text,
				packet_behaviours[i],
				100 * options_real(options,
						   packet_behaviours[i]));
	}
	/* Into losses, and out of them again. */
	if (bits & PACKET_LOSS)
		text = arena_printf(arena, "%s loss gemodel %g%% %g%%", text,
				    100 * (1 - follow) * loss,
				    100 * (1 - follow) * (1 - loss));
	if (bits & PACKET_BANDWIDTH)
		text = arena_printf(arena, "%s rate %" PRId64 "bit", text,
				    options_int(options, "bandwidth"));
	return *text ? text + 1 : text;
}

const char *netem_put_line(struct arena *arena, const char *const *addresses,
			   size_t count, const char *parameters)
{
	const char *list = "";

	for (size_t i = 0; i < count; i++)
		list = arena_printf(arena, "%s %s", list,
				    shell_quote(arena, addresses[i]));
	/* The kernel's defaults have no handle of their own; what has one was
	 * put there by somebody. */
	return arena_printf(
		arena,
		": shape packets; mkdir -p /run/ordeal; " NETEM_REMOVE
		"; w= i=; "
		"command -v tc >/dev/null || w='there is no program tc'; "
		"for a in%s; do d=$(ip -o route get $a 2>/dev/null | "
		"sed -n 's/.* dev \\([^ ]*\\).*/\\1/p'); "
		"case \" $i \" in *\" $d \"*) ;; *) i=\"$i $d\";; esac; done; "
		"[ -n \"$i\" ] || w='no interface leads to the others'; "
		"for d in $i; do [ -z \"$w\" ] || break; "
		"tc qdisc show dev \"$d\" | "
		"grep -q '^qdisc [a-z_]* 0: .*root' || "
		"{ w=\"somebody shapes $d\"; break; }; "
		": >\"/run/ordeal/netem-$d\"; "
		"m=$({ tc qdisc add dev \"$d\" root handle 6f64: "
		"prio bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1 && "
		"tc qdisc add dev \"$d\" parent " NETEM_CLASS " handle 6f65: "
		"netem limit " LIMIT " %s; } 2>&1) || w=\"$d: $m\"; done; "
		"if [ -z \"$w\" ]; then echo tc; else " NETEM_REMOVE
		"; printf '%%s\\n' \"$w\"; fi",
		list, parameters);
}

bool netem_read(const char *line, uint64_t *sent, uint64_t *dropped)
{
	uint64_t more_sent;
	uint64_t more_dropped;

	if (sscanf(line, "netem %" SCNu64 " %" SCNu64, &more_sent,
		   &more_dropped) != 2)
		return false;
	*sent += more_sent;
	*dropped += more_dropped;
	return true;
}
