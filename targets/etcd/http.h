/* SPDX-License-Identifier: MIT */
/* One HTTP connection to one server, which never sends anything twice. */
#ifndef ORDEAL_ETCD_HTTP_H
#define ORDEAL_ETCD_HTTP_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libcurl under a contract of ours. It is kept alive between requests and
 * made again when it was lost - before a request, never in the middle of one:
 * libcurl sends a request again when a kept connection ends without a byte
 * of answer, so bodies are handed out by a function that refuses to do it a
 * second time. Proxies, redirects and signals are off. One thread's.
 */
struct http;

/* What became of a request. */
struct http_answer {
	/* The server may have got it. False only if not a byte of the body
	 * was given away: then it can never be carried out. */
	bool is_sent;
	long status;	  /* 200, ... */
	const char *body; /* valid until the next request; with a NUL */
	size_t size;
};

/* `address`: a name, an IPv4 or an IPv6 address without brackets. */
struct http *http_open(const char *address, int port, struct error *err);
void http_close(struct http *http); /* NULL is accepted */

/* The header `traceparent` of the requests from now on; NULL: none. Copied.
 */
void http_trace(struct http *http, const char *traceparent);

/*
 * Sends `body` with POST (NULL: GET) and waits for the whole answer. -1 with a
 * few words, equal for equal causes ("timeout", "connection refused",
 * "connection lost"), when there is none by `deadline_ns`; `answer->is_sent`
 * is set in any case.
 */
int http_request(struct http *http, const char *path, const char *body,
		 int64_t deadline_ns, struct http_answer *answer,
		 struct error *err);

/* "http://ADDRESS:PORT", with brackets where they belong. */
const char *http_url(struct arena *arena, const char *address, int port);

/* Gets `url` (redirects are followed) into the file `path`, which appears
 * when it is whole. */
int http_download(const char *url, const char *path, int64_t deadline_ns,
		  struct error *err);

#define HTTP_BODY_MAX (32u << 20)

#endif
