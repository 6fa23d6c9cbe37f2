/* SPDX-License-Identifier: MIT */
/* The memory target: every object in this process, correct, and on demand
 * with a planted bug, so that checkers can show what they find. */
#include "targets/memory/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "harness/core/arena.h"

#define NS_PER_SECOND INT64_C(1000000000)

static const char *const latency_shapes[] = { "constant", "uniform",
					      "exponential", NULL };

static const struct option memory_options[] = {
	{ "bug", OPTION_CHOICE, "none", "what it does wrong", bug_names },
	{ "bug-rate", OPTION_REAL, "0.01",
	  "chance of the bug at each operation it can spoil", NULL },
	{ "stale-by", OPTION_INT, "3", "versions that a bug goes back at most",
	  NULL },
	{ "split-length", OPTION_INT, "100",
	  "operations that a split brain lasts, and is away", NULL },
	{ "fail-rate", OPTION_REAL, "0", "share of operations refused", NULL },
	{ "timeout-rate", OPTION_REAL, "0",
	  "share of operations that end indeterminate, done or not", NULL },
	{ "latency", OPTION_DURATION, "0s", "mean time of an operation", NULL },
	{ "latency-shape", OPTION_CHOICE, "exponential",
	  "how the time is distributed", latency_shapes },
	{ "permits", OPTION_INT, "1", "how many may hold a lock at once",
	  NULL },
	{ 0 },
};

#define BIT(verb) (UINT32_C(1) << VERB_##verb)

static const struct support memory_supports[] = {
	{ OBJECT_REGISTER, BIT(READ) | BIT(WRITE) | BIT(CAS), false },
	{ OBJECT_LIST, BIT(READ) | BIT(APPEND), false },
	{ OBJECT_SET, BIT(READ) | BIT(ADD) | BIT(REMOVE) | BIT(CONTAINS),
	  false },
	{ OBJECT_COUNTER, BIT(READ) | BIT(INCREMENT) | BIT(DECREMENT), false },
	{ OBJECT_QUEUE,
	  BIT(ENQUEUE) | BIT(DEQUEUE) | BIT(DRAIN) | BIT(PUSH) | BIT(POP) |
		  BIT(PEEK),
	  false },
	{ OBJECT_LOCK, BIT(ACQUIRE) | BIT(RELEASE), false },
	{ OBJECT_LOG,
	  BIT(SEND) | BIT(POLL) | BIT(ASSIGN) | BIT(SUBSCRIBE) | BIT(COMMIT),
	  false },
	{ OBJECT_ID, BIT(GENERATE), false },
	{ OBJECT_NONE, 0, false },
};

static object_call *const object_calls[OBJECT_COUNT] = {
	[OBJECT_REGISTER] = cell_call, [OBJECT_LIST] = cell_call,
	[OBJECT_SET] = set_call,       [OBJECT_COUNTER] = cell_call,
	[OBJECT_QUEUE] = queue_call,   [OBJECT_LOCK] = lock_call,
	[OBJECT_LOG] = log_call,       [OBJECT_ID] = id_call,
};

static int64_t at_least(int64_t number, int64_t least)
{
	return number < least ? least : number;
}

static struct settings settings_from(const struct options *options)
{
	struct settings settings = {
		.bug = bug_from_name(options_text(options, "bug")),
		.bug_rate = options_real(options, "bug-rate"),
		.fail_rate = options_real(options, "fail-rate"),
		.timeout_rate = options_real(options, "timeout-rate"),
		.latency_ns = options_duration_ns(options, "latency"),
	};

	settings.stale_by =
		(size_t)at_least(options_int(options, "stale-by"), 1);
	settings.split_length =
		(uint64_t)at_least(options_int(options, "split-length"), 1);
	settings.permits = (size_t)at_least(options_int(options, "permits"), 1);
	if (options_is(options, "latency-shape", "uniform"))
		settings.latency_shape = LATENCY_UNIFORM;
	else if (options_is(options, "latency-shape", "exponential"))
		settings.latency_shape = LATENCY_EXPONENTIAL;
	return settings;
}

