/* SPDX-License-Identifier: MIT */
/* Who may ask, and how long it may take. */
#ifndef ORDEAL_SERVE_GUARD_H
#define ORDEAL_SERVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when a Host header ("localhost:8080", "[::1]") names this machine's
 * loopback, the address we listen at, or one of `names` (NULL at the end; or
 * NULL). NULL is none. */
bool guard_host_is_ours(const char *header, const char *address,
			const char *const *names);

/* True when an Authorization header brings the token: "Bearer TOKEN", or
 * "Basic ..." with it as the password of any user. How long that takes tells
 * nothing of the token but its length. NULL is none. */
bool guard_token_is_right(const char *authorization, const char *token);

/*
 * A path or value with its %-escapes replaced, in place. False for what is
 * no escape, for a NUL, a control character, or bytes that are not UTF-8: no
 * file of ours has such a name.
 */
bool guard_decode(char *text);

/* Connections that are there. One thread's at a time: the caller locks. */
#define GUARD_CONNECTIONS 64
#define GUARD_REQUEST_NS (INT64_C(15) * 1000000000)
#define GUARD_IDLE_NS (INT64_C(60) * 1000000000)

struct guarded {
	int socket;	     /* -1: free */
	int64_t deadline_ns; /* to have asked; INT64_MAX: it has */
};

struct guard {
	struct guarded connections[GUARD_CONNECTIONS];
};

void guard_init(struct guard *guard);
/* False when there is no room. */
bool guard_begin(struct guard *guard, int socket, int64_t deadline_ns);
void guard_set(struct guard *guard, int socket, int64_t deadline_ns);
void guard_end(struct guard *guard, int socket);
/* Shuts down the sockets of those that are overdue; how many. */
size_t guard_sweep(struct guard *guard, int64_t now_ns);

#endif
