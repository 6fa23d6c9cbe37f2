/* SPDX-License-Identifier: MIT */
/* Asynchronous replicas: who has which update, and how the others get it. */
#include "targets/memory/replica.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/core/arena.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_OPERATION INT64_C(1000000) /* of a clock that counts them */
#define SKEW_NS (NS_PER_SECOND / 2)	  /* of a clock that is slow */
#define RETRY_NS (NS_PER_SECOND / 5)
#define CHANCE_STREAM UINT64_MAX	  /* clients have the others */

struct replicas *replicas_new(struct memory *memory, const char *const *names)
{
	struct replicas *replicas = heap_zeroed(1, sizeof(*replicas));
	size_t count = memory->nodes ? memory->nodes : 1;

	replicas->memory = memory;
	replicas->count = count;
	replicas->at = heap_zeroed(count, sizeof(*replicas->at));
	replicas->refuses = heap_zeroed(count * count, sizeof(bool));
	replicas->slowness =
		heap_zeroed(count * count, sizeof(*replicas->slowness));
	replicas->names = names;
	replicas->chance = chance_stream(memory->seed, CHANCE_STREAM);
	for (size_t i = 0; i < count * count; i++)
		replicas->slowness[i] =
			0.25 + 1.5 * chance_unit(&replicas->chance);
	for (size_t i = 0; i < count; i++) {
		struct replica *replica = &replicas->at[i];

		replica->seen = heap_zeroed(count, sizeof(*replica->seen));
		replica->has = heap_zeroed(count, sizeof(*replica->has));
		replica->has_capacity =
			heap_zeroed(count, sizeof(*replica->has_capacity));
	}
	return replicas;
}

static void replica_release(struct replica *replica, size_t nodes)
{
	store_release(&replica->store);
	for (size_t i = 0; i < replica->made_count; i++)
		free(replica->made[i]);
	for (size_t i = 0; i < nodes; i++)
		free(replica->has[i]);
	free(replica->made);
	free(replica->seen);
	free(replica->has);
	free(replica->has_capacity);
}

void replicas_free(struct replicas *replicas)
{
	if (!replicas)
		return;
	for (size_t i = 0; i < replicas->count; i++)
		replica_release(&replicas->at[i], replicas->count);
	free(replicas->at);
	free(replicas->refuses);
	free(replicas->slowness);
	free(replicas->messages);
	free(replicas);
}

struct treatment replica_treatment(const struct memory *memory)
{
	return (struct treatment){
		.conflict = memory->settings.replica.conflict,
		.map_type = memory->settings.replica.map_type,
	};
}

struct item *replica_item(struct replica *replica, enum object object,
			  struct value key)
{
	return store_item(&replica->store, false, object, key);
}

static bool replica_has(const struct replica *replica,
			const struct update *update)
{
	size_t origin = update->origin;

	return update->number <= replica->seen[origin] ||
	       (update->number <= replica->has_capacity[origin] &&
		replica->has[origin][update->number - 1]);
}

static void replica_mark(struct replica *replica, const struct update *update)
{
	size_t origin = update->origin;
	size_t before = replica->has_capacity[origin];
	bool *has = array_reserve(replica->has[origin],
				  &replica->has_capacity[origin],
				  update->number, sizeof(*has));

	memset(has + before, 0, replica->has_capacity[origin] - before);
	has[update->number - 1] = true;
	while (replica->seen[origin] < replica->has_capacity[origin] &&
	       has[replica->seen[origin]])
		replica->seen[origin]++;
	replica->has[origin] = has;
}

/* May the update be taken in, or must others come first? */
static bool is_due(const struct replicas *replicas, size_t node,
		   const struct message *message)
{
	const struct update *update = message->update;
	const struct replica *replica = &replicas->at[node];
	enum delivery delivery = replicas->memory->settings.replica.delivery;

	if (delivery == DELIVERY_ANY || message->ignores_order)
		return true;
	if (replica->seen[update->origin] + 1 != update->number)
		return false;
	for (size_t i = 0; i < replicas->count; i++) {
		if (i != update->origin && delivery == DELIVERY_CAUSAL &&
		    !update->is_loose && update->past[i] > replica->seen[i])
			return false;
	}
	return true;
}

