/* SPDX-License-Identifier: MIT */
/* How long the list of runs takes, for 10,000 runs or as many as the first
 * argument says: the answer as `ordeal serve` makes it, without the socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/report/store.h"
#include "harness/serve/site.h"
#include "tests/support/run_store.h"

#define ROUNDS 11

static const char *const targets[] = { "etcd", "memory", "redis" };
static const char *const workloads[] = { "register", "append", "set", "bank" };
static const char *const valid[] = { "true", "false", "\"unknown\"" };

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

/* An operation of the evidence, to give results the size they have. */
#define EVIDENCE                                                              \
	"{\"index\":17,\"role\":\"write 1; completed before\",\"op\":"        \
	"{\"index\":17,\"time\":4754912,\"process\":5,\"type\":\"ok\",\"f\":" \
	"\"write\",\"key\":0,\"value\":1,\"node\":\"n1\",\"completion\":137," \
	"\"completion_time\":46220427}}"

static void make_run(const char *root, size_t i, struct arena *arena)
{
	const char *target = targets[i % 3];
	const char *workload = workloads[i % 4];
	const char *run = arena_printf(
		arena, "%s/%s-%s/2026%02zu%02zuT%02zu%02zu%02zu.%03zuZ", root,
		target, workload, i / 2000 % 12 + 1, i / 100 % 28 + 1, i % 24,
		i / 24 % 60, i % 60, i % 1000);
	struct error err;

	if (make_folders(run, &err) != 0)
		abort();
	put(arena_printf(arena, "%s/config.json", run),
	    arena_printf(arena,
			 "{\"target\":{\"name\":\"%s\"},\"workload\":{"
			 "\"name\":\"%s\"},\"faults\":[{\"name\":\"kill\"},"
			 "{\"name\":\"partition\"}],\"seed\":\"%zu\"}",
			 target, workload, i));
	put(arena_printf(arena, "%s/results.json", run),
	    arena_printf(
		    arena,
		    "{\"valid\":%s,\"reason\":\"key %zu: index 1067 shows 1, "
		    "although write 11 was acknowledged before it began\","
		    "\"checkers\":{\"linearizable\":{\"valid\":%s,"
		    "\"anomalies\":[{\"name\":\"stale-read\",\"evidence\":"
		    "[" EVIDENCE "," EVIDENCE "," EVIDENCE "," EVIDENCE
		    "," EVIDENCE "," EVIDENCE "," EVIDENCE "," EVIDENCE
		    "]}]},\"stats\":{"
		    "\"count\":36664,\"ok\":36440,\"rate\":2856.1,"
		    "\"seconds\":12.8,\"availability\":0.99}}}",
		    valid[i % 3], i, valid[i % 3]));
	put(arena_printf(arena, "%s/history.jsonl", run), "");
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(struct site *site, const char *what, struct query *query)
{
	int64_t times[ROUNDS];
	size_t length = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		struct arena arena = { 0 };
		struct request request = { .path = "/",
					   .first = query,
					   .arena = &arena };
		struct reply reply = { 0 };
		int64_t start = clock_now_ns();

		site_answer(site, &request, &reply);
		times[i] = clock_now_ns() - start;
		length = reply.length;
		reply_release(&reply);
		arena_release(&arena);
	}
	qsort(times, ROUNDS, sizeof(*times), compare);
	printf("%s: median %.1f ms, longest %.1f ms, %zu bytes\n", what,
	       (double)times[ROUNDS / 2] / NS_PER_MS,
	       (double)times[ROUNDS - 1] / NS_PER_MS, length);
}

static void bench(const char *root)
{
	struct query all = { .name = "limit", .value = "10000" };
	struct query text = { .name = "q", .value = "append" };
	struct error err;
	struct site *site = site_open(root, NULL, &err);
	int64_t start = clock_now_ns();
	size_t count;

	if (!site) {
		fprintf(stderr, "bench_serve: %s\n", err.text);
		return;
	}
	count = site_count(site);
	printf("%zu runs: read for the first time in %.2f s\n", count,
	       (double)(clock_now_ns() - start) / NS_PER_S);
	measure(site, "first page of the list", NULL);
	measure(site, "the same, filtered by a text", &text);
	measure(site, "all on one page", &all);
	site_close(site);
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	char root[] = "/tmp/ordeal-bench-XXXXXX";
	struct arena arena = { 0 };

	if (!mkdtemp(root))
		return 1;
	for (size_t i = 0; i < count; i++)
		make_run(root, i, &arena);
	arena_release(&arena);
	bench(root);
	return run_store_remove(root) != 0;
}
