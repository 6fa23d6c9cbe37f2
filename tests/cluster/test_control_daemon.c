/* SPDX-License-Identifier: MIT */
/* Daemons, on a local cluster of one node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/cluster.h"
#include "harness/control/local.h"
#include "harness/core/clock.h"

struct fixture {
	struct arena arena;
	struct error err;
	char name[32]; /* of the cluster */
	struct cluster *cluster;
	struct node *node;
	const char *out;
};

/* Its child is in its group; both sleep. */
static const struct daemon sleeper = {
	.name = "sleeper",
	.line = "sh -c 'echo up $X; sleep 1000 & sleep 1000'",
	.folder = "/var/lib/it sleeps",
	.log = "/var/log/sleeper/log",
};

static int set_up_group(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));
	struct node_config *nodes;
	size_t count;

	*state = f;
	snprintf(f->name, sizeof(f->name), "test-daemon-%d", (int)getpid());
	if (local_up(f->name, 1, &f->err) ||
	    local_nodes(f->name, &f->arena, &nodes, &count, &f->err)) {
		puts(f->err.text);
		return -1;
	}
	nodes[0].step_timeout_ns = 10 * NS_PER_S;
	f->cluster = cluster_open(nodes, count, clock_now_ns() + 60 * NS_PER_S,
				  &f->err);
	if (!f->cluster) {
		puts(f->err.text);
		return -1;
	}
	f->node = cluster_node(f->cluster, 0);
	return 0;
}

static int tear_down_group(void **state)
{
	struct fixture *f = *state;
	int result;

	cluster_close(f->cluster);
	result = local_down(f->name, &f->err);
	arena_release(&f->arena);
	free(f);
	return result;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	return node_daemon_signal(f->node, "sleeper", "KILL", &f->err);
}

static enum daemon_state state_of(struct fixture *f, const char *name)
{
	enum daemon_state state = DAEMON_UNKNOWN;

	if (node_daemon_state(f->node, name, &state, &f->err))
		puts(f->err.text);
	return state;
}

static void start(struct fixture *f)
{
	if (node_daemon_start(f->node, &sleeper, &f->err))
		fail_msg("%s", f->err.text);
}

static void send(struct fixture *f, const char *signal)
{
	if (node_daemon_signal(f->node, "sleeper", signal, &f->err))
		fail_msg("%s", f->err.text);
}

/* What a line prints on the node. */
static const char *ask(struct fixture *f, const char *line)
{
	if (node_run(f->node, &f->arena, &f->out, &f->err, "%s", line))
		fail_msg("%s", f->err.text);
	return f->out;
}

/* The same, asked until it is what is wanted: a daemon may be on its way. */
static const char *ask_until(struct fixture *f, const char *line,
			     const char *wanted)
{
	for (int i = 0; i < 500 && strcmp(ask(f, line), wanted); i++)
		clock_sleep_until(clock_now_ns() + 20 * NS_PER_MS);
	return f->out;
}

/* States of all processes called sleep; pgrep may not be installed. */
static const char states_line[] =
	"for p in /proc/[0-9]*; do\n"
	"	read -r name <$p/comm && [ $name = sleep ] || continue\n"
	"	set -- $(sed 's/.*) //' $p/stat)\n"
	"	printf %s $1\n"
	"done 2>/dev/null; :";

static void a_daemon_starts_pauses_goes_on_and_dies(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(state_of(f, "sleeper"), DAEMON_ABSENT);
	start(f);
	assert_int_equal(state_of(f, "sleeper"), DAEMON_RUNNING);
	send(f, "STOP");
	assert_int_equal(state_of(f, "sleeper"), DAEMON_PAUSED);
	send(f, "CONT");
	assert_int_equal(state_of(f, "sleeper"), DAEMON_RUNNING);
	send(f, "KILL");
	assert_int_equal(state_of(f, "sleeper"), DAEMON_ABSENT);
	send(f, "KILL");
	send(f, "CONT");
}

