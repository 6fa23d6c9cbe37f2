/* SPDX-License-Identifier: MIT */
#include "tests/support/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/clock.h"

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

double taken_cpu(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

const char *peer_find(const struct peer *peer)
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
		{ "\tunknown", "unknown" },   { ": PASS", "valid" },
		{ ": FAIL", "invalid" },
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

void peer_run(const struct peer *peer, const char *path, const char *level,
	      const char *file, struct taken *taken)
{
	double cpu = taken_cpu(RUSAGE_CHILDREN);
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
		execlp("sh", "sh", "-c", peer->command, path, level, file,
		       (char *)NULL);
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
	taken->cpu = taken_cpu(RUSAGE_CHILDREN) - cpu;
}

static int compare_walls(const void *one, const void *two)
{
	const struct taken *a = one, *b = two;

	return (a->wall > b->wall) - (a->wall < b->wall);
}

bool peers_tell(const struct peer *const *peers, size_t count)
{
	bool has_any = false;

	for (size_t i = 0; i < count; i++) {
		const char *path = peer_find(peers[i]);

		if (!path)
			printf("  %s: not measured, it is not here (%s says"
			       " where)\n", peers[i]->name, peers[i]->variable);
		has_any |= path != NULL;
	}
	return has_any;
}

const struct taken *taken_median(struct taken *taken, size_t count)
{
	qsort(taken, count, sizeof(*taken), compare_walls);
	return &taken[count / 2];
}

void taken_tell(const char *label, const char *level, const struct taken *our,
		const struct peer *peer, const struct taken *their)
{
	double judging = their->judging > 0 ? their->judging : their->wall;
	bool is_judged = strcmp(their->verdict, "nothing") != 0;

	printf("%-26s %-28s %-8s %7.3f s (%6.3f s of processor)  %s %-8s"
	       " %7.3f s%s (%6.3f s of processor in all)",
	       label, level, our->verdict, our->wall, our->cpu, peer->name,
	       their->verdict, judging, their->judging > 0 ? " judging" : "",
	       their->cpu);
	if (is_judged)
		printf("  %.1f times\n", judging / our->wall);
	else
		printf("  no verdict, nothing to compare\n");
	if (their->judging > 0)
		printf("%80s by processor: %.1f times\n", "",
		       their->cpu * their->judging / their->wall / our->cpu);
	fflush(stdout);
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

void peer_write_plume(const struct history *history, FILE *out)
{
	for (size_t t = 0; t < history->op_count; t++) {
		if (history->ops[t].process >= 0) /* no phase, no fault */
			write_txn(history, &history->ops[t], t, out);
	}
}
