/* SPDX-License-Identifier: MIT */
/*
 * The isolation checker beside others: the same histories, and how many times
 * faster one is. The peers are programs of one's own, found by the environment
 * or in PATH: AWDIT (awdit), ADYA (adya), PLUME_JAR and ELLE_CLI_JAR with java.
 * Arguments: the numbers of transactions. Where the machine is loaded the
 * ratio of processor time says more than that of the clock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "tests/support/isolation_history.h"
#include "tests/support/isolation_long.h"

#define RUNS 3

/* A program that judges, and what of it is compared. */
struct peer {
	const char *name;
	const char *variable; /* of the environment: its path */
	const char *command; /* $0: its path, $1: the level, $2: a file */
	const char *needs; /* a program in PATH; NULL: the peer itself */
	bool reads_plume; /* else our JSON lines */
};

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

/* Seconds by the clock and of processors. */
struct taken {
	double wall;
	double cpu;
	double judging; /* as a peer tells it by itself; 0: not told */
	char verdict[16];
};

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Processor seconds of this program, or of those it waited for. */
static double cpu_of(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static const char *find_peer(const struct peer *peer)
{
	static const char search[] = "command -v \"$0\" >/dev/null";
	const char *path = getenv(peer->variable);
	const char *program = peer->needs ? peer->needs : peer->name;
	pid_t child;
	int status = 1;

	if (path && !peer->needs)
		return access(path, X_OK) == 0 ? path : NULL;
	if (peer->needs && (!path || access(path, R_OK) != 0))
		return NULL;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		execlp("sh", "sh", "-c", search, program, (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status != 0)
		return NULL;
	return path ? path : peer->name;
}

/* What a peer prints of its own: a verdict, and milliseconds of judging. */
static void read_answer(FILE *answer, struct taken *taken)
{
	static const struct {
		const char *text;
		const char *verdict;
	} words[] = {
		{ "Consistent.", "valid" },    { "Inconsistent.", "invalid" },
		{ "ACCEPT", "valid" },	       { "REJECT", "invalid" },
		{ "\ttrue", "valid" },	       { "\tfalse", "invalid" },
		{ "\tunknown", "unknown" },
	};
	char line[512];
	bool is_read = false;

	while (fgets(line, sizeof(line), answer)) {
		unsigned long ms;

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			if (strstr(line, words[i].text))
				snprintf(taken->verdict,
					 sizeof(taken->verdict), "%s",
					 words[i].verdict);
		}
		if (sscanf(line, "Done parsing: %lums", &ms) == 1)
			is_read = true;
		else if (is_read && sscanf(line, "Done checking: %lums", &ms)
					    == 1)
			taken->judging = (double)ms / 1e3;
	}
}

static void run_peer(const struct match *match, const char *path,
		     const char *file, struct taken *taken)
{
	double cpu = cpu_of(RUSAGE_CHILDREN);
	int64_t start = clock_now_ns();
	int pipes[2], status;
	FILE *answer;
	pid_t child;

	*taken = (struct taken){ .verdict = "nothing" };
	fflush(stdout);
	if (pipe(pipes) != 0)
		return;
	child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execlp("sh", "sh", "-c", match->peer->command, path,
		       match->their_level, file, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	answer = fdopen(pipes[0], "r");
	if (answer) {
		read_answer(answer, taken);
		fclose(answer);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	taken->wall = (double)(clock_now_ns() - start) / 1e9;
	taken->cpu = cpu_of(RUSAGE_CHILDREN) - cpu;
}

static void run_ours(const struct history *history, const char *level,
		     struct taken *taken)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	double cpu = cpu_of(RUSAGE_SELF);
	int64_t start = clock_now_ns();

	*taken = (struct taken){ 0 };
	isolation_run_threads(history, level, 2, &arena, &verdict);
	taken->wall = (double)(clock_now_ns() - start) / 1e9;
	taken->cpu = cpu_of(RUSAGE_SELF) - cpu;
	snprintf(taken->verdict, sizeof(taken->verdict), "%s",
		 verdict_kind_name(verdict.kind));
	arena_release(&arena);
}

/* The lines of one committed transaction in the form of Plume. */
static void write_txn(const struct history *history, const struct op *op,
		      size_t number, FILE *out)
{
	for (uint32_t i = 0; i < op->action_count; i++) {
		const struct action *action = &op_actions(history, op)[i];
		bool writes = action->verb == VERB_WRITE;
		struct value value = writes ? action->arg : action->result;
		int64_t key = 0, content = 0; /* 0: the initial state */

		value_get_int(history->values, action->key, &key);
		value_get_int(history->values, value, &content);
		fprintf(out, "%c(%lld,%lld,%d,%zu)\n", writes ? 'w' : 'r',
			(long long)key, (long long)content, op->process,
			number);
	}
}

static void write_file(const struct history *history, bool is_plume,
		       const char *path)
{
	FILE *out = fopen(path, "w");
	struct error err = { "cannot be written" };
	int failed = !out;

	for (size_t t = 0; out && is_plume && t < history->op_count; t++)
		write_txn(history, &history->ops[t], t, out);
	if (out && !is_plume)
		failed = history_write_jsonl(history, out, &err);
	if ((out && fclose(out) != 0) || failed) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		exit(1);
	}
}

static int compare_walls(const void *one, const void *two)
{
	const struct taken *a = one, *b = two;

	return (a->wall > b->wall) - (a->wall < b->wall);
}

/* The two in turn; of each the median. */
static void compare(const struct match *match, const char *path,
		    const struct history *history, const char *label,
		    const char *file)
{
	struct taken ours[RUNS], theirs[RUNS];
	const struct taken *our = &ours[RUNS / 2], *their = &theirs[RUNS / 2];
	double judging;

	for (size_t i = 0; i < RUNS; i++) {
		run_ours(history, match->level, &ours[i]);
		run_peer(match, path, file, &theirs[i]);
	}
	qsort(ours, RUNS, sizeof(*ours), compare_walls);
	qsort(theirs, RUNS, sizeof(*theirs), compare_walls);
	judging = their->judging > 0 ? their->judging : their->wall;
	printf("%-26s %-28s %-8s %7.3f s (%6.3f s of processor)  %s %-8s"
	       " %7.3f s%s (%6.3f s of processor in all)  %.1f times\n",
	       label, match->level, our->verdict, our->wall, our->cpu,
	       match->peer->name, their->verdict, judging,
	       their->judging > 0 ? " judging" : "", their->cpu,
	       judging / our->wall);
	if (their->judging > 0)
		printf("%80s by processor: %.1f times\n", "",
		       their->cpu * their->judging / their->wall / our->cpu);
	fflush(stdout);
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
		const char *path = find_peer(match->peer);

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

/* Says which peers are here; false if none is. */
static bool tell_peers(void)
{
	static const struct peer *const all[] = { &awdit, &plume, &adya,
						  &elle };
	bool has_any = false;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const char *path = find_peer(all[i]);

		if (!path)
			printf("  %s: not measured, it is not here (%s says"
			       " where)\n", all[i]->name, all[i]->variable);
		has_any |= path != NULL;
	}
	return has_any;
}

int main(int argc, char **argv)
{
	char file[] = "/tmp/ordeal-bench-XXXXXX";
	int handle = mkstemp(file);

	if (handle < 0)
		return 1;
	close(handle);
	if (tell_peers()) {
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
