/* SPDX-License-Identifier: MIT */
#include "harness/control/doctor.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/control/cluster.h"
#include "harness/control/local.h"
#include "harness/control/node_open.h"
#include "harness/control/socket.h"
#include "harness/core/clock.h"

#define CLOCK_OFF_NS_MAX (NS_PER_S / 2)
#define DISK_ERROR_KIB 102400
#define DISK_WARNING_KIB 1048576

__attribute__((format(printf, 5, 6))) static void add(
	struct findings *findings, enum finding_severity severity,
	const char *check, const char *remedy, const char *format, ...)
{
	struct finding *finding;
	va_list args;

	if (findings->count == findings->capacity) {
		struct finding *items = findings->items;

		findings->capacity = 2 * findings->capacity + 16;
		findings->items = arena_array(
			findings->arena, findings->capacity, sizeof(*items));
		if (findings->count > 0)
			memcpy(findings->items, items,
			       findings->count * sizeof(*items));
	}
	finding = &findings->items[findings->count++];
	finding->severity = severity;
	finding->check = check;
	finding->remedy = remedy;
	va_start(args, format);
	finding->cause = arena_vprintf(findings->arena, format, args);
	va_end(args);
}

static bool check_network(const struct node_config *config,
			  struct findings *findings, int64_t deadline_ns)
{
	const char *host = config->host ? config->host : config->name;
	int port = config->port ? config->port : 22, fd;
	char banner[4] = "";
	struct error err;

	if (socket_resolve(host, deadline_ns, &err)) {
		add(findings, FINDING_ERROR, "name",
		    "check the spelling, /etc/hosts and DNS; or give an IP "
		    "address",
		    "%s", err.text);
		return false;
	}
	add(findings, FINDING_OK, "name", NULL, "%s has an address", host);
	fd = socket_connect(host, port, deadline_ns, &err);
	if (fd < 0) {
		add(findings, FINDING_ERROR, "port",
		    "start sshd there, open the port, or give the right one",
		    "%s", err.text);
		return false;
	}
	if (socket_wait(fd, POLLIN, deadline_ns) <= 0 ||
	    read(fd, banner, sizeof(banner)) != (ssize_t)sizeof(banner) ||
	    memcmp(banner, "SSH-", 4) != 0) {
		add(findings, FINDING_ERROR, "port",
		    "give the port that sshd listens on",
		    "%s port %d is open, but no ssh server answers", host,
		    port);
		close(fd);
		return false;
	}
	close(fd);
	add(findings, FINDING_OK, "port", NULL, "sshd answers at %s port %d",
	    host, port);
	return true;
}

/* Which check a failed connection belongs to. */
static struct node *check_login(const struct node_config *config,
				struct findings *findings, int64_t deadline_ns)
{
	struct error err;
	struct node *node = node_open(config, deadline_ns, &err);
	const char *user = config->user ? config->user : "root";

	if (node && !config->prefix)
		add(findings, FINDING_OK, "host key", NULL, "%s",
		    config->accept_any_host_key ? "not looked at"
						: "as in known_hosts");
	if (node) {
		add(findings, FINDING_OK, config->prefix ? "prefix" : "login",
		    NULL, "as %s", user);
		return node;
	}
	if (strncmp(err.text, "host key", 8) == 0)
		add(findings, FINDING_ERROR, "host key",
		    "see there; compare fingerprints before you trust it", "%s",
		    err.text);
	else
		add(findings, FINDING_ERROR, "login",
		    "put your public key into ~/.ssh/authorized_keys of that "
		    "user there, or give another key, user or password",
		    "%s", err.text);
	return NULL;
}

/* One line a fact, so that one round trip tells all. */
static const char facts_script[] =
	"df -P -k / /var | while read -r fs size used free rest; do\n"
	"	case $free in *[!0-9]*) ;; *) echo \"disk $free ${rest##* "
	"}\";; "
	"esac\n"
	"done | sort -u\n"
	"for program in cat mv chmod mkdir rm sleep tail setsid mktemp install "
	"tar iptables nft ip ps; do\n"
	"	PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || "
	"echo \"missing $program\"\n"
	"done\n"
	"read -r line 2>/dev/null </proc/net/if_inet6 && echo ipv6 yes\n"
	"mkdir -p /run/ordeal && [ -w /run/ordeal ] && echo state yes\n"
	"echo \"clock $(date +%s%N)\"\n";

static void check_disk(struct findings *findings, const char *fact)
{
	long long free_kib = 0;
	char place[128] = "";

	if (sscanf(fact, "disk %lld %127s", &free_kib, place) != 2)
		return;
	add(findings,
	    free_kib < DISK_ERROR_KIB	  ? FINDING_ERROR
	    : free_kib < DISK_WARNING_KIB ? FINDING_WARNING
					  : FINDING_OK,
	    "disk",
	    free_kib < DISK_WARNING_KIB
		    ? "make room: old logs, packages, earlier runs"
		    : NULL,
	    "%lld MiB free on %s", free_kib / 1024, place);
}

static bool is_missing(const char *facts, const char *program)
{
	char line[64];

	snprintf(line, sizeof(line), "missing %s\n", program);
	return strstr(facts, line);
}

