/* SPDX-License-Identifier: MIT */
/* The memory target: every object in this process, correct, and on demand
 * with a planted bug, so that checkers can show what they find. */
#include "targets/memory/memory.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "targets/memory/replica.h"

static const char *const latency_shapes[] = { "constant", "uniform",
					      "exponential", NULL };

static const char *const levels[] = {
	[LEVEL_STRICT_SERIALIZABLE] = "strict-serializable",
	[LEVEL_SERIALIZABLE] = "serializable",
	[LEVEL_SNAPSHOT_ISOLATION] = "snapshot-isolation",
	[LEVEL_READ_COMMITTED] = "read-committed",
	[LEVEL_READ_UNCOMMITTED] = "read-uncommitted",
	NULL,
};

static const char *const replications[] = {
	[REPLICATION_NONE] = "none",
	[REPLICATION_ASYNC] = "async",
	NULL,
};

static const char *const deliveries[] = {
	[DELIVERY_CAUSAL] = "causal",
	[DELIVERY_FIFO] = "fifo",
	[DELIVERY_ANY] = "any",
	NULL,
};

static const char *const conflicts[] = {
	[CONFLICT_TIMESTAMP] = "timestamp",
	[CONFLICT_ARRIVAL] = "arrival",
	[CONFLICT_SIBLINGS] = "siblings",
	NULL,
};

static const char *const set_types[] = {
	[SET_OBSERVED_REMOVE] = "or-set",
	[SET_TWO_PHASE] = "2p-set",
	[SET_GROW_ONLY] = "g-set",
	NULL,
};

static const char *const map_types[] = {
	[MAP_OBSERVED_REMOVE] = "or-map",
	[MAP_LAST_WRITE] = "lww-map",
	NULL,
};

static const char *const replica_clocks[] = { "time", "operations", NULL };

static const struct option memory_options[] = {
	{ "bug", OPTION_CHOICE, "none", "what it does wrong", bug_names },
	{ "isolation", OPTION_CHOICE, "strict-serializable",
	  "what transactions get, and no more", levels },
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
	{ "replication", OPTION_CHOICE, "none",
	  "copies: one; or one at each node, which hears of the others later",
	  replications },
	{ "delivery", OPTION_CHOICE, "causal",
	  "in which order a replica takes updates in", deliveries },
	{ "conflict", OPTION_CHOICE, "timestamp",
	  "which of concurrent writes of a register counts", conflicts },
	{ "set-type", OPTION_CHOICE, "or-set", "of replicas", set_types },
	{ "map-type", OPTION_CHOICE, "or-map", "of replicas", map_types },
	{ "link-delay", OPTION_DURATION, "20ms",
	  "mean time from replica to replica", NULL },
	{ "anti-entropy", OPTION_DURATION, "100ms",
	  "how often replicas compare what they have", NULL },
	{ "replica-clock", OPTION_CHOICE, "time",
	  "what replicas go by: time, or one millisecond for each operation",
	  replica_clocks },
	{ 0 },
};

#define BIT(verb) (UINT32_C(1) << VERB_##verb)

static const struct support memory_supports[] = {
	{ OBJECT_REGISTER, BIT(READ) | BIT(WRITE) | BIT(CAS), true },
	{ OBJECT_LIST, BIT(READ) | BIT(APPEND), true },
	{ OBJECT_SET, BIT(READ) | BIT(ADD) | BIT(REMOVE) | BIT(CONTAINS),
	  false },
	{ OBJECT_SET, BIT(READ) | BIT(ADD), true },
	{ OBJECT_COUNTER, BIT(READ) | BIT(INCREMENT) | BIT(DECREMENT), true },
	{ OBJECT_QUEUE,
	  BIT(ENQUEUE) | BIT(DEQUEUE) | BIT(DRAIN) | BIT(PUSH) | BIT(POP) |
		  BIT(PEEK),
	  false },
	{ OBJECT_LOCK, BIT(ACQUIRE) | BIT(RELEASE), false },
	{ OBJECT_LOG,
	  BIT(SEND) | BIT(POLL) | BIT(ASSIGN) | BIT(SUBSCRIBE) | BIT(COMMIT),
	  true },
	{ OBJECT_ID, BIT(GENERATE), false },
	{ OBJECT_MAP, BIT(READ) | BIT(WRITE) | BIT(REMOVE), false },
	{ OBJECT_NONE, 0, false },
};

