/* SPDX-License-Identifier: MIT */
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
#include "harness/control/node_open.h"
#include "harness/control/prefix.h"
#include "harness/core/clock.h"
#include "tests/support/fake_transport.h"

/* A node on a script, as root unless the test says otherwise. */
struct fixture {
	struct arena arena;
	struct error err;
	struct node_config config;
	struct fake fake;
	struct node *node;
	struct reply reply;
};

static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	f->config.name = "n3";
	f->node = node_over(&f->config, &fake_transport, &f->fake);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	node_close(f->node);
	assert_true(f->fake.is_closed);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static void a_steps_output_comes_without_its_last_newline(void **state)
{
	static const struct fake_step steps[] = {
		{ "hostname", .out = "a\nb\n" }, { 0 }
	};
	struct fixture *f = *state;
	const char *out = NULL;

	f->fake.steps = steps;
	assert_int_equal(
		node_run(f->node, &f->arena, &out, &f->err, "hostname %d", 7),
		0);
	assert_string_equal(f->fake.line, "hostname 7");
	assert_string_equal(out, "a\nb");
}

static void a_failed_step_names_node_step_and_cause(void **state)
{
	static const struct fake_step steps[] = {
		{ NULL, .exit_status = 2, .err = "noise\nno such chain\n\n" },
		{ NULL, .exit_status = 3, .out = "only here\n" },
		{ NULL, .exit_status = 4 },
		{ NULL, .trouble = "not done by its deadline" },
		{ 0 }
	};
	struct fixture *f = *state;

	f->fake.steps = steps;
	assert_int_equal(
		node_run(f->node, &f->arena, NULL, &f->err, "iptables -X o"),
		-1);
	assert_string_equal(f->err.text, "node n3: iptables -X o: exit status "
					 "2: no such chain");
	node_run(f->node, &f->arena, NULL, &f->err, "one");
	assert_string_equal(f->err.text,
			    "node n3: one: exit status 3: only here");
	node_run(f->node, &f->arena, NULL, &f->err, "two");
	assert_string_equal(f->err.text, "node n3: two: exit status 4");
	node_run(f->node, &f->arena, NULL, &f->err, "three\nlines\nlong");
	assert_string_equal(f->err.text,
			    "node n3: three...: not done by its deadline");
}

static void a_failure_that_is_an_answer_is_no_error(void **state)
{
	static const struct fake_step steps[] = {
		{ NULL, .exit_status = 1, .err = "no\n" }, { 0 }
	};
	struct fixture *f = *state;

	f->fake.steps = steps;
	assert_int_equal(
		node_try(f->node, &f->arena, &f->reply, &f->err, "test -e x"),
		0);
	assert_int_equal(f->reply.exit_status, 1);
	assert_string_equal(f->reply.err, "no\n");
}

static void after_a_cut_the_next_step_connects_again(void **state)
{
	struct fixture *f = *state;

	f->fake.fail_call = 2;
	assert_int_equal(node_run(f->node, &f->arena, NULL, &f->err, "a"), 0);
	assert_int_equal(node_run(f->node, &f->arena, NULL, &f->err, "b"), -1);
	assert_int_equal(f->fake.reopened, 0);
	assert_int_equal(node_run(f->node, &f->arena, NULL, &f->err, "c"), 0);
	assert_int_equal(f->fake.reopened, 1);
	assert_int_equal(node_run(f->node, &f->arena, NULL, &f->err, "d"), 0);
	assert_int_equal(f->fake.reopened, 1);
}

static void root_needs_no_sudo(void **state)
{
	struct fixture *f = *state;

	f->config.user = "root";
	node_run(f->node, &f->arena, NULL, &f->err, "id -u");
	assert_string_equal(f->fake.line, "id -u");
}

static void behind_a_prefix_nobody_needs_sudo(void **state)
{
	struct fixture *f = *state;

	f->config.user = "admin";
	f->config.prefix = "docker exec -i n3";
	node_run(f->node, &f->arena, NULL, &f->err, "id -u");
	assert_string_equal(f->fake.line, "id -u");
}

