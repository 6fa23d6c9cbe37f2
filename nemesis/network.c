/* SPDX-License-Identifier: MIT */
#include "nemesis/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/agent.h"
#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include "nemesis/firewall.h"
#include "nemesis/grudge.h"

#define LOOK_TIMEOUT_NS INT64_C(15000000000)
#define NS_PER_MS INT64_C(1000000)
#define OPEN_TIMEOUT_MS 2000
/*
 * The beginning of a line that is to do `what`, which errors show. `p ADDRESS
 * FLAGS` is a ping; `t ADDRESS SECONDS` asks the same over TCP, by bash, where
 * there is no ping or nobody answers it. A fraction of a second is understood
 * by the ping of iputils alone: another is found out while nothing is blocked.
 */
#define SHELL_PROBES(what)                                                  \
	": " what "; "                                                      \
	"p() { ping -n -q -c 1 $2 $1 >/dev/null 2>&1; }; "                  \
	"t() { case $(LC_ALL=C timeout $2 bash -c 'exec 3<>/dev/tcp/$0/22 " \
	"&& echo open' $1 2>&1) in *open|*refused*) true;; "                \
	"*) false;; esac; }; "

void network_init(struct network *network, struct cluster *cluster,
		  enum firewall_tool allowed, struct arena *arena)
{
	*network = (struct network){
		.cluster = cluster,
		.count = cluster_count(cluster),
		.allowed = allowed,
	};
	network->nodes =
		arena_array(arena, network->count, sizeof(*network->nodes));
}

void network_release(struct network *network)
{
	for (size_t i = 0; i < network->count; i++)
		arena_release(&network->nodes[i].arena);
}

static bool has(const struct addresses *addresses, const char *text)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (strcmp(addresses->texts[i], text) == 0)
			return true;
	}
	return false;
}

static void add(struct addresses *addresses, struct arena *arena,
		const char *text)
{
	const char **texts;

	if (!text || has(addresses, text))
		return;
	texts = arena_array(arena, addresses->count + 1, sizeof(*texts));
	if (addresses->count)
		memcpy(texts, addresses->texts,
		       addresses->count * sizeof(*texts));
	texts[addresses->count++] = text;
	addresses->texts = texts;
}

static bool is_loopback(const char *text)
{
	return strncmp(text, "127.", 4) == 0 || strcmp(text, "::1") == 0;
}

/* Prints "own ADDRESS", "peer NUMBER ADDRESS", "ping NUMBER" or "tcp NUMBER"
 * and "tool NAME". */
static const char *learn_line(const struct network *network,
			      const struct node *node, struct arena *arena)
{
	const char *line = arena_printf(
		arena,
		SHELL_PROBES("ask for addresses")
		"ip -o addr show scope global 2>/dev/null | "
		"while read -r _ _ _ a _; do echo own ${a%%%%/*}; done; "
		"for a in $(hostname -I 2>/dev/null); do echo own $a; done; "
		"%s; ",
		firewall_detect_line(network->allowed));

	for (size_t i = 0; i < node_peer_count(node); i++) {
		const char *name = node_peer_address(node, i);
		const char *address = shell_quote(arena, name);
		/* An address needs nobody who knows names. */
		bool is_one = firewall_address(arena, name, strlen(name));

		line = arena_printf(arena,
				    "%s%s %s | while read -r a _; "
				    "do echo peer %zu $a; done; ",
				    line, is_one ? "echo" : "getent ahosts",
				    address, i);
		if (i == node_index(node))
			continue;
		line = arena_printf(arena,
				    "%s{ p %s '-W 0.9' && echo ping %zu || "
				    "{ t %s 1 && echo tcp %zu; }; } & ",
				    line, address, i, address, i);
	}
	return arena_printf(arena, "%swait", line);
}

static void read_line(struct network *network, struct network_node *self,
		      const char *line)
{
	char *end;
	size_t number;

	if (strncmp(line, "tool ", 5) == 0)
		self->tool = firewall_tool_from_name(line + 5);
	if (strncmp(line, "own ", 4) == 0) {
		const char *text = firewall_address(&self->arena, line + 4,
						    strlen(line + 4));

		if (text && !is_loopback(text))
			add(&self->own, &self->arena, text);
	}
	if (strncmp(line, "peer ", 5) == 0) {
		number = strtoul(line + 5, &end, 10);
		if (number < network->count && *end == ' ')
			add(&self->peers[number], &self->arena,
			    firewall_address(&self->arena, end + 1,
					     strlen(end + 1)));
	}
	if (strncmp(line, "ping ", 5) == 0) {
		number = strtoul(line + 5, NULL, 10);
		if (number < network->count)
			self->probes[number] = PROBE_PING;
	}
	if (strncmp(line, "tcp ", 4) == 0) {
		number = strtoul(line + 4, NULL, 10);
		if (number < network->count)
			self->probes[number] = PROBE_TCP;
	}
}

