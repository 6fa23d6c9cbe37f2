/* SPDX-License-Identifier: MIT */
#include "harness/engine/console.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/report/text.h"

void console_init(struct console *console, FILE *out)
{
	*console = (struct console){
		.out = out,
		.is_terminal = isatty(fileno(out)),
		.start_ns = clock_now_ns(),
	};
	if (!console->is_terminal)
		setvbuf(out, NULL, _IOLBF, 0);
}

void console_open_log(struct console *console, const char *path)
{
	console->log = fopen(path, "ae");
}

static void clear_progress(struct console *console)
{
	if (console->has_progress)
		fputs("\r\033[K", console->out);
	console->has_progress = false;
}

void console_close(struct console *console)
{
	clear_progress(console);
	fflush(console->out);
	if (console->log)
		fclose(console->log);
	console->log = NULL;
}

static void write_log(struct console *console, const char *text)
{
	double passed =
		(double)(clock_now_ns() - console->start_ns) / NS_PER_S;

	if (!console->log)
		return;
	fprintf(console->log, "%9.3f %s\n", passed, text);
	fflush(console->log);
}

void console_say(struct console *console, const char *format, ...)
{
	struct arena arena = { 0 };
	const char *text;
	va_list args;

	va_start(args, format);
	text = text_shown(&arena, arena_vprintf(&arena, format, args), true);
	va_end(args);
	clear_progress(console);
	fprintf(console->out, "%s\n", text);
	fflush(console->out);
	write_log(console, text);
	arena_release(&arena);
}

bool console_wants_progress(const struct console *console)
{
	int64_t every = console->is_terminal ? NS_PER_S / 5 : 5 * NS_PER_S;

	return clock_now_ns() - console->progress_ns >= every;
}

static size_t terminal_columns(const struct console *console)
{
	struct winsize size;

	if (ioctl(fileno(console->out), TIOCGWINSZ, &size) == 0 &&
	    size.ws_col > 10)
		return (size_t)size.ws_col - 1;
	return 79;
}

void console_progress(struct console *console, const char *format, ...)
{
	struct arena arena = { 0 };
	const char *text;
	va_list args;

	va_start(args, format);
	text = text_shown(&arena, arena_vprintf(&arena, format, args), false);
	va_end(args);
	console->progress_ns = clock_now_ns();
	if (console->is_terminal) {
		/* A line that wraps could not be written over. */
		fprintf(console->out, "\r\033[K%s",
			text_cut(&arena, text, terminal_columns(console)));
		fflush(console->out);
		console->has_progress = true;
	} else {
		fprintf(console->out, "%s\n", text);
	}
	write_log(console, text);
	arena_release(&arena);
}
