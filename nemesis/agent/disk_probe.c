/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/ask.h"
#include "nemesis/agent/disk_layer.h"
#include "nemesis/agent/disk_serve.h"
#include "nemesis/agent/serve.h"

#define ROUNDS_MAX 400
#define PROBE_US 1000000

struct tally {
	uint64_t calls, failed, refused;
	int64_t total_us, slowest_us;
	int64_t started_us;
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void begin_call(struct tally *tally)
{
	tally->started_us = now_us();
	errno = 0;
}

static void end_call(struct tally *tally, bool is_good)
{
	int64_t took_us = now_us() - tally->started_us;

	tally->calls++;
	tally->failed += !is_good && errno == EIO;
	tally->refused += !is_good && errno == ENOSPC;
	tally->total_us += took_us;
	if (took_us > tally->slowest_us)
		tally->slowest_us = took_us;
}

static int open_probe(const char *folder, const char *suffix, int flags)
{
	char path[LAYER_FOLDER_MAX];

	snprintf(path, sizeof(path), "%s/" LAYER_PROBE "%s", folder, suffix);
	return open(path, flags | O_CLOEXEC, 0600);
}

static int remove_probe(const char *folder, const char *suffix)
{
	char path[LAYER_FOLDER_MAX];

	snprintf(path, sizeof(path), "%s/" LAYER_PROBE "%s", folder, suffix);
	return unlink(path);
}

/* Opened anew, so that it is read from the disk and not from memory. */
static void try_once(const char *folder, struct tally *tally)
{
	char bytes[4096] = "probe";
	int fd;

	begin_call(tally);
	fd = open_probe(folder, "", O_RDWR | O_CREAT);
	end_call(tally, fd >= 0);
	if (fd < 0)
		return;
	begin_call(tally);
	end_call(tally, write(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	begin_call(tally);
	end_call(tally, fsync(fd) == 0);
	close(fd);
	fd = open_probe(folder, "", O_RDONLY);
	if (fd >= 0) {
		begin_call(tally);
		end_call(tally, read(fd, bytes, sizeof(bytes)) >= 0);
		close(fd);
	}
	begin_call(tally);
	end_call(tally, remove_probe(folder, "") == 0);
}

int probe_rules(const char *folder)
{
	int64_t deadline_us = now_us() + PROBE_US;
	struct tally tally = { 0 };
	uint64_t free_bytes = 0;
	struct statvfs status;

	for (int i = 0; i < ROUNDS_MAX && now_us() < deadline_us; i++) {
		try_once(folder, &tally);
		if (tally.failed || tally.refused)
			break;
	}
	remove_probe(folder, "");
	if (statvfs(folder, &status) == 0)
		free_bytes = (uint64_t)status.f_bavail * status.f_frsize;
	printf("ok calls %" PRIu64 " failed %" PRIu64 " refused %" PRIu64
	       " mean-us %" PRId64 " slowest-us %" PRId64 " free %" PRIu64
	       "\n",
	       tally.calls, tally.failed, tally.refused,
	       tally.calls ? tally.total_us / (int64_t)tally.calls : 0,
	       tally.slowest_us,
	       free_bytes);
	return 0;
}

/* Writes the token, so that one of an earlier loss is told from it. */
static bool write_probe(const char *folder, const char *suffix,
			const char *token, bool syncs)
{
	int fd = open_probe(folder, suffix, O_WRONLY | O_CREAT | O_TRUNC);
	bool is_good = fd >= 0 && write(fd, token, strlen(token)) ==
					  (ssize_t)strlen(token);

	is_good = is_good && (!syncs || fsync(fd) == 0);
	if (fd >= 0)
		close(fd);
	return is_good;
}

static bool sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return is_good;
}

static bool has_probe(const char *folder, const char *suffix, const char *token)
{
	int fd = open_probe(folder, suffix, O_RDONLY);
	char bytes[64] = "";
	ssize_t got = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes) - 1);

	if (fd >= 0)
		close(fd);
	bytes[got > 0 ? got : 0] = '\0';
	return strcmp(bytes, token) == 0;
}

int probe_loss(const char *folder, const char *loss, uint64_t seed)
{
	char *request[] = { (char[]){ "lose" }, NULL, NULL, NULL };
	char reply[AGENT_MESSAGE_MAX];
	char token[32];
	char number[32];
	char name[16];
	int result;

	snprintf(name, sizeof(name), "%s", loss);
	snprintf(number, sizeof(number), "%" PRIu64, seed);
	snprintf(token, sizeof(token), "%" PRIu64 "\n", seed);
	request[1] = name;
	request[2] = number;
	remove_probe(folder, "-unsynced");
	if (!write_probe(folder, "", token, true) || !sync_folder(folder) ||
	    !write_probe(folder, "-unsynced", token, false)) {
		fprintf(stderr, "error the probe: %s\n", strerror(errno));
		return 1;
	}
	result = ask_reply(DISK_FOLDER, 0, request, reply, sizeof(reply));
	reply[strcspn(reply, "\n")] = '\0';
	if (result != ASK_OK) {
		fprintf(stderr, "%s\n", reply);
		return 1;
	}
	printf("%s synced-probe %d unsynced-probe %d\n", reply,
	       has_probe(folder, "", token),
	       has_probe(folder, "-unsynced", token));
	return 0;
}
