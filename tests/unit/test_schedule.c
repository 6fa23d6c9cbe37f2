/* SPDX-License-Identifier: MIT */
/* Which faults come, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/engine/condition.h"
#include "harness/engine/schedule.h"
#include "tests/support/config_fixture.h"

static bool has_fault(const struct config_fixture *f, const char *name)
{
	for (size_t i = 0; i < f->config.fault_count; i++) {
		if (strcmp(f->config.faults[i].fault->name, name) == 0)
			return true;
	}
	return false;
}

static void a_family_is_all_its_faults(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "process", NULL),
			 0);
	assert_int_equal(f->config.fault_count, 3);
	assert_true(has_fault(f, "kill") && has_fault(f, "pause") &&
		    has_fault(f, "restart"));
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill,process,network", NULL),
			 0);
	assert_int_equal(f->config.fault_count, 5);
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "none", NULL),
			 0);
	assert_int_equal(f->config.fault_count, 0);
}

static void all_and_chaos_are_what_fits_the_target(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "all", NULL),
			 0);
	assert_true(has_fault(f, "membership") && has_fault(f, "packet"));
	assert_false(has_fault(f, "corrupt"));
	assert_true(options_is(f->config.options, "schedule", "turns"));
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "chaos", NULL),
			 0);
	assert_true(has_fault(f, "membership") && has_fault(f, "packet"));
	assert_true(options_is(f->config.options, "schedule", "overlap"));
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "chaos", "schedule", "turns", NULL),
			 0);
	assert_true(options_is(f->config.options, "schedule", "turns"));
	assert_int_equal(
		config_try(f, "target", "memory", "faults", "membership", NULL),
		-1);
	config_expect(f, "members of memory cannot be changed");
}

static void the_same_seed_plans_the_same_faults(void **state)
{
	struct config_fixture *f = *state;
	const char *plans[3];

	for (int i = 0; i < 3; i++) {
		assert_int_equal(config_try(f, "target", "etcd", "local", "3",
					    "faults", "partition,kill,pause",
					    "time-limit", "60s", "fault-length",
					    "2s", "fault-gap", "1s", "seed",
					    i < 2 ? "4" : "5", NULL),
				 0);
		plans[i] = schedule_json(
			schedule_make(&f->config, &f->arena, &f->err),
			&f->config, &f->arena);
	}
	assert_string_equal(plans[0], plans[1]);
	assert_string_not_equal(plans[0], plans[2]);
}

static void planned_faults_come_by_turns(void **state)
{
	struct config_fixture *f = *state;
	const struct schedule *plan;
	int64_t last = 0;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "partition,kill", "time-limit", "100s",
				    "seed", "1", NULL),
			 0);
	plan = schedule_make(&f->config, &f->arena, &f->err);
	assert_in_range(plan->count, 12, 30);
	for (size_t i = 0; i < plan->count; i++) {
		assert_int_equal(plan->steps[i].is_heal, i % 2);
		assert_int_equal(plan->steps[i].fault, i / 2 % 2);
		assert_true(plan->steps[i].at_ns > last);
		assert_true(plan->steps[i].at_ns < 100 * NS_PER_S);
		last = plan->steps[i].at_ns;
	}
}

static void times_vary_as_asked(void **state)
{
	static const char *const spreads[] = { "fixed", "uniform",
					       "exponential" };
	struct config_fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		const struct schedule *plan;
		int64_t shortest = INT64_MAX;
		int64_t longest = 0;

		assert_int_equal(config_try(f, "target", "etcd", "local", "3",
					    "faults", "kill", "time-limit",
					    "1000s", "seed", "1",
					    "fault-spread", spreads[i], NULL),
				 0);
		plan = schedule_make(&f->config, &f->arena, &f->err);
		assert_non_null(plan);
		for (size_t j = 1; j < plan->count; j++) {
			int64_t step =
				plan->steps[j].at_ns - plan->steps[j - 1].at_ns;

			shortest = step < shortest ? step : shortest;
			longest = step > longest ? step : longest;
		}
		assert_true((i == 0) == (shortest == longest));
		assert_true((i == 2) == (longest > 8 * NS_PER_S));
	}
}

static const struct schedule *read_plan(struct config_fixture *f,
					const char *text)
{
	const char *path = config_file(f, text);
	const struct schedule *plan =
		schedule_read(path, &f->config, &f->arena, &f->err);

	unlink(path);
	return plan;
}

static void a_written_plan_is_read_as_it_was(void **state)
{
	struct config_fixture *f = *state;
	const struct schedule *again;
	const char *text;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "process", "time-limit", "100s",
				    "fault-when", "new-primary", NULL),
			 0);
	text = schedule_json(schedule_make(&f->config, &f->arena, &f->err),
			     &f->config, &f->arena);
	assert_non_null(strstr(text, "\"when\":\"new-primary\""));
	again = read_plan(f, text);
	assert_non_null(again);
	assert_string_equal(schedule_json(again, &f->config, &f->arena), text);
}

static void a_plan_by_hand_may_say_less(void **state)
{
	struct config_fixture *f = *state;
	const struct schedule *plan;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill", NULL),
			 0);
	plan = read_plan(f, "[{\"at\": \"1500ms\", \"fault\": \"kill\", "
			    "\"do\": \"inject\"}]");
	assert_non_null(plan);
	assert_int_equal(plan->count, 1);
	assert_int_equal(plan->steps[0].at_ns, 1500 * NS_PER_MS);
	assert_null(plan->steps[0].target);
	assert_int_equal(plan->steps[0].when, CONDITION_NOW);
}

static void a_phase_draws_its_faults_in_its_time(void **state)
{
	struct config_fixture *f = *state;
	const struct schedule *plan;
	int64_t last = 0;
	bool is_in_force = false;

	config_try(f, "target", "etcd", "local", "3", "faults", "kill,pause",
		   "fault-spread", "fixed", NULL);
	plan = read_plan(f, "[{\"at\": \"10s\", \"until\": \"20s\","
			    "\"faults\": [\"pause\"], \"length\": \"2s\","
			    "\"gap\": \"1s\", \"target\": \"majority\"},"
			    "{\"at\": \"30s\", \"until\": \"38s\","
			    "\"length\": \"3s\", \"gap\": \"1s\"},"
			    "{\"at\": \"25s\", \"fault\": \"kill\","
			    "\"do\": \"heal\"}]");
	assert_non_null(plan);
	assert_int_equal(plan->count, 6 + 1 + 4);
	for (size_t i = 0; i < plan->count; i++) {
		const struct planned *step = &plan->steps[i];

		assert_true(step->at_ns >= last);
		last = step->at_ns;
		if (i < 6) {
			assert_int_equal(step->fault, 1);
			assert_string_equal(step->target, "majority");
		}
		if (i == 6)
			continue;
		assert_int_equal(step->is_heal, is_in_force);
		is_in_force = !is_in_force;
	}
	assert_int_equal(plan->steps[0].at_ns, 11 * NS_PER_S);
	assert_int_equal(plan->steps[5].at_ns, 19 * NS_PER_S);
	assert_int_equal(plan->steps[7].fault, 0);
	assert_int_equal(plan->steps[9].fault, 1);
	assert_int_equal(last, 38 * NS_PER_S);
}

static void mistakes_in_a_plan_have_a_path(void **state)
{
#define STEP "{\"at\": \"2s\", \"fault\": \"kill\", \"do\": \"inject\"}"
	static const char *const plans[][2] = {
		{ "{}", "a list of steps is wanted" },
		{ "[", ":1: " },
		{ "[3]", "/0/at: " },
		{ "[{\"at\": -1}]", "/0/at: " },
		{ "[" STEP ", {\"at\": 5, \"fault\": \"kill\", \"do\": "
		  "\"heal\"}]",
		  "/1/at: it is before" },
		{ "[{\"at\": 5, \"fault\": \"flood\"}]", "/0/fault: " },
		{ "[{\"at\": 5, \"fault\": \"kill\", \"do\": \"it\"}]",
		  "/0/do: " },
		{ "[{\"at\": 5, \"fault\": \"kill\", \"do\": \"inject\", "
		  "\"target\": \"moon\"}]",
		  "/0/target: " },
		{ "[{\"at\": 5, \"fault\": \"kill\", \"do\": \"inject\", "
		  "\"when\": \"later\"}]",
		  "/0/when: " },
		{ "[{\"at\": 5, \"until\": 5}]", "/0/until: " },
		{ "[{\"at\": 5, \"until\": \"soon\"}]", "/0/until: " },
		{ "[{\"at\": 5, \"until\": 9, \"faults\": [\"flood\"]}]",
		  "/0/faults: " },
		{ "[{\"at\": 5, \"until\": 9, \"faults\": []}]",
		  "/0/faults: " },
		{ "[{\"until\": 9, \"gap\": true}]", "/0/gap: " },
		{ "[{\"until\": 9, \"schedule\": \"x\"}]", "/0/schedule: " },
		{ "[{\"until\": 9, \"target\": \"moon\"}]", "/0/target: " },
	};
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill", NULL),
			 0);
	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		assert_null(read_plan(f, plans[i][0]));
		config_expect(f, plans[i][1]);
	}
	assert_null(
		schedule_read("/nowhere/plan", &f->config, &f->arena, &f->err));
	config_expect(f, "/nowhere/plan");
}

static void a_plan_may_name_nodes(void **state)
{
	struct config_fixture *f = *state;
	const struct schedule *plan;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill,partition", NULL),
			 0);
	plan = read_plan(f, "[{\"at\": 1, \"fault\": \"kill\", \"do\": "
			    "\"inject\", \"target\": \"n1+n3\"},"
			    "{\"at\": 2, \"fault\": \"partition\", \"do\": "
			    "\"inject\", \"target\": \"clients+primary\"}]");
	assert_non_null(plan);
	assert_string_equal(plan->steps[0].target, "n1+n3");
	assert_string_equal(plan->steps[1].target, "clients+primary");
	assert_null(read_plan(f, "[{\"at\": 1, \"fault\": \"kill\", \"do\": "
				 "\"inject\", \"target\": \"n4\"}]"));
	config_expect(f, "/0/target: there is no node \"n4\"");
}

static void targets_that_are_no_nodes_are_refused(void **state)
{
	struct config_fixture *f = *state;

	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill,pause", "kill.targets", "n1+n3,n2",
				    "pause.targets", "one", NULL),
			 0);
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill", "kill.targets", "n1+n9", NULL),
			 -1);
	config_expect(f, "kill.targets: there is no node \"n9\"");
	assert_int_equal(config_try(f, "target", "etcd", "local", "3", "faults",
				    "kill", "kill.targets", "minorty", NULL),
			 -1);
	config_expect(f, "did you mean \"minority\"?");
	assert_int_equal(config_try(f, "target", "etcd", "nodes", "a,b,c",
				    "faults", "partition", "partition.targets",
				    "clients+b", NULL),
			 0);
	assert_int_equal(config_try(f, "target", "etcd", "nodes", "a,b,c",
				    "faults", "packet", "packet.behaviours",
				    "delay+los", NULL),
			 -1);
	config_expect(f, "there is no \"los\"; did you mean \"loss\"?");
}

static void a_condition_that_cannot_hold_is_waited_for_in_vain(void **state)
{
	static const struct condition_world nowhere = { .lag = 0 };

	(void)state;
	assert_true(condition_await(CONDITION_NOW, &nowhere, 0));
	for (enum condition c = CONDITION_FIRST_OK; c <= CONDITION_NODE_LAGS;
	     c++) {
		assert_false(condition_await(c, &nowhere, NS_PER_MS));
		assert_int_equal(condition_from_name(condition_names[c]), c);
	}
	assert_null(condition_names[CONDITION_NODE_LAGS + 1]);
	assert_int_equal(condition_from_name("never"), CONDITION_NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONFIG_TEST(a_family_is_all_its_faults),
		CONFIG_TEST(all_and_chaos_are_what_fits_the_target),
		CONFIG_TEST(the_same_seed_plans_the_same_faults),
		CONFIG_TEST(planned_faults_come_by_turns),
		CONFIG_TEST(times_vary_as_asked),
		CONFIG_TEST(a_written_plan_is_read_as_it_was),
		CONFIG_TEST(a_plan_by_hand_may_say_less),
		CONFIG_TEST(a_phase_draws_its_faults_in_its_time),
		CONFIG_TEST(mistakes_in_a_plan_have_a_path),
		CONFIG_TEST(a_plan_may_name_nodes),
		CONFIG_TEST(targets_that_are_no_nodes_are_refused),
		cmocka_unit_test(
			a_condition_that_cannot_hold_is_waited_for_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
