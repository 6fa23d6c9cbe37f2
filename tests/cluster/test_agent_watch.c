/* SPDX-License-Identifier: MIT */
/* Agents on two nodes, and the watch that renews their leases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/agent.h"
#include "harness/control/agent_watch.h"
#include "harness/control/cluster.h"
#include "harness/control/local.h"
#include "harness/core/clock.h"

#define NODES 2
/* Long, for a machine that is too busy to renew it has no fault. */
#define LEASE_NS (6 * NS_PER_S)

struct fixture {
	struct arena arena;
	const char *name; /* of the local cluster */
	struct node_config *configs;
	size_t count;
	struct cluster *cluster; /* for what the test itself looks at */
	struct error err;
};

static const struct agent_undo undo[] = {
	{ "one", "echo one >>/root/undone" },
	{ "two", "echo \"it's two\" >>/root/undone" },
};

static int begin(void **state)
{
	static struct fixture fixture;

	*state = &fixture;
	fixture.name = arena_printf(&fixture.arena, "test-agent-%d",
				    (int)getpid());
	if (local_up(fixture.name, NODES, &fixture.err) < 0 ||
	    local_nodes(fixture.name, &fixture.arena, &fixture.configs,
			&fixture.count, &fixture.err) < 0)
		return -1;
	fixture.cluster =
		cluster_open(fixture.configs, fixture.count,
			     clock_now_ns() + 60 * NS_PER_S, &fixture.err);
	return fixture.cluster ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	cluster_close(fixture->cluster);
	local_down(fixture->name, &fixture->err);
	arena_release(&fixture->arena);
	return 0;
}

static const char *ask(struct fixture *fixture, size_t node, const char *line)
{
	const char *out = "";

	if (node_run(cluster_node(fixture->cluster, node), &fixture->arena,
		     &out, &fixture->err, "%s", line))
		fail_msg("%s", fixture->err.text);
	return out;
}

/* What was undone since the last time. */
static const char *undone(struct fixture *fixture, size_t node)
{
	return ask(fixture, node,
		   "cat /root/undone 2>/dev/null; rm -f /root/undone");
}

static struct agent_watch *start(struct fixture *fixture, int64_t lease_ns)
{
	struct agent_watch *watch =
		agent_watch_start(fixture->configs, fixture->count, lease_ns,
				  undo, 2, &fixture->err);

	if (!watch)
		fail_msg("%s", fixture->err.text);
	return watch;
}

static void sleep_ns(int64_t time_ns)
{
	clock_sleep_until(clock_now_ns() + time_ns);
}

static void expect_nobody(struct fixture *fixture)
{
	for (size_t i = 0; i < NODES; i++)
		assert_string_equal(ask(fixture, i,
					"pgrep ordeal-agent; ls /run/ordeal | "
					"grep -e socket -e journal; true"),
				    "");
}

/* Three leases long; false where one ran out. */
static bool is_kept(struct fixture *fixture, int64_t lease_ns)
{
	struct agent_watch *watch = start(fixture, lease_ns);
	bool is_clean = true;

	sleep_ns(3 * lease_ns);
	for (size_t i = 0; i < NODES; i++)
		is_clean = !*undone(fixture, i) &&
			   *ask(fixture, i, "pgrep ordeal-agent; true") &&
			   is_clean;
	is_clean = agent_watch_stop(watch, &fixture->err) == 0 && is_clean;
	for (size_t i = 0; i < NODES; i++) {
		const char *done = undone(fixture, i);

		if (is_clean)
			assert_string_equal(done, "it's two\none");
	}
	expect_nobody(fixture);
	return is_clean;
}

/* Whoever does not renew at all keeps none of these. */
static void nothing_is_undone_while_it_is_watched(void **state)
{
	struct fixture *fixture = *state;

	assert_true(is_kept(fixture, NS_PER_S) ||
		    is_kept(fixture, 4 * NS_PER_S) ||
		    is_kept(fixture, 16 * NS_PER_S));
}

