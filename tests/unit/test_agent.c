/* SPDX-License-Identifier: MIT */
/* The agent, in a folder of the test's own instead of a node's /run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/control/agent_image.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"

extern char **environ;

struct place {
	struct arena arena;
	char folder[64];
	pid_t agent;
};

static const char *in_place(struct place *place, const char *name)
{
	return arena_printf(&place->arena, "%s/%s", place->folder, name);
}

static const struct agent_image *own_image(void)
{
	struct utsname machine;

	assert_int_equal(uname(&machine), 0);
	return agent_image(machine.machine);
}

static int make_place(void **state)
{
	struct place *place = heap_zeroed(1, sizeof(*place));
	const struct agent_image *image = own_image();
	ssize_t size = image->end - image->begin;
	int file;

	snprintf(place->folder, sizeof(place->folder),
		 "/tmp/ordeal-agent-XXXXXX");
	if (!mkdtemp(place->folder))
		return -1;
	file = open(in_place(place, "program"), O_WRONLY | O_CREAT | O_CLOEXEC,
		    0755);
	if (file < 0 || write(file, image->begin, (size_t)size) != size)
		return -1;
	close(file);
	*state = place;
	return 0;
}

static pid_t spawn_line(const char *line)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, NULL, NULL };
	pid_t pid;

	argv[2] = strdup(line);
	assert_non_null(argv[2]);
	assert_int_equal(
		posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ), 0);
	free(argv[2]);
	return pid;
}

/* Its exit status; -1 for a signal. */
static int ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	if (place->agent)
		kill(place->agent, SIGKILL);
	ended(spawn_line(
		arena_printf(&place->arena, "rm -rf %s", place->folder)));
	arena_release(&place->arena);
	free(place);
	return 0;
}

/* `ordeal-agent ask ...`: its exit status. */
static int ask(struct place *place, const char *words)
{
	return ended(spawn_line(arena_printf(
		&place->arena,
		"%s/program ask --folder %s/run --wait 5000 %s >%s/reply 2>&1",
		place->folder, place->folder, words, place->folder)));
}

static void start(struct place *place, int lease_ms)
{
	place->agent = spawn_line(arena_printf(
		&place->arena,
		"exec %s/program run --folder %s/run --lease %d "
		"2>>%s/log",
		place->folder, place->folder, lease_ms, place->folder));
	assert_int_equal(ask(place, "status"), 0);
}

static int end_of_agent(struct place *place)
{
	pid_t pid = place->agent;

	place->agent = 0;
	return ended(pid);
}

static const char *text_of(struct place *place, const char *name)
{
	char *text = arena_alloc(&place->arena, 4096);
	FILE *file = fopen(in_place(place, name), "re");

	if (file) {
		size_t size = fread(text, 1, 4095, file);

		text[size] = '\0';
		fclose(file);
	}
	return text;
}

static bool is_there(struct place *place, const char *name)
{
	return access(in_place(place, name), F_OK) == 0;
}

/* An entry whose undoing is seen in the file "undone". */
static void add(struct place *place, const char *key)
{
	assert_int_equal(ask(place, arena_printf(&place->arena,
						 "add %s 'echo %s >>%s/undone'",
						 key, key, place->folder)),
			 0);
}

static void all_is_undone_when_the_lease_runs_out(void **state)
{
	struct place *place = *state;
	int64_t start_ns;

	start(place, 1500);
	add(place, "first");
	add(place, "second");
	assert_int_equal(ask(place, "renew"), 0);
	start_ns = clock_now_ns();
	assert_string_equal(text_of(place, "undone"), "");
	assert_int_equal(end_of_agent(place), 0);
	assert_true(clock_now_ns() - start_ns > 400 * NS_PER_MS);
	assert_string_equal(text_of(place, "undone"), "second\nfirst\n");
	assert_non_null(strstr(text_of(place, "log"), "the lease ran out"));
	assert_false(is_there(place, "run/agent.journal"));
	assert_false(is_there(place, "run/agent.socket"));
}

static void a_renewed_lease_does_not_run_out(void **state)
{
	struct place *place = *state;

	start(place, 2500);
	add(place, "it");
	for (int i = 0; i < 12; i++) {
		clock_sleep_until(clock_now_ns() + 250 * NS_PER_MS);
		assert_int_equal(ask(place, "renew"), 0);
	}
	assert_string_equal(text_of(place, "undone"), "");
}

