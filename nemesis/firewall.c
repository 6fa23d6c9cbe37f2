/* SPDX-License-Identifier: MIT */
#include "nemesis/firewall.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

enum firewall_tool firewall_tool_from_name(const char *name)
{
	if (strcmp(name, "nft") == 0)
		return FIREWALL_NFT;
	if (strcmp(name, "iptables") == 0)
		return FIREWALL_IPTABLES;
	return FIREWALL_NONE;
}

#define TRY_NFT "nft list tables >/dev/null 2>&1 && echo tool nft"
#define TRY_IPTABLES                               \
	"iptables -w -S INPUT >/dev/null 2>&1 && " \
	"echo tool iptables"

const char *firewall_detect_line(enum firewall_tool allowed)
{
	switch (allowed) {
	case FIREWALL_NFT:
		return TRY_NFT;
	case FIREWALL_IPTABLES:
		return TRY_IPTABLES;
	case FIREWALL_NONE:
		break;
	}
	return TRY_NFT " || { " TRY_IPTABLES "; }";
}

/* Of each source: what goes to the ports, and what comes from them (nft); what
 * is TCP, and what is UDP (iptables). */
#define RULES_OF_PORTS 2

size_t firewall_rule_count(const struct firewall_drops *drops)
{
	size_t rules = drops->count;

	if (drops->port_count)
		rules *= RULES_OF_PORTS;
	if (drops->client_port)
		rules += drops->has_ipv6 ? 2 : 1;
	return rules;
}

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* "1,2,3" */
static const char *ports_text(struct arena *arena, const int *ports,
			      size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%d", text, i ? "," : "",
				    ports[i]);
	return text;
}

/* The addresses of one family, as "a,b,c"; NULL if there are none. */
static const char *family_text(struct arena *arena,
			       const char *const *addresses, size_t count,
			       bool of_ipv6)
{
	const char *text = NULL;

	for (size_t i = 0; i < count; i++) {
		if (is_ipv6(addresses[i]) == of_ipv6)
			text = text ? arena_printf(arena, "%s,%s", text,
						   addresses[i]) :
				      addresses[i];
	}
	return text;
}

#define NFT_RULE "; add rule inet ordeal input iifname != \"lo\" "
#define NFT_DROP "counter drop comment \"ordeal\""

static const char *nft_clients(struct arena *arena, const char *text,
			       const struct firewall_drops *drops)
{
	for (int family_number = 0; family_number < 2; family_number++) {
		bool of_ipv6 = family_number == 1;
		const char *peers = family_text(arena, drops->peers,
						drops->peer_count, of_ipv6);
		const char *family = of_ipv6 ? "ip6" : "ip";

		if (of_ipv6 && !drops->has_ipv6)
			break;
		text = arena_printf(arena,
				    "%s" NFT_RULE "meta nfproto %s ", text,
				    of_ipv6 ? "ipv6" : "ipv4");
		if (peers)
			text = arena_printf(arena, "%s%s saddr != { %s } ",
					    text, family, peers);
		text = arena_printf(
			arena,
			"%stcp dport %d counter drop comment "
			"\"ordeal-" FIREWALL_CLIENTS "\"",
			text, drops->client_port);
	}
	return text;
}

static const char *put_with_nft(struct arena *arena,
				const struct firewall_drops *drops)
{
	static const char *const ends[] = { "dport", "sport" };
	/* Priority -10 comes before the filters of others (0). What is
	 * dropped here is gone; what is accepted goes on to them. */
	const char *text = "add table inet ordeal; "
			   "delete table inet ordeal; "
			   "add table inet ordeal; "
			   "add chain inet ordeal input { type filter "
			   "hook input priority -10; policy accept; }";
	const char *ports =
		ports_text(arena, drops->ports, drops->port_count);

	for (size_t i = 0; i < drops->count; i++) {
		const char *source = drops->sources[i];
		const char *from = arena_printf(
			arena, "%s saddr %s ", is_ipv6(source) ? "ip6" : "ip",
			source);

		if (!drops->port_count)
			text = arena_printf(arena, "%s" NFT_RULE "%s" NFT_DROP,
					    text, from);
		for (size_t j = 0; drops->port_count && j < 2; j++)
			text = arena_printf(arena,
					    "%s" NFT_RULE "%smeta l4proto "
					    "{ tcp, udp } th %s { %s } "
					    NFT_DROP,
					    text, from, ends[j], ports);
	}
	if (drops->client_port)
		text = nft_clients(arena, text, drops);
	return arena_printf(arena, "nft '%s'", text);
}

#define CHAIN_RULE "%s '-A ORDEAL ! -i lo "
#define CHAIN_DROP "-m comment --comment ordeal -j DROP'"

