/* SPDX-License-Identifier: MIT */
#include "harness/control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"

int socket_wait(int fd, short events, int64_t deadline_ns)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	for (;;) {
		int count = poll(&wanted, 1, clock_left_ms(deadline_ns));

		if (count > 0)
			return 1;
		if (count < 0 && errno != EINTR)
			return -1;
		if (clock_left_ms(deadline_ns) == 0)
			return 0;
	}
}

/*
 * getaddrinfo() takes as long as the resolver likes, so names are asked for in
 * a thread. Who comes last of the two, the thread or the one who asked and
 * lost patience, cleans up. (glibc's getaddrinfo_a does the same, but its
 * threads are unknown to ThreadSanitizer.)
 */
struct query {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_done;	  /* by the thread */
	bool is_given_up; /* by the one who asked */
	int code;
	struct addrinfo *found;
	char host[256];
	char service[16];
};

static void query_free(struct query *query)
{
	pthread_cond_destroy(&query->changed);
	pthread_mutex_destroy(&query->mutex);
	free(query);
}

static void *ask(void *argument)
{
	struct query *query = argument;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int code = getaddrinfo(query->host, query->service, &hints, &found);
	bool is_given_up;

	pthread_mutex_lock(&query->mutex);
	query->code = code;
	query->found = found;
	query->is_done = true;
	is_given_up = query->is_given_up;
	pthread_cond_signal(&query->changed);
	pthread_mutex_unlock(&query->mutex);
	if (is_given_up) {
		if (code == 0)
			freeaddrinfo(found);
		query_free(query);
	}
	return NULL;
}

static struct query *query_start(const char *host, int port)
{
	struct query *query = heap_zeroed(1, sizeof(*query));
	pthread_attr_t attributes;
	pthread_t thread;
	int number;

	pthread_mutex_init(&query->mutex, NULL);
	pthread_cond_init(&query->changed, NULL);
	snprintf(query->host, sizeof(query->host), "%s", host);
	snprintf(query->service, sizeof(query->service), "%d", port);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	number = pthread_create(&thread, &attributes, ask, query);
	pthread_attr_destroy(&attributes);
	if (number == 0)
		return query;
	query_free(query);
	return NULL;
}

static int resolve_name(const char *host, int port, int64_t deadline_ns,
			struct addrinfo **found, struct error *err)
{
	struct timespec until = { deadline_ns / NS_PER_S,
				  (long)(deadline_ns % NS_PER_S) };
	struct query *query = query_start(host, port);
	bool is_done;
	int code, waited = 0;

	if (!query)
		return error_set(err, "no thread to ask for the address of %s",
				 host);
	pthread_mutex_lock(&query->mutex);
	while (!query->is_done && waited == 0)
		waited = pthread_cond_clockwait(&query->changed, &query->mutex,
						CLOCK_MONOTONIC, &until);
	is_done = query->is_done;
	query->is_given_up = !is_done;
	code = query->code;
	*found = query->found;
	pthread_mutex_unlock(&query->mutex);
	if (!is_done)
		return error_set(err,
				 "no answer to the question for the address of "
				 "%s in time",
				 host);
	query_free(query);
	if (code != 0)
		return error_set(err, "the name %s has no address: %s", host,
				 gai_strerror(code));
	return 0;
}

static int resolve(const char *host, int port, int64_t deadline_ns,
		   struct addrinfo **found, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST };
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, found) == 0)
		return 0;
	return resolve_name(host, port, deadline_ns, found, err);
}

int socket_resolve(const char *host, int64_t deadline_ns, struct error *err)
{
	struct addrinfo *found = NULL;

	if (resolve(host, 22, deadline_ns, &found, err))
		return -1;
	freeaddrinfo(found);
	return 0;
}

/* Dead peers are noticed in about half a minute, also in mid-command. */
static void tune(int fd)
{
	int on = 1, idle_s = 15, interval_s = 5, probes = 3;
	unsigned int give_up_ms = 30000;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s,
		   sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &give_up_ms,
		   sizeof(give_up_ms));
}

/* Returns 0 or an errno value. */
static int finish_connect(int fd, int64_t deadline_ns)
{
	int number = 0;
	socklen_t size = sizeof(number);

	switch (socket_wait(fd, POLLOUT, deadline_ns)) {
	case 0:
		return ETIMEDOUT;
	case -1:
		return errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
		return errno;
	return number;
}

static int connect_one(const struct addrinfo *address, int64_t deadline_ns,
		       int *number)
{
	int fd = socket(address->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0) {
		*number = errno;
		return -1;
	}
	tune(fd);
	*number = 0;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
		*number = errno == EINPROGRESS ? finish_connect(fd, deadline_ns)
					       : errno;
	if (*number == 0)
		return fd;
	close(fd);
	return -1;
}

int socket_connect(const char *host, int port, int64_t deadline_ns,
		   struct error *err)
{
	struct addrinfo *found = NULL;
	int left = 0, number = EHOSTUNREACH, fd = -1;

	if (resolve(host, port, deadline_ns, &found, err))
		return -1;
	for (struct addrinfo *at = found; at; at = at->ai_next)
		left++;
	/* Each address gets its share, so that a dead one (IPv6 that leads
	 * nowhere, often) leaves time for the others. */
	for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
		int64_t now = clock_now_ns();
		int64_t share = (deadline_ns - now) / left--;

		fd = connect_one(at, now + share, &number);
	}
	freeaddrinfo(found);
	if (fd >= 0)
		return fd;
	if (number == ECONNREFUSED)
		return error_set(err,
				 "%s port %d refuses connections: no sshd "
				 "listens there, or a firewall rejects",
				 host, port);
	if (number == ETIMEDOUT)
		return error_set(err,
				 "%s port %d does not answer: it is down, cut "
				 "off, or a firewall drops",
				 host, port);
	return error_set(err, "connect to %s port %d: %s", host, port,
			 strerror(number));
}
