/* SPDX-License-Identifier: MIT */
#include "harness/engine/worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/engine/worker_thread.h"
#include "harness/report/export.h"

#define TICK_NS (100 * NS_PER_MS)
#define CHECK_NS (20 * NS_PER_MS)
#define GRACE_NS (10 * NS_PER_S)
#define NEMESIS_GRACES 30
#define LAST_CHANCE_NS (50 * NS_PER_MS)
#define BACK_OFF_FIRST_NS (10 * NS_PER_MS)
#define BACK_OFF_LAST_NS (1 * NS_PER_S)

/* One thread's own. */
struct worker {
	struct crew *crew;
	size_t thread;
	size_t node; /* it talks to */
	pthread_t id;
	void *client; /* NULL: to be connected */
	struct pen pen;
	struct arena scratch;
	struct action *sent; /* what the target sees and fills in */
	size_t sent_capacity;
	int64_t back_off_ns;
	uint64_t index; /* of what it recorded last */
	atomic_bool is_abandoned;
};

/* All threads of a phase, the nemesis's last. If some are left behind, the
 * last of them frees it. */
struct crew {
	struct phase phase; /* as it was given */
	struct scheduler *scheduler;
	struct worker *workers;
	size_t count;
};

/* Records what becomes of `work`. When it cannot be recorded nothing more is
 * to be begun. */
static int record(struct worker *worker, const struct work *work,
		  enum op_type type, const char *error)
{
	struct crew *crew = worker->crew;
	const char *const *names = crew->phase.node_names;
	struct error err;
	struct entry entry = {
		.process = work->process,
		.type = type,
		.f = work->is_transaction ? VERB_TXN : work->f,
		.actions = work->actions,
		.action_count = work->action_count,
	};

	if (error)
		entry.error = value_string(work->values, error);
	if (names)
		entry.node =
			value_string(work->values,
				     names[worker->node]);
	if (recorder_entry(crew->phase.recorder, &worker->pen, work->values,
			   &entry, &err) == 0) {
		worker->index = entry.index;
		return 0;
	}
	scheduler_stop(crew->scheduler);
	return -1;
}

static bool is_connected(struct worker *worker, int64_t deadline_ns,
			 struct error *err)
{
	const struct phase *phase = &worker->crew->phase;

	if (worker->client)
		return true;
	error_set(err, "cannot connect");
	worker->client = phase->target->connect(phase->state, worker->node,
						deadline_ns, err);
	return worker->client;
}

/* The process goes on at another node. */
static void hop(struct worker *worker, const struct work *work)
{
	const struct phase *phase = &worker->crew->phase;

	if (work->hop % phase->nodes == 0)
		return;
	worker->node = (worker->node + work->hop) % phase->nodes;
	if (worker->client)
		phase->target->disconnect(worker->client);
	worker->client = NULL;
}

/* A node that is down is not to be flooded with attempts, nor the history
 * with failures. */
static void back_off(struct worker *worker)
{
	if (worker->back_off_ns == 0)
		worker->back_off_ns = BACK_OFF_FIRST_NS;
	else if (worker->back_off_ns < BACK_OFF_LAST_NS)
		worker->back_off_ns *= 2;
	scheduler_pause(worker->crew->scheduler, worker->thread,
			clock_now_ns() + worker->back_off_ns);
}

/* It was never sent. */
static enum op_type refuse(struct worker *worker, const struct work *work,
			   const char *error)
{
	if (record(worker, work, OP_INVOKE, NULL) == 0)
		record(worker, work, OP_FAIL, error);
	back_off(worker);
	return OP_FAIL;
}

static enum outcome send(struct worker *worker, const struct work *work,
			 int64_t deadline_ns, bool *is_unsent,
			 struct error *err)
{
	struct request request = {
		.action_count = work->action_count,
		.is_transaction = work->is_transaction,
		.process = work->process,
		.values = work->values,
		.arena = &worker->scratch,
		.deadline_ns = deadline_ns,
	};
	const struct export_trace *trace = worker->crew->phase.trace;
	char traceparent[TRACEPARENT_SIZE];
	enum outcome outcome;

