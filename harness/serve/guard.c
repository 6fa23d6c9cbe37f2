/* SPDX-License-Identifier: MIT */
#include "harness/serve/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "harness/report/text.h"

#define TOKEN_MAX 1024

/* The host without its port: up to the last colon outside of brackets. */
static bool host_of(const char *header, char *host, size_t size)
{
	const char *end =
		*header == '[' ? strchr(header, ']') : strchr(header, ':');
	size_t length;

	if (*header == '[' && !end)
		return false;
	length = end ? (size_t)(end - header) + (*header == '[')
		     : strlen(header);
	if (length == 0 || length >= size)
		return false;
	snprintf(host, size, "%.*s", (int)length, header);
	header += length;
	if (*header == ':')
		return strspn(header + 1, "0123456789") == strlen(header + 1);
	return *header == '\0';
}

bool guard_host_is_ours(const char *header, const char *address,
			const char *const *names)
{
	static const char *const ours[] = { "localhost", "127.0.0.1", "[::1]",
					    NULL };
	char host[256];

	if (!header || !host_of(header, host, sizeof(host)))
		return false;
	for (size_t i = 0; ours[i]; i++) {
		if (strcasecmp(host, ours[i]) == 0)
			return true;
	}
	if (strcmp(host, address) == 0)
		return true;
	for (size_t i = 0; names && names[i]; i++) {
		if (strcasecmp(host, names[i]) == 0)
			return true;
	}
	return false;
}

static bool is_equal(const char *given, const char *token)
{
	size_t length = strlen(token);
	size_t given_length = strlen(given);
	unsigned difference = (unsigned)(length != given_length);

	for (size_t i = 0; i < given_length; i++)
		difference |=
			(unsigned)(unsigned char)given[i] ^
			(unsigned)(unsigned char)token[length ? i % length : 0];
	return difference == 0;
}

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool base64_decode(const char *text, char *bytes, size_t size)
{
	unsigned buffer = 0;
	unsigned bits = 0;
	size_t length = 0;

	for (; *text && *text != '=' && *text != ' '; text++) {
		int digit = base64_digit(*text);

		if (digit < 0)
			return false;
		buffer = (buffer << 6 | (unsigned)digit) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (length + 1 >= size)
			return false;
		bytes[length++] = (char)(buffer >> bits & 255);
	}
	bytes[length] = '\0';
	return true;
}

bool guard_token_is_right(const char *authorization, const char *token)
{
	char decoded[TOKEN_MAX];
	const char *colon;

	if (!authorization)
		return false;
	if (strncasecmp(authorization, "Bearer ", 7) == 0)
		return is_equal(authorization + 7, token);
	if (strncasecmp(authorization, "Basic ", 6) != 0 ||
	    !base64_decode(authorization + 6, decoded, sizeof(decoded)))
		return false;
	colon = strchr(decoded, ':');
	return colon && is_equal(colon + 1, token);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_clean(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t point;
		size_t bytes = utf8_decode(text, left, &point);

		if (bytes == 0 || point < 0x20 || point == 0x7f)
			return false;
		text += bytes;
		left -= bytes;
	}
	return true;
}

bool guard_decode(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		int high, low;

		if (*from != '%') {
			*to++ = *from++;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0 || (high == 0 && low == 0))
			return false;
		*to++ = (char)(high * 16 + low);
		from += 3;
	}
	*to = '\0';
	return is_clean(text);
}

void guard_init(struct guard *guard)
{
	for (size_t i = 0; i < GUARD_CONNECTIONS; i++)
		guard->connections[i].socket = -1;
}

static struct guarded *find(struct guard *guard, int socket)
{
	for (size_t i = 0; i < GUARD_CONNECTIONS; i++) {
		if (guard->connections[i].socket == socket)
			return &guard->connections[i];
	}
	return NULL;
}

bool guard_begin(struct guard *guard, int socket, int64_t deadline_ns)
{
	struct guarded *place = find(guard, -1);

	if (!place)
		return false;
	*place = (struct guarded){ .socket = socket,
				   .deadline_ns = deadline_ns };
	return true;
}

void guard_set(struct guard *guard, int socket, int64_t deadline_ns)
{
	struct guarded *place = find(guard, socket);

	if (place)
		place->deadline_ns = deadline_ns;
}

void guard_end(struct guard *guard, int socket)
{
	struct guarded *place = find(guard, socket);

	if (place)
		place->socket = -1;
}

size_t guard_sweep(struct guard *guard, int64_t now_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < GUARD_CONNECTIONS; i++) {
		struct guarded *place = &guard->connections[i];

		if (place->socket < 0 || place->deadline_ns > now_ns)
			continue;
		shutdown(place->socket, SHUT_RDWR);
		place->deadline_ns = INT64_MAX;
		count++;
	}
	return count;
}
