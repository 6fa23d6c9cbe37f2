/* SPDX-License-Identifier: MIT */
/* Processor consistency as it is defined: for some order of the writes of each
 * key, all sessions can explain their reads by orders that agree with it. */
#include "tests/support/causal_world.h"

static bool each_agrees(const struct world *w, const struct order *order)
{
	for (int s = 0; s < w->tiny->sessions; s++) {
		if (!explains(w, all_of(w, s, true), order,
			      all_of(w, s, false)))
			return false;
	}
	return true;
}

/* Adds to the order that of a key's writes. */
static void add_order(struct order *order, const struct permutation *p)
{
	for (int i = 0; i < p->count; i++) {
		for (int j = 0; j < i; j++)
			order->before[p->writes[i]] |= 1u << p->writes[j];
	}
}

bool world_processor(const struct world *w)
{
	struct permutation first;

	first_permutation(w, 0, &first);
	do {
		struct permutation second;

		first_permutation(w, 1, &second);
		do {
			struct order order = w->sessions;

			add_order(&order, &first);
			add_order(&order, &second);
			if (respects(&first, &w->sessions) &&
			    respects(&second, &w->sessions) &&
			    each_agrees(w, &order))
				return true;
		} while (next_permutation(&second));
	} while (next_permutation(&first));
	return false;
}
