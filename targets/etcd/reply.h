/* SPDX-License-Identifier: MIT */
/* What etcd's gateway answers, as far as a client needs it. */
#ifndef ORDEAL_ETCD_REPLY_H
#define ORDEAL_ETCD_REPLY_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each function reads one body (any bytes; `size` of them) and returns 0, or
 * -1 with a few words when it is not what etcd would answer there. Results
 * are in the arena. Fields are those of etcd's api/etcdserverpb/rpc.proto;
 * a field that has its default (0, false, empty) is left out by the gateway.
 */

/* A key as it was at some revision. */
struct etcd_entry {
	bool is_present;
	const char *value; /* NUL-terminated; may hold other bytes */
	size_t value_size;
	int64_t mod_revision; /* of its last change; 0: it is not there */

	/* Set by the caller: all keys that begin with the one asked for. */
	bool is_prefix;
	const char **rests; /* what follows it, in each */
	size_t rest_count;
	int64_t revision; /* at which they were read */
};

/* PutResponse, DeleteRangeResponse: merely a header. `revision` (unless NULL)
 * gets the revision of the change, which no other change has. */
int reply_put(const char *body, size_t size, struct arena *arena,
	      int64_t *revision, struct error *err);

/* RangeResponse of all keys that begin with `prefix`: what follows it, in
 * each, NUL-terminated. */
int reply_keys(const char *body, size_t size, const char *prefix,
	       struct arena *arena, const char ***rests, size_t *count,
	       struct error *err);

/* RangeResponse of a range over the single key `key`. */
int reply_range(const char *body, size_t size, const char *key,
		struct arena *arena, struct etcd_entry *entry,
		struct error *err);

/*
 * TxnResponse. Where the branch taken was `count` ranges over single keys or
 * prefixes, `entries` (unless NULL) get what each found. Otherwise its
 * responses are only counted: `count` of them must be there if it succeeded.
 */
int reply_txn(const char *body, size_t size, const char *const *keys,
	      size_t count, struct arena *arena, bool *has_succeeded,
	      struct etcd_entry *entries, struct error *err);

/* StatusResponse. Numbers are as etcd prints them, for they exceed int64. */
struct etcd_status {
	const char *version; /* "3.4.23" */
	bool is_leader;	     /* of its own opinion */
	bool has_leader;
	int64_t applied; /* entries of the log that it has applied; -1 if it
			  * does not tell */
};
int reply_status(const char *body, size_t size, struct arena *arena,
		 struct etcd_status *status, struct error *err);

/* MemberListResponse and those of adding and removing a member. */
struct etcd_member {
	const char *id;	  /* as etcd prints it */
	const char *name; /* "" until it has started */
	const char *peer; /* the first of its URLs */
};
int reply_members(const char *body, size_t size, struct arena *arena,
		  struct etcd_member **members, size_t *count,
		  struct error *err);

/* What comes with a status other than 200: gRPC's code and message. */
struct etcd_failure {
	int64_t code;	     /* -1 if there is none */
	const char *message; /* "" if there is none */
};
void reply_failure(const char *body, size_t size, struct arena *arena,
		   struct etcd_failure *failure);

/* GET /health: {"health":"true"}; a bare true counts, too. */
bool reply_is_healthy(const char *body, size_t size, struct arena *arena);

#endif