	if (trace) {
		export_traceparent(trace, worker->index, traceparent);
		request.trace = traceparent;
	}
	worker->sent = array_reserve(worker->sent, &worker->sent_capacity,
				     work->action_count, sizeof(*worker->sent));
	if (work->action_count)
		memcpy(worker->sent, work->actions,
		       work->action_count * sizeof(*worker->sent));
	request.actions = worker->sent;
	error_set(err, "indeterminate");
	outcome = worker->crew->phase.target->apply(worker->client, &request,
						    err);
	*is_unsent = outcome == OUTCOME_FAIL && request.is_unsent;
	if (worker->scratch.bytes)
		arena_release(&worker->scratch);
	return outcome;
}

/* The completion: the request as it was asked, results only if it is ok. */
static enum op_type complete(struct worker *worker, struct work *work,
			     enum outcome outcome, const struct error *err)
{
	switch (outcome) {
	case OUTCOME_OK:
		for (size_t i = 0; i < work->action_count; i++)
			work->actions[i].result = worker->sent[i].result;
		record(worker, work, OP_OK, NULL);
		return OP_OK;
	case OUTCOME_FAIL:
		record(worker, work, OP_FAIL, err->text);
		return OP_FAIL;
	case OUTCOME_INDETERMINATE:
		break;
	}
	record(worker, work, OP_INFO, err->text);
	worker->crew->phase.target->disconnect(worker->client);
	worker->client = NULL;
	return OP_INFO;
}

static enum op_type perform(struct worker *worker, struct work *work)
{
	int64_t timeout_ns = worker->crew->phase.op_timeout_ns;
	enum outcome outcome;
	enum op_type type;
	bool is_unsent;
	struct error err;

	hop(worker, work);
	if (!is_connected(worker, clock_now_ns() + timeout_ns, &err))
		return refuse(worker, work, err.text);
	/* Not recorded, not sent. */
	if (record(worker, work, OP_INVOKE, NULL))
		return OP_FAIL;
	outcome = send(worker, work, clock_now_ns() + timeout_ns, &is_unsent,
		       &err);
	if (atomic_load(&worker->is_abandoned))
		return OP_INFO;
	type = complete(worker, work, outcome, &err);
	if (is_unsent)
		back_off(worker);
	else
		worker->back_off_ns = 0;
	return type;
}

static void crew_free(struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		pen_release(&crew->workers[i].pen);
		arena_release(&crew->workers[i].scratch);
		free(crew->workers[i].sent);
	}
	scheduler_free(crew->scheduler);
	free(crew->workers);
	free(crew);
}

static void crew_leave(struct crew *crew, size_t thread)
{
	if (scheduler_leave(crew->scheduler, thread))
		crew_free(crew);
}

static void *client_main(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;
	enum op_type done = OP_NONE;
	struct work *work;

	while ((work = scheduler_next(crew->scheduler, worker->thread, done)))
		done = perform(worker, work);
	/* A target that was given up may be gone. */
	if (worker->client && !atomic_load(&worker->is_abandoned))
		crew->phase.target->disconnect(worker->client);
	crew_leave(crew, worker->thread);
	return NULL;
}

static void *nemesis_main(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;
	enum op_type done = OP_NONE;
	struct work *work;

	while ((work = scheduler_next(crew->scheduler, worker->thread, done))) {
		crew->phase.nemesis(crew->phase.nemesis_state, work);
		done = OP_INFO;
	}
	crew_leave(crew, worker->thread);
	return NULL;
}

static struct crew *crew_new(const struct phase *phase)
{
	struct crew *crew = heap_zeroed(1, sizeof(*crew));
	struct scheduler_setup setup = {
		.generator = phase->generator,
		.threads = phase->threads,
		.has_nemesis = phase->nemesis,
		.processes = phase->processes,
		.deadline_ns = phase->deadline_ns,
	};

	crew->phase = *phase;
	crew->phase.grace_ns = phase->grace_ns ? phase->grace_ns : GRACE_NS;
	crew->scheduler = scheduler_new(&setup);
	crew->count = phase->threads + (phase->nemesis ? 1 : 0);
	crew->workers = heap_zeroed(crew->count, sizeof(*crew->workers));
	for (size_t i = 0; i < crew->count; i++) {
		crew->workers[i].crew = crew;
		crew->workers[i].thread = i;
		crew->workers[i].node = i % phase->nodes;
	}
	return crew;
}

