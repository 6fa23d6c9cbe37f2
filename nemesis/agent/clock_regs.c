/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_regs.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

#ifdef __x86_64__

bool clock_regs_are_known(void)
{
	return true;
}

int clock_regs_get(pid_t thread, struct clock_regs *regs)
{
	return ptrace(PTRACE_GETREGS, thread, NULL, &regs->raw) ? -1 : 0;
}

int clock_regs_set(pid_t thread, const struct clock_regs *regs)
{
	struct clock_regs copy = *regs;

	return ptrace(PTRACE_SETREGS, thread, NULL, &copy.raw) ? -1 : 0;
}

uint64_t clock_regs_place(const struct clock_regs *regs)
{
	return regs->raw.rip;
}

uint64_t clock_regs_stack(const struct clock_regs *regs)
{
	return regs->raw.rsp;
}

long clock_regs_call(const struct clock_regs *regs)
{
	return (long)regs->raw.orig_rax;
}

int64_t clock_regs_result(const struct clock_regs *regs)
{
	return (int64_t)regs->raw.rax;
}

/* Interrupts are on, as always in user space, and bit 1 is 1; the code segment
 * is that of 64 bits. */
bool clock_regs_are_saved(const uint64_t words[3])
{
	return (words[1] & 0x202) == 0x202 && words[1] < 1 << 22 &&
	       (words[2] & 0xffff) == 0x33;
}

void clock_regs_forget_call(struct clock_regs *regs)
{
	regs->raw.orig_rax = ~0ULL;
}

void clock_regs_put_call(struct clock_regs *regs, uint64_t place, long number,
			 const uint64_t arguments[6])
{
	regs->raw.rip = place;
	regs->raw.orig_rax = ~0ULL;
	regs->raw.rax = (unsigned long long)number;
	regs->raw.rdi = arguments[0];
	regs->raw.rsi = arguments[1];
	regs->raw.rdx = arguments[2];
	regs->raw.r10 = arguments[3];
	regs->raw.r8 = arguments[4];
	regs->raw.r9 = arguments[5];
}

void clock_regs_put_run(struct clock_regs *regs, uint64_t place, uint64_t stack)
{
	regs->raw.rip = place;
	regs->raw.rsp = stack;
	regs->raw.orig_rax = ~0ULL;
}

#else

bool clock_regs_are_known(void)
{
	return false;
}

int clock_regs_get(pid_t thread, struct clock_regs *regs)
{
	(void)thread;
	memset(regs, 0, sizeof(*regs));
	errno = ENOSYS;
	return -1;
}

int clock_regs_set(pid_t thread, const struct clock_regs *regs)
{
	(void)thread;
	(void)regs;
	errno = ENOSYS;
	return -1;
}

uint64_t clock_regs_place(const struct clock_regs *regs)
{
	(void)regs;
	return 0;
}

uint64_t clock_regs_stack(const struct clock_regs *regs)
{
	(void)regs;
	return 0;
}

long clock_regs_call(const struct clock_regs *regs)
{
	(void)regs;
	return -1;
}

int64_t clock_regs_result(const struct clock_regs *regs)
{
	(void)regs;
	return -ENOSYS;
}

bool clock_regs_are_saved(const uint64_t words[3])
{
	(void)words;
	return false;
}

void clock_regs_forget_call(struct clock_regs *regs)
{
	(void)regs;
}

void clock_regs_put_call(struct clock_regs *regs, uint64_t place, long number,
			 const uint64_t arguments[6])
{
	(void)regs;
	(void)place;
	(void)number;
	(void)arguments;
}

void clock_regs_put_run(struct clock_regs *regs, uint64_t place, uint64_t stack)
{
	(void)regs;
	(void)place;
	(void)stack;
}

#endif
