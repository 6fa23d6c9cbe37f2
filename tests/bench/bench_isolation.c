/* SPDX-License-Identifier: MIT */
/* How fast transactions are judged, and how that grows with their number:
 * bench_isolation [TRANSACTIONS ...], each a multiple of the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/core/clock.h"
#include "tests/support/isolation_history.h"
#include "tests/support/isolation_long.h"

/* One kind of history, and what it is asked. */
struct question {
	bool registers;
	bool is_bad; /* one read is spoiled */
	uint32_t keys;
	const char *level;
};

#define EACH_KEYS(registers, is_bad, level)        \
	{ registers, is_bad, 100, level },         \
	{ registers, is_bad, 10000, level }

/* Those of one history stand together. */
static const struct question questions[] = {
	EACH_KEYS(false, false, "strict-serializable"),
	EACH_KEYS(false, true, "strict-serializable"),
	EACH_KEYS(true, false, "read-committed;sessions=true"),
	EACH_KEYS(true, false, "monotonic-atomic-view"),
	EACH_KEYS(true, false, "read-atomic"),
	EACH_KEYS(true, false, "causal"),
	EACH_KEYS(true, false, "strict-serializable"),
	EACH_KEYS(true, true, "causal"),
	EACH_KEYS(true, true, "strict-serializable"),
};

#define QUESTIONS (sizeof(questions) / sizeof(*questions))

struct cost {
	double elapsed;
	double processor;
};

static struct cost judge_once(const struct history *history, const char *level,
			      struct arena *arena, struct verdict *verdict)
{
	struct cost cost;
	int64_t start = clock_now_ns();
	clock_t cpu = clock();

	isolation_run_threads(history, level, 2, arena, verdict);
	cost.processor = (double)(clock() - cpu) / CLOCKS_PER_SEC;
	cost.elapsed = (double)(clock_now_ns() - start) / 1e9;
	return cost;
}

/* The best of three: the first may be the first to touch the machine's memory,
 * which can take longer than all else. Processor seconds of each question with
 * the size before, 0: none. */
static void judge(const struct history *history,
		  const struct question *question, size_t count, double *before)
{
	struct cost best = { 0 };
	struct arena arena = { 0 };
	struct verdict verdict;
	struct rusage usage;

	for (int i = 0; i < 3; i++) {
		struct cost cost;

		arena_release(&arena);
		cost = judge_once(history, question->level, &arena, &verdict);
		if (i == 0 || cost.elapsed < best.elapsed)
			best.elapsed = cost.elapsed;
		if (i == 0 || cost.processor < best.processor)
			best.processor = cost.processor;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%-6s %8zu txns %5u keys%s %-28s %-8s %7.3f s"
	       " (%7.3f s of processor", question->registers ? "wr" : "append",
	       count, question->keys, question->is_bad ? " bad" : "    ",
	       question->level, verdict_kind_name(verdict.kind), best.elapsed,
	       best.processor);
	if (*before > 0)
		printf(", %4.1f-fold", best.processor / *before);
	printf(") %5ld MB  %s\n", usage.ru_maxrss / 1024,
	       isolation_names(&verdict, &arena));
	fflush(stdout);
	*before = best.processor;
	arena_release(&arena);
}

static bool shares_history(const struct question *one,
			   const struct question *two)
{
	return one->registers == two->registers &&
	       one->is_bad == two->is_bad && one->keys == two->keys;
}

static void bench(size_t count, double *before)
{
	bool is_done[QUESTIONS] = { false };

	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *question = &questions[i];
		struct isolation_long shape = { count, question->keys,
						question->registers };
		struct history *history;

		if (is_done[i])
			continue;
		history = isolation_long(&shape);
		if (question->is_bad)
			isolation_plant(history);
		for (size_t j = i; j < QUESTIONS; j++) {
			if (!shares_history(question, &questions[j]))
				continue;
			judge(history, &questions[j], count, &before[j]);
			is_done[j] = true;
		}
		history_free(history);
	}
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 10000, 100000, 1000000 };
	double before[QUESTIONS] = { 0 };

	for (int i = 1; i < argc; i++)
		bench(strtoull(argv[i], NULL, 10), before);
	for (size_t i = 0; argc == 1 && i < sizeof(sizes) / sizeof(*sizes);
	     i++)
		bench(sizes[i], before);
	return 0;
}
