/* SPDX-License-Identifier: MIT */
/* What an entry of the nemesis means: a phase, a fault, a finding. */
#ifndef ORDEAL_CHECKERS_MOMENT_H
#define ORDEAL_CHECKERS_MOMENT_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stdint.h>

enum moment_kind {
	MOMENT_OTHER, /* of a foreign history */
	MOMENT_PHASE,
	MOMENT_INJECT_BEGIN,
	MOMENT_INJECT_END,
	MOMENT_HEAL_BEGIN,
	MOMENT_HEAL_END,
	MOMENT_FINDING,	    /* "log-finding" */
	MOMENT_LOG_MISSING, /* a log that could not be collected */
	MOMENT_HARNESS_ERROR,
};

enum phase {
	PHASE_NONE, /* before the first, or a history without any */
	PHASE_MAIN,
	PHASE_HEALING,
	PHASE_FINAL,
	PHASE_COUNT,
};

/* Whether a fault, or its cure, took. Zero is cautious. */
enum moment_effect {
	MOMENT_UNKNOWN,
	MOMENT_PROVEN,
	MOMENT_ABSENT,
	MOMENT_SKIPPED, /* nobody was left to be hit */
};

struct moment {
	enum moment_kind kind;
	enum phase phase;	   /* of a MOMENT_PHASE */
	enum moment_effect effect; /* at the end of an injection or a heal */
	bool is_total;	    /* an injection that hits all nodes at once */
	struct value value; /* the entry's */
};

/* Reads an operation of the nemesis; see results/README.md for the form. */
void moment_read(const struct history *history, const struct op *op,
		 struct moment *moment);

const char *phase_name(enum phase phase); /* "main" */

/* The member of a map, nil if there is none (or no map). */
struct value moment_member(const struct history *history, struct value map,
			   const char *name);

/* A string's text, or NULL where the value is none. */
const char *moment_text(const struct history *history, struct value value);

#endif
