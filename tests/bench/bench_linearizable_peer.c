/* SPDX-License-Identifier: MIT */
/*
 * The linearizable checker beside Porcupine, where a Go toolchain is there:
 * the same histories, checked beyond reading them, and how many times faster
 * one is; its own recorded histories, where they are beside the tree; and how
 * many operations each can do where only search remains. ORDEAL_BENCH=full
 * gives the peer more time.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "harness/core/reader.h"
#include "tests/support/random_history_long.h"

extern const struct checker checker_linearizable;

#define CORPUS "../shared/corpus/porcupine/jepsen/etcd_*.log"
#define REACH_MAX 1000000
#define REACH_STATES 100000000 /* so that it ends */

static const struct long_shape shapes[] = {
	{ "5 processes", PLAY_REGISTER, "register", 1000, 5, 1, 0, 0, false,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0, false,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0, true,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 50000, 5, 1, 0, 0, false,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 100000, 5, 1, 0, 0, false,
	  "auto" },
	{ "20 processes", PLAY_REGISTER, "register", 1000, 20, 1, 0, 0, false,
	  "auto" },
	{ "50 processes", PLAY_REGISTER, "register", 1000, 50, 1, 0, 0, true,
	  "auto" },
	{ "crashes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0.01, true,
	  "auto" },
	{ "100 keys", PLAY_REGISTER, "register", 10000, 20, 100, 0, 0, false,
	  "auto" },
	{ "1000 keys", PLAY_REGISTER, "register", 1000000, 20, 1000, 0, 0,
	  false, "auto" },
	{ "1000 keys in turn", PLAY_TURNS, "register", 1000000, 20, 1000, 0, 0,
	  false, "auto" },
	{ "1000 keys in turn", PLAY_TURNS, "register", 1000000, 20, 1000, 0, 0,
	  true, "auto" },
	{ "5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0, false,
	  "auto" },
	{ "5 values", PLAY_CAS, "cas-register", 50000, 5, 1, 5, 0, false,
	  "auto" },
	{ "5 values", PLAY_CAS, "cas-register", 100000, 5, 1, 5, 0, false,
	  "auto" },
	{ "5 values", PLAY_REGISTER, "register", 1000, 20, 1, 5, 0, false,
	  "auto" },
};

/* Of these as many operations as go. */
static const struct long_shape reach_shapes[] = {
	{ "register, valid", PLAY_REGISTER, "register", 0, 5, 1, 5, 0.01,
	  false, "auto" },
	{ "register, wrong", PLAY_REGISTER, "register", 0, 5, 1, 5, 0.01, true,
	  "auto" },
	{ "cas, valid", PLAY_CAS, "cas-register", 0, 5, 1, 5, 0.01, false,
	  "auto" },
	{ "cas, wrong", PLAY_CAS, "cas-register", 0, 5, 1, 5, 0.01, true,
	  "auto" },
};

static int peer_seconds(void)
{
	const char *how = getenv("ORDEAL_BENCH");

	return how && strcmp(how, "full") == 0 ? 20 : 5;
}

/* Judges it; the seconds it took, or -1 if that did not decide. */
static double judge(const struct history *history, const char *model,
		    uint64_t states_max, const char **verdict_name)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = states_max,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;
	int64_t start = clock_now_ns();
	double taken = -1;

	verdict_init(&verdict);
	if (options_set(options, &arena, "model", model, &err) == 0 &&
	    checker_linearizable.check(&check, &verdict, &err) == 0) {
		*verdict_name = verdict_kind_name(verdict.kind);
		if (verdict.kind != VERDICT_UNKNOWN)
			taken = (double)(clock_now_ns() - start) / 1e9;
	}
	arena_release(&arena);
	return taken;
}

static int write_history(const struct history *history, const char *path)
{
	FILE *out = fopen(path, "w");
	struct error err;
	int failed = !out || history_write_jsonl(history, out, &err);

	if (out && fclose(out) != 0)
		failed = 1;
	return failed;
}

/* Runs the peer on the file, or all files of the folder; a line for each goes
 * to *answers. False if there is no peer. */
