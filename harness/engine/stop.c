/* SPDX-License-Identifier: MIT */
#include "harness/engine/stop.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "harness/engine/cli.h"

#define PATIENCE 3

static atomic_bool wanted;
static atomic_bool is_judging;
static atomic_bool judging_unwanted;
static atomic_int count;

/* Of a handler: where that cannot be written, nobody reads it. */
static void say(const char *words)
{
	ssize_t written = write(STDERR_FILENO, words, strlen(words));

	(void)written;
}

static void end_at_once(void)
{
	say("\nordeal: ended; `ordeal heal` undoes faults that are left, "
	    "`ordeal check` judges what was recorded\n");
	_exit(EXIT_TROUBLE);
}

static void note_signal(int number)
{
	(void)number;
	atomic_store(&wanted, true);
	if (atomic_load(&is_judging)) {
		/* A signal from before, and its patience, are no matter. */
		if (atomic_exchange(&judging_unwanted, true))
			end_at_once();
		say("\nordeal: judging ends as soon as it can; "
		    "one more of these ends it at once\n");
		return;
	}
	switch (atomic_fetch_add(&count, 1) + 1) {
	case 1:
		say("\nordeal: stopping: heal, collect, judge; "
		    "two more of these end it at once\n");
		break;
	case PATIENCE:
		end_at_once();
		break;
	default:
		break;
	}
}

atomic_bool *stop_while_judging(void)
{
	atomic_store(&is_judging, true);
	return &judging_unwanted;
}

const atomic_bool *stop_on_signals(void)
{
	struct sigaction action = { .sa_handler = note_signal };

	/* Not SA_RESTART: a wait may end early, all are in loops. */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	return &wanted;
}
