/* SPDX-License-Identifier: MIT */
/* A client of etcd's v3 API, over its JSON gateway. */
#ifndef ORDEAL_ETCD_CLIENT_H
#define ORDEAL_ETCD_CLIENT_H

#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/target.h"

#include "targets/etcd/http.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A register is the key "register/KEY" with an integer as decimal text, a
 * counter "counter/KEY" likewise; a list is "list/KEY" with integers separated
 * by blanks; an element of a set is the key "set/KEY/ELEMENT". A register or
 * list that is not there is nil.
 */
struct client {
	struct http *http;
	const char *api;      /* "v3"; borrowed */
	bool is_serializable; /* reads are answered by the node itself */
};

/* As the functions of struct target. `address` and `port`: of one node. */
struct client *client_open(const char *address, int port, const char *api,
			   bool is_serializable, struct error *err);
void client_close(struct client *client); /* NULL is accepted */
enum outcome client_apply(struct client *client, struct request *request,
			  struct error *err);

/*
 * One exchange within client_apply: OUTCOME_OK with an answer of status 200,
 * or what the failure means for a request that changes something (unless
 * `only_reads`). `path` is what follows "/v3/".
 */
enum outcome client_ask(struct client *client, struct request *request,
			const char *path, const char *body, bool only_reads,
			struct http_answer *answer, struct error *err);

/* What a reply that cannot be understood means: it was carried out or not. */
enum outcome client_puzzled(bool only_reads);

/* The name of what the action is on, in the request's arena. */
const char *client_key(const struct request *request,
		       const struct action *action);

/* The action's argument as decimal text, or NULL if it is no integer. */
const char *client_number(const struct request *request, struct value value);

/* The integer that `text` is, all of it. */
bool client_read_number(const char *text, size_t size, int64_t *number);

/* Sets and ids; in set.c. */
enum outcome client_set(struct client *client, struct request *request,
			struct error *err);
enum outcome client_generate(struct client *client, struct request *request,
			     struct error *err);

/* Several actions at once, and all that is done to lists and counters; in
 * txn.c. */
enum outcome client_transact(struct client *client, struct request *request,
			     struct error *err);

#endif
