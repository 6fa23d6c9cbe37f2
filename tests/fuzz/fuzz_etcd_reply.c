/* SPDX-License-Identifier: MIT */
/*
 * Replies of etcd's gateway, mutated: no bytes may make a reader of them read
 * beyond the end, recurse or claim what is not there. Usage:
 * fuzz_etcd_reply [--runs N] [--seed N], or any fuzzing engine that calls
 * LLVMFuzzerTestOneInput (built with -DORDEAL_FUZZ_ENGINE).
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"

#include "targets/etcd/base64.h"
#include "targets/etcd/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_all(const char *body, size_t size, struct arena *arena)
{
	static const char *const keys[] = { "r1", "r2" };
	struct etcd_entry entries[2] = { 0 };
	struct etcd_failure failure;
	struct etcd_status status;
	struct error err = { .text = "" };
	bool has_succeeded;
	const char **rests;
	size_t count;
	size_t length;

	if (reply_range(body, size, "r1", arena, &entries[0], &err) == 0)
		assert(entries[0].is_present == (entries[0].mod_revision > 0));
	entries[0].is_prefix = true;
	if (reply_txn(body, size, keys, 2, arena, &has_succeeded, entries,
		      &err) == 0)
		assert(entries[1].is_present == (entries[1].mod_revision > 0));
	if (reply_txn(body, size, NULL, 1, arena, &has_succeeded, NULL, &err) <
	    0)
		assert(strncmp(err.text, "bad reply", 9) == 0);
	reply_put(body, size, arena, NULL, &err);
	if (reply_keys(body, size, "r", arena, &rests, &count, &err) == 0) {
		for (size_t i = 0; i < count; i++)
			assert(rests[i]);
	}
	if (reply_status(body, size, arena, &status, &err) == 0)
		assert(status.version &&
		       (!status.is_leader || status.has_leader));
	reply_failure(body, size, arena, &failure);
	assert(failure.message);
	reply_is_healthy(body, size, arena);
	base64_decode(arena, body, size, &length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = { 0 };
	/* Of exactly that size, so that a sanitizer sees its end. */
	char *body = heap_alloc(size ? size : 1);

	if (size)
		memcpy(body, bytes, size);
	read_all(body, size, &arena);
	free(body);
	arena_release(&arena);
	return 0;
}

#ifndef ORDEAL_FUZZ_ENGINE
#define HEADER "{\"header\":{\"member_id\":\"3\",\"revision\":\"4\"}"
#define RANGE                                                   \
	"\"kvs\":[{\"key\":\"cjE=\",\"create_revision\":\"2\"," \
	"\"mod_revision\":\"3\",\"value\":\"NQ==\"}],\"count\":\"1\""

static const char *const seeds[] = {
	HEADER "}",
	HEADER "," RANGE "}",
	HEADER ",\"succeeded\":true,\"responses\":[{\"response_range\":{" RANGE
	       "}},{\"response_range\":{\"header\":{}}}]}",
	HEADER ",\"succeeded\":true,\"responses\":[{\"response_put\":{}}]}",
	HEADER ",\"version\":\"3.4.23\",\"leader\":\"3\"}",
	"{\"error\":\"a\\u00e4\\\"\",\"message\":\"a\",\"code\":14}",
	"{\"health\":\"true\"}",
	"[[[[{\"a\":[-1.5e3,null,false,\"\\\\\"]}]]]]",
};

/* Copies, drops, repeats and overwrites pieces. */
static size_t mutate(struct rng *rng, char *text, size_t size, size_t room)
{
	static const char spice[] = "{}[]\",:\\u0tfn-9e. \n=\x00\x7f\xff";
	size_t times = rng_below(rng, 6);

	while (times--) {
		size_t at = size ? rng_below(rng, size) : 0;
		size_t length = size ? rng_below(rng, size - at) : 0;

		switch (rng_below(rng, 4)) {
		case 0: /* cut */
			memmove(text + at, text + at + length,
				size - at - length);
			size -= length;
			break;
		case 1: /* repeat */
			if (size + length > room)
				break;
			memmove(text + at + length, text + at, size - at);
			size += length;
			break;
		case 2: /* end early */
			size = at;
			break;
		default: /* overwrite */
			if (size)
				text[at] = spice[rng_below(rng, sizeof(spice))];
			break;
		}
	}
	return size;
}

int main(int argc, char **argv)
{
	unsigned long runs = 20000;
	unsigned long seed = 1;
	struct rng rng;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--runs") == 0)
			runs = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoul(argv[i + 1], NULL, 10);
	}
	rng_init(&rng, seed, "fuzz_etcd_reply", 0);
	for (unsigned long i = 0; i < runs; i++) {
		const char *start =
			seeds[rng_below(&rng, sizeof(seeds) / sizeof(*seeds))];
		char text[4096];
		size_t size = strlen(start);

		memcpy(text, start, size);
		size = mutate(&rng, text, size, sizeof(text));
		LLVMFuzzerTestOneInput((const uint8_t *)text, size);
	}
	printf("fuzz_etcd_reply: %lu runs\n", runs);
	return 0;
}
#endif
