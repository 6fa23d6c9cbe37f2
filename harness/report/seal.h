/* SPDX-License-Identifier: MIT */
/* The seal of a history: whether it still is what was recorded. */
#ifndef ORDEAL_REPORT_SEAL_H
#define ORDEAL_REPORT_SEAL_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each line (its line feed included) has a SHA-256 digest, and the digest of
 * all these digests in their order is the seal, which stands in results.json.
 * history.lines beside the history has the first 8 bytes of each line's
 * digest, so that an audit can say which line is not what it was. A seal tells
 * accidents and edits; it is no signature: who can write the folder can seal
 * anew. Only a plain history.jsonl is sealed.
 */
struct seal {
	uint64_t lines;
	uint64_t bytes;
	char sha256[65];
};

/* The first 8 bytes of the digest of each line; zero it before, free `items`
 * after. */
struct line_digests {
	uint64_t *items;
	size_t count;
	size_t capacity;
};

/* Reads the file. `digests` may be NULL. -1 with a sentence. */
int seal_make(const char *path, struct seal *seal, struct line_digests *digests,
	      struct error *err);

json_t *seal_json(const struct seal *seal);
/* False where there is none. */
bool seal_from_json(const json_t *json, struct seal *seal);
bool seal_equal(const struct seal *a, const struct seal *b);

/* Seals RUN/history.jsonl as it is: writes history.lines and gives the seal,
 * which belongs into results.json. *has_seal is false where there is no plain
 * history to seal. */
int seal_run(const char *run, struct seal *seal, bool *has_seal,
	     struct error *err);

/* The seal in RUN/results.json, if there is one; -1 when the history is not
 * the one that was sealed. */
int seal_keep(const char *run, struct seal *seal, bool *has_seal,
	      struct error *err);

enum audit_finding {
	AUDIT_UNSEALED, /* there is no seal to compare with */
	AUDIT_INTACT,
	AUDIT_CHANGED, /* `line` is not what it was */
	AUDIT_DROPPED, /* what was `line` is missing */
	AUDIT_ADDED,   /* `line` was not there */
	AUDIT_BROKEN,  /* changed, but history.lines is missing or changed too,
			* so that nobody can say where */
};

struct audit {
	enum audit_finding finding;
	uint64_t line; /* from 1; the first that differs */
	struct seal sealed;
	struct seal found;
};

/* Compares RUN/history.jsonl with the seal in RUN/results.json. -1 when they
 * cannot be read. */
int audit_run(const char *run, struct audit *audit, struct error *err);

#endif
