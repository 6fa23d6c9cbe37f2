/* SPDX-License-Identifier: MIT */
/* The text formats of AWDIT, Plume and dbcop. */
#include <string.h>

#include "harness/core/foreign.h"
#include "harness/core/foreign_sessions.h"

/* A text that is read line by line. */
struct scan {
	struct history *history;
	const char *p; /* ends at a newline at the latest */
	const char *end;
	struct sessions sessions;
	struct session_access access; /* the next to add */
};

typedef int line_function(struct scan *scan, struct error *err);

static void skip_blanks(struct scan *scan)
{
	while (*scan->p == ' ' || *scan->p == '\t' || *scan->p == '\r')
		scan->p++;
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
}

/* An integer, or a name of letters, digits and "_-.". */
static int word(struct scan *scan, struct value *v, struct error *err)
{
	const char *start;
	const char *p;
	int64_t number = 0;
	size_t digits;

	skip_blanks(scan);
	start = scan->p;
	while (is_name_byte(*scan->p))
		scan->p++;
	if (scan->p == start)
		return error_set(err,
				 *start == '\n'
					 ? "the line ends too early"
					 : "expected a number or a name, "
					   "found '%c'",
				 *start);
	p = start + (*start == '-');
	for (digits = 0; p < scan->p && *p >= '0' && *p <= '9'; p++, digits++)
		if (digits < 18)
			number = number * 10 + (*p - '0');
	if (p == scan->p && digits > 0 && digits <= 18)
		*v = value_int(scan->history->values,
			       *start == '-' ? -number : number);
	else
		*v = value_string_n(scan->history->values, start,
				    (size_t)(scan->p - start));
	return 0;
}

static int integer(struct scan *scan, int64_t *number, struct error *err)
{
	struct value v;

	if (word(scan, &v, err))
		return -1;
	if (!value_get_int(scan->history->values, v, number))
		return error_set(err, "expected an integer");
	return 0;
}

static int byte(struct scan *scan, char wanted, struct error *err)
{
	skip_blanks(scan);
	if (*scan->p == wanted) {
		scan->p++;
		return 0;
	}
	if (*scan->p == '\n')
		return error_set(err,
				 "expected '%c', found the end of the "
				 "line",
				 wanted);
	return error_set(err, "expected '%c', found '%c'", wanted, *scan->p);
}

static int line_end(struct scan *scan, struct error *err)
{
	skip_blanks(scan);
	if (*scan->p == '\n')
		return 0;
	return error_set(err, "expected the end of the line, found '%c'",
			 *scan->p);
}

/* A line of nothing but this byte, at least three times. */
static bool is_rule(const struct scan *scan, char c)
{
	const char *p = scan->p;

	while (*p == c)
		p++;
	if (p - scan->p < 3)
		return false;
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return *p == '\n';
}

static void next_session(struct scan *scan)
{
	scan->access.session++;
	scan->access.txn++;
}

/* The letter that tells a write from a read. */
static int read_or_write(struct scan *scan, bool *is_write, struct error *err)
{
	*is_write = *scan->p == 'w';
	if (*scan->p != 'w' && *scan->p != 'r')
		return error_set(err, "expected 'r' or 'w', found '%c'",
				 *scan->p);
	scan->p++;
	return 0;
}

/* "w KEY VALUE", or a rule. */
static int awdit_line(struct scan *scan, struct error *err)
{
	struct value key = value_nil();
	struct value value = value_nil();
	bool is_write;

	if (is_rule(scan, '-')) {
		scan->access.txn++;
		return 0;
	}
	if (is_rule(scan, '=')) {
		next_session(scan);
		return 0;
	}
	if (read_or_write(scan, &is_write, err) || word(scan, &key, err) ||
	    word(scan, &value, err) || line_end(scan, err))
		return -1;
	scan->access.action = session_action(is_write, key, value);
	sessions_add(&scan->sessions, &scan->access);
	return 0;
}

/* "w(KEY,VALUE,SESSION,TRANSACTION)". */
static int plume_line(struct scan *scan, struct error *err)
{
	struct session_access *access = &scan->access;
	struct value key = value_nil();
	struct value value = value_nil();
	bool is_write;

	if (read_or_write(scan, &is_write, err) || byte(scan, '(', err) ||
	    word(scan, &key, err) || byte(scan, ',', err) ||
	    word(scan, &value, err) || byte(scan, ',', err) ||
	    integer(scan, &access->session, err) || byte(scan, ',', err) ||
	    integer(scan, &access->txn, err) || byte(scan, ')', err) ||
	    line_end(scan, err))
		return -1;
	access->is_aborted = access->txn < 0;
	access->action = session_action(is_write, key, value);
	sessions_add(&scan->sessions, access);
	return 0;
}

/* "x:=1" or "x==1"; "x==?" is a read of nothing. */
static int dbcop_event(struct scan *scan, struct error *err)
{
	struct value key = value_nil();
	struct value value = value_nil();
	bool is_write;

	if (word(scan, &key, err))
		return -1;
	is_write = *scan->p == ':';
	scan->p += is_write || *scan->p == '=';
	if (byte(scan, '=', err))
		return -1;
	if (*scan->p == '?' && !is_write)
		scan->p++;
	else if (word(scan, &value, err))
		return -1;
	scan->access.action = session_action(is_write, key, value);
	sessions_add(&scan->sessions, &scan->access);
	return 0;
}

/* "[x:=1 y==2] [...]!", where '!' is "not committed"; or a rule. */
static int dbcop_line(struct scan *scan, struct error *err)
{
	if (is_rule(scan, '-')) {
		next_session(scan);
		return 0;
	}
	for (skip_blanks(scan); *scan->p != '\n'; skip_blanks(scan)) {
		size_t first = scan->sessions.count;

		scan->access.txn++;
		if (byte(scan, '[', err))
			return -1;
		for (skip_blanks(scan); *scan->p != ']'; skip_blanks(scan)) {
			if (dbcop_event(scan, err))
				return -1;
		}
		scan->p++;
		if (*scan->p != '!')
			continue;
		scan->p++;
		for (; first < scan->sessions.count; first++)
			scan->sessions.accesses[first].is_aborted = true;
	}
	return 0;
}

static int read_lines(struct history *history, const struct read_text *text,
		      line_function *line, struct error *err)
{
	struct scan scan = { .history = history,
			     .p = text->text,
			     .end = text->text + text->length };
	size_t *number = &text->info->lines;
	int rc = 0;

	*number = 0;
	while (scan.p < scan.end && !rc) {
		const char *newline =
			memchr(scan.p, '\n', (size_t)(scan.end - scan.p) + 1);

		(*number)++;
		scan.access.line = *number;
		skip_blanks(&scan);
		if (scan.p < newline)
			rc = line(&scan, err);
		scan.p = newline + 1;
	}
	if (!rc) {
		size_t lines = *number;

		rc = sessions_emit(&scan.sessions, history, number, err);
		*number = rc ? *number : lines;
	}
	sessions_release(&scan.sessions);
	return rc;
}

int foreign_read_awdit(struct history *history, const struct read_text *text,
		       struct error *err)
{
	return read_lines(history, text, awdit_line, err);
}

int foreign_read_plume(struct history *history, const struct read_text *text,
		       struct error *err)
{
	return read_lines(history, text, plume_line, err);
}

int foreign_read_dbcop(struct history *history, const struct read_text *text,
		       struct error *err)
{
	return read_lines(history, text, dbcop_line, err);
}
