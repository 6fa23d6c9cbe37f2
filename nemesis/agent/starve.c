/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/starve.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nemesis/agent/cgroup.h"
#include "nemesis/agent/serve.h"
#include "nemesis/agent/shell.h"

#define WRONG_USE 64

#define CPU_PERIOD_US 100000
#define CPU_MIN_US 1000
#define MEMORY_MIN (1 << 20)
#define STEP_BYTES (1 << 16)

/* How long a proof may take, and how often we look. */
#define PROBE_MS 10000
#define OOM_MS 20000
#define LOOK_MS 20

static const char *const kinds[] = { "cpu", "memory" };

static int tell(const char *trouble)
{
	fprintf(stderr, "starve: %s\n", trouble);
	return 1;
}

static int64_t kills(const struct cgroup *cgroup)
{
	return cgroup_number(cgroup,
			     cgroup->is_v2 ? "memory.events"
					   : "memory.oom_control",
			     "oom_kill");
}

static int64_t throttled(const struct cgroup *cgroup)
{
	return cgroup_number(cgroup, "cpu.stat", "nr_throttled");
}

/* A child in the group that does `work` until it is killed, also when we die;
 * -1 if there is none. */
static pid_t put_child(const struct cgroup *cgroup, void (*work)(void))
{
	pid_t child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (cgroup_join(cgroup))
		_exit(1);
	work();
	_exit(0);
}

static void end_child(pid_t child, struct rusage *usage)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	wait4(child, NULL, 0, usage);
}

/* The kernel spares it where it may ask for that; else ends who has the most,
 * which is the store unless it has next to nothing. */
static void take_all(void)
{
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (file >= 0 && write(file, "-1000", 5) >= 0)
		close(file);
	for (;;) {
		volatile char *step = malloc(STEP_BYTES);

		for (size_t i = 0; step && i < STEP_BYTES; i += 512)
			step[i] = 1;
		if (!step)
			poll(NULL, 0, LOOK_MS);
	}
}

static void spin(void)
{
	for (volatile unsigned int i = 0;; i++)
		continue;
}

static int limit_cpu(const struct cgroup *cgroup, int64_t amount, char *trouble)
{
	char text[64];

	if (cgroup->is_v2) {
		snprintf(text, sizeof(text), "%" PRId64 " %d", amount,
			 CPU_PERIOD_US);
		return cgroup_set(cgroup, "cpu.max", text, trouble);
	}
	snprintf(text, sizeof(text), "%d", CPU_PERIOD_US);
	if (cgroup_set(cgroup, "cpu.cfs_period_us", text, trouble))
		return -1;
	snprintf(text, sizeof(text), "%" PRId64, amount);
	return cgroup_set(cgroup, "cpu.cfs_quota_us", text, trouble);
}

/* Where there is no swap, or none is counted, there is nothing to limit. */
static int limit_memory(const struct cgroup *cgroup, int64_t amount,
			char *trouble)
{
	char text[64], ignored[CGROUP_TROUBLE];

	snprintf(text, sizeof(text), "%" PRId64, amount);
	if (cgroup->is_v2) {
		cgroup_set(cgroup, "memory.swap.max", "0", ignored);
		return cgroup_set(cgroup, "memory.max", text, trouble);
	}
	if (cgroup_set(cgroup, "memory.limit_in_bytes", text, trouble))
		return -1;
	cgroup_set(cgroup, "memory.memsw.limit_in_bytes", text, ignored);
	return 0;
}

/* Until the kernel has ended a process for want of memory, and it is gone. */
static void exhaust(const struct cgroup *cgroup, size_t moved)
{
	int64_t until_ms = agent_now_ms() + OOM_MS;
	pid_t child = put_child(cgroup, take_all);

	while (child > 0 && agent_now_ms() < until_ms && kills(cgroup) < 1)
		poll(NULL, 0, LOOK_MS);
	end_child(child, NULL);
	while (agent_now_ms() < until_ms && kills(cgroup) > 0 &&
	       cgroup_count(cgroup) >= moved)
		poll(NULL, 0, LOOK_MS);
}