static bool fires(struct replicas *replicas, enum bug bug)
{
	const struct settings *settings = &replicas->memory->settings;

	return settings->bug == bug &&
	       chance_hits(&replicas->chance, settings->bug_rate);
}

/* The bugs that fire as an update is taken in. */
static enum bug bug_of(struct replicas *replicas, const struct update *update,
		       size_t node)
{
	static const enum bug bugs[] = {
		BUG_NON_COMMUTATIVE_MERGE,
		BUG_LOST_SIBLING,
		BUG_DOMINATED_SIBLING,
		BUG_DOUBLE_COUNT,
	};

	for (size_t i = 0; i < sizeof(bugs) / sizeof(*bugs); i++) {
		if (update->origin != node && fires(replicas, bugs[i]))
			return bugs[i];
	}
	return BUG_NONE;
}

/* The home of a key tells all others which of its writes came when. */
static void announce(struct replicas *replicas, size_t node,
		     struct cell *cell, const struct update *update)
{
	struct update model = {
		.object = update->object,
		.verb = update->verb,
		.key = update->key,
		.announces = update,
	};

	if (update->key.bits / 2 % replicas->count != node)
		return;
	model.arrival = ++cell->sum;
	replica_make(replicas, node, &model);
}

/* A merge that forgot what was removed adds it again. `before`: what was
 * there, or NULL. */
static void resurrect(struct replicas *replicas, size_t node,
		      const struct update *update, const struct update *before)
{
	if (before && update->verb == VERB_REMOVE && update->origin != node &&
	    update_saw(update, before) && fires(replicas, BUG_RESURRECTION))
		replica_make(replicas, node, before);
}

static void take(struct replicas *replicas, size_t node,
		 const struct update *update)
{
	struct replica *replica = &replicas->at[node];
	struct treatment treatment = replica_treatment(replicas->memory);
	struct cell *cell = cell_of(replica_item(replica,
						 (enum object)update->object,
						 update->key),
				    update->field);
	const struct update *before = cell_winner(cell, &treatment);

	replica_mark(replica, update);
	if (update->announces) {
		cell_announce(cell, update);
		return;
	}
	treatment.bug = bug_of(replicas, update, node);
	cell_take(cell, update, &treatment);
	if (update->object == OBJECT_REGISTER &&
	    treatment.conflict == CONFLICT_ARRIVAL)
		announce(replicas, node, cell, update);
	resurrect(replicas, node, update, before);
}

/* What the others get, sooner or later. */
static void send(struct replicas *replicas, const struct update *update)
{
	double mean = (double)replicas->memory->settings.replica.link_delay_ns;

	for (size_t to = 0; to < replicas->count; to++) {
		double slowness =
			replicas->slowness[to * replicas->count +
					   update->origin];
		double units = -log(1 - chance_unit(&replicas->chance));

		if (to == update->origin)
			continue;
		replicas->messages = array_reserve(
			replicas->messages, &replicas->message_capacity,
			replicas->message_count + 1,
			sizeof(*replicas->messages));
		replicas->messages[replicas->message_count++] =
			(struct message){
				.update = update,
				.to = to,
				.due_ns = replicas->now_ns +
					  (int64_t)(mean * slowness * units),
				.ignores_order = fires(replicas,
						       BUG_REORDERED_DELIVERY),
			};
	}
}

const struct update *replica_make(struct replicas *replicas, size_t node,
				  const struct update *model)
{
	struct replica *replica = &replicas->at[node];
	size_t past_bytes = replicas->count * sizeof(*replica->seen);
	struct update *update = heap_alloc(sizeof(*update) + past_bytes);

	*update = *model;
	update->origin = node;
	update->number = replica->made_count + 1;
	update->time_ns = replicas->now_ns;
	if (replicas->memory->settings.bug == BUG_SKEWED_CLOCK &&
	    node + 1 == replicas->count)
		update->time_ns -= SKEW_NS;
	update->is_loose = fires(replicas, BUG_DROPPED_DEPENDENCY);
	memcpy(update->past, replica->seen, past_bytes);
	replica->made = array_reserve(replica->made, &replica->made_capacity,
				      replica->made_count + 1,
				      sizeof(*replica->made));
	replica->made[replica->made_count++] = update;
	take(replicas, node, update);
	send(replicas, update);
	return update;
}

