/* SPDX-License-Identifier: MIT */
/* The inside of the memory target: its state, and calls of its objects. */
#ifndef ORDEAL_MEMORY_MEMORY_H
#define ORDEAL_MEMORY_MEMORY_H

#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"
#include "targets/memory/bugs.h"
#include "targets/memory/chance.h"
#include "targets/memory/crdt.h"
#include "targets/memory/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values that no workload writes begin here; they are plain. */
#define GARBAGE_FIRST 1000000000
#define GARBAGE_COUNT 1000000

enum latency_shape {
	LATENCY_CONSTANT,
	LATENCY_UNIFORM, /* 0 .. twice the mean */
	LATENCY_EXPONENTIAL,
};

/* Of transactions; zero is the strongest. */
enum level {
	LEVEL_STRICT_SERIALIZABLE,
	LEVEL_SERIALIZABLE,
	LEVEL_SNAPSHOT_ISOLATION,
	LEVEL_READ_COMMITTED,
	LEVEL_READ_UNCOMMITTED,
};

/* Copies of everything: one, or one at each node that hears of the others
 * later. */
enum replication {
	REPLICATION_NONE,
	REPLICATION_ASYNC,
};

/* What of the settings is about asynchronous replicas. */
struct replica_settings {
	enum replication replication;
	enum delivery delivery;
	enum conflict conflict;
	enum set_type set_type;
	enum map_type map_type;
	int64_t link_delay_ns; /* mean */
	int64_t anti_entropy_ns;
	bool counts_operations; /* its clock is their number */
};

/* What the options say. */
struct settings {
	enum bug bug;
	double bug_rate;
	size_t stale_by;       /* versions at most */
	uint64_t split_length; /* operations */
	double fail_rate;
	double timeout_rate;
	int64_t latency_ns; /* mean */
	enum latency_shape latency_shape;
	size_t permits; /* of a lock */
	enum level level;
	struct replica_settings replica;
};

/* Actions that take effect later, all at once. */
struct deferred {
	struct action *actions; /* in the store's values */
	size_t count;
	uint64_t due; /* when so many operations have been */
	int32_t process;
	bool is_other;
	size_t node;
};

struct memory {
	struct settings settings;
	uint64_t seed;
	size_t nodes;

	pthread_mutex_t lock; /* of all that follows */
	struct store store;
	uint64_t clients; /* that ever connected */
	uint64_t operations;
	bool is_split;
	struct deferred *deferred;
	size_t deferred_count;
	size_t deferred_capacity;
	struct replicas *replicas; /* NULL: one copy of everything */
};

/* Where a client's consumer of a log is. */
struct position {
	struct value key; /* in the store's values */
	int64_t offset;
};

/* One thread's, but for what is only touched under the lock. */
struct client {
	struct memory *memory;
	struct chance chance;
	size_t node;
	bool is_other_half;
	struct position *positions;
	size_t position_count;
	size_t position_capacity;
};

/* One action, carried out under the lock. */
struct call {
	struct memory *memory;
	struct client *client; /* NULL: deferred */
	struct chance *chance;
	struct action *action;
	struct values *values; /* of the action */
	struct arena *arena;
	int32_t process;
	bool is_other; /* the half it is in, while there are two */
	size_t node; /* its replica, where there are several */
	struct error *err;
};

/* What an action on a register, list or counter makes of its content; what it
 * answers is in the action's result. */
struct step {
	struct value after;
	bool is_change;
	enum outcome outcome;
};

struct step cell_step(struct call *call, struct value content);

/* `answer` with something in it, or in its place, that nobody wrote. */
struct value cell_garbage(struct call *call, struct value answer);

/* Each carries out an action on its kind of object. */
typedef enum outcome object_call(struct call *call);
object_call cell_call; /* register, list, counter, set of transactions */
object_call set_call;
object_call queue_call;
object_call lock_call;
object_call log_call;
object_call id_call;
object_call replica_call; /* any of them, where there are replicas */

/* True when `bug` is the planted one and chance wants it now. */
bool bug_fires(struct call *call, enum bug bug);

/* How many versions it goes back. */
size_t bug_depth(struct call *call);

/* The item of the action's key. */
struct item *call_item(struct call *call);

/* A value of the request in the store, and the other way round. */
struct value call_in(struct call *call, struct value v);
struct value call_out(struct call *call, struct value v);
struct value call_out_list(struct call *call, const struct value *elements,
			   size_t count);

struct value call_garbage(struct call *call);

/* Sets the reason; OUTCOME_FAIL. */
enum outcome call_refuse(struct call *call, const char *reason);

/* Carries out the call's action, whatever its object. */
enum outcome call_carry_out(struct call *call);

/* These actions (of the values of the call) happen, all at once, after some
 * operations more. */
void call_defer(struct call *call, const struct action *actions, size_t count);

/* Several actions at once, under the lock, as the level of isolation and the
 * planted bug will have it. `aborts`: it is to fail in the end. */
enum outcome transaction_run(struct call *call, struct action *actions,
			     size_t count, bool aborts);

/* The same later, for nobody who waits: all of it, or nothing. */
void transaction_run_late(struct call *call, struct action *actions,
			  size_t count);

enum outcome memory_apply(void *client, struct request *request,
			  struct error *err);

/* A lock's action ended in doubt: decides what of it remains. */
void lock_settle(struct call *call, bool has_happened);

#endif
