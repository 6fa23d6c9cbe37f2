/* SPDX-License-Identifier: MIT */
#include "nemesis/clock_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nemesis/clock_line.h"

/* The number after " NAME " in the line, or 0. */
static int64_t number_after(const char *line, const char *name)
{
	const char *at = strstr(line, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

static int64_t error_of(int64_t observed_ns, int64_t requested_ns)
{
	return observed_ns > requested_ns ? observed_ns - requested_ns
					  : requested_ns - observed_ns;
}

static void read_wrong(struct clock_look *look, const char *line)
{
	int64_t observed_ns = number_after(line, " offset-ns ");
	int64_t requested_ns = number_after(line, " intended-ns ");

	if (!look->wrong ||
	    error_of(observed_ns, requested_ns) >
		    error_of(look->observed_ns, look->requested_ns)) {
		look->observed_ns = observed_ns;
		look->requested_ns = requested_ns;
		look->slack_ns = number_after(line, " slack-ns ");
	}
	look->wrong++;
	look->used += number_after(line, " used ") > 0;
	look->paused += strstr(line, " state T") != NULL;
}

static void read_line(struct clock_look *look, const char *line,
		      struct arena *arena)
{
	const char *at;

	if (strncmp(line, "machine wrong ", 14) == 0) {
		read_wrong(look, line);
		return;
	}
	if (strncmp(line, "log ", 4) == 0)
		look->said = arena_strdup(arena, line + 4);
	at = strstr(line, " trouble ");
	if (strncmp(line, "clock ", 6) != 0 || (!at && strstr(line, " gone")))
		return;
	look->processes++;
	if (at)
		look->trouble = arena_strdup(arena, at + 9);
	else if (strstr(line, " foreign"))
		look->trouble = "its clock functions were changed by others";
	else if (strstr(line, " unreadable"))
		look->trouble = "its clock functions cannot be read, or it is "
				"not a 64-bit program";
	else if (strstr(line, " wrong "))
		read_wrong(look, line);
}

void clock_look_read(struct clock_look *look, const char *text,
		     struct arena *arena)
{
	*look = (struct clock_look){ .used = look->used };
	while (*text) {
		size_t length = strcspn(text, "\n");

		read_line(look, arena_strndup(arena, text, length), arena);
		text += length + (text[length] == '\n');
	}
}

int clock_look_at(struct node *node, const char *const *daemons,
		  struct clock_look *look, struct arena *arena,
		  struct error *err)
{
	const char *text = "";
	int result = node_run(node, arena, &text, err, "%s",
			      clock_line_look(arena, daemons));

	if (result == 0)
		clock_look_read(look, text, arena);
	return result;
}

const char *clock_look_doubt(const struct clock_look *look, bool is_machine,
			     struct arena *arena)
{
	if (is_machine ? !look->wrong : look->wrong < look->processes)
		return look->trouble ? look->trouble
		       : look->said ? arena_printf(arena, "a clock is true; %s",
						   look->said)
				    : "a clock is true";
	if (!is_machine && look->processes == 0)
		return NULL;
	if (error_of(look->observed_ns, look->requested_ns) >
	    CLOCK_TOLERANCE_NS + look->slack_ns)
		return arena_printf(arena,
				    "a clock is off by %" PRId64
				    " ns instead of %" PRId64,
				    look->observed_ns, look->requested_ns);
	if (look->slack_ns > CLOCK_TOLERANCE_NS)
		return "a clock could not be read exactly";
	if (!is_machine && !look->used && look->paused < look->wrong)
		return "nobody reads the clock that is wrong; the store may "
		       "ask the kernel by system calls, which are not "
		       "redirected";
	return NULL;
}