/* How many were started: fewer than all only with an error. */
static size_t crew_start(struct crew *crew, struct error *err)
{
	size_t started = 0;

	while (started < crew->count) {
		struct worker *worker = &crew->workers[started];
		bool is_client = started < crew->phase.threads;

		if (thread_start(&worker->id,
				 is_client ? client_main : nemesis_main, worker,
				 err))
			break;
		started++;
	}
	if (started < crew->count)
		scheduler_stop(crew->scheduler);
	for (size_t i = started; i < crew->count; i++)
		scheduler_leave(crew->scheduler, i);
	return started;
}

/* True when nothing more is to begin. */
static bool is_to_end(const struct crew *crew, bool is_tick)
{
	const struct phase *phase = &crew->phase;
	struct error err;
	/* Connect, apply, and the longest wait after a refusal. */
	int64_t stall_ns =
		2 * phase->op_timeout_ns + BACK_OFF_LAST_NS + phase->grace_ns;

	return (phase->stop && atomic_load(phase->stop)) ||
	       scheduler_is_over(crew->scheduler) ||
	       scheduler_is_stalled(crew->scheduler, stall_ns) ||
	       recorder_has_failed(phase->recorder, &err) ||
	       (is_tick && phase->tick && phase->tick(phase->tick_state));
}

/* Until everybody has left: true. Once nothing new begins, whoever is at work
 * has until its deadline, and the grace; then false. */
static bool crew_run(struct crew *crew)
{
	const struct phase *phase = &crew->phase;
	int64_t limit_ns = INT64_MAX;
	int64_t tick_ns = 0;

	for (;;) {
		int64_t now_ns = clock_now_ns();
		bool is_tick = now_ns >= tick_ns;

		if (is_tick)
			tick_ns = now_ns + TICK_NS;
		if (is_to_end(crew, is_tick) && limit_ns == INT64_MAX) {
			scheduler_stop(crew->scheduler);
			limit_ns = now_ns + phase->op_timeout_ns +
				   crew->phase.grace_ns;
		}
		if (scheduler_dispatch(crew->scheduler, now_ns + CHECK_NS))
			return true;
		if (now_ns >= limit_ns)
			return false;
	}
}

/* Joins those who left and gives up on the others: how many those are. They
 * get a moment to see it, so that none is just now recording. */
static size_t crew_join(struct crew *crew, bool all_left, size_t started)
{
	size_t lost = 0;

	for (size_t i = 0; i < crew->count && !all_left; i++)
		atomic_store(&crew->workers[i].is_abandoned, true);
	if (!all_left)
		scheduler_dispatch(crew->scheduler,
				   clock_now_ns() + LAST_CHANCE_NS);
	for (size_t i = 0; i < started; i++) {
		/* A step of the nemesis is many, each with a deadline. */
		if (!all_left && i == crew->phase.threads &&
		    thread_join_within(crew->workers[i].id,
				       NEMESIS_GRACES * crew->phase.grace_ns))
			continue;
		if (!all_left && scheduler_abandon(crew->scheduler, i)) {
			pthread_detach(crew->workers[i].id);
			lost++;
			continue;
		}
		pthread_join(crew->workers[i].id, NULL);
	}
	return lost;
}

int phase_run(struct phase *phase, bool *abandoned, struct error *err)
{
	struct crew *crew;
	size_t started;
	size_t lost;
	int result;

	assert(phase->threads > 0 && phase->nodes > 0);
	assert(phase->op_timeout_ns > 0);
	crew = crew_new(phase);
	started = crew_start(crew, err);
	result = started < crew->count ? -1 : 0;
	lost = crew_join(crew, crew_run(crew), started);
	if (abandoned)
		*abandoned = lost > 0;
	if (lost > 0)
		error_set(err,
			  "%zu of %zu threads did not come back within their "
			  "time limit; their operations stay open",
			  lost, crew->count);
	if (scheduler_disown(crew->scheduler))
		crew_free(crew);
	if (lost > 0)
		return -1;
	if (recorder_has_failed(phase->recorder, err))
		return -1;
	return result;
}
