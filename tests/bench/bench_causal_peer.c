/* SPDX-License-Identifier: MIT */
/*
 * Causal consistency judged here and by others: the same histories, and how
 * many times faster one is. What they call causal is, of single reads and
 * writes, causal convergence (CCv). The peers are programs of one's own, found
 * by the environment or in PATH: AWDIT (awdit), DBCOP (dbcop), which gets a
 * minute for each history. Argument: how many operations at most.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "harness/registry.h"
#include "tests/support/causal_long.h"
#include "tests/support/peer.h"

#define RUNS 3

static const struct peer awdit = { "awdit", "AWDIT",
				   "\"$0\" check -s 1024 -i $1 $2", NULL,
				   true };
static const struct peer dbcop = {
	"dbcop", "DBCOP",
	"timeout 60 \"$0\" verify --consistency $1 --input-dir ${2%/*}", NULL,
	false
};

static void run_ours(const struct history *history, const char *name,
		     struct taken *taken)
{
	const struct checker *checker = registry_checker(name);
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct check check = { history, options_new(&arena, checker->options),
			       &budget, &arena };
	struct verdict verdict;
	struct error err;
	double cpu = taken_cpu(RUSAGE_SELF);
	int64_t start = clock_now_ns();

	verdict_init(&verdict);
	if (checker->check(&check, &verdict, &err) != 0)
		abort();
	*taken = (struct taken){ 0 };
	taken->wall = (double)(clock_now_ns() - start) / 1e9;
	taken->cpu = taken_cpu(RUSAGE_SELF) - cpu;
	snprintf(taken->verdict, sizeof(taken->verdict), "%s",
		 verdict_kind_name(verdict.kind));
	arena_release(&arena);
}

static void write_dbcop_op(const struct history *history, const struct op *op,
			   FILE *out)
{
	const struct action *action = op_actions(history, op);
	bool writes = action->verb == VERB_WRITE;
	int64_t key = 0, content = 0;

	value_get_int(history->values, action->key, &key);
	value_get_int(history->values, writes ? action->arg : action->result,
		      &content);
	fprintf(out, "{\"events\":[{\"%s\":{\"variable\":%lld,\"version\":",
		writes ? "Write" : "Read", (long long)key);
	if (content)
		fprintf(out, "%lld", (long long)content);
	else
		fputs("null", out);
	fputs("}}],\"committed\":true}", out);
}

/* Sessions, each a list of transactions. */
static void write_dbcop(const struct history *history, int32_t processes,
			FILE *out)
{
	fputs("{\"params\":{\"id\":0,\"n_node\":1,\"n_variable\":1,"
	      "\"n_transaction\":1,\"n_event\":1},\"info\":\"\","
	      "\"start\":\"2025-01-01T00:00:00+00:00\","
	      "\"end\":\"2025-01-01T00:00:01+00:00\",\"data\":[", out);
	for (int32_t p = 0; p < processes; p++) {
		const char *comma = "";

		fputs(p ? ",[" : "[", out);
		for (size_t i = 0; i < history->op_count; i++) {
			if (history->ops[i].process != p)
				continue;
			fputs(comma, out);
			write_dbcop_op(history, &history->ops[i], out);
			comma = ",";
		}
		fputs("]", out);
	}
	fputs("]}\n", out);
}

static bool write_file(const struct peer *peer, const struct history *history,
		       const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return false;
	if (peer->reads_plume)
		peer_write_plume(history, out);
	else
		write_dbcop(history, CAUSAL_LONG_CLIENTS, out);
	return fclose(out) == 0;
}

/* The two in turn; of each the median. */
static void compare(const struct peer *peer, const struct causal_long *shape,
		    const char *file)
{
	static const char *const names[] = { "causal-convergence", "causal" };
	const char *path = peer_find(peer);
	struct history *history;
	char label[64];

	if (!path)
		return;
	history = causal_long(shape);
	snprintf(label, sizeof(label), "%zu ops %u keys%s", shape->count,
		 shape->keys, shape->is_short ? " short" : "");
	for (size_t n = 0; n < 2 && write_file(peer, history, file); n++) {
		struct taken ours[RUNS], theirs[RUNS];
		size_t runs = peer == &dbcop ? 1 : RUNS;

		for (size_t i = 0; i < runs; i++) {
			run_ours(history, names[n], &ours[i]);
			peer_run(peer, path, "causal", file, &theirs[i]);
		}
		taken_tell(label, names[n], taken_median(ours, runs), peer,
			   taken_median(theirs, runs));
		if (peer == &dbcop)
			break;
	}
	history_free(history);
}

int main(int argc, char **argv)
{
	static const struct peer *const peers[] = { &awdit, &dbcop };
	static const struct causal_long shapes[] = {
		{ 1000000, 100, false }, { 1000000, 10000, false },
		{ 1000000, 100, true },	 { 1000000, 10000, true },
	};
	static const size_t reach[] = { 100, 300, 1000, 3000 };
	size_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : SIZE_MAX;
	char folder[] = "/tmp/ordeal-bench-XXXXXX";
	char file[PATH_MAX];

	if (!mkdtemp(folder))
		return 1;
	snprintf(file, sizeof(file), "%s/0.json", folder);
	peers_tell(peers, 2);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct causal_long shape = shapes[i];

		shape.count = shape.count < most ? shape.count : most;
		compare(&awdit, &shape, file);
	}
	for (size_t i = 0; i < sizeof(reach) / sizeof(*reach); i++) {
		struct causal_long shape = { reach[i], 100, false };

		if (shape.count <= most)
			compare(&dbcop, &shape, file);
	}
	unlink(file);
	rmdir(folder);
	return 0;
}
