/* SPDX-License-Identifier: MIT */
/* The HTTP endpoint of a program that was built with gofail's failpoints. */
#ifndef ORDEAL_NEMESIS_AGENT_GOFAIL_H
#define ORDEAL_NEMESIS_AGENT_GOFAIL_H

#include <stddef.h>

#define GOFAIL_TROUBLE 256
#define GOFAIL_NAME_MAX 200
#define GOFAIL_TERM_MAX 400

enum gofail_result {
	GOFAIL_NO,	/* refused, late, or not understood: see the trouble */
	GOFAIL_NOBODY, /* nobody listens there */
	GOFAIL_OK,
};

/* What it serves (https://github.com/etcd-io/gofail): GET / lists NAME=TERM,
 * PUT /NAME sets a term, DELETE /NAME takes it away, GET /NAME/count tells how
 * often it was met. */
struct gofail {
	char *text; /* its list of failpoints, by gofail_list; owned */
};

/* One exchange, five seconds at most. `path` without its slash; `body` may be
 * NULL. `*reply`, unless NULL, is the caller's to free. `endpoint` is
 * ADDRESS:PORT, or [ADDRESS]:PORT of IPv6. */
enum gofail_result gofail_ask(const char *endpoint, const char *method,
			      const char *path, const char *body, char **reply,
			      char *trouble);

/* Asks for the list; gofail_release() in any case. */
enum gofail_result gofail_list(struct gofail *gofail, const char *endpoint,
			       char *trouble);
void gofail_release(struct gofail *gofail);

/* The next failpoint of the list from `*at` (0 at first) on, by its full name
 * and its term ("": not set); 0 at its end. */
int gofail_next(const struct gofail *gofail, size_t *at, char *name,
		char *term);

/* The failpoint that is called so, or whose last part is: 1 with its full name
 * and term; else 0, or 2 where several are. */
int gofail_find(const struct gofail *gofail, const char *wanted, char *name,
		char *term);

#endif
