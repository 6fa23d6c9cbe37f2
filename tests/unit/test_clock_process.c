/* SPDX-License-Identifier: MIT */
/* Clocks of processes: of a child of the test's, which tells what it sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/clock_keep.h"
#include "nemesis/agent/clock_process.h"
#include "nemesis/agent/clock_regs.h"

extern char **environ;

#define NS INT64_C(1000000000)
#define HOUR (3600 * NS)

/* The child: answers each byte with two times, while other threads do nothing
 * but ask for the time. */
static void *ask_for_ever(void *argument)
{
	for (;;) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		if (now.tv_nsec < 0 || now.tv_nsec >= NS)
			abort();
	}
	return argument;
}

static int answer(void)
{
	pthread_t thread;
	char byte;

	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, ask_for_ever, NULL);
	while (read(0, &byte, 1) == 1) {
		struct timespec times[2];

		clock_gettime(CLOCK_REALTIME, &times[0]);
		clock_gettime(CLOCK_MONOTONIC, &times[1]);
		if (write(1, times, sizeof(times)) != (ssize_t)sizeof(times))
			break;
	}
	return 0;
}

struct child {
	pid_t pid;
	int to;
	int from;
	struct clock_vdso vdso;
};

static int start(void **state)
{
	static struct child child;
	char *argv[] = { (char[]){ "child" }, (char[]){ "answer" }, NULL };
	posix_spawn_file_actions_t actions;
	int in[2];
	int out[2];

	child = (struct child){ .pid = 0 };
	*state = &child;
	if (!clock_regs_are_known() || !clock_vdso_find(&child.vdso))
		return 0;
	if (pipe(in) || pipe(out))
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addclose(&actions, in[1]);
	if (posix_spawn(&child.pid, "/proc/self/exe", &actions, NULL, argv,
			environ))
		return -1;
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	child.to = in[1];
	child.from = out[0];
	return 0;
}

static int stop(void **state)
{
	const struct child *child = *state;

	if (child->pid) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
		close(child->to);
		close(child->from);
	}
	return 0;
}

static int64_t ns_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NS + time->tv_nsec;
}

/* How much the child's real time is ahead of its monotonic time. */
static int64_t ask(const struct child *child)
{
	struct timespec times[2];

	assert_int_equal(write(child->to, "?", 1), 1);
	assert_int_equal(read(child->from, times, sizeof(times)),
			 sizeof(times));
	return ns_of(&times[0]) - ns_of(&times[1]);
}

static int64_t own_difference(void)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	clock_gettime(CLOCK_MONOTONIC, &times[1]);
	return ns_of(&times[0]) - ns_of(&times[1]);
}

/* Seen by the child itself; it may wait between its two questions. */
static void expect_offset(const struct child *child, int64_t offset_ns)
{
	int64_t best_ns = INT64_MAX;

	for (int i = 0; i < 100 && best_ns > NS / 1000; i++) {
		int64_t seen_ns = ask(child) - own_difference() - offset_ns;

		best_ns = llabs(seen_ns) < best_ns ? llabs(seen_ns) : best_ns;
	}
	assert_in_range(best_ns, 0, NS / 1000);
}

static struct child *need_child(void **state)
{
	struct child *child = *state;

	if (!child->pid)
		skip();
	ask(child);
	return child;
}

/* False where this user may not trace. */
static bool redirect(const struct child *child, int64_t offset_ns)
{
	struct clock_order order = { .offset_ns = offset_ns };
	struct clock_wrong wrong = clock_begin(&order);
	char trouble[CLOCK_TROUBLE] = "";

	if (clock_process_redirect(&child->vdso, child->pid, &wrong, trouble) ==
	    0)
		return true;
	if (!strstr(trouble, "cannot be traced"))
		fail_msg("%s", trouble);
	return false;
}

/* A thread that is in our code may have to wait for its turn to leave it. */
static void restore(const struct child *child)
{
	char trouble[CLOCK_TROUBLE] = "";
	bool is_left = true;

	for (int i = 0; i < 50 && is_left; i++) {
		if (clock_process_restore(&child->vdso, child->pid, &is_left,
					  trouble))
			fail_msg("%s", trouble);
	}
	assert_false(is_left);
}

