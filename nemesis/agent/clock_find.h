/* SPDX-License-Identifier: MIT */
/* Which processes a clock fault is about. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_FIND_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CLOCK_DAEMONS_MAX 16
#define CLOCK_PROCESSES_MAX 1024

struct clock_process {
	pid_t pid;
	size_t daemon; /* whose it is: an index into the names */
	char state;    /* as in /proc/PID/stat */
	bool is_first; /* the daemon itself */
	int64_t age_ms;
};

/* Of daemons, each with its pid and start time in FOLDER/NAME.pid. */
struct clock_daemons {
	const char *folder;
	const char *names[CLOCK_DAEMONS_MAX];
	size_t count;
};

/* Those that run: the daemon itself and, if `all`, what belongs to its session
 * or descends from it. Returns how many. */
size_t clock_find(const struct clock_daemons *daemons, bool all,
		  struct clock_process found[CLOCK_PROCESSES_MAX]);

/* Calls `visit` for each process there is but this one. */
typedef void clock_visitor(void *context, pid_t pid);
void clock_find_all(clock_visitor *visit, void *context);

#endif
