/* SPDX-License-Identifier: MIT */
/* How far a checker may search before it must say that it does not know. */
#ifndef ORDEAL_CORE_BUDGET_H
#define ORDEAL_CORE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_STATES_DEFAULT (UINT64_C(200) * 1000 * 1000)
#define BUDGET_BYTES_DEFAULT (UINT64_C(4) << 30)

/*
 * Counted in states and bytes, so that it runs out at the same place on every
 * machine; `expired` is the extra bound of --timeout (or Ctrl-C), raised by
 * another thread. States are counted for each independent part (each key);
 * bytes hold for the whole check, so a checker that works on parts in
 * parallel divides them by the number of its threads.
 */
struct budget {
	uint64_t states_max;
	uint64_t bytes_max;
	unsigned threads; /* how many a checker may use; 0 counts as 1 */
	const atomic_bool *expired; /* NULL: never */
};

static inline bool budget_expired(const struct budget *budget)
{
	return budget->expired &&
	       atomic_load_explicit(budget->expired, memory_order_relaxed);
}

#endif
