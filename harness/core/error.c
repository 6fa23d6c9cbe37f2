/* SPDX-License-Identifier: MIT */
#include "harness/core/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, const char *format, ...)
{
	/* The arguments may point into err->text itself. */
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	memcpy(err->text, text, sizeof(text));
	return -1;
}

int error_wrap(struct error *err, const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		length = 0;
	if ((size_t)length < sizeof(text))
		snprintf(text + length, sizeof(text) - (size_t)length, ": %s",
			 err->text);
	memcpy(err->text, text, sizeof(text));
	return -1;
}

int error_errno(struct error *err, const char *format, ...)
{
	int number = errno;
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_set(err, "%s: %s", text, strerror(number));
}
