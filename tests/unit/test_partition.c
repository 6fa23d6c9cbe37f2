/* SPDX-License-Identifier: MIT */
/* Who is picked, and what is said to the nodes' packet filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#include "nemesis/firewall.h"
#include "nemesis/pick.h"

static size_t pick_count(enum pick pick, struct rng *rng, size_t count)
{
	bool picked[16];
	size_t number = 0;

	memset(picked, 1, sizeof(picked));
	pick_nodes(pick, rng, NULL, count, picked);
	for (size_t i = 0; i < count; i++)
		number += picked[i];
	return number;
}

static void picks_are_as_many_as_their_names_say(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, "picks", 0);
	for (size_t count = 1; count <= 16; count++) {
		size_t minority = count > 2 ? (count - 1) / 2 : 1;
		size_t third = count > 3 ? (count - 1) / 3 : 1;

		for (int i = 0; i < 200; i++) {
			size_t n;

			assert_int_equal(pick_count(PICK_ONE, &rng, count), 1);
			n = pick_count(PICK_MINORITY, &rng, count);
			assert_true(n >= 1 && n <= minority);
			n = pick_count(PICK_MINORITY_THIRD, &rng, count);
			assert_true(n >= 1 && n <= third);
			n = pick_count(PICK_MAJORITY, &rng, count);
			assert_int_equal(n, count / 2 + 1);
			n = pick_count(PICK_ALL, &rng, count);
			assert_int_equal(n, count);
			n = pick_count(PICK_RANDOM, &rng, count);
			assert_true(n >= 1 && n <= count);
			/* Nobody is known to be primary: one stands in. */
			n = pick_count(PICK_PRIMARIES, &rng, count);
			assert_int_equal(n, 1);
			n = pick_count(PICK_FOLLOWERS, &rng, count);
			assert_int_equal(n, count - 1);
			assert_int_equal(pick_count(PICK_NONE, &rng, count), 0);
		}
	}
}

static void every_node_is_picked_about_as_often(void **state)
{
	int times[5] = { 0 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, "fair", 0);
	for (int i = 0; i < 5000; i++) {
		bool picked[5];

		pick_nodes(PICK_MAJORITY, &rng, NULL, 5, picked);
		for (size_t node = 0; node < 5; node++)
			times[node] += picked[node];
	}
	for (size_t node = 0; node < 5; node++)
		assert_true(times[node] > 2850 && times[node] < 3150);
}

static void all_primaries_are_picked(void **state)
{
	static const bool is_primary[4] = { true, false, true, false };
	bool picked[4];
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, "primaries", 0);
	pick_nodes(PICK_PRIMARIES, &rng, is_primary, 4, picked);
	assert_memory_equal(picked, is_primary, sizeof(picked));
	pick_nodes(PICK_FOLLOWERS, &rng, is_primary, 4, picked);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(picked[i], !is_primary[i]);
}

static void picks_have_names(void **state)
{
	size_t count = 0;

	(void)state;
	for (; pick_names[count]; count++)
		assert_int_equal(pick_from_name(pick_names[count]),
				 PICK_ONE + count);
	assert_int_equal(count, PICK_FOLLOWERS);
	assert_int_equal(pick_from_name("minority-third"), PICK_MINORITY_THIRD);
	assert_int_equal(pick_from_name("random"), PICK_RANDOM);
	assert_int_equal(pick_from_name("none"), PICK_NONE);
}

static const char *const sources[] = { "198.18.0.3", "fd00::3" };
static const int ports[] = { 2379, 2380 };

static const struct firewall_drops whole = { .sources = sources, .count = 2 };
static const struct firewall_drops narrow = {
	.sources = sources,
	.count = 2,
	.ports = ports,
	.port_count = 2,
};
static const struct firewall_drops of_clients = {
	.client_port = 2379,
	.peers = sources,
	.peer_count = 2,
	.has_ipv6 = true,
};
static const struct firewall_drops none;

