/* SPDX-License-Identifier: MIT */
/* How a network is bad: what the agent is told, and what proves it. */
#ifndef ORDEAL_NEMESIS_PACKET_BEHAVIOUR_H
#define ORDEAL_NEMESIS_PACKET_BEHAVIOUR_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include "nemesis/packet_look.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One bit each. */
enum packet_behaviour {
	PACKET_DELAY = 1 << 0,
	PACKET_LOSS = 1 << 1,
	PACKET_DUPLICATE = 1 << 2,
	PACKET_REORDER = 1 << 3,
	PACKET_CORRUPT = 1 << 4,
	PACKET_BANDWIDTH = 1 << 5,
};

/* Their names in that order, NULL at the end: values of "behaviours", where
 * several are joined by +. */
extern const char *const packet_behaviours[];

/* The bits of such a value. */
unsigned packet_behaviour_bits(const char *text, struct arena *arena);

/* Are all shares among the options such? -1 with a sentence. */
int packet_behaviour_check(const struct options *options, struct error *err);

/* The agent's flags. With reordering goes a delay, for there is nothing to
 * overtake otherwise. */
const char *packet_behaviour_flags(unsigned bits, const struct options *options,
				   uint64_t seed, struct arena *arena);

/* Has each of them hit a packet, by the agent's count? */
bool packet_behaviour_is_seen(unsigned bits,
			      const uint64_t counts[PACKET_COUNTERS]);

#endif