/* What a line prints on the node, once it is what is wanted. */
static const char *ask_until(struct fixture *fixture, size_t node,
			     const char *line, const char *wanted)
{
	const char *out = "";

	for (int i = 0; i < 600; i++) {
		out = ask(fixture, node, line);
		if (strcmp(out, wanted) == 0)
			break;
		sleep_ns(100 * NS_PER_MS);
	}
	return out;
}

static void an_agent_that_died_is_replaced_and_told(void **state)
{
	struct fixture *fixture = *state;
	struct agent_watch *watch = start(fixture, LEASE_NS);

	ask(fixture, 1, "pkill -KILL ordeal-agent");
	assert_string_equal(ask_until(fixture, 1,
				      "cat /root/undone 2>/dev/null; true",
				      "it's two\none"),
			    "it's two\none");
	assert_string_equal(
		ask_until(fixture, 1,
			  "pgrep ordeal-agent >/dev/null && echo there; true",
			  "there"),
		"there");
	assert_string_equal(undone(fixture, 0), "");
	assert_int_equal(agent_watch_stop(watch, &fixture->err), -1);
	assert_non_null(strstr(fixture->err.text, "died, on n2:"));
	expect_nobody(fixture);
	undone(fixture, 0);
	undone(fixture, 1);
}

/* Long before the next renewal. */
static void an_agent_that_died_last_is_told_too(void **state)
{
	struct fixture *fixture = *state;
	struct agent_watch *watch = start(fixture, 600 * NS_PER_S);

	ask(fixture, 1, "pkill -KILL ordeal-agent");
	assert_string_equal(ask_until(fixture, 1, "pgrep ordeal-agent; true",
				      ""),
			    "");
	assert_int_equal(agent_watch_stop(watch, &fixture->err), -1);
	assert_non_null(strstr(fixture->err.text, "died, on n2:"));
	expect_nobody(fixture);
	undone(fixture, 0);
	undone(fixture, 1);
}

/* It runs already, of a controller that died: the next one takes over. */
static void a_new_watch_takes_over(void **state)
{
	struct fixture *fixture = *state;
	struct node *node = cluster_node(fixture->cluster, 0);
	struct agent_watch *watch;

	if (agent_start(node, 60 * NS_PER_S, undo, 1, &fixture->err))
		fail_msg("%s", fixture->err.text);
	watch = start(fixture, LEASE_NS);
	assert_string_equal(undone(fixture, 0), "one");
	assert_int_equal(agent_watch_stop(watch, &fixture->err), 0);
	expect_nobody(fixture);
	undone(fixture, 0);
	undone(fixture, 1);
}

/* It is tried for as long as a step may take: here, not as long as that. */
static void what_cannot_be_undone_is_an_error(void **state)
{
	static const struct agent_undo bad = { "bad", "echo no way; exit 1" };
	struct fixture *fixture = *state;
	struct node_config hasty[NODES];
	struct node *node = cluster_node(fixture->cluster, 0);
	struct cluster *cluster;

	if (agent_start(node, 60 * NS_PER_S, &bad, 1, &fixture->err))
		fail_msg("%s", fixture->err.text);
	memcpy(hasty, fixture->configs, sizeof(hasty));
	hasty[0].step_timeout_ns = 4 * NS_PER_S;
	cluster = cluster_open(hasty, NODES, clock_now_ns() + 60 * NS_PER_S,
			       &fixture->err);
	if (!cluster)
		fail_msg("%s", fixture->err.text);
	assert_int_equal(agent_stop(cluster_node(cluster, 0), &fixture->err),
			 -1);
	cluster_close(cluster);
	ask(fixture, 0, "pkill -KILL ordeal-agent; rm /run/ordeal/agent.*");
	assert_int_equal(agent_stop_all(fixture->cluster, &fixture->err), 0);
	expect_nobody(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_undone_while_it_is_watched),
		cmocka_unit_test(an_agent_that_died_is_replaced_and_told),
		cmocka_unit_test(an_agent_that_died_last_is_told_too),
		cmocka_unit_test(a_new_watch_takes_over),
		cmocka_unit_test(what_cannot_be_undone_is_an_error),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
