/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/packets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/impair.h"
#include "nemesis/agent/nfqueue.h"

#define STATS_EVERY_US 50000

/* A packet that waits for its time. */
struct held {
	int64_t due_us;
	uint64_t order; /* of two with the same time the first goes first */
	uint32_t id;
	bool is_twice;
	bool is_corrupt;
	unsigned char *bytes; /* NULL unless one of the two needs them */
	size_t size;
};

struct counts {
	uint64_t seen, lost, delayed, twice, early, corrupted;
};

struct packets {
	struct impairment impairment;
	struct impair_state state;
	uint16_t number;
	int queue;
	int signals;
	int stats;
	int raw4, raw6;
	struct held *heap; /* the one that is due first is the first */
	size_t held;
	size_t room;
	uint64_t order;
	struct counts counts;
	int64_t told_us;
};

/* Nanoseconds make poll's milliseconds exact enough; clock faults do not
 * reach CLOCK_MONOTONIC. */
static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool is_before(const struct held *a, const struct held *b)
{
	if (a->due_us != b->due_us)
		return a->due_us < b->due_us;
	return a->order < b->order;
}

static void swap(struct held *a, struct held *b)
{
	struct held c = *a;

	*a = *b;
	*b = c;
}

static bool push(struct packets *packets, const struct held *held)
{
	size_t i = packets->held;

	if (i == packets->room) {
		size_t room = packets->room ? 2 * packets->room : 1024;
		struct held *heap =
			realloc(packets->heap, room * sizeof(*heap));

		if (!heap)
			return false;
		packets->heap = heap;
		packets->room = room;
	}
	packets->heap[packets->held++] = *held;
	while (i > 0 &&
	       is_before(&packets->heap[i], &packets->heap[(i - 1) / 2])) {
		swap(&packets->heap[i], &packets->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	return true;
}

static struct held pop(struct packets *packets)
{
	struct held *heap = packets->heap;
	struct held first = heap[0];
	size_t i = 0;

	heap[0] = heap[--packets->held];
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1;
		     child <= 2 * i + 2 && child < packets->held; child++) {
			if (is_before(&heap[child], &heap[least]))
				least = child;
		}
		if (least == i)
			return first;
		swap(&heap[i], &heap[least]);
		i = least;
	}
}

/* The copy, past our own rule. */
static void send_copy(const struct packets *packets, const unsigned char *bytes,
		      size_t size)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };

	if (size >= 20 && bytes[0] >> 4 == 4) {
		memcpy(&to4.sin_addr, bytes + 16, 4);
		sendto(packets->raw4, bytes, size, MSG_DONTWAIT,
		       (struct sockaddr *)&to4, sizeof(to4));
	} else if (size >= 40 && bytes[0] >> 4 == 6) {
		memcpy(&to6.sin6_addr, bytes + 24, 16);
		sendto(packets->raw6, bytes, size, MSG_DONTWAIT,
		       (struct sockaddr *)&to6, sizeof(to6));
	}
}

static void let_go(const struct packets *packets, struct held *held)
{
	nfqueue_accept(packets->queue, packets->number, held->id,
		       held->is_corrupt ? held->bytes : NULL, held->size);
	if (held->is_twice && held->bytes)
		send_copy(packets, held->bytes, held->size);
	free(held->bytes);
}

static void take(void *context, uint32_t id, const unsigned char *bytes,
		 size_t size)
{
	struct packets *packets = context;
	int64_t now = now_us();
	struct fate fate =
		impair_next(&packets->impairment, &packets->state, size, now);
	struct held held = { .due_us = fate.release_us,
			     .order = packets->order++,
			     .id = id,
			     .is_twice = fate.is_twice,
			     .is_corrupt = fate.is_corrupt,
			     .size = size };

	packets->counts.seen++;
	if (fate.is_lost) {
		packets->counts.lost++;
		nfqueue_drop(packets->queue, packets->number, id);
		return;
	}
	if (bytes && (fate.is_twice || fate.is_corrupt))
		held.bytes = malloc(size);
	if (held.bytes) {
		memcpy(held.bytes, bytes, size);
		packets->counts.twice += fate.is_twice;
		packets->counts.corrupted += fate.is_corrupt;
	}
	if (held.bytes && fate.is_corrupt)
		held.bytes[fate.bit / 8] ^= (unsigned char)(1 << fate.bit % 8);
	packets->counts.early += fate.is_early;
	packets->counts.delayed += fate.release_us > now;
	if (fate.release_us <= now || !push(packets, &held))
		let_go(packets, &held);
}

