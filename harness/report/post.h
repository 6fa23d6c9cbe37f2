/* SPDX-License-Identifier: MIT */
/* Sends documents to a server that collects them. */
#ifndef ORDEAL_REPORT_POST_H
#define ORDEAL_REPORT_POST_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stddef.h>

/*
 * HTTP POST of JSON over one connection, which is kept. Proxies are those of
 * the environment, redirects are not followed. One thread's.
 */
struct poster;

/* `url`: http or https. NULL with a sentence. */
struct poster *poster_open(const char *url, struct error *err);
void poster_close(struct poster *poster); /* NULL is accepted */

/* From now on one try, which may take that long. */
void poster_hurry(struct poster *poster, long seconds);

/*
 * Sends the document and waits for the answer, at most 30 s; when the server
 * is not there yet, is busy or asks to come again (429, 502, 503, 504), up to
 * three times more. So a document may arrive twice. -1 with a sentence that
 * names the URL unless the answer is one of 200 to 299; then *answer is its
 * body (at most 64 KiB of it), until the next call.
 */
int poster_send(struct poster *poster, const char *text, size_t length,
		const char **answer, struct error *err);

#endif
