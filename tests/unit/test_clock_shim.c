/* SPDX-License-Identifier: MIT */
/* The code that is put into processes, run here with a clock of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "harness/core/rng.h"

#include "nemesis/agent/clock_shim.h"

#define NS INT64_C(1000000000)

static int64_t fake_ns;
static int fake_result;

/* What the kernel's code is in the pages below. */
static int fake_gettime(clockid_t id, struct timespec *now)
{
	(void)id;
	now->tv_sec = fake_ns / NS;
	now->tv_nsec = fake_ns % NS;
	return fake_result;
}

struct pages {
	unsigned char *code;
	struct clock_figures *figures;
	int (*gettime)(clockid_t id, struct timespec *now);
	int (*gettimeofday)(struct timeval *now, struct timezone *zone);
	time_t (*time)(time_t *now);
};

/* ISO C has no cast for it. */
static void set_function(void *function, const unsigned char *code)
{
	memcpy(function, &code, sizeof(code));
}

/* movabs $function, %rax; jmp *%rax */
static size_t jump_to_fake(unsigned char out[CLOCK_ORIGINAL])
{
	int (*function)(clockid_t, struct timespec *) = fake_gettime;

	out[0] = 0x48;
	out[1] = 0xb8;
	memcpy(out + 2, &function, sizeof(function));
	out[10] = 0xff;
	out[11] = 0xe0;
	return 12;
}