/* The next line of `*text`, NUL-terminated in `arena`; NULL at the end. */
static const char *next_line(const char **text, struct arena *arena)
{
	size_t length = strcspn(*text, "\n");
	const char *line;

	if (!**text)
		return NULL;
	line = arena_strndup(arena, *text, length);
	*text += length + ((*text)[length] == '\n');
	return line;
}

static int learn_node(struct node *node, void *argument, struct error *err)
{
	struct network *network = argument;
	struct network_node *self = &network->nodes[node_index(node)];
	const char *out, *line;

	arena_release(&self->arena);
	*self = (struct network_node){ 0 };
	self->peers =
		arena_array(&self->arena, network->count, sizeof(*self->peers));
	self->probes = arena_array(&self->arena, network->count,
				   sizeof(*self->probes));
	if (node_run_within(node, LOOK_TIMEOUT_NS, &self->arena, &out, err,
			    "%s", learn_line(network, node, &self->arena)) < 0)
		return -1;
	while ((line = next_line(&out, &self->arena)))
		read_line(network, self, line);
	if (self->tool == FIREWALL_NONE)
		return error_set(err,
				 "node %s: no packet filter works there: "
				 "run apt-get install nftables (or iptables)",
				 node_name(node));
	for (size_t i = 0; i < network->count; i++) {
		if (i != node_index(node) && !self->peers[i].count)
			return error_set(err,
					 "node %s: the address %s is not "
					 "known there: mend DNS or /etc/hosts",
					 node_name(node),
					 node_peer_address(node, i));
	}
	return 0;
}

int network_learn(struct network *network, struct error *err)
{
	if (network->is_known)
		return 0;
	if (cluster_each(network->cluster, NULL, learn_node, network, err) < 0)
		return -1;
	network->is_known = true;
	return 0;
}

struct addresses network_sources(const struct network *network, size_t node,
				 size_t from, struct arena *arena)
{
	const struct network_node *nodes = network->nodes;
	const struct addresses *lists[] = { &nodes[node].peers[from],
					    &nodes[from].own };
	struct addresses sources = { 0 };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < lists[i]->count; j++) {
			const char *text = lists[i]->texts[j];
			bool is_shared = is_loopback(text);

			/* Bridges for containers have the same address
			 * everywhere. */
			for (size_t k = 0; k < network->count; k++)
				is_shared =
					is_shared ||
					(k != from && has(&nodes[k].own, text));
			if (!is_shared)
				add(&sources, arena, text);
		}
	}
	return sources;
}

struct look {
	const struct network *network;
	const struct probing *probing;
	struct sight *sight;
};

static int wait_ms(const struct look *look, bool is_blocked)
{
	return is_blocked ? (int)(look->probing->blocked_timeout_ns /
				  NS_PER_MS) : OPEN_TIMEOUT_MS;
}

/* One question to each address of node `i`: does it answer at all? */
static const char *ask_node(const struct look *look, const char *line,
			    size_t self, size_t i, struct arena *arena)
{
	const struct network_node *node = &look->network->nodes[self];
	/* Where ports are cut all else goes through. */
	bool is_blocked = !look->probing->port_count &&
			  grudge_parts(look->probing->grudge, self, i);
	int ms = wait_ms(look, is_blocked);
	const char *wait = arena_printf(arena, "%d.%03d", ms / 1000, ms % 1000);

	for (size_t j = 0; j < node->peers[i].count; j++) {
		const char *address = node->peers[i].texts[j];

		if (node->probes[i] == PROBE_TCP)
			line = arena_printf(
				arena,
				"%s{ t %s %s && echo open %zu; } & ", line,
				address, wait, i);
		else
			line = arena_printf(
				arena,
				"%s{ p %s '-%s %s' && echo open %zu; } & ",
				line, address, is_blocked ? "W" : "w",
				is_blocked ? wait : "2", i);
	}
	return line;
}

