/* SPDX-License-Identifier: MIT */
/* A bad disk: which calls fail, which are late, and when it is full. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_RULES_H
#define ORDEAL_NEMESIS_AGENT_DISK_RULES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls, as bits. */
enum disk_call {
	CALL_READ = 1,
	CALL_WRITE = 2,
	CALL_FSYNC = 4,
	CALL_NAMES = 8, /* create, remove, rename, ... */
};

#define RULES_PATTERN_MAX 128

/* Which calls on which files: a glob for the path below the folder, where '*'
 * matches '/' too. */
struct rule_scope {
	unsigned int calls;
	char pattern[RULES_PATTERN_MAX];
};

struct disk_rules {
	pthread_mutex_t lock;
	atomic_bool is_quiet; /* nothing is asked for: the fast way */
	uint64_t seed;
	uint64_t drawn;
	double share; /* of calls that fail with EIO */
	struct rule_scope errors;
	int64_t delay_us, jitter_us;
	struct rule_scope delays;
	bool is_full;
	int64_t left; /* bytes until there is no more space */
	uint64_t failed, delayed, refused; /* calls, ever */
};

void rules_init(struct disk_rules *rules);

/* "none", "error SHARE CALLS PATTERN", "slow US JITTER-US CALLS PATTERN",
 * "full BYTES"; CALLS: names with commas between. Each adds to what is in
 * force, but "none". NULL, or what is wrong. */
const char *rules_set(struct disk_rules *rules, const char *text);

/*
 * A call on a file: 0, or the error it gets (EIO, ENOSPC). `grows` is how much
 * space it needs. `path` is NULL for the file that is there to prove the
 * faults: every pattern is about it. May sleep. Any thread.
 */
int rules_apply(struct disk_rules *rules, enum disk_call call, int64_t grows,
		const char *path);

#endif
