/* SPDX-License-Identifier: MIT */
/* Requests as libmicrohttpd brings them, and answers as it wants them: the one
 * file that knows it. */
#include "harness/serve/serve.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "harness/core/clock.h"
#include "harness/serve/guard.h"
#include "harness/serve/listen.h"
#include "harness/serve/site.h"

#define IDLE_SECONDS 20u /* without a byte either way */
#define REQUEST_BYTES_MAX ((size_t)32 * 1024)
#define STREAM_BLOCK ((size_t)64 * 1024)

struct serve {
	const struct serve_config *config;
	struct site *site;
	struct MHD_Daemon *daemon;
	char url[128];
	pthread_mutex_t lock; /* guards `guard` */
	struct guard guard;
};

static int socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *told = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return told ? told->connect_fd : -1;
}

static void set_deadline(struct serve *serve, struct MHD_Connection *connection,
			 int64_t deadline_ns)
{
	pthread_mutex_lock(&serve->lock);
	guard_set(&serve->guard, socket_of(connection), deadline_ns);
	pthread_mutex_unlock(&serve->lock);
}

/* A connection begins or ends. Its socket is still open when it ends. */
static void note_connection(void *state, struct MHD_Connection *connection,
			    void **context,
			    enum MHD_ConnectionNotificationCode code)
{
	struct serve *serve = state;
	int socket = socket_of(connection);

	(void)context;
	pthread_mutex_lock(&serve->lock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		guard_begin(&serve->guard, socket,
			    clock_now_ns() + GUARD_REQUEST_NS);
	else
		guard_end(&serve->guard, socket);
	pthread_mutex_unlock(&serve->lock);
}

/* A request has been answered; the next one may follow. */
static void note_completion(void *state, struct MHD_Connection *connection,
			    void **context,
			    enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)code;
	set_deadline(state, connection, clock_now_ns() + GUARD_IDLE_NS);
}

static ssize_t read_stream(void *state, uint64_t offset, char *bytes,
			   size_t size)
{
	struct reply_stream *stream = state;
	ssize_t got = stream->read(stream->state, bytes, size);

	(void)offset;
	if (got == -1)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return got < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : got;
}

static void free_stream(void *state)
{
	struct reply_stream *stream = state;

	stream->free(stream->state);
	free(stream);
}

/* The body of the reply, which loses it. */
static struct MHD_Response *take_body(struct reply *reply)
{
	struct MHD_Response *response;

	if (reply->stream.read) {
		struct reply_stream *stream = malloc(sizeof(*stream));

		if (!stream)
			abort();
		*stream = reply->stream;
		reply->stream = (struct reply_stream){ 0 };
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, stream,
			free_stream);
		if (!response)
			free_stream(stream);
		return response;
	}
	if (reply->file > 0) {
		response = MHD_create_response_from_fd64(reply->file_size,
							 reply->file);
		if (response)
			reply->file = 0;
		return response;
	}
	response = MHD_create_response_from_buffer(reply->length, reply->text,
						   MHD_RESPMEM_MUST_FREE);
	if (response)
		reply->text = NULL;
	return response;
}

/* A name that may stand between quotes. */
static const char *quoted(struct arena *arena, const char *name)
{
	char *fit = arena_strdup(arena, name);

	for (char *c = fit; *c; c++) {
		if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20 ||
		    (unsigned char)*c >= 0x7f)
			*c = '_';
	}
	return arena_printf(arena, "attachment; filename=\"%s\"", fit);
}

static void add_headers(struct MHD_Response *response,
			const struct reply *reply, struct arena *arena)
{
	static const char *const fixed[][2] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cache-Control", "no-store" },
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		MHD_add_response_header(response, fixed[i][0], fixed[i][1]);
	MHD_add_response_header(response, "Content-Type", reply->type);
	MHD_add_response_header(response, "Content-Security-Policy",
				reply_policy_text(reply->policy));
	if (reply->download)
		MHD_add_response_header(response, "Content-Disposition",
					quoted(arena, reply->download));
	if (reply->location)
		MHD_add_response_header(response, "Location", reply->location);
	if (reply->status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(
			response, "WWW-Authenticate",
			"Basic realm=\"ordeal: the token is the password\"");
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
}

static enum MHD_Result send_reply(struct MHD_Connection *connection,
				  struct reply *reply, struct arena *arena)
{
	struct MHD_Response *response = take_body(reply);
	enum MHD_Result result = MHD_NO;

	if (response) {
		add_headers(response, reply, arena);
		result =
			MHD_queue_response(connection, reply->status, response);
		MHD_destroy_response(response);
	}
	reply_release(reply);
	return result;
}

struct reading {
	struct request *request;
	struct query **end;
	bool is_bad;
};

static enum MHD_Result take_query(void *state, enum MHD_ValueKind kind,
				  const char *name, const char *value)
{
	struct reading *reading = state;
	struct arena *arena = reading->request->arena;
	struct query *query = arena_alloc(arena, sizeof(*query));
	char *decoded_name = arena_strdup(arena, name);
	char *decoded = arena_strdup(arena, value ? value : "");

	(void)kind;
	if (!guard_decode(decoded_name) || !guard_decode(decoded)) {
		reading->is_bad = true;
		return MHD_NO;
	}
	query->name = decoded_name;
	query->value = decoded;
	*reading->end = query;
	reading->end = &query->next;
	return MHD_YES;
}

/* False for a request that nobody sends who means well. */
static bool read_request(struct request *request,
			 struct MHD_Connection *connection, const char *url)
{
	char *path = arena_strdup(request->arena, url);
	struct reading reading = { .request = request, .end = &request->first };

	if (*path != '/' || !guard_decode(path))
		return false;
	request->path = path;
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query,
				  &reading);
	return !reading.is_bad;
}

