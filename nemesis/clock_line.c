/* SPDX-License-Identifier: MIT */
#include "nemesis/clock_line.h"

#include <inttypes.h>
#include <stddef.h>

#include "harness/control/agent.h"
#include "harness/control/node.h"

static const char *with_all(struct arena *arena, const char *line,
			    const char *option, const char *const *values)
{
	for (size_t i = 0; values && values[i]; i++)
		line = arena_printf(arena, "%s %s %s", line, option,
				    shell_quote(arena, values[i]));
	return line;
}

const char *clock_line_keep(struct arena *arena, const struct clock_draw *draw,
			    bool is_monotonic, const char *const *daemons,
			    const char *const *foreign)
{
	const char *line = arena_printf(
		arena,
		AGENT_PROGRAM " clock %s --offset-ns %" PRId64
			      " --rate-ppb %" PRId64 " --period-ns %" PRId64
			      " --monotonic %d",
		foreign ? "machine" : "keep", draw->offset_ns, draw->rate_ppb,
		draw->period_ns, is_monotonic);

	if (foreign)
		return with_all(arena, line, "--foreign-boot-id", foreign);
	return with_all(arena, line, "--daemon", daemons);
}

const char *clock_line_look(struct arena *arena, const char *const *daemons)
{
	return arena_printf(arena,
			    "%s; " AGENT_PROGRAM " clock machine-look; "
			    "tail -n 1 " CLOCK_LOG
			    " 2>/dev/null | sed 's/^/log /'",
			    with_all(arena, AGENT_PROGRAM " clock look",
				     "--daemon", daemons));
}

/*
 * The keeper puts all right when it is told to end. It may be holding the
 * store's threads just then, so it has ten seconds before it is killed. The
 * number in the file is only ours while the start time is.
 */
const char *clock_line_undo(void)
{
	return ": put clocks right; "
	       "f=/run/ordeal/" CLOCK_DAEMON ".pid; is_ours() { "
	       "read -r p b 2>/dev/null <\"$f\" && "
	       "s=$(cat \"/proc/$p/stat\" 2>/dev/null) && "
	       "set -- ${s##*) } && [ \"${20}\" = \"$b\" ] && "
	       "[ \"$1\" != Z ]; }; "
	       "n=0; while is_ours; do "
	       "if [ $n -eq 0 ]; then kill -s CONT -- \"-$p\"; "
	       "kill -s TERM -- \"-$p\"; fi; "
	       "[ $n -lt 500 ] || kill -s KILL -- \"-$p\"; "
	       "n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.02; done; "
	       "rm -f \"$f\"; "
	       "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM " clock undo";
}

const char *clock_line_left(void)
{
	return "[ ! -x " AGENT_PROGRAM " ] || { " AGENT_PROGRAM
	       " clock list; " AGENT_PROGRAM
	       " clock machine-look | grep -v '^machine true$'; true; }";
}
