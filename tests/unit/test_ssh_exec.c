/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/cluster.h"
#include "harness/control/ssh.h"
#include "harness/core/clock.h"
#include "tests/support/test_sshd.h"

struct fixture {
	struct test_sshd sshd;
	struct arena arena;
	struct error err;
	struct node_config config;
	struct reply reply;
	void *session;
};

static const char *in_folder(struct fixture *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->sshd.folder, name);
}

static int set_up_group(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	*state = f;
	if (test_sshd_start(&f->sshd))
		return -1;
	f->config = (struct node_config){
		.name = "n1",
		.host = "127.0.0.1",
		.port = f->sshd.port,
		.key_file = in_folder(f, "key"),
		.known_hosts = in_folder(f, "known_hosts"),
	};
	return 0;
}

static int tear_down_group(void **state)
{
	struct fixture *f = *state;

	test_sshd_stop(&f->sshd);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = *state;

	f->err.text[0] = '\0';
	f->session =
		ssh_open(&f->config, clock_now_ns() + 20 * NS_PER_S, &f->err);
	return f->session ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ssh_transport.close(f->session);
	f->session = NULL;
	return 0;
}

static int run_with(struct fixture *f, const char *line, const char *input,
		    size_t size, int64_t timeout_ns)
{
	struct command command = { line, input, size,
				   clock_now_ns() + timeout_ns };

	return ssh_transport.run(f->session, &command, &f->arena, &f->reply,
				 &f->err);
}

static int run(struct fixture *f, const char *line)
{
	return run_with(f, line, NULL, 0, 60 * NS_PER_S);
}

static void both_streams_and_the_status_come_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "echo o; echo e >&2; exit 7"), 0);
	assert_string_equal(f->reply.out, "o\n");
	assert_string_equal(f->reply.err, "e\n");
	assert_int_equal(f->reply.exit_status, 7);
	assert_null(f->reply.exit_signal);
}

static void a_signal_is_not_an_exit_status(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "kill -9 $$"), 0);
	assert_int_equal(f->reply.exit_status, -1);
	assert_string_equal(f->reply.exit_signal, "KILL");
}

/* The status is there only after the outputs are: success by accident is what
 * one gets who asks too early. */
static void a_status_that_comes_late_is_awaited(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "exec >&- 2>&-; sleep 0.3; exit 5"), 0);
	assert_int_equal(f->reply.exit_status, 5);
}

static void large_output_comes_back_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "head -c 10000000 /dev/zero | tr '\\0' x; "
				"head -c 3000000 /dev/zero | tr '\\0' y >&2"),
			 0);
	assert_int_equal(f->reply.out_size, 10000000);
	assert_int_equal(strspn(f->reply.out, "x"), 10000000);
	assert_int_equal(f->reply.err_size, 3000000);
	assert_int_equal(strspn(f->reply.err, "y"), 3000000);
}

static void input_arrives_while_output_comes_back(void **state)
{
	struct fixture *f = *state;
	size_t size = 5000000;
	char *bytes = heap_alloc(size);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	assert_int_equal(run_with(f, "cat", bytes, size, 60 * NS_PER_S), 0);
	assert_int_equal(f->reply.out_size, size);
	assert_memory_equal(f->reply.out, bytes, size);
	free(bytes);
}

static void input_that_nobody_reads_is_not_an_error(void **state)
{
	struct fixture *f = *state;
	size_t size = 5000000;
	char *bytes = heap_zeroed(1, size);

	assert_int_equal(run_with(f, "exit 3", bytes, size, 60 * NS_PER_S), 0);
	assert_int_equal(f->reply.exit_status, 3);
	assert_int_equal(run(f, "echo on"), 0);
	free(bytes);
}

static void a_command_without_input_sees_its_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "cat; echo end"), 0);
	assert_string_equal(f->reply.out, "end\n");
}

static void a_deadline_ends_the_wait_and_reopen_mends(void **state)
{
	struct fixture *f = *state;
	int64_t begin = clock_now_ns();

	assert_int_equal(run_with(f, "sleep 30", NULL, 0, NS_PER_S / 4), -1);
	assert_true(clock_now_ns() - begin < 20 * NS_PER_S);
	assert_string_equal(f->err.text, "not done by its deadline");
	assert_int_equal(run(f, "true"), -1);
	assert_int_equal(ssh_transport.reopen(f->session,
					      clock_now_ns() + 20 * NS_PER_S,
					      &f->err),
			 0);
	assert_int_equal(run(f, "echo again"), 0);
	assert_string_equal(f->reply.out, "again\n");
}

