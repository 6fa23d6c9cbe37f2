/* SPDX-License-Identifier: MIT */
/* Options that parts declare, and the values that a user gave them. */
#ifndef ORDEAL_CORE_OPTION_H
#define ORDEAL_CORE_OPTION_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_NONE,
	OPTION_BOOL,
	OPTION_INT, /* "10", "10k", "1M" */
	OPTION_REAL, /* "0.5", "10%" */
	OPTION_DURATION, /* "10s", "250ms"; in nanoseconds */
	OPTION_SIZE, /* "4GiB", "100k"; in bytes */
	OPTION_TEXT,
	OPTION_CHOICE, /* one of `choices` */
	OPTION_LIST, /* texts, separated by commas */
	OPTION_SETS, /* the same; each is one of `choices`, or several of them
		      * joined by +. Where OPTION_NODES is among them names of
		      * nodes are as good, and checked by who knows these */
};

#define OPTION_NODES "NODE+NODE"

/* The name of an OPTION_LIST of a fault whose texts are names of the store's
 * daemons; checked by who knows these. */
#define OPTION_DAEMONS "daemons"

/*
 * What a part understands: a table ended by a row without a name. The same
 * names work as --NAME VALUE (or --PART.NAME where two parts share a name)
 * and in JSON.
 */
struct option {
	const char *name; /* "ops-per-key" */
	enum option_kind kind;
	const char *fallback; /* the value when nothing is given, or NULL */
	const char *summary; /* half a sentence for --help */
	const char *const *choices; /* NULL at the end; OPTION_CHOICE, and the
				     * members of an OPTION_LIST unless NULL */
};

/* Values given for one table. In an arena; reading needs no locks. */
struct options;

/* `table` may be NULL: no options. */
struct options *options_new(struct arena *arena, const struct option *table);

/* True when the table has such an option. */
bool options_knows(const struct options *options, const char *name);

/* Sets one from text. -1 with a sentence naming the option, what it takes and
 * (for a choice) what there is. */
int options_set(struct options *options, struct arena *arena, const char *name,
		const char *text, struct error *err);

/* The text that is in force (given or fallback), or NULL; and whether the
 * user gave it. */
const char *options_given(const struct options *options, const char *name);
bool options_is_given(const struct options *options, const char *name);
const struct option *options_table(const struct options *options);

/* Values in force. An option that is not in the table is a broken invariant.
 * Without value: false, 0, NULL. */
bool options_bool(const struct options *options, const char *name);
int64_t options_int(const struct options *options, const char *name);
double options_real(const struct options *options, const char *name);
int64_t options_duration_ns(const struct options *options, const char *name);
uint64_t options_size(const struct options *options, const char *name);
const char *options_text(const struct options *options, const char *name);
/* The texts of an OPTION_LIST or OPTION_SETS, NULL at the end; never NULL
 * itself. */
const char *const *options_list(const struct options *options,
				const char *name);
/* The parts of a text that are joined by +, NULL at the end. In `arena`. */
const char *const *option_set(const char *text, struct arena *arena);
/* True when the choice in force is `choice`. */
bool options_is(const struct options *options, const char *name,
		const char *choice);

/* The name most like `text` (a slip of a few letters), or NULL: for "did you
 * mean". `names` ends with NULL. */
const char *nearest_name(const char *text, const char *const *names);

/* The parsers alone, for who has no table. -1 with a sentence. Durations may
 * be sums ("1m30s"); a number without unit is no duration, except "0". Sizes
 * are bytes; k, M, G, T are powers of 1000, Ki (KiB), Mi, Gi, Ti of 1024. */
int parse_duration_ns(const char *text, int64_t *duration_ns,
		      struct error *err);
int parse_size(const char *text, uint64_t *bytes, struct error *err);
int parse_int(const char *text, int64_t *number, struct error *err);
int parse_real(const char *text, double *number, struct error *err);

#endif
