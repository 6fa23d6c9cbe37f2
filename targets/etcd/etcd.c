/* SPDX-License-Identifier: MIT */
#include "targets/etcd/etcd.h"

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/option.h"
#include "harness/target.h"

#include "targets/etcd/client.h"

static void *open_etcd(const struct target_setup *setup, struct error *err)
{
	const struct options *options = setup->options;
	struct etcd *etcd = arena_alloc(setup->arena, sizeof(*etcd));

	/* Before any thread uses it, as libcurl wants it. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		error_set(err, "libcurl cannot be initialised");
		return NULL;
	}
	etcd->options = options;
	etcd->addresses = setup->node_addresses;
	etcd->nodes = setup->nodes;
	etcd->api = options_text(options, "api");
	etcd->client_port = (int)options_int(options, "client-port");
	etcd->peer_port = (int)options_int(options, "peer-port");
	etcd->is_serializable = options_is(options, "read", "serializable");
	if (etcd->client_port < 1 || etcd->client_port > 65535 ||
	    etcd->peer_port < 1 || etcd->peer_port > 65535) {
		error_set(err, "client-port and peer-port are 1 to 65535");
		return NULL;
	}
	if (etcd_find_archive(etcd, setup->arena, err) < 0)
		return NULL;
	return etcd;
}

static void close_etcd(void *state)
{
	if (state)
		curl_global_cleanup();
}

static void tell_ports(void *state, int *client, int *peer)
{
	const struct etcd *etcd = state;

	*client = etcd->client_port;
	*peer = etcd->peer_port;
}

static const char *tell_failpoints(void *state)
{
	const struct etcd *etcd = state;

	return options_text(etcd->options, "failpoints");
}

static void *connect_etcd(void *state, size_t node, int64_t deadline_ns,
			  struct error *err)
{
	const struct etcd *etcd = state;

	/* The connection itself is made by the first request, within its
	 * deadline: one that cannot be made is that request's failure. */
	(void)deadline_ns;
	return client_open(etcd->addresses[node], etcd->client_port, etcd->api,
			   etcd->is_serializable, err);
}

static enum outcome apply_etcd(void *client, struct request *request,
			       struct error *err)
{
	return client_apply(client, request, err);
}

static void disconnect_etcd(void *client)
{
	client_close(client);
}

static const char *const reads[] = { "linearizable", "serializable", NULL };
static const char *const apis[] = { "v3", "v3beta", NULL };

static const struct option options[] = {
	{ "read", OPTION_CHOICE, "linearizable",
	  "how reads are answered: by a quorum, or by the node alone", reads },
	{ "archive", OPTION_TEXT, NULL,
	  "release to install: path or URL of a tarball (else the node's own, "
	  "else Debian's package)",
	  NULL },
	{ "api", OPTION_CHOICE, "v3",
	  "prefix of the JSON gateway: v3 since etcd 3.4, v3beta in 3.3",
	  apis },
	{ "heartbeat-interval", OPTION_DURATION, "100ms",
	  "time between the leader's heartbeats", NULL },
	{ "election-timeout", OPTION_DURATION, "1s",
	  "time without heartbeats before an election", NULL },
	{ "snapshot-count", OPTION_INT, NULL,
	  "entries between snapshots (else etcd's default)", NULL },
	{ "unsafe-no-fsync", OPTION_BOOL, "false",
	  "let etcd skip fsync (3.5 and later)", NULL },
	{ "failpoints", OPTION_TEXT, NULL,
	  "ADDRESS:PORT on each node where a build with gofail is to serve "
	  "its failpoints (127.0.0.1:22381)",
	  NULL },
	{ "client-port", OPTION_INT, "2379", "port for clients", NULL },
	{ "peer-port", OPTION_INT, "2380", "port for peers", NULL },
	{ .name = NULL },
};

static const struct support supports[] = {
	{ OBJECT_REGISTER, 1u << VERB_READ | 1u << VERB_WRITE | 1u << VERB_CAS,
	  true },
	{ OBJECT_LIST, 1u << VERB_READ | 1u << VERB_APPEND, true },
	{ OBJECT_COUNTER,
	  1u << VERB_READ | 1u << VERB_INCREMENT | 1u << VERB_DECREMENT, true },
	{ OBJECT_SET, 1u << VERB_READ | 1u << VERB_ADD | 1u << VERB_REMOVE,
	  false },
	{ OBJECT_SET, 1u << VERB_READ | 1u << VERB_ADD, true },
	{ OBJECT_ID, 1u << VERB_GENERATE, false },
	{ .object = OBJECT_NONE },
};

static const char *const daemons[] = { ETCD_DAEMON, NULL };
static const char *const logs[] = { ETCD_LOG, NULL };

/*
 * What the Go runtime prints when it dies, etcd's log of level critical
 * ("DATE TIME C | package: text", 3.4) and fatal or panic (zap's JSON, 3.5),
 * and its own alarm of corruption. Level E is not in here: errors to reach a
 * peer are what a partition makes.
 */
static const char *const crash_patterns[] = {
	"^panic: ",
	"^fatal error: ",
	"^\\[signal SIG",
	"^unexpected fault address ",
	"^\\S+ \\S+ C \\| ",
	"\"level\":\"(?:fatal|panic|dpanic)\"",
	"(?i)data inconsistency|alarm:CORRUPT|checksum mismatch|crc mismatch",
	NULL,
};

const struct target target_etcd = {
	.name = "etcd",
	.summary = "etcd 3, over the JSON gateway of its v3 API",
	.options = options,
	.supports = supports,
	.open = open_etcd,
	.close = close_etcd,
	.version = etcd_version,
	.install = etcd_install,
	.start = etcd_start,
	.await_ready = etcd_await_ready,
	.stop = etcd_stop,
	.wipe = etcd_wipe,
	.daemons = daemons,
	.logs = logs,
	.data = ETCD_DATA,
	.crash_patterns = crash_patterns,
	.primaries = etcd_primaries,
	.progress = etcd_progress,
	.ports = tell_ports,
	.failpoints = tell_failpoints,
	.members = etcd_members,
	.leave = etcd_leave,
	.join = etcd_join,
	.connect = connect_etcd,
	.apply = apply_etcd,
	.disconnect = disconnect_etcd,
};
