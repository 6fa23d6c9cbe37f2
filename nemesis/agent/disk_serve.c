/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "nemesis/agent/ask.h"
#include "nemesis/agent/disk_undo.h"
#include "nemesis/agent/line.h"
#include "nemesis/agent/serve.h"
#include "nemesis/agent/shell.h"

#define DISK_LOCK DISK_FOLDER "/lock"

/* Calls that are under way at the same time; a slow disk keeps each busy. */
#define THREADS 16

/* How often to look whether it is over. */
#define LOOK_MS 100

struct serving {
	struct layer layer;
	int64_t writeback_ms;
	int64_t written_ms;
	int listener;
	int signals;
	int lock; /* goes with the process, however it ends */
	bool is_detached;
	bool is_quitting;
};

static const char *tell_log(struct serving *serving, const char *text)
{
	static const char *const names[] = { "off", "journal", "posix" };
	struct layer *layer = &serving->layer;
	int rules = 0;

	while (rules < 3 && strcmp(names[rules], text) != 0)
		rules++;
	if (rules == 3)
		return "log takes off, journal or posix";
	pthread_mutex_lock(&layer->lock);
	log_sync_all(&layer->log, undo_drop, layer);
	layer->log.rules = (enum log_order)rules;
	pthread_mutex_unlock(&layer->lock);
	return NULL;
}

static const char *tell_fsync(struct serving *serving, const char *text)
{
	bool is_ignored = strcmp(text, "ignore") == 0;

	if (!is_ignored && strcmp(text, "obey") != 0)
		return "fsync takes obey or ignore";
	pthread_mutex_lock(&serving->layer.lock);
	serving->layer.ignores_fsync = is_ignored;
	pthread_mutex_unlock(&serving->layer.lock);
	return NULL;
}

static const char *tell_writeback(struct serving *serving, const char *text)
{
	char *end;
	long long ms = strtoll(text, &end, 10);

	if (*end || end == text || ms < 0 || ms > LEASE_MAX_MS)
		return "writeback takes milliseconds, or 0";
	serving->writeback_ms = ms;
	serving->written_ms = agent_now_ms();
	return NULL;
}

static const char *tell_lose(struct serving *serving, const char *text,
			     struct loss_counts *counts)
{
	static const char *const names[] = { "all", "latest", "torn" };
	char name[16] = "";
	unsigned long long seed = 0;
	int loss = 0;

	if (sscanf(text, "%15s %llu", name, &seed) != 2)
		return "lose takes all, latest or torn, and a seed";
	while (loss < 3 && strcmp(names[loss], name) != 0)
		loss++;
	if (loss == 3)
		return "lose takes all, latest or torn, and a seed";
	return layer_lose(&serving->layer, (enum log_loss)loss, seed, counts);
}

static const char *tell_detach(struct serving *serving)
{
	if (!serving->is_detached && layer_detach(&serving->layer))
		return strerror(errno);
	serving->is_detached = true;
	return NULL;
}

static const char *obey(struct serving *serving, const char *verb,
			const char *rest, struct loss_counts *counts)
{
	if (strcmp(verb, "status") == 0)
		return NULL;
	if (strcmp(verb, "log") == 0)
		return tell_log(serving, rest);
	if (strcmp(verb, "fsync") == 0)
		return tell_fsync(serving, rest);
	if (strcmp(verb, "writeback") == 0)
		return tell_writeback(serving, rest);
	if (strcmp(verb, "rule") == 0)
		return rules_set(&serving->layer.rules, rest);
	if (strcmp(verb, "lose") == 0)
		return tell_lose(serving, rest, counts);
	if (strcmp(verb, "detach") == 0)
		return tell_detach(serving);
	if (strcmp(verb, "quit") == 0) {
		serving->is_quitting = true;
		return tell_detach(serving);
	}
	if (strcmp(verb, "sync") != 0)
		return "there is no such request";
	undo_sync_all(&serving->layer);
	return NULL;
}

static void put_status(struct serving *serving,
		       const struct loss_counts *counts, char *reply,
		       size_t size)
{
	struct layer *layer = &serving->layer;
	struct disk_rules *rules = &layer->rules;
	uint64_t failed;
	uint64_t delayed;
	uint64_t refused;
	bool is_quiet;

	pthread_mutex_lock(&rules->lock);
	is_quiet = rules->is_quiet;
	failed = rules->failed;
	delayed = rules->delayed;
	refused = rules->refused;
	pthread_mutex_unlock(&rules->lock);
	pthread_mutex_lock(&layer->lock);
	snprintf(reply, size,
		 "ok pid %ld log %d pending %zu unsynced %" PRIu64
		 " survived %" PRIu64 " failed %" PRIu64 " delayed %" PRIu64
		 " refused %" PRIu64 " written-back %" PRIu64 " quiet %d\n",
		 (long)getpid(), (int)layer->log.rules, layer->log.count,
		 counts->unsynced, counts->survived, failed, delayed, refused,
		 layer->written_back, is_quiet);
	pthread_mutex_unlock(&layer->lock);
}

