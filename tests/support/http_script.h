/* SPDX-License-Identifier: MIT */
/* An HTTP server on loopback that answers by a script, for tests. */
#ifndef ORDEAL_TESTS_HTTP_SCRIPT_H
#define ORDEAL_TESTS_HTTP_SCRIPT_H

#include <stddef.h>

enum http_ending {
	HTTP_KEEP,   /* the connection stays for the next request */
	HTTP_CLOSE,  /* closed after the reply */
	HTTP_RESET,  /* no reply: closed with a reset */
	HTTP_SILENT, /* no reply: closed in good order */
	HTTP_RAW,    /* `body` is all that is sent, then closed */
};

/* What to do with one request, whole and read. */
struct http_step {
	int status; /* 0: 200 */
	const char *body;
	size_t filler; /* so many blanks after the body */
	int delay_ms;  /* before the reply */
	enum http_ending ending;
};

struct http_script;

/*
 * Serves the steps in their order, one connection after the other, in a
 * thread; a request beyond the last step is recorded and not answered. NULL
 * if no port can be had. `steps` must outlive it.
 */
struct http_script *http_script_start(const struct http_step *steps,
				      size_t count);
int http_script_port(const struct http_script *script);

/* Ends the thread; what follows is for then. */
void http_script_stop(struct http_script *script);

/* How many requests came, and "PATH BODY" of one ("" beyond). */
size_t http_script_count(const struct http_script *script);
const char *http_script_request(const struct http_script *script, size_t index);
/* The header `traceparent` of one, "" where there was none. */
const char *http_script_trace(const struct http_script *script, size_t index);
void http_script_free(struct http_script *script);

#endif
