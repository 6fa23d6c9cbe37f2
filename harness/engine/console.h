/* SPDX-License-Identifier: MIT */
/* What a run says while it runs: to the terminal or pipe, and to its log. */
#ifndef ORDEAL_ENGINE_CONSOLE_H
#define ORDEAL_ENGINE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One thread's (the run's own). On a terminal the last line is the progress
 * line, written over again and again; in a pipe there are only whole lines. */
struct console {
	FILE *out;
	FILE *log; /* ordeal.log, or NULL */
	bool is_terminal;
	bool has_progress; /* the cursor stands behind a progress line */
	int64_t start_ns;
	int64_t progress_ns; /* when there was one last */
};

void console_init(struct console *console, FILE *out);

/* Lines also go to this file from now on; closed by console_close. Not being
 * able to write a log is no reason to end a run. */
void console_open_log(struct console *console, const char *path);
void console_close(struct console *console);

/* A line, with the time since the start in front of it in the log. */
void console_say(struct console *console, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Time for a progress line? On a terminal five times a second, in a pipe
 * every 5 s. */
bool console_wants_progress(const struct console *console);
void console_progress(struct console *console, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
