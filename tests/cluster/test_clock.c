/* SPDX-License-Identifier: MIT */
/* Wrong clocks on the local cluster, as programs see them that are not ours:
 * date, one in C, one in Go, one in Java. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/fault.h"

#include "tests/support/clock_programs.h"
#include "tests/support/etcd_cluster.h"

extern const struct fault fault_clock;

#define MS INT64_C(1000000)
#define S (1000 * MS)

static struct bed bed;
static bool is_there[8]; /* [i]: program i runs on the first node */
static const char *daemons[8];
static int64_t host_before_ns;

static int begin(void **state)
{
	size_t count = 0;

	*state = &bed;
	host_before_ns = clock_program_host_ns();
	if (bed_make(&bed, "test-clock", 2) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	for (size_t i = 0; clock_programs[i].daemon; i++) {
		is_there[i] = clock_program_start(&bed, 0, &clock_programs[i]);
		if (is_there[i])
			daemons[count++] = clock_programs[i].daemon;
		else
			printf("skipped: %s (no %s here)\n",
			       clock_programs[i].daemon,
			       clock_programs[i].needs);
	}
	cluster_set_control(bed.cluster,
			    &(struct cluster_control){ .daemons = daemons });
	return count ? 0 : -1;
}

static int end(void **state)
{
	for (size_t i = 0; bed.cluster && daemons[i]; i++)
		node_daemon_stop(cluster_node(bed.cluster, 0), daemons[i],
				 &bed.err);
	bed_remove(*state);
	return 0;
}

/* What a fault may change: the pages of code that the kernel gave (read by
 * dd), and where code is mapped. */
static const char *code_state(const char *daemon)
{
	return bed_ask(
		&bed, 0,
		arena_printf(
			&bed.arena,
			"read -r p b </run/ordeal/%s.pid; "
			"r=$(grep '\\[vdso\\]' /proc/$p/maps); "
			"dd if=/proc/$p/mem bs=4096 count=1 "
			"skip=$((0x${r%%%%-*} / 4096)) 2>/dev/null | cksum; "
			"grep -e '[/\\[]' -e ' 00:00 0 *$' /proc/$p/maps | "
			"grep -e 'r-xp' -e '/dev/zero' | sort",
			daemon));
}

static struct bed_fault *open_fault(const char *const *options)
{
	struct bed_fault *opened = bed_open_fault(&bed, &fault_clock, options);

	if (!opened)
		fail_msg("%s", bed.err.text);
	return opened;
}

static void inject(struct bed_fault *opened)
{
	int64_t start_ns = clock_now_ns();
	int64_t done_ns;

	if (fault_clock.inject(opened->state, "all", &opened->note, &bed.err))
		fail_msg("%s", bed.err.text);
	done_ns = clock_now_ns();
	if (fault_clock.verify(opened->state, &opened->note, &bed.err) !=
	    EFFECT_PROVEN)
		fail_msg("no effect: %s", bed.err.text);
	printf("%s: injected in %d ms, proven in %d ms\n",
	       figure_find(&opened->note, "kind")->text,
	       (int)((done_ns - start_ns) / MS),
	       (int)((clock_now_ns() - done_ns) / MS));
}

static void heal(struct bed_fault *opened)
{
	if (fault_clock.heal(opened->state, &opened->note, &bed.err) ||
	    fault_clock.verify_healed(opened->state, &opened->note, &bed.err) !=
		    EFFECT_PROVEN)
		fail_msg("not healed: %s", bed.err.text);
}

/* A figure of the first node in a group of the note. */
static int64_t of_node(const struct bed_fault *opened, const char *group,
		       const char *name)
{
	const struct figure *of =
		figure_find(figure_find(&opened->note, group),
			    node_name(cluster_node(bed.cluster, 0)));

	assert_non_null(of);
	return figure_find(of, name)->number;
}

/* What every program there believes, against what was asked for. */
static void expect_programs(int64_t offset_ns)
{
	for (size_t i = 0; clock_programs[i].daemon; i++) {
		int64_t seen_ns = 0;
		int64_t slack_ns;

		if (!is_there[i])
			continue;
		if (!clock_program_offset(&bed, 0, &clock_programs[i], &seen_ns,
					  &slack_ns))
			fail_msg("%s tells nothing", clock_programs[i].daemon);
		printf("%s: asked %lld ns, off by %lld ns (+- %lld)\n",
		       clock_programs[i].daemon, (long long)offset_ns,
		       (long long)(seen_ns - offset_ns), (long long)slack_ns);
		assert_in_range(llabs(seen_ns - offset_ns), 0, MS + slack_ns);
	}
}

static void expect_host_unmoved(void)
{
	assert_in_range(llabs(clock_program_host_ns() - host_before_ns), 0, MS);
}

static const char *const step[] = { "kinds",	  "step", "offset-min", "1h",
				    "offset-max", "2h",	  NULL };

static void all_programs_see_a_step_and_its_end(void **state)
{
	struct bed_fault *opened = open_fault(step);
	const char *before = code_state("tell-c");

	(void)state;
	expect_programs(0);
	inject(opened);
	expect_programs(of_node(opened, "skew", "offset-ns"));
	expect_host_unmoved();
	assert_string_not_equal(before, code_state("tell-c"));
	assert_in_range(llabs(of_node(opened, "clocks", "observed-ns") -
			      of_node(opened, "skew", "offset-ns")),
			0, MS);
	heal(opened);
	expect_programs(0);
	expect_host_unmoved();
	assert_string_equal(before, code_state("tell-c"));
	heal(opened);
}

/* How far the program in C is off, twice, and what passed between. */
static void see_twice(int64_t seen_ns[2], int64_t *elapsed_ns)
{
	int64_t slack_ns;
	int64_t begin_ns = clock_now_ns();

	assert_true(clock_program_offset(&bed, 0, &clock_programs[0],
					 &seen_ns[0], &slack_ns));
	usleep(300000);
	assert_true(clock_program_offset(&bed, 0, &clock_programs[0],
					 &seen_ns[1], &slack_ns));
	*elapsed_ns = clock_now_ns() - begin_ns;
}

static void a_frozen_clock_falls_back(void **state)
{
	static const char *const freeze[] = { "kinds", "freeze", NULL };
	struct bed_fault *opened = open_fault(freeze);
	int64_t seen_ns[2];
	int64_t elapsed_ns;

	(void)state;
	inject(opened);
	see_twice(seen_ns, &elapsed_ns);
	assert_true(seen_ns[1] <= seen_ns[0] - 300 * MS);
	assert_true(seen_ns[1] >= seen_ns[0] - elapsed_ns - MS);
	heal(opened);
	assert_true(of_node(opened, "clocks-before", "observed-ns") < 0);
	expect_programs(0);
}

static void a_drift_goes_on(void **state)
{
	static const char *const drift[] = { "kinds", "drift",	   "rate",
					     "50%",   "direction", "forward",
					     NULL };
	struct bed_fault *opened = open_fault(drift);
	int64_t rate_ppb;
	int64_t seen_ns[2];
	int64_t elapsed_ns;

	(void)state;
	inject(opened);
	rate_ppb = of_node(opened, "skew", "rate-ppb");
	see_twice(seen_ns, &elapsed_ns);
	assert_true(seen_ns[1] - seen_ns[0] >=
		    300 * MS / 1000 * (rate_ppb / 1000000) - MS);
	assert_true(seen_ns[1] - seen_ns[0] <=
		    elapsed_ns / 1000 * (rate_ppb / 1000000) + MS);
	heal(opened);
	expect_programs(0);
}

static void a_strobe_shows_both_times(void **state)
{
	static const char *const strobe[] = {
		"kinds",   "strobe", "offset-min", "10s", "direction",
		"forward", "period", "40ms",	   NULL
	};
	struct bed_fault *opened = open_fault(strobe);
	int64_t offset_ns;
	bool has_seen[2] = { false, false };

	(void)state;
	inject(opened);
	offset_ns = of_node(opened, "skew", "offset-ns");
	for (int i = 0; i < 200 && !(has_seen[0] && has_seen[1]); i++) {
		int64_t seen_ns;
		int64_t slack_ns;

		assert_true(clock_program_offset(&bed, 0, &clock_programs[0],
						 &seen_ns, &slack_ns));
		assert_true(llabs(seen_ns) <= MS + slack_ns ||
			    llabs(seen_ns - offset_ns) <= MS + slack_ns);
		has_seen[seen_ns > offset_ns / 2] = true;
	}
	assert_true(has_seen[0] && has_seen[1]);
	heal(opened);
	expect_programs(0);
}

/* `date` is started by the store, so to speak, and started anew. */
static void date_is_wrong_and_so_is_the_next(void **state)
{
	const struct daemon daemon = {
		.name = "tell-date",
		.line = "sh -c 'while :; do echo now; sleep 0.05; done | "
			"stdbuf -oL date -f - +%s'",
		.log = "/run/tell-date.log",
	};
	static const char *const only[] = { "tell-date", NULL };
	struct node *node = cluster_node(bed.cluster, 0);
	struct bed_fault *opened = open_fault(step);

	(void)state;
	cluster_set_control(bed.cluster,
			    &(struct cluster_control){ .daemons = only });
	assert_int_equal(node_daemon_start(node, &daemon, &bed.err), 0);
	inject(opened);
	for (int round = 0; round < 2; round++) {
		int64_t offset_s = of_node(opened, "skew", "offset-ns") / S;
		int64_t seen_s = 0;

		for (int i = 0; i < 200 && llabs(seen_s - offset_s) > 2; i++) {
			const char *line = bed_ask(
				&bed, 0, "tail -n 1 /run/tell-date.log");

			seen_s = strtoll(line, NULL, 10) -
				 (clock_now_ns() + clock_program_host_ns()) / S;
			usleep(50000);
		}
		assert_in_range(llabs(seen_s - offset_s), 0, 2);
		assert_int_equal(node_daemon_stop(node, "tell-date", &bed.err),
				 0);
		bed_ask(&bed, 0, "rm -f /run/tell-date.log");
		if (round == 0)
			assert_int_equal(
				node_daemon_start(node, &daemon, &bed.err), 0);
	}
	heal(opened);
	cluster_set_control(bed.cluster,
			    &(struct cluster_control){ .daemons = daemons });
}

static void a_dead_keeper_is_noticed_and_healed(void **state)
{
	struct bed_fault *opened = open_fault(step);
	const char *before = code_state("tell-c");

	(void)state;
	inject(opened);
	bed_ask(&bed, 0,
		"read -r p b </run/ordeal/clock.pid; kill -s KILL -- -$p");
	assert_int_equal(
		fault_clock.verify(opened->state, &opened->note, &bed.err),
		EFFECT_ABSENT);
	assert_non_null(strstr(bed.err.text, "is not there"));
	heal(opened);
	expect_programs(0);
	assert_string_equal(before, code_state("tell-c"));
}

/* Of all nodes here the kernel is the controller's: the agent refuses. */
static void a_machine_is_not_touched(void **state)
{
	static const char *const machine[] = { "kinds", "step", "scope",
					       "machine", NULL };
	struct bed_fault *opened = open_fault(machine);

	(void)state;
	assert_true(fault_clock.inject(opened->state, "all", &opened->note,
				       &bed.err) ||
		    fault_clock.verify(opened->state, &opened->note,
				       &bed.err) != EFFECT_PROVEN);
	assert_non_null(strstr(bed_ask(&bed, 0, "cat /run/ordeal/clock.log"),
			       "shares its kernel"));
	heal(opened);
	expect_programs(0);
	expect_host_unmoved();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_programs_see_a_step_and_its_end),
		cmocka_unit_test(a_frozen_clock_falls_back),
		cmocka_unit_test(a_drift_goes_on),
		cmocka_unit_test(a_strobe_shows_both_times),
		cmocka_unit_test(date_is_wrong_and_so_is_the_next),
		cmocka_unit_test(a_dead_keeper_is_noticed_and_healed),
		cmocka_unit_test(a_machine_is_not_touched),
	};

	if (argc > 1 && strcmp(argv[1], "tell") == 0)
		return clock_program_tell();
	if (geteuid() != 0) {
		puts("needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