static int begin(const char *kind, int64_t amount,
		 const struct clock_daemons *daemons)
{
	bool is_cpu = strcmp(kind, "cpu") == 0;
	char trouble[CGROUP_TROUBLE], ignored[CGROUP_TROUBLE];
	struct cgroup cgroup;
	size_t moved = 0;
	int result;

	if (cgroup_load(&cgroup, kind, daemons->folder) == 0 &&
	    cgroup_end(&cgroup, trouble))
		return tell(trouble);
	if (cgroup_begin(&cgroup, kind, daemons, trouble))
		return tell(trouble);
	result = is_cpu ? limit_cpu(&cgroup, amount, trouble)
			: limit_memory(&cgroup, amount, trouble);
	if (result || cgroup_move_in(&cgroup, daemons, &moved, trouble)) {
		cgroup_end(&cgroup, ignored);
		return tell(trouble);
	}
	if (!is_cpu)
		exhaust(&cgroup, moved);
	printf("processes %zu oom-kills %" PRId64 "\n", moved,
	       is_cpu ? 0 : kills(&cgroup));
	return 0;
}

static int look_at_cpu(const struct cgroup *cgroup)
{
	size_t processes = cgroup_count(cgroup);
	int64_t before = throttled(cgroup), after;
	int64_t begin_ms = agent_now_ms(), took_ms, used_us;
	pid_t child = put_child(cgroup, spin);
	struct rusage usage = { 0 };

	do {
		poll(NULL, 0, LOOK_MS);
		after = throttled(cgroup);
		took_ms = agent_now_ms() - begin_ms;
	} while (child > 0 && took_ms < PROBE_MS && after < before + 3);
	end_child(child, &usage);
	used_us = ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
			  1000000 +
		  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	printf("processes %zu throttled %" PRId64 " probe-permille %" PRId64
	       "\n",
	       processes, after - before, used_us / (took_ms + 1));
	return 0;
}

static int look(const char *kind, const char *folder)
{
	struct cgroup cgroup;

	if (cgroup_load(&cgroup, kind, folder)) {
		puts("none");
		return 0;
	}
	if (strcmp(kind, "cpu") == 0)
		return look_at_cpu(&cgroup);
	printf("processes %zu oom-kills %" PRId64 "\n", cgroup_count(&cgroup),
	       kills(&cgroup));
	return 0;
}

/* Of that kind, or of all (NULL). */
static int end_all(const char *folder, const char *kind, bool lists_only)
{
	char trouble[CGROUP_TROUBLE];
	struct cgroup cgroup;
	int status = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((kind && strcmp(kind, kinds[i]) != 0) ||
		    cgroup_load(&cgroup, kinds[i], folder))
			continue;
		if (lists_only)
			puts(cgroup.group);
		else if (cgroup_end(&cgroup, trouble))
			status = tell(trouble);
	}
	return status;
}

static const char *kind_of(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i]) == 0)
			return kinds[i];
	}
	return NULL;
}

static int obey(const char *verb, const char *kind, const char *amount,
		const struct clock_daemons *daemons)
{
	char *end;
	long long value = strtoll(amount, &end, 10);

	if (strcmp(verb, "undo") == 0 || strcmp(verb, "list") == 0)
		return end_all(daemons->folder, kind, *verb == 'l');
	if (!kind)
		return WRONG_USE;
	if (strcmp(verb, "look") == 0)
		return look(kind, daemons->folder);
	if (strcmp(verb, "begin") != 0 || *end ||
	    value < (strcmp(kind, "cpu") == 0 ? CPU_MIN_US : MEMORY_MIN))
		return WRONG_USE;
	return begin(kind, value, daemons);
}

int starve_run(int argc, char **argv)
{
	struct clock_daemons daemons = { .folder = AGENT_FOLDER };
	const char *words[3] = { "", "", "" };
	size_t count = 0;
	int status = 0;

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0 && count < 3)
			words[count++] = argv[i];
		else if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
			daemons.folder = argv[++i];
		else if (strcmp(argv[i], "--daemon") == 0 && i + 1 < argc &&
			 daemons.count < CLOCK_DAEMONS_MAX)
			daemons.names[daemons.count++] = argv[++i];
		else
			status = WRONG_USE;
	}
	if (status == 0 && strlen(daemons.folder) <= 80)
		status = obey(words[0], kind_of(words[1]), words[2], &daemons);
	if (status == WRONG_USE)
		fputs("starve: wrong use\n", stderr);
	return status;
}
