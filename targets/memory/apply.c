/* SPDX-License-Identifier: MIT */
/* How one request goes: its time, its fate, and what the store makes of it. */
#include "targets/memory/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "harness/core/arena.h"
#include "targets/memory/replica.h"

#define NS_PER_SECOND INT64_C(1000000000)

static void deferred_run(struct memory *memory, struct deferred *deferred,
			 struct chance *chance)
{
	struct arena arena = { 0 };
	struct error err;
	struct call call = {
		.memory = memory,
		.chance = chance,
		.action = deferred->actions,
		.values = memory->store.values,
		.arena = &arena,
		.process = deferred->process,
		.is_other = memory->is_split && deferred->is_other,
		.node = deferred->node,
		.err = &err,
	};

	if (deferred->count == 1)
		call_carry_out(&call);
	else
		transaction_run_late(&call, deferred->actions, deferred->count);
	free(deferred->actions);
	arena_release(&arena);
}

/* Under the lock: what is due by now takes effect. */
static void carry_out_deferred(struct memory *memory, struct chance *chance)
{
	size_t count = memory->deferred_count;
	size_t kept = 0;

	/* One that runs may defer another: that lands behind `count`. */
	for (size_t i = 0; i < memory->deferred_count; i++) {
		struct deferred deferred = memory->deferred[i];

		if (i >= count || deferred.due > memory->operations)
			memory->deferred[kept++] = deferred;
		else
			deferred_run(memory, &deferred, chance);
	}
	memory->deferred_count = kept;
}

/* Under the lock: another operation begins. */
static void operation_count(struct memory *memory, struct chance *chance)
{
	uint64_t length = memory->settings.split_length;
	bool is_split;

	memory->operations++;
	if (memory->replicas)
		replicas_advance(memory->replicas);
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
	FATE_LOST,    /* its client is told nothing, and it never happens */
	FATE_UNHEARD, /* it happens, and its client is not told */
	FATE_LATE,    /* it happens after its client gave up */
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
 * gone polls no more. Half of a transaction must not fail later. */
static bool can_be_late(const struct request *request)
{
	for (size_t i = 0; i < request->action_count; i++) {
		const struct action *action = &request->actions[i];

		if (action->object == OBJECT_LOCK ||
		    (action->object == OBJECT_LOG &&
		     action->verb != VERB_SEND) ||
		    (action->verb == VERB_CAS && request->action_count > 1))
			return false;
	}
	return true;
}

/* What of it matters when nobody hears the answer. */
static void happen_late(struct call *call, const struct request *request)
{
	struct action *writes = arena_array(call->arena, request->action_count,
					    sizeof(*writes));
	size_t count = 0;

	for (size_t i = 0; i < request->action_count; i++) {
		if (!verb_reads((enum verb)request->actions[i].verb))
			writes[count++] = request->actions[i];
	}
	if (count)
		call_defer(call, writes, count);
}

static enum outcome happen_now(struct call *call, struct request *request,
			       bool aborts)
{
	enum outcome outcome;

	if (request->is_transaction && call->memory->replicas)
		return call_refuse(call, "replicas have no transactions");
	if (request->is_transaction)
		return transaction_run(call, request->actions,
				       request->action_count, aborts);
	if (aborts)
		return call_refuse(call, "refused");
	if (request->action_count != 1)
		return call_refuse(call, "one action is wanted");
	call->action = request->actions;
	outcome = call_carry_out(call);
	if (outcome == OUTCOME_OK &&
	    !verb_reads((enum verb)call->action->verb) &&
	    bug_fires(call, BUG_APPLIED_FAILURE))
		return call_refuse(call, "aborted");
	return outcome;
}

static struct call call_begin(struct client *client, struct request *request,
			      struct error *err)
{
	struct memory *memory = client->memory;

	pthread_mutex_lock(&memory->lock);
	return (struct call){
		.memory = memory,
		.client = client,
		.chance = &client->chance,
		.action = request->actions,
		.values = request->values,
		.arena = request->arena,
		.process = request->process,
		.is_other = memory->is_split && client->is_other_half,
		.node = client->node,
		.err = err,
	};
}

static void call_end(struct call *call)
{
	pthread_mutex_unlock(&call->memory->lock);
}

static enum outcome happen(struct client *client, struct request *request,
			   enum fate fate, struct error *err)
{
	struct call call = call_begin(client, request, err);
	enum outcome outcome = OUTCOME_INDETERMINATE;

	operation_count(call.memory, &client->chance);
	call.is_other = call.memory->is_split && client->is_other_half;
	if (fate == FATE_LATE && can_be_late(request))
		happen_late(&call, request);
	else
		outcome = happen_now(&call, request, fate == FATE_REFUSED);
	call_end(&call);
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
		return (int64_t)(-mean * log(1 - chance_unit(&client->chance)));
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

static enum outcome end_in_doubt(struct client *client, struct request *request,
				 bool has_happened, struct error *err)
{
	if (request->actions[0].object == OBJECT_LOCK) {
		struct call call = call_begin(client, request, err);

		lock_settle(&call, has_happened);
		call_end(&call);
	}
	error_set(err, "timeout");
	return OUTCOME_INDETERMINATE;
}

enum outcome memory_apply(void *opaque, struct request *request,
			  struct error *err)
{
	struct client *client = opaque;
	enum fate fate = fate_draw(client);
	int64_t latency_ns = latency_draw(client);
	int64_t before_ns = 0;
	enum outcome outcome;

	if (latency_ns > 0)
		before_ns = (int64_t)(chance_unit(&client->chance) *
				      (double)latency_ns);
	if (!pass_time(before_ns, request->deadline_ns) || fate == FATE_LOST)
		return end_in_doubt(client, request, false, err);
	outcome = happen(client, request, fate, err);
	if (!pass_time(latency_ns - before_ns, request->deadline_ns) ||
	    fate >= FATE_LOST)
		return end_in_doubt(client, request, outcome == OUTCOME_OK,
				    err);
	return outcome;
}
