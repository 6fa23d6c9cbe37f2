/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S 1000000000
#define TROUBLE 240

/* adjtimex: freq is in 2^-16 ppm, tick in microseconds for a hundredth of a
 * second. */
#define TICK 10000
#define PPB_PER_TICK 100000
#define TICK_REACH 1000

static int fail(char *trouble, const char *why)
{
	snprintf(trouble, TROUBLE, "%s", why);
	return -1;
}

bool clock_machine_not(struct clock_machine *machine, const char *boot_id)
{
	if (machine->count == CLOCK_FOREIGN_MAX || strlen(boot_id) < 32)
		return false;
	machine->foreign[machine->count++] = boot_id;
	return true;
}

static int64_t read_ns(const struct clock_system *system, clockid_t id)
{
	struct timespec now = { 0 };

	system->get(id, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* How much faster than the raw clock it went before, in ppb. */
static int64_t old_rate_ppb(const struct clock_shift *shift)
{
	return shift->old_freq * 1000 / 65536 +
	       (shift->old_tick - TICK) * PPB_PER_TICK;
}

/* Parts of 10^9 of `ns`, without going through numbers that are too large. */
static int64_t share(int64_t ns, int64_t ppb)
{
	return ns / NS_PER_S * ppb + ns % NS_PER_S * ppb / NS_PER_S;
}

static int64_t true_ns(const struct clock_shift *shift, int64_t raw_ns)
{
	int64_t elapsed_ns = raw_ns - shift->begin_raw_ns;

	return shift->begin_ns + elapsed_ns +
	       share(elapsed_ns, old_rate_ppb(shift));
}

static int64_t drifted_ns(const struct clock_shift *shift, int64_t raw_ns)
{
	return share(raw_ns - shift->begin_raw_ns, shift->rate_ppb);
}

int clock_machine_begin(const struct clock_system *system,
			const struct clock_machine *machine,
			struct clock_shift *shift, char *trouble)
{
	struct timex before = { .modes = 0 };

	if (!machine->count)
		return fail(trouble, "a machine's clock is only moved where it "
				     "is known whose it is not");
	if (!system->boot_id(shift->boot_id))
		return fail(trouble, "this machine's boot id cannot be read, "
				     "so its clock may be another's");
	for (size_t i = 0; i < machine->count; i++) {
		if (strcmp(machine->foreign[i], shift->boot_id) == 0)
			return fail(trouble,
				    "this node shares its kernel, and so its "
				    "clock, with the controller or another "
				    "node: scope must be process");
	}
	if (shift->rate_ppb > TICK_REACH * PPB_PER_TICK ||
	    shift->rate_ppb < -TICK_REACH * PPB_PER_TICK)
		return fail(trouble,
			    "a machine's clock drifts by 10 % at most");
	if (system->adjust(&before) < 0)
		return fail(trouble, strerror(errno));
	shift->old_freq = before.freq;
	shift->old_tick = before.tick;
	shift->begin_raw_ns = read_ns(system, CLOCK_MONOTONIC_RAW);
	shift->begin_ns = read_ns(system, CLOCK_REALTIME);
	return 0;
}

/* Sets it to the true time plus what `extra` gives for now. */
static int set_clock(const struct clock_system *system,
		     const struct clock_shift *shift, int64_t extra_ns,
		     char *trouble)
{
	int64_t ns =
		true_ns(shift, read_ns(system, CLOCK_MONOTONIC_RAW)) + extra_ns;
	struct timespec now = { .tv_sec = ns / NS_PER_S,
				.tv_nsec = ns % NS_PER_S };

	if (ns < 0)
		return fail(trouble, "no clock shows a time before 1970");
	return system->set(&now) ? fail(trouble, strerror(errno)) : 0;
}

/* Whole ticks, and the rest by the frequency. */
static int set_rate(const struct clock_system *system,
		    const struct clock_shift *shift, int64_t rate_ppb,
		    char *trouble)
{
	int64_t ticks = rate_ppb / PPB_PER_TICK;
	struct timex how = { .modes = ADJ_TICK | ADJ_FREQUENCY };

	how.tick = (long)(shift->old_tick + ticks);
	how.freq = (long)(shift->old_freq +
			  (rate_ppb - ticks * PPB_PER_TICK) * 65536 / 1000);
	return system->adjust(&how) < 0 ? fail(trouble, strerror(errno)) : 0;
}

int clock_machine_apply(const struct clock_system *system,
			const struct clock_shift *shift, bool is_on,
			char *trouble)
{
	int64_t drifted =
		drifted_ns(shift, read_ns(system, CLOCK_MONOTONIC_RAW));

	if (shift->rate_ppb &&
	    set_rate(system, shift, shift->rate_ppb, trouble))
		return -1;
	if (!shift->offset_ns)
		return 0;
	return set_clock(system, shift,
			 drifted + (is_on ? shift->offset_ns : 0), trouble);
}

int clock_machine_restore(const struct clock_system *system,
			  const struct clock_shift *shift, char *trouble)
{
	if (shift->rate_ppb && set_rate(system, shift, 0, trouble))
		return -1;
	return set_clock(system, shift, 0, trouble);
}

void clock_machine_look(const struct clock_system *system,
			const struct clock_shift *shift, int64_t *offset_ns,
			int64_t *intended_ns)
{
	int64_t raw_ns = read_ns(system, CLOCK_MONOTONIC_RAW);
	int64_t real_ns = read_ns(system, CLOCK_REALTIME);

	*offset_ns = real_ns - true_ns(shift, raw_ns);
	*intended_ns = drifted_ns(shift, raw_ns) + shift->offset_ns;
}

static void path_of(char path[128], const char *folder)
{
	snprintf(path, 128, "%s/clock.machine", folder);
}

int clock_machine_save(const struct clock_shift *shift, const char *folder,
		       char *trouble)
{
	char path[128];
	FILE *file;
	bool is_written;

	path_of(path, folder);
	file = fopen(path, "we");
	if (!file)
		return fail(trouble, strerror(errno));
	is_written =
		fprintf(file,
			"%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
			" %" PRId64 " %" PRId64 " %" PRId64 "\n",
			shift->boot_id, shift->offset_ns, shift->rate_ppb,
			shift->period_ns, shift->begin_ns, shift->begin_raw_ns,
			shift->old_freq, shift->old_tick) > 0;
	is_written = fflush(file) == 0 && is_written;
	return fclose(file) == 0 && is_written
		       ? 0
		       : fail(trouble, "its state cannot be written");
}

bool clock_machine_load(const struct clock_system *system,
			struct clock_shift *shift, const char *folder)
{
	char path[128];
	char boot_id[CLOCK_BOOT_ID];
	FILE *file;
	int got;

	path_of(path, folder);
	file = fopen(path, "re");
	if (!file)
		return false;
	got = fscanf(file,
		     "%39s %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		     " %" SCNd64 " %" SCNd64 " %" SCNd64,
		     shift->boot_id, &shift->offset_ns, &shift->rate_ppb,
		     &shift->period_ns, &shift->begin_ns, &shift->begin_raw_ns,
		     &shift->old_freq, &shift->old_tick);
	fclose(file);
	return got == 8 && system->boot_id(boot_id) &&
	       strcmp(boot_id, shift->boot_id) == 0;
}

int clock_machine_undo(const char *folder)
{
	struct clock_shift shift;
	char trouble[TROUBLE];
	char path[128];

	path_of(path, folder);
	if (clock_machine_load(&clock_system, &shift, folder) &&
	    clock_machine_restore(&clock_system, &shift, trouble)) {
		fprintf(stderr, "clock: %s\n", trouble);
		return -1;
	}
	unlink(path);
	return 0;
}
