/* SPDX-License-Identifier: MIT */
/* Values: what operations write and read; small, tagged, interned. */
#ifndef ORDEAL_CORE_VALUE_H
#define ORDEAL_CORE_VALUE_H

#include "harness/core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A value is 32 bits. nil, booleans and integers of 31 bits are in it; all
 * else (strings, larger integers, other numbers, lists, maps) is interned in a
 * table and the value is its number there. So two values of one table are
 * equal exactly when their bits are, whatever they hold; the bits of values
 * from two tables cannot be compared unless value_is_plain holds for both.
 * All zero is nil.
 *
 * Lists are kept as a tree of prefixes: a list is its last element and the
 * list before it. A list that only ever grows, read whole a thousand times,
 * so costs one node an element, and "is a prefix of" is "is an ancestor of".
 */
struct value {
	uint32_t bits;
};

enum value_kind {
	VALUE_NIL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_STRING,
	VALUE_NUMBER, /* not a 64-bit integer; kept as its text */
	VALUE_LIST,
	VALUE_MAP,
};

#define VALUE_NIL_BITS 0u
#define VALUE_INT_MAX_INLINE ((INT64_C(1) << 30) - 1)
#define VALUE_INT_MIN_INLINE (-(INT64_C(1) << 30))

static inline struct value value_nil(void)
{
	return (struct value){ VALUE_NIL_BITS };
}

static inline bool value_is_nil(struct value v)
{
	return v.bits == VALUE_NIL_BITS;
}

static inline bool value_equal(struct value a, struct value b)
{
	return a.bits == b.bits;
}

/* nil, a boolean or a small integer: means the same in every table. */
static inline bool value_is_plain(struct value v)
{
	return (v.bits & 1u) || !(v.bits & 7u);
}

/*
 * The table. It belongs to one thread while it grows; several threads may
 * read a table that no longer grows. Needs no release when zeroed and unused.
 */
struct values;

struct values *values_new(void);
void values_free(struct values *values); /* NULL is accepted */
void values_clear(struct values *values); /* all values of it are gone */
size_t values_bytes(const struct values *values); /* memory in use */

enum value_kind value_kind(const struct values *values, struct value v);

struct value value_bool(bool truth);
bool value_as_bool(struct value v); /* of a VALUE_BOOL */

struct value value_int(struct values *values, int64_t number);
int64_t value_as_int(const struct values *values, struct value v);

/* True, with *number set, for a VALUE_INT. */
bool value_get_int(const struct values *values, struct value v,
		   int64_t *number);

/* Strings are bytes (UTF-8 as read); the copy in the table ends in a NUL. */
struct value value_string(struct values *values, const char *text);
struct value value_string_n(struct values *values, const char *text,
			    size_t length);
struct value value_number(struct values *values, const char *text,
			  size_t length);
/* Of a VALUE_STRING or VALUE_NUMBER; valid as long as the table is not
 * cleared. `length` may be NULL. */
const char *value_as_string(const struct values *values, struct value v,
			    size_t *length);
/* The string already in the table, or nil: never grows it. */
struct value value_find_string(const struct values *values, const char *text,
			       size_t length);

/* Lists. The empty list is not nil. */
struct value value_empty_list(void);
struct value value_append(struct values *values, struct value list,
			  struct value element);
struct value value_list(struct values *values, const struct value *elements,
			size_t count);
size_t value_list_length(const struct values *values, struct value list);
/* The last element, and the list without it; `list` is not empty. */
struct value value_list_last(const struct values *values, struct value list);
struct value value_list_rest(const struct values *values, struct value list);
/* Writes all elements, first to last, to `elements` (room for length). */
void value_list_elements(const struct values *values, struct value list,
			 struct value *elements);
/* True when `prefix` is a prefix of `list` (or equal): O(difference). */
bool value_list_has_prefix(const struct values *values, struct value list,
			   struct value prefix);

/* Maps: keys sorted by value_compare, no key twice (the last one wins). */
struct value value_map(struct values *values, const struct value *keys,
		       const struct value *contents, size_t count);
size_t value_map_length(const struct values *values, struct value map);
void value_map_entries(const struct values *values, struct value map,
		       struct value *keys, struct value *contents);
/* The content at `key`, with *found set (unless NULL); nil if none. */
struct value value_map_find(const struct values *values, struct value map,
			    struct value key, bool *found);

/* A total order that does not depend on the table: by kind, then by content.
 * Returns -1, 0, 1. Without recursion beyond VALUE_DEPTH_MAX levels. */
int value_compare(const struct values *values, struct value a, struct value b);

/* The same value in another table. */
struct value value_copy(struct values *to, const struct values *from,
			struct value v);

/* As JSON text, in the arena; one line. */
const char *value_text(const struct values *values, struct value v,
		       struct arena *arena);

/*
 * Appends the JSON text to a growing buffer (see array_reserve): `*length`
 * bytes are in use; not NUL-terminated. For writing histories.
 */
void value_write(const struct values *values, struct value v, char **text,
		 size_t *length, size_t *capacity);

/* Readers refuse input nested deeper than this, so that functions over
 * values may keep a small stack. */
#define VALUE_DEPTH_MAX 32

#endif