static int settings_check(const struct settings *settings, struct error *err)
{
	const double rates[] = { settings->bug_rate, settings->fail_rate,
				 settings->timeout_rate };
	static const char *const names[] = { "bug-rate", "fail-rate",
					     "timeout-rate" };

	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		if (!(rates[i] >= 0 && rates[i] <= 1))
			return error_set(err, "%s is a chance: 0 to 1",
					 names[i]);
	}
	return 0;
}

static void *memory_open(const struct target_setup *setup, struct error *err)
{
	struct settings settings = settings_from(setup->options);
	struct memory *memory;

	if (settings_check(&settings, err))
		return NULL;
	memory = heap_zeroed(1, sizeof(*memory));
	memory->settings = settings;
	memory->seed = setup->seed;
	memory->nodes = setup->nodes;
	pthread_mutex_init(&memory->lock, NULL);
	store_init(&memory->store);
	return memory;
}

static void memory_close(void *state)
{
	struct memory *memory = state;

	store_release(&memory->store);
	pthread_mutex_destroy(&memory->lock);
	free(memory->deferred);
	free(memory);
}

static void *memory_connect(void *state, size_t node, int64_t deadline_ns,
			    struct error *err)
{
	struct memory *memory = state;
	struct client *client = heap_zeroed(1, sizeof(*client));
	uint64_t number;

	(void)deadline_ns;
	(void)err;
	pthread_mutex_lock(&memory->lock);
	number = memory->clients++;
	pthread_mutex_unlock(&memory->lock);
	client->memory = memory;
	client->chance = chance_stream(memory->seed, number);
	client->is_other_half = memory->nodes > 1 ?
					node * 2 >= memory->nodes :
					number % 2;
	return client;
}

static void memory_disconnect(void *opaque)
{
	struct client *client = opaque;
	struct memory *memory = client->memory;

	/* A session that ended in doubt gives its locks back, as a store with
	 * leases would; after an orderly end they stay with the process. */
	if (client->has_acquired && client->is_broken) {
		pthread_mutex_lock(&memory->lock);
		locks_abandon(client);
		pthread_mutex_unlock(&memory->lock);
	}
	free(client->positions);
	free(client);
}

static enum outcome carry_out(struct call *call)
{
	const struct action *action = call->action;
	enum outcome outcome;

	if (action->object >= OBJECT_COUNT || !object_calls[action->object])
		return call_refuse(call, "there is no such object");
	outcome = object_calls[action->object](call);
	if (outcome == OUTCOME_OK && !verb_reads((enum verb)action->verb) &&
	    bug_fires(call, BUG_APPLIED_FAILURE))
		return call_refuse(call, "aborted");
	return outcome;
}

/* Under the lock: what is due by now takes effect. */
static void carry_out_deferred(struct memory *memory, struct chance *chance)
{
	size_t kept = 0;

	for (size_t i = 0; i < memory->deferred_count; i++) {
		struct deferred deferred = memory->deferred[i];
		struct error err;
		struct call call = {
			.memory = memory,
			.chance = chance,
			.action = &deferred.action,
			.values = memory->store.values,
			.process = deferred.process,
			.is_other = memory->is_split && deferred.is_other,
			.err = &err,
		};

		if (deferred.due > memory->operations)
			memory->deferred[kept++] = deferred;
		else
			carry_out(&call);
	}
	memory->deferred_count = kept;
}

/* Under the lock: another operation begins. */
static void operation_count(struct memory *memory, struct chance *chance)
{
	uint64_t length = memory->settings.split_length;
	bool is_split;

	memory->operations++;
	if (memory->deferred_count)
		carry_out_deferred(memory, chance);
	if (memory->settings.bug != BUG_SPLIT_BRAIN)
		return;
	is_split = memory->operations / length % 2;
	if (memory->is_split && !is_split)
		store_merge(&memory->store);
	memory->is_split = is_split;
}

/* What is to become of an operation, whatever the store would say. */
enum fate {
	FATE_NORMAL,
	FATE_REFUSED,
	FATE_LOST, /* its client is told nothing, and it never happens */
	FATE_UNHEARD, /* it happens, and its client is not told */
	FATE_LATE, /* it happens after its client gave up */
};

static enum fate fate_draw(struct client *client)
{
	const struct settings *settings = &client->memory->settings;

