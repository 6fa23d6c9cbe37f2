/* SPDX-License-Identifier: MIT */
/* The pages of `ordeal serve`: from a request to what is answered. */
#ifndef ORDEAL_SERVE_SITE_H
#define ORDEAL_SERVE_SITE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct query {
	const char *name;
	const char *value;
	struct query *next;
};

/* A GET or HEAD, decoded; all in the arena. */
struct request {
	const char *path; /* begins with a slash */
	struct query *first;
	struct arena *arena;
};

/* The first value of that name; "" where there is none. */
const char *request_query(const struct request *request, const char *name);

/* What the page may do, said to the browser. Zero is cautious. */
enum reply_policy {
	POLICY_FILE,   /* nothing: a file of a run, whatever is in it */
	POLICY_PAGE,   /* our own style, script and event streams */
	POLICY_PLOTS,  /* that, and style within the page */
	POLICY_REPORT, /* style and script within, nothing from anywhere; not
			* of our origin */
};

/* Bytes that come as they are made. `read` waits at most a second, gives how
 * many, 0 for none yet, -1 at the end, -2 when something is wrong. */
struct reply_stream {
	ssize_t (*read)(void *state, char *bytes, size_t size);
	void (*free)(void *state);
	void *state;
};

/* Zeroed before. The body is one of text, file, stream. */
struct reply {
	unsigned status;
	const char *type;
	enum reply_policy policy;
	const char *download; /* the name to save it under, or NULL */
	const char *location; /* where else to go, or NULL */
	char *text;	      /* heap */
	size_t length;
	int file; /* open, or 0 */
	uint64_t file_size;
	struct reply_stream stream;
};

/* The policy as Content-Security-Policy says it. */
const char *reply_policy_text(enum reply_policy policy);

/* Gives back what the reply holds. */
void reply_release(struct reply *reply);

/* Everything that pages need. */
struct site;

/* `root` is the store; `campaigns` where campaigns are. NULL with a sentence
 * when the store cannot be opened. */
struct site *site_open(const char *root, const char *campaigns,
		       struct error *err);
void site_close(struct site *site); /* NULL is accepted */

/* Streams end soon; any thread. */
void site_stop(struct site *site);

/* How many runs there are; reads those not yet known. */
size_t site_count(struct site *site);

/* Answers; there always is an answer. Any thread. */
void site_answer(struct site *site, const struct request *request,
		 struct reply *reply);

#endif
