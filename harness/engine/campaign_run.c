/* SPDX-License-Identifier: MIT */
/* The cells, one after the other or several at a time. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/core/clock.h"
#include "harness/engine/campaign_private.h"
#include "harness/engine/cli.h"

#define POLL_NS (20 * NS_PER_MS)
/* From the wish to end to the end: heal, closing reads, judge. */
#define GRACE_NS (300 * NS_PER_S)

struct carrying {
	struct campaign *campaign;
	struct console *console;
	const atomic_bool *stop;
	struct running *running;
	size_t jobs;
	size_t finished; /* in this session */
	int64_t start_ns;
	int64_t budget_ns;  /* 0: none */
	const char *reason; /* to begin no more, or NULL */
	double seconds;	    /* that finished cells took together */
};

struct totals campaign_totals(const struct campaign *campaign)
{
	struct totals totals = { .cells = campaign->cell_count };

	for (size_t i = 0; i < campaign->cell_count; i++) {
		const struct cell *cell = &campaign->cells[i];

		if (cell->state == CELL_TROUBLE) {
			totals.trouble++;
			continue;
		}
		if (cell->state != CELL_DONE) {
			totals.left++;
			continue;
		}
		totals.valid += cell->kind == VERDICT_VALID;
		totals.invalid += cell->kind == VERDICT_INVALID;
		totals.unknown += cell->kind == VERDICT_UNKNOWN;
		totals.expected += cell->is_expected;
		totals.unexpected += !cell->is_expected;
	}
	return totals;
}

/* A planted bug that was not convicted is as bad as a violation that nobody
 * planted; "unknown" tells neither. */
int campaign_exit_code(const struct campaign *campaign)
{
	struct totals totals = campaign_totals(campaign);

	for (size_t i = 0; i < campaign->cell_count; i++) {
		const struct cell *cell = &campaign->cells[i];

		if (cell->state == CELL_DONE && !cell->is_expected &&
		    cell->kind != VERDICT_UNKNOWN)
			return EXIT_INVALID;
	}
	if (totals.trouble)
		return EXIT_TROUBLE;
	return totals.unexpected || totals.left ? EXIT_UNKNOWN : EXIT_VALID;
}

/* The next cell that can begin beside those that run, or NULL. */
static struct cell *next_cell(const struct carrying *carrying)
{
	struct campaign *campaign = carrying->campaign;
	const char *shared;

	for (size_t i = 0; i < campaign->cell_count; i++) {
		struct cell *cell = &campaign->cells[i];
		bool is_free = cell->state == CELL_PLANNED;

		for (size_t j = 0; is_free && j < carrying->jobs; j++) {
			const struct cell *other = carrying->running[j].cell;

			if (other && cells_collide(other, cell, &shared))
				is_free = false;
		}
		if (is_free)
			return cell;
	}
	return NULL;
}

static int start_cells(struct carrying *carrying, struct error *err)
{
	for (size_t i = 0; i < carrying->jobs; i++) {
		struct cell *cell;

		if (carrying->running[i].cell)
			continue;
		cell = next_cell(carrying);
		if (!cell)
			return 0;
		if (cell_start(carrying->campaign, cell, i + 1,
			       &carrying->running[i], err) ||
		    campaign_save(carrying->campaign, err))
			return -1;
	}
	return 0;
}

static void tell_cell(struct carrying *carrying, const struct cell *cell)
{
	struct arena arena = { 0 };
	struct totals totals = campaign_totals(carrying->campaign);
	bool is_done = cell->state == CELL_DONE;
	const char *but = "";

	if (is_done && !cell->is_expected)
		but = arena_printf(&arena, ", expected %s",
				   expectation_text(&cell->expect, &arena));
	else if (is_done && cell->kind != VERDICT_VALID)
		but = ", as expected";
	console_say(carrying->console, "[%zu/%zu] %s%s  %s  %.1f s  %s",
		    totals.cells - totals.left, totals.cells,
		    cell_verdict_text(cell, &arena), but,
		    cell_text(cell, &arena), cell->seconds,
		    cell->run ? cell->run : "");
	if (cell->state == CELL_TROUBLE)
		console_say(carrying->console, "    %s", cell->reason);
	arena_release(&arena);
}

/* A cell has ended. */
static int take_end(struct carrying *carrying, struct running *running,
		    int status, struct error *err)
{
	struct campaign *campaign = carrying->campaign;
	struct cell *cell = running->cell;

	cell_finish(campaign, running, status,
		    running->was_told && !running->is_late);
	running->cell = NULL;
	carrying->finished++;
	carrying->seconds += cell->seconds;
	tell_cell(carrying, cell);
	if (options_is(campaign->options, "stop", "first-failure") &&
	    !carrying->reason &&
	    (cell->state == CELL_TROUBLE ||
	     (cell->state == CELL_DONE && !cell->is_expected)))
		carrying->reason = arena_printf(
			&campaign->arena, "cell %zu was not as expected",
			cell->number);
	return campaign_save(campaign, err);
}

