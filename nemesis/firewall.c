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

static const char *put_with_nft(struct arena *arena, const char *const *sources,
				size_t count)
{
	/* Priority -10 comes before the filters of others (0). What is
	 * dropped here is gone; what is accepted goes on to them. */
	const char *text = "add table inet ordeal; "
			   "delete table inet ordeal; "
			   "add table inet ordeal; "
			   "add chain inet ordeal input { type filter "
			   "hook input priority -10; policy accept; }";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena,
				    "%s; add rule inet ordeal input "
				    "iifname != \"lo\" %s saddr %s counter "
				    "drop comment \"ordeal\"",
				    text,
				    strchr(sources[i], ':') ? "ip6" : "ip",
				    sources[i]);
	return arena_printf(arena, "nft '%s'", text);
}

/* The rules of one family, for iptables-restore; quoted for the shell. */
static const char *rules_of(struct arena *arena, const char *const *sources,
			    size_t count, bool is_ipv6)
{
	const char *text = "'*filter' ':ORDEAL - [0:0]'";
	bool has_one = false;

	for (size_t i = 0; i < count; i++) {
		if ((strchr(sources[i], ':') != NULL) != is_ipv6)
			continue;
		text = arena_printf(arena,
				    "%s '-A ORDEAL ! -i lo -s %s -m comment "
				    "--comment ordeal -j DROP'",
				    text, sources[i]);
		has_one = true;
	}
	return has_one ? text : NULL;
}

static const char *put_with_iptables(struct arena *arena,
				     const char *const *sources, size_t count)
{
	static const char *const programs[] = { "iptables", "ip6tables" };
	const char *line = firewall_remove_line();

	for (size_t i = 0; i < 2; i++) {
		const char *rules = rules_of(arena, sources, count, i == 1);

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
			      const char *const *sources, size_t count)
{
	assert(tool != FIREWALL_NONE);
	if (count == 0)
		return firewall_remove_line();
	if (tool == FIREWALL_NFT)
		return put_with_nft(arena, sources, count);
	return put_with_iptables(arena, sources, count);
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
	bool is_nft = strstr(line, " saddr ") != NULL;
	const char *at = strstr(line, is_nft ? " saddr " : " -s ");
	const char *count = strstr(line, is_nft ? " packets " : " -c ");

	if (!at || !count)
		return false;
	at += is_nft ? 7 : 4;
	count += is_nft ? 9 : 4;
	*source = firewall_address(arena, at, strcspn(at, "/ "));
	*packets = strtoull(count, NULL, 10);
	return *source != NULL;
}