static void another_user_goes_through_sudo(void **state)
{
	struct fixture *f = *state;

	f->config.user = "admin";
	node_run(f->node, &f->arena, NULL, &f->err, "echo 'x'");
	assert_string_equal(f->fake.line,
			    "sudo -n /bin/sh -c 'echo '\\''x'\\'''");
	assert_int_equal(f->fake.input_size, 0);
}

/* Runs the line with a stand-in for sudo that reads the password, or does
 * not: the file must get its own bytes and nothing else. */
static void check_input_behind_sudo(struct fixture *f, const char *reads)
{
	struct command command = { .deadline_ns =
					   clock_now_ns() + 10 * NS_PER_S };
	struct arena *arena = &f->arena;
	void *session = prefix_open("", &f->err);
	const char *path =
		arena_printf(arena, "/tmp/ordeal-test-%d/x", (int)getpid());

	f->config.user = "admin";
	f->config.sudo_password = "se cret";
	assert_int_equal(
		node_write_file(f->node, path, 0600, "one\ntwo", 7, &f->err),
		0);
	assert_memory_equal(f->fake.line, "sudo -S -p '' /bin/sh -c ", 25);
	assert_null(strstr(f->fake.line, "se cret"));
	command.line = arena_printf(
		arena,
		"sudo() { %s shift 3; \"$@\"; }; %s && cat %s && rm -r %.*s",
		reads, f->fake.line, path, (int)strlen(path) - 2, path);
	command.input = f->fake.input;
	command.input_size = f->fake.input_size;
	assert_int_equal(prefix_transport.run(session, &command, arena,
					      &f->reply, &f->err),
			 0);
	assert_string_equal(f->reply.err, "");
	assert_string_equal(f->reply.out, "one\ntwo");
	prefix_transport.close(session);
}

static void a_password_that_sudo_reads_is_not_input(void **state)
{
	check_input_behind_sudo(*state, "read -r password;");
}

static void a_password_that_sudo_leaves_is_not_input(void **state)
{
	check_input_behind_sudo(*state, "");
}

static void quoting_survives_every_byte(void **state)
{
	struct fixture *f = *state;
	void *session = prefix_open("", &f->err);
	char text[256];

	for (int i = 1; i < 256; i++)
		text[i - 1] = (char)i;
	text[255] = '\0';
	for (int round = 0; round < 3; round++) {
		struct command command = { .deadline_ns = clock_now_ns() +
							  10 * NS_PER_S };

		command.line = arena_printf(&f->arena, "printf %%s %s",
					    shell_quote(&f->arena, text));
		assert_int_equal(prefix_transport.run(session, &command,
						      &f->arena, &f->reply,
						      &f->err),
				 0);
		assert_string_equal(f->reply.out, text);
		snprintf(text, sizeof(text), "%s",
			 round == 0 ? "" : "'$(false)`'\"\\''");
	}
	prefix_transport.close(session);
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		node_write_file(f->node, "/a b/c", 0640, "x", 1, &f->err), 0);
	assert_non_null(strstr(f->fake.line, "mkdir -p '/a b' && cat > '/a b/c"
					     ".part-"));
	assert_non_null(strstr(f->fake.line, "chmod 640"));
	assert_non_null(strstr(f->fake.line, "mv -fT"));
	assert_string_equal(f->fake.input, "x");
}

static void only_root_uploads_straight_to_the_place(void **state)
{
	static const struct fake_step steps[] = {
		{ "mktemp", .out = "/tmp/ordeal.1\n" },
		{ "install -m 755 -T /tmp/ordeal.1", .out = NULL },
		{ 0 }
	};
	struct fixture *f = *state;

	assert_int_equal(node_upload(f->node, "l", "/usr/r", 0755, &f->err), 0);
	assert_string_equal(f->fake.moved, "up l /usr/r 755");
	f->config.user = "admin";
	f->fake.steps = steps;
	assert_int_equal(node_upload(f->node, "l", "/usr/r", 0755, &f->err), 0);
	assert_string_equal(f->fake.moved, "up l /tmp/ordeal.1 600");
	assert_int_equal(f->fake.surprises, 0);
}

