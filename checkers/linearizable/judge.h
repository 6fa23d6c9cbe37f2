/* SPDX-License-Identifier: MIT */
/* Judging one part: the cheapest method that decides it, and what it found. */
#ifndef ORDEAL_LINEARIZABLE_JUDGE_H
#define ORDEAL_LINEARIZABLE_JUDGE_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/model.h"
#include "checkers/linearizable/search.h"
#include "harness/core/arena.h"
#include "harness/core/verdict.h"

#include <stddef.h>
#include <stdint.h>

enum algorithm {
	ALGORITHM_AUTO,
	ALGORITHM_SEARCH,
	ALGORITHM_MONITOR,
};

/* What is judged, and how; the same for all parts. */
struct judge {
	const struct history *history;
	const struct model *model;
	const struct model_settings *settings;
	const struct search_limits *limits; /* of one part */
	enum algorithm algorithm;
};

/* An operation and what it shows. */
struct finding_role {
	uint32_t call;
	const char *text;
};

/* What was found; texts are in the arena given to judge_part. */
struct finding {
	enum verdict_kind kind;
	const char *method; /* "search", or a monitor's name */
	const char *why; /* this method */
	const char *reason; /* of an unknown verdict */

	/* Of a violation. */
	const char *anomaly; /* its name */
	const char *text; /* one sentence */
	const char *story; /* several lines */
	struct finding_role *roles;
	size_t role_count;
	const char *states_text; /* the states possible at the end */
	uint32_t prefix_position; /* of the last entry that is explained */

	uint64_t visited; /* configurations */
};

/* Judges the calls of one part. Any thread; the arena is the caller's. */
void judge_part(const struct judge *judge, const struct calls *calls,
		struct arena *arena, struct finding *finding);

/* The value that the option `initial` stands for: nil, a number or a string;
 * made in that table. `text` may be NULL. */
struct value read_initial(struct values *values, const char *text);

#endif
