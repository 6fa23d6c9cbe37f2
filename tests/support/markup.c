/* SPDX-License-Identifier: MIT */
#include "tests/support/markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH_MAX 64

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789";

struct parsing {
	const char *at;
	char open[DEPTH_MAX][24]; /* names of elements */
	size_t depth;
	const char *wrong;
};

static int complain(struct parsing *parsing, const char *wrong)
{
	if (!parsing->wrong)
		parsing->wrong = wrong;
	return -1;
}

static int take_reference(struct parsing *parsing)
{
	size_t length = strspn(parsing->at + 1, letters);

	if (length == 0 || parsing->at[1 + length] != ';')
		return complain(parsing, "a bare &");
	parsing->at += length + 2;
	return 0;
}

static int take_character(struct parsing *parsing)
{
	unsigned char c = (unsigned char)*parsing->at;

	if (c == '&')
		return take_reference(parsing);
	if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
		return complain(parsing, "a control character");
	parsing->at++;
	return 0;
}

static int take_attributes(struct parsing *parsing)
{
	parsing->at += strspn(parsing->at, " \n");
	while (*parsing->at != '>' && strncmp(parsing->at, "/>", 2) != 0) {
		size_t length = strspn(parsing->at, letters);

		if (length == 0)
			return complain(parsing, "no name of an attribute");
		parsing->at += length;
		if (strncmp(parsing->at, "=\"", 2) != 0)
			return complain(parsing, "an attribute not quoted");
		parsing->at += 2;
		while (*parsing->at != '"') {
			if (!*parsing->at || *parsing->at == '<' ||
			    take_character(parsing) != 0)
				return complain(parsing, "in an attribute");
		}
		parsing->at++;
		parsing->at += strspn(parsing->at, " \n");
	}
	return 0;
}

static int close_element(struct parsing *parsing)
{
	const char *name = parsing->at + 2;
	size_t length = strspn(name, letters);
	const char *open;

	if (parsing->depth == 0 || name[length] != '>')
		return complain(parsing, "an end without beginning");
	open = parsing->open[--parsing->depth];
	if (strlen(open) != length || strncmp(open, name, length) != 0)
		return complain(parsing, "an end of another element");
	parsing->at = name + length + 1;
	return 0;
}

static int open_element(struct parsing *parsing)
{
	const char *name = parsing->at + 1;
	size_t length = strspn(name, letters);
	char *open = parsing->open[parsing->depth];

	if (length == 0 || length >= sizeof(parsing->open[0]))
		return complain(parsing, "a bare <");
	parsing->at += 1 + length;
	if (take_attributes(parsing) != 0)
		return -1;
	if (*parsing->at == '/') {
		parsing->at += 2;
		return 0;
	}
	parsing->at++;
	if (parsing->depth == DEPTH_MAX - 1)
		return complain(parsing, "too deep");
	snprintf(open, sizeof(parsing->open[0]), "%.*s", (int)length, name);
	parsing->depth++;
	if (strcmp(open, "style") == 0 || strcmp(open, "script") == 0) {
		parsing->at = strstr(parsing->at, "</");
		if (!parsing->at)
			return complain(parsing, "style or script not closed");
	}
	return 0;
}

int markup_check(const char *page, char *wrong, unsigned long size)
{
	static const char doctype[] = "<!DOCTYPE html>";
	struct parsing parsing = { .at = page };
	const char *at = page;
	int result = 0;

	if (strncmp(page, doctype, strlen(doctype)) == 0)
		parsing.at += strlen(doctype);
	while (result == 0 && *parsing.at) {
		at = parsing.at;
		if (strncmp(at, "</", 2) == 0)
			result = close_element(&parsing);
		else if (*at == '<')
			result = open_element(&parsing);
		else
			result = take_character(&parsing);
	}
	if (result == 0 && parsing.depth > 0)
		result = complain(&parsing, "an element is not closed");
	if (result != 0)
		snprintf(wrong, size, "%s: %.80s", parsing.wrong, at);
	return result;
}

void markup_assert(const char *page)
{
	char wrong[256];

	if (markup_check(page, wrong, sizeof(wrong)) != 0)
		fail_msg("%s", wrong);
}
