/* SPDX-License-Identifier: MIT */
/* What is said to the agent about clocks. */
#ifndef ORDEAL_NEMESIS_CLOCK_LINE_H
#define ORDEAL_NEMESIS_CLOCK_LINE_H

#include "harness/core/arena.h"

#include "nemesis/clock_draw.h"

#include <stdbool.h>

/* Of the daemon that is the agent's keeper of clocks. */
#define CLOCK_DAEMON "clock"
#define CLOCK_LOG "/run/ordeal/clock.log"

/* The daemon's line. `daemons` are the store's; on a machine of its own
 * (`foreign` not NULL) its clock is moved instead, unless the boot id there is
 * among those. Lists end with NULL. */
const char *clock_line_keep(struct arena *arena, const struct clock_draw *draw,
			    bool is_monotonic, const char *const *daemons,
			    const char *const *foreign);

/* Prints how the clocks are (nemesis/agent/clock.h), and "log " with what the
 * keeper said last. */
const char *clock_line_look(struct arena *arena, const char *const *daemons);

/* Puts all clocks right that we made wrong on a node; a constant. */
const char *clock_line_undo(void);

/* Prints what is left of it: nothing, or a line for each thing. */
const char *clock_line_left(void);

#endif