static int make_pages(void **state)
{
	static struct pages pages;
	struct clock_header header = { .magic = CLOCK_MAGIC };
	unsigned char original[CLOCK_ORIGINAL];
	unsigned char *code = mmap(NULL, 2 * CLOCK_PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		return -1;
	pages.code = code;
	pages.figures = (void *)(code + CLOCK_PAGE);
	*state = &pages;
	if (!clock_shim_write(code, &header, original, jump_to_fake(original)))
		return 0;
	set_function(&pages.gettime, code + clock_shim_entry(CLOCK_FN_GETTIME));
	set_function(&pages.gettimeofday,
		     code + clock_shim_entry(CLOCK_FN_GETTIMEOFDAY));
	set_function(&pages.time, code + clock_shim_entry(CLOCK_FN_TIME));
	fake_result = 0;
	return mprotect(code, CLOCK_PAGE, PROT_READ | PROT_EXEC);
}

static int drop_pages(void **state)
{
	struct pages *pages = *state;
	int result = munmap(pages->code, 2 * CLOCK_PAGE);

	*pages = (struct pages){ .code = NULL };
	return result;
}

static struct pages *need_code(void **state)
{
	struct pages *pages = *state;

	if (!pages->gettime)
		skip();
	return pages;
}

/* What clock `id` shows when it says t_ns. */
static int64_t shown(const struct pages *pages, clockid_t id, int64_t t_ns)
{
	struct timespec now = { .tv_nsec = -1 };

	fake_ns = t_ns;
	assert_int_equal(pages->gettime(id, &now), 0);
	assert_in_range(now.tv_nsec, 0, NS - 1);
	return (int64_t)now.tv_sec * NS + now.tv_nsec;
}

static void an_offset_is_added(void **state)
{
	struct pages *pages = need_code(state);

	pages->figures->wrong =
		(struct clock_wrong){ .offset_ns = -3 * NS - 1, .ids = 1 };
	assert_int_equal(shown(pages, CLOCK_REALTIME, 10 * NS), 7 * NS - 1);
	assert_int_equal(shown(pages, CLOCK_MONOTONIC, 10 * NS), 10 * NS);
}

static void a_frozen_clock_stands_still(void **state)
{
	struct pages *pages = need_code(state);

	pages->figures->wrong = (struct clock_wrong){
		.rate_q32 = clock_rate_q32(-NS),
		.ids = 1,
		.base_ns = { 1700000000 * NS + 17 },
	};
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(shown(pages, CLOCK_REALTIME,
				       pages->figures->wrong.base_ns[0] +
					       i * i * 777777777),
				 pages->figures->wrong.base_ns[0]);
}

static void a_strobe_goes_there_and_back(void **state)
{
	struct pages *pages = need_code(state);

	pages->figures->wrong = (struct clock_wrong){ .offset_ns = NS,
						      .period_ns = 1000,
						      .ids = 1 };
	assert_int_equal(shown(pages, 0, 0), NS);
	assert_int_equal(shown(pages, 0, 999), NS + 999);
	assert_int_equal(shown(pages, 0, 1000), 1000);
	assert_int_equal(shown(pages, 0, 1999), 1999);
	assert_int_equal(shown(pages, 0, 2000), NS + 2000);
}

static void a_drift_grows(void **state)
{
	struct clock_wrong wrong = { .rate_q32 = clock_rate_q32(50000000),
				     .ids = 1,
				     .base_ns = { 5 } };

	(void)state;
	/* 5 % of an hour, but for the rounding of the rate. */
	assert_in_range(clock_wrong_shows(&wrong, 0, 3600 * NS + 5) - 5,
			3780 * NS - 1000, 3780 * NS);
	wrong.rate_q32 = clock_rate_q32(-50000000);
	assert_in_range(clock_wrong_shows(&wrong, 0, 3600 * NS + 5) - 5,
			3420 * NS, 3420 * NS + 1000);
}

static int64_t draw(struct rng *rng, int bits)
{
	int64_t size = (int64_t)rng_below(rng, UINT64_C(1) << bits);

	return rng_chance(rng, 0.5) ? size : -size;
}

/* The code in assembly and the sum in C are written twice; they must agree. */
static void code_and_sum_agree(void **state)
{
	struct pages *pages = need_code(state);
	struct rng rng;

	rng_init(&rng, 1, "clock", 0);
	for (int i = 0; i < 200000; i++) {
		struct clock_wrong *wrong = &pages->figures->wrong;
		int id = (int)rng_below(&rng, 14) - 1;
		int64_t t_ns = 1800000000 * NS + draw(&rng, 42);

		*wrong = (struct clock_wrong){
			.offset_ns = draw(&rng, (int)rng_below(&rng, 60)),
			.rate_q32 = draw(&rng, (int)rng_below(&rng, 37)),
			.period_ns = i % 3 ? 0 : 1 + llabs(draw(&rng, 40)),
			.ids = rng_next(&rng),
		};
		for (int j = 0; j < CLOCK_IDS; j++)
			wrong->base_ns[j] = t_ns + draw(&rng, 41);
		assert_int_equal(shown(pages, id, t_ns),
				 clock_wrong_shows(wrong, id, t_ns));
	}
}

static void all_three_functions_agree(void **state)
{
	struct pages *pages = need_code(state);
	struct timeval now;
	struct timezone zone = { .tz_dsttime = 77 };
	time_t second;

	pages->figures->wrong = (struct clock_wrong){
		.offset_ns = 3600 * NS,
		.ids = 1 << CLOCK_REALTIME | 1 << CLOCK_REALTIME_COARSE,
	};
	fake_ns = 1000 * NS + 123456789;
	assert_int_equal(pages->gettimeofday(&now, &zone), 0);
	assert_int_equal(now.tv_sec, 4600);
	assert_int_equal(now.tv_usec, 123456);
	assert_int_not_equal(zone.tz_dsttime, 77);
	assert_int_equal(pages->gettimeofday(NULL, NULL), 0);
	assert_int_equal(pages->time(&second), 4600);
	assert_int_equal(second, 4600);
	assert_int_equal(pages->time(NULL), 4600);
}

static void an_error_of_the_kernel_is_passed_on(void **state)
{
	struct pages *pages = need_code(state);
	struct timespec now = { 0 };

	pages->figures->wrong =
		(struct clock_wrong){ .offset_ns = NS, .ids = 1 };
	fake_ns = 0;
	fake_result = -22;
	assert_int_equal(pages->gettime(0, &now), -22);
	assert_int_equal(now.tv_sec, 0);
	fake_result = 0;
}

static void a_use_is_noted(void **state)
{
	struct pages *pages = need_code(state);

	pages->figures->wrong = (struct clock_wrong){ .ids = 1 };
	pages->figures->is_used = 0;
	shown(pages, CLOCK_MONOTONIC, 5);
	assert_int_equal(pages->figures->is_used, 0);
	shown(pages, CLOCK_REALTIME, 5);
	assert_int_equal(pages->figures->is_used, 1);
}

static void no_time_before_the_first(void **state)
{
	struct pages *pages = need_code(state);

	pages->figures->wrong =
		(struct clock_wrong){ .offset_ns = -NS, .ids = 2 };
	assert_int_equal(shown(pages, CLOCK_MONOTONIC, 5), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, make_pages, drop_pages)
	const struct CMUnitTest tests[] = {
		TEST(an_offset_is_added),
		TEST(a_frozen_clock_stands_still),
		TEST(a_strobe_goes_there_and_back),
		TEST(a_drift_grows),
		TEST(code_and_sum_agree),
		TEST(all_three_functions_agree),
		TEST(an_error_of_the_kernel_is_passed_on),
		TEST(a_use_is_noted),
		TEST(no_time_before_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
