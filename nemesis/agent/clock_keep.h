/* SPDX-License-Identifier: MIT */
/* Keeping the clocks of daemons wrong. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_KEEP_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "nemesis/agent/clock_find.h"
#include "nemesis/agent/clock_machine.h"
#include "nemesis/agent/clock_shim.h"
#include "nemesis/agent/clock_vdso.h"

/* What is asked for on the command line. */
struct clock_order {
	struct clock_daemons daemons;
	int64_t offset_ns;
	int64_t rate_ppb;
	int64_t period_ns;
	bool is_monotonic;
	int id;
	struct clock_machine machine;
};

/* The figures of a clock that begins to be wrong now. */
struct clock_wrong clock_begin(const struct clock_order *order);

/* The verb `keep` (clock.h): the exit status. */
int clock_keep(const struct clock_vdso *vdso, const struct clock_order *order);

/* What can be read once SIGTERM or SIGINT has come; -1: there is none. */
int clock_open_end(void);

/* Puts right each process on this node that we made wrong; -1 when one stays
 * wrong, which is told on standard error. */
int clock_undo_processes(const struct clock_vdso *vdso);

#endif
