/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include "targets/etcd/etcd.h"
#include "targets/etcd/http.h"
#include "targets/etcd/reply.h"

#define ASK_TIMEOUT_NS (1 * NS_PER_S)
#define ASK_PAUSE_NS (50 * NS_PER_MS)
#define LOOK_PAUSE_NS (500 * NS_PER_MS)

static bool is_ip(const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, address, bytes) == 1 ||
	       inet_pton(AF_INET6, address, bytes) == 1;
}

/* etcd binds to addresses only, not to names. */
static const char *listen_url(struct arena *arena, const char *address,
			      int port)
{
	return http_url(arena, is_ip(address) ? address : "0.0.0.0", port);
}

static const char *initial_cluster(const struct etcd *etcd,
				   const struct node *node, struct arena *arena)
{
	const char *list = "";

	for (size_t i = 0; i < node_peer_count(node); i++)
		list = arena_printf(arena, "%s%s%s=%s", list, i ? "," : "",
				    node_peer_name(node, i),
				    http_url(arena, node_peer_address(node, i),
					     etcd->peer_port));
	return list;
}

/* Flags that are there only if they were asked for. */
static const char *extra_flags(const struct etcd *etcd, struct arena *arena)
{
	const char *flags = "";

	if (options_is_given(etcd->options, "snapshot-count"))
		flags = arena_printf(
			arena, " --snapshot-count %" PRId64,
			options_int(etcd->options, "snapshot-count"));
	if (options_bool(etcd->options, "unsafe-no-fsync"))
		flags = arena_printf(arena, "%s --unsafe-no-fsync", flags);
	return flags;
}

/* What comes before the program: where it is to serve its failpoints. */
static const char *environment(const struct etcd *etcd, struct arena *arena)
{
	const char *endpoint = options_text(etcd->options, "failpoints");

	if (!endpoint)
		return "";
	return arena_printf(arena, "env GOFAIL_HTTP=%s ",
			    shell_quote(arena, endpoint));
}

static const char *command_line(const struct etcd *etcd,
				const struct node *node, struct arena *arena)
{
	const struct options *options = etcd->options;
	const char *address = node_address(node);
	const char *peer = http_url(arena, address, etcd->peer_port);
	const char *client = http_url(arena, address, etcd->client_port);

	return arena_printf(
		arena,
		"%s%s --name %s --data-dir " ETCD_DATA
		" --listen-peer-urls %s --initial-advertise-peer-urls %s"
		" --listen-client-urls %s --advertise-client-urls %s"
		" $(cat " ETCD_JOINED " 2>/dev/null || echo --initial-cluster"
		" %s --initial-cluster-state new)"
		" --initial-cluster-token ordeal"
		" --heartbeat-interval %" PRId64 " --election-timeout %" PRId64
		"%s",
		environment(etcd, arena), etcd_program(etcd),
		shell_quote(arena, node_name(node)),
		shell_quote(arena, listen_url(arena, address, etcd->peer_port)),
		shell_quote(arena, peer),
		shell_quote(arena,
			    listen_url(arena, address, etcd->client_port)),
		shell_quote(arena, client),
		shell_quote(arena, initial_cluster(etcd, node, arena)),
		options_duration_ns(options, "heartbeat-interval") / NS_PER_MS,
		options_duration_ns(options, "election-timeout") / NS_PER_MS,
		extra_flags(etcd, arena));
}

int etcd_start(void *state, struct node *node, struct error *err)
{
	struct arena arena = { 0 };
	struct daemon daemon = {
		.name = ETCD_DAEMON,
		.folder = ETCD_FOLDER,
		.log = ETCD_LOG,
	};
	int has_left = node_has_file(node, ETCD_LEFT, err);
	int result;

	if (has_left != 0)
		return has_left < 0 ? -1 : 0;
	daemon.line = command_line(state, node, &arena);
	result = node_daemon_start(node, &daemon, err);
	arena_release(&arena);
	return result;
}

