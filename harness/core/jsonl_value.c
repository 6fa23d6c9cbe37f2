/* SPDX-License-Identifier: MIT */
/* Values of JSON, and what they mean in operations. */
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/jsonl_private.h"
#include "harness/core/reader_build.h"

static void push(struct jsonl *jsonl, struct value v)
{
	jsonl->stack =
		array_reserve(jsonl->stack, &jsonl->stack_capacity,
			      jsonl->stack_count + 1, sizeof(*jsonl->stack));
	jsonl->stack[jsonl->stack_count++] = v;
}

/* The key of a member and its colon. */
static const char *member_key(struct jsonl *jsonl, const char *p, bool keep)
{
	struct slice text;

	if (*p != '"')
		return jsonl_expected(jsonl, p, "a key in quotes");
	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	push(jsonl,
	     keep ? value_string_n(jsonl->values, text.bytes, text.length)
		  : value_nil());
	p = jsonl_space(p);
	return *p == ':' ? jsonl_space(p + 1) : jsonl_expected(jsonl, p, "':'");
}

/* A list or map that is open: where its elements begin on the stack. */
struct open {
	size_t first;
	bool is_map;
};

static struct value close_open(struct jsonl *jsonl, const struct open *open,
			       bool keep)
{
	struct value *elements = jsonl->stack + open->first;
	size_t count = jsonl->stack_count - open->first;
	struct value v = value_nil();

	jsonl->stack_count = open->first;
	if (!keep)
		return v;
	if (!open->is_map)
		return value_list(jsonl->values, elements, count);
	return reader_map(jsonl->values, elements, count / 2);
}

/* The beginning of a list or map, up to its first element or key; *p_empty
 * when there is none. */
static const char *open_list(struct jsonl *jsonl, const char *p, bool keep,
			     struct open *opens, size_t *depth, bool *is_empty)
{
	struct open *open;

	if (*depth == VALUE_DEPTH_MAX)
		return jsonl_fail(jsonl, p, "nested deeper than %d levels",
				  VALUE_DEPTH_MAX);
	/* So that there is a stack to point into, if nothing is pushed. */
	jsonl->stack =
		array_reserve(jsonl->stack, &jsonl->stack_capacity,
			      jsonl->stack_count + 1, sizeof(*jsonl->stack));
	open = &opens[(*depth)++];
	*open = (struct open){ jsonl->stack_count, *p == '{' };
	p = jsonl_space(p + 1);
	*is_empty = *p == (open->is_map ? '}' : ']');
	if (!*is_empty && open->is_map)
		return member_key(jsonl, p, keep);
	return p;
}

const char *jsonl_value(struct jsonl *jsonl, const char *p, struct value *v,
			bool keep)
{
	struct open opens[VALUE_DEPTH_MAX];
	size_t depth = 0;
	bool is_complete;
	int64_t number;
	const char *end = keep ? jsonl_digits(p, &number) : NULL;

	if (end) {
		*v = value_int(jsonl->values, number);
		return end;
	}
	opens[0] = (struct open){ 0 };
	jsonl->stack_count = 0;
	for (;;) {
		if (*p == '[' || *p == '{') {
			p = open_list(jsonl, p, keep, opens, &depth,
				      &is_complete);
			if (!p)
				return NULL;
			if (!is_complete)
				continue;
		} else {
			p = jsonl_scalar(jsonl, p, v, keep);
			if (!p || depth == 0)
				return p;
			push(jsonl, *v);
			p = jsonl_space(p);
		}
		/* Close what ends here; stop at a comma. */
		while (*p == (opens[depth - 1].is_map ? '}' : ']')) {
			*v = close_open(jsonl, &opens[--depth], keep);
			if (depth == 0)
				return p + 1;
			push(jsonl, *v);
			p = jsonl_space(p + 1);
		}
		if (*p != ',')
			return jsonl_expected(jsonl, p,
					      opens[depth - 1].is_map
						      ? "',' or '}'"
						      : "',' or ']'");
		p = jsonl_space(p + 1);
		if (opens[depth - 1].is_map) {
			p = member_key(jsonl, p, keep);
			if (!p)
				return NULL;
		}
	}
}

/* The quote that ends a string, or what cannot be in it. */
static const char *skip_string(const char *p)
{
	for (p++; *p != '"' && (unsigned char)*p >= 0x20; p++)
		p += *p == '\\' && (unsigned char)p[1] >= 0x20;
	return p;
}