static void a_file_is_there_or_not_or_unknown(void **state)
{
	static const struct fake_step steps[] = {
		{ "-e '/x'", .out = "yes\n" },
		{ "-e '/x'", .out = "no\n" },
		{ "-e '/x'", .exit_status = 1,
		  .err = "sudo: a password is "
			 "required\n" },
		{ 0 }
	};
	struct fixture *f = *state;

	f->fake.steps = steps;
	assert_int_equal(node_has_file(f->node, "/x", &f->err), 1);
	assert_int_equal(node_has_file(f->node, "/x", &f->err), 0);
	assert_int_equal(node_has_file(f->node, "/x", &f->err), -1);
	assert_string_equal(f->err.text, "node n3: look for /x: exit status 1: "
					 "sudo: a password is required");
}

static void a_daemons_states_are_told_apart(void **state)
{
	static const struct fake_step steps[] = {
		{ "f=/run/ordeal/etcd.pid", .out = "none\n" },
		{ "f=/run/ordeal/etcd.pid", .out = "S\n" },
		{ "f=/run/ordeal/etcd.pid", .out = "T\n" },
		{ "f=/run/ordeal/etcd.pid", .trouble = "cut" },
		{ 0 }
	};
	static const enum daemon_state states[] = {
		DAEMON_ABSENT, DAEMON_RUNNING, DAEMON_PAUSED, DAEMON_UNKNOWN
	};
	struct fixture *f = *state;
	enum daemon_state found;

	f->fake.steps = steps;
	for (size_t i = 0; i < 4; i++) {
		int result =
			node_daemon_state(f->node, "etcd", &found, &f->err);

		assert_int_equal(result, i < 3 ? 0 : -1);
		assert_int_equal(found, states[i]);
	}
	assert_string_equal(f->err.text, "node n3: look at etcd: cut");
}

static void a_daemon_that_fails_tells_its_last_words(void **state)
{
	static const struct fake_step steps[] = {
		{ NULL, .exit_status = 1, .err = "address in use\n" }, { 0 }
	};
	const struct daemon daemon = { "etcd", "etcd --x", "/var", "/var/log" };
	struct fixture *f = *state;

	f->fake.steps = steps;
	assert_int_equal(node_daemon_start(f->node, &daemon, &f->err), -1);
	assert_string_equal(f->err.text, "node n3: start etcd: exit status 1: "
					 "address in use");
}

static void names_and_signals_cannot_smuggle_shell(void **state)
{
	static const char *const bad[] = {
		"", "a b", "../x", "a;b", "$x", "-x"
	};
	struct fixture *f = *state;
	enum daemon_state found;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			node_daemon_state(f->node, bad[i], &found, &f->err),
			-1);
		assert_int_equal(
			node_daemon_signal(f->node, "x", bad[i], &f->err), -1);
	}
	assert_int_equal(f->fake.calls, 0);
}

static void its_address_is_the_best_that_is_known(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(node_address(f->node), "n3");
	f->config.host = "host";
	assert_string_equal(node_address(f->node), "host");
	f->config.address = "10.0.0.3";
	assert_string_equal(node_address(f->node), "10.0.0.3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_steps_output_comes_without_its_last_newline),
		TEST(a_failed_step_names_node_step_and_cause),
		TEST(a_failure_that_is_an_answer_is_no_error),
		TEST(after_a_cut_the_next_step_connects_again),
		TEST(root_needs_no_sudo),
		TEST(behind_a_prefix_nobody_needs_sudo),
		TEST(another_user_goes_through_sudo),
		TEST(a_password_that_sudo_reads_is_not_input),
		TEST(a_password_that_sudo_leaves_is_not_input),
		TEST(quoting_survives_every_byte),
		TEST(a_file_is_written_whole_or_not_at_all),
		TEST(only_root_uploads_straight_to_the_place),
		TEST(a_file_is_there_or_not_or_unknown),
		TEST(a_daemons_states_are_told_apart),
		TEST(a_daemon_that_fails_tells_its_last_words),
		TEST(names_and_signals_cannot_smuggle_shell),
		TEST(its_address_is_the_best_that_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
