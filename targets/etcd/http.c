/* SPDX-License-Identifier: MIT */
#include "targets/etcd/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"

struct http {
	CURL *curl;
	struct curl_slist *headers;
	struct curl_slist trace; /* before them, or no part of them */
	char trace_line[80];
	struct arena arena; /* the base of all URLs */
	const char *base;
	/* the request under way */
	const char *out;
	size_t out_size;
	size_t out_at;
	bool is_sent; /* some of it was handed to libcurl */
	/* its answer */
	char *in;
	size_t in_size;
	size_t in_capacity;
	bool is_too_large;
};

static size_t give_body(char *to, size_t size, size_t count, void *context)
{
	struct http *http = context;
	size_t room = size * count;
	size_t left = http->out_size - http->out_at;

	/* At the end libcurl has all it was promised and does not ask again;
	 * if it does, it is about to send a second time. */
	if (http->out_size && left == 0)
		return CURL_READFUNC_ABORT;
	if (room > left)
		room = left;
	memcpy(to, http->out + http->out_at, room);
	http->out_at += room;
	http->is_sent = true;
	return room;
}

/* Refuses to begin the body anew. */
static int refuse_seek(void *context, curl_off_t offset, int origin)
{
	(void)context;
	(void)offset;
	(void)origin;
	return CURL_SEEKFUNC_FAIL;
}

static size_t take_body(char *from, size_t size, size_t count, void *context)
{
	struct http *http = context;
	size_t length = size * count;

	if (length > HTTP_BODY_MAX - http->in_size) {
		http->is_too_large = true;
		return 0;
	}
	http->in = array_reserve(http->in, &http->in_capacity,
				 http->in_size + length + 1, 1);
	memcpy(http->in + http->in_size, from, length);
	http->in_size += length;
	return length;
}

const char *http_url(struct arena *arena, const char *address, int port)
{
	if (strchr(address, ':'))
		return arena_printf(arena, "http://[%s]:%d", address, port);
	return arena_printf(arena, "http://%s:%d", address, port);
}

static void set_up(struct http *http)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(curl, CURLOPT_READDATA, http);
	curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, refuse_seek);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
}

struct http *http_open(const char *address, int port, struct error *err)
{
	struct http *http = heap_zeroed(1, sizeof(*http));
	struct curl_slist *more;

	http->base = http_url(&http->arena, address, port);
	http->curl = curl_easy_init();
	http->headers =
		curl_slist_append(NULL, "Content-Type: application/json");
	/* Without this libcurl asks leave to send bodies of 1 MB. */
	more = curl_slist_append(http->headers, "Expect:");
	if (!http->curl || !http->headers || !more) {
		error_set(err, "libcurl cannot be initialised");
		http_close(http);
		return NULL;
	}
	http->headers = more;
	set_up(http);
	return http;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	arena_release(&http->arena);
	free(http->in);
	free(http);
}

void http_trace(struct http *http, const char *traceparent)
{
	if (traceparent)
		snprintf(http->trace_line, sizeof(http->trace_line),
			 "traceparent: %s", traceparent);
	http->trace = (struct curl_slist){ .data = http->trace_line,
					   .next = http->headers };
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER,
			 traceparent ? &http->trace : http->headers);
}

static int failed(struct http *http, CURLcode code, struct error *err)
{
	long cause = 0;

	if (http->is_too_large)
		return error_set(err, "reply too large");
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, "timeout");
	case CURLE_COULDNT_CONNECT:
		/* The connection it was sent on was lost, and libcurl could
		 * not make another (on which it would have sent nothing). */
		if (http->is_sent)
			return error_set(err, "connection lost");
		curl_easy_getinfo(http->curl, CURLINFO_OS_ERRNO, &cause);
		if (cause == ECONNREFUSED)
			return error_set(err, "connection refused");
		if (cause == EHOSTUNREACH || cause == ENETUNREACH)
			return error_set(err, "no route");
		return error_set(err, "cannot connect");
	case CURLE_COULDNT_RESOLVE_HOST:
		return error_set(err, "host name not known");
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_PARTIAL_FILE:
		return error_set(err, "connection lost");
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
		return error_set(err, "bad reply");
	default:
		return error_set(err, "%s", curl_easy_strerror(code));
	}
}

int http_request(struct http *http, const char *path, const char *body,
		 int64_t deadline_ns, struct http_answer *answer,
		 struct error *err)
{
	long left_ms = clock_left_ms(deadline_ns);
	char url[512];
	CURLcode code;

	*answer = (struct http_answer){ 0 };
	/* To libcurl a time of 0 is no limit. */
	if (left_ms <= 0)
		return error_set(err, "timeout");
	snprintf(url, sizeof(url), "%s%s", http->base, path);
	http->out = body;
	http->out_size = body ? strlen(body) : 0;
	http->out_at = 0;
	http->is_sent = false;
	http->in_size = 0;
	http->is_too_large = false;
	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, left_ms);
	curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS, left_ms);
	if (body) {
		curl_easy_setopt(http->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, NULL);
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)http->out_size);
	} else {
		curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
	}
	code = curl_easy_perform(http->curl);
	answer->is_sent = http->is_sent;
	if (code != CURLE_OK)
		return failed(http, code, err);
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	http->in = array_reserve(http->in, &http->in_capacity,
				 http->in_size + 1, 1);
	http->in[http->in_size] = '\0';
	answer->body = http->in;
	answer->size = http->in_size;
	return 0;
}

static int download_into(FILE *file, const char *url, int64_t deadline_ns,
			 struct error *err)
{
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl)
		return error_set(err, "libcurl cannot be initialised");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			 (long)clock_left_ms(deadline_ns));
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return error_set(err, "%s", curl_easy_strerror(code));
	return 0;
}

int http_download(const char *url, const char *path, int64_t deadline_ns,
		  struct error *err)
{
	struct arena arena = { 0 };
	const char *part =
		arena_printf(&arena, "%s.part.%d", path, (int)getpid());
	FILE *file = fopen(part, "we");
	int result = -1;

	if (!file) {
		error_errno(err, "%s", part);
		goto out;
	}
	result = download_into(file, url, deadline_ns, err);
	if (fclose(file) != 0 && result == 0)
		result = error_errno(err, "%s", part);
	if (result == 0 && rename(part, path) != 0)
		result = error_errno(err, "%s", path);
	if (result < 0) {
		error_wrap(err, "download of %s", url);
		unlink(part);
	}
out:
	arena_release(&arena);
	return result;
}
