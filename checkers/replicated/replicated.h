/* SPDX-License-Identifier: MIT */
/*
 * Replicated data types: what a read may return given what may have been
 * visible to it.
 *
 * After S. Burckhardt, A. Gotsman, H. Yang, M. Zawirski: Replicated data
 * types: specification, verification, optimality. POPL 2014. There a read's
 * answer is a function of the updates visible to it and of how these saw each
 * other. A history does not tell what was visible. So each read is held
 * against all that may have been: it is convicted only where no visibility
 * explains it.
 *
 *   may see     u may be visible to x unless u began after x had ended, or x
 *               is in the past of u;
 *   must see    with visibility `causal`, what is in the past of x: what its
 *               session did before, what its session's reads showed, and what
 *               was in the past of these; a closing read, in addition, all
 *               that was acknowledged before it began.
 */
#ifndef ORDEAL_REPLICATED_REPLICATED_H
#define ORDEAL_REPLICATED_REPLICATED_H

#include "harness/core/table.h"
#include "harness/checker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODES_MAX 256
#define NO_EVENT UINT32_MAX

enum replicated_type {
	TYPE_AUTO,
	TYPE_G_COUNTER,
	TYPE_PN_COUNTER,
	TYPE_G_SET,
	TYPE_2P_SET,
	TYPE_OR_SET,
	TYPE_LWW_REGISTER,
	TYPE_MV_REGISTER,
	TYPE_LWW_MAP,
	TYPE_OR_MAP,
	TYPE_COUNT,
};

enum wrong {
	DIVERGENCE,
	LOST_ELEMENT,
	RESURRECTED_ELEMENT,
	PHANTOM_ELEMENT,
	LOST_WRITE,
	STALE_READ,
	GARBAGE_READ,
	LOST_INCREMENT,
	OVERCOUNT,
	LOST_SIBLING,
	DOMINATED_SIBLING,
	FALSE_VECTOR,
	WRONG_COUNT,
};

enum event_kind {
	EVENT_READ,
	EVENT_ADD, /* add, write, increment, decrement */
	EVENT_REMOVE,
};

/* A read that came back, or an update that may have happened. */
struct event {
	uint32_t op;
	uint32_t session;
	uint32_t position; /* in its session */
	uint32_t element;  /* of an update: number; registers have one only */
	uint32_t invoke;
	uint32_t complete; /* HISTORY_NONE: in doubt */
	enum event_kind kind;
	bool is_final; /* a closing read */
	struct value value; /* written; of a read all that it showed */
	int64_t amount;
};

/* One key: its events by completion (reads) or invocation (updates), so that
 * each stands behind its past. */
struct place {
	struct value key;
	struct event *events;
	uint32_t count;
	uint32_t session_count;
	uint32_t *clocks; /* [event * session_count + session]: of that session
			   * the first so many are in its past, or itself;
			   * NULL: nothing is known to be */
	struct value *elements;
	uint32_t element_count;
	uint32_t *starts; /* of each element's updates, in `updates` */
	uint32_t *updates;
	bool has_doubt;	  /* an update */
	struct table numbers; /* of an element's bits: number + 1 */
};

struct node_seen {
	struct value node;
	bool is_read; /* at the end */
};

struct replicated {
	const struct check *check;
	struct verdict *verdict;
	enum replicated_type type;
	bool is_causal;
	uint32_t final_op; /* operations from here on are of the final phase */
	struct node_seen nodes[NODES_MAX];
	size_t node_count;
	uint64_t counts[WRONG_COUNT];
	uint64_t reads;
	uint64_t final_reads;
	uint64_t keys;
	uint64_t steps; /* of the key at hand, of budget.states_max */
	uint64_t undecided; /* keys that took too many */
	uint64_t unreadable; /* reads of which the answer has another form */
	struct arena arena; /* of the key at hand */
};

static inline const struct op *op_at(const struct replicated *r,
				     uint32_t number)
{
	return &r->check->history->ops[number];
}

static inline const struct action *action_at(const struct replicated *r,
					     uint32_t number)
{
	return op_actions(r->check->history, op_at(r, number));
}

/* Is event a in the past of event b? */
static inline bool is_past(const struct place *place, uint32_t a, uint32_t b)
{
	const struct event *event = &place->events[a];

	return place->clocks && a != b &&
	       place->clocks[(size_t)b * place->session_count +
			     event->session] > event->position;
}

/* Must b (a read) see the update a? May any b see it? */
bool must_see(const struct place *place, uint32_t a, uint32_t b);
bool may_see(const struct place *place, uint32_t a, uint32_t b);

/* The updates of an element, ascending. */
static inline const uint32_t *element_updates(const struct place *place,
					      uint32_t element,
					      uint32_t *count)
{
	*count = place->starts[element + 1] - place->starts[element];
	return place->updates + place->starts[element];
}

/* False: it takes too many steps. */
bool spend(struct replicated *r, uint64_t steps);

/* Collects the events of a key, and computes their pasts. False: too large. */
bool place_init(struct replicated *r, struct place *place, struct value key,
		const uint32_t *ops, uint32_t count);

/* What a read shows, as elements (fields, values) and, of maps, contents; in
 * r->arena. Not a list or map: false. */
struct shown {
	struct value *elements;
	struct value *contents; /* of a map; of siblings their vectors, or
				 * nil */
	size_t count;
};
bool shown_read(struct replicated *r, struct value result, struct shown *shown);

/* Each judges the reads of a key. */
void judge_counter(struct replicated *r, const struct place *place);
void judge_elements(struct replicated *r, const struct place *place);
void judge_siblings(struct replicated *r, const struct place *place);
/* Closing reads of the same key must agree. */
void judge_agreement(struct replicated *r, const struct place *place);

/* Counts an anomaly; NULL when enough of its kind were told. */
struct anomaly *accuse(struct replicated *r, const struct place *place,
		       enum wrong wrong, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void accuse_add(struct replicated *r, struct anomaly *anomaly,
		const struct place *place, uint32_t event, const char *format,
		...) __attribute__((format(printf, 5, 6)));
const char *text_of(const struct replicated *r, struct value value);

#endif
