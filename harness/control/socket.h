/* SPDX-License-Identifier: MIT */
/* TCP connections that never wait longer than they may. */
#ifndef ORDEAL_CONTROL_SOCKET_H
#define ORDEAL_CONTROL_SOCKET_H

#include "harness/core/error.h"

#include <stdint.h>

/*
 * Connects to `host` (a name or an IPv4 or IPv6 address), trying each of its
 * addresses in turn by `deadline_ns` (monotonic). Returns a socket that does
 * not block, is closed on exec and notices a dead peer by itself; or -1 with
 * one sentence that tells an unknown name from a refused connection from
 * silence. Any thread.
 */
int socket_connect(const char *host, int port, int64_t deadline_ns,
		   struct error *err);

/* 0 when `host` has an address, by `deadline_ns`; else why not. */
int socket_resolve(const char *host, int64_t deadline_ns, struct error *err);

/*
 * Waits until one of poll()'s `events` is there: 1, or 0 when the deadline
 * has passed, or -1 with errno. A hang-up counts as an event.
 */
int socket_wait(int fd, short events, int64_t deadline_ns);

#endif
