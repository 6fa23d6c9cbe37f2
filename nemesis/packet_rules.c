/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/core/arena.h"

#include "nemesis/netem.h"

/* As the agent has them (nemesis/agent/packets.h). */
#define QUEUE "20334"
#define MARK "0x4f6e"

#define OURS "-m comment --comment ordeal"

/* What rules match beside an address: all, or TCP and UDP of some ports. */
struct matches {
	const char *texts[2];
	size_t count;
};

static struct matches matches_of(struct arena *arena, const int *ports,
				 size_t count)
{
	struct matches matches = { .texts = { "" }, .count = 1 };
	const char *list = "";

	if (!count)
		return matches;
	for (size_t i = 0; i < count; i++)
		list = arena_printf(arena, "%s%s%d", list, i ? "," : "",
				    ports[i]);
	matches.texts[0] = arena_printf(
		arena, "-p tcp -m multiport --ports %s ", list);
	matches.texts[1] = arena_printf(
		arena, "-p udp -m multiport --ports %s ", list);
	matches.count = 2;
	return matches;
}

static const char *const jumps[] = {
	[PACKET_BY_AGENT] = "NFQUEUE --queue-num " QUEUE " --queue-bypass",
	[PACKET_BY_TC] = "CLASSIFY --set-class " NETEM_CLASS,
};

/* The rules of one family, quoted for the shell; NULL if there are none. */
static const char *rules_of(struct arena *arena, enum packet_means means,
			    const char *const *addresses, size_t count,
			    const struct matches *matches, bool is_ipv6)
{
	const char *text = "'*mangle' ':ORDEAL-OUT - [0:0]'";
	bool has_one = false;

	for (size_t i = 0; i < count * matches->count; i++) {
		const char *address = addresses[i / matches->count];

		if ((strchr(address, ':') != NULL) != is_ipv6)
			continue;
		text = arena_printf(
			arena,
			"%s '-A ORDEAL-OUT ! -o lo -d %s "
			"%s-m mark ! --mark " MARK " " OURS " -j %s'",
			text, address, matches->texts[i % matches->count],
			jumps[means]);
		has_one = true;
	}
	return has_one ? text : NULL;
}

const char *packet_rules_put_line(struct arena *arena, enum packet_means means,
				  const char *const *addresses, size_t count,
				  const int *ports, size_t port_count)
{
	struct matches matches = matches_of(arena, ports, port_count);
	static const char *const families[] = { "ip", "ip6" };
	const char *line = ": spoil packets; mkdir -p /run/ordeal";

	for (size_t i = 0; i < 2; i++) {
		const char *rules = rules_of(arena, means, addresses, count,
					     &matches, i == 1);

		if (!rules)
			continue;
		line = arena_printf(
			arena,
			"%s && { ! command -v nft >/dev/null || "
			"nft list table %s mangle >/dev/null 2>&1 || "
			": >/run/ordeal/made-%s-mangle; } && "
			"printf '%%s\\n' %s '-I OUTPUT 1 " OURS
			" -j ORDEAL-OUT' COMMIT | %stables-restore -w "
			"--noflush",
			line, families[i], families[i], rules, families[i]);
	}
	return line;
}

const char *packet_rules_remove_line(void)
{
	return ": stop spoiling packets; "
	       "for t in ip ip6; do "
	       "if ${t}tables -w -t mangle -S ORDEAL-OUT >/dev/null 2>&1; then "
	       "while ${t}tables -w -t mangle -D OUTPUT " OURS
	       " -j ORDEAL-OUT 2>/dev/null; do :; done; "
	       "${t}tables -w -t mangle -F ORDEAL-OUT && "
	       "${t}tables -w -t mangle -X ORDEAL-OUT || exit 1; fi; "
	       "if [ -e /run/ordeal/made-$t-mangle ]; then "
	       "${t}tables -w -t mangle -S | grep -qv '^-P' || "
	       "nft delete table $t mangle; "
	       "rm -f /run/ordeal/made-$t-mangle; fi; done; "
	       /* The number is only ours while the start time is. */
	       "f=/run/ordeal/packets.pid; is_ours() { "
	       "read -r p b 2>/dev/null <\"$f\" && "
	       "s=$(cat \"/proc/$p/stat\" 2>/dev/null) && "
	       "set -- ${s##*) } && [ \"${20}\" = \"$b\" ] && "
	       "[ \"$1\" != Z ]; }; "
	       "n=0; while is_ours; do "
	       "if [ $n -lt 50 ]; then kill -s TERM -- \"-$p\"; "
	       "else kill -s KILL -- \"-$p\"; fi; "
	       "n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.02; done; "
	       "rm -f \"$f\"; " NETEM_REMOVE "; true";
}

const char *packet_rules_list_line(void)
{
	return "{ iptables-save -t mangle; ip6tables-save -t mangle; } "
	       "2>/dev/null | grep '^-A.*ORDEAL-OUT' | sed 's/^/rule "
	       "/'; " NETEM_LIST;
}
