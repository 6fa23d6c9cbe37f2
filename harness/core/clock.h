/* SPDX-License-Identifier: MIT */
/* Time, in nanoseconds: monotonic for all but names of folders. */
#ifndef ORDEAL_CORE_CLOCK_H
#define ORDEAL_CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* CLOCK_MONOTONIC, in nanoseconds. A deadline is such a time. */
int64_t clock_now_ns(void);

/* Sleeps until `deadline_ns`; signals do not cut it short. */
void clock_sleep_until(int64_t deadline_ns);

/* What is left of a deadline, in milliseconds for poll(): 0 when it is over,
 * rounded up, at most INT_MAX. */
int clock_left_ms(int64_t deadline_ns);

/* The wall clock as "20260731T101502.123Z", for names; `size` >= 21. */
void clock_utc_text(char *text, size_t size);

#endif
