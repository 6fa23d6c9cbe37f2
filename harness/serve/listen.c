/* SPDX-License-Identifier: MIT */
#include "harness/serve/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t size;
};

static bool place_of(const char *address, uint16_t port, struct place *place)
{
	*place = (struct place){ 0 };
	if (strcasecmp(address, "localhost") == 0)
		address = "127.0.0.1";
	if (inet_pton(AF_INET, address, &place->v4.sin_addr) == 1) {
		place->v4.sin_family = AF_INET;
		place->v4.sin_port = htons(port);
		place->size = sizeof(place->v4);
		return true;
	}
	if (inet_pton(AF_INET6, address, &place->v6.sin6_addr) == 1) {
		place->v6.sin6_family = AF_INET6;
		place->v6.sin6_port = htons(port);
		place->size = sizeof(place->v6);
		return true;
	}
	return false;
}

bool address_is_loopback(const char *address)
{
	struct place place;

	if (!place_of(address, 0, &place))
		return false;
	if (place.any.sa_family == AF_INET)
		return ntohl(place.v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&place.v6.sin6_addr);
}

static int open_socket(const struct place *place, struct error *err)
{
	int fd = socket(place->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return error_errno(err, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (place->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &place->any, place->size) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		error_errno(err, "listen");
		close(fd);
		return -1;
	}
	return fd;
}

int listen_at(const char *address, uint16_t *port, char *url, size_t size,
	      struct error *err)
{
	struct place place;
	bool is_v6;
	int fd;

	if (!place_of(address, *port, &place))
		return error_set(err,
				 "%s: not an address; it is to be "
				 "numeric, or \"localhost\"",
				 address);
	fd = open_socket(&place, err);
	if (fd < 0 || getsockname(fd, &place.any, &place.size) != 0) {
		if (fd >= 0)
			close(fd);
		return error_wrap(err, "%s port %u", address, *port);
	}
	is_v6 = place.any.sa_family == AF_INET6;
	*port = ntohs(is_v6 ? place.v6.sin6_port : place.v4.sin_port);
	snprintf(url, size, "http://%s%s%s:%u/", is_v6 ? "[" : "", address,
		 is_v6 ? "]" : "", *port);
	return fd;
}
