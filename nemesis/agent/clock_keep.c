/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_keep.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/clock_process.h"

/* How often daemons are looked at, and every how many times their other
 * processes are looked for. A daemon that starts again, or a process that it
 * starts, has the true time until then. */
#define LOOK_MS 20
#define LOOKS_PER_SEARCH 25

/* After a failure all wait for so many looks. */
#define LOOKS_AFTER_FAILURE 25

#define NS_PER_S 1000000000

/* Those that are set, and those that nobody sets. */
#define SET_CLOCKS \
	(1 << CLOCK_REALTIME | 1 << CLOCK_REALTIME_COARSE | 1 << CLOCK_TAI)
#define UNSET_CLOCKS                                          \
	(1 << CLOCK_MONOTONIC | 1 << CLOCK_MONOTONIC_COARSE | \
	 1 << CLOCK_MONOTONIC_RAW | 1 << CLOCK_BOOTTIME)

struct clock_wrong clock_begin(const struct clock_order *order)
{
	struct clock_wrong wrong = {
		.offset_ns = order->offset_ns,
		.rate_q32 = clock_rate_q32(order->rate_ppb),
		.period_ns = order->period_ns,
		.ids = SET_CLOCKS | (order->is_monotonic ? UNSET_CLOCKS : 0),
	};

	for (int id = 0; id < CLOCK_IDS; id++) {
		struct timespec now;

		if ((wrong.ids >> id & 1) && clock_gettime(id, &now) == 0)
			wrong.base_ns[id] = now.tv_sec * NS_PER_S + now.tv_nsec;
	}
	return wrong;
}

/*
 * In a process of its own: whatever goes wrong while others are held, they are
 * let go when it ends. 0 when it was done.
 */
static int redirect(const struct clock_vdso *vdso, pid_t pid,
		    const struct clock_wrong *wrong)
{
	char trouble[CLOCK_TROUBLE];
	int status = 0;
	pid_t worker = fork();

	if (worker < 0)
		return -1;
	if (worker == 0) {
		if (clock_process_redirect(vdso, pid, wrong, trouble) == 0)
			_exit(0);
		/* It may have ended, or become another program, meanwhile. */
		if (clock_process_state(vdso, pid, NULL) == CLOCK_TRUE)
			fprintf(stderr, "clock: %s\n", trouble);
		_exit(1);
	}
	return waitpid(worker, &status, 0) == worker && status == 0 ? 0 : -1;
}

/*
 * To look at a daemon must cost next to nothing: its memory stays open, and
 * ends with the program that runs in it (the process ends, or becomes another
 * program), so one read of a few bytes tells that nothing has changed.
 */
struct keeper {
	const struct clock_vdso *vdso;
	const struct clock_order *order;
	struct clock_wrong wrong;
	struct clock_process found[CLOCK_PROCESSES_MAX];
	int memories[CLOCK_DAEMONS_MAX];    /* -1: not known to be wrong */
	uint64_t places[CLOCK_DAEMONS_MAX]; /* of the first jump */
};

static bool is_still_wrong(const struct keeper *keeper, size_t daemon)
{
	unsigned char byte;

	return keeper->memories[daemon] >= 0 &&
	       pread(keeper->memories[daemon], &byte, 1,
		     (off_t)keeper->places[daemon]) == 1 &&
	       byte == CLOCK_JUMP_CODE;
}

static bool are_all_wrong(const struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->order->daemons.count; i++) {
		if (!is_still_wrong(keeper, i))
			return false;
	}
	return true;
}

static void remember(struct keeper *keeper, const struct clock_process *first)
{
	char path[64];

	if (is_still_wrong(keeper, first->daemon))
		return;
	if (keeper->memories[first->daemon] >= 0)
		close(keeper->memories[first->daemon]);
	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)first->pid);
	keeper->memories[first->daemon] = open(path, O_RDONLY | O_CLOEXEC);
	keeper->places[first->daemon] = clock_process_vdso(first->pid) +
					keeper->vdso->entries[CLOCK_FN_GETTIME];
}

/* False when one could not be done. */
static bool redirect_all(struct keeper *keeper, bool all)
{
	size_t count = clock_find(&keeper->order->daemons, all, keeper->found);
	bool is_done = true;

	for (size_t i = 0; i < count; i++) {
		const struct clock_process *process = &keeper->found[i];
		enum clock_state state =
			clock_process_state(keeper->vdso, process->pid, NULL);

		if (state == CLOCK_TRUE &&
		    redirect(keeper->vdso, process->pid, &keeper->wrong))
			is_done = false;
		else if (process->is_first &&
			 (state == CLOCK_TRUE || state == CLOCK_WRONG))
			remember(keeper, process);
	}
	return is_done;
}

int clock_open_end(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void keep(struct keeper *keeper, struct pollfd *ending)
{
	for (int look = 0; poll(ending, 1, look ? LOOK_MS : 0) == 0; look++) {
		bool all = look % LOOKS_PER_SEARCH == 0;

		if ((all || !are_all_wrong(keeper)) &&
		    !redirect_all(keeper, all) &&
		    poll(ending, 1, LOOK_MS * LOOKS_AFTER_FAILURE))
			break;
	}
}

int clock_keep(const struct clock_vdso *vdso, const struct clock_order *order)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	struct pollfd ending = { .fd = clock_open_end(), .events = POLLIN };

	if (!keeper || ending.fd < 0 || clock_undo_processes(vdso)) {
		free(keeper);
		return 1;
	}
	keeper->vdso = vdso;
	keeper->order = order;
	keeper->wrong = clock_begin(order);
	memset(keeper->memories, 0xff, sizeof(keeper->memories));
	keep(keeper, &ending);
	free(keeper);
	return clock_undo_processes(vdso) ? 1 : 0;
}