	if (chance_hits(&client->chance, settings->fail_rate))
		return FATE_REFUSED;
	if (!chance_hits(&client->chance, settings->timeout_rate))
		return FATE_NORMAL;
	return FATE_LOST + (enum fate)chance_below(&client->chance, 3);
}

/* A lock whose owner gave up would be held for ever, and a consumer that is
 * gone polls no more. */
static bool can_be_late(const struct request *request)
{
	const struct action *action = &request->actions[0];

	return request->action_count == 1 && !request->is_transaction &&
	       !verb_reads((enum verb)action->verb) &&
	       action->object != OBJECT_LOCK &&
	       (action->object != OBJECT_LOG || action->verb == VERB_SEND);
}

static enum outcome happen(struct client *client, struct request *request,
			   enum fate fate, struct error *err)
{
	struct memory *memory = client->memory;
	enum outcome outcome = OUTCOME_FAIL;
	struct call call = {
		.memory = memory,
		.client = client,
		.chance = &client->chance,
		.values = request->values,
		.arena = request->arena,
		.process = request->process,
		.err = err,
	};

	if (request->action_count != 1)
		return call_refuse(&call, "no transactions here");
	call.action = request->actions;
	pthread_mutex_lock(&memory->lock);
	operation_count(memory, &client->chance);
	call.is_other = memory->is_split && client->is_other_half;
	if (fate == FATE_LATE && can_be_late(request))
		call_defer(&call, (enum verb)request->actions[0].verb);
	else
		outcome = carry_out(&call);
	pthread_mutex_unlock(&memory->lock);
	return outcome;
}

static int64_t latency_draw(struct client *client)
{
	const struct settings *settings = &client->memory->settings;
	double mean = (double)settings->latency_ns;

	if (settings->latency_ns == 0)
		return 0;
	switch (settings->latency_shape) {
	case LATENCY_UNIFORM:
		return (int64_t)(2 * mean * chance_unit(&client->chance));
	case LATENCY_EXPONENTIAL:
		return (int64_t)(-mean *
				 log(1 - chance_unit(&client->chance)));
	case LATENCY_CONSTANT:
		break;
	}
	return settings->latency_ns;
}

/* Sleeps so long, but not beyond the deadline: false. */
static bool pass_time(int64_t time_ns, int64_t deadline_ns)
{
	struct timespec now;
	int64_t until_ns;

	if (time_ns == 0)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	until_ns = now.tv_sec * NS_PER_SECOND + now.tv_nsec + time_ns;
	if (until_ns > deadline_ns)
		until_ns = deadline_ns;
	now.tv_sec = (time_t)(until_ns / NS_PER_SECOND);
	now.tv_nsec = (long)(until_ns % NS_PER_SECOND);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, NULL) ==
	       EINTR)
		;
	return until_ns < deadline_ns;
}

static enum outcome end_in_doubt(struct client *client, struct error *err)
{
	client->is_broken = true;
	error_set(err, "timeout");
	return OUTCOME_INDETERMINATE;
}

static enum outcome memory_apply(void *opaque, struct request *request,
				 struct error *err)
{
	struct client *client = opaque;
	enum fate fate = fate_draw(client);
	int64_t latency_ns = latency_draw(client);
	int64_t before_ns = 0;
	enum outcome outcome;

	client->process = request->process;
	if (latency_ns > 0)
		before_ns = (int64_t)(chance_unit(&client->chance) *
				      (double)latency_ns);
	if (!pass_time(before_ns, request->deadline_ns) || fate == FATE_LOST)
		return end_in_doubt(client, err);
	if (fate == FATE_REFUSED) {
		error_set(err, "refused");
		return OUTCOME_FAIL;
	}
	outcome = happen(client, request, fate, err);
	if (!pass_time(latency_ns - before_ns, request->deadline_ns) ||
	    fate != FATE_NORMAL)
		return end_in_doubt(client, err);
	return outcome;
}

const struct target target_memory = {
	.name = "memory",
	.summary = "every object, in this process; with planted bugs on demand",
	.options = memory_options,
	.supports = memory_supports,
	.is_in_process = true,
	.open = memory_open,
	.close = memory_close,
	.connect = memory_connect,
	.apply = memory_apply,
	.disconnect = memory_disconnect,
};