static bool run_peer(const char *path, FILE **answers)
{
	char answer[] = "/tmp/ordeal-bench-peer-XXXXXX";
	int file = mkstemp(answer);
	char seconds[16];
	int status = 0;
	pid_t child;

	snprintf(seconds, sizeof(seconds), "%d", peer_seconds());
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(file, STDOUT_FILENO);
		execlp("sh", "sh", "-c",
		       "test -d \"$1\" && set -- \"$0\" \"$1\"/* || "
		       "set -- \"$0\" \"$1\"; "
		       "exec sh tests/bench/porcupine/run.sh \"$@\"",
		       seconds, path, (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		continue;
	*answers = fopen(answer, "r");
	close(file);
	unlink(answer);
	return *answers && WIFEXITED(status) && WEXITSTATUS(status) != 77;
}

/* The next answer: a verdict, and the seconds it took. */
static bool next_answer(FILE *answers, char *verdict, double *taken)
{
	return fscanf(answers, " porcupine: %31s %lf", verdict, taken) == 2;
}

/* The verdict and the seconds for one file; -1 without memory. False if there
 * is no peer. */
static bool ask_peer(const char *path, char *verdict, double *taken)
{
	FILE *answers = NULL;
	bool is_there = run_peer(path, &answers);

	if (is_there && !next_answer(answers, verdict, taken)) {
		snprintf(verdict, 32, "no memory");
		*taken = -1;
	}
	if (answers)
		fclose(answers);
	return is_there;
}

static bool compare(const char *name, const struct history *history,
		    const char *model, const char *path)
{
	const char *verdict = "unknown";
	double ours = judge(history, model, BUDGET_STATES_DEFAULT, &verdict);
	char peer_verdict[32];
	double peer;

	if (write_history(history, path) != 0 ||
	    !ask_peer(path, peer_verdict, &peer))
		return false;
	printf("%-18s %9zu %-8s %10.6f s   peer %-8s %10.6f s  %s%.1f times\n",
	       name, history->op_count, verdict, ours, peer_verdict, peer,
	       strcmp(peer_verdict, "Unknown") == 0 ? "more than " : "",
	       peer / ours);
	fflush(stdout);
	return true;
}

/* Writes the recorded histories into the folder, judged on the way. */
static double judge_recorded(const glob_t *found, const char *folder)
{
	double taken = 0;

	for (size_t i = 0; i < found->gl_pathc; i++) {
		struct error err = { "" };
		struct history *history =
			history_read(found->gl_pathv[i], NULL, NULL, &err);
		const char *verdict = "unknown";
		char path[64];

		if (!history)
			continue;
		snprintf(path, sizeof(path), "%s/%03zu", folder, i);
		taken += judge(history, "cas-register", BUDGET_STATES_DEFAULT,
			       &verdict);
		write_history(history, path);
		history_free(history);
	}
	return taken;
}

static void remove_recorded(const glob_t *found, const char *folder)
{
	for (size_t i = 0; i < found->gl_pathc; i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%03zu", folder, i);
		unlink(path);
	}
	rmdir(folder);
}

static void compare_recorded(void)
{
	char folder[] = "/tmp/ordeal-bench-XXXXXX";
	char verdict[32];
	FILE *answers = NULL;
	double ours;
	double peers = 0;
	double taken;
	glob_t found;

	if (glob(CORPUS, 0, NULL, &found) != 0 || !mkdtemp(folder)) {
		printf("the peer's recorded histories are not here\n");
		return;
	}
	ours = judge_recorded(&found, folder);
	if (run_peer(folder, &answers)) {
		while (next_answer(answers, verdict, &taken))
			peers += taken;
		printf("its own %zu recorded histories: %.4f s, peer %.4f s, "
		       "%.1f times\n",
		       found.gl_pathc, ours, peers, peers / ours);
	}
	if (answers)
		fclose(answers);
	remove_recorded(&found, folder);
	globfree(&found);
}

/* The largest of 300, 1000, 3000, ... that is decided in time. */
static size_t reach(const struct long_shape *shape, bool is_peer,
		    const char *path)
{
	size_t best = 0;

	for (size_t ops = 300; ops <= REACH_MAX;
	     ops = ops % 9 == 3 ? ops * 10 / 3 : ops * 3) {
		struct long_shape sized = *shape;
		struct history *history;
		const char *verdict;
		char peer_verdict[32] = "";
		double taken = -1;

		sized.ops = ops;
		history = long_history(&sized);
		if (!is_peer)
			taken = judge(history, shape->model, REACH_STATES,
				      &verdict);
		else if (write_history(history, path) == 0)
			ask_peer(path, peer_verdict, &taken);
		history_free(history);
		if (taken < 0 || taken > peer_seconds() ||
		    strcmp(peer_verdict, "Unknown") == 0)
			break;
		best = ops;
	}
	return best;
}

int main(void)
{
	char path[] = "/tmp/ordeal-bench-XXXXXX";
	int file = mkstemp(path);
	bool has_peer = true;

	if (file < 0)
		return 1;
	close(file);
	printf("beside Porcupine, given up after %d s:\n", peer_seconds());
	for (size_t i = 0;
	     i < sizeof(shapes) / sizeof(*shapes) && has_peer; i++) {
		struct history *history = long_history(&shapes[i]);

		has_peer = compare(shapes[i].name, history, shapes[i].model,
				   path);
		history_free(history);
	}
	if (has_peer)
		compare_recorded();
	printf("few values, 1 %% crashed: operations decided in %d s\n",
	       peer_seconds());
	for (size_t i = 0; i < sizeof(reach_shapes) / sizeof(*reach_shapes);
	     i++) {
		size_t ours = reach(&reach_shapes[i], false, path);
		size_t peers = has_peer ? reach(&reach_shapes[i], true, path) :
					  0;

		printf("%-18s %9zu, peer %9zu\n", reach_shapes[i].name, ours,
		       peers);
		fflush(stdout);
	}
	unlink(path);
	return 0;
}
