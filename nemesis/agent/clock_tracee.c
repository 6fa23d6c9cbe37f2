/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_tracee.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/clock_regs.h"
#include "nemesis/agent/shell.h"

/* A thread that does not come to rest by then sleeps in the kernel. */
#define REST_MS 2000

static int fail(struct tracee *tracee, const char *what, int code)
{
	snprintf(tracee->trouble, sizeof(tracee->trouble),
		 "process %ld: %s%s%s", (long)tracee->pid, what,
		 code ? ": " : "", code ? strerror(code) : "");
	return -1;
}

static void *as_data(uintptr_t number)
{
	union {
		uintptr_t number;
		void *pointer;
	} data = { .number = number };

	return data.pointer;
}

/* What next_stop says in place of a wait status. */
#define NOT_IN_TIME (-1)
#define HAS_ENDED (-2)

/* Its next stop. */
static int next_stop(pid_t thread, int64_t deadline_ms)
{
	struct timespec nap = { .tv_nsec = 20000 };
	int status;

	for (;;) {
		pid_t got = waitpid(thread, &status, __WALL | WNOHANG);

		if (got == thread)
			return WIFSTOPPED(status) ? status : HAS_ENDED;
		if (got < 0)
			return HAS_ENDED;
		if (agent_now_ms() > deadline_ms)
			return NOT_IN_TIME;
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 1000000)
			nap.tv_nsec *= 2;
	}
}

/* Until it rests where the kernel is about to return to it. Signals that come
 * on the way are passed on. */
static int await_rest(pid_t thread, int64_t deadline_ms)
{
	for (;;) {
		int status = next_stop(thread, deadline_ms);
		int signal;

		if (status < 0)
			return status;
		if (status >> 16 == PTRACE_EVENT_STOP)
			return 0;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80))
			signal = 0;
		if (ptrace(PTRACE_CONT, thread, NULL,
			   as_data((uintptr_t)signal)))
			return HAS_ENDED;
	}
}

static bool is_held(const struct tracee *tracee, pid_t thread)
{
	for (size_t i = 0; i < tracee->count; i++) {
		if (tracee->threads[i] == thread)
			return true;
	}
	return false;
}

/* 1: held; 0: it has ended meanwhile; -1: somebody else traces it, or it may
 * not be traced, or it does not come to rest. */
static int hold_thread(struct tracee *tracee, pid_t thread)
{
	int rest;

	if (tracee->count == TRACEE_THREADS_MAX)
		return fail(tracee, "it has too many threads", 0);
	if (ptrace(PTRACE_SEIZE, thread, NULL, PTRACE_O_TRACESYSGOOD)) {
		if (errno == ESRCH)
			return 0;
		return fail(tracee, "cannot be traced", errno);
	}
	tracee->threads[tracee->count++] = thread;
	ptrace(PTRACE_INTERRUPT, thread, NULL, NULL);
	rest = await_rest(thread, agent_now_ms() + REST_MS);
	if (rest == 0)
		return 1;
	tracee->count--;
	if (rest == HAS_ENDED)
		return 0;
	return fail(tracee, "a thread does not come to rest", 0);
}

/* How many threads were not held before; -1: trouble. */
static int hold_more(struct tracee *tracee)
{
	char path[64];
	const struct dirent *entry;
	DIR *folder;
	int more = 0;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)tracee->pid);
	folder = opendir(path);
	if (!folder)
		return fail(tracee, "is not there", 0);
	while (more >= 0 && (entry = readdir(folder)) != NULL) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
		int held;

		if (thread <= 0 || is_held(tracee, thread))
			continue;
		held = hold_thread(tracee, thread);
		more = held < 0 ? -1 : more + held;
	}
	closedir(folder);
	return more;
}

static int hold_all(struct tracee *tracee)
{
	int more;

	do {
		more = hold_more(tracee);
	} while (more > 0);
	if (more == 0 && !is_held(tracee, tracee->pid))
		return fail(tracee, "its first thread has ended", 0);
	return more;
}

static int open_memory(struct tracee *tracee)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)tracee->pid);
	tracee->memory = open(path, O_RDWR | O_CLOEXEC);
	if (tracee->memory < 0)
		return fail(tracee, "its memory", errno);
	return 0;
}

int tracee_hold(struct tracee *tracee, pid_t pid, bool all, int64_t timeout_ms)
{
	int64_t deadline_ms = agent_now_ms() + timeout_ms;

	*tracee = (struct tracee){ .pid = pid, .memory = -1 };
	tracee->threads = calloc(TRACEE_THREADS_MAX, sizeof(pid_t));
	if (!tracee->threads)
		return fail(tracee, "no memory", 0);
	for (;;) {
		int held =
			all ? hold_all(tracee) : hold_thread(tracee, pid) - 1;

		if (held == 0 && open_memory(tracee) == 0)
			return 0;
		tracee_let_go(tracee);
		if (agent_now_ms() > deadline_ms || kill(pid, 0))
			return -1;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		tracee->threads = calloc(TRACEE_THREADS_MAX, sizeof(pid_t));
		if (!tracee->threads)
			return fail(tracee, "no memory", 0);
	}
}

void tracee_let_go(struct tracee *tracee)
{
	for (size_t i = 0; i < tracee->count; i++)
		ptrace(PTRACE_DETACH, tracee->threads[i], NULL, NULL);
	tracee->count = 0;
	free(tracee->threads);
	tracee->threads = NULL;
	if (tracee->memory >= 0)
		close(tracee->memory);
	tracee->memory = -1;
}

