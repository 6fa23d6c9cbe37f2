/* SPDX-License-Identifier: MIT */
/* Forms of EDN: collections, tagged and discarded forms. */
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/edn_private.h"
#include "harness/core/reader_build.h"

/* Tags and discards nest as well as collections. */
#define OPEN_MAX (2 * VALUE_DEPTH_MAX)

enum open_kind {
	OPEN_LIST,
	OPEN_SET,
	OPEN_MAP,
	OPEN_TAG,     /* takes one form, and is it */
	OPEN_DISCARD, /* takes one form, and is nothing */
};

struct open {
	enum open_kind kind;
	char close;   /* the bracket */
	size_t first; /* of its elements on the stack */
	const char *start;
};

struct form {
	struct open opens[OPEN_MAX];
	size_t depth;
	size_t collections; /* of `depth` */
	bool keep;
};

static void push(struct edn *edn, struct value v)
{
	edn->stack = array_reserve(edn->stack, &edn->stack_capacity,
				   edn->stack_count + 1, sizeof(*edn->stack));
	edn->stack[edn->stack_count++] = v;
}

static const char *open_form(struct edn *edn, struct form *form, const char *p,
			     size_t skip, enum open_kind kind)
{
	bool is_collection = kind <= OPEN_MAP;

	if (form->depth == OPEN_MAX ||
	    form->collections + is_collection > VALUE_DEPTH_MAX)
		return edn_fail(edn, p, "nested deeper than %d levels",
				VALUE_DEPTH_MAX);
	/* So that there is a stack to point into, if nothing is pushed. */
	edn->stack = array_reserve(edn->stack, &edn->stack_capacity,
				   edn->stack_count + 1, sizeof(*edn->stack));
	form->collections += is_collection;
	form->opens[form->depth++] = (struct open){
		.kind = kind,
		.close = *p == '['   ? ']'
			 : *p == '(' ? ')'
				     : '}',
		.first = edn->stack_count,
		.start = p,
	};
	return p + skip;
}

/* After a '#': a set, a discard, a symbolic number or a tag. */
static const char *dispatch(struct edn *edn, struct form *form, const char *p)
{
	const char *end;

	switch (p[1]) {
	case '{':
		return open_form(edn, form, p, 2, OPEN_SET);
	case '_':
		return open_form(edn, form, p, 2, OPEN_DISCARD);
	case '"': /* a regular expression: its text */
	case '[':
	case '(':
		return open_form(edn, form, p, 1, OPEN_TAG);
	default:
		break;
	}
	end = edn_token_end(edn, p + 1);
	if (end == p + 1)
		return edn_expected(edn, end, "a tag");
	return open_form(edn, form, p, (size_t)(end - p), OPEN_TAG);
}

/* The value of the innermost collection, which ends at `p`. */
static const char *close_form(struct edn *edn, struct form *form, const char *p,
			      struct value *v)
{
	struct open *open = &form->opens[form->depth - 1];
	size_t count = edn->stack_count - open->first;
	struct value *elements = edn->stack + open->first;

	if (open->kind >= OPEN_TAG)
		return edn_expected(edn, p, "a form");
	if (*p != open->close)
		return edn_fail(edn, p, "expected '%c', found '%c'",
				open->close, *p);
	if (open->kind == OPEN_MAP && count % 2)
		return edn_fail(edn, p, "a map with a key and no value");
	*v = value_nil();
	if (form->keep && open->kind == OPEN_MAP)
		*v = reader_map(edn->values, elements, count / 2);
	else if (form->keep && open->kind == OPEN_SET)
		*v = reader_set(edn->values, elements, count);
	else if (form->keep)
		*v = value_list(edn->values, elements, count);
	edn->stack_count = open->first;
	form->depth--;
	form->collections--;
	return p + 1;
}

/* Hands a finished form to what is open around it. Returns true when it is
 * the whole. */
static bool hand_up(struct edn *edn, struct form *form, struct value v)
{
	while (form->depth > 0) {
		enum open_kind kind = form->opens[form->depth - 1].kind;

		if (kind <= OPEN_MAP) {
			push(edn, v);
			return false;
		}
		form->depth--;
		if (kind == OPEN_DISCARD)
			return false;
	}
	return true;
}

const char *edn_form(struct edn *edn, const char *p, struct value *v, bool keep)
{
	struct form form = { .keep = keep };
	size_t floor = edn->stack_count;

	for (;;) {
		p = edn_blank(edn, p);
		if (p >= edn->end) {
			p = edn_expected(edn, p, "a form");
		} else if (form.depth > 0 && edn_at_close(p)) {
			p = close_form(edn, &form, p, v);
			if (p && hand_up(edn, &form, *v))
				return p;
		} else if (*p == '#' && p[1] != '#') {
			p = dispatch(edn, &form, p);
		} else if (*p == '{') {
			p = open_form(edn, &form, p, 1, OPEN_MAP);
		} else if (*p == '[' || *p == '(') {
			p = open_form(edn, &form, p, 1, OPEN_LIST);
		} else {
			p = edn_scalar(edn, p, v, keep);
			if (p && hand_up(edn, &form, *v))
				return p;
		}
		if (!p) {
			edn->stack_count = floor;
			return NULL;
		}
	}
}

const char *edn_space(struct edn *edn, const char *p)
{
	struct value ignored;
	size_t pending = 0;

	for (;;) {
		p = edn_blank(edn, p);
		if (edn->end - p >= 2 && p[0] == '#' && p[1] == '_') {
			pending++;
			p += 2;
			continue;
		}
		if (pending == 0)
			return p;
		p = edn_form(edn, p, &ignored, false);
		if (!p)
			return NULL;
		pending--;
	}
}

const char *edn_enter(struct edn *edn, const char *p, const char *what)
{
	if (*p == '#' && p[1] != '{') {
		p = edn_token_end(edn, p);
		p = edn_blank(edn, p);
	}
	if (*p == '#' && p[1] == '{')
		p++;
	if (p >= edn->end || (*p != '[' && *p != '(' && *p != '{'))
		return edn_expected(edn, p, what);
	return edn_space(edn, p + 1);
}
