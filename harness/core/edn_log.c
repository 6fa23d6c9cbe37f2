/* SPDX-License-Identifier: MIT */
/* The text log that Jepsen writes beside its history. */
#include <string.h>

#include "harness/core/edn.h"
#include "harness/core/edn_private.h"

/* In front of each operation; other lines of the log are not ours. */
static const char mark[] = "jepsen.util - ";

/* Between columns there are tabs, or spaces. */
static const char *column(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return p;
}

/* "PROCESS :TYPE :F VALUE", and perhaps an error, up to the end of the line.
 * For a value, an indeterminate operation has its error. */
static int add_line(struct edn *edn, const char *p, struct error *err)
{
	struct edn_draft draft = { .start = p, .entry = { .time_ns = -1 } };
	struct entry *entry = &draft.entry;

	p = edn_process(edn, p, entry);
	if (p)
		p = edn_type(edn, column(p), entry);
	if (p)
		p = edn_name(edn, column(p), &entry->f, &draft.verb);
	if (!p)
		return -1;
	p = column(p);
	if (p < edn->end && (*p != ':' || entry->process == PROCESS_NEMESIS)) {
		struct value ignored;

		draft.value = p;
		p = edn_form(edn, p, &ignored, false);
		p = p ? column(p) : NULL;
	}
	if (p && p < edn->end)
		p = edn_error(edn, p, &entry->error);
	if (p && edn_blank(edn, p) < edn->end)
		p = edn_expected(edn, p, "the end of the line");
	if (!p || !edn_content(edn, &draft))
		return -1;
	entry->index = edn->history->entry_count;
	return history_append(edn->history, entry, err);
}

static bool is_operation(const char *p)
{
	return (*p >= '0' && *p <= '9') || *p == ':';
}

int edn_read_log(struct history *history, const struct read_text *text,
		 struct error *err)
{
	struct edn edn = { .history = history,
			   .values = history->values,
			   .err = err };
	const char *p = text->text;
	const char *end = p + text->length;
	int rc = 0;

	text->info->lines = 0;
	while (p < end && !rc) {
		const char *newline = memchr(p, '\n', (size_t)(end - p) + 1);
		const char *found = memmem(p, (size_t)(newline - p), mark,
					   sizeof(mark) - 1);

		text->info->lines++;
		edn.text = p;
		edn.end = newline;
		if (found && is_operation(found + sizeof(mark) - 1))
			rc = add_line(&edn, found + sizeof(mark) - 1, err);
		p = newline + 1;
	}
	edn_release(&edn);
	return rc;
}
