/* SPDX-License-Identifier: MIT */
/* Values from what readers gathered. */
#ifndef ORDEAL_CORE_READER_BUILD_H
#define ORDEAL_CORE_READER_BUILD_H

#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>

/* The map of `count` keys and contents that stand by turns at `pairs`, which
 * is overwritten; of a key that comes twice the last content counts. */
struct value reader_map(struct values *values, struct value *pairs,
			size_t count);

/* The list of the `count` elements of a set, sorted by value_compare, each
 * once; `elements` is overwritten. */
struct value reader_set(struct values *values, struct value *elements,
			size_t count);

/* In a transaction on one object of many: *key becomes [of, key]. False when
 * one of them is no scalar. */
bool reader_nest_key(struct values *values, struct value of, struct value *key);

/* A string, or nil: what is neither becomes the string of its JSON text. */
struct value reader_text(struct values *values, struct value v);

#endif