static void a_cut_connection_is_an_error_and_not_a_status(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "echo some; kill -9 $PPID; sleep 5"), -1);
	assert_non_null(strstr(f->err.text, "the connection was cut"));
	assert_int_equal(ssh_transport.reopen(f->session,
					      clock_now_ns() + 20 * NS_PER_S,
					      &f->err),
			 0);
	assert_int_equal(run(f, "true"), 0);
}

static void reopen_leaves_a_sound_connection_alone(void **state)
{
	struct fixture *f = *state;
	const char *server;

	assert_int_equal(run(f, "echo $PPID"), 0);
	server = f->reply.out;
	assert_int_equal(ssh_transport.reopen(f->session,
					      clock_now_ns() + 20 * NS_PER_S,
					      &f->err),
			 0);
	assert_int_equal(run(f, "echo $PPID"), 0);
	assert_string_equal(f->reply.out, server);
}

static void many_commands_go_through_one_session(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++) {
		char line[32], out[32];

		snprintf(line, sizeof(line), "echo %d; exit %d", i, i);
		snprintf(out, sizeof(out), "%d\n", i);
		assert_int_equal(run(f, line), 0);
		assert_string_equal(f->reply.out, out);
		assert_int_equal(f->reply.exit_status, i);
	}
}

static void files_go_there_and_back_with_their_mode(void **state)
{
	struct fixture *f = *state;
	const char *from = in_folder(f, "from"), *back = in_folder(f, "back");
	const char *there = in_folder(f, "it's there");
	int64_t deadline = clock_now_ns() + 60 * NS_PER_S;
	struct stat found;

	assert_int_equal(
		test_shell(arena_printf(
			&f->arena, "head -c 3000001 /dev/urandom >%s", from)),
		0);
	/* Twice: the second time it is replaced. */
	for (int mode = 0750; mode >= 0640; mode -= 0110) {
		assert_int_equal(ssh_transport.upload(f->session, from, there,
						      mode, deadline, &f->err),
				 0);
		assert_int_equal(stat(there, &found), 0);
		assert_int_equal(found.st_mode & 07777, mode);
	}
	assert_int_equal(ssh_transport.download(f->session, there, back,
						deadline, &f->err),
			 0);
	assert_int_equal(test_shell(arena_printf(&f->arena,
						 "cmp %s %s && ! ls %s | "
						 "grep part-",
						 from, back, f->sshd.folder)),
			 0);
}

static void a_missing_file_is_an_error_that_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	const char *back = in_folder(f, "not_back");
	int64_t deadline = clock_now_ns() + 60 * NS_PER_S;

	assert_int_equal(ssh_transport.download(f->session, "/no/such", back,
						deadline, &f->err),
			 -1);
	assert_string_equal(f->err.text, "open /no/such: no such file");
	assert_int_equal(access(back, F_OK), -1);
	assert_int_equal(ssh_transport.upload(f->session, "/etc/hosts",
					      "/no/such/place", 0600, deadline,
					      &f->err),
			 -1);
	assert_int_equal(ssh_transport.upload(f->session, "/no/such/here",
					      "/tmp/x", 0600, deadline,
					      &f->err),
			 -1);
	assert_string_equal(f->err.text,
			    "open /no/such/here: No such file or directory");
	/* The session has come to no harm. */
	assert_int_equal(run(f, "true"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_streams_and_the_status_come_back),
		TEST(a_signal_is_not_an_exit_status),
		TEST(a_status_that_comes_late_is_awaited),
		TEST(large_output_comes_back_whole),
		TEST(input_arrives_while_output_comes_back),
		TEST(input_that_nobody_reads_is_not_an_error),
		TEST(a_command_without_input_sees_its_end),
		TEST(a_deadline_ends_the_wait_and_reopen_mends),
		TEST(a_cut_connection_is_an_error_and_not_a_status),
		TEST(reopen_leaves_a_sound_connection_alone),
		TEST(many_commands_go_through_one_session),
		TEST(files_go_there_and_back_with_their_mode),
		TEST(a_missing_file_is_an_error_that_leaves_nothing),
	};

	if (!test_sshd_is_possible())
		return TEST_SKIPPED;
	return cmocka_run_group_tests(tests, set_up_group, tear_down_group) !=
	       0;
}
