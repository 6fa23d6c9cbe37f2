/* SPDX-License-Identifier: MIT */
#include "tests/support/http_script.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_MAX 64
#define REQUEST_SIZE_MAX 65536

struct http_script {
	const struct http_step *steps;
	size_t step_count;
	int listener;
	int port;
	int stop[2]; /* a pipe: readable when it is time to end */
	pthread_t thread;
	char *requests[REQUESTS_MAX];
	char traces[REQUESTS_MAX][80];
	size_t count;
};

/* Waits until `fd` is readable; false when it is time to end. */
static bool await(const struct http_script *script, int fd, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = script->stop[0], .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	while (poll(fds, fd < 0 ? 1 : 2, timeout_ms) < 0)
		;
	return !(fds[0].revents & POLLIN);
}

/* Reads one request; NULL when there is none any more. */
static char *read_request(const struct http_script *script, int fd)
{
	char *text = calloc(1, REQUEST_SIZE_MAX + 1);
	size_t size = 0;

	while (text && size < REQUEST_SIZE_MAX && await(script, fd, -1)) {
		ssize_t count =
			recv(fd, text + size, REQUEST_SIZE_MAX - size, 0);
		char *body;
		const char *length;

		if (count <= 0)
			break;
		size += (size_t)count;
		body = strstr(text, "\r\n\r\n");
		if (!body)
			continue;
		length = strstr(text, "Content-Length: ");
		if (!length || size - (size_t)(body + 4 - text) >=
				       strtoul(length + 16, NULL, 10))
			return text;
	}
	free(text);
	return NULL;
}

/* "POST /path HTTP/1.1\r\n...\r\n\r\nBODY" to "/path BODY". */
static void record(struct http_script *script, char *text)
{
	const char *path = strchr(text, ' ');
	const char *body = strstr(text, "\r\n\r\n") + 4;
	size_t path_size = path ? strcspn(path + 1, " ") : 0;
	const char *trace = strstr(text, "\r\ntraceparent: ");
	char *line = calloc(1, path_size + strlen(body) + 2);

	trace = trace ? trace + 15 : NULL;
	if (line && path && script->count < REQUESTS_MAX) {
		memcpy(line, path + 1, path_size);
		line[path_size] = ' ';
		if (trace)
			snprintf(script->traces[script->count],
				 sizeof(script->traces[0]), "%.*s",
				 (int)strcspn(trace, "\r"), trace);
		memcpy(line + path_size + 1, body, strlen(body));
		script->requests[script->count++] = line;
	} else {
		free(line);
	}
	free(text);
}

static void send_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL);

		if (count <= 0)
			return;
		bytes += count;
		size -= (size_t)count;
	}
}

static void send_reply(int fd, const struct http_step *step)
{
	const char *body = step->body ? step->body : "";
	char head[256];
	char blanks[4096];

	if (step->ending == HTTP_RAW) {
		send_all(fd, body, strlen(body));
		return;
	}
	snprintf(head, sizeof(head),
		 "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 step->status ? step->status : 200,
		 strlen(body) + step->filler);
	send_all(fd, head, strlen(head));
	send_all(fd, body, strlen(body));
	memset(blanks, ' ', sizeof(blanks));
	for (size_t left = step->filler; left;) {
		size_t size = left < sizeof(blanks) ? left : sizeof(blanks);

		send_all(fd, blanks, size);
		left -= size;
	}
}

/* Serves a connection until it ends; false when it is time to end. */
static void serve(struct http_script *script, int fd)
{
	char *text;

	while ((text = read_request(script, fd))) {
		size_t number = script->count;
		const struct http_step *step;
		struct linger now = { .l_onoff = 1, .l_linger = 0 };

		record(script, text);
		if (number >= script->step_count)
			return;
		step = &script->steps[number];
		if (step->delay_ms && !await(script, -1, step->delay_ms))
			return;
		if (step->ending == HTTP_RESET) {
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now,
				   sizeof(now));
			return;
		}
		if (step->ending == HTTP_SILENT)
			return;
		send_reply(fd, step);
		if (step->ending != HTTP_KEEP)
			return;
	}
}

static void *run(void *argument)
{
	struct http_script *script = argument;

	while (await(script, script->listener, -1)) {
		int fd = accept(script->listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve(script, fd);
		close(fd);
	}
	return NULL;
}

struct http_script *http_script_start(const struct http_step *steps,
				      size_t count)
{
	struct http_script *script = calloc(1, sizeof(*script));
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);

	if (!script)
		return NULL;
	script->steps = steps;
	script->step_count = count;
	script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(script->listener, (struct sockaddr *)&address, size) < 0 ||
	    listen(script->listener, 8) < 0 ||
	    getsockname(script->listener, (struct sockaddr *)&address, &size) <
		    0 ||
	    pipe(script->stop) < 0 ||
	    pthread_create(&script->thread, NULL, run, script) != 0) {
		free(script);
		return NULL;
	}
	script->port = ntohs(address.sin_port);
	return script;
}

int http_script_port(const struct http_script *script)
{
	return script->port;
}

void http_script_stop(struct http_script *script)
{
	if (write(script->stop[1], "", 1) == 1)
		pthread_join(script->thread, NULL);
	close(script->stop[0]);
	close(script->stop[1]);
	close(script->listener);
}

size_t http_script_count(const struct http_script *script)
{
	return script->count;
}

const char *http_script_trace(const struct http_script *script, size_t index)
{
	return index < script->count ? script->traces[index] : "";
}

const char *http_script_request(const struct http_script *script, size_t index)
{
	return index < script->count ? script->requests[index] : "";
}

void http_script_free(struct http_script *script)
{
	for (size_t i = 0; i < script->count; i++)
		free(script->requests[i]);
	free(script);
}
