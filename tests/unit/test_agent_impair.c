/* SPDX-License-Identifier: MIT */
/* What becomes of packets, in the long run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "nemesis/agent/impair.h"

#define PACKETS 200000

static void expect_share(const char *what, int count, double share)
{
	/* Five sigmas of a binomial, and twice that for what is correlated. */
	double slack = 10 * sqrt(share * (1 - share) / PACKETS);

	if (fabs((double)count / PACKETS - share) > slack)
		fail_msg("%s: %d of %d", what, count, PACKETS);
}

static void shares_are_what_was_asked(void **state)
{
	static const double correlations[] = { 0, 0.25, 0.75 };

	(void)state;
	for (int c = 0; c < 3; c++) {
		struct impairment all = { .loss = 0.2,
					  .duplicate = 0.1,
					  .reorder = 0.3,
					  .corrupt = 0.05,
					  .correlation = correlations[c] };
		struct impair_state now = { .seed = 7 };
		int lost = 0, twice = 0, early = 0, corrupt = 0;

		for (int i = 0; i < PACKETS; i++) {
			struct fate fate = impair_next(&all, &now, 100, i);

			lost += fate.is_lost;
			twice += fate.is_twice;
			early += fate.is_early;
			corrupt += fate.is_corrupt;
			assert_true(fate.bit < 800);
		}
		expect_share("lost", lost, 0.2);
		expect_share("twice", twice, 0.1);
		expect_share("early", early, 0.3);
		expect_share("corrupt", corrupt, 0.05);
	}
}

/* How many losses follow one another, in the mean. */
static double mean_burst(double correlation)
{
	struct impairment lossy = { .loss = 0.2, .correlation = correlation };
	struct impair_state now = { .seed = 3 };
	int lost = 0, bursts = 0;
	bool was_lost = false;

	for (int i = 0; i < PACKETS; i++) {
		bool is_lost = impair_next(&lossy, &now, 100, i).is_lost;

		lost += is_lost;
		bursts += is_lost && !was_lost;
		was_lost = is_lost;
	}
	return (double)lost / bursts;
}

/* A burst goes on with the chance c + (1 - c) * 0.2. */
static void correlated_losses_come_in_bursts(void **state)
{
	(void)state;
	assert_true(fabs(mean_burst(0) - 1 / 0.8) < 0.05);
	assert_true(fabs(mean_burst(0.75) - 1 / 0.2) < 0.3);
}

static void delays_have_mean_and_deviation(void **state)
{
	(void)state;
	for (int normal = 0; normal < 2; normal++) {
		struct impairment slow = { .delay_us = 50000,
					   .jitter_us = 10000,
					   .is_normal = normal == 1 };
		struct impair_state now = { .seed = 5 };
		double sum = 0, squares = 0, mean, deviation;

		for (int i = 0; i < PACKETS; i++) {
			double delay = (double)(impair_next(&slow, &now, 100, i)
							.release_us -
						i);

			assert_true(delay >= 0);
			sum += delay;
			squares += delay * delay;
		}
		mean = sum / PACKETS;
		deviation = sqrt(squares / PACKETS - mean * mean);
		assert_true(fabs(mean - 50000) < 200);
		assert_true(fabs(deviation - (normal ? 10000 : 5773)) < 200);
	}
}

static void a_line_carries_its_rate_and_no_more(void **state)
{
	struct impairment narrow = { .rate = 1000000 };
	struct impair_state now = { .seed = 1 };
	struct fate fate = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		fate = impair_next(&narrow, &now, 1250, 0);
	assert_int_equal(fate.release_us, 10000000);
	/* An idle line saves nothing up. */
	fate = impair_next(&narrow, &now, 1250, 60000000);
	assert_int_equal(fate.release_us, 60010000);
}

static void nothing_asked_nothing_done(void **state)
{
	struct impairment none = { .jitter_us = 10000, .correlation = 0.5 };
	struct impair_state now = { .seed = 1 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct fate fate = impair_next(&none, &now, 0, i);

		assert_false(fate.is_lost || fate.is_twice || fate.is_early ||
			     fate.is_corrupt);
		assert_int_equal(fate.release_us, i);
	}
}

static void the_same_seed_has_the_same_fates(void **state)
{
	struct impairment all = {
		.loss = 0.2, .delay_us = 1000, .jitter_us = 900, .corrupt = 0.5
	};
	struct impair_state one = { .seed = 9 }, two = { .seed = 9 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct fate a = impair_next(&all, &one, 99, i);
		struct fate b = impair_next(&all, &two, 99, i);

		assert_int_equal(a.is_lost, b.is_lost);
		assert_int_equal(a.bit, b.bit);
		assert_int_equal(a.release_us, b.release_us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_what_was_asked),
		cmocka_unit_test(correlated_losses_come_in_bursts),
		cmocka_unit_test(delays_have_mean_and_deviation),
		cmocka_unit_test(a_line_carries_its_rate_and_no_more),
		cmocka_unit_test(nothing_asked_nothing_done),
		cmocka_unit_test(the_same_seed_has_the_same_fates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