static void answer(struct serving *serving)
{
	struct loss_counts counts = { 0 };
	char line[AGENT_MESSAGE_MAX];
	int client = line_take(serving->listener, line, sizeof(line));
	char reply[512];
	const char *trouble;
	char *rest;

	if (client < 0)
		return;
	rest = line + strcspn(line, " ");
	if (*rest)
		*rest++ = '\0';
	trouble = obey(serving, line, rest, &counts);
	if (trouble)
		snprintf(reply, sizeof(reply), "error %s\n", trouble);
	else
		put_status(serving, &counts, reply, sizeof(reply));
	line_reply(client, reply);
}

static void write_back(struct serving *serving)
{
	int64_t now = agent_now_ms();

	if (serving->writeback_ms == 0 ||
	    now - serving->written_ms < serving->writeback_ms)
		return;
	serving->written_ms = now;
	undo_sync_all(&serving->layer);
}

/* Ahead of the programs whose calls it carries out, as a kernel is: else each
 * call waits for a turn of its own. A call takes microseconds. */
static void go_first(void)
{
	struct sched_param priority = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &priority))
		setpriority(PRIO_PROCESS, 0, -20);
}

static void *work(void *argument)
{
	go_first();
	layer_serve(argument);
	return NULL;
}

/* One layer on a node. */
static const char *begin(struct serving *serving, const char *folder)
{
	struct rlimit files = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
	sigset_t set;

	if ((mkdir(AGENT_FOLDER, 0755) && errno != EEXIST) ||
	    (mkdir(DISK_FOLDER, 0700) && errno != EEXIST))
		return strerror(errno);
	serving->lock = open(DISK_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (serving->lock < 0 || flock(serving->lock, LOCK_EX | LOCK_NB))
		return "another layer runs here";
	/* Each file that the kernel knows of costs a descriptor. */
	setrlimit(RLIMIT_NOFILE, &files);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	serving->signals = signalfd(-1, &set, SFD_CLOEXEC);
	serving->listener = line_listen(DISK_FOLDER "/" AGENT_SOCKET);
	if (serving->signals < 0 || serving->listener < 0)
		return strerror(errno);
	/* Who creates a file has applied its own. */
	umask(0);
	return layer_open(&serving->layer, folder);
}

static void serve(struct serving *serving)
{
	while (!atomic_load(&serving->layer.is_over) &&
	       !serving->is_quitting) {
		struct pollfd ready[] = {
			{ .fd = serving->listener, .events = POLLIN },
			{ .fd = serving->signals, .events = POLLIN },
		};

		if (poll(ready, 2, LOOK_MS) < 0 && errno != EINTR)
			break;
		if (ready[1].revents & POLLIN) {
			struct signalfd_siginfo ignored;

			if (read(serving->signals, &ignored, sizeof(ignored)) >
			    0)
				tell_detach(serving);
		}
		if (ready[0].revents & POLLIN)
			answer(serving);
		write_back(serving);
	}
}

int disk_serve(const char *folder)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	pthread_t threads[THREADS];
	const char *trouble = serving ? begin(serving, folder) :
					"out of memory";
	int count = 0;

	if (trouble) {
		fprintf(stderr, "disk: %s: %s\n", folder, trouble);
		free(serving);
		return 1;
	}
	while (count < THREADS && pthread_create(&threads[count], NULL, work,
						 &serving->layer) == 0)
		count++;
	serve(serving);
	for (int i = 0; i < count && !serving->is_quitting; i++)
		pthread_join(threads[i], NULL);
	unlink(DISK_FOLDER "/" AGENT_SOCKET);
	layer_clear(serving->layer.root->fd);
	/* Freed by its end, with every file that it holds. */
	return 0;
}

/* Mounts of ours whose layer is dead would fail every call for ever. */
static int detach_dead(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;
	char folder[LAYER_FOLDER_MAX] = "";
	int result = 0;
	int fd;

	if (!mounts)
		return -1;
	while ((entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, FUSE_TYPE) != 0)
			continue;
		snprintf(folder, sizeof(folder), "%s", entry->mnt_dir);
		if (umount2(folder, MNT_DETACH | UMOUNT_NOFOLLOW))
			result = -1;
		fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			layer_clear(fd);
			close(fd);
		}
	}
	endmntent(mounts);
	return result;
}

static int tell(const char *verb)
{
	char reply[AGENT_MESSAGE_MAX];
	char word[16];
	char *request[] = { word, NULL };

	snprintf(word, sizeof(word), "%s", verb);
	if (ask_reply(DISK_FOLDER, 0, request, reply, sizeof(reply)) == ASK_OK)
		return 0;
	fprintf(stderr, "disk: %s", reply);
	return -1;
}

/* Has the lock come free by then? */
static bool has_ended(int lock, int64_t wait_ms)
{
	int64_t deadline_ms = agent_now_ms() + wait_ms;

	while (flock(lock, LOCK_EX | LOCK_NB)) {
		if (agent_now_ms() >= deadline_ms)
			return false;
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

int disk_end(int64_t wait_ms)
{
	int lock = open(DISK_LOCK, O_RDWR | O_CLOEXEC);
	int result = 0;

	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB)) {
		result = tell("detach") ? 1 : 0;
		if (wait_ms > 0 && !has_ended(lock, wait_ms))
			result = tell("quit") || !has_ended(lock, wait_ms) ? 1
									   : 0;
	}
	if (lock >= 0)
		close(lock);
	if (detach_dead()) {
		fprintf(stderr, "disk: umount: %s\n", strerror(errno));
		result = 1;
	}
	return result;
}
