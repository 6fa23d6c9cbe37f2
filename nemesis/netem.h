/* SPDX-License-Identifier: MIT */
/* The kernel's own bad network, tc's netem: shell lines, and what they print.
 */
#ifndef ORDEAL_NEMESIS_NETEM_H
#define ORDEAL_NEMESIS_NETEM_H

#include "harness/core/arena.h"
#include "harness/core/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines are for /bin/sh. On each interface by which the addresses are reached,
 * a prio of four bands in place of the kernel's default: what rules give the
 * class NETEM_CLASS (packet_rules.h) goes by netem, all else by the three
 * others as before. An interface whose traffic somebody has shaped is left
 * alone, and so is one where the kernel cannot do it. What we have set is
 * written down in /run/ordeal/netem-INTERFACE, and nothing else is ever
 * removed.
 */
#define NETEM_CLASS "6f64:4"

/*
 * Does netem do these (enum packet_behaviour) as they are meant, and can pings
 * show it? With ports they never come to it; lost and spoiled look alike; who
 * overtakes is only to be seen where the others are late. And where packets
 * follow each other (correlation), its shares are no longer those asked for:
 * the mean of two draws is seldom small. Of losses alone there is a better
 * model (Gilbert's), with the agent's meaning (impair.h).
 */
bool netem_suits(unsigned bits, const struct options *options, bool has_ports);

/* The same as the agent's flags, in tc's words. */
const char *netem_parameters(unsigned bits, const struct options *options,
			     struct arena *arena);

/* Prints "tc" when it is there; or why not, and then nothing is left of it. */
const char *netem_put_line(struct arena *arena, const char *const *addresses,
			   size_t count, const char *parameters);

/* Success if there is nothing. What is on its way there is lost. */
#define NETEM_REMOVE                                    \
	"for f in /run/ordeal/netem-*; do "             \
	"[ -e \"$f\" ] || continue; d=${f##*/netem-}; " \
	"if tc qdisc show dev \"$d\" 2>/dev/null | "    \
	"grep -q '^qdisc prio 6f64: .*root'; then "     \
	"tc qdisc del dev \"$d\" root || exit 1; fi; rm -f \"$f\"; done"

/* Prints "netem SENT DROPPED", in packets, for each interface that has it. */
#define NETEM_LIST                                                     \
	"for f in /run/ordeal/netem-*; do [ -e \"$f\" ] || continue; " \
	"tc -s qdisc show dev \"${f##*/netem-}\" 2>/dev/null; done | " \
	"sed -n '/^qdisc netem 6f65:/{N;s/.*Sent [0-9]* bytes "        \
	"\\([0-9]*\\) pkt (dropped \\([0-9]*\\),.*/netem \\1 \\2/p;}'"

/* Reads such a line, adding to both; false if it is another one. */
bool netem_read(const char *line, uint64_t *sent, uint64_t *dropped);

#endif