static void refuse(struct reply *reply, unsigned status, const char *sentence)
{
	reply->status = status;
	reply->type = "text/plain; charset=utf-8";
	reply->text = strdup(sentence);
	if (!reply->text)
		abort();
	reply->length = strlen(sentence);
}

static const char *header_of(struct MHD_Connection *connection,
			     const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool is_welcome(const struct serve *serve,
		       struct MHD_Connection *connection, const char *method,
		       struct reply *reply)
{
	const struct serve_config *config = serve->config;

	if (config->token &&
	    !guard_token_is_right(header_of(connection, "Authorization"),
				  config->token))
		refuse(reply, MHD_HTTP_UNAUTHORIZED, "a token is needed\n");
	else if (!config->token &&
		 !guard_host_is_ours(header_of(connection, "Host"),
				     config->address, config->hosts))
		refuse(reply, MHD_HTTP_FORBIDDEN,
		       "not known under this name; --allow-host NAME lets "
		       "one in\n");
	else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		refuse(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
		       "GET and HEAD alone\n");
	else
		return true;
	return false;
}

static enum MHD_Result answer(void *state, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *body,
			      size_t *body_length, void **context)
{
	struct serve *serve = state;
	struct arena arena = { 0 };
	struct request request = { .arena = &arena };
	struct reply reply = { 0 };
	enum MHD_Result result;

	(void)version;
	(void)body;
	(void)body_length;
	/* Called twice: an answer to the first call, when a body might follow,
	 * ends the connection. */
	if (!*context && is_welcome(serve, connection, method, &reply)) {
		*context = serve;
		return MHD_YES;
	}
	set_deadline(serve, connection, INT64_MAX);
	if (reply.status == 0) {
		if (read_request(&request, connection, url))
			site_answer(serve->site, &request, &reply);
		else
			refuse(&reply, MHD_HTTP_BAD_REQUEST,
			       "not a path of ours\n");
	}
	result = send_reply(connection, &reply, &arena);
	arena_release(&arena);
	return result;
}

/* Escapes are replaced here (guard_decode), where a NUL is noticed. */
static size_t leave_escaped(void *state, struct MHD_Connection *connection,
			    char *text)
{
	(void)state;
	(void)connection;
	return strlen(text);
}

static void stay_silent(void *state, const char *format, va_list args)
{
	(void)state;
	(void)format;
	(void)args;
}

static int start_daemon(struct serve *serve, int socket, struct error *err)
{
	serve->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
			MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ERROR_LOG,
		0, NULL, NULL, answer, serve, MHD_OPTION_EXTERNAL_LOGGER,
		stay_silent, NULL, MHD_OPTION_LISTEN_SOCKET, socket,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)GUARD_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_BYTES_MAX,
		MHD_OPTION_NOTIFY_CONNECTION, note_connection, serve,
		MHD_OPTION_NOTIFY_COMPLETED, note_completion, serve,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_END);
	if (serve->daemon)
		return 0;
	close(socket);
	return error_set(err, "libmicrohttpd does not start");
}

struct serve *serve_start(const struct serve_config *config, struct error *err)
{
	struct serve *serve = heap_zeroed(1, sizeof(*serve));
	uint16_t port = config->port;
	int socket;

	serve->config = config;
	pthread_mutex_init(&serve->lock, NULL);
	guard_init(&serve->guard);
	serve->site = site_open(config->store, config->campaigns, err);
	if (!serve->site) {
		serve_stop(serve);
		return NULL;
	}
	socket = listen_at(config->address, &port, serve->url,
			   sizeof(serve->url), err);
	if (socket < 0) {
		serve_stop(serve);
		return NULL;
	}
	site_count(serve->site);
	if (start_daemon(serve, socket, err) != 0) {
		serve_stop(serve);
		return NULL;
	}
	return serve;
}

const char *serve_url(const struct serve *serve)
{
	return serve->url;
}

void serve_tick(struct serve *serve)
{
	pthread_mutex_lock(&serve->lock);
	guard_sweep(&serve->guard, clock_now_ns());
	pthread_mutex_unlock(&serve->lock);
}

void serve_stop(struct serve *serve)
{
	if (serve->site)
		site_stop(serve->site);
	if (serve->daemon)
		MHD_stop_daemon(serve->daemon);
	site_close(serve->site);
	pthread_mutex_destroy(&serve->lock);
	free(serve);
}