/* What the agent is to ask of the ports of node `i`. */
static const char *ask_ports(const struct look *look, const char *questions,
			     size_t self, size_t i, struct arena *arena)
{
	const struct network_node *node = &look->network->nodes[self];
	const struct probing *probing = look->probing;
	int ms = wait_ms(look, grudge_parts(probing->grudge, self, i));

	for (size_t port = 0; port < probing->port_count; port++) {
		for (size_t j = 0; j < node->peers[i].count; j++)
			questions = arena_printf(
				arena, "%s %d %s %d '%zu %zu'", questions, ms,
				node->peers[i].texts[j], probing->ports[port],
				i, port);
	}
	return questions;
}

/* Prints "open NODE" for each that answers, "port NODE PLACE" for each port
 * that does, then the rules. */
static const char *look_line(const struct look *look, size_t self,
			     struct arena *arena)
{
	const struct network_node *node = &look->network->nodes[self];
	const char *line = SHELL_PROBES("probe the other nodes");
	const char *questions = "";

	for (size_t i = 0; i < look->network->count; i++) {
		if (i == self)
			continue;
		if (node->probes[i] != PROBE_NONE)
			line = ask_node(look, line, self, i, arena);
		questions = ask_ports(look, questions, self, i, arena);
	}
	if (*questions)
		line = arena_printf(arena, "%s" AGENT_PROGRAM " reach%s & ",
				    line, questions);
	return arena_printf(arena, "%swait; %s", line, firewall_list_line());
}

static void read_port(const struct look *look, size_t self, const char *text)
{
	size_t ports = look->probing->port_count;
	size_t count = look->network->count;
	char *end;
	size_t number = strtoul(text, &end, 10);
	size_t port = strtoul(end, NULL, 10);

	if (number < count && port < ports)
		look->sight->answers[(self * count + number) * ports + port] =
			true;
}

static void read_sight(const struct look *look, size_t self, const char *line,
		       struct arena *arena)
{
	const struct network *network = look->network;
	size_t count = network->count;
	const char *source;
	uint64_t packets;

	if (strncmp(line, "open ", 5) == 0) {
		size_t number = strtoul(line + 5, NULL, 10);

		if (number < count)
			look->sight->reaches[self * count + number] = true;
		return;
	}
	if (strncmp(line, "port ", 5) == 0)
		read_port(look, self, line + 5);
	if (!firewall_read_rule(line, arena, &source, &packets))
		return;
	look->sight->rules[self]++;
	if (packets && strcmp(source, FIREWALL_CLIENTS) == 0)
		look->sight->drops_clients[self] = true;
	for (size_t i = 0; i < count; i++) {
		if (packets && i != self &&
		    (has(&network->nodes[i].own, source) ||
		     has(&network->nodes[self].peers[i], source)))
			look->sight->drops[self * count + i] = true;
	}
}

static int look_from(struct node *node, void *argument, struct error *err)
{
	const struct look *look = argument;
	size_t self = node_index(node);
	struct arena arena = { 0 };
	const char *out, *line;
	int result = 0;

	if (look->probing->port_count)
		result = agent_install(node, err);
	if (result == 0)
		result = node_run_within(node, LOOK_TIMEOUT_NS, &arena, &out,
					 err, "%s",
					 look_line(look, self, &arena));
	while (result == 0 && (line = next_line(&out, &arena)))
		read_sight(look, self, line, &arena);
	arena_release(&arena);
	return result;
}

int network_look(const struct network *network, const struct probing *probing,
		 struct arena *arena, struct sight *sight, struct error *err)
{
	size_t count = network->count;
	struct look look = {
		.network = network,
		.probing = probing,
		.sight = sight,
	};

	sight->reaches = arena_array(arena, count * count, sizeof(bool));
	sight->can_tell = arena_array(arena, count * count, sizeof(bool));
	sight->answers = arena_array(
		arena, count * count * probing->port_count + 1, sizeof(bool));
	sight->drops = arena_array(arena, count * count, sizeof(bool));
	sight->drops_clients = arena_array(arena, count, sizeof(bool));
	sight->rules = arena_array(arena, count, sizeof(*sight->rules));
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			sight->can_tell[i * count + j] =
				network->nodes[i].probes[j] != PROBE_NONE;
	}
	return cluster_each(network->cluster, NULL, look_from, &look, err);
}
