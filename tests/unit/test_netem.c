/* SPDX-License-Identifier: MIT */
/* A bad network in tc's words, and what can be proven of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/netem.h"
#include "nemesis/packet_behaviour.h"

extern const struct fault fault_packet;

/* The fault's options, with these pairs of name and text. */
static struct options *options_with(struct arena *arena,
				    const char *const *pairs)
{
	struct options *options = options_new(arena, fault_packet.options);
	struct error err = { 0 };

	for (; pairs && pairs[0]; pairs += 2)
		assert_int_equal(options_set(options, arena, pairs[0],
					     pairs[1], &err),
				 0);
	return options;
}

static void expect_words(const char *behaviours, const char *const *pairs,
			 const char *words)
{
	struct arena arena = { 0 };
	const struct options *options = options_with(&arena, pairs);
	unsigned bits = packet_behaviour_bits(behaviours, &arena);

	assert_string_equal(netem_parameters(bits, options, &arena), words);
	arena_release(&arena);
}

static void each_has_its_words(void **state)
{
	static const char *const plain[] = { "distribution", "uniform",
					     "correlation",  "0",
					     "delay",	     "40ms",
					     NULL };
	static const char *const steady[] = { "jitter", "0s", NULL };

	(void)state;
	expect_words("delay", NULL,
		     "delay 50000us 10000us 25% distribution normal");
	expect_words("delay", plain, "delay 40000us 10000us 0%");
	expect_words("delay", steady, "delay 50000us");
	expect_words("loss", NULL, "loss gemodel 15% 60%");
	expect_words("loss", plain, "loss gemodel 20% 80%");
	expect_words("duplicate", NULL, "duplicate 20%");
	expect_words("corrupt", NULL, "corrupt 20%");
	expect_words("reorder", steady, "delay 50000us reorder 20%");
	expect_words("bandwidth", NULL, "rate 1000000bit");
	expect_words("delay+loss+bandwidth", steady,
		     "delay 50000us loss gemodel 15% 60% rate 1000000bit");
}

/* Without correlation. */
static bool suits(const char *behaviours, const char *delay, bool has_ports)
{
	struct arena arena = { 0 };
	const char *pairs[] = { "delay", delay, "correlation", "0", NULL };
	const struct options *options = options_with(&arena, pairs);
	bool can = netem_suits(packet_behaviour_bits(behaviours, &arena),
			       options, has_ports);

	arena_release(&arena);
	return can;
}

static void what_pings_cannot_show_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; packet_behaviours[i]; i++) {
		assert_true(suits(packet_behaviours[i], "10ms", false));
		assert_false(suits(packet_behaviours[i], "10ms", true));
	}
	assert_true(suits("delay+loss+duplicate+reorder", "10ms", false));
	assert_true(suits("delay+corrupt", "10ms", false));
	assert_false(suits("loss+corrupt", "10ms", false));
	assert_false(suits("reorder", "9ms", false));
	assert_true(suits("delay", "9ms", false));
}

static void shares_stay_what_was_asked_for(void **state)
{
	struct arena arena = { 0 };
	const struct options *options = options_with(&arena, NULL);

	(void)state;
	assert_true(netem_suits(PACKET_DELAY, options, false));
	assert_true(netem_suits(PACKET_LOSS, options, false));
	assert_true(netem_suits(PACKET_BANDWIDTH, options, false));
	assert_false(netem_suits(PACKET_DUPLICATE, options, false));
	assert_false(netem_suits(PACKET_REORDER, options, false));
	assert_false(netem_suits(PACKET_CORRUPT, options, false));
	arena_release(&arena);
}

static void counts_of_interfaces_add_up(void **state)
{
	uint64_t sent = 0, dropped = 0;

	(void)state;
	assert_true(netem_read("netem 100 7", &sent, &dropped));
	assert_true(netem_read("netem 20 0", &sent, &dropped));
	assert_false(netem_read("netem 20", &sent, &dropped));
	assert_false(netem_read("rule -A ORDEAL-OUT", &sent, &dropped));
	assert_int_equal(sent, 120);
	assert_int_equal(dropped, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_words),
		cmocka_unit_test(what_pings_cannot_show_is_known),
		cmocka_unit_test(shares_stay_what_was_asked_for),
		cmocka_unit_test(counts_of_interfaces_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
