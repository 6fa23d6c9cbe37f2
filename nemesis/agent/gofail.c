/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/gofail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "nemesis/agent/shell.h"

#define PATIENCE_S 5
#define REQUEST_MAX 2048
#define REPLY_MAX (1 << 20)

static enum gofail_result fail(char *trouble, const char *endpoint,
			       const char *why)
{
	snprintf(trouble, GOFAIL_TROUBLE, "%.80s: %.160s", endpoint, why);
	return GOFAIL_NO;
}

/* False where it is no numeric address with a port. */
static bool read_endpoint(const char *endpoint, struct sockaddr_storage *to,
			  socklen_t *size)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	const char *colon = strrchr(endpoint, ':');
	char address[INET6_ADDRSTRLEN];
	size_t length = colon ? (size_t)(colon - endpoint) : 0;
	bool is_ipv6 = *endpoint == '[' && length > 2 && colon[-1] == ']';
	char *end;
	unsigned long port;

	if (!length || length >= sizeof(address))
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end || port < 1 || port > UINT16_MAX)
		return false;
	snprintf(address, sizeof(address), "%.*s",
		 (int)(is_ipv6 ? length - 2 : length), endpoint + is_ipv6);
	to4.sin_port = to6.sin6_port = htons((uint16_t)port);
	if (is_ipv6) {
		memcpy(to, &to6, sizeof(to6));
		*size = sizeof(to6);
		return inet_pton(AF_INET6, address,
				 &((struct sockaddr_in6 *)to)->sin6_addr) == 1;
	}
	memcpy(to, &to4, sizeof(to4));
	*size = sizeof(to4);
	return inet_pton(AF_INET, address,
			 &((struct sockaddr_in *)to)->sin_addr) == 1;
}

/* All until it hangs up, ended by a NUL; NULL with errno. */
static char *read_all(int server)
{
	int64_t until_ms = agent_now_ms() + PATIENCE_S * 1000;
	char *text = malloc(REPLY_MAX);
	size_t used = 0;
	ssize_t got = 1;

	while (text && got > 0 && used + 1 < REPLY_MAX &&
	       agent_now_ms() < until_ms) {
		got = recv(server, text + used, REPLY_MAX - 1 - used, 0);
		used += got > 0 ? (size_t)got : 0;
	}
	if (text && got != 0) {
		free(text);
		errno = got < 0 ? errno : EMSGSIZE;
		return NULL;
	}
	if (text)
		text[used] = '\0';
	return text;
}

/* By HTTP/1.0, so that its end is the end of the connection. */
static char *exchange(int server, const char *method, const char *path,
		      const char *body)
{
	char request[REQUEST_MAX];
	int size = snprintf(request, sizeof(request),
			    "%s /%s HTTP/1.0\r\nHost: gofail\r\n"
			    "Content-Length: %zu\r\n\r\n%s",
			    method, path, strlen(body), body);

	if (size < 0 || (size_t)size >= sizeof(request)) {
		errno = EMSGSIZE;
		return NULL;
	}
	if (send(server, request, (size_t)size, MSG_NOSIGNAL) != size)
		return NULL;
	return read_all(server);
}

/* Status 200 to 299: what comes after the head, moved to the front. */
static enum gofail_result judge(char *text, const char *endpoint, char *trouble)
{
	char *body = strstr(text, "\r\n\r\n");

	if (strncmp(text, "HTTP/1.", 7) != 0 || strlen(text) < 12 || !body)
		return fail(trouble, endpoint,
			    "no failpoints are served there");
	body += 4;
	if (text[9] != '2') {
		body[strcspn(body, "\n")] = '\0';
		return fail(trouble, endpoint, *body ? body : "refused");
	}
	memmove(text, body, strlen(body) + 1);
	return GOFAIL_OK;
}

enum gofail_result gofail_ask(const char *endpoint, const char *method,
			      const char *path, const char *body, char **reply,
			      char *trouble)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_storage to = { 0 };
	enum gofail_result result = GOFAIL_NO;
	char *text = NULL;
	socklen_t size;
	int server;

	if (!read_endpoint(endpoint, &to, &size))
		return fail(trouble, endpoint, "this is not ADDRESS:PORT");
	server = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0)
		return fail(trouble, endpoint, strerror(errno));
	setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &patience,
		   sizeof(patience));
	setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	if (connect(server, (struct sockaddr *)&to, size) == 0)
		text = exchange(server, method, path, body ? body : "");
	if (text)
		result = judge(text, endpoint, trouble);
	else
		fail(trouble, endpoint,
		     errno == EAGAIN || errno == EINPROGRESS ? "no answer" :
							       strerror(errno));
	if (!text && errno == ECONNREFUSED)
		result = GOFAIL_NOBODY;
	close(server);
	if (reply && result == GOFAIL_OK)
		*reply = text;
	else
		free(text);
	return result;
}

enum gofail_result gofail_list(struct gofail *gofail, const char *endpoint,
			       char *trouble)
{
	gofail->text = NULL;
	return gofail_ask(endpoint, "GET", "", NULL, &gofail->text, trouble);
}

void gofail_release(struct gofail *gofail)
{
	free(gofail->text);
	gofail->text = NULL;
}

int gofail_next(const struct gofail *gofail, size_t *at, char *name, char *term)
{
	while (gofail->text && gofail->text[*at]) {
		const char *line = gofail->text + *at;
		size_t length = strcspn(line, "\n");
		size_t first = strcspn(line, "=\n");

		*at += length + (line[length] == '\n');
		if (first == length || first >= GOFAIL_NAME_MAX ||
		    length - first - 1 >= GOFAIL_TERM_MAX)
			continue;
		snprintf(name, GOFAIL_NAME_MAX, "%.*s", (int)first, line);
		snprintf(term, GOFAIL_TERM_MAX, "%.*s",
			 (int)(length - first - 1), line + first + 1);
		return 1;
	}
	return 0;
}

int gofail_find(const struct gofail *gofail, const char *wanted, char *name,
		char *term)
{
	char one[GOFAIL_NAME_MAX], its[GOFAIL_TERM_MAX];
	int found = 0;

	for (size_t at = 0; gofail_next(gofail, &at, one, its);) {
		const char *slash = strrchr(one, '/');
		bool is_all = strcmp(one, wanted) == 0;

		if (!is_all && (!slash || strcmp(slash + 1, wanted) != 0))
			continue;
		memcpy(name, one, sizeof(one));
		memcpy(term, its, sizeof(its));
		if (is_all)
			return 1;
		found++;
	}
	return found > 1 ? 2 : found;
}
