/* SPDX-License-Identifier: MIT */
/* The inside of the JSON scanner; for jsonl*.c alone. */
#ifndef ORDEAL_CORE_JSONL_PRIVATE_H
#define ORDEAL_CORE_JSONL_PRIVATE_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/jsonl.h"
#include "harness/core/reader_names.h"
#include "harness/core/reader_shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string seen of late and its value, so that the few that come again and
 * again (nodes, errors) need not be looked up in the table. */
#define JSONL_TEXT_SLOTS 64
struct short_text {
	char bytes[15];
	unsigned char length; /* 0: empty slot */
	struct value v;
};

/*
 * Functions of the scanner take the place where their thing begins and return
 * the place after it, or NULL with the error set. They stop at the newline
 * that ends the line, since none takes a newline for a part of its thing; so
 * they need not look for the end, and may load words beyond it.
 */
struct jsonl {
	struct history *history;
	struct values *values; /* the history's */
	bool is_independent;

	const char *line;
	const char *end;
	struct error *err;
	bool is_cut;

	char *scratch; /* the last string that had escapes */
	size_t scratch_capacity;
	struct value *stack; /* elements of the lists that are open */
	size_t stack_count;
	size_t stack_capacity;
	struct action *actions;
	size_t action_count;
	size_t action_capacity;
	struct reader_names names;
	struct short_text texts[JSONL_TEXT_SLOTS];
	struct list_memos *memos;
};

/* More unknown fields than this on one line are refused. */
#define JSONL_OTHERS_MAX 64

/* A string without its quotes: in the line or in `scratch`. */
struct slice {
	const char *bytes;
	size_t length;
};

/* Sets the error, with the column of `at`; returns NULL. */
const char *jsonl_fail(struct jsonl *jsonl, const char *at, const char *format,
		       ...) __attribute__((format(printf, 3, 4)));

/* The same, "expected WHAT". */
const char *jsonl_expected(struct jsonl *jsonl, const char *at,
			   const char *what);

static inline const char *jsonl_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return p;
}

/* The common case of a number, 1 to 18 digits and no more; else NULL. */
static inline const char *jsonl_digits(const char *p, int64_t *number)
{
	const char *start = p;
	uint64_t sum = 0;

	while ((unsigned char)(*p - '0') < 10)
		sum = sum * 10 + (uint64_t)(*p++ - '0');
	if (p == start || p - start > 18 || (*start == '0' && p - start > 1) ||
	    *p == '.' || (*p | 32) == 'e')
		return NULL;
	*number = (int64_t)sum;
	return p;
}

const char *jsonl_string(struct jsonl *jsonl, const char *p,
			 struct slice *text);
/* An integer that fits 64 bits. */
const char *jsonl_integer(struct jsonl *jsonl, const char *p, int64_t *number,
			  const char *field);
/* The same as a value, quickly when it has been seen of late. */
const char *jsonl_text(struct jsonl *jsonl, const char *p, struct value *v);
/* Any value; made only if `keep`, otherwise looked over. */
const char *jsonl_value(struct jsonl *jsonl, const char *p, struct value *v,
			bool keep);
/* A number, string or literal; what is none is refused. */
const char *jsonl_scalar(struct jsonl *jsonl, const char *p, struct value *v,
			 bool keep);
/* What was read at `key`: as jsonl_value, but quick where lists grow. */
const char *jsonl_result(struct jsonl *jsonl, const char *p, struct value key,
			 struct value *v);
/* The end of the value at `p`, which is not checked. */
const char *jsonl_skip(struct jsonl *jsonl, const char *p);

/* The value of an action of the verb, into the action. */
const char *jsonl_content(struct jsonl *jsonl, const char *p,
			  struct action *action, bool is_invoke);
/* A list of micro-operations, into jsonl->actions. */
const char *jsonl_txn(struct jsonl *jsonl, const char *p, bool is_invoke);

/* A line as far as it is read. */
struct draft {
	unsigned seen; /* bits of enum field */
	bool is_txn;
	const char *late;   /* a value that came before the fields that tell
			     * what it means, or NULL */
	const char *late_end; /* where it seemed to end */
	struct entry entry; /* complete when the object has been read */
	struct action action;
	uint16_t verb;
	struct value others[JSONL_OTHERS_MAX]; /* names of skipped fields */
	size_t other_count;
};

/* The object at `p`. The draft's actions are valid until the next one. */
const char *jsonl_object(struct jsonl *jsonl, const char *p,
			 struct draft *draft);

/* The whole line, without appending what it says. -1 with an error. */
int jsonl_parse(struct jsonl *jsonl, const char *line, const char *end,
		struct draft *draft, struct error *err);

void jsonl_memos_free(struct list_memos *memos); /* NULL is accepted */

#endif
