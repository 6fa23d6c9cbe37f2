/* SPDX-License-Identifier: MIT */
/* The registers of a held thread: what differs between machines. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_REGS_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_REGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/* True on machines that this is written for. */
bool clock_regs_are_known(void);

struct clock_regs {
#ifdef __x86_64__
	struct user_regs_struct raw;
#else
	long raw;
#endif
};

/* 0, or -1 with errno. */
int clock_regs_get(pid_t thread, struct clock_regs *regs);
int clock_regs_set(pid_t thread, const struct clock_regs *regs);

uint64_t clock_regs_place(const struct clock_regs *regs);
uint64_t clock_regs_stack(const struct clock_regs *regs);

/* The number of the system call that it makes, and what one returned. */
long clock_regs_call(const struct clock_regs *regs);
int64_t clock_regs_result(const struct clock_regs *regs);

/* True if three words look like the place, the flags and the segments of a
 * thread that a signal interrupted. */
bool clock_regs_are_saved(const uint64_t words[3]);

/* No system call is to be repeated. */
void clock_regs_forget_call(struct clock_regs *regs);

void clock_regs_put_call(struct clock_regs *regs, uint64_t place, long number,
			 const uint64_t arguments[6]);
void clock_regs_put_run(struct clock_regs *regs, uint64_t place,
			uint64_t stack);

#endif
