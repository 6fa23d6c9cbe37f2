/* SPDX-License-Identifier: MIT */
/* Judging: every checker's verdict on a history, and the one of them all. */
#ifndef ORDEAL_ENGINE_JUDGE_H
#define ORDEAL_ENGINE_JUDGE_H

#include "harness/checker.h"
#include "harness/core/arena.h"
#include "harness/core/budget.h"
#include "harness/core/history.h"
#include "harness/core/option.h"
#include "harness/core/verdict.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A checker that is to judge, with its options. */
struct judge {
	const struct checker *checker;
	struct options *options; /* of its table; never NULL */
};

/* Who judges; in an arena. Zero is empty. */
struct panel {
	struct judge *judges;
	size_t count;
	size_t capacity;
};

/*
 * Adds a checker by name, or finds the one that is there: one checker judges
 * once. NULL with a sentence naming the nearest when there is no such
 * checker.
 */
struct judge *panel_add(struct panel *panel, struct arena *arena,
			const char *name, struct error *err);
struct judge *panel_find(const struct panel *panel, const char *name);

/* Adds coverage, crash and stats where they are registered and missing. */
void panel_add_standing(struct panel *panel, struct arena *arena);

/* True for those three: they judge the run, not the store's promises. */
bool checker_is_standing(const struct checker *checker);

/*
 * Sets an option of whichever judges have it: NAME, or CHECKER.NAME for one
 * of them. -1 with a sentence; *matched says how many took it.
 */
int panel_set(struct panel *panel, struct arena *arena, const char *name,
	      const char *text, size_t *matched, struct error *err);

/* How far to search. Zeroes mean the defaults of budget.h, one thread, no
 * timeout. */
struct judge_limits {
	uint64_t states_max;
	uint64_t bytes_max;
	unsigned threads;
	int64_t timeout_ns; /* for all checkers together; 0: none */
	atomic_bool *stop;  /* raised by another thread to end soon, or NULL */
};

struct judged {
	const struct checker *checker;
	const struct options *options;
	struct verdict verdict;
	bool has_failed; /* the check could not be made; the reason says why */
};

struct judgement {
	enum verdict_kind kind; /* the worst */
	const char *reason;	/* of the checker that decided it */
	const char *decided_by; /* its name, or NULL */
	bool has_failed;	/* at least one check could not be made */
	struct judged *judged;	/* in the order of the panel */
	size_t count;
};

/*
 * Lets each checker judge, one after the other (each may use all threads).
 * Verdicts merge by worst; where nobody but standing checkers judged and they
 * found nothing, it is unknown, for nothing was promised. The same history,
 * panel and limits without timeout give the same judgement whatever the
 * number of threads. Everything is in the arena.
 */
void judge_history(const struct history *history, const struct panel *panel,
		   const struct judge_limits *limits, struct arena *arena,
		   struct judgement *judgement);

/* For a history that has no judge, or could not be judged: unknown. */
void judgement_none(struct judgement *judgement, struct arena *arena,
		    const char *reason);

#endif
