/* SPDX-License-Identifier: MIT */
/* What the files of the ssh transport share; for them alone. */
#ifndef ORDEAL_CONTROL_SSH_SESSION_H
#define ORDEAL_CONTROL_SSH_SESSION_H

#include "harness/control/transport.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <libssh2.h>
#include <libssh2_sftp.h>
#include <stdbool.h>
#include <stdint.h>

struct node_config;

struct ssh {
	const struct node_config *config;
	int fd;		/* -1: not connected */
	bool is_broken; /* in the middle of something: only reopen helps */
	LIBSSH2_SESSION *session;
	LIBSSH2_SFTP *sftp; /* NULL until files are moved */
};

/*
 * libssh2 works on a socket that does not block: a call that returns EAGAIN
 * is made again, the same one, once ssh_wait says that the socket is ready.
 * ssh_wait: 0, or -1 with `err` set when `deadline_ns` has passed or the
 * connection is gone. It sends the keepalives that are due.
 */
int ssh_wait(struct ssh *ssh, int64_t deadline_ns, struct error *err);

/* True when a packet is half sent, so that the same call must come next. */
bool ssh_is_sending(const struct ssh *ssh);

/* Calls `call` (an expression of type int) until it is done or failed. */
#define SSH_UNTIL_DONE(code, ssh, deadline_ns, err, call) \
	do {                                              \
		(code) = (call);                          \
	} while ((code) == LIBSSH2_ERROR_EAGAIN &&        \
		 ssh_wait((ssh), (deadline_ns), (err)) == 0)

/*
 * Sets `err` to "WHAT: libssh2's words" for `code`; for EAGAIN the error is
 * ssh_wait's and only gets WHAT in front. The session counts as broken
 * afterwards. Returns -1.
 */
int ssh_fail(struct ssh *ssh, int code, struct error *err, const char *what);

/* Before the handshake: prefer the kinds of key that known_hosts has for this
 * host, since a server has several and names only one. */
int ssh_host_prefer(struct ssh *ssh, struct error *err);

/* After it: is the key the right one? */
int ssh_host_check(struct ssh *ssh, struct error *err);

/* Logs in. */
int ssh_authenticate(struct ssh *ssh, int64_t deadline_ns, struct error *err);

/* The transport's functions. */
int ssh_run(void *session, const struct command *command, struct arena *arena,
	    struct reply *reply, struct error *err);
int ssh_upload(void *session, const char *local, const char *remote, int mode,
	       int64_t deadline_ns, struct error *err);
int ssh_download(void *session, const char *remote, const char *local,
		 int64_t deadline_ns, struct error *err);

/* Name of the user's file ~/.ssh/NAME, in `arena`; NULL without a home. */
const char *ssh_user_file(struct arena *arena, const char *name);

#endif
