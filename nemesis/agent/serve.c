/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/journal.h"
#include "nemesis/agent/line.h"
#include "nemesis/agent/shell.h"

/* How often a line that fails is tried, a second apart. */
#define UNDO_ATTEMPTS 30

struct serving {
	char socket_path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	struct journal journal;
	int64_t lease_ms;
	int64_t deadline_ms;
	int listener;
	int signals;
	int lock; /* goes with the process, however it ends */
	bool is_over;
};

static void say(const char *text, const char *what)
{
	time_t now = time(NULL);
	struct tm parts;
	char stamp[32] = "";

	if (gmtime_r(&now, &parts))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
	fprintf(stderr, "%s agent: %s%s\n", stamp, text, what);
}

static void tell_undone(void *context, const char *key, const char *trouble)
{
	char text[512];

	(void)context;
	if (trouble)
		snprintf(text, sizeof(text), "%s: %s", key, trouble);
	say(trouble ? "could not undo " : "undone: ", trouble ? text : key);
}

/* Undoes all, again and again while something fails. */
static bool undo_all(struct serving *serving)
{
	for (int attempt = 1;; attempt++) {
		if (journal_undo(&serving->journal, tell_undone, NULL) == 0)
			return true;
		if (attempt == UNDO_ATTEMPTS)
			return false;
		poll(NULL, 0, 1000);
	}
}

static const char *renew(struct serving *serving, const char *text)
{
	if (*text) {
		char *end;
		long long ms = strtoll(text, &end, 10);

		if (*end || ms < LEASE_MIN_MS || ms > LEASE_MAX_MS)
			return "a lease is 100 to 3600000 ms";
		serving->lease_ms = ms;
	}
	serving->deadline_ms = agent_now_ms() + serving->lease_ms;
	return NULL;
}

/* Carries out one request; what is wrong, or NULL. `rest` is what follows the
 * verb. */
static const char *obey(struct serving *serving, const char *verb, char *rest)
{
	struct journal *journal = &serving->journal;

	if (strcmp(verb, "renew") == 0)
		return renew(serving, rest);
	if (strcmp(verb, "add") == 0) {
		char *line = strchr(rest, ' ');

		if (!line)
			return "add takes a key and a line";
		*line++ = '\0';
		return journal_add(journal, rest, line);
	}
	if (strcmp(verb, "forget") == 0)
		return journal_forget(journal, rest);
	if (strcmp(verb, "status") == 0)
		return NULL;
	if (strcmp(verb, "undo") != 0 && strcmp(verb, "stop") != 0)
		return "there is no such request";
	say("told to ", verb);
	if (journal_undo(journal, tell_undone, NULL) > 0)
		return "not all could be undone";
	serving->is_over = strcmp(verb, "stop") == 0;
	return NULL;
}

static void answer(struct serving *serving)
{
	char line[AGENT_MESSAGE_MAX];
	int client = line_take(serving->listener, line, sizeof(line));
	char reply[512];
	const char *trouble;
	char *rest;

	if (client >= 0) {
		rest = line + strcspn(line, " ");
		if (*rest)
			*rest++ = '\0';
		trouble = obey(serving, line, rest);
		if (trouble)
			snprintf(reply, sizeof(reply), "error %s\n", trouble);
		else
			snprintf(reply, sizeof(reply),
				 "ok pid %ld, %lld ms left, %zu to undo\n",
				 (long)getpid(),
				 (long long)(serving->deadline_ms -
					     agent_now_ms()),
				 serving->journal.count);
		line_reply(client, reply);
	}
}

static int open_signals(struct serving *serving)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	serving->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return serving->signals < 0 ? -1 : 0;
}

static int take_lock(struct serving *serving, const char *folder)
{
	char path[256];

	if (mkdir(folder, 0755) && errno != EEXIST) {
		say("no folder: ", strerror(errno));
		return -1;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, AGENT_LOCK);
	serving->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (serving->lock < 0 || flock(serving->lock, LOCK_EX | LOCK_NB)) {
		say("another agent runs here: ", strerror(errno));
		return -1;
	}
	return 0;
}

static int begin(struct serving *serving, const char *folder)
{
	char path[256];
	size_t skipped;

	if (take_lock(serving, folder))
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder, AGENT_JOURNAL);
	snprintf(serving->socket_path, sizeof(serving->socket_path), "%s/%s",
		 folder, AGENT_SOCKET);
	if (journal_open(&serving->journal, path, &skipped)) {
		say("no journal: ", strerror(errno));
		return -1;
	}
	if (skipped)
		say("the journal has lines that are none", "");
	if (serving->journal.count > 0) {
		say("an agent died here; its journal is undone", "");
		if (!undo_all(serving))
			return -1;
	}
	if (open_signals(serving))
		return -1;
	serving->listener = line_listen(serving->socket_path);
	if (serving->listener < 0) {
		say("no socket: ", strerror(errno));
		return -1;
	}
	serving->deadline_ms = agent_now_ms() + serving->lease_ms;
	return 0;
}

/* Until something asks for the end. */
static void wait_for_end(struct serving *serving)
{
	while (!serving->is_over) {
		struct pollfd ready[] = {
			{ .fd = serving->listener, .events = POLLIN },
			{ .fd = serving->signals, .events = POLLIN },
		};
		int64_t left_ms = serving->deadline_ms - agent_now_ms();

		if (left_ms <= 0) {
			say("the lease ran out; everything is undone", "");
			return;
		}
		if (poll(ready, 2, (int)left_ms) < 0 && errno != EINTR)
			return;
		if (ready[1].revents & POLLIN) {
			say("told to end", "");
			return;
		}
		if (ready[0].revents & POLLIN)
			answer(serving);
	}
}

int serve_run(const char *folder, int64_t lease_ms)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	bool is_clean;

	if (!serving)
		return 1;
	serving->lease_ms = lease_ms;
	if (begin(serving, folder))
		return 1;
	say("here", "");
	wait_for_end(serving);
	/* Who asks from now on is told that there is no agent. */
	close(serving->listener);
	unlink(serving->socket_path);
	is_clean = undo_all(serving);
	if (is_clean)
		unlink(serving->journal.path);
	say(is_clean ? "gone" : "gone, and not all is undone", "");
	journal_close(&serving->journal);
	free(serving);
	return is_clean ? 0 : 1;
}