static void nft_gets_one_transaction_for_both_families(void **state)
{
	struct arena arena = { 0 };
	const char *line;

	(void)state;
	line = firewall_put_line(FIREWALL_NFT, &arena, &whole);
	assert_true(strncmp(line, "nft '", 5) == 0);
	assert_null(strstr(line + 1, "nft '"));
	assert_non_null(strstr(line, "ip saddr 198.18.0.3 counter drop "
				     "comment \"ordeal\""));
	assert_non_null(strstr(line, "ip6 saddr fd00::3 counter drop"));
	assert_null(strstr(line, "flush"));
	arena_release(&arena);
}

static void iptables_gets_one_call_a_family(void **state)
{
	static const struct firewall_drops of_ipv4 = { .sources = sources,
						       .count = 1 };
	struct arena arena = { 0 };
	const char *line;

	(void)state;
	line = firewall_put_line(FIREWALL_IPTABLES, &arena, &whole);
	assert_non_null(strstr(line, "-s 198.18.0.3 -m comment --comment "
				     "ordeal -j DROP' '-I INPUT 1"));
	assert_non_null(strstr(line, "| iptables-restore -w --noflush"));
	assert_non_null(strstr(line, "-s fd00::3"));
	assert_non_null(strstr(line, "| ip6tables-restore -w --noflush"));
	line = firewall_put_line(FIREWALL_IPTABLES, &arena, &of_ipv4);
	assert_null(strstr(line, "ip6tables-restore"));
	arena_release(&arena);
}

static void ports_are_cut_at_both_ends(void **state)
{
	struct arena arena = { 0 };
	const char *line;

	(void)state;
	line = firewall_put_line(FIREWALL_NFT, &arena, &narrow);
	assert_non_null(strstr(line, "ip saddr 198.18.0.3 meta l4proto { tcp, "
				     "udp } th dport { 2379,2380 } counter"));
	assert_non_null(strstr(line, "ip6 saddr fd00::3 meta l4proto { tcp, "
				     "udp } th sport { 2379,2380 } counter"));
	assert_null(strstr(line, "198.18.0.3 counter"));
	line = firewall_put_line(FIREWALL_IPTABLES, &arena, &narrow);
	assert_non_null(strstr(line, "-s 198.18.0.3 -p tcp -m multiport "
				     "--ports 2379,2380 -m comment"));
	assert_non_null(strstr(line, "-s fd00::3 -p udp -m multiport"));
	assert_int_equal(firewall_rule_count(&whole), 2);
	assert_int_equal(firewall_rule_count(&narrow), 4);
	arena_release(&arena);
}

static void clients_are_whoever_is_no_node(void **state)
{
	struct arena arena = { 0 };
	const char *line;
	const char *peer;

	(void)state;
	line = firewall_put_line(FIREWALL_NFT, &arena, &of_clients);
	assert_non_null(strstr(line, "ip saddr != { 198.18.0.3 } tcp dport "
				     "2379 counter drop comment "
				     "\"ordeal-clients\""));
	assert_non_null(strstr(line, "ip6 saddr != { fd00::3 } tcp dport"));
	line = firewall_put_line(FIREWALL_IPTABLES, &arena, &of_clients);
	peer = strstr(line, "-s 198.18.0.3 -p tcp --dport 2379 -m comment "
			    "--comment ordeal -j RETURN'");
	assert_non_null(peer);
	assert_non_null(strstr(peer, "-p tcp --dport 2379 -m comment "
				     "--comment ordeal-clients -j DROP'"));
	assert_int_equal(firewall_rule_count(&of_clients), 2);
	assert_int_equal(firewall_rule_count(&none), 0);
	arena_release(&arena);
}

static void nothing_is_flushed_but_our_own_chain(void **state)
{
	const char *line = firewall_remove_line();

	(void)state;
	for (const char *at = line; (at = strstr(at, "-F")); at += 2)
		assert_true(strncmp(at, "-F ORDEAL", 9) == 0);
	for (const char *at = line; (at = strstr(at, "-X")); at += 2)
		assert_true(strncmp(at, "-X ORDEAL", 9) == 0);
	assert_null(strstr(line, "flush"));
}

