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
#include "harness/engine/schedule.h"

struct fixture {
	struct arena arena;
	struct run_config config;
	struct settings settings;
	struct error err;
};

static int setup(void **state)
{
	*state = heap_zeroed(1, sizeof(struct fixture));
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_release(&fixture->arena);
	free(fixture);
	return 0;
}

static int make(struct fixture *f, const char *name, ...)
	__attribute__((sentinel));

/* Settings as pairs of name and text, ended by NULL. */
static int make(struct fixture *f, const char *name, ...)
{
	struct settings settings = f->settings;
	va_list args;

	va_start(args, name);
	while (name) {
		const char *text = va_arg(args, const char *);

		settings_add(&settings, &f->arena, name, text,
			     arena_printf(&f->arena, "--%s", name));
		name = va_arg(args, const char *);
	}
	va_end(args);
	return config_make(&f->config, &settings, &f->arena, &f->err);
}

static void expect(const struct fixture *f, const char *words)
{
	if (!strstr(f->err.text, words))
		fail_msg("'%s' does not say '%s'", f->err.text, words);
}

static void a_target_is_enough(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f, "target", "memory", NULL), 0);
	assert_string_equal(f->config.workload->name, "register");
	assert_int_equal(f->config.node_count, 5);
	assert_int_equal(f->config.threads, 10);
	assert_non_null(panel_find(&f->config.panel, "coverage"));
	assert_non_null(panel_find(&f->config.panel, "linearizable"));
}

static void mistakes_name_the_setting(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f, "target", "oracle", NULL), -1);
	expect(f, "--target: there is no target 'oracle'");
	assert_int_equal(make(f, "target", "memory", "workload", "x", NULL),
			 -1);
	expect(f, "--workload: there is no workload 'x'");
	assert_int_equal(make(f, "target", "memory", "time-limt", "3s", NULL),
			 -1);
	expect(f, "--time-limt: there is no option");
	expect(f, "did you mean 'time-limit'");
	assert_int_equal(make(f, "target", "memory", "time-limit", "3 pints",
			      NULL), -1);
	expect(f, "--time-limit");
	assert_int_equal(make(f, "target", "memory", "concurrency", "0",
			      NULL), -1);
	expect(f, "--concurrency");
	assert_int_equal(make(f, "target", "memory", "seed", "abc", NULL),
			 -1);
	expect(f, "--seed");
	assert_int_equal(make(f, "workload", "register", NULL), -1);
	expect(f, "no target");
	assert_int_equal(make(f, "target", "etcd", NULL), -1);
	expect(f, "no nodes");
	assert_int_equal(make(f, "target", "memory", "faults", "kill", NULL),
			 -1);
	expect(f, "has no nodes");
	assert_int_equal(make(f, "target", "etcd", "local", "3", "faults",
			      "flood", NULL), -1);
	expect(f, "there is no fault 'flood'");
}

static void an_option_of_two_parts_must_be_qualified(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f, "target", "etcd", "local", "3", "faults",
			      "partition,kill", "targets", "one", NULL), -1);
	expect(f, "is an option of partition, kill");
	assert_int_equal(make(f, "target", "etcd", "local", "3", "faults",
			      "partition,kill", "kill.targets", "one", NULL),
			 0);
	assert_true(options_is_given(f->config.faults[1].options, "targets"));
	assert_false(options_is_given(f->config.faults[0].options,
				      "targets"));
}

static void threads_can_be_counted_by_node(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f, "target", "etcd", "nodes", "a,b,c",
			      "concurrency", "4n", NULL), 0);
	assert_int_equal(f->config.threads, 12);
	assert_string_equal(f->config.nodes[2].name, "c");
}

