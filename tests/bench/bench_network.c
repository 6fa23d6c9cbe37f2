/* SPDX-License-Identifier: MIT */
/* How long it takes to apply and prove a partition on five nodes, and how many
 * packets a second the agent's queue carries on one core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/fault.h"

#include "tests/support/etcd_cluster.h"

extern const struct fault fault_packet;
extern const struct fault fault_partition;

#define NODES 5
#define ROUNDS 9
#define PARTITION_MS 300.0
#define PACKETS 100000
#define PACKETS_A_SECOND 20000.0
#define TICKS_A_SECOND 100.0 /* USER_HZ, of /proc */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double ms_since(int64_t start_ns)
{
	return (double)(clock_now_ns() - start_ns) / NS_PER_MS;
}

/* -1: see bed->err. */
static int inject(struct bed *bed, struct bed_fault *opened, const char *target)
{
	opened->note = figure_group_root();
	if (opened->fault->inject(opened->state, target, &opened->note,
				  &bed->err) < 0)
		return -1;
	if (opened->fault->verify(opened->state, &opened->note, &bed->err) !=
	    EFFECT_PROVEN)
		return -1;
	return 0;
}

static int heal(struct bed *bed, struct bed_fault *opened)
{
	return opened->fault->heal(opened->state, &opened->note, &bed->err);
}

static int measure_partitions(struct bed *bed, const char *firewall)
{
	const char *const options[] = { "firewall", firewall, NULL };
	struct bed_fault *partition =
		bed_open_fault(bed, &fault_partition, options);
	double ms[ROUNDS];
	int result = partition ? inject(bed, partition, "one") : -1;

	/* The first one also asks the nodes for their addresses. */
	for (int i = 0; result == 0 && i < ROUNDS; i++) {
		int64_t start_ns;

		result = heal(bed, partition);
		start_ns = clock_now_ns();
		if (result == 0)
			result = inject(bed, partition, "random-halves");
		ms[i] = ms_since(start_ns);
	}
	if (result == 0)
		result = heal(bed, partition);
	if (result < 0)
		return -1;
	fault_partition.close(partition->state);
	qsort(ms, ROUNDS, sizeof(*ms), by_size);
	printf("partition of %d nodes by %s, applied and proven: %.0f ms "
	       "(median of %d; %.0f to %.0f), wanted %.0f: %s\n",
	       NODES, firewall, ms[ROUNDS / 2], ROUNDS, ms[0], ms[ROUNDS - 1],
	       PARTITION_MS, ms[ROUNDS / 2] < PARTITION_MS ? "ok" : "MISSED");
	return 0;
}

/* Seconds of processor that the agent's queue on the first node has used. */
static double cpu_seconds(struct bed *bed)
{
	const char *ticks = bed_ask(bed, 0,
				    "read -r p _ </run/ordeal/packets.pid; "
				    "s=$(cat /proc/$p/stat); set -- ${s##*) }; "
				    "shift 11; echo $(($1 + $2))");

	return strtod(ticks, NULL) / TICKS_A_SECOND;
}

static double packets_seen(struct bed *bed)
{
	return strtod(bed_ask(bed, 0,
			      "sleep 0.2; sed 's/seen //' "
			      "/run/ordeal/packets.stats"),
		      NULL);
}

/* So many a second of 128 bytes, by UDP, from the first node to the second. */
static double send_packets(struct bed *bed, int rate)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "perl -MIO::Socket::INET -MTime::HiRes=time -e '"
		 "$s = IO::Socket::INET->new(Proto => \"udp\", "
		 "PeerAddr => \"%s:5999\"); $b = \"x\" x 100; $t = time; "
		 "for $i (1 .. %d) { $s->send($b); next if $i %% 100; "
		 "$w = $t + $i / %d - time; "
		 "select undef, undef, undef, $w if $w > 0 } print time - $t'",
		 node_address(cluster_node(bed->cluster, 1)), PACKETS, rate);
	return strtod(bed_ask(bed, 0, line), NULL);
}

static double datagrams_in(struct bed *bed)
{
	/* Nobody listens: what arrives is counted so. */
	return strtod(bed_ask(bed, 1,
			      "grep '^Udp: [0-9]' /proc/net/snmp | "
			      "cut -d' ' -f3"),
		      NULL);
}

static int measure_packets(struct bed *bed, int wanted)
{
	static const char *const options[] = { "by",	 "agent", "behaviours",
					       "delay",	 "delay", "2ms",
					       "jitter", "500us", "to",
					       "n2",	 NULL };
	struct bed_fault *packet = bed_open_fault(bed, &fault_packet, options);
	double seconds, cpu, seen, arrived, rate;

	if (!packet || inject(bed, packet, "n1") < 0)
		return -1;
	cpu = cpu_seconds(bed);
	seen = packets_seen(bed);
	arrived = datagrams_in(bed);
	seconds = send_packets(bed, wanted);
	seen = packets_seen(bed) - seen;
	cpu = cpu_seconds(bed) - cpu;
	arrived = datagrams_in(bed) - arrived;
	if (heal(bed, packet) < 0)
		return -1;
	fault_packet.close(packet->state);
	rate = cpu > 0 ? seen / cpu : 0;
	printf("packets held back by the queue, %d a second sent: %.0f in "
	       "%.1f s (%.0f a second), %.0f arrived, %.2f s of one core: it "
	       "carries %.0f a second, wanted %.0f: %s\n",
	       wanted, seen, seconds, seen / seconds, arrived, cpu, rate,
	       PACKETS_A_SECOND, rate >= PACKETS_A_SECOND ? "ok" : "MISSED");
	return 0;
}

int main(void)
{
	struct bed bed;
	int result;

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 0;
	}
	result = bed_make(&bed, "bench-network", NODES);
	if (result == 0)
		result = measure_partitions(&bed, "nft");
	if (result == 0)
		result = measure_partitions(&bed, "iptables");
	if (result == 0)
		result = measure_packets(&bed, 25000);
	if (result == 0)
		result = measure_packets(&bed, 60000);
	if (result < 0)
		fprintf(stderr, "%s\n", bed.err.text);
	bed_remove(&bed);
	return result < 0;
}
