/* SPDX-License-Identifier: MIT */
#include "tests/support/history_builder.h"

#include <stdio.h>
#include <stdlib.h>

void builder_init(struct builder *builder)
{
	*builder = (struct builder){ .history = history_new(), .key = NIL };
}

void builder_release(struct builder *builder)
{
	history_free(builder->history);
	builder->history = NULL;
}

static struct value number(struct builder *builder, int64_t n)
{
	return n == NIL ? value_nil() : value_int(builder->history->values, n);
}

static void append(struct builder *builder, int32_t process, enum op_type type,
		   struct value result)
{
	struct action action = {
		.verb = (uint16_t)builder->open[process].verb,
		.key = number(builder, builder->open[process].key),
		.expected = number(builder, builder->open[process].expected),
		.arg = number(builder, builder->open[process].arg),
		.result = result,
	};
	struct entry entry = {
		.index = builder->history->entry_count,
		.time_ns = (int64_t)builder->history->entry_count * 1000000,
		.process = process,
		.type = type,
		.f = action.verb,
		.actions = &action,
		.action_count = 1,
	};
	struct error err;

	if (history_append(builder->history, &entry, &err)) {
		fprintf(stderr, "history builder: %s\n", err.text);
		abort();
	}
}

void build_invoke(struct builder *builder, int32_t process, enum verb verb,
		  int64_t arg)
{
	builder->open[process].verb = verb;
	builder->open[process].expected = NIL;
	builder->open[process].arg = arg;
	builder->open[process].key = builder->key;
	append(builder, process, OP_INVOKE, value_nil());
}

void build_invoke_cas(struct builder *builder, int32_t process,
		      int64_t expected, int64_t arg)
{
	builder->open[process].verb = VERB_CAS;
	builder->open[process].expected = expected;
	builder->open[process].arg = arg;
	builder->open[process].key = builder->key;
	append(builder, process, OP_INVOKE, value_nil());
}

void build_ok(struct builder *builder, int32_t process, int64_t result)
{
	append(builder, process, OP_OK, number(builder, result));
}

void build_ok_value(struct builder *builder, int32_t process,
		    struct value result)
{
	append(builder, process, OP_OK, result);
}

void build_fail(struct builder *builder, int32_t process)
{
	append(builder, process, OP_FAIL, value_nil());
}

void build_info(struct builder *builder, int32_t process)
{
	append(builder, process, OP_INFO, value_nil());
}

void build_call(struct builder *builder, int32_t process, enum verb verb,
		int64_t arg, int64_t result)
{
	build_invoke(builder, process, verb, arg);
	build_ok(builder, process, result);
}
