/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_rules.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Longer than any disk is slow without being broken. */
#define DELAY_MAX_US 60000000

void rules_init(struct disk_rules *rules)
{
	*rules = (struct disk_rules){ .is_quiet = true };
	pthread_mutex_init(&rules->lock, NULL);
}

static const char *set_calls(struct rule_scope *scope, const char *text)
{
	static const struct {
		const char *name;
		enum disk_call call;
	} calls[] = { { "read", CALL_READ },
		      { "write", CALL_WRITE },
		      { "fsync", CALL_FSYNC },
		      { "names", CALL_NAMES } };

	scope->calls = 0;
	while (*text) {
		size_t length = strcspn(text, ",");
		size_t i = 0;

		while (i < 4 && (strncmp(text, calls[i].name, length) != 0 ||
				 calls[i].name[length]))
			i++;
		if (i == 4)
			return "calls are read, write, fsync, names";
		scope->calls |= calls[i].call;
		text += length + (text[length] == ',');
	}
	return NULL;
}

static const char *set_scope(struct rule_scope *scope, const char *calls,
			     const char *pattern)
{
	struct rule_scope fresh;
	const char *trouble = set_calls(&fresh, calls);

	if (trouble)
		return trouble;
	if (snprintf(fresh.pattern, sizeof(fresh.pattern), "%s", pattern) >=
	    (int)sizeof(fresh.pattern))
		return "the pattern is too long";
	*scope = fresh;
	return NULL;
}

static const char *set_one(struct disk_rules *rules, const char *text)
{
	char calls[64] = "";
	char pattern[256] = "*";
	long long a = 0;
	long long b = 0;
	double share = 0;

	if (strcmp(text, "none") == 0) {
		rules->share = 0;
		rules->delay_us = rules->jitter_us = 0;
		rules->is_full = false;
		return NULL;
	}
	if (sscanf(text, "error %lf %63s %255s", &share, calls, pattern) == 3) {
		if (!(share >= 0 && share <= 1))
			return "a share is 0 to 1";
		rules->share = share;
		return set_scope(&rules->errors, calls, pattern);
	}
	if (sscanf(text, "slow %lld %lld %63s %255s", &a, &b, calls, pattern) ==
	    4) {
		if (a < 0 || b < 0 || a > DELAY_MAX_US || b > DELAY_MAX_US)
			return "a delay is 0 to 60 s";
		rules->delay_us = a;
		rules->jitter_us = b;
		return set_scope(&rules->delays, calls, pattern);
	}
	if (sscanf(text, "full %lld", &a) == 1 && a >= 0) {
		rules->is_full = true;
		rules->left = a;
		return NULL;
	}
	return "there is no such rule";
}

const char *rules_set(struct disk_rules *rules, const char *text)
{
	const char *trouble;

	pthread_mutex_lock(&rules->lock);
	trouble = set_one(rules, text);
	rules->is_quiet = !rules->is_full && rules->share <= 0 &&
			  rules->delay_us == 0 && rules->jitter_us == 0;
	pthread_mutex_unlock(&rules->lock);
	return trouble;
}

/* In [0, 1): splitmix64. */
static double draw(struct disk_rules *rules)
{
	uint64_t x = rules->seed +
		     ++rules->drawn * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

static bool is_meant(const struct rule_scope *scope, enum disk_call call,
		     const char *path)
{
	return (scope->calls & call) &&
	       (!path || fnmatch(scope->pattern, path, 0) == 0);
}

static void wait_us(int64_t us)
{
	struct timespec left = { .tv_sec = us / 1000000,
				 .tv_nsec = us % 1000000 * 1000 };

	while (us > 0 && nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int rules_apply(struct disk_rules *rules, enum disk_call call, int64_t grows,
		const char *path)
{
	int64_t wait = 0;
	int error = 0;

	pthread_mutex_lock(&rules->lock);
	if ((rules->delay_us || rules->jitter_us) &&
	    is_meant(&rules->delays, call, path)) {
		wait = rules->delay_us +
		       (int64_t)((2 * draw(rules) - 1) *
				 (double)rules->jitter_us);
		rules->delayed++;
	}
	if (rules->share > 0 && is_meant(&rules->errors, call, path) &&
	    draw(rules) < rules->share) {
		error = EIO;
		rules->failed++;
	} else if (rules->is_full && grows > 0) {
		/* The proof takes nothing from the store's space. */
		if (grows > rules->left || (!path && rules->left == 0)) {
			error = ENOSPC;
			rules->refused++;
		} else if (path) {
			rules->left -= grows;
		}
	}
	pthread_mutex_unlock(&rules->lock);
	wait_us(wait);
	return error;
}