static void to_refuse_nobody_is_to_remove_the_rules(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(firewall_put_line(FIREWALL_NFT, &arena, &none),
			    firewall_remove_line());
	arena_release(&arena);
}

static void rules_of_both_tools_are_read(void **state)
{
	static const struct {
		const char *line;
		const char *source;
		uint64_t packets;
	} rules[] = {
		{ "\t\tiifname != \"lo\" ip saddr 198.18.0.3 counter packets "
		  "12 bytes 840 drop comment \"ordeal\"",
		  "198.18.0.3", 12 },
		{ "\t\tip6 saddr fd00:0::3 counter packets 0 bytes 0 drop",
		  "fd00::3", 0 },
		{ "-A ORDEAL -s 198.18.0.3/32 ! -i lo -m comment --comment "
		  "ordeal -c 7 588 -j DROP",
		  "198.18.0.3", 7 },
		{ "-A ORDEAL -s fd00::3/128 ! -i lo -c 1 84 -j DROP", "fd00::3",
		  1 },
		{ "\t\tiifname != \"lo\" ip saddr 198.18.0.3 meta l4proto "
		  "{ tcp, udp } th sport { 2379, 2380 } counter packets 4 "
		  "bytes 240 drop comment \"ordeal\"",
		  "198.18.0.3", 4 },
		{ "\t\tmeta nfproto ipv4 ip saddr != { 198.18.0.3 } tcp dport "
		  "2379 counter packets 5 bytes 300 drop comment "
		  "\"ordeal-clients\"",
		  "clients", 5 },
		{ "-A ORDEAL ! -i lo -p tcp -m tcp --dport 2379 -m comment "
		  "--comment ordeal-clients -c 6 360 -j DROP",
		  "clients", 6 },
	};
	static const char *const others[] = {
		"",
		"table inet ordeal {",
		"\tchain input {",
		"}",
		"-N ORDEAL -c 0 0",
		"-A INPUT -c 0 0 -j ORDEAL",
		("\t\ttype filter hook input priority filter - 10; "
		 "policy accept;"),
		" saddr nonsense counter packets 1",
		" -s 1.2.3.4/32",
		("-A ORDEAL -s 198.18.0.3/32 ! -i lo -p tcp -m tcp --dport "
		 "2379 -m comment --comment ordeal -c 9 1 -j RETURN"),
	};
	struct arena arena = { 0 };
	const char *source;
	uint64_t packets;

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		assert_true(firewall_read_rule(rules[i].line, &arena, &source,
					       &packets));
		assert_string_equal(source, rules[i].source);
		assert_int_equal(packets, rules[i].packets);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(firewall_read_rule(others[i], &arena, &source,
						&packets));
	arena_release(&arena);
}

static void addresses_are_written_in_one_way(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(firewall_address(&arena, "FD00:0:0::3", 11),
			    "fd00::3");
	assert_string_equal(firewall_address(&arena, "10.0.0.1/24", 8),
			    "10.0.0.1");
	assert_null(firewall_address(&arena, "10.0.0.256", 10));
	assert_null(firewall_address(&arena, "node1", 5));
	assert_null(firewall_address(&arena, "", 0));
	assert_null(firewall_address(&arena, "1;reboot", 8));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks_are_as_many_as_their_names_say),
		cmocka_unit_test(every_node_is_picked_about_as_often),
		cmocka_unit_test(all_primaries_are_picked),
		cmocka_unit_test(picks_have_names),
		cmocka_unit_test(nft_gets_one_transaction_for_both_families),
		cmocka_unit_test(iptables_gets_one_call_a_family),
		cmocka_unit_test(ports_are_cut_at_both_ends),
		cmocka_unit_test(clients_are_whoever_is_no_node),
		cmocka_unit_test(nothing_is_flushed_but_our_own_chain),
		cmocka_unit_test(to_refuse_nobody_is_to_remove_the_rules),
		cmocka_unit_test(rules_of_both_tools_are_read),
		cmocka_unit_test(addresses_are_written_in_one_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
