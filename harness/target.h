/* SPDX-License-Identifier: MIT */
/* A target: a store under test, its daemons and its client. */
#ifndef ORDEAL_TARGET_H
#define ORDEAL_TARGET_H

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/option.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What it can do; as struct need in workload.h. Ends with OBJECT_NONE. */
struct support {
	enum object object;
	uint32_t verbs; /* bit 1 << VERB_... */
	bool in_transactions;
};

/* A run's view of the target: made once, shared by all threads. */
struct target_setup {
	const struct options *options; /* of the target's own table */
	uint64_t seed;
	size_t threads; /* workers */
	const char *const *node_names; /* of in-process targets: made-up ones */
	const char *const *node_addresses;
	size_t nodes;
	struct arena *arena; /* lives as long as the run */
};

/* One request: actions to carry out, atomically where there are several, and
 * where to put what came back. Values are of `values`, the worker's own. */
struct request {
	struct action *actions; /* results go into .result */
	size_t action_count;
	bool is_transaction;
	int32_t process;
	struct values *values;
	struct arena *arena; /* scratch; emptied after the operation */
	int64_t deadline_ns;
	const char *trace; /* the header `traceparent` (W3C Trace Context) of
			    * this operation, to be sent along where the
			    * protocol can carry it; NULL: none */
	bool is_unsent; /* set by apply: nobody was there to send it to; the
			 * worker waits a little before its next */
};

/*
 * The contract of `apply`: the request is sent at most once, no library under
 * it retries. OUTCOME_FAIL only where the store's manual says that the reply
 * is definite: it did not happen and never will. Everything else that is not
 * OUTCOME_OK is OUTCOME_INDETERMINATE, and returns by the deadline. `err`
 * says why, in a few words without addresses or times ("timeout",
 * "precondition failed"), so that equal causes can be counted.
 */
struct target {
	const char *name;
	const char *summary;
	const struct option *options; /* NULL: none */
	const struct support *supports;
	bool is_in_process; /* has no nodes: the functions on nodes are NULL */

	/* The target's state for this run, or NULL with a sentence. */
	void *(*open)(const struct target_setup *setup, struct error *err);
	void (*close)(void *state);
	/* What is known of its version, for config.json, or NULL; asked once
	 * the nodes are ready. */
	const char *(*version)(void *state, struct arena *arena);

	/* On each node, in parallel, each call by the thread that owns the
	 * node. Idempotent. `wipe` removes all data, `stop` all daemons;
	 * `start` starts those of its daemons that are not there. */
	int (*install)(void *state, struct node *node, struct error *err);
	int (*start)(void *state, struct node *node, struct error *err);
	int (*await_ready)(void *state, struct node *node,
			   int64_t deadline_ns, struct error *err);
	int (*stop)(void *state, struct node *node, struct error *err);
	int (*wipe)(void *state, struct node *node, struct error *err);

	const char *const *daemons; /* for kill, pause, ...; NULL at the end */
	const char *const *logs; /* remote paths; NULL at the end */
	const char *data; /* the folder of all that it has to keep; `wipe`
			   * leaves it there, empty. NULL: it has none */
	const char *const *crash_patterns; /* regular expressions (PCRE) */

	/* Which nodes are primary just now; any thread; NULL: no such thing. */
	int (*primaries)(void *state, bool *is_primary, struct error *err);

	/* How far each node is, in entries of its log that it has applied; -1
	 * for one that does not tell. Any thread; NULL: no such thing. */
	int (*progress)(void *state, int64_t *applied, struct error *err);

	/* The TCP ports that nodes listen at, for clients and for each other
	 * (0: none, or not known); NULL: not known. */
	void (*ports)(void *state, int *client, int *peer);

	/* ADDRESS:PORT, as seen on the nodes, where its daemons serve gofail's
	 * failpoints in this run, or NULL; NULL: never. */
	const char *(*failpoints)(void *state);

	/*
	 * Of a store in this process, whose nodes are made up: cuts links.
	 * Where refuses[to * nodes + from], nothing that node `from` sends
	 * reaches node `to`; refuses NULL: all links are open. Any thread. -1
	 * with a sentence when it has no links just now; NULL: never.
	 */
	int (*cut_links)(void *state, const bool *refuses, struct error *err);
	/* Which links are cut (nodes * nodes). */
	void (*see_links)(void *state, bool *refuses);

	/*
	 * Who belongs to the store, where that can be changed while it runs;
	 * NULL otherwise, all three. `members` sets ids[i] to what the store
	 * calls node i, NULL for one that is no member; any thread. `leave`
	 * takes a node out of the store, ends its daemons and wipes it;
	 * `start` does nothing there until `join` takes it in again and
	 * starts it. Both are idempotent and return by `deadline_ns`.
	 */
	int (*members)(void *state, const char **ids, struct arena *arena,
		       struct error *err);
	int (*leave)(void *state, struct node *node, int64_t deadline_ns,
		     struct error *err);
	int (*join)(void *state, struct node *node, int64_t deadline_ns,
		    struct error *err);

	/* A client of one process, to node number `node`; one thread's. */
	void *(*connect)(void *state, size_t node, int64_t deadline_ns,
			 struct error *err);
	enum outcome (*apply)(void *client, struct request *request,
			      struct error *err);
	void (*disconnect)(void *client);
};

#endif
