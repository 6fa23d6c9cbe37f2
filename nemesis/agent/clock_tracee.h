/* SPDX-License-Identifier: MIT */
/* A process held still, and made to run a few instructions for us. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_TRACEE_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* More threads than that are not held; a JVM has some hundreds. */
#define TRACEE_THREADS_MAX 4096

/*
 * By ptrace: threads are seized and interrupted, which programs see as they
 * see a stop and a continuation (system calls that wait go on, a few end with
 * EINTR). Who ends while holding lets go of all, also of a thread that did not
 * come to rest in time, which is why whoever holds should end soon. A stopped
 * (SIGSTOP) process is held as well and stays stopped afterwards.
 */
struct tracee {
	pid_t pid;
	pid_t *threads; /* those that are held */
	size_t count;
	int memory;	   /* /proc/PID/mem */
	char trouble[160]; /* what went wrong last */
};

/* Functions return 0, or -1 with `trouble`. */

/* Holds all threads, or only the first. Waits for those that do not come to
 * rest, and for others that trace it, up to `timeout_ms`. */
int tracee_hold(struct tracee *tracee, pid_t pid, bool all, int64_t timeout_ms);

/* Lets go of what is held; any number of times. */
void tracee_let_go(struct tracee *tracee);

int tracee_read(struct tracee *tracee, uint64_t address, void *bytes,
		size_t size);
/* Also where the process itself may not write; its own copy changes. */
int tracee_write(struct tracee *tracee, uint64_t address, const void *bytes,
		 size_t size);

/* A stretch of addresses. */
struct stretch {
	uint64_t begin;
	uint64_t end;
};

/* Code that is to go or to change, and code that it calls. */
struct region {
	struct stretch own[4];
	size_t count;
	struct stretch callee;
};

/*
 * True when a thread is in the region's own code; or in the callee, and came
 * there from the own; or a signal has interrupted it in one of the two, so
 * that it comes back there. Told from its place, from return addresses on top
 * of its stack and from what looks like a signal's frame; what was left on the
 * stack by calls that are over does not count.
 */
bool tracee_is_inside(struct tracee *tracee, const struct region *region);

/* The first thread makes a system call by the instruction at `syscall`;
 * `result` is what the kernel returned, also -errno. */
int tracee_syscall(struct tracee *tracee, uint64_t syscall, long number,
		   const uint64_t arguments[6], int64_t *result);

/* The first thread runs from `entry`, on the stack below `stack`, until it
 * makes system call `number`, which there is not; then it is put back. */
int tracee_run(struct tracee *tracee, uint64_t entry, uint64_t stack,
	       long number);

#endif
