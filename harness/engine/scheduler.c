/* SPDX-License-Identifier: MIT */
#include "harness/engine/scheduler.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/engine/scheduler_seats.h"

#define VALUES_LARGE ((size_t)1 << 20)

struct scheduler {
	struct generator *generator;
	size_t threads;
	int32_t *caller_processes;
	int64_t start_ns;
	int64_t deadline_ns;

	pthread_mutex_t lock; /* of all that follows, and of the generator */
	pthread_cond_t dispatch;
	struct values *values; /* of requests, as the generator makes them */
	struct seats seats;    /* of clients, and of the nemesis */
	int32_t *processes;    /* of all threads */
	size_t in_flight;      /* client threads that have work */
	int64_t progress_ns;   /* when one of these got or ended some last */
	size_t present;	       /* threads that have not left */
	int64_t next_ns;  /* when there will be work; INT64_MAX: not known */
	int64_t alarm_ns; /* when the dispatcher wakes */
	bool is_over;
	bool is_disowned; /* the last to leave frees it */
};

struct scheduler *scheduler_new(const struct scheduler_setup *setup)
{
	struct scheduler *scheduler = heap_zeroed(1, sizeof(*scheduler));
	size_t total = setup->threads + (setup->has_nemesis ? 1 : 0);

	scheduler->generator = setup->generator;
	scheduler->threads = setup->threads;
	scheduler->caller_processes = setup->processes;
	scheduler->start_ns = clock_now_ns();
	scheduler->deadline_ns =
		setup->deadline_ns ? setup->deadline_ns : INT64_MAX;
	pthread_mutex_init(&scheduler->lock, NULL);
	condition_init(&scheduler->dispatch);
	scheduler->values = values_new();
	scheduler->processes = heap_zeroed(total, sizeof(int32_t));
	seats_init(&scheduler->seats, total);
	scheduler->present = total;
	scheduler->next_ns = INT64_MAX;
	scheduler->alarm_ns = INT64_MAX;
	for (size_t i = 0; i < total; i++) {
		scheduler->processes[i] = i < setup->threads
						  ? setup->processes[i]
						  : PROCESS_NEMESIS;
	}
	return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
	if (!scheduler)
		return;
	seats_release(&scheduler->seats);
	pthread_mutex_destroy(&scheduler->lock);
	pthread_cond_destroy(&scheduler->dispatch);
	values_free(scheduler->values);
	free(scheduler->processes);
	free(scheduler);
}

static struct gen_context context_now(const struct scheduler *scheduler,
				      size_t asker)
{
	return (struct gen_context){
		.time_ns = clock_now_ns() - scheduler->start_ns,
		.threads = scheduler->threads,
		.total = scheduler->seats.count,
		.free = scheduler->seats.free,
		.processes = scheduler->processes,
		.asker = asker,
		.values = scheduler->values,
	};
}

static struct value translate(struct scheduler *scheduler, struct seat *seat,
			      struct value v)
{
	return value_is_plain(v)
		       ? v
		       : value_copy(seat->work.values, scheduler->values, v);
}

/* Copies what is on offer, for the thread and for the events to come. */
static void seat_fill(struct scheduler *scheduler, struct seat *seat,
		      const struct gen_op *op)
{
	struct work *work = &seat->work;

	seat->asked = array_reserve(seat->asked, &seat->asked_capacity,
				    op->action_count, sizeof(*seat->asked));
	work->actions = array_reserve(work->actions, &seat->work_capacity,
				      op->action_count, sizeof(*work->actions));
	for (size_t i = 0; i < op->action_count; i++) {
		const struct action *from = &op->actions[i];
		struct action *to = &work->actions[i];

		seat->asked[i] = *from;
		*to = *from;
		to->key = translate(scheduler, seat, from->key);
		to->expected = translate(scheduler, seat, from->expected);
		to->arg = translate(scheduler, seat, from->arg);
		to->result = value_nil();
	}
	work->action_count = op->action_count;
	work->f = op->f;
	work->is_transaction = op->is_transaction;
	work->note = op->note;
	work->hop = op->hop;
}

static void generator_tell(struct scheduler *scheduler, size_t thread,
			   enum op_type type, const struct gen_context *context)
{
	struct seat *seat = &scheduler->seats.at[thread];
	struct gen_event event = {
		.type = type,
		.thread = thread,
		.process = scheduler->processes[thread],
		.time_ns = context->time_ns,
		.f = seat->work.f,
		.action_count = seat->work.action_count,
		.actions = seat->asked,
	};