static void what_a_killed_agent_left_is_undone_by_the_next(void **state)
{
	struct place *place = *state;

	start(place, 60000);
	add(place, "left");
	kill(place->agent, SIGKILL);
	assert_int_equal(end_of_agent(place), -1);
	assert_string_equal(text_of(place, "undone"), "");
	start(place, 60000);
	assert_string_equal(text_of(place, "undone"), "left\n");
	assert_non_null(strstr(text_of(place, "log"), "an agent died here"));
}

static void what_is_forgotten_is_not_undone(void **state)
{
	struct place *place = *state;

	start(place, 60000);
	add(place, "kept");
	add(place, "healed");
	assert_int_equal(ask(place, "forget healed"), 0);
	assert_int_equal(ask(place, "stop"), 0);
	assert_int_equal(end_of_agent(place), 0);
	assert_string_equal(text_of(place, "undone"), "kept\n");
}

static void sigterm_undoes_as_well(void **state)
{
	struct place *place = *state;

	start(place, 60000);
	add(place, "it");
	kill(place->agent, SIGTERM);
	assert_int_equal(end_of_agent(place), 0);
	assert_string_equal(text_of(place, "undone"), "it\n");
}

static void what_cannot_be_undone_is_told_and_stays(void **state)
{
	struct place *place = *state;

	start(place, 60000);
	assert_int_equal(ask(place, "add bad 'echo it is stuck; exit 1'"), 0);
	add(place, "good");
	assert_int_equal(ask(place, "undo"), 1);
	assert_string_equal(text_of(place, "undone"), "good\n");
	assert_non_null(strstr(text_of(place, "log"),
			       "could not undo bad: it is stuck"));
	assert_non_null(strstr(text_of(place, "run/agent.journal"), "bad "));
	assert_null(strstr(text_of(place, "run/agent.journal"), "good "));
}

static void there_is_one_agent_at_most(void **state)
{
	struct place *place = *state;

	start(place, 60000);
	add(place, "it");
	assert_int_equal(ended(spawn_line(arena_printf(
				 &place->arena,
				 "%s/program run --folder %s/run 2>/dev/null",
				 place->folder, place->folder))),
			 1);
	assert_string_equal(text_of(place, "undone"), "");
	assert_int_equal(ask(place, "status"), 0);
}

static void nonsense_is_refused(void **state)
{
	static const char *const words[] = {
		"add",	      "add key",     "add 'k!' true", "renew 1s",
		"renew 0",    "renew -5",    "sing",	      "''",
		"'add k\nl'", "add '' true",
	};
	struct place *place = *state;

	start(place, 60000);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (ask(place, words[i]) != 1)
			fail_msg("'%s' was accepted", words[i]);
	}
	assert_int_equal(ask(place, "status"), 0);
	assert_non_null(strstr(text_of(place, "reply"), " 0 to undo"));
}

static void who_asks_nobody_is_told(void **state)
{
	struct place *place = *state;

	assert_int_equal(ended(spawn_line(arena_printf(
				 &place->arena,
				 "%s/program ask --folder %s/run renew "
				 "2>/dev/null",
				 place->folder, place->folder))),
			 3);
}

static void a_torn_journal_loses_no_whole_line(void **state)
{
	struct place *place = *state;

	assert_int_equal(
		ended(spawn_line(arena_printf(
			&place->arena,
			"mkdir %s/run && printf 'a echo a >>%s/undone\\n\\n"
			"key\\nb echo b >>%s/und' >%s/run/agent.journal",
			place->folder, place->folder, place->folder,
			place->folder))),
		0);
	start(place, 60000);
	assert_string_equal(text_of(place, "undone"), "a\n");
	assert_false(is_there(place, "und"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_is_undone_when_the_lease_runs_out),
		TEST(a_renewed_lease_does_not_run_out),
		TEST(what_a_killed_agent_left_is_undone_by_the_next),
		TEST(what_is_forgotten_is_not_undone),
		TEST(sigterm_undoes_as_well),
		TEST(what_cannot_be_undone_is_told_and_stays),
		TEST(there_is_one_agent_at_most),
		TEST(nonsense_is_refused),
		TEST(who_asks_nobody_is_told),
		TEST(a_torn_journal_loses_no_whole_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