static void tell(struct packets *packets, int64_t now)
{
	const struct counts *counts = &packets->counts;
	char line[256];
	int size;

	if (packets->stats < 0 || now - packets->told_us < STATS_EVERY_US)
		return;
	packets->told_us = now;
	size = snprintf(line, sizeof(line),
			"seen %llu lost %llu delayed %llu twice %llu early "
			"%llu corrupted %llu\n",
			(unsigned long long)counts->seen,
			(unsigned long long)counts->lost,
			(unsigned long long)counts->delayed,
			(unsigned long long)counts->twice,
			(unsigned long long)counts->early,
			(unsigned long long)counts->corrupted);
	/* Counts only grow, so the line never gets shorter. */
	if (pwrite(packets->stats, line, (size_t)size, 0) < 0)
		packets->stats = -1;
}

static int serve(struct packets *packets)
{
	for (;;) {
		struct pollfd ready[] = {
			{ .fd = packets->queue, .events = POLLIN },
			{ .fd = packets->signals, .events = POLLIN },
		};
		struct timespec wait = { .tv_nsec = STATS_EVERY_US * 1000 };
		int64_t now = now_us();

		while (packets->held > 0 && packets->heap[0].due_us <= now) {
			struct held held = pop(packets);

			let_go(packets, &held);
		}
		tell(packets, now);
		if (packets->held > 0 &&
		    packets->heap[0].due_us - now < STATS_EVERY_US)
			wait.tv_nsec =
				(long)(packets->heap[0].due_us - now) * 1000;
		if (ppoll(ready, 2, &wait, NULL) < 0 && errno != EINTR)
			return -1;
		if (ready[1].revents & POLLIN)
			return 0;
		if ((ready[0].revents & POLLIN) &&
		    nfqueue_read(packets->queue, take, packets))
			return -1;
	}
}

static int raw_socket(int family)
{
	int raw = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	int mark = PACKETS_MARK;

	if (raw >= 0)
		setsockopt(raw, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	return raw;
}

static int begin(struct packets *packets, const char *stats)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	packets->signals = signalfd(-1, &set, SFD_CLOEXEC);
	packets->raw4 = raw_socket(AF_INET);
	packets->raw6 = raw_socket(AF_INET6);
	packets->stats = -1;
	if (stats)
		packets->stats = open(
			stats, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	packets->queue = nfqueue_open(packets->number);
	if (packets->queue < 0) {
		fprintf(stderr, "packets: NFQUEUE %u: %s\n", packets->number,
			strerror(errno));
		return -1;
	}
	return packets->signals < 0 ? -1 : 0;
}

/* One option; false if it is none, or its value is not good. */
static bool set(struct packets *packets, const char *name, const char *text)
{
	struct impairment *impairment = &packets->impairment;
	const struct {
		const char *name;
		double *share;
	} shares[] = {
		{ "--loss", &impairment->loss },
		{ "--duplicate", &impairment->duplicate },
		{ "--reorder", &impairment->reorder },
		{ "--corrupt", &impairment->corrupt },
		{ "--correlation", &impairment->correlation },
	};
	char *end;
	double number = strtod(text, &end);

	if (*end || end == text || !(number >= 0) || number > 1e15)
		return false;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		if (strcmp(name, shares[i].name) == 0) {
			*shares[i].share = number;
			return number <= 1;
		}
	}
	if (strcmp(name, "--queue") == 0)
		packets->number = (uint16_t)number;
	else if (strcmp(name, "--seed") == 0)
		packets->state.seed = (uint64_t)number;
	else if (strcmp(name, "--delay-us") == 0)
		impairment->delay_us = (int64_t)number;
	else if (strcmp(name, "--jitter-us") == 0)
		impairment->jitter_us = (int64_t)number;
	else if (strcmp(name, "--normal") == 0)
		impairment->is_normal = number > 0;
	else if (strcmp(name, "--rate") == 0)
		impairment->rate = (int64_t)number;
	else
		return false;
	return true;
}

int packets_run(int argc, char **argv)
{
	struct packets *packets = calloc(1, sizeof(*packets));
	const char *stats = NULL;
	int result;

	if (!packets)
		return 1;
	packets->number = PACKETS_QUEUE;
	for (int i = 0; i < argc; i += 2) {
		if (i + 1 < argc && strcmp(argv[i], "--stats") == 0) {
			stats = argv[i + 1];
		} else if (i + 1 == argc ||
			   !set(packets, argv[i], argv[i + 1])) {
			fprintf(stderr, "packets: %s is not good\n", argv[i]);
			return 64;
		}
	}
	if (begin(packets, stats))
		return 1;
	result = serve(packets);
	if (result)
		fprintf(stderr, "packets: %s\n", strerror(errno));
	while (packets->held > 0) {
		struct held held = pop(packets);

		let_go(packets, &held);
	}
	free(packets->heap);
	free(packets);
	return result ? 1 : 0;
}