static void check_programs(struct findings *findings, const char *facts)
{
	static const char *const needed[] = { "cat",	 "mv",	   "chmod",
					      "mkdir",	 "rm",	   "sleep",
					      "tail",	 "setsid", "mktemp",
					      "install", "tar" };
	size_t errors = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!is_missing(facts, needed[i]))
			continue;
		errors++;
		add(findings, FINDING_ERROR, "programs",
		    "install coreutils, util-linux and tar there",
		    "%s is missing", needed[i]);
	}
	if (is_missing(facts, "iptables") && is_missing(facts, "nft")) {
		errors++;
		add(findings, FINDING_ERROR, "programs",
		    "apt-get install iptables",
		    "neither iptables nor nft is there, which partitions "
		    "need");
	}
	if (is_missing(facts, "ip"))
		add(findings, FINDING_WARNING, "programs",
		    "apt-get install iproute2",
		    "ip is missing, which network faults may need");
	if (is_missing(facts, "ps"))
		add(findings, FINDING_WARNING, "programs",
		    "apt-get install procps",
		    "ps is missing; good to have when something goes wrong");
	if (errors == 0)
		add(findings, FINDING_OK, "programs", NULL,
		    "all that tests need are there");
}

/* The node read its clock somewhere between `before` and `after`. */
static void check_clock(struct findings *findings, const char *facts,
			int64_t before_ns, int64_t after_ns)
{
	const char *fact = strstr(facts, "clock ");
	int64_t there = fact ? strtoll(fact + 6, NULL, 10) : 0;
	int64_t off = there - (before_ns + (after_ns - before_ns) / 2);
	int64_t doubt = (after_ns - before_ns) / 2;

	if (there < INT64_C(1000000000000000000)) {
		add(findings, FINDING_WARNING, "clock", NULL,
		    "cannot be compared: date there does not know "
		    "nanoseconds");
		return;
	}
	if (off > CLOCK_OFF_NS_MAX + doubt || off < -CLOCK_OFF_NS_MAX - doubt)
		add(findings, FINDING_WARNING, "clock",
		    "run an NTP client there; or it is a fault that was left "
		    "behind: ordeal heal",
		    "%.3f s off this machine's (within %.3f s)",
		    (double)off / 1e9, (double)doubt / 1e9);
	else
		add(findings, FINDING_OK, "clock", NULL,
		    "%.3f s off this machine's (within %.3f s)",
		    (double)off / 1e9, (double)doubt / 1e9);
}

static int64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static bool check_root(struct node *node, struct findings *findings)
{
	struct error err;
	const char *uid = "";

	if (node_run(node, findings->arena, &uid, &err, "id -u")) {
		add(findings, FINDING_ERROR, "root",
		    "let the user run everything by sudo without a password, "
		    "or give the password for sudo, or log in as root",
		    "%s", err.text);
		return false;
	}
	if (strcmp(uid, "0") != 0) {
		add(findings, FINDING_ERROR, "root",
		    "choose a prefix that leads in as root",
		    "steps run as user %s, not as root", uid);
		return false;
	}
	add(findings, FINDING_OK, "root", NULL, "steps run as root");
	return true;
}

static void check_inside(struct node *node, struct findings *findings)
{
	int64_t before_ns, after_ns;
	struct error err;
	const char *facts = "";

	if (!check_root(node, findings))
		return;
	before_ns = wall_ns();
	if (node_run(node, findings->arena, &facts, &err, "%s", facts_script)) {
		add(findings, FINDING_ERROR, "programs", NULL, "%s", err.text);
		return;
	}
	after_ns = wall_ns();
	if (strstr(facts, "state yes"))
		add(findings, FINDING_OK, "state", NULL,
		    "/run/ordeal can be written");
	else
		add(findings, FINDING_ERROR, "state",
		    "make /run writable for root",
		    "the folder /run/ordeal cannot be made");
	for (const char *fact = strstr(facts, "disk "); fact;
	     fact = strstr(fact + 1, "disk "))
		check_disk(findings, fact);
	check_programs(findings, facts);
	check_clock(findings, facts, before_ns, after_ns);
	add(findings, FINDING_OK, "IPv6", NULL, "%s",
	    strstr(facts, "ipv6 yes") ? "is there; partitions cut it too"
				      : "none; partitions cut IPv4 only");
}

static size_t count_errors(const struct findings *findings, size_t from)
{
	size_t errors = 0;

	for (size_t i = from; i < findings->count; i++)
		errors += findings->items[i].severity == FINDING_ERROR;
	return errors;
}

size_t doctor_node(const struct node_config *config, struct findings *findings)
{
	int64_t timeout_ns = config->step_timeout_ns > 0
				     ? config->step_timeout_ns
				     : 30 * NS_PER_S;
	int64_t deadline_ns = clock_now_ns() + timeout_ns;
	size_t from = findings->count;
	struct node *node = NULL;

	if (config->prefix || check_network(config, findings, deadline_ns))
		node = check_login(config, findings, deadline_ns);
	if (node)
		check_inside(node, findings);
	node_close(node);
	return count_errors(findings, from);
}

size_t doctor_machine(struct findings *findings)
{
	size_t from = findings->count;
	struct error err;
	FILE *file;
	char line[128];
	bool has_overlay = false;

	if (local_check(&err))
		add(findings, FINDING_ERROR, "local cluster", NULL, "%s",
		    err.text);
	else
		add(findings, FINDING_OK, "local cluster", NULL,
		    "root, programs and a free network are there");
	file = fopen("/proc/filesystems", "re");
	while (file && fgets(line, sizeof(line), file))
		has_overlay = has_overlay || strstr(line, "\toverlay\n");
	if (file)
		fclose(file);
	if (has_overlay)
		add(findings, FINDING_OK, "overlay", NULL,
		    "the kernel has overlay file systems");
	else
		add(findings, FINDING_WARNING, "overlay", "modprobe overlay",
		    "the kernel has not loaded overlay file systems; mounting "
		    "the first one may do it");
	return count_errors(findings, from);
}
