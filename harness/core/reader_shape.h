/* SPDX-License-Identifier: MIT */
/* How the `value` of a line stands for the parts of an action. */
#ifndef ORDEAL_CORE_READER_SHAPE_H
#define ORDEAL_CORE_READER_SHAPE_H

#include "harness/core/op.h"

#include <stdint.h>

/*
 * A line has one `value`, an action three: expected, arg, result. What the
 * value is follows from the verb. Where a verb has an argument and a result
 * (contains, send), the argument is the value and the result stands in a
 * field "result" (in a transaction: is a fourth element).
 */
enum value_shape {
	SHAPE_ARG,    /* value = arg */
	SHAPE_RESULT, /* value = result */
	SHAPE_CAS,    /* value = [expected, arg] */
	SHAPE_EITHER, /* arg in the invocation, result in the completion */
};

static inline enum value_shape value_shape(uint16_t verb)
{
	switch (verb) {
	case VERB_READ:
	case VERB_DEQUEUE:
	case VERB_DRAIN:
	case VERB_POP:
	case VERB_PEEK:
	case VERB_POLL:
	case VERB_GENERATE:
		return SHAPE_RESULT;
	case VERB_CAS:
		return SHAPE_CAS;
	case VERB_ACQUIRE: /* the invocation may name the client, the
			    * completion brings a fencing token */
	case VERB_NONE:
		return SHAPE_EITHER;
	default:
		return verb < VERB_COUNT ? SHAPE_ARG : SHAPE_EITHER;
	}
}

#endif
