/* SPDX-License-Identifier: MIT */
/* The agent's verbs about the machine's clock, and the real system. */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/clock_keep.h"
#include "nemesis/agent/clock_machine.h"

#define TROUBLE 240
#define NS_PER_MS 1000000

static int set_real_time(const struct timespec *now)
{
	return clock_settime(CLOCK_REALTIME, now);
}

static bool read_boot_id(char id[CLOCK_BOOT_ID])
{
	int file =
		open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? -1 : read(file, id, CLOCK_BOOT_ID - 1);

	if (file >= 0)
		close(file);
	id[size < 0 ? 0 : size] = '\0';
	id[strcspn(id, "\n")] = '\0';
	return strlen(id) >= 32;
}

const struct clock_system clock_system = {
	.get = clock_gettime,
	.set = set_real_time,
	.adjust = adjtimex,
	.boot_id = read_boot_id,
};

/* Until it is told to end; there and back again if there is a period. */
static int keep(const struct clock_shift *shift, int ending, char *trouble)
{
	struct pollfd ready = { .fd = ending, .events = POLLIN };
	struct timespec half = {
		.tv_sec = shift->period_ns / 1000 / NS_PER_MS,
		.tv_nsec = shift->period_ns % (INT64_C(1000) * NS_PER_MS),
	};
	bool is_on = true;

	do {
		if (clock_machine_apply(&clock_system, shift, is_on, trouble))
			return -1;
		is_on = !is_on;
	} while (ppoll(&ready, 1, shift->period_ns ? &half : NULL, NULL) == 0);
	return 0;
}

int clock_machine_run(const struct clock_order *order)
{
	struct clock_shift shift = { .offset_ns = order->offset_ns,
				     .rate_ppb = order->rate_ppb,
				     .period_ns = order->period_ns };
	const char *folder = order->daemons.folder;
	char trouble[TROUBLE] = "";
	int ending = clock_open_end();
	int result;

	if (ending < 0 || clock_machine_undo(folder))
		return 1;
	result = clock_machine_begin(&clock_system, &order->machine, &shift,
				     trouble) ||
		 clock_machine_save(&shift, folder, trouble) ||
		 keep(&shift, ending, trouble);
	if (result)
		fprintf(stderr, "clock: %s\n", trouble);
	return clock_machine_undo(folder) || result ? 1 : 0;
}

int clock_machine_show(const struct clock_order *order)
{
	struct clock_shift shift;
	int64_t offset_ns;
	int64_t intended_ns;

	if (!clock_machine_load(&clock_system, &shift, order->daemons.folder)) {
		puts("machine true");
		return 0;
	}
	clock_machine_look(&clock_system, &shift, &offset_ns, &intended_ns);
	printf("machine wrong offset-ns %" PRId64 " slack-ns 0 intended-ns "
	       "%" PRId64 "\n",
	       offset_ns, intended_ns);
	return 0;
}
