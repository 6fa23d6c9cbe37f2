/* SPDX-License-Identifier: MIT */
/*
 * Mutex and semaphore, by the earliest deadline. Where every call is about the
 * same number of permits that is exact: of the ways to keep all deadlines so
 * far, this one has used the fewest acquires and the fewest releases, and of
 * those that are left the latest to return. Proof by induction: a way that
 * goes on has taken at least one call of the kind more, or the call that
 * returns would be among its own; and so of the other kind, where there is no
 * room for the first. Amounts that differ are another matter: whether some
 * releases add up to what an acquire needs is a subset sum, hence NP-hard.
 */
#include "checkers/linearizable/earliest.h"
#include "checkers/linearizable/models.h"

enum lock_kind {
	LOCK_ACQUIRE,
	LOCK_RELEASE,
};

struct lock {
	struct earliest earliest;
	int64_t held;
	int64_t held_max;
};

/* Lets calls take effect until that one has. */
static bool finish(struct lock *lock, uint32_t number)
{
	const struct call *call = &lock->earliest.calls->items[number];
	bool is_acquire = call->verb == VERB_ACQUIRE;

	while (!lock->earliest.is_done[number]) {
		bool takes = is_acquire ? lock->held < lock->held_max :
					  lock->held == 0;

		if (lock->held_max == 0 ||
		    !earliest_take(&lock->earliest,
				   takes ? LOCK_ACQUIRE : LOCK_RELEASE))
			return false;
		lock->held += takes ? 1 : -1;
	}
	return true;
}

static void decide_permits(const struct calls *calls, int64_t held_max,
			   struct monitor_result *result)
{
	struct lock lock = { .held_max = held_max };
	struct earliest *earliest = &lock.earliest;
	bool is_sound = true;

	earliest_init(earliest, calls, result);
	for (size_t i = 0; i < earliest->event_count && is_sound; i++) {
		uint32_t number = earliest->events[i].number / 2;
		const struct call *call = &calls->items[number];

		if (monitor_is_late_at(result, i))
			break;
		if (earliest->events[i].number % 2 == 0) {
			earliest_wait(earliest,
				      call->verb == VERB_RELEASE ?
					      LOCK_RELEASE : LOCK_ACQUIRE,
				      number);
			continue;
		}
		is_sound = finish(&lock, number);
		if (!is_sound)
			earliest_convict(earliest, call->complete);
	}
	if (is_sound && !result->is_late)
		result->kind = VERDICT_VALID;
	earliest_release(earliest);
}

static void decide_mutex(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	(void)judge;
	decide_permits(calls, 1, result);
}

static void decide_semaphore(const struct judge *judge,
			     const struct calls *calls,
			     struct monitor_result *result)
{
	const struct values *values = judge->history->values;
	uint32_t permits = calls->count ? models_permits(values,
							 calls->items[0].arg) :
					 1;

	for (size_t i = 0; i < calls->count; i++) {
		if (permits == 0 ||
		    models_permits(values, calls->items[i].arg) != permits) {
			result->why = "calls are about different numbers of "
				      "permits";
			return;
		}
	}
	decide_permits(calls, judge->settings->permits / permits, result);
}

const struct monitor monitor_mutex = {
	.name = "earliest-deadline",
	.why = "acquires and releases alternate",
	.models = { "mutex" },
	.decide = decide_mutex,
};

const struct monitor monitor_semaphore = {
	.name = "earliest-deadline",
	.why = "all calls are about the same number of permits",
	.models = { "semaphore" },
	.decide = decide_semaphore,
};