/* Who is a peer returns before clients are dropped. */
static const char *chain_clients(struct arena *arena, const char *text,
				 const struct firewall_drops *drops,
				 bool of_ipv6)
{
	for (size_t i = 0; i < drops->peer_count; i++) {
		if (is_ipv6(drops->peers[i]) == of_ipv6)
			text = arena_printf(arena,
					    CHAIN_RULE "-s %s -p tcp --dport "
					    "%d -m comment --comment ordeal "
					    "-j RETURN'",
					    text, drops->peers[i],
					    drops->client_port);
	}
	return arena_printf(arena,
			    CHAIN_RULE "-p tcp --dport %d -m comment "
			    "--comment ordeal-" FIREWALL_CLIENTS " -j DROP'",
			    text, drops->client_port);
}

/* The rules of one family, for iptables-restore; quoted for the shell. */
static const char *rules_of(struct arena *arena,
			    const struct firewall_drops *drops, bool of_ipv6)
{
	static const char *const protocols[] = { "tcp", "udp" };
	const char *head = "'*filter' ':ORDEAL - [0:0]'";
	const char *text = head;
	const char *ports =
		ports_text(arena, drops->ports, drops->port_count);

	for (size_t i = 0; i < drops->count; i++) {
		const char *source = drops->sources[i];

		if (is_ipv6(source) != of_ipv6)
			continue;
		if (!drops->port_count)
			text = arena_printf(arena,
					    CHAIN_RULE "-s %s " CHAIN_DROP,
					    text, source);
		for (size_t j = 0; drops->port_count && j < 2; j++)
			text = arena_printf(arena,
					    CHAIN_RULE "-s %s -p %s -m "
					    "multiport --ports %s " CHAIN_DROP,
					    text, source, protocols[j], ports);
	}
	if (drops->client_port && (!of_ipv6 || drops->has_ipv6))
		text = chain_clients(arena, text, drops, of_ipv6);
	return text == head ? NULL : text;
}

static const char *put_with_iptables(struct arena *arena,
				     const struct firewall_drops *drops)
{
	static const char *const programs[] = { "iptables", "ip6tables" };
	const char *line = firewall_remove_line();

	for (size_t i = 0; i < 2; i++) {
		const char *rules = rules_of(arena, drops, i == 1);

		if (!rules)
			continue;
		line = arena_printf(
			arena,
			"%s && printf '%%s\\n' %s "
			"'-I INPUT 1 -m comment --comment ordeal -j ORDEAL' "
			"COMMIT | %s-restore -w --noflush",
			line, rules, programs[i]);
	}
	return line;
}

const char *firewall_put_line(enum firewall_tool tool, struct arena *arena,
			      const struct firewall_drops *drops)
{
	assert(tool != FIREWALL_NONE);
	if (!firewall_rule_count(drops))
		return firewall_remove_line();
	if (tool == FIREWALL_NFT)
		return put_with_nft(arena, drops);
	return put_with_iptables(arena, drops);
}

const char *firewall_remove_line(void)
{
	return ": remove our packet filter; "
	       "{ if nft list table inet ordeal >/dev/null 2>&1; then "
	       "nft delete table inet ordeal || exit 1; fi; "
	       "for t in iptables ip6tables; do "
	       "$t -w -S ORDEAL >/dev/null 2>&1 || continue; "
	       "while $t -w -D INPUT -m comment --comment ordeal -j ORDEAL "
	       "2>/dev/null; do :; done; "
	       "$t -w -F ORDEAL && $t -w -X ORDEAL || exit 1; done; }";
}

const char *firewall_list_line(void)
{
	return "{ nft list table inet ordeal 2>/dev/null; "
	       "iptables -w -v -S ORDEAL 2>/dev/null; "
	       "ip6tables -w -v -S ORDEAL 2>/dev/null; true; }";
}

const char *firewall_address(struct arena *arena, const char *text,
			     size_t length)
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];
	int family;

	if (length == 0 || length >= sizeof(copy))
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, copy, bytes) != 1 ||
	    !inet_ntop(family, bytes, copy, sizeof(copy)))
		return NULL;
	return arena_strdup(arena, copy);
}

/* nft: "... ip saddr ADDRESS counter packets N bytes N drop comment ..."
 * iptables -v -S: "-A ORDEAL -s ADDRESS/32 ... -c PACKETS BYTES -j DROP" */
bool firewall_read_rule(const char *line, struct arena *arena,
			const char **source, uint64_t *packets)
{
	bool is_nft = strstr(line, " packets ") != NULL;
	const char *at = strstr(line, is_nft ? " saddr " : " -s ");
	const char *count = strstr(line, is_nft ? " packets " : " -c ");

	if (!count || (!strstr(line, " drop") && !strstr(line, "-j DROP")))
		return false;
	count += is_nft ? 9 : 4;
	*packets = strtoull(count, NULL, 10);
	*source = FIREWALL_CLIENTS;
	if (strstr(line, "ordeal-" FIREWALL_CLIENTS))
		return true;
	if (!at)
		return false;
	at += is_nft ? 7 : 4;
	*source = firewall_address(arena, at, strcspn(at, "/ "));
	return *source != NULL;
}
