/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_keep.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/clock_process.h"

/* How often daemons are looked at, and every how many times their other
 * processes are looked for. A daemon that starts again, or a process that it
 * starts, has the true time until then. */
#define LOOK_MS 20
#define LOOKS_PER_SEARCH 5

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

/* False when one could not be done. */
static bool redirect_all(const struct clock_vdso *vdso,
			 const struct clock_order *order, bool all,
			 const struct clock_wrong *wrong,
			 struct clock_process *found)
{
	size_t count = clock_find(&order->daemons, all, found);
	bool is_done = true;

	for (size_t i = 0; i < count; i++) {
		if (clock_process_state(vdso, found[i].pid, NULL) ==
			    CLOCK_TRUE &&
		    redirect(vdso, found[i].pid, wrong))
			is_done = false;
	}
	return is_done;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int clock_keep(const struct clock_vdso *vdso, const struct clock_order *order)
{
	struct clock_process *found =
		calloc(CLOCK_PROCESSES_MAX, sizeof(*found));
	struct pollfd ending = { .fd = open_signals(), .events = POLLIN };
	struct clock_wrong wrong;

	if (!found || ending.fd < 0 || clock_undo_processes(vdso)) {
		free(found);
		return 1;
	}
	wrong = clock_begin(order);
	for (int look = 0; poll(&ending, 1, look ? LOOK_MS : 0) == 0; look++) {
		if (!redirect_all(vdso, order, look % LOOKS_PER_SEARCH == 0,
				  &wrong, found) &&
		    poll(&ending, 1, LOOK_MS * LOOKS_AFTER_FAILURE))
			break;
	}
	free(found);
	return clock_undo_processes(vdso) ? 1 : 0;
}