const char *jsonl_skip(struct jsonl *jsonl, const char *p)
{
	size_t depth = 0;

	for (; p < jsonl->end; p++) {
		if (*p == '"')
			p = skip_string(p);
		if ((unsigned char)*p < 0x20 && *p != '\t' && *p != '\r')
			break;
		if (*p == '[' || *p == '{') {
			depth++;
		} else if (*p == ']' || *p == '}') {
			if (depth == 0)
				return p;
			depth--;
		} else if (*p == ',' && depth == 0) {
			return p;
		}
	}
	return jsonl_expected(jsonl, p, "the end of a value");
}

/* "[expected, new]", or null. */
static const char *cas(struct jsonl *jsonl, const char *p,
		       struct action *action)
{
	if (*p == 'n')
		return jsonl_scalar(jsonl, p, &action->arg, true);
	if (*p != '[')
		return jsonl_expected(jsonl, p, "[expected, new] of a cas");
	p = jsonl_value(jsonl, jsonl_space(p + 1), &action->expected, true);
	if (!p)
		return NULL;
	p = jsonl_space(p);
	if (*p != ',')
		return jsonl_expected(jsonl, p, "',' in [expected, new]");
	p = jsonl_value(jsonl, jsonl_space(p + 1), &action->arg, true);
	if (!p)
		return NULL;
	p = jsonl_space(p);
	return *p == ']' ? p + 1
			 : jsonl_expected(jsonl, p, "']' in [expected, new]");
}

const char *jsonl_content(struct jsonl *jsonl, const char *p,
			  struct action *action, bool is_invoke)
{
	switch (value_shape(action->verb)) {
	case SHAPE_CAS:
		return cas(jsonl, p, action);
	case SHAPE_RESULT:
		return jsonl_result(jsonl, p, action->key, &action->result);
	case SHAPE_EITHER:
		if (!is_invoke)
			return jsonl_result(jsonl, p, action->key,
					    &action->result);
		break;
	case SHAPE_ARG:
		break;
	}
	return jsonl_value(jsonl, p, &action->arg, true);
}

static const char *micro_verb(struct jsonl *jsonl, const char *p,
			      struct action *action)
{
	const struct reader_name *name;
	struct slice text;

	if (*p != '"')
		return jsonl_expected(jsonl, p, "the name of an action");
	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	name = reader_name_find(&jsonl->names, jsonl->history, text.bytes,
				text.length, jsonl->err);
	if (!name)
		return NULL;
	action->verb = name->verb;
	return p;
}

/* "[verb, key, value]"; the value may be missing, a result may follow. */
static const char *micro(struct jsonl *jsonl, const char *p, bool is_invoke,
			 struct action *action)
{
	if (*p != '[')
		return jsonl_expected(jsonl, p, "[verb, key, value]");
	p = micro_verb(jsonl, jsonl_space(p + 1), action);
	if (!p)
		return NULL;
	p = jsonl_space(p);
	if (*p != ',')
		return jsonl_expected(jsonl, p, "',' and a key");
	p = jsonl_value(jsonl, jsonl_space(p + 1), &action->key, true);
	if (!p)
		return NULL;
	p = jsonl_space(p);
	if (*p == ',') {
		p = jsonl_content(jsonl, jsonl_space(p + 1), action, is_invoke);
		if (!p)
			return NULL;
		p = jsonl_space(p);
	}
	if (*p == ',') {
		p = jsonl_value(jsonl, jsonl_space(p + 1), &action->result,
				true);
		if (!p)
			return NULL;
		p = jsonl_space(p);
	}
	return *p == ']' ? p + 1
			 : jsonl_expected(jsonl, p, "']' after an action");
}

const char *jsonl_txn(struct jsonl *jsonl, const char *p, bool is_invoke)
{
	struct value none;

	jsonl->action_count = 0;
	if (*p == 'n')
		return jsonl_scalar(jsonl, p, &none, false);
	if (*p != '[')
		return jsonl_expected(jsonl, p, "a list of actions");
	p = jsonl_space(p + 1);
	if (*p == ']')
		return p + 1;
	for (;;) {
		struct action action = { 0 };

		p = micro(jsonl, p, is_invoke, &action);
		if (!p)
			return NULL;
		jsonl->actions = array_reserve(
			jsonl->actions, &jsonl->action_capacity,
			jsonl->action_count + 1, sizeof(*jsonl->actions));
		jsonl->actions[jsonl->action_count++] = action;
		p = jsonl_space(p);
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return jsonl_expected(jsonl, p, "',' or ']'");
		p = jsonl_space(p + 1);
	}
}