/* Tells a run that is late, or no longer wanted, to end; then makes it. */
static void press(struct carrying *carrying, struct running *running)
{
	bool is_stopped = atomic_load(carrying->stop);
	int64_t now_ns = clock_now_ns();

	if (!running->was_told &&
	    (is_stopped || now_ns > running->deadline_ns)) {
		running->was_told = true;
		running->is_late = !is_stopped;
		running->deadline_ns = now_ns + GRACE_NS;
		kill(running->pid, SIGTERM);
	} else if (running->was_told && now_ns > running->deadline_ns) {
		running->deadline_ns = now_ns + GRACE_NS;
		kill(-running->pid, SIGKILL);
	}
}

/* Looks after all that run; *count says how many still do. */
static int look_after(struct carrying *carrying, size_t *count,
		      struct error *err)
{
	*count = 0;
	for (size_t i = 0; i < carrying->jobs; i++) {
		struct running *running = &carrying->running[i];
		int status;
		pid_t pid;

		if (!running->cell)
			continue;
		pid = waitpid(running->pid, &status, WNOHANG);
		if (pid == running->pid) {
			if (take_end(carrying, running, status, err))
				return -1;
			continue;
		}
		if (pid < 0 && errno != EINTR)
			return error_errno(err, "waiting for a run");
		(*count)++;
		press(carrying, running);
		if (cell_look(carrying->campaign, running->cell) &&
		    campaign_save(carrying->campaign, err))
			return -1;
	}
	return 0;
}

/* What stands on the line while runs go on. */
static void show_progress(struct carrying *carrying)
{
	const struct campaign *campaign = carrying->campaign;
	struct totals totals = campaign_totals(campaign);
	struct arena arena = { 0 };
	const char *now = "";
	const char *left = "";

	if (!console_wants_progress(carrying->console))
		return;
	for (size_t i = 0; i < carrying->jobs; i++) {
		const struct cell *cell = carrying->running[i].cell;

		if (cell)
			now = arena_printf(&arena, "%s%s%s", now,
					   *now ? " | " : "",
					   cell_text(cell, &arena));
	}
	if (carrying->finished)
		left = arena_printf(
			&arena, ", about %.0f s to go",
			carrying->seconds / (double)carrying->finished *
				(double)totals.left / (double)carrying->jobs);
	console_progress(carrying->console,
			 "%zu of %zu cells, %zu as expected, %zu not, %zu "
			 "trouble%s: %s",
			 totals.cells - totals.left, totals.cells,
			 totals.expected, totals.unexpected, totals.trouble,
			 left, now);
	arena_release(&arena);
}

static void find_reason(struct carrying *carrying)
{
	if (carrying->reason)
		return;
	if (atomic_load(carrying->stop))
		carrying->reason = "interrupted";
	else if (carrying->budget_ns &&
		 clock_now_ns() - carrying->start_ns > carrying->budget_ns)
		carrying->reason = "the time budget is used up";
}

static int go_on(struct carrying *carrying, struct error *err)
{
	size_t count = 0;

	do {
		find_reason(carrying);
		if ((!carrying->reason && start_cells(carrying, err)) ||
		    look_after(carrying, &count, err))
			return -1;
		show_progress(carrying);
		if (count)
			clock_sleep_until(clock_now_ns() + POLL_NS);
	} while (count || (!carrying->reason && next_cell(carrying)));
	return 0;
}

/* Waits for the run, which was told to end; at last it is made to. */
static void await_end(pid_t pid)
{
	int64_t deadline_ns = clock_now_ns() + GRACE_NS;
	bool is_killed = false;
	int status;
	pid_t ended;

	do {
		ended = waitpid(pid, &status, WNOHANG);
		if (!is_killed && clock_now_ns() > deadline_ns) {
			kill(-pid, SIGKILL);
			is_killed = true;
		}
		clock_sleep_until(clock_now_ns() + POLL_NS);
	} while (ended == 0 || (ended < 0 && errno == EINTR));
}

/* The campaign itself cannot go on: nothing is left behind. */
static void end_all(struct carrying *carrying)
{
	for (size_t i = 0; i < carrying->jobs; i++) {
		if (carrying->running[i].cell)
			kill(carrying->running[i].pid, SIGTERM);
	}
	for (size_t i = 0; i < carrying->jobs; i++) {
		struct running *running = &carrying->running[i];

		if (!running->cell)
			continue;
		await_end(running->pid);
		running->cell->state = CELL_INTERRUPTED;
	}
}

int campaign_carry_out(struct campaign *campaign, struct console *console,
		       const atomic_bool *stop, struct error *err)
{
	struct carrying carrying = {
		.campaign = campaign,
		.console = console,
		.stop = stop,
		.jobs = (size_t)options_int(campaign->options, "jobs"),
		.start_ns = clock_now_ns(),
		.budget_ns =
			options_duration_ns(campaign->options, "time-budget"),
	};
	int result;

	carrying.running = arena_array(&campaign->arena, carrying.jobs,
				       sizeof(*carrying.running));
	result = go_on(&carrying, err);
	if (result)
		end_all(&carrying);
	if (campaign_totals(campaign).left)
		campaign->reason = result ? arena_strdup(&campaign->arena,
							 err->text) :
					    carrying.reason;
	campaign->exit = result ? EXIT_TROUBLE : campaign_exit_code(campaign);
	clock_utc_text(campaign->ended, sizeof(campaign->ended));
	if (result) {
		struct error ignored;

		campaign_save(campaign, &ignored);
		return -1;
	}
	return campaign_save(campaign, err);
}
