/* SPDX-License-Identifier: MIT */
/* The clock of a machine that has a kernel of its own. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_MACHINE_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/timex.h>
#include <time.h>

#define CLOCK_FOREIGN_MAX 64
#define CLOCK_BOOT_ID 40

/* Kernels whose clock must not be touched, by their boot id: the controller's
 * and those that several nodes share. */
struct clock_machine {
	const char *foreign[CLOCK_FOREIGN_MAX];
	size_t count;
};

/* False when there are too many, or it is no boot id. */
bool clock_machine_not(struct clock_machine *machine, const char *boot_id);

/* The system underneath; tests have one of their own, so that no test moves a
 * clock. */
struct clock_system {
	int (*get)(clockid_t id, struct timespec *now);
	int (*set)(const struct timespec *now);
	int (*adjust)(struct timex *how);
	bool (*boot_id)(char id[CLOCK_BOOT_ID]);
};
extern const struct clock_system clock_system;

/*
 * What is asked for, and what was before: kept in FOLDER/clock.machine while
 * the clock is wrong, so that another process of the agent can put it right.
 * Time that nobody sets (CLOCK_MONOTONIC_RAW) tells what the true time is: it
 * goes on from where it was, at the rate that it had.
 */
struct clock_shift {
	char boot_id[CLOCK_BOOT_ID];
	int64_t offset_ns;
	int64_t rate_ppb;
	int64_t period_ns;
	int64_t begin_ns; /* real time when it began */
	int64_t begin_raw_ns;
	int64_t old_freq; /* as adjtimex has them */
	int64_t old_tick;
};

/* 0, or -1 with what is wrong told in `trouble` (240 bytes). */

/* Refuses where the kernel is one of `machine`, or cannot be told, or what is
 * asked for cannot be done to a machine; else notes in `shift` how things are
 * before. Changes nothing. */
int clock_machine_begin(const struct clock_system *system,
			const struct clock_machine *machine,
			struct clock_shift *shift, char *trouble);

/* Brings the clock to what `shift` says for now; `is_on`: with the offset. */
int clock_machine_apply(const struct clock_system *system,
			const struct clock_shift *shift, bool is_on,
			char *trouble);

/* The true time again, and its rate. */
int clock_machine_restore(const struct clock_system *system,
			  const struct clock_shift *shift, char *trouble);

/* How far the clock is off now, and how far it is meant to be (without the
 * offset in the other half of a period). */
void clock_machine_look(const struct clock_system *system,
			const struct clock_shift *shift, int64_t *offset_ns,
			int64_t *intended_ns);

int clock_machine_save(const struct clock_shift *shift, const char *folder,
		       char *trouble);
/* False when there is none, or it is not of this boot. */
bool clock_machine_load(const struct clock_system *system,
			struct clock_shift *shift, const char *folder);

struct clock_order;

/* The verbs `machine` and `machine-look` (clock.h), and the machine's part of
 * `undo`: exit statuses. */
int clock_machine_run(const struct clock_order *order);
int clock_machine_show(const struct clock_order *order);
int clock_machine_undo(const char *folder);

#endif
