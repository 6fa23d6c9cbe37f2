/* SPDX-License-Identifier: MIT */
#include "harness/core/edn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/edn_private.h"

const char *edn_fail(struct edn *edn, const char *at, const char *format, ...)
{
	char text[sizeof(edn->err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(edn->err, "%s", text);
	edn->error_at = at;
	edn->is_cut = at >= edn->end;
	return NULL;
}

const char *edn_expected(struct edn *edn, const char *at, const char *what)
{
	if (at >= edn->end)
		return edn_fail(edn, at, "expected %s, found the end", what);
	if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
		return edn_fail(edn, at,
				"expected %s, found byte %02x "
				"(hexadecimal)",
				what, (unsigned)(unsigned char)*at);
	return edn_fail(edn, at, "expected %s, found '%c'", what, *at);
}

const char *edn_begin(struct edn *edn, bool *is_vector)
{
	const char *p = edn_space(edn, edn->text);

	if (!p)
		return NULL;
	*is_vector = p < edn->end && (*p == '[' || *p == '(');
	return *is_vector ? p + 1 : p;
}

bool edn_more(struct edn *edn, const char *p, bool is_vector, const char **next)
{
	*next = p = edn_space(edn, p);
	if (!p)
		return false;
	if (p >= edn->end) {
		if (is_vector)
			*next = edn_fail(edn, p,
					 "the vector of operations has "
					 "no end");
		return false;
	}
	if (!is_vector || !edn_at_close(p))
		return true;
	*next = p = edn_space(edn, p + 1);
	if (p && p < edn->end)
		*next = edn_fail(edn, p,
				 "more text after the vector of "
				 "operations");
	return false;
}

/* Moves the count of lines on to the place; lines count from 1. */
static void count_lines(size_t *lines, const char **counted, const char *at)
{
	while (*counted < at) {
		const char *newline =
			memchr(*counted, '\n', (size_t)(at - *counted));

		if (!newline)
			break;
		(*lines)++;
		*counted = newline + 1;
	}
}

static const char *add(struct edn *edn, const char *p)
{
	struct edn_draft draft;

	p = edn_draft(edn, p, &draft);
	if (!p || !edn_content(edn, &draft))
		return NULL;
	if (history_append(edn->history, &draft.entry, edn->err)) {
		edn->error_at = draft.start;
		edn->is_cut = false;
		return NULL;
	}
	return p;
}

void edn_release(struct edn *edn)
{
	free(edn->scratch);
	free(edn->stack);
	free(edn->actions);
}

static int add_all(struct edn *edn, const struct read_text *text)
{
	const char *counted = text->text;
	bool is_vector = false;
	const char *p = edn_begin(edn, &is_vector);
	const char *next = NULL;

	text->info->lines = 1;
	while (p && edn_more(edn, p, is_vector, &next)) {
		count_lines(&text->info->lines, &counted, next);
		p = add(edn, next);
	}
	if (p && next) {
		count_lines(&text->info->lines, &counted, edn->end);
		return 0;
	}
	/* Of operations one after the other, the last may be cut off. */
	if (edn->is_cut && !is_vector && edn->end[-1] != '\n') {
		text->info->is_torn = true;
		return 0;
	}
	count_lines(&text->info->lines, &counted, edn->error_at);
	return -1;
}

int edn_read(struct history *history, const struct read_text *text,
	     struct error *err)
{
	struct edn edn = { .history = history,
			   .values = history->values,
			   .text = text->text,
			   .end = text->text + text->length,
			   .err = err };
	int rc;

	edn.is_independent = text->options->independent == READ_INDEPENDENT_YES;
	/* What is broken is found again, and told, when it is read. */
	if (text->options->independent == READ_INDEPENDENT_AUTO)
		edn.is_independent = edn_find_independent(&edn);
	edn.is_cut = false;
	text->info->is_independent = edn.is_independent;
	rc = add_all(&edn, text);
	edn_release(&edn);
	return rc;
}
