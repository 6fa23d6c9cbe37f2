/* SPDX-License-Identifier: MIT */
/* One process and its clock: made wrong, looked at, put right. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_PROCESS_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "nemesis/agent/clock_shim.h"
#include "nemesis/agent/clock_vdso.h"

enum clock_state {
	CLOCK_UNREADABLE, /* not there, not ours to read, not of our kind */
	CLOCK_TRUE,	  /* the kernel's functions, as they were */
	CLOCK_WRONG,	  /* they are redirected, by us */
	CLOCK_FOREIGN,	  /* they are changed, not by us */
};

/* Looks without disturbing it. `page`, unless NULL, gets the address of our
 * two pages in it when it is CLOCK_WRONG. */
enum clock_state clock_process_state(const struct clock_vdso *vdso, pid_t pid,
				     uint64_t *page);

/* Where the kernel has mapped the vDSO in it; 0: not known. */
uint64_t clock_process_vdso(pid_t pid);

/* Functions return 0, or -1 with a sentence in `trouble` (of that size). */
#define CLOCK_TROUBLE 240

/*
 * Redirects the clock functions of a process whose state is CLOCK_TRUE: it is
 * held still for some milliseconds, is made to map two pages near the vDSO,
 * and the functions' first bytes become jumps. The kernel's own code goes on
 * being what reads the clock. On -1 nothing is redirected.
 */
int clock_process_redirect(const struct clock_vdso *vdso, pid_t pid,
			   const struct clock_wrong *wrong, char *trouble);

/*
 * The bytes as they were, and the pages gone, also those that stayed before.
 * Success when there is nothing of ours. `is_left` true: the bytes are back,
 * but a thread may still be in our code (the process is stopped, say), so the
 * pages stay, unused, until this is called again.
 */
int clock_process_restore(const struct clock_vdso *vdso, pid_t pid,
			  bool *is_left, char *trouble);

struct clock_sample {
	int64_t offset_ns;   /* shown minus true, of the process's own calls */
	int64_t slack_ns;    /* that may be wrong by so much */
	int64_t intended_ns; /* what its figures say for the same time */
	bool is_used; /* it asked for the time by itself since the last look */
};

/*
 * Has the process ask for the time of clock `id`: through the redirected
 * function, and before and after that in the kernel's way. State CLOCK_WRONG
 * only.
 */
int clock_process_sample(const struct clock_vdso *vdso, pid_t pid, int id,
			 struct clock_sample *sample, char *trouble);

#endif
