/* SPDX-License-Identifier: MIT */
/* Agents for other kinds of machines: which one a node gets, and that it works
 * there, as far as an emulator can tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/control/agent.h"
#include "harness/control/agent_image.h"
#include "harness/control/cluster.h"
#include "harness/control/node_open.h"
#include "tests/support/fake_transport.h"

extern char **environ;

static int run_line(const char *line)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, NULL, NULL };
	pid_t pid;
	int status;

	argv[2] = strdup(line);
	assert_int_equal(
		posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(argv[2]);
	return status;
}

static int install(struct fake *fake, struct error *err)
{
	const struct node_config config = { .name = "n1" };
	struct node *node = node_over(&config, &fake_transport, fake);
	int result = agent_install(node, err);

	node_close(node);
	return result;
}

static void each_node_gets_the_agent_of_its_machine(void **state)
{
	const struct agent_image *image;

	(void)state;
	for (size_t i = 0; (image = agent_image_at(i)) != NULL; i++) {
		char answer[40];
		const struct fake_step steps[] = {
			{ "uname -m", .out = answer },
			{ .pattern = AGENT_PROGRAM },
			{ .pattern = AGENT_PROGRAM " version" },
			{ 0 },
		};
		struct fake fake = { .steps = steps };
		struct error err;

		snprintf(answer, sizeof(answer), "%s\n", image->machine);
		if (install(&fake, &err))
			fail_msg("%s: %s", image->machine, err.text);
		assert_int_equal(fake.calls, 3);
		assert_string_equal(image->machine,
				    agent_image(image->machine)->machine);
	}
	assert_true(agent_image_at(0) != NULL);
}

static void there_is_one_for_this_machine(void **state)
{
	struct utsname here;

	(void)state;
	assert_int_equal(uname(&here), 0);
	assert_non_null(agent_image(here.machine));
}

static void a_machine_that_we_have_none_for_is_refused(void **state)
{
	static const struct fake_step steps[] = {
		{ "uname -m", .out = "riscv64\n" },
		{ 0 },
	};
	struct fake fake = { .steps = steps };
	struct error err;

	(void)state;
	assert_int_equal(install(&fake, &err), -1);
	assert_non_null(strstr(err.text, "node n1: no agent for a node that "
					 "is riscv64"));
	assert_non_null(strstr(err.text, agent_image_at(0)->machine));
	assert_non_null(strstr(err.text, "--lease 0"));
	assert_int_equal(fake.calls, 1);
}

/* No interpreter, no segment to be linked by one. */
static void agents_are_static_and_for_their_machine(void **state)
{
	const struct agent_image *image;

	(void)state;
	for (size_t i = 0; (image = agent_image_at(i)) != NULL; i++) {
		Elf64_Ehdr header;
		Elf64_Phdr part;

		memcpy(&header, image->begin, sizeof(header));
		assert_memory_equal(header.e_ident, ELFMAG, SELFMAG);
		assert_int_equal(header.e_machine,
				 strcmp(image->machine, "aarch64") == 0 ?
					 EM_AARCH64 :
					 EM_X86_64);
		for (int j = 0; j < header.e_phnum; j++) {
			memcpy(&part,
			       image->begin + header.e_phoff +
				       (size_t)j * sizeof(part),
			       sizeof(part));
			assert_int_not_equal(part.p_type, PT_INTERP);
			assert_int_not_equal(part.p_type, PT_DYNAMIC);
		}
	}
}

/* The whole story as a script: $1 is the agent, $2 a folder. */
static const char story[] =
	"set -eu; cd \"$2\"; agent=\"qemu-aarch64-static $1\"\n"
	"$agent version >/dev/null\n"
	"$agent run --folder \"$2/run\" --lease 3600000 2>log & pid=$!\n"
	"ask() { $agent ask --folder \"$folder\" --wait 20000 \"$@\"; }\n"
	"folder=$2/run\n"
	"ask status | grep -q ' 0 to undo'\n"
	"ask add one 'echo one >>undone'\n"
	"kill -KILL $pid; wait $pid || true\n"
	"[ ! -e undone ]\n"
	"$agent run --folder \"$2/run\" --lease 3600000 2>>log & pid=$!\n"
	"ask add two 'echo two >>undone'\n"
	"[ \"$(cat undone)\" = one ]\n"
	"ask renew 100\n"
	"wait $pid\n"
	"[ \"$(tail -n 1 undone)\" = two ]\n"
	"grep -q 'the lease ran out' log\n"
	"! $agent clock keep --folder run --daemon x --offset-ns 5 2>said\n"
	"grep -q 'on x86-64 alone' said\n";

/* What the script's end was. */
static int tell_story(const struct agent_image *image)
{
	char folder[] = "/tmp/ordeal-arm64-XXXXXX";
	char program[64], line[sizeof(story) + 200];
	FILE *file;
	int status;

	assert_non_null(mkdtemp(folder));
	snprintf(program, sizeof(program), "%s/agent", folder);
	file = fopen(program, "wbe");
	assert_non_null(file);
	fwrite(image->begin, 1, (size_t)(image->end - image->begin), file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0755), 0);
	snprintf(line, sizeof(line), "set -- %s %s\n%s", program, folder,
		 story);
	status = run_line(line);
	snprintf(line, sizeof(line), "cat %s/log %s/said; rm -rf %s", folder,
		 folder, folder);
	run_line(status == 0 ? strstr(line, "rm ") : line);
	return status;
}

static void the_arm64_agent_keeps_journal_and_lease(void **state)
{
	const struct agent_image *image = agent_image("aarch64");

	(void)state;
	if (image && access("/usr/bin/qemu-aarch64-static", X_OK) == 0) {
		assert_int_equal(tell_story(image), 0);
	} else {
		print_message("no compiler or no emulator for arm64\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_one_for_this_machine),
		cmocka_unit_test(each_node_gets_the_agent_of_its_machine),
		cmocka_unit_test(a_machine_that_we_have_none_for_is_refused),
		cmocka_unit_test(agents_are_static_and_for_their_machine),
		cmocka_unit_test(the_arm64_agent_keeps_journal_and_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
