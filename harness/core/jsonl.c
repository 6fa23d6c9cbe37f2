/* SPDX-License-Identifier: MIT */
#include "harness/core/jsonl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/jsonl_private.h"

struct jsonl *jsonl_new(struct history *history, bool is_independent)
{
	struct jsonl *jsonl = heap_zeroed(1, sizeof(*jsonl));

	jsonl->history = history;
	jsonl->values = history->values;
	jsonl->is_independent = is_independent;
	return jsonl;
}

void jsonl_free(struct jsonl *jsonl)
{
	if (!jsonl)
		return;
	jsonl_memos_free(jsonl->memos);
	free(jsonl->scratch);
	free(jsonl->stack);
	free(jsonl->actions);
	free(jsonl);
}

const char *jsonl_fail(struct jsonl *jsonl, const char *at, const char *format,
		       ...)
{
	char text[sizeof(jsonl->err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(jsonl->err, "column %zu: %s", (size_t)(at - jsonl->line) + 1,
		  text);
	jsonl->is_cut = at >= jsonl->end;
	return NULL;
}

const char *jsonl_expected(struct jsonl *jsonl, const char *at,
			   const char *what)
{
	if (at >= jsonl->end)
		return jsonl_fail(jsonl, at,
				  "expected %s, found the end of "
				  "the line",
				  what);
	if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
		return jsonl_fail(jsonl, at,
				  "expected %s, found byte %02x "
				  "(hexadecimal)",
				  what, (unsigned)(unsigned char)*at);
	return jsonl_fail(jsonl, at, "expected %s, found '%c'", what, *at);
}

int jsonl_parse(struct jsonl *jsonl, const char *line, const char *end,
		struct draft *draft, struct error *err)
{
	const char *p = jsonl_space(line);

	jsonl->line = line;
	jsonl->end = end;
	jsonl->err = err;
	jsonl->is_cut = false;
	p = jsonl_object(jsonl, p, draft);
	if (!p)
		return -1;
	p = jsonl_space(p);
	if (p == end)
		return 0;
	jsonl_fail(jsonl, p, "more text after the object");
	return -1;
}

int jsonl_line(struct jsonl *jsonl, const char *line, const char *end,
	       bool *is_cut, struct error *err)
{
	struct draft draft;

	*is_cut = false;
	if (jsonl_space(line) == end)
		return 0;
	if (jsonl_parse(jsonl, line, end, &draft, err)) {
		*is_cut = jsonl->is_cut;
		return -1;
	}
	return history_append(jsonl->history, &draft.entry, err);
}