int tracee_read(struct tracee *tracee, uint64_t address, void *bytes,
		size_t size)
{
	if (pread(tracee->memory, bytes, size, (off_t)address) == (ssize_t)size)
		return 0;
	return fail(tracee, "its memory cannot be read", errno);
}

/* Word by word: kernels may forbid such writes to /proc/PID/mem, but not to
 * who traces. */
int tracee_write(struct tracee *tracee, uint64_t address, const void *bytes,
		 size_t size)
{
	const unsigned char *from = bytes;

	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		size_t left = size - at;
		uint64_t word = 0;

		if (left < sizeof(word) &&
		    tracee_read(tracee, address + at, &word, sizeof(word)))
			return -1;
		memcpy(&word, from + at,
		       left < sizeof(word) ? left : sizeof(word));
		if (ptrace(PTRACE_POKEDATA, tracee->pid, as_data(address + at),
			   as_data(word)))
			return fail(tracee, "its memory cannot be written",
				    errno);
	}
	return 0;
}

/* What the first thread was before it ran for us. */
struct before {
	struct clock_regs regs;
	uint64_t mask;	    /* of signals */
	uint64_t held_back; /* signals that came nevertheless */
};

static int begin(struct tracee *tracee, struct before *before)
{
	uint64_t all = ~UINT64_C(0);

	before->held_back = 0;
	if (clock_regs_get(tracee->pid, &before->regs) ||
	    ptrace(PTRACE_GETSIGMASK, tracee->pid, as_data(sizeof(all)),
		   &before->mask) ||
	    ptrace(PTRACE_SETSIGMASK, tracee->pid, as_data(sizeof(all)), &all))
		return fail(tracee, "cannot be made to run for us", errno);
	return 0;
}

/* Goes on to the beginning or the end of its next system call. */
static int next_syscall(struct tracee *tracee, struct before *before)
{
	int64_t deadline_ms = agent_now_ms() + REST_MS;

	for (;;) {
		int status;

		if (ptrace(PTRACE_SYSCALL, tracee->pid, NULL, NULL))
			return fail(tracee, "does not go on", errno);
		status = next_stop(tracee->pid, deadline_ms);
		if (status < 0)
			return fail(tracee, "did not come back", 0);
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			return 0;
		if (status >> 16 == 0 &&
		    (WSTOPSIG(status) == SIGSEGV ||
		     WSTOPSIG(status) == SIGBUS || WSTOPSIG(status) == SIGILL))
			return fail(tracee, "our code in it failed", 0);
		if (status >> 16 == 0)
			before->held_back |= UINT64_C(1)
					     << (WSTOPSIG(status) - 1);
	}
}

/* Brings it to rest as it was: only from there the kernel repeats the system
 * call that was interrupted. */
static int finish(struct tracee *tracee, const struct before *before)
{
	struct clock_regs still = before->regs;
	int result = 0;

	/* Nothing to repeat on the way to that rest. */
	clock_regs_forget_call(&still);
	if (clock_regs_set(tracee->pid, &still) ||
	    ptrace(PTRACE_INTERRUPT, tracee->pid, NULL, NULL) ||
	    ptrace(PTRACE_CONT, tracee->pid, NULL, NULL) ||
	    await_rest(tracee->pid, agent_now_ms() + REST_MS) ||
	    clock_regs_set(tracee->pid, &before->regs))
		result = fail(tracee, "cannot be put back", errno);
	if (ptrace(PTRACE_SETSIGMASK, tracee->pid,
		   as_data(sizeof(before->mask)), &before->mask))
		result = fail(tracee, "its signal mask is lost", errno);
	for (int signal = 1; signal < 64; signal++) {
		if (before->held_back >> (signal - 1) & 1)
			kill(tracee->pid, signal);
	}
	return result;
}

int tracee_syscall(struct tracee *tracee, uint64_t syscall, long number,
		   const uint64_t arguments[6], int64_t *result)
{
	struct before before;
	struct clock_regs regs;
	int trouble;

	if (begin(tracee, &before))
		return -1;
	regs = before.regs;
	clock_regs_put_call(&regs, syscall, number, arguments);
	trouble = clock_regs_set(tracee->pid, &regs) ||
		  next_syscall(tracee, &before) ||
		  next_syscall(tracee, &before) ||
		  clock_regs_get(tracee->pid, &regs);
	*result = clock_regs_result(&regs);
	return finish(tracee, &before) || trouble ? -1 : 0;
}

int tracee_run(struct tracee *tracee, uint64_t entry, uint64_t stack,
	       long number)
{
	struct before before;
	struct clock_regs regs;
	int trouble;

	if (begin(tracee, &before))
		return -1;
	regs = before.regs;
	clock_regs_put_run(&regs, entry, stack);
	trouble = clock_regs_set(tracee->pid, &regs);
	/* The kernel's code may make system calls of its own. */
	for (int calls = 0; !trouble; calls++) {
		trouble = calls == 16 || next_syscall(tracee, &before) ||
			  clock_regs_get(tracee->pid, &regs);
		if (!trouble && clock_regs_call(&regs) == number)
			break;
	}
	return finish(tracee, &before) || trouble ? -1 : 0;
}
