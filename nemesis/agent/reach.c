/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WORDS 4 /* of one question */
#define WAIT_MAX_MS 60000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* True for what the other machine itself says. */
static bool is_answer(int code)
{
	return code == 0 || code == ECONNREFUSED;
}

/* A socket that is connecting; -1 when it is not, with `*code` of errno. */
static int begin(const char *address, const char *port, int *code)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	bool is_ipv6 = strchr(address, ':') != NULL;
	uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));
	int one;
	int result;

	*code = EINVAL;
	if (inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address,
		      is_ipv6 ? (void *)&to6.sin6_addr :
				(void *)&to4.sin_addr) != 1)
		return -1;
	to4.sin_port = number;
	to6.sin6_port = number;
	one = socket(is_ipv6 ? AF_INET6 : AF_INET,
		     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	*code = errno;
	if (one < 0)
		return -1;
	result = is_ipv6 ? connect(one, (struct sockaddr *)&to6, sizeof(to6)) :
			   connect(one, (struct sockaddr *)&to4, sizeof(to4));
	*code = result ? errno : 0;
	if (*code == EINPROGRESS)
		return one;
	close(one);
	return -1;
}

/* Milliseconds until the next question is given up; closes those that are;
 * -1: there is none left. */
static int give_up(struct pollfd *asked, int count, char **words,
		   int64_t spent_ms)
{
	int64_t least = -1;

	for (int i = 0; i < count; i++) {
		long wait_ms = strtol(words[i * WORDS], NULL, 10);
		int64_t left = (wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : wait_ms) -
			       spent_ms;

		if (asked[i].fd < 0)
			continue;
		if (left <= 0) {
			close(asked[i].fd);
			asked[i].fd = -1;
		} else if (least < 0 || left < least) {
			least = left;
		}
	}
	return (int)least;
}

static void take_answers(struct pollfd *asked, int count, char **words)
{
	for (int i = 0; i < count; i++) {
		int code = 0;
		socklen_t size = sizeof(code);

		if (asked[i].fd < 0 || !asked[i].revents)
			continue;
		getsockopt(asked[i].fd, SOL_SOCKET, SO_ERROR, &code, &size);
		if (is_answer(code))
			printf("port %s\n", words[i * WORDS + 3]);
		close(asked[i].fd);
		asked[i].fd = -1;
	}
}

int reach_run(int argc, char **argv)
{
	int count = argc / WORDS;
	struct pollfd *asked = calloc((size_t)count + 1, sizeof(*asked));
	int64_t start_ms = now_ms();
	int wait_ms;

	if (argc % WORDS || !asked) {
		fputs("reach: four words a question are wanted\n", stderr);
		free(asked);
		return 64;
	}
	for (int i = 0; i < count; i++) {
		char **words = argv + i * WORDS;
		int code;

		asked[i].events = POLLOUT;
		asked[i].fd = begin(words[1], words[2], &code);
		if (asked[i].fd < 0 && is_answer(code))
			printf("port %s\n", words[3]);
	}
	while ((wait_ms = give_up(asked, count, argv, now_ms() - start_ms)) >
	       0) {
		if (poll(asked, (nfds_t)count, wait_ms) > 0)
			take_answers(asked, count, argv);
	}
	free(asked);
	return 0;
}
