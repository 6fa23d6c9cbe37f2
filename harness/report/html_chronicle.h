/* SPDX-License-Identifier: MIT */
/* What a run itself did, as pages tell it: phases, faults, findings. */
#ifndef ORDEAL_REPORT_HTML_CHRONICLE_H
#define ORDEAL_REPORT_HTML_CHRONICLE_H

#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a fault, or its cure, was seen to take. Zero is cautious. */
enum band_effect {
	BAND_UNKNOWN,
	BAND_PROVEN,
	BAND_ABSENT,
	BAND_SKIPPED, /* nobody was left to be hit */
};

/* An injection and its heal. A time is -1 where it never came. */
struct band {
	const char *name; /* of the fault */
	size_t number;	  /* of that name, in order of appearance */
	int64_t start_ns; /* the injection begins */
	int64_t proven_ns;
	int64_t heal_ns; /* the heal begins */
	int64_t end_ns;
	enum band_effect effect;
	enum band_effect heal_effect;
	const char *target; /* what it was aimed at, or "" */
	const char *detail; /* nodes or links that were hit, as JSON, or "" */
	const char *error;  /* or "" */
};

struct phase_mark {
	const char *name;
	int64_t time_ns;
};

/* Who leads from then on. */
struct leader_mark {
	const char *nodes; /* "n1", "n1, n2"; "" for nobody */
	int64_t time_ns;
};

/* Something that a person should read. */
struct note {
	const char *kind; /* "log-finding", "log-missing", "harness-error" */
	const char *text;
	const char *node; /* or "" */
};

struct chronicle {
	struct band *bands; /* in order of their beginning */
	size_t band_count;
	const char **fault_names; /* by number */
	size_t fault_count;
	struct phase_mark *phases;
	size_t phase_count;
	struct leader_mark *leaders;
	size_t leader_count;
	struct note *notes;
	size_t note_count;
	int64_t start_ns; /* of the first entry that has a time */
	int64_t end_ns;	  /* of the last */
	bool has_times;
	size_t client_count; /* operations of clients */
};

/*
 * Reads it from the entries of the nemesis, whose form results/README.md
 * tells; entries of other forms are skipped. Everything is in the arena, and
 * nothing is escaped. `history` may be NULL.
 */
void chronicle_read(struct chronicle *chronicle, const struct history *history,
		    struct arena *arena);

/* What the nemesis said in an entry; nil for nothing. */
struct value chronicle_said(const struct history *history, const struct op *op);

/* The member of that name; nil where there is none, or no map. */
struct value chronicle_member(const struct history *history, struct value map,
			      const char *name);

/* "proven", "absent", "skipped", "unknown" */
const char *band_effect_name(enum band_effect effect);

#endif