/* The clock functions' code and our pages, as others see them. */
static size_t code_of(const struct child *child, char *text, size_t size)
{
	uint64_t base = clock_process_vdso(child->pid);
	char path[64];
	char line[256];
	size_t used = child->vdso.size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)child->pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)base, SEEK_SET), 0);
	assert_int_equal(fread(text, 1, used, file), used);
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%ld/maps", (long)child->pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strstr(line, "-xp ") && !strstr(line, "/dev/zero"))
			continue;
		assert_true(used + strlen(line) < size);
		memcpy(text + used, line, strlen(line));
		used += strlen(line);
	}
	fclose(file);
	return used;
}

static void a_child_is_an_hour_ahead_and_back(void **state)
{
	static char before[65536];
	static char after[65536];
	struct child *child = need_child(state);
	int64_t host = own_difference();
	size_t size = code_of(child, before, sizeof(before));

	for (int i = 0; i < 3; i++) {
		if (!redirect(child, HOUR))
			skip();
		assert_int_equal(
			clock_process_state(&child->vdso, child->pid, NULL),
			CLOCK_WRONG);
		expect_offset(child, HOUR);
		restore(child);
		expect_offset(child, 0);
		assert_int_equal(code_of(child, after, sizeof(after)), size);
		assert_memory_equal(before, after, size);
	}
	restore(child);
	assert_in_range(llabs(own_difference() - host), 0, NS / 1000);
}

static void a_probe_sees_what_was_asked(void **state)
{
	struct child *child = need_child(state);
	char trouble[CLOCK_TROUBLE] = "";
	struct clock_sample sample;

	if (!redirect(child, -HOUR))
		skip();
	ask(child);
	if (clock_process_sample(&child->vdso, child->pid, CLOCK_REALTIME,
				 &sample, trouble))
		fail_msg("%s", trouble);
	assert_int_equal(sample.intended_ns, -HOUR);
	assert_in_range(llabs(sample.offset_ns + HOUR), 0, sample.slack_ns + 1);
	assert_true(sample.is_used);
	assert_int_equal(clock_process_sample(&child->vdso, child->pid,
					      CLOCK_MONOTONIC, &sample,
					      trouble),
			 0);
	assert_int_equal(sample.intended_ns, 0);
	restore(child);
}

/* The pages may have to stay until it goes on. */
static void a_stopped_process_stays_stopped(void **state)
{
	struct child *child = need_child(state);
	char trouble[CLOCK_TROUBLE] = "";
	struct clock_sample sample;
	siginfo_t info;
	bool is_left;

	kill(child->pid, SIGSTOP);
	assert_int_equal(waitid(P_PID, (id_t)child->pid, &info, WSTOPPED), 0);
	if (!redirect(child, HOUR))
		skip();
	assert_int_equal(clock_process_sample(&child->vdso, child->pid,
					      CLOCK_REALTIME, &sample, trouble),
			 0);
	assert_int_equal(sample.intended_ns, HOUR);
	assert_int_equal(clock_process_restore(&child->vdso, child->pid,
					       &is_left, trouble),
			 0);
	assert_int_equal(clock_process_state(&child->vdso, child->pid, NULL),
			 CLOCK_TRUE);
	kill(child->pid, SIGCONT);
	expect_offset(child, 0);
	restore(child);
}

static void a_process_that_is_gone_is_no_trouble(void **state)
{
	struct child *child = need_child(state);
	char trouble[CLOCK_TROUBLE] = "";
	struct clock_wrong wrong = { .ids = 1 };

	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	assert_int_equal(clock_process_state(&child->vdso, child->pid, NULL),
			 CLOCK_UNREADABLE);
	restore(child);
	assert_int_equal(clock_process_redirect(&child->vdso, child->pid,
						&wrong, trouble),
			 -1);
	assert_true(trouble[0]);
	child->pid = 0;
}

int main(int argc, char **argv)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_child_is_an_hour_ahead_and_back),
		TEST(a_probe_sees_what_was_asked),
		TEST(a_stopped_process_stays_stopped),
		TEST(a_process_that_is_gone_is_no_trouble),
	};

	if (argc > 1 && strcmp(argv[1], "answer") == 0)
		return answer();
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