	generator_event(scheduler->generator, context, &event);
}

static void work_count(struct scheduler *scheduler, size_t thread,
		       const struct gen_context *context, int change)
{
	if (thread >= scheduler->threads)
		return;
	scheduler->in_flight += (size_t)change;
	scheduler->progress_ns = context->time_ns + scheduler->start_ns;
}

static void hand_over(struct scheduler *scheduler, size_t asker,
		      const struct gen_context *context,
		      const struct gen_op *op)
{
	size_t thread = op->thread;
	struct seat *seat;

	assert(thread < scheduler->seats.count);
	seat = &scheduler->seats.at[thread];
	seat_fill(scheduler, seat, op);
	generator_take(scheduler->generator, context, op);
	seats_strike(&scheduler->seats, thread);
	work_count(scheduler, thread, context, 1);
	seat->work.process = scheduler->processes[thread];
	seat->has_work = true;
	generator_tell(scheduler, thread, OP_INVOKE, context);
	if (thread != asker)
		pthread_cond_signal(&seat->wake);
}

static void phase_end(struct scheduler *scheduler)
{
	if (scheduler->is_over)
		return;
	scheduler->is_over = true;
	for (size_t i = 0; i < scheduler->seats.count; i++)
		pthread_cond_signal(&scheduler->seats.at[i].wake);
	pthread_cond_signal(&scheduler->dispatch);
}

/* Asks the generator. False when there is nothing to hand out now; then the
 * dispatcher knows when to look again, or the phase is over. */
static bool is_due(struct scheduler *scheduler,
		   const struct gen_context *context, struct gen_op *op)
{
	enum gen_answer answer = GEN_EXHAUSTED;

	if (context->time_ns + scheduler->start_ns < scheduler->deadline_ns)
		answer = generator_offer(scheduler->generator, context, op);
	if (answer == GEN_EXHAUSTED) {
		phase_end(scheduler);
		return false;
	}
	scheduler->next_ns = INT64_MAX;
	if (answer == GEN_OP && op->time_ns <= context->time_ns)
		return true;
	/* Pending, it says when to ask again, if it knows. */
	if (op->time_ns < INT64_MAX - scheduler->start_ns)
		scheduler->next_ns = op->time_ns + scheduler->start_ns;
	if (scheduler->next_ns < scheduler->alarm_ns)
		pthread_cond_signal(&scheduler->dispatch);
	return false;
}

/*
 * Hands out all that is due, to `asker` (whose own thread calls) or to nobody
 * in particular first; then those come first that have waited longest.
 */
static void hand_out(struct scheduler *scheduler, size_t asker)
{
	size_t prefer = asker;

	while (!scheduler->is_over &&
	       scheduler->seats.longest_free != SEAT_NONE) {
		struct gen_context context;
		struct gen_op op;

		if (prefer == SEAT_NONE)
			prefer = scheduler->seats.longest_free;
		context = context_now(scheduler, prefer);
		if (!is_due(scheduler, &context, &op))
			break;
		hand_over(scheduler, asker, &context, &op);
		prefer = SEAT_NONE;
	}
}

static void process_retire(struct scheduler *scheduler, size_t thread)
{
	int32_t *process = &scheduler->processes[thread];

	assert(*process <= INT32_MAX - (int32_t)scheduler->threads);
	*process += (int32_t)scheduler->threads;
	scheduler->caller_processes[thread] = *process;
}

/* What became of the thread's operation; then it is free. */
static void finish(struct scheduler *scheduler, size_t thread,
		   enum op_type done)
{
	struct seat *seat = &scheduler->seats.at[thread];
	struct gen_context context;

	for (size_t i = 0; i < seat->work.action_count; i++) {
		struct value result = seat->work.actions[i].result;

		seat->asked[i].result =
			value_is_plain(result) ? result : value_nil();
	}
	seats_enlist(&scheduler->seats, thread);
	context = context_now(scheduler, thread);
	work_count(scheduler, thread, &context, -1);
	generator_tell(scheduler, thread, done, &context);
	if (done == OP_INFO && thread < scheduler->threads)
		process_retire(scheduler, thread);
}

struct work *scheduler_next(struct scheduler *scheduler, size_t thread,
			    enum op_type done)
{
	struct seat *seat = &scheduler->seats.at[thread];
	struct work *work = NULL;