int etcd_stop(void *state, struct node *node, struct error *err)
{
	(void)state;
	return node_daemon_stop(node, ETCD_DAEMON, err);
}

int etcd_forget(struct node *node, struct error *err)
{
	struct arena arena = { 0 };
	int result = node_run(node, &arena, NULL, err,
			      "mkdir -p -m 700 " ETCD_DATA " && find " ETCD_DATA
			      " -mindepth 1 -delete && rm -f " ETCD_JOINED);

	arena_release(&arena);
	return result;
}

int etcd_wipe(void *state, struct node *node, struct error *err)
{
	struct arena arena = { 0 };
	int result = etcd_forget(node, err);

	(void)state;
	if (result == 0)
		result = node_run(node, &arena, NULL, err,
				  "rm -f " ETCD_LEFT " " ETCD_LOG);
	arena_release(&arena);
	return result;
}

/* Healthy by its own account, and able to serve a read that needs a quorum. */
static int ask_ready(const struct etcd *etcd, struct http *http,
		     int64_t deadline_ns, struct arena *arena,
		     struct error *err)
{
	static const char key[] = "ordeal";
	struct http_answer answer;
	struct etcd_entry entry;

	if (http_request(http, "/health", NULL, deadline_ns, &answer, err) < 0)
		return error_wrap(err, "/health");
	if (answer.status != 200 ||
	    !reply_is_healthy(answer.body, answer.size, arena))
		return error_set(err, "/health: not healthy (it has no "
				      "leader, or no quorum)");
	if (http_request(http, arena_printf(arena, "/%s/kv/range", etcd->api),
			 "{\"key\":\"b3JkZWFs\"}", deadline_ns, &answer,
			 err) < 0)
		return error_wrap(err, "read");
	if (answer.status != 200) {
		struct etcd_failure failure;

		reply_failure(answer.body, answer.size, arena, &failure);
		return error_set(err, "read: status %ld %s", answer.status,
				 failure.message);
	}
	return reply_range(answer.body, answer.size, key, arena, &entry, err);
}

/* A daemon that has ended will never be ready; its last words say why. */
static int look_alive(struct node *node, struct arena *arena, struct error *err)
{
	enum daemon_state daemon_state;
	const char *words;

	if (node_daemon_state(node, ETCD_DAEMON, &daemon_state, err) < 0)
		return -1;
	if (daemon_state != DAEMON_ABSENT)
		return 0;
	if (node_run(node, arena, &words, err, "tail -n 3 " ETCD_LOG) < 0)
		return -1;
	return error_set(err, "it has ended: %s", words);
}

int etcd_await_ready(void *state, struct node *node, int64_t deadline_ns,
		     struct error *err)
{
	const struct etcd *etcd = state;
	struct http *http =
		http_open(node_address(node), etcd->client_port, err);
	struct arena arena = { 0 };
	int64_t look_ns = clock_now_ns() + LOOK_PAUSE_NS;
	int result = -1;

	if (!http)
		return -1;
	for (;;) {
		int64_t now_ns = clock_now_ns();
		int64_t ask_ns = now_ns + ASK_TIMEOUT_NS;

		if (ask_ns > deadline_ns)
			ask_ns = deadline_ns;
		result = ask_ready(etcd, http, ask_ns, &arena, err);
		now_ns = clock_now_ns();
		if (result == 0 || now_ns >= deadline_ns)
			break;
		if (now_ns >= look_ns) {
			if (look_alive(node, &arena, err) < 0)
				break;
			look_ns = clock_now_ns() + LOOK_PAUSE_NS;
		}
		clock_sleep_until(clock_now_ns() + ASK_PAUSE_NS);
	}
	http_close(http);
	arena_release(&arena);
	if (result < 0)
		error_wrap(err, "node %s: etcd is not ready", node_name(node));
	return result;
}
