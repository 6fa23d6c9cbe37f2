/* SPDX-License-Identifier: MIT */
/* Daemons on a node: start, signal, stop, and what they are doing now. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/control/node_open.h"
#include "harness/core/clock.h"

/* A nap of the scripts below, with what looking costs beside it. */
#define NAP_NS (50 * NS_PER_MS)

/*
 * Head of every script; %s is the name. look() succeeds when the process of
 * the pid file is there and is still the one that was started (its start
 * time, field 22 of /proc/PID/stat, has not changed), and sets pid and state.
 * await() looks until its condition holds, for at most so many naps. Zombies
 * count as gone: they hold nothing but a number.
 */
static const char head[] =
	"f=/run/ordeal/%s.pid\n"
	"look() {\n"
	"	pid= state=\n"
	"	read -r p b 2>/dev/null <\"$f\" || return 1\n"
	"	s=$(cat \"/proc/$p/stat\" 2>/dev/null) || return 1\n"
	"	set -- ${s##*) }\n"
	"	[ \"${20}\" = \"$b\" ] || return 1\n"
	"	case $1 in Z|X|x) return 1;; esac\n"
	"	pid=$p state=$1\n"
	"}\n"
	"is_absent() { ! look; }\n"
	"is_stopped() { look || return 0; case $state in T|t) ;; *) return 1;; "
	"esac; }\n"
	"is_going() { look || return 0; case $state in T|t) return 1;; esac; "
	"}\n"
	"is_any() { :; }\n"
	"is_empty() { ! kill -s 0 -- \"-$group\" 2>/dev/null; }\n"
	"await() {\n"
	"	n=$2\n"
	"	while ! $1; do\n"
	"		[ \"$n\" -gt 0 ] || return 1\n"
	"		n=$((n - 1))\n"
	"		sleep 0.02\n"
	"	done\n"
	"}\n"
	"send() { kill -s \"$1\" -- \"-$pid\" 2>/dev/null || ! look; }\n";

/*
 * The daemon's shell notes its own pid and start time, which exec keeps, then
 * becomes the daemon in a session of its own, with nothing of ours open.
 * A program that ends at once (not found, bad flag) is told from one that
 * started by being there for a tenth of a second.
 */
static const char start_script[] =
	"look && exit 0\n"
	"mkdir -p /run/ordeal %s %s && cd %s || exit 1\n"
	"rm -f \"$f\"\n"
	"setsid /bin/sh -c %s daemon \"$f\" </dev/null >>%s 2>&1 &\n"
	"is_noted() { [ -e \"$f\" ] || ! kill -0 $! 2>/dev/null; }\n"
	"await is_noted %d\n"
	"for i in 1 2 3 4 5; do\n"
	"	look || { tail -n 1 %s >&2; exit 1; }\n"
	"	sleep 0.02\n"
	"done\n";

static const char daemon_script[] =
	"s=$(cat /proc/$$/stat)\n"
	"set -- \"$1\" ${s##*) }\n"
	"echo \"$$ ${21}\" >\"$1.new\" && mv -f \"$1.new\" \"$1\" || exit 1\n"
	"exec %s";

/* The rest of a group dies with its leader, but not at the same instant. One
 * that is halted ends by most signals only once it goes on. */
static const char signal_script[] =
	"look || exit 0\n"
	"group=$pid\n"
	"send %s || { echo \"kill $pid failed\" >&2; exit 1; }\n"
	"case %s,$state in is_absent,T) send CONT;; esac\n"
	"await %s %d || {\n"
	"	echo \"process $pid is still in state $state\" >&2\n"
	"	exit 1\n"
	"}\n"
	"if look; then :; else await is_empty 25; fi\n"
	":\n";

/* What is left of the group half a second after its leader, is killed. */
static const char stop_script[] =
	"look || exit 0\n"
	"group=$pid\n"
	"send TERM && send CONT\n"
	"await is_absent %d || { send KILL; await is_absent %d; } || {\n"
	"	echo \"process $pid is still in state $state\" >&2\n"
	"	exit 1\n"
	"}\n"
	"await is_empty 25 || { kill -s KILL -- \"-$group\"; await is_empty "
	"25; "
	"}\n"
	"rm -f \"$f\"\n";

