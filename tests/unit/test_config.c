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

#include "harness/core/clock.h"
#include "harness/engine/config.h"
#include "tests/support/config_fixture.h"

static void a_target_is_enough(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "memory", NULL), 0);
	assert_string_equal(f->config.workload->name, "register");
	assert_int_equal(f->config.node_count, 5);
	assert_int_equal(f->config.threads, 10);
	assert_non_null(panel_find(&f->config.panel, "coverage"));
	assert_non_null(panel_find(&f->config.panel, "linearizable"));
}

static void mistakes_name_the_setting(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "oracle", NULL), -1);
	config_expect(f, "--target: there is no target 'oracle'");
	assert_int_equal(
		config_try(f, "target", "memory", "workload", "x", NULL), -1);
	config_expect(f, "--workload: there is no workload 'x'");
	assert_int_equal(
		config_try(f, "target", "memory", "time-limt", "3s", NULL), -1);
	config_expect(f, "--time-limt: there is no option");
	config_expect(f, "did you mean 'time-limit'");
	assert_int_equal(config_try(f, "target", "memory", "time-limit",
				    "3 pints", NULL),
			 -1);
	config_expect(f, "--time-limit");
	assert_int_equal(
		config_try(f, "target", "memory", "concurrency", "0", NULL),
		-1);
	config_expect(f, "--concurrency");
	assert_int_equal(config_try(f, "target", "memory", "seed", "abc", NULL),
			 -1);
	config_expect(f, "--seed");
	assert_int_equal(config_try(f, "target", "memory", "seed",
				    "18446744073709551616", NULL),
			 -1);
	config_expect(f, "more than 64 bits");
	assert_int_equal(
		config_try(f, "target", "memory", "op-timeout", "0s", NULL),
		-1);
	config_expect(f, "--op-timeout: no operation ends");
	assert_int_equal(config_try(f, "target", "memory", "rate", "-1", NULL),
			 -1);
	config_expect(f, "--rate: there is no negative rate");
	assert_int_equal(config_try(f, "workload", "register", NULL), -1);
	config_expect(f, "no target");
	assert_int_equal(config_try(f, "target", "etcd", NULL), -1);
	config_expect(f, "no nodes");
	assert_int_equal(
		config_try(f, "target", "memory", "faults", "kill", NULL), -1);
	config_expect(f, "has no nodes");
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "flood", NULL),
			 -1);
	config_expect(f, "there is no fault 'flood'");
}

static void an_option_of_two_parts_must_be_qualified(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "partition,kill", "targets", "one", NULL),
			 -1);
	config_expect(f, "is an option of partition, kill");
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "partition,kill", "kill.targets", "one",
				    NULL),
			 0);
	assert_true(options_is_given(f->config.faults[1].options, "targets"));
	assert_false(options_is_given(f->config.faults[0].options, "targets"));
}

static void daemons_of_a_store_are_chosen_by_name(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "pause,kill", "kill.daemons", "etc", NULL),
			 -1);
	config_expect(f, "kill.daemons: etcd has no daemon \"etc\"; did you "
			 "mean \"etcd\"?");
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "pause,kill", "kill.daemons", "etcd", NULL),
			 0);
	assert_string_equal(options_list(f->config.faults[1].options,
					 OPTION_DAEMONS)[0],
			    "etcd");
	assert_null(options_list(f->config.faults[0].options,
				 OPTION_DAEMONS)[0]);
}

/* Of what parts the run has: those come later, or from a file. */
static void an_option_that_is_true_may_stand_alone(void **state)
{
	struct config_fixture *f = *state;
	char words[][16] = { "run", "--fencing", "--target", "memory",
			     "--workload", "lock", "--keep" };
	char *argv[7];
	const char *path;

	for (size_t i = 0; i < 7; i++)
		argv[i] = words[i];
	assert_int_equal(settings_read_arguments(&f->settings, &f->arena, 7,
						 argv, &path, &f->err),
			 0);
	assert_int_equal(config_try(f, NULL, NULL), 0);
	assert_true(options_bool(f->config.workload_options, "fencing"));
	assert_true(options_bool(f->config.options, "keep"));
}

