/* SPDX-License-Identifier: MIT */
#include "harness/control/local_net.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"

#define SUBNET_COUNT 512
#define FIRST_NODE 11 /* last number of its address */

static uint32_t network_of(int subnet)
{
	return UINT32_C(0xc6120000) + ((uint32_t)subnet << 8);
}

const char *local_net_interface(const struct local *local)
{
	return arena_printf(local->arena, "ordeal%d", local->subnet);
}

static const char *address(const struct local *local, size_t number)
{
	uint32_t net = network_of(local->subnet);

	return arena_printf(local->arena, "%u.%u.%u.%zu", net >> 24,
			    net >> 16 & 255, net >> 8 & 255, number);
}

static const char *address6(const struct local *local, size_t number)
{
	return arena_printf(local->arena, "fd98:6f72:6465:%x::%zu",
			    (unsigned int)local->subnet, number);
}

const char *local_net_address(const struct local *local, size_t index)
{
	return address(local, FIRST_NODE + index);
}

const char *local_net_address6(const struct local *local, size_t index)
{
	return address6(local, FIRST_NODE + index);
}

static uint32_t swap(uint32_t word)
{
	return word << 24 | (word & 0xff00) << 8 | (word >> 8 & 0xff00) |
	       word >> 24;
}

/* Routes of this machine (default routes apart) that cover part of the
 * subnet: some VPNs live in 198.18.0.0/16. */
static bool is_routed(int subnet)
{
	FILE *file = fopen("/proc/net/route", "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		unsigned int to, mask;

		if (sscanf(line, "%*s %x %*s %*s %*s %*s %*s %x", &to, &mask) !=
			    2 ||
		    mask == 0)
			continue;
		/* The file shows network byte order as if it were a number of
		 * this machine. */
		if (swap(1) != 1) {
			to = swap(to);
			mask = swap(mask);
		}
		mask &= UINT32_C(0xffffff00);
		found = (to & mask) == (network_of(subnet) & mask);
	}
	if (file)
		fclose(file);
	return found;
}

static int mark_taken(struct arena *arena, bool *is_taken, struct error *err)
{
	const char **names;
	size_t count;

	if (local_names(arena, &names, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct local other;

		if (local_open(&other, names[i], arena, err))
			return -1;
		if (other.subnet >= 0)
			is_taken[other.subnet] = true;
	}
	return 0;
}

int local_net_choose(struct local *local, struct error *err)
{
	bool is_taken[SUBNET_COUNT] = { false };

	if (mark_taken(local->arena, is_taken, err))
		return -1;
	for (int i = 0; i < SUBNET_COUNT; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/sys/class/net/ordeal%d", i);
		if (is_taken[i] || access(path, F_OK) == 0 || is_routed(i))
			continue;
		local->subnet = i;
		return 0;
	}
	return error_set(err, "no free network in 198.18.0.0/15 for a local "
			      "cluster: see `ip route`");
}

/* Text that grows, for ip's batch mode. */
__attribute__((format(printf, 2, 3))) static void add(char **text,
						      const char *format, ...)
{
	char *line = NULL, *longer = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		abort();
	va_end(args);
	if (asprintf(&longer, "%s%s\n", *text ? *text : "", line) < 0)
		abort();
	free(*text);
	free(line);
	*text = longer;
}

/* Has ip, in the network of `inside` (0: this machine's), do what `text` says,
 * and frees it. By a file, as standard input is the lock. */
static int run_ip(const struct local *local, pid_t inside, char *text,
		  int64_t deadline_ns, struct error *err)
{
	struct arena *arena = local->arena;
	const char *path = arena_printf(local->arena, "%s/ip", local->folder);
	const char *enter = "";
	int result;

	if (inside > 0)
		enter = arena_printf(arena, "nsenter -t %d -n ", (int)inside);
	result = local_write(path, 0600, text, err);
	if (result == 0)
		result =
			local_shell(local,
				    arena_printf(arena, "%sip -batch %s", enter,
						 shell_quote(arena, path)),
				    deadline_ns, err);
	free(text);
	return result;
}

static int plug_in(const struct local *local, pid_t the_switch,
		   const pid_t *nodes, size_t count, int64_t deadline_ns,
		   struct error *err)
{
	const char *interface = local_net_interface(local);
	char *text = NULL;

	add(&text, "link add %s type veth peer name up0 netns %d", interface,
	    (int)the_switch);
	add(&text, "addr add %s/24 dev %s", address(local, 1), interface);
	add(&text, "link set %s up", interface);
	for (size_t i = 0; i < count; i++)
		add(&text,
		    "link add eth0 netns %d type veth peer name n%zu netns %d",
		    (int)nodes[i], i + 1, (int)the_switch);
	return run_ip(local, 0, text, deadline_ns, err);
}

static int make_bridge(const struct local *local, pid_t the_switch,
		       size_t count, int64_t deadline_ns, struct error *err)
{
	char *text = NULL;

	/* Snooping would hold back IPv6 neighbour discovery at the start. */
	add(&text, "link add br0 type bridge stp_state 0 forward_delay 0 "
		   "mcast_snooping 0");
	add(&text, "link set br0 up");
	add(&text, "link set up0 master br0 up");
	for (size_t i = 0; i < count; i++)
		add(&text, "link set n%zu master br0 up", i + 1);
	return run_ip(local, the_switch, text, deadline_ns, err);
}

int local_net_connect(const struct local *local, pid_t the_switch,
		      const pid_t *nodes, size_t count, int64_t deadline_ns,
		      struct error *err)
{
	struct error ignored;
	const char *line;

	if (plug_in(local, the_switch, nodes, count, deadline_ns, err) ||
	    make_bridge(local, the_switch, count, deadline_ns, err))
		return error_wrap(err, "make the network of local cluster %s",
				  local->name);
	/* A machine without IPv6 has clusters without IPv6. */
	line = arena_printf(local->arena, "ip addr add %s/64 dev %s nodad",
			    address6(local, 1), local_net_interface(local));
	local_shell(local, line, deadline_ns, &ignored);
	return 0;
}

int local_net_remove(const struct local *local, struct error *err)
{
	const char *line;

	if (local->subnet < 0)
		return 0;
	line = arena_printf(local->arena,
			    "[ ! -e /sys/class/net/%s ] || ip link del %s || "
			    "[ ! -e /sys/class/net/%s ]",
			    local_net_interface(local),
			    local_net_interface(local),
			    local_net_interface(local));
	if (local_shell(local, line, clock_now_ns() + 30 * NS_PER_S, err))
		return error_wrap(err, "remove the network of local cluster %s",
				  local->name);
	return 0;
}