/* A replica that is stuck lives on with what it has and is told. */
static bool is_stuck(struct replicas *replicas, size_t node)
{
	if (node + 1 == replicas->count && fires(replicas, BUG_STUCK_REPLICA))
		replicas->at[node].is_stuck = true;
	return replicas->at[node].is_stuck;
}

/* What becomes of a message now: true when it is over. */
static bool deliver(struct replicas *replicas, struct message message)
{
	size_t link =
		message.to * replicas->count + message.update->origin;

	if (replica_has(&replicas->at[message.to], message.update))
		return true;
	if (message.due_ns > replicas->now_ns)
		return false;
	/* It is sent again and again, but not for ever; anti-entropy makes up
	 * for what is given up. */
	if (replicas->refuses[link])
		return message.due_ns + RETRY_NS < replicas->now_ns;
	if (!is_due(replicas, message.to, &message))
		return false;
	if (!is_stuck(replicas, message.to))
		take(replicas, message.to, message.update);
	return true;
}

/* One that is taken in may let others in that came before it, and make new
 * ones: again, until nothing moves. */
static void deliver_all(struct replicas *replicas)
{
	size_t before;

	do {
		size_t kept = 0;

		before = replicas->message_count;
		for (size_t i = 0; i < replicas->message_count; i++) {
			struct message message = replicas->messages[i];

			if (!deliver(replicas, message))
				replicas->messages[kept++] = message;
		}
		replicas->message_count = kept;
	} while (replicas->message_count < before);
}

/* A node asks another for whatever it lacks: how much that was. What waits
 * for the update of another node comes the next time. */
static size_t exchange(struct replicas *replicas, size_t to, size_t from)
{
	struct replica *source = &replicas->at[from];
	size_t taken = 0;

	if (to == from || replicas->refuses[to * replicas->count + from] ||
	    replicas->refuses[from * replicas->count + to])
		return 0;
	for (size_t i = 0; i < replicas->count; i++) {
		struct replica *maker = &replicas->at[i];
		uint64_t next = replicas->at[to].seen[i];

		for (; next < maker->made_count; next++) {
			struct message message = {
				.update = maker->made[next],
				.to = to,
				.due_ns = replicas->now_ns,
			};

			if (replica_has(&replicas->at[to], message.update) ||
			    !replica_has(source, message.update))
				continue;
			if (!is_due(replicas, to, &message) ||
			    is_stuck(replicas, to))
				break;
			take(replicas, to, message.update);
			taken++;
		}
	}
	return taken;
}

static void exchange_all(struct replicas *replicas)
{
	size_t taken;

	do {
		taken = 0;
		for (size_t i = 0; i < replicas->count * replicas->count; i++)
			taken += exchange(replicas, i / replicas->count,
					  i % replicas->count);
	} while (taken > 0);
}

void replicas_advance(struct replicas *replicas)
{
	const struct replica_settings *settings =
		&replicas->memory->settings.replica;
	struct timespec now;
	int64_t now_ns = replicas->now_ns + NS_PER_OPERATION;

	if (!settings->counts_operations) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		now_ns = now.tv_sec * NS_PER_SECOND + now.tv_nsec;
	}
	/* No two operations at the same time. */
	if (now_ns <= replicas->now_ns)
		now_ns = replicas->now_ns + 1;
	replicas->now_ns = now_ns;
	deliver_all(replicas);
	if (now_ns < replicas->exchange_ns)
		return;
	replicas->exchange_ns = now_ns + settings->anti_entropy_ns;
	exchange_all(replicas);
}

void replicas_cut(struct replicas *replicas, const bool *refuses)
{
	size_t bytes = replicas->count * replicas->count * sizeof(*refuses);

	if (refuses)
		memcpy(replicas->refuses, refuses, bytes);
	else
		memset(replicas->refuses, 0, bytes);
}
