/* SPDX-License-Identifier: MIT */
/* The web server of `ordeal serve`. */
#ifndef ORDEAL_SERVE_SERVE_H
#define ORDEAL_SERVE_SERVE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stdint.h>

struct serve_config {
	const char *store;	  /* its root, which must be there */
	const char *campaigns;	  /* where campaigns are; NULL: nowhere */
	const char *address;	  /* numeric, or "localhost" */
	uint16_t port;		  /* 0: any that is free */
	const char *token;	  /* NULL: none is asked for */
	const char *const *hosts; /* names by which it may be called besides,
				   * NULL at the end; or NULL */
};

#define SERVE_TOKEN_MIN 16

/*
 * One thread a connection, at most 64 of them; a request has 15 s to arrive.
 * Only GET and HEAD are answered. Without a token only the loopback address
 * is allowed, and the Host of each request must be a name of it (so that no
 * page from elsewhere reaches us under a name of its own). With one, every
 * request brings it, as a bearer token or as the password of basic
 * authentication; it is compared in constant time.
 */
struct serve;

/* Reads the store and begins to answer. NULL with a sentence. The config is
 * borrowed until the end. Signals that are not to reach its threads are
 * blocked by the caller before. */
struct serve *serve_start(const struct serve_config *config, struct error *err);

/* "http://127.0.0.1:8080/"; lives as long as `serve`. */
const char *serve_url(const struct serve *serve);

/* To be called a few times a second: ends connections that are overdue. */
void serve_tick(struct serve *serve);

/* Ends all connections, streams too, waits for its threads, frees. */
void serve_stop(struct serve *serve);

#endif