static int64_t at_least(int64_t number, int64_t least)
{
	return number < least ? least : number;
}

/* Which of the choices the option has. */
static unsigned choice_of(const struct options *options, const char *name,
			  const char *const *choices)
{
	for (unsigned i = 0; choices[i]; i++) {
		if (options_is(options, name, choices[i]))
			return i;
	}
	return 0; /* there is no other: the option takes no other text */
}

static struct replica_settings replicas_from(const struct options *options)
{
	return (struct replica_settings){
		.replication = (enum replication)choice_of(
			options, "replication", replications),
		.delivery = (enum delivery)choice_of(options, "delivery",
						     deliveries),
		.conflict = (enum conflict)choice_of(options, "conflict",
						     conflicts),
		.set_type = (enum set_type)choice_of(options, "set-type",
						     set_types),
		.map_type = (enum map_type)choice_of(options, "map-type",
						     map_types),
		.link_delay_ns = options_duration_ns(options, "link-delay"),
		.anti_entropy_ns = options_duration_ns(options, "anti-entropy"),
		.counts_operations =
			options_is(options, "replica-clock", "operations"),
	};
}

static struct settings settings_from(const struct options *options)
{
	struct settings settings = {
		.bug = bug_from_name(options_text(options, "bug")),
		.level = (enum level)choice_of(options, "isolation", levels),
		.bug_rate = options_real(options, "bug-rate"),
		.fail_rate = options_real(options, "fail-rate"),
		.timeout_rate = options_real(options, "timeout-rate"),
		.latency_ns = options_duration_ns(options, "latency"),
		.replica = replicas_from(options),
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
	if (settings->replica.conflict == CONFLICT_ARRIVAL &&
	    settings->replica.delivery != DELIVERY_CAUSAL)
		return error_set(err, "conflict arrival wants delivery causal: "
				      "the order of arrival is an update, too");
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
	if (settings.replica.replication == REPLICATION_ASYNC)
		memory->replicas = replicas_new(memory, setup->node_names);
	return memory;
}

static void memory_close(void *state)
{
	struct memory *memory = state;

	replicas_free(memory->replicas);
	store_release(&memory->store);
	pthread_mutex_destroy(&memory->lock);
	for (size_t i = 0; i < memory->deferred_count; i++)
		free(memory->deferred[i].actions);
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
	client->node = memory->nodes ? node % memory->nodes : 0;
	client->chance = chance_stream(memory->seed, number);
	client->is_other_half =
		memory->nodes > 1 ? node * 2 >= memory->nodes : number % 2;
	return client;
}

static void memory_disconnect(void *opaque)
{
	struct client *client = opaque;

	free(client->positions);
	free(client);
}

static int memory_cut_links(void *state, const bool *refuses, struct error *err)
{
	struct memory *memory = state;

	if (!memory->replicas)
		return error_set(err, "there is one copy of everything; say "
				      "--replication async");
	pthread_mutex_lock(&memory->lock);
	replicas_cut(memory->replicas, refuses);
	pthread_mutex_unlock(&memory->lock);
	return 0;
}

static void memory_see_links(void *state, bool *refuses)
{
	struct memory *memory = state;

	if (!memory->replicas)
		return;
	pthread_mutex_lock(&memory->lock);
	memcpy(refuses, memory->replicas->refuses,
	       memory->nodes * memory->nodes * sizeof(*refuses));
	pthread_mutex_unlock(&memory->lock);
}

const struct target target_memory = {
	.name = "memory",
	.summary = "every object, in this process; with planted bugs on demand",
	.options = memory_options,
	.supports = memory_supports,
	.is_in_process = true,
	.open = memory_open,
	.close = memory_close,
	.cut_links = memory_cut_links,
	.see_links = memory_see_links,
	.connect = memory_connect,
	.apply = memory_apply,
	.disconnect = memory_disconnect,
};
