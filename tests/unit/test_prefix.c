/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/prefix.h"
#include "harness/core/clock.h"

struct fixture {
	struct arena arena;
	struct error err;
	struct reply reply;
	void *session;
	char folder[32];
};

static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	f->session = prefix_open("env 'A=one  two' B=\"it's\"", &f->err);
	snprintf(f->folder, sizeof(f->folder), "/tmp/ordeal-test-XXXXXX");
	*state = f;
	return f->session && mkdtemp(f->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	prefix_transport.close(f->session);
	rmdir(f->folder);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static int run(struct fixture *f, const char *line, const char *input,
	       size_t size, int64_t timeout_ns)
{
	struct command command = { line, input, size,
				   clock_now_ns() + timeout_ns };

	return prefix_transport.run(f->session, &command, &f->arena, &f->reply,
				    &f->err);
}

static void the_prefix_is_split_at_blanks_but_not_in_quotes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "echo \"$A|$B\"", NULL, 0, NS_PER_S * 20), 0);
	assert_string_equal(f->reply.out, "one  two|it's\n");
}

static void a_prefix_with_an_open_quote_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_null(prefix_open("docker exec 'n1", &f->err));
	assert_string_equal(f->err.text, "the command prefix has a ' without "
					 "its partner");
}

static void a_prefix_that_is_no_program_is_told(void **state)
{
	struct fixture *f = *state;
	void *session = prefix_open("no-such-program-here", &f->err);
	struct command command = { "true", NULL, 0, clock_now_ns() + NS_PER_S };

	assert_int_equal(prefix_transport.run(session, &command, &f->arena,
					      &f->reply, &f->err),
			 -1);
	assert_string_equal(f->err.text, "start no-such-program-here: No such "
					 "file or directory");
	prefix_transport.close(session);
}

static void both_streams_and_the_status_come_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		run(f, "echo o; echo e >&2; exit 7", NULL, 0, NS_PER_S * 20),
		0);
	assert_string_equal(f->reply.out, "o\n");
	assert_string_equal(f->reply.err, "e\n");
	assert_int_equal(f->reply.exit_status, 7);
	assert_null(f->reply.exit_signal);
}

static void a_signal_is_not_an_exit_status(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "kill -9 $$", NULL, 0, NS_PER_S * 20), 0);
	assert_int_equal(f->reply.exit_status, -1);
	assert_string_equal(f->reply.exit_signal, "KILL");
}

static void more_than_a_pipe_holds_goes_both_ways(void **state)
{
	struct fixture *f = *state;
	size_t size = 4u << 20;
	char *bytes = heap_alloc(size);

	memset(bytes, 'x', size);
	assert_int_equal(run(f, "cat; cat >&2", bytes, size, NS_PER_S * 60), 0);
	assert_int_equal(f->reply.out_size, size);
	assert_memory_equal(f->reply.out, bytes, size);
	free(bytes);
}

static void input_that_nobody_reads_is_not_an_error(void **state)
{
	struct fixture *f = *state;
	size_t size = 1u << 20;
	char *bytes = heap_zeroed(1, size);

	/* Would SIGPIPE come through, this program would be dead. */
	assert_int_equal(run(f, "exec <&-; exit 3", bytes, size, NS_PER_S * 20),
			 0);
	assert_int_equal(f->reply.exit_status, 3);
	free(bytes);
}

static void a_deadline_kills_the_whole_group(void **state)
{
	struct fixture *f = *state;
	int64_t begin = clock_now_ns();
	char line[256], path[64];

	snprintf(path, sizeof(path), "%s/alive", f->folder);
	snprintf(line, sizeof(line),
		 "(sleep 2; echo x >%s) & sleep 100; echo done", path);
	assert_int_equal(run(f, line, NULL, 0, NS_PER_S / 5), -1);
	assert_string_equal(f->err.text, "not done by its deadline");
	assert_true(clock_now_ns() - begin < NS_PER_S * 2);
	clock_sleep_until(begin + NS_PER_S * 5 / 2);
	assert_int_equal(access(path, F_OK), -1);
}

static void files_go_there_and_back_with_their_mode(void **state)
{
	struct fixture *f = *state;
	int64_t deadline = clock_now_ns() + 20 * NS_PER_S;
	char there[64], back[64], line[160];
	struct stat found;

	snprintf(there, sizeof(there), "%s/it's", f->folder);
	snprintf(back, sizeof(back), "%s/back", f->folder);
	assert_int_equal(prefix_transport.upload(f->session, "/proc/self/exe",
						 there, 0750, deadline,
						 &f->err),
			 0);
	assert_int_equal(stat(there, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0750);
	assert_int_equal(prefix_transport.download(f->session, there, back,
						   deadline, &f->err),
			 0);
	snprintf(line, sizeof(line), "cmp /proc/%d/exe %s", (int)getpid(),
		 back);
	assert_int_equal(run(f, line, NULL, 0, NS_PER_S * 20), 0);
	assert_int_equal(f->reply.exit_status, 0);
	unlink(there);
	unlink(back);
	/* Nothing half-done may be left for tear_down's rmdir to trip over. */
	assert_int_equal(rmdir(f->folder), 0);
}

static void a_missing_file_is_an_error_that_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	char back[64];

	snprintf(back, sizeof(back), "%s/back", f->folder);
	assert_int_equal(prefix_transport.download(
				 f->session, "/no/such/file", back,
				 clock_now_ns() + 20 * NS_PER_S, &f->err),
			 -1);
	assert_non_null(strstr(f->err.text, "/no/such/file"));
	assert_int_equal(rmdir(f->folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_prefix_is_split_at_blanks_but_not_in_quotes),
		TEST(a_prefix_with_an_open_quote_is_refused),
		TEST(a_prefix_that_is_no_program_is_told),
		TEST(both_streams_and_the_status_come_back),
		TEST(a_signal_is_not_an_exit_status),
		TEST(more_than_a_pipe_holds_goes_both_ways),
		TEST(input_that_nobody_reads_is_not_an_error),
		TEST(a_deadline_kills_the_whole_group),
		TEST(files_go_there_and_back_with_their_mode),
		TEST(a_missing_file_is_an_error_that_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
