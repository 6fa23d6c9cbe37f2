/* SPDX-License-Identifier: MIT */
/* How the checkers of sets, queues, counters and ids tell what they found. */
#ifndef ORDEAL_CHECKERS_ACCOUNT_H
#define ORDEAL_CHECKERS_ACCOUNT_H

#include "harness/checker.h"

#include <stdint.h>

/* Names of anomalies that one checker has, at most. */
#define ACCOUNT_NAMES_MAX 8
/* So many of each name are told; all are counted. */
#define ACCOUNT_TOLD_MAX 8
/* So many values are listed in a figure. */
#define ACCOUNT_LISTED_MAX 32

/*
 * A check under way. `key` is that of the group being judged, `has_keys` says
 * whether texts name it. Belongs to the thread of the check.
 */
struct account {
	const struct check *check;
	struct verdict *verdict;
	struct value key;
	bool has_keys;
	struct {
		const char *name;
		uint64_t count;
	} names[ACCOUNT_NAMES_MAX];
	size_t name_count;
	uint64_t odd;	 /* operations whose values make no sense here */
	uint32_t odd_op; /* the first of them */
};

/* Counts an anomaly and makes the verdict invalid. NULL where enough of that
 * name have been told. `name` is a literal; the sentence is copied. */
struct anomaly *account_charge(struct account *account, const char *name,
			       const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds evidence; an anomaly that is NULL and an operation HISTORY_NONE are
 * accepted, and nothing is done. */
void account_show(const struct account *account, struct anomaly *anomaly,
		  uint32_t op, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes the story: the evidence as lines in the order in which it began,
 * after `opening`. The last thing to do with an anomaly (NULL is accepted). */
void account_tell(const struct account *account, struct anomaly *anomaly,
		  const char *opening);

/* Notes an operation that makes no sense here: the verdict cannot be valid. */
void account_note_odd(struct account *account, uint32_t op);

/* Whether some operation that may have happened has a name that Ordeal does
 * not know. What it did to the object is not known either ("clear" takes away
 * what was added), so the account is closed as unknown. Not for verbs of other
 * objects, which may stand beside. */
bool account_has_stranger(struct account *account);

/* Ends the account: the figure "anomalies" (a count for each name), and the
 * verdict `kind` with its reason, unless something worse is known: an anomaly,
 * or operations that made no sense. */
void account_close(struct account *account, enum verdict_kind kind,
		   const char *reason);

/* A value as text, shortened if it is long; in the arena. */
const char *account_value(const struct account *account, struct value value);

/* "at 17": where in the file an operation began. */
const char *account_place(const struct account *account, uint32_t op);

/* Adds `value` to a list of figures, unless it is long enough. */
void account_list(const struct account *account, struct figure *list,
		  struct value value);

#endif