static void its_group_shares_its_fate(void **state)
{
	struct fixture *f = *state;

	start(f);
	assert_string_equal(ask_until(f, states_line, "SS"), "SS");
	send(f, "STOP");
	assert_string_equal(ask(f, states_line), "TT");
	send(f, "KILL");
	assert_string_equal(ask(f, states_line), "");
}

static void what_outlives_its_leader_is_stopped_too(void **state)
{
	const struct daemon mother = {
		.name = "mother",
		.line = "sh -c '(trap : TERM; while :; do sleep 0.1; done) & "
			"echo $! >/tmp/child; sleep 1000'"
	};
	struct fixture *f = *state;

	assert_int_equal(node_daemon_start(f->node, &mother, &f->err), 0);
	assert_string_equal(
		ask_until(f,
			  "kill -0 $(cat /tmp/child) 2>/dev/null && "
			  "echo there; true",
			  "there"),
		"there");
	if (node_daemon_stop(f->node, "mother", &f->err))
		fail_msg("%s", f->err.text);
	assert_string_equal(ask(f, "kill -0 $(cat /tmp/child) 2>/dev/null || "
				   "echo gone"),
			    "gone");
}

static void starting_twice_is_starting_once(void **state)
{
	struct fixture *f = *state;
	const char *pid;

	start(f);
	pid = ask(f, "cat /run/ordeal/sleeper.pid");
	start(f);
	assert_string_equal(ask(f, "cat /run/ordeal/sleeper.pid"), pid);
}

static void it_outlives_the_session_that_started_it(void **state)
{
	struct fixture *f = *state;
	struct error ignored;
	enum daemon_state found;

	start(f);
	/* The deadline breaks the connection; the next step has a new one. */
	assert_int_equal(node_run_within(f->node, NS_PER_S / 5, &f->arena, NULL,
					 &ignored, "sleep 1"),
			 -1);
	assert_int_equal(node_daemon_state(f->node, "sleeper", &found, &f->err),
			 0);
	assert_int_equal(found, DAEMON_RUNNING);
}

static void folder_log_and_session_are_its_own(void **state)
{
	struct fixture *f = *state;

	start(f);
	assert_string_equal(ask_until(f, "tail -n 1 /var/log/sleeper/log",
				      "up"),
			    "up");
	assert_string_equal(ask(f, "read -r p b </run/ordeal/sleeper.pid; "
				   "readlink /proc/$p/cwd"),
			    "/var/lib/it sleeps");
	assert_string_equal(ask(f, "read -r p b </run/ordeal/sleeper.pid; "
				   "set -- $(cat /proc/$p/stat); "
				   "[ $5 = $p ] && [ $6 = $p ] && echo own"),
			    "own");
}

/* It has to go on for its handler to run; one that is killed says nothing. */
static void a_paused_daemon_is_stopped_by_term(void **state)
{
	const struct daemon polite = {
		.name = "polite",
		.line = "sh -c 'trap \"echo bye; exit 0\" TERM; "
			"echo ready; while :; do sleep 0.1; done'",
		.log = "/var/log/polite"
	};
	struct fixture *f = *state;

	assert_int_equal(node_daemon_start(f->node, &polite, &f->err), 0);
	assert_string_equal(ask_until(f, "tail -n 1 /var/log/polite", "ready"),
			    "ready");
	assert_int_equal(node_daemon_signal(f->node, "polite", "STOP", &f->err),
			 0);
	assert_int_equal(node_daemon_signal(f->node, "polite", "TERM", &f->err),
			 0);
	assert_string_equal(ask(f, "tail -n 1 /var/log/polite"), "bye");
	assert_int_equal(state_of(f, "polite"), DAEMON_ABSENT);
	assert_int_equal(node_daemon_start(f->node, &polite, &f->err), 0);
	assert_string_equal(ask_until(f, "tail -n 1 /var/log/polite", "ready"),
			    "ready");
	assert_int_equal(node_daemon_signal(f->node, "polite", "STOP", &f->err),
			 0);
	assert_int_equal(node_daemon_stop(f->node, "polite", &f->err), 0);
	assert_string_equal(ask(f, "tail -n 1 /var/log/polite"), "bye");
	assert_int_equal(state_of(f, "polite"), DAEMON_ABSENT);
	assert_int_equal(
		node_has_file(f->node, "/run/ordeal/polite.pid", &f->err), 0);
	assert_int_equal(node_daemon_stop(f->node, "polite", &f->err), 0);
}

