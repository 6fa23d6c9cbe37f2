/* SPDX-License-Identifier: MIT */
/* How long a page takes and how large it is, for 100,000 operations or as many
 * as the first argument says; the page goes to the file that the second names,
 * for a browser to open. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/core/clock.h"
#include "harness/core/rng.h"
#include "harness/report/html.h"
#include "harness/report/json.h"

#define PROCESSES 20
#define RUN_NS (300 * NS_PER_S)

/* Clients that take turns, with latencies over four decades. */
static struct history *make_history(size_t count)
{
	static const enum verb verbs[] = { VERB_READ, VERB_WRITE };
	struct history *history = history_new();
	struct rng rng;
	struct error err;

	rng_init(&rng, 1, "bench", 0);
	for (size_t i = 0; i < count; i++) {
		enum verb verb = verbs[rng_below(&rng, 2)];
		int64_t number = (int64_t)(i & 0xffff);
		struct action action = { .verb = (uint16_t)verb };
		struct entry entry = {
			.index = 2 * i,
			.time_ns = (int64_t)i * (RUN_NS / (int64_t)count),
			.process = (int32_t)(i % PROCESSES),
			.type = OP_INVOKE,
			.f = (uint16_t)verb,
			.actions = &action,
			.action_count = 1,
		};

		action.key = value_int(history->values, number % 100);
		entry.node = value_string(history->values, i % 2 ? "n1" : "n2");
		if (verb == VERB_WRITE)
			action.arg = value_int(history->values, number);
		if (history_append(history, &entry, &err) != 0)
			abort();
		if (verb == VERB_READ)
			action.result = value_int(history->values, number);
		entry.index++;
		entry.type = rng_below(&rng, 20) ? OP_OK : OP_FAIL;
		entry.time_ns += (int64_t)(1000u << rng_below(&rng, 14)) +
				 (int64_t)rng_below(&rng, 100000);
		if (history_append(history, &entry, &err) != 0)
			abort();
	}
	return history;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	struct history *history = make_history(count);
	struct arena arena = { 0 };
	struct judgement judgement;
	struct error err;
	int64_t start, end;
	size_t length;
	char *page;

	judgement_none(&judgement, &arena, "nobody judged");
	start = clock_now_ns();
	page = report_html_text(&judgement, history, "bench/1", "{}", &length);
	end = clock_now_ns();
	printf("report of %zu operations: %.3f s, %.2f MB\n", count,
	       (double)(end - start) / 1e9, (double)length / 1e6);
	if (argc > 2 && file_write_whole(argv[2], page, length, &err) != 0)
		fprintf(stderr, "bench_report: %s\n", err.text);
	free(page);
	history_free(history);
	arena_release(&arena);
	return 0;
}
