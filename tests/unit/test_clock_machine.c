/* SPDX-License-Identifier: MIT */
/* A machine's clock, moved; it is the test's, and no clock of this machine. */
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

#include "nemesis/agent/clock_machine.h"

#define NS INT64_C(1000000000)
#define OWN "11111111-2222-3333-4444-555555555555"
#define OTHER "99999999-2222-3333-4444-555555555555"

/* It goes 50 ppm faster than the raw clock by itself, as adjusted. */
static struct fake {
	int64_t raw_ns;
	int64_t real_ns;
	long freq;
	long tick;
	int sets;
	bool has_boot_id;
} fake;

static void pass(int64_t ns)
{
	double rate = (double)fake.freq / 65536 / 1e6 +
		      (double)(fake.tick - 10000) / 1e4;

	fake.raw_ns += ns;
	fake.real_ns += ns + (int64_t)((double)ns * rate);
}

static int fake_get(clockid_t id, struct timespec *now)
{
	int64_t ns = id == CLOCK_REALTIME ? fake.real_ns : fake.raw_ns;

	now->tv_sec = ns / NS;
	now->tv_nsec = ns % NS;
	return 0;
}

static int fake_set(const struct timespec *now)
{
	fake.real_ns = (int64_t)now->tv_sec * NS + now->tv_nsec;
	fake.sets++;
	return 0;
}

static int fake_adjust(struct timex *how)
{
	if (how->modes & ADJ_FREQUENCY)
		fake.freq = how->freq;
	if (how->modes & ADJ_TICK)
		fake.tick = how->tick;
	how->freq = fake.freq;
	how->tick = fake.tick;
	return 0;
}

static bool fake_boot_id(char id[CLOCK_BOOT_ID])
{
	snprintf(id, CLOCK_BOOT_ID, "%s", OWN);
	return fake.has_boot_id;
}

static const struct clock_system fake_system = { fake_get, fake_set,
						 fake_adjust, fake_boot_id };

static int reset(void **state)
{
	(void)state;
	fake = (struct fake){ .raw_ns = 1000 * NS,
			      .real_ns = 1700000000 * NS,
			      .freq = 50 * 65536,
			      .tick = 10000,
			      .has_boot_id = true };
	return 0;
}

static struct clock_shift begin(int64_t offset_ns, int64_t rate_ppb)
{
	struct clock_machine machine = { .foreign = { OTHER }, .count = 1 };
	struct clock_shift shift = { .offset_ns = offset_ns,
				     .rate_ppb = rate_ppb };
	char trouble[240];

	assert_int_equal(
		clock_machine_begin(&fake_system, &machine, &shift, trouble),
		0);
	assert_int_equal(
		clock_machine_apply(&fake_system, &shift, true, trouble), 0);
	return shift;
}

/* The clock is off by `offset_ns`, and knows it. */
static void expect_off(const struct clock_shift *shift, int64_t offset_ns)
{
	int64_t truth_ns = 1700000000 * NS + (fake.raw_ns - 1000 * NS) +
			   (fake.raw_ns - 1000 * NS) / 20000;
	int64_t seen_ns;
	int64_t intended_ns;

	clock_machine_look(&fake_system, shift, &seen_ns, &intended_ns);
	assert_true(llabs(fake.real_ns - truth_ns - offset_ns) < 1000);
	assert_true(llabs(seen_ns - offset_ns) < 1000);
	assert_true(llabs(intended_ns - offset_ns) < 1000);
}

static void a_step_goes_there_and_back(void **state)
{
	struct clock_shift shift = begin(-30 * NS, 0);
	char trouble[240];

	(void)state;
	expect_off(&shift, -30 * NS);
	pass(60 * NS);
	expect_off(&shift, -30 * NS);
	assert_int_equal(clock_machine_restore(&fake_system, &shift, trouble),
			 0);
	shift.offset_ns = 0;
	expect_off(&shift, 0);
}

static void a_drift_grows_and_ends(void **state)
{
	/* 1.23 %: ticks alone are not fine enough. */
	struct clock_shift shift = begin(0, 12345678);
	char trouble[240];

	(void)state;
	assert_int_equal(fake.sets, 0);
	pass(100 * NS);
	expect_off(&shift, 1234567800);
	assert_int_equal(clock_machine_restore(&fake_system, &shift, trouble),
			 0);
	assert_int_equal(fake.tick, 10000);
	assert_int_equal(fake.freq, 50 * 65536);
	shift.rate_ppb = 0;
	pass(100 * NS);
	expect_off(&shift, 0);
}

static void refuse(const char *foreign, int64_t rate_ppb, const char *why)
{
	struct clock_machine machine = { .count = 0 };
	struct clock_shift shift = { .offset_ns = NS, .rate_ppb = rate_ppb };
	char trouble[240] = "";

	if (foreign)
		assert_true(clock_machine_not(&machine, foreign));
	assert_int_equal(
		clock_machine_begin(&fake_system, &machine, &shift, trouble),
		-1);
	assert_non_null(strstr(trouble, why));
	assert_int_equal(fake.sets, 0);
	assert_int_equal(fake.tick, 10000);
}

static void a_shared_kernel_is_refused(void **state)
{
	(void)state;
	refuse(OWN, 0, "shares its kernel");
	refuse(NULL, 0, "whose it is not");
	fake.has_boot_id = false;
	refuse(OTHER, 0, "cannot be read");
}

static void too_fast_a_drift_is_refused(void **state)
{
	(void)state;
	refuse(OTHER, 200000000, "10 %");
}

/* The real system, asked with its own boot id: nothing may move. */
static void this_machine_is_refused(void **state)
{
	struct clock_machine machine = { .count = 0 };
	struct clock_shift shift = { .offset_ns = NS };
	char own[CLOCK_BOOT_ID];
	char trouble[240] = "";

	(void)state;
	if (!clock_system.boot_id(own))
		skip();
	assert_true(clock_machine_not(&machine, OTHER));
	assert_true(clock_machine_not(&machine, own));
	assert_int_equal(
		clock_machine_begin(&clock_system, &machine, &shift, trouble),
		-1);
	assert_non_null(strstr(trouble, "shares its kernel"));
}

static void what_was_before_is_kept(void **state)
{
	struct clock_shift shift = begin(5 * NS, 0);
	struct clock_shift again = { .offset_ns = 0 };
	char folder[] = "/tmp/ordeal-clock-XXXXXX";
	char trouble[240];
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_false(clock_machine_load(&fake_system, &again, folder));
	assert_int_equal(clock_machine_save(&shift, folder, trouble), 0);
	assert_true(clock_machine_load(&fake_system, &again, folder));
	assert_memory_equal(&shift, &again, sizeof(shift));
	/* Of another boot: the clock was set anew meanwhile. */
	assert_false(clock_machine_load(&clock_system, &again, folder));
	snprintf(path, sizeof(path), "%s/clock.machine", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_step_goes_there_and_back, reset),
		cmocka_unit_test_setup(a_drift_grows_and_ends, reset),
		cmocka_unit_test_setup(a_shared_kernel_is_refused, reset),
		cmocka_unit_test_setup(too_fast_a_drift_is_refused, reset),
		cmocka_unit_test_setup(this_machine_is_refused, reset),
		cmocka_unit_test_setup(what_was_before_is_kept, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