/* In time: a step that takes longer than its 10 s is an error. */
static void one_that_ignores_term_is_killed_in_time(void **state)
{
	const struct daemon deaf = {
		.name = "deaf",
		.line = "sh -c 'trap : TERM; echo ready; while :; do "
			"sleep 0.1; done'",
		.log = "/var/log/deaf"
	};
	struct fixture *f = *state;

	assert_int_equal(node_daemon_start(f->node, &deaf, &f->err), 0);
	assert_string_equal(ask_until(f, "tail -n 1 /var/log/deaf", "ready"),
			    "ready");
	if (node_daemon_stop(f->node, "deaf", &f->err))
		fail_msg("%s", f->err.text);
	assert_int_equal(state_of(f, "deaf"), DAEMON_ABSENT);
}

/* The number was given to another process: a signal would hit a stranger. */
static void a_stranger_with_the_same_pid_is_left_alone(void **state)
{
	struct fixture *f = *state;

	start(f);
	assert_string_equal(ask_until(f, states_line, "SS"), "SS");
	ask(f, "sed -i 's/$/1/' /run/ordeal/sleeper.pid");
	assert_int_equal(state_of(f, "sleeper"), DAEMON_ABSENT);
	send(f, "KILL");
	assert_string_equal(ask(f, states_line), "SS");
	ask(f, "sed -i 's/1$//' /run/ordeal/sleeper.pid");
	assert_int_equal(state_of(f, "sleeper"), DAEMON_RUNNING);
}

/* One that is there for a tenth of a second has started: on a busy machine it
 * may take that long to fail. */
static void expect_no_start(struct fixture *f, const struct daemon *daemon)
{
	for (int i = 0; i < 50; i++) {
		if (node_daemon_start(f->node, daemon, &f->err))
			return;
	}
	fail_msg("%s has started", daemon->name);
}

static void one_that_does_not_start_says_why(void **state)
{
	const struct daemon none = { .name = "none",
				     .line = "nonesuch --x",
				     .log = "/var/log/none" };
	const struct daemon bad = {
		.name = "bad",
		.line = "sh -c 'echo first; echo bind: address in use >&2; "
			"exit 1'",
		.log = "/var/log/bad"
	};
	struct fixture *f = *state;

	expect_no_start(f, &none);
	assert_non_null(strstr(f->err.text, "node n1: start none: exit status "
					    "1: "));
	assert_non_null(strstr(f->err.text, "nonesuch: not found"));
	expect_no_start(f, &bad);
	assert_string_equal(f->err.text, "node n1: start bad: exit status 1: "
					 "bind: address in use");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_daemon_starts_pauses_goes_on_and_dies),
		TEST(its_group_shares_its_fate),
		TEST(what_outlives_its_leader_is_stopped_too),
		TEST(starting_twice_is_starting_once),
		TEST(it_outlives_the_session_that_started_it),
		TEST(folder_log_and_session_are_its_own),
		TEST(a_paused_daemon_is_stopped_by_term),
		TEST(one_that_ignores_term_is_killed_in_time),
		TEST(a_stranger_with_the_same_pid_is_left_alone),
		TEST(one_that_does_not_start_says_why),
	};
	struct error err;

	if (local_check(&err)) {
		printf("skipped: %s\n", err.text);
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up_group, tear_down_group) !=
	       0;
}