	/* The table is still this thread's alone; plain results outlive it. */
	if (done != OP_NONE && values_bytes(seat->work.values) > VALUES_LARGE)
		values_clear(seat->work.values);
	pthread_mutex_lock(&scheduler->lock);
	if (done != OP_NONE && !seat->is_abandoned)
		finish(scheduler, thread, done);
	if (!seat->has_work)
		hand_out(scheduler, thread);
	while (!seat->has_work && !scheduler->is_over)
		pthread_cond_wait(&seat->wake, &scheduler->lock);
	if (seat->has_work)
		work = &seat->work;
	seat->has_work = false;
	pthread_mutex_unlock(&scheduler->lock);
	return work;
}

bool scheduler_dispatch(struct scheduler *scheduler, int64_t until_ns)
{
	bool is_over;

	pthread_mutex_lock(&scheduler->lock);
	for (;;) {
		int64_t now_ns;

		hand_out(scheduler, SEAT_NONE);
		now_ns = clock_now_ns();
		if (now_ns >= scheduler->deadline_ns)
			phase_end(scheduler);
		if (scheduler->present == 0 || now_ns >= until_ns)
			break;
		scheduler->alarm_ns = until_ns;
		if (!scheduler->is_over && scheduler->next_ns < until_ns)
			scheduler->alarm_ns = scheduler->next_ns;
		condition_wait_until(&scheduler->dispatch, &scheduler->lock,
				     scheduler->alarm_ns);
		scheduler->alarm_ns = INT64_MAX;
	}
	is_over = scheduler->present == 0;
	pthread_mutex_unlock(&scheduler->lock);
	return is_over;
}

void scheduler_stop(struct scheduler *scheduler)
{
	pthread_mutex_lock(&scheduler->lock);
	phase_end(scheduler);
	pthread_mutex_unlock(&scheduler->lock);
}

void scheduler_pause(struct scheduler *scheduler, size_t thread,
		     int64_t until_ns)
{
	pthread_mutex_lock(&scheduler->lock);
	while (!scheduler->is_over && clock_now_ns() < until_ns)
		condition_wait_until(&scheduler->seats.at[thread].wake,
				     &scheduler->lock, until_ns);
	pthread_mutex_unlock(&scheduler->lock);
}

bool scheduler_leave(struct scheduler *scheduler, size_t thread)
{
	bool is_last;

	pthread_mutex_lock(&scheduler->lock);
	assert(!scheduler->seats.at[thread].has_left);
	scheduler->seats.at[thread].has_left = true;
	if (--scheduler->present == 0)
		pthread_cond_signal(&scheduler->dispatch);
	is_last = scheduler->present == 0 && scheduler->is_disowned;
	pthread_mutex_unlock(&scheduler->lock);
	return is_last;
}

bool scheduler_abandon(struct scheduler *scheduler, size_t thread)
{
	struct seat *seat = &scheduler->seats.at[thread];
	bool has_left;

	pthread_mutex_lock(&scheduler->lock);
	assert(scheduler->is_over);
	has_left = seat->has_left;
	if (!has_left && !seat->is_free && thread < scheduler->threads)
		process_retire(scheduler, thread);
	seat->is_abandoned = !has_left;
	pthread_mutex_unlock(&scheduler->lock);
	return !has_left;
}

bool scheduler_disown(struct scheduler *scheduler)
{
	bool is_last;

	pthread_mutex_lock(&scheduler->lock);
	scheduler->is_disowned = true;
	is_last = scheduler->present == 0;
	pthread_mutex_unlock(&scheduler->lock);
	return is_last;
}

bool scheduler_is_over(struct scheduler *scheduler)
{
	bool is_over;

	pthread_mutex_lock(&scheduler->lock);
	is_over = scheduler->is_over;
	pthread_mutex_unlock(&scheduler->lock);
	return is_over;
}

bool scheduler_is_stalled(struct scheduler *scheduler, int64_t limit_ns)
{
	bool is_stalled;

	pthread_mutex_lock(&scheduler->lock);
	is_stalled = scheduler->in_flight > 0 &&
		     clock_now_ns() - scheduler->progress_ns > limit_ns;
	pthread_mutex_unlock(&scheduler->lock);
	return is_stalled;
}

size_t scheduler_in_flight(struct scheduler *scheduler)
{
	size_t in_flight;

	pthread_mutex_lock(&scheduler->lock);
	in_flight = scheduler->in_flight;
	pthread_mutex_unlock(&scheduler->lock);
	return in_flight;
}
