/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_behaviour.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include "nemesis/packet_look.h"

#define NS_PER_US 1000

const char *const packet_behaviours[] = { "delay",   "loss",	"duplicate",
					  "reorder", "corrupt", "bandwidth",
					  NULL };

unsigned packet_behaviour_bits(const char *text, struct arena *arena)
{
	const char *const *parts = option_set(text, arena);
	unsigned bits = 0;

	for (; *parts; parts++) {
		for (size_t i = 0; packet_behaviours[i]; i++) {
			if (strcmp(packet_behaviours[i], *parts) == 0)
				bits |= 1u << i;
		}
	}
	return bits;
}

int packet_behaviour_check(const struct options *options, struct error *err)
{
	static const char *const shares[] = { "loss", "duplicate", "reorder",
					      "corrupt", "correlation" };

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double share = options_real(options, shares[i]);

		if (!(share >= 0 && share <= 1))
			return error_set(err,
					 "packet.%s is a share, from 0%% to "
					 "100%%",
					 shares[i]);
	}
	return 0;
}

const char *packet_behaviour_flags(unsigned bits, const struct options *options,
				   uint64_t seed, struct arena *arena)
{
	const unsigned shares = PACKET_LOSS | PACKET_DUPLICATE |
				PACKET_REORDER | PACKET_CORRUPT;
	const char *flags =
		arena_printf(arena, "--correlation %g --seed %" PRIu64,
			     options_real(options, "correlation"), seed);

	if (bits & PACKET_BANDWIDTH)
		flags = arena_printf(arena, "%s --rate %" PRId64, flags,
				     options_int(options, "bandwidth"));
	if (bits & (PACKET_DELAY | PACKET_REORDER))
		flags = arena_printf(
			arena,
			"%s --delay-us %" PRId64 " --jitter-us %" PRId64
			" --normal %d",
			flags,
			options_duration_ns(options, "delay") / NS_PER_US,
			options_duration_ns(options, "jitter") / NS_PER_US,
			options_is(options, "distribution", "normal"));
	for (size_t i = 0; packet_behaviours[i]; i++) {
		if (bits & shares & 1u << i)
			flags = arena_printf(
				arena, "%s --%s %g", flags,
				packet_behaviours[i],
				options_real(options, packet_behaviours[i]));
	}
	return flags;
}

bool packet_behaviour_is_seen(unsigned bits,
			      const uint64_t counts[PACKET_COUNTERS])
{
	static const enum packet_counter proofs[] = {
		PACKET_DELAYED, PACKET_LOST,	  PACKET_TWICE,
		PACKET_EARLY,	PACKET_CORRUPTED, PACKET_DELAYED,
	};

	for (size_t i = 0; packet_behaviours[i]; i++) {
		if (bits & 1u << i && !counts[proofs[i]])
			return false;
	}
	return true;
}
