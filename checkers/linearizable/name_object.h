/* SPDX-License-Identifier: MIT */
/* What is needed to name a violation, and what its names share. */
#ifndef ORDEAL_LINEARIZABLE_NAME_OBJECT_H
#define ORDEAL_LINEARIZABLE_NAME_OBJECT_H

#include "checkers/linearizable/explain.h"

/* See object_anomaly_name. */
struct subject {
	const struct judge *judge;
	const struct calls *all;
	const struct calls *few;
	const struct call *stuck;
	struct arena *arena;
	const char **text;
};

/* "dequeue -> 5 (index 4 to 7)" */
const char *placed_text(const struct subject *subject,
			const struct call *call);

/* The name of what a read of a whole set or list shows; NULL if there is no
 * better one. */
const char *collection_anomaly_name(struct subject *subject);

#endif