static const char *write_file(struct fixture *f, const char *text)
{
	char *path = arena_strdup(&f->arena, "/tmp/ordeal-config-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void a_file_may_say_the_same(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(
		f, "{\"target\": {\"name\": \"etcd\", \"read\": "
		   "\"serializable\"},\n\"faults\": [\"kill\", {\"name\": "
		   "\"partition\", \"targets\": [\"one\", \"majority\"]}],\n"
		   "\"nodes\": [\"a\", {\"name\": \"b\", \"port\": 2222, "
		   "\"password\": \"hush\"}], \"seed\": 17, \"rate\": 2.5,\n"
		   "\"versions\": {\"ordeal\": \"1\"}}");

	assert_int_equal(settings_read_file(&f->settings, &f->arena, path,
					    &f->err), 0);
	unlink(path);
	assert_int_equal(make(f, NULL, NULL), 0);
	assert_true(options_is(f->config.target_options, "read",
			       "serializable"));
	assert_int_equal(f->config.fault_count, 2);
	assert_string_equal(options_list(f->config.faults[1].options,
					 "targets")[1], "majority");
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
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = write_file(f, cases[i][0]);

		assert_int_equal(settings_read_file(&f->settings, &f->arena,
						    path, &f->err), -1);
		unlink(path);
		expect(f, cases[i][1]);
	}
}

static void the_saved_configuration_runs_again_without_secrets(void **state)
{
	struct fixture *f = *state;
	struct fixture again = { 0 };
	const char *text;
	const char *path = write_file(
		f, "{\"target\": \"etcd\", \"faults\": [\"kill\"], \"nodes\": "
		   "[{\"name\": \"b\", \"password\": \"hush\"}]}");

	assert_int_equal(settings_read_file(&f->settings, &f->arena, path,
					    &f->err), 0);
	unlink(path);
	assert_int_equal(make(f, "seed", "99", "kill.targets", "one,all",
			      "time-limit", "7s", NULL), 0);
	text = config_json(&f->config, "3.4", &f->arena);
	assert_null(strstr(text, "hush"));
	path = write_file(f, text);
	if (settings_read_file(&again.settings, &again.arena, path,
			       &again.err) ||
	    make(&again, NULL, NULL))
		fail_msg("%s\n%s", again.err.text, text);
	unlink(path);
	assert_string_equal(config_json(&again.config, "3.4", &again.arena),
			    text);
	arena_release(&again.arena);
}

static void the_same_seed_plans_the_same_faults(void **state)
{
	struct fixture *f = *state;
	const char *plans[3];

	for (int i = 0; i < 3; i++) {
		assert_int_equal(make(f, "target", "etcd", "local", "3",
				      "faults", "partition,kill,pause",
				      "time-limit", "60s", "fault-length",
				      "2s", "fault-gap", "1s", "seed",
				      i < 2 ? "4" : "5", NULL), 0);
		plans[i] = schedule_json(schedule_make(&f->config, &f->arena),
					 &f->config, &f->arena);
	}
	assert_string_equal(plans[0], plans[1]);
	assert_string_not_equal(plans[0], plans[2]);
}

static void planned_faults_come_by_turns(void **state)
{
	struct fixture *f = *state;
	const struct schedule *plan;
	int64_t last = 0;

	assert_int_equal(make(f, "target", "etcd", "local", "3", "faults",
			      "partition,kill", "time-limit", "100s", "seed",
			      "1", NULL), 0);
	plan = schedule_make(&f->config, &f->arena);
	assert_in_range(plan->count, 12, 30);
	for (size_t i = 0; i < plan->count; i++) {
		assert_int_equal(plan->steps[i].is_heal, i % 2);
		assert_int_equal(plan->steps[i].fault, i / 2 % 2);
		assert_true(plan->steps[i].at_ns > last);
		assert_true(plan->steps[i].at_ns < 100 * NS_PER_S);
		last = plan->steps[i].at_ns;
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_target_is_enough),
		TEST(mistakes_name_the_setting),
		TEST(an_option_of_two_parts_must_be_qualified),
		TEST(threads_can_be_counted_by_node),
		TEST(a_file_may_say_the_same),
		TEST(mistakes_in_a_file_have_a_path),
		TEST(the_saved_configuration_runs_again_without_secrets),
		TEST(the_same_seed_plans_the_same_faults),
		TEST(planned_faults_come_by_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
