/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nemesis/agent/clock_find.h"
#include "nemesis/agent/clock_keep.h"
#include "nemesis/agent/clock_machine.h"
#include "nemesis/agent/clock_process.h"
#include "nemesis/agent/clock_regs.h"
#include "nemesis/agent/serve.h"

#define WRONG_USE 64

/* A process that a daemon has just started is found soon, and may be over
 * before. */
#define YOUNG_MS 2000

/* Attempts to put a process right, which may be starting or ending. */
#define UNDO_ATTEMPTS 5

static int64_t number(const char *text, int64_t min, int64_t max, bool *is_good)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (*end || end == text || value < min || value > max)
		*is_good = false;
	return value;
}

static bool add_daemon(struct clock_daemons *daemons, const char *name)
{
	if (daemons->count == CLOCK_DAEMONS_MAX || strchr(name, '/'))
		return false;
	daemons->names[daemons->count++] = name;
	return true;
}

/* A century, and a clock that is 30 times as fast. */
#define OFFSET_MAX INT64_C(3200000000000000000)
#define RATE_MAX INT64_C(30000000000)

static bool read_option(struct clock_order *order, const char *name,
			const char *text)
{
	bool is_good = true;

	if (strcmp(name, "--folder") == 0) {
		order->daemons.folder = text;
		is_good = strlen(text) <= 80;
	} else if (strcmp(name, "--daemon") == 0) {
		is_good = add_daemon(&order->daemons, text);
	} else if (strcmp(name, "--offset-ns") == 0) {
		order->offset_ns =
			number(text, -OFFSET_MAX, OFFSET_MAX, &is_good);
	} else if (strcmp(name, "--rate-ppb") == 0) {
		order->rate_ppb = number(text, -1000000000, RATE_MAX, &is_good);
	} else if (strcmp(name, "--period-ns") == 0) {
		order->period_ns = number(text, 0, OFFSET_MAX, &is_good);
	} else if (strcmp(name, "--monotonic") == 0) {
		order->is_monotonic = number(text, 0, 1, &is_good);
	} else if (strcmp(name, "--id") == 0) {
		order->id = (int)number(text, 0, CLOCK_IDS - 1, &is_good);
	} else if (strcmp(name, "--foreign-boot-id") == 0) {
		is_good = clock_machine_not(&order->machine, text);
	} else {
		is_good = false;
	}
	return is_good;
}

static void look_at(const struct clock_vdso *vdso, int id, const char *daemon,
		    const struct clock_process *process)
{
	static const char *const names[] = {
		[CLOCK_UNREADABLE] = "unreadable",
		[CLOCK_TRUE] = "true",
		[CLOCK_FOREIGN] = "foreign",
		[CLOCK_WRONG] = "wrong",
	};
	char trouble[CLOCK_TROUBLE] = "";
	struct clock_sample sample = { 0 };
	enum clock_state state = clock_process_state(vdso, process->pid, NULL);

	printf("clock %ld %s ", (long)process->pid, daemon);
	if (state == CLOCK_UNREADABLE && kill(process->pid, 0))
		puts("gone");
	else if (state != CLOCK_WRONG)
		puts(names[state]);
	else if (clock_process_sample(vdso, process->pid, id, &sample, trouble))
		printf("trouble %s\n", trouble);
	else
		printf("%s offset-ns %" PRId64 " slack-ns %" PRId64
		       " intended-ns %" PRId64 " used %d state %c\n",
		       names[state], sample.offset_ns, sample.slack_ns,
		       sample.intended_ns, sample.is_used, process->state);
}

static int look(const struct clock_vdso *vdso, const struct clock_order *order)
{
	struct clock_process *found =
		calloc(CLOCK_PROCESSES_MAX, sizeof(*found));
	size_t count = 0;

	if (!found)
		return 1;
	count = clock_find(&order->daemons, true, found);
	for (size_t i = 0; i < count; i++)
		look_at(vdso, order->id, order->daemons.names[found[i].daemon],
			&found[i]);
	free(found);
	return 0;
}

struct round {
	const struct clock_vdso *vdso;
	size_t failed;
};

static void list_one(void *context, pid_t pid)
{
	const struct round *round = context;

	if (clock_process_state(round->vdso, pid, NULL) == CLOCK_WRONG)
		printf("%ld\n", (long)pid);
}

static void undo_one(void *context, pid_t pid)
{
	struct round *round = context;
	char trouble[CLOCK_TROUBLE];
	bool is_left;

	if (clock_process_restore(round->vdso, pid, &is_left, trouble)) {
		fprintf(stderr, "clock: %s\n", trouble);
		round->failed++;
	} else if (is_left) {
		fprintf(stderr,
			"clock: process %ld is put right; two unused pages "
			"stay in it\n",
			(long)pid);
	}
}

int clock_undo_processes(const struct clock_vdso *vdso)
{
	struct round round = { .vdso = vdso };

	for (int i = 0; i < UNDO_ATTEMPTS; i++) {
		round.failed = 0;
		clock_find_all(undo_one, &round);
		if (round.failed == 0)
			return 0;
	}
	return -1;
}

static int obey(const char *verb, const struct clock_vdso *vdso,
		struct clock_order *order)
{
	struct round round = { .vdso = vdso };

	if (strcmp(verb, "keep") == 0)
		return clock_keep(vdso, order);
	if (strcmp(verb, "look") == 0)
		return look(vdso, order);
	if (strcmp(verb, "list") == 0) {
		clock_find_all(list_one, &round);
		return 0;
	}
	fprintf(stderr, "clock: there is no verb %s\n", verb);
	return WRONG_USE;
}

int clock_run(int argc, char **argv)
{
	struct clock_order order = { .daemons = { .folder = AGENT_FOLDER } };
	const char *verb = argc > 0 ? argv[0] : "";
	struct clock_vdso vdso;
	bool has_vdso = clock_vdso_find(&vdso);

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 < argc && read_option(&order, argv[i], argv[i + 1]))
			continue;
		fprintf(stderr, "clock: %s is not good\n", argv[i]);
		return WRONG_USE;
	}
	if (strcmp(verb, "undo") == 0) {
		int undone = clock_machine_undo(order.daemons.folder);

		if (has_vdso && clock_undo_processes(&vdso))
			undone = -1;
		return undone ? 1 : 0;
	}
	if (strcmp(verb, "machine") == 0)
		return clock_machine_run(&order);
	if (strcmp(verb, "machine-look") == 0)
		return clock_machine_show(&order);
	if (!clock_regs_are_known()) {
		fputs("clock: clocks of single processes can be made wrong on "
		      "x86-64 alone\n",
		      stderr);
		return strcmp(verb, "list") == 0 ? 0 : 1;
	}
	if (!has_vdso) {
		fputs("clock: this kernel maps no clock functions that could "
		      "be redirected\n",
		      stderr);
		return 1;
	}
	return obey(verb, &vdso, &order);
}
