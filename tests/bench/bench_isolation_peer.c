/* SPDX-License-Identifier: MIT */
/*
 * The isolation checker beside others: the same histories, and how many times
 * faster one is. The peers are programs of one's own, found by the environment
 * or in PATH: AWDIT (awdit), ADYA (adya), PLUME_JAR and ELLE_CLI_JAR with java.
 * Arguments: the numbers of transactions. Where the machine is loaded the
 * ratio of processor time says more than that of the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "tests/support/isolation_history.h"
#include "tests/support/isolation_long.h"
#include "tests/support/peer.h"

#define RUNS 3

static const struct peer awdit = { "awdit", "AWDIT",
				   "\"$0\" check -i $1 $2", NULL, true };
static const struct peer plume = { "plume", "PLUME_JAR",
				   "java -jar \"$0\" -i $1 $2", "java", true };
static const struct peer adya = { "adya", "ADYA", "\"$0\" check -c $1 $2", NULL,
				  false };
static const struct peer elle = { "elle-cli", "ELLE_CLI_JAR",
				  "java -jar \"$0\" -m list-append -f json"
				  " -c $1 $2", "java", false };

/* One comparison: what the level is called by both. */
struct match {
	const struct peer *peer;
	bool registers;
	const char *level; /* ours */
	const char *their_level;
};

static const struct match matches[] = {
	{ &awdit, true, "read-committed;sessions=true", "read-committed" },
	{ &awdit, true, "read-atomic;sessions=true", "read-atomic" },
	{ &awdit, true, "causal", "causal" },
	{ &plume, true, "read-committed;sessions=true", "RC" },
	{ &plume, true, "read-atomic;sessions=true", "RA" },
	{ &plume, true, "causal", "TCC" },
	{ &adya, false, "serializable", "serializable" },
	{ &adya, false, "strict-serializable", "strict-serializable" },
	{ &elle, false, "serializable", "serializable" },
	{ &elle, false, "strict-serializable", "strict-serializable" },
};

static void run_ours(const struct history *history, const char *level,
		     struct taken *taken)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	double cpu = taken_cpu(RUSAGE_SELF);
	int64_t start = clock_now_ns();

	*taken = (struct taken){ 0 };
	isolation_run_threads(history, level, 2, &arena, &verdict);
	taken->wall = (double)(clock_now_ns() - start) / 1e9;
	taken->cpu = taken_cpu(RUSAGE_SELF) - cpu;
	snprintf(taken->verdict, sizeof(taken->verdict), "%s",
		 verdict_kind_name(verdict.kind));
	arena_release(&arena);
}

static void write_file(const struct history *history, bool is_plume,
		       const char *path)
{
	FILE *out = fopen(path, "w");
	struct error err = { "cannot be written" };
	int failed = !out;

	if (out && is_plume)
		peer_write_plume(history, out);
	if (out && !is_plume)
		failed = history_write_jsonl(history, out, &err);
	if ((out && fclose(out) != 0) || failed) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		exit(1);
	}
}

/* The two in turn; of each the median. */
static void compare(const struct match *match, const char *path,
		    const struct history *history, const char *label,
		    const char *file)
{
	struct taken ours[RUNS], theirs[RUNS];

	for (size_t i = 0; i < RUNS; i++) {
		run_ours(history, match->level, &ours[i]);
		peer_run(match->peer, path, match->their_level, file,
			 &theirs[i]);
	}
	taken_tell(label, match->level, taken_median(ours, RUNS), match->peer,
		   taken_median(theirs, RUNS));
}

/* All peers of lists or of registers on one history. */
static void bench(size_t count, uint32_t keys, bool registers, bool is_bad,
		  const char *file)
{
	struct isolation_long shape = { count, keys, registers };
	struct history *history = NULL;
	const struct peer *written = NULL;
	char label[64];

	snprintf(label, sizeof(label), "%zu txns %u keys%s", count, keys,
		 is_bad ? " bad" : "");
	for (size_t i = 0; i < sizeof(matches) / sizeof(*matches); i++) {
		const struct match *match = &matches[i];
		const char *path = peer_find(match->peer);

		if (match->registers != registers || !path)
			continue;
		if (!history) {
			history = isolation_long(&shape);
			if (is_bad)
				isolation_plant(history);
		}
		if (!written ||
		    written->reads_plume != match->peer->reads_plume)
			write_file(history, match->peer->reads_plume, file);
		written = match->peer;
		compare(match, path, history, label, file);
	}
	history_free(history);
}

static void bench_size(size_t count, const char *file)
{
	static const uint32_t keys[] = { 10000, 100 };

	for (size_t i = 0; i < 2; i++) {
		for (int is_bad = 0; is_bad < 2; is_bad++) {
			bench(count, keys[i], true, is_bad, file);
			bench(count, keys[i], false, is_bad, file);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct peer *const peers[] = { &awdit, &plume, &adya,
						    &elle };
	char file[] = "/tmp/ordeal-bench-XXXXXX";
	int handle = mkstemp(file);

	if (handle < 0)
		return 1;
	close(handle);
	if (peers_tell(peers, sizeof(peers) / sizeof(*peers))) {
		for (int i = 1; i < argc; i++)
			bench_size(strtoull(argv[i], NULL, 10), file);
		if (argc == 1)
			bench_size(100000, file);
		if (argc == 1)
			bench_size(1000000, file);
	}
	unlink(file);
	return 0;
}
