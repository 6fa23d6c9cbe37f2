/* SPDX-License-Identifier: MIT */
#include "harness/control/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/control/socket.h"
#include "harness/control/ssh_session.h"
#include "harness/core/clock.h"

#define KEEPALIVE_S 15
/* A goodbye is a courtesy; a dead peer must not cost more than this. */
#define GOODBYE_NS (NS_PER_S / 2)

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

/* libssh2_init is not safe in two threads at once (libssh2 #113). */
static void library_start(void)
{
	libssh2_init(0);
}

bool ssh_is_sending(const struct ssh *ssh)
{
	return libssh2_session_block_directions(ssh->session) &
	       LIBSSH2_SESSION_BLOCK_OUTBOUND;
}

static int out_of_time(struct ssh *ssh, struct error *err)
{
	ssh->is_broken = true;
	return error_set(err, "not done by its deadline");
}

int ssh_wait(struct ssh *ssh, int64_t deadline_ns, struct error *err)
{
	int directions = libssh2_session_block_directions(ssh->session);
	short events = POLLIN;

	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
		events = POLLOUT;
		if (directions & LIBSSH2_SESSION_BLOCK_INBOUND)
			events = POLLIN | POLLOUT;
	}
	for (;;) {
		int64_t tick = clock_now_ns() + KEEPALIVE_S * NS_PER_S;
		int64_t until = tick < deadline_ns ? tick : deadline_ns;
		int seconds, found = socket_wait(ssh->fd, events, until);

		if (found > 0)
			return 0;
		if (found < 0) {
			ssh->is_broken = true;
			return error_errno(err, "wait for the connection");
		}
		if (until == deadline_ns)
			return out_of_time(ssh, err);
		/* In mid-packet a keepalive would be the wrong bytes. */
		if (!(directions & LIBSSH2_SESSION_BLOCK_OUTBOUND))
			libssh2_keepalive_send(ssh->session, &seconds);
	}
}

int ssh_fail(struct ssh *ssh, int code, struct error *err, const char *what)
{
	char *words = NULL;

	ssh->is_broken = true;
	if (code == LIBSSH2_ERROR_EAGAIN)
		return error_wrap(err, "%s", what);
	if (code == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
	    code == LIBSSH2_ERROR_SOCKET_RECV ||
	    code == LIBSSH2_ERROR_SOCKET_SEND)
		return error_set(err, "%s: the connection was cut", what);
	libssh2_session_last_error(ssh->session, &words, NULL, 0);
	return error_set(err, "%s: %s (libssh2 error %d)", what,
			 words && *words ? words : "no reason given", code);
}

const char *ssh_user_file(struct arena *arena, const char *name)
{
	const char *home = getenv("HOME");

	if (!home || !*home) {
		char text[4096];
		struct passwd entry, *found = NULL;

		if (getpwuid_r(geteuid(), &entry, text, sizeof(text), &found) ||
		    !found)
			return NULL;
		return arena_printf(arena, "%s/.ssh/%s", found->pw_dir, name);
	}
	return arena_printf(arena, "%s/.ssh/%s", home, name);
}

static void disconnect(struct ssh *ssh)
{
	int64_t deadline = clock_now_ns() + GOODBYE_NS;
	struct error ignored;
	int code;

	if (ssh->session) {
		if (!ssh->is_broken) {
			if (ssh->sftp)
				SSH_UNTIL_DONE(
					code, ssh, deadline, &ignored,
					libssh2_sftp_shutdown(ssh->sftp));
			SSH_UNTIL_DONE(code, ssh, deadline, &ignored,
				       libssh2_session_disconnect(ssh->session,
								  "done"));
		}
		/* With the socket shut, what is left to send fails at once
		 * instead of being put off with EAGAIN (libssh2 #122). */
		shutdown(ssh->fd, SHUT_RDWR);
		SSH_UNTIL_DONE(code, ssh, deadline, &ignored,
			       libssh2_session_free(ssh->session));
	}
	if (ssh->fd >= 0)
		close(ssh->fd);
	ssh->session = NULL;
	ssh->sftp = NULL;
	ssh->fd = -1;
}

static int handshake(struct ssh *ssh, int64_t deadline_ns, struct error *err)
{
	int code;

	ssh->session = libssh2_session_init_ex(NULL, NULL, NULL, ssh);
	if (!ssh->session)
		return error_set(err, "libssh2 cannot make a session");
	libssh2_session_set_blocking(ssh->session, 0);
	libssh2_keepalive_config(ssh->session, 1, KEEPALIVE_S);
	if (ssh_host_prefer(ssh, err))
		return -1;
	SSH_UNTIL_DONE(code, ssh, deadline_ns, err,
		       libssh2_session_handshake(ssh->session, ssh->fd));
	if (code)
		return ssh_fail(ssh, code, err, "ssh handshake");
	return ssh_host_check(ssh, err);
}

static int connect_to_node(struct ssh *ssh, int64_t deadline_ns,
			   struct error *err)
{
	const struct node_config *config = ssh->config;
	const char *host = config->host ? config->host : config->name;

	ssh->is_broken = true;
	ssh->fd = socket_connect(host, config->port ? config->port : 22,
				 deadline_ns, err);
	if (ssh->fd < 0)
		return -1;
	if (handshake(ssh, deadline_ns, err) ||
	    ssh_authenticate(ssh, deadline_ns, err)) {
		disconnect(ssh);
		return -1;
	}
	ssh->is_broken = false;
	return 0;
}

static int ssh_reopen(void *session, int64_t deadline_ns, struct error *err)
{
	struct ssh *ssh = session;

	if (!ssh->is_broken)
		return 0;
	disconnect(ssh);
	return connect_to_node(ssh, deadline_ns, err);
}

static void ssh_close(void *session)
{
	struct ssh *ssh = session;

	if (!ssh)
		return;
	disconnect(ssh);
	free(ssh);
}

void *ssh_open(const struct node_config *config, int64_t deadline_ns,
	       struct error *err)
{
	struct ssh *ssh;

	pthread_once(&library_once, library_start);
	ssh = heap_zeroed(1, sizeof(*ssh));
	ssh->config = config;
	ssh->fd = -1;
	if (connect_to_node(ssh, deadline_ns, err)) {
		ssh_close(ssh);
		return NULL;
	}
	return ssh;
}

const struct transport ssh_transport = {
	.name = "ssh",
	.run = ssh_run,
	.upload = ssh_upload,
	.download = ssh_download,
	.reopen = ssh_reopen,
	.close = ssh_close,
};
