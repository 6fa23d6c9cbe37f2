/* SPDX-License-Identifier: MIT */
#include "tests/support/must.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

struct bed_fault *must_open(struct bed *bed, const struct fault *fault,
			    const char *const *options)
{
	struct bed_fault *opened = bed_open_fault(bed, fault, options);

	if (!opened)
		fail_msg("%s", bed->err.text);
	return opened;
}

/* The sentences under "unexpected", for who reads a failure. */
static void print_unexpected(const struct figure *note)
{
	const struct figure *list = figure_find(note, "unexpected");

	for (const struct figure *at = list ? list->first : NULL; at;
	     at = at->next)
		fprintf(stderr, "unexpected: %s\n", at->text);
}

static bool is_proven(struct bed *bed, struct bed_fault *opened,
		      const char *target)
{
	int64_t start_ns = clock_now_ns();
	int64_t done_ns;

	opened->note = figure_group_root();
	if (opened->fault->inject(opened->state, target, &opened->note,
				  &bed->err) < 0)
		fail_msg("%s", bed->err.text);
	done_ns = clock_now_ns();
	if (opened->fault->verify(opened->state, &opened->note, &bed->err) !=
	    EFFECT_PROVEN) {
		print_unexpected(&opened->note);
		fprintf(stderr, "%s %s took no effect: %s\n",
			opened->fault->name, target, bed->err.text);
		return false;
	}
	printf("%s %s: injected in %d ms, proven in %d ms\n",
	       opened->fault->name, target,
	       (int)((done_ns - start_ns) / NS_PER_MS),
	       (int)((clock_now_ns() - done_ns) / NS_PER_MS));
	return true;
}

void must_inject(struct bed *bed, struct bed_fault *opened, const char *target)
{
	for (int attempt = 0; !is_proven(bed, opened, target); attempt++) {
		if (attempt == 2)
			fail_msg("%s %s is not proven", opened->fault->name,
				 target);
		must_heal(bed, opened);
	}
}

void must_heal(struct bed *bed, struct bed_fault *opened)
{
	opened->note = figure_group_root();
	if (opened->fault->heal(opened->state, &opened->note, &bed->err) < 0)
		fail_msg("%s", bed->err.text);
	if (opened->fault->verify_healed(opened->state, &opened->note,
					 &bed->err) != EFFECT_PROVEN) {
		print_unexpected(&opened->note);
		fail_msg("%s was not healed: %s", opened->fault->name,
			 bed->err.text);
	}
}

/* False when it is time to give up; else it is time to try again. */
static bool may_wait(int64_t until_ns)
{
	int64_t now_ns = clock_now_ns();

	clock_sleep_until(now_ns + 100 * NS_PER_MS);
	return now_ns < until_ns;
}

void must_write(struct bed *bed, size_t node, int key, int64_t value)
{
	int64_t until_ns = clock_now_ns() + 60 * NS_PER_S;

	while (bed_write(bed, node, key, value) != OUTCOME_OK) {
		if (!may_wait(until_ns))
			fail_msg("no service: %s", bed->err.text);
	}
}

int64_t must_read(struct bed *bed, size_t node, int key)
{
	int64_t until_ns = clock_now_ns() + 60 * NS_PER_S;
	int64_t value;

	while (bed_read(bed, node, key, &value) != OUTCOME_OK) {
		if (!may_wait(until_ns))
			fail_msg("no service: %s", bed->err.text);
	}
	return value;
}

void must_serve(struct bed *bed)
{
	for (size_t i = 0; i < bed->count; i++)
		must_write(bed, i, 1, 1);
}