static void threads_can_be_counted_by_node(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "nodes", "a,b,c",
				    "concurrency", "4n", NULL),
			 0);
	assert_int_equal(f->config.threads, 12);
	assert_string_equal(f->config.nodes[2].name, "c");
}

static void a_file_may_say_the_same(void **state)
{
	struct config_fixture *f = *state;
	const char *path = config_file(
		f, "{\"target\": {\"name\": \"etcd\", \"read\": "
		   "\"serializable\"},\n\"faults\": [\"kill\", {\"name\": "
		   "\"partition\", \"targets\": [\"one\", \"majority\"]}],\n"
		   "\"nodes\": [\"a\", {\"name\": \"b\", \"port\": 2222, "
		   "\"password\": \"hush\"}], \"seed\": 17, \"rate\": 2.5,\n"
		   "\"versions\": {\"ordeal\": \"1\"}}");

	assert_int_equal(
		settings_read_file(&f->settings, &f->arena, path, &f->err), 0);
	unlink(path);
	assert_int_equal(config_try(f, NULL, NULL), 0);
	assert_true(
		options_is(f->config.target_options, "read", "serializable"));
	assert_int_equal(f->config.fault_count, 2);
	assert_string_equal(
		options_list(f->config.faults[1].options, "targets")[1],
		"majority");
	assert_int_equal(f->config.nodes[0].port, 22);
	assert_int_equal(f->config.nodes[1].port, 2222);
	assert_int_equal(f->config.seed, 17);
}

static void mistakes_in_a_file_have_a_path(void **state)
{
	static const char *const cases[][2] = {
		{ "{", ":1: " },
		{ "[]", "an object is wanted" },
		{ "{\"faults\": [\"kill\", 3]}", "/faults/1: " },
		{ "{\"rate\": {\"a\": {}}}", "/rate/a: " },
		{ "{\"nodes\": [{\"port\": 3}]}", "/nodes/0: " },
		{ "{\"nodes\": [{\"name\":\"a\",\"port\": 99999}]}",
		  "/nodes/0/port: " },
		{ "{\"target\": 5}", "/target: " },
		{ "{\"seed\": 1, \"seed\": 2}", "duplicate" },
	};
	struct config_fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = config_file(f, cases[i][0]);

		assert_int_equal(settings_read_file(&f->settings, &f->arena,
						    path, &f->err),
				 -1);
		unlink(path);
		config_expect(f, cases[i][1]);
	}
}

static void the_saved_configuration_runs_again_without_secrets(void **state)
{
	struct config_fixture *f = *state;
	struct config_fixture again = { 0 };
	const char *text;
	const char *path = config_file(
		f, "{\"target\": \"etcd\", \"faults\": [\"kill\"], \"nodes\": "
		   "[{\"name\": \"b\", \"password\": \"hush\"}]}");

	assert_int_equal(
		settings_read_file(&f->settings, &f->arena, path, &f->err), 0);
	unlink(path);
	assert_int_equal(config_try(f, "seed", "99", "kill.targets", "one,all",
				    "time-limit", "7s", NULL),
			 0);
	text = config_json(&f->config, "3.4", &f->arena);
	assert_null(strstr(text, "hush"));
	path = config_file(f, text);
	if (settings_read_file(&again.settings, &again.arena, path,
			       &again.err) ||
	    config_try(&again, NULL, NULL))
		fail_msg("%s\n%s", again.err.text, text);
	unlink(path);
	assert_string_equal(config_json(&again.config, "3.4", &again.arena),
			    text);
	arena_release(&again.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONFIG_TEST(a_target_is_enough),
		CONFIG_TEST(mistakes_name_the_setting),
		CONFIG_TEST(an_option_of_two_parts_must_be_qualified),
		CONFIG_TEST(daemons_of_a_store_are_chosen_by_name),
		CONFIG_TEST(an_option_that_is_true_may_stand_alone),
		CONFIG_TEST(threads_can_be_counted_by_node),
		CONFIG_TEST(a_file_may_say_the_same),
		CONFIG_TEST(mistakes_in_a_file_have_a_path),
		CONFIG_TEST(the_saved_configuration_runs_again_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
