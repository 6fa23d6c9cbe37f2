/* SPDX-License-Identifier: MIT */
#include "nemesis/client_probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"

#define OPEN_TIMEOUT_NS INT64_C(2000000000)
#define NS_PER_MS INT64_C(1000000)

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* A socket on its way there, or -1; `*has_answer` when it is known by now. */
static int begin(const char *address, int port, bool *has_answer)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char service[16];
	int one = -1;

	*has_answer = false;
	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(address, service, &hints, &found) != 0)
		return -1;
	one = socket(found->ai_family,
		     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (one >= 0 &&
	    (connect(one, found->ai_addr, found->ai_addrlen) == 0 ||
	     errno == ECONNREFUSED))
		*has_answer = true;
	else if (one >= 0 && errno != EINPROGRESS) {
		close(one);
		one = -1;
	}
	freeaddrinfo(found);
	return one;
}

/* The connection is there, or refused. */
static bool is_answer(int one)
{
	int code = 0;
	socklen_t size = sizeof(code);

	return getsockopt(one, SOL_SOCKET, SO_ERROR, &code, &size) == 0 &&
	       (code == 0 || code == ECONNREFUSED);
}

/* Milliseconds until the last of those still asked is given up; -1: none. */
static int give_up(struct pollfd *asked, size_t count, const bool *is_blocked,
		   int64_t spent_ns, int64_t blocked_timeout_ns)
{
	int64_t left_ns = -1;

	for (size_t i = 0; i < count; i++) {
		int64_t mine_ns =
			(is_blocked[i] ? blocked_timeout_ns : OPEN_TIMEOUT_NS) -
			spent_ns;

		if (asked[i].fd < 0)
			continue;
		if (mine_ns <= 0) {
			close(asked[i].fd);
			asked[i].fd = -1;
		} else if (left_ns < 0 || mine_ns < left_ns) {
			left_ns = mine_ns;
		}
	}
	return left_ns < 0 ? -1 : (int)(left_ns / NS_PER_MS) + 1;
}

void client_probe(struct cluster *cluster, int port, const bool *is_blocked,
		  int64_t blocked_timeout_ns, bool *reaches)
{
	size_t count = cluster_count(cluster);
	struct arena arena = { 0 };
	struct pollfd *asked = arena_array(&arena, count, sizeof(*asked));
	int64_t start_ns = now_ns();
	int wait_ms;

	for (size_t i = 0; i < count; i++) {
		asked[i].events = POLLOUT;
		asked[i].fd = begin(node_address(cluster_node(cluster, i)),
				    port, &reaches[i]);
		if (reaches[i]) {
			close(asked[i].fd);
			asked[i].fd = -1;
		}
	}
	while ((wait_ms = give_up(asked, count, is_blocked,
				  now_ns() - start_ns, blocked_timeout_ns)) >=
	       0) {
		if (poll(asked, (nfds_t)count, wait_ms) <= 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (asked[i].fd < 0 || !asked[i].revents)
				continue;
			reaches[i] = is_answer(asked[i].fd);
			close(asked[i].fd);
			asked[i].fd = -1;
		}
	}
	arena_release(&arena);
}
