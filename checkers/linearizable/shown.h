/* SPDX-License-Identifier: MIT */
/*
 * Elements of a set that count. Elements of a set are independent of each
 * other but for reads of all; if a history has an order, so has what remains
 * without all that is done to an element, when reads say nothing of it. So a
 * counterexample may be about a few elements.
 */
#ifndef ORDEAL_LINEARIZABLE_SHOWN_H
#define ORDEAL_LINEARIZABLE_SHOWN_H

#include "checkers/linearizable/judge.h"
#include "checkers/linearizable/value_map.h"

/* Those that count at first have the number 1: those of the judge's settings,
 * or else all that the calls name. `shown` is empty; the caller releases it. */
void shown_init(struct value_map *shown, const struct judge *judge,
		const struct calls *calls);

/* Those of the settings, which are not NULL, as text: "[3, 7]". */
const char *shown_text(const struct judge *judge, struct arena *arena);

/* What the result of a read, a list, says of them: "[3, and 12 others]". */
const char *shown_read_text(const struct judge *judge,
			    const struct call *call, struct arena *arena);

#endif
