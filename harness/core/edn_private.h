/* SPDX-License-Identifier: MIT */
/* The inside of the EDN reader; for edn*.c alone. */
#ifndef ORDEAL_CORE_EDN_PRIVATE_H
#define ORDEAL_CORE_EDN_PRIVATE_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/reader_names.h"
#include "harness/core/reader_shape.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * As in the JSON scanner, functions take the place where a thing begins and
 * return the place after it, or NULL with the error set. The text ends at
 * `end`, where a newline stands.
 */
struct edn {
	struct history *history;
	struct values *values; /* the history's */
	const char *text;
	const char *end;
	bool is_independent;

	struct error *err;
	const char *error_at;
	bool is_cut; /* the error is that the text ends */

	char *scratch; /* the string read last */
	size_t scratch_capacity;
	struct value *stack;
	size_t stack_count;
	size_t stack_capacity;
	struct action *actions;
	size_t action_count;
	size_t action_capacity;
	struct reader_names names;
};

/* A name or string: in the text or in `scratch`. */
struct edn_word {
	const char *bytes;
	size_t length;
};

/* An operation as far as it is read. */
struct edn_draft {
	const char *start;
	unsigned seen;
	struct entry entry;
	uint16_t verb;
	const char *value; /* where it stands, or NULL */
	struct action action;
};

const char *edn_fail(struct edn *edn, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void edn_release(struct edn *edn);

/* "expected WHAT, found ..." */
const char *edn_expected(struct edn *edn, const char *at, const char *what);

/* White space, commas and comments. */
const char *edn_blank(const struct edn *edn, const char *p);
/* The same and what "#_" discards. */
const char *edn_space(struct edn *edn, const char *p);
/* The end of a name or number. */
const char *edn_token_end(const struct edn *edn, const char *p);

/* A keyword, symbol or string as a word. */
const char *edn_word(struct edn *edn, const char *p, struct edn_word *word);
/* What is neither a collection nor tagged; made only if `keep`. */
const char *edn_scalar(struct edn *edn, const char *p, struct value *v,
		       bool keep);
/* Any form. */
const char *edn_form(struct edn *edn, const char *p, struct value *v,
		     bool keep);

/* Moves into the collection at `p` (its tag, if any, is dropped), or NULL
 * with an error if there is none. */
const char *edn_enter(struct edn *edn, const char *p, const char *what);
/* True at a closing bracket of any kind. */
static inline bool edn_at_close(const char *p)
{
	return *p == ']' || *p == ')' || *p == '}';
}

/* The next operation; the draft's value is not looked into. */
const char *edn_draft(struct edn *edn, const char *p, struct edn_draft *draft);
/* Completes the draft's entry from its value. */
const char *edn_content(struct edn *edn, struct edn_draft *draft);
/* Whether the values of all operations look like independent tuples, up to
 * what is broken. */
bool edn_find_independent(struct edn *edn);

/* Who acts, what kind of entry it is, and why it failed. */
const char *edn_process(struct edn *edn, const char *p, struct entry *entry);
const char *edn_type(struct edn *edn, const char *p, struct entry *entry);
const char *edn_error(struct edn *edn, const char *p, struct value *v);
/* The name of an operation or action. */
const char *edn_name(struct edn *edn, const char *p, uint16_t *f,
		     uint16_t *verb);

/* To the first operation: into the vector, if the text is one. */
const char *edn_begin(struct edn *edn, bool *is_vector);
/* True, with *next at its map, when one more operation follows `p`. NULL in
 * *next is an error. */
bool edn_more(struct edn *edn, const char *p, bool is_vector,
	      const char **next);

#endif