/* A name becomes part of a path and of scripts. */
static bool is_word(const char *text)
{
	size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return size > 0 && text[size] == '\0' && text[0] != '.' &&
	       text[0] != '-';
}

/* Runs head and `body`; `verb` is for the error: "start etcd". */
static int run_script(struct node *node, struct arena *arena, const char *verb,
		      const char *name, const char *body, struct reply *reply,
		      struct error *err)
{
	struct command command = { .deadline_ns = clock_now_ns() +
						  node_step_timeout_ns(node) };
	int result;

	if (!is_word(name)) {
		error_set(err, "'%s' cannot be the name of a daemon", name);
		return node_error(node, err);
	}
	command.line = arena_printf(arena, head, name);
	command.line = arena_printf(arena, "%s%s", command.line, body);
	result = node_execute(node, &command, arena, reply, err);
	if (result == 0 && reply->exit_status != 0)
		result = node_reply_error(arena, reply, err);
	if (result != 0) {
		error_wrap(err, "%s %s", verb, name);
		node_error(node, err);
	}
	return result;
}

/* How many naps fit into a part of the step's time. */
static int naps(const struct node *node, int percent)
{
	return (int)(node_step_timeout_ns(node) / 100 * percent / NAP_NS) + 1;
}

int node_daemon_start(struct node *node, const struct daemon *daemon,
		      struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply;
	const char *folder = daemon->folder ? daemon->folder : "/";
	const char *log = daemon->log ? daemon->log : "/dev/null";
	const char *slash = strrchr(log, '/');
	const char *log_folder = "/";
	const char *body;
	int result;

	if (slash && slash > log)
		log_folder = arena_strndup(&arena, log, (size_t)(slash - log));
	folder = shell_quote(&arena, folder);
	log = shell_quote(&arena, log);
	body = arena_printf(&arena, daemon_script, daemon->line);
	body = arena_printf(
		&arena, start_script, folder, shell_quote(&arena, log_folder),
		folder, shell_quote(&arena, body), log, naps(node, 60), log);
	result = run_script(node, &arena, "start", daemon->name, body, &reply,
			    err);
	arena_release(&arena);
	return result;
}

/* What to wait for, as a function of the head. */
static const char *effect_of(const char *signal)
{
	static const char *const effects[][2] = {
		{ "KILL", "is_absent" }, { "TERM", "is_absent" },
		{ "INT", "is_absent" },	 { "QUIT", "is_absent" },
		{ "ABRT", "is_absent" }, { "SEGV", "is_absent" },
		{ "STOP", "is_stopped" }, { "CONT", "is_going" },
	};

	for (size_t i = 0; i < sizeof(effects) / sizeof(*effects); i++) {
		if (strcmp(effects[i][0], signal) == 0)
			return effects[i][1];
	}
	return "is_any";
}

int node_daemon_signal(struct node *node, const char *name, const char *signal,
		       struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply;
	int result;

	if (!is_word(signal)) {
		error_set(err, "'%s' is not a signal", signal);
		return node_error(node, err);
	}
	result = run_script(node, &arena,
			    arena_printf(&arena, "signal %s to", signal), name,
			    arena_printf(&arena, signal_script, signal,
					 effect_of(signal), effect_of(signal),
					 naps(node, 80)),
			    &reply, err);
	arena_release(&arena);
	return result;
}

int node_daemon_stop(struct node *node, const char *name, struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply;
	int result = run_script(node, &arena, "stop", name,
				arena_printf(&arena, stop_script,
					     naps(node, 50), naps(node, 35)),
				&reply, err);

	arena_release(&arena);
	return result;
}

int node_daemon_state(struct node *node, const char *name,
		      enum daemon_state *state, struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply = { 0 };
	int result = run_script(node, &arena, "look at", name,
				"look && echo \"$state\" || echo none\n",
				&reply, err);

	*state = DAEMON_UNKNOWN;
	if (result == 0 && reply.out) {
		*state = DAEMON_RUNNING;
		if (strcmp(reply.out, "none\n") == 0)
			*state = DAEMON_ABSENT;
		else if (reply.out[0] == 'T' || reply.out[0] == 't')
			*state = DAEMON_PAUSED;
	}
	arena_release(&arena);
	return result;
}
