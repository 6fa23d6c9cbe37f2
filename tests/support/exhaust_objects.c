/* SPDX-License-Identifier: MIT */
#include "tests/support/exhaust.h"

/* Operations that bring nothing, that bring a result, and that are open. */
#define DOES(verb, arg) { verb, arg, NIL, NIL, false, 0 }
#define SAYS(verb, arg, result) { verb, arg, NIL, result, false, 0 }
#define OPEN(verb, arg) { verb, arg, NIL, NIL, true, 0 }
#define SWAP(expected, arg) { VERB_CAS, arg, expected, NIL, false, 0 }
#define SWAP_OPEN(expected, arg) { VERB_CAS, arg, expected, NIL, true, 0 }
#define BY(process, verb) { verb, NIL, NIL, NIL, false, process }
#define BY_OPEN(process, verb) { verb, NIL, NIL, NIL, true, process }

/* Up to three values put in, each taken, seen, or not; nothing found. */
#define CONTAINER(put, take)                                           \
	DOES(put, 1), DOES(put, 2), DOES(put, 3), OPEN(put, 1),        \
		OPEN(put, 2), SAYS(take, NIL, NIL), SAYS(take, NIL, 1), \
		SAYS(take, NIL, 2), SAYS(take, NIL, 3), OPEN(take, NIL)
#define PEEKS                                                          \
	SAYS(VERB_PEEK, NIL, NIL), SAYS(VERB_PEEK, NIL, 1),            \
		SAYS(VERB_PEEK, NIL, 2)

#define OWNED                                                          \
	BY(0, VERB_ACQUIRE), BY(0, VERB_RELEASE), BY(1, VERB_ACQUIRE), \
		BY(1, VERB_RELEASE), BY(2, VERB_ACQUIRE),              \
		BY(2, VERB_RELEASE), BY_OPEN(0, VERB_ACQUIRE),         \
		BY_OPEN(0, VERB_RELEASE), BY_OPEN(1, VERB_ACQUIRE),    \
		BY_OPEN(1, VERB_RELEASE), BY_OPEN(2, VERB_ACQUIRE),    \
		BY_OPEN(2, VERB_RELEASE)

const struct exhaust_object exhaust_objects[] = {
	{ "register", "register", brute_register, EXHAUST_IN_TURN,
	  .initial = NIL, .ops = 5, .watched = 130750,
	  .labels = { DOES(VERB_WRITE, 1), DOES(VERB_WRITE, 2),
		      DOES(VERB_WRITE, 3), SAYS(VERB_READ, NIL, NIL),
		      SAYS(VERB_READ, NIL, 1), SAYS(VERB_READ, NIL, 2),
		      SAYS(VERB_READ, NIL, 3), OPEN(VERB_WRITE, 1),
		      OPEN(VERB_WRITE, 2) } },
	{ "register of few values", "register", brute_register, EXHAUST_ANY,
	  .initial = NIL, .ops = 4, .watched = 4955,
	  .labels = { DOES(VERB_WRITE, 1), DOES(VERB_WRITE, 2),
		      SAYS(VERB_READ, NIL, NIL), SAYS(VERB_READ, NIL, 1),
		      SAYS(VERB_READ, NIL, 2), OPEN(VERB_WRITE, 1) } },
	{ "cas-register", "cas-register", brute_register, EXHAUST_IN_TURN,
	  .initial = NIL, .ops = 4, .watched = 22548,
	  .labels = { DOES(VERB_WRITE, 1), DOES(VERB_WRITE, 2), SWAP(NIL, 1),
		      SWAP(NIL, 2), SWAP(1, 2), SWAP(1, 3), SWAP(2, 3),
		      SWAP(2, 1), SAYS(VERB_READ, NIL, NIL),
		      SAYS(VERB_READ, NIL, 1), SAYS(VERB_READ, NIL, 2),
		      SAYS(VERB_READ, NIL, 3), OPEN(VERB_WRITE, 1),
		      SWAP_OPEN(1, 2), SWAP_OPEN(2, 3) } },
	{ "cas-register of few values", "cas-register", brute_register,
	  EXHAUST_ANY, .initial = NIL, .ops = 4, .watched = 5671,
	  .labels = { DOES(VERB_WRITE, 1), SWAP(1, 2), SWAP(2, 1),
		      SAYS(VERB_READ, NIL, 1), SAYS(VERB_READ, NIL, 2),
		      OPEN(VERB_WRITE, 1), SWAP_OPEN(1, 2) } },
	{ "fifo-queue", "fifo-queue", brute_queue, EXHAUST_IN_TURN,
	  .ops = 4, .watched = 41640,
	  .is_container = true,
	  .labels = { CONTAINER(VERB_ENQUEUE, VERB_DEQUEUE), PEEKS } },
	{ "stack", "stack", brute_stack, EXHAUST_IN_TURN,
	  .ops = 4, .watched = 41413,
	  .is_container = true,
	  .labels = { CONTAINER(VERB_PUSH, VERB_POP), PEEKS } },
	{ "priority-queue", "priority-queue", brute_priority,
	  EXHAUST_DISTINCT, .ops = 4, .watched = 76284, .is_container = true,
	  .labels = { CONTAINER(VERB_ENQUEUE, VERB_DEQUEUE), PEEKS } },
	{ "bag", "bag", brute_bag, EXHAUST_IN_TURN, .ops = 4, .watched = 41407,
	  .is_container = true,
	  .labels = { CONTAINER(VERB_ENQUEUE, VERB_DEQUEUE), PEEKS } },
	{ "bag with removals by value", "bag", brute_bag, EXHAUST_ANY,
	  .ops = 4, .watched = 4863,
	  .labels = { DOES(VERB_ADD, 1), DOES(VERB_ADD, 2),
		      DOES(VERB_REMOVE, 1), SAYS(VERB_DEQUEUE, NIL, NIL),
		      SAYS(VERB_DEQUEUE, NIL, 1), SAYS(VERB_DEQUEUE, NIL, 2),
		      OPEN(VERB_REMOVE, 1), OPEN(VERB_DEQUEUE, NIL) } },
	{ "set of one element", "set", brute_set, EXHAUST_ANY,
	  .is_truth = true, .ops = 4, .watched = 8186,
	  .labels = { DOES(VERB_ADD, 1), SAYS(VERB_ADD, 1, 0),
		      SAYS(VERB_ADD, 1, 1), DOES(VERB_REMOVE, 1),
		      SAYS(VERB_REMOVE, 1, 1), SAYS(VERB_CONTAINS, 1, 0),
		      SAYS(VERB_CONTAINS, 1, 1), OPEN(VERB_ADD, 1),
		      OPEN(VERB_REMOVE, 1) } },
	{ "growing set", "set", brute_set, EXHAUST_IN_TURN,
	  .reads_lists = true, .ops = 4, .watched = 7281,
	  .labels = { DOES(VERB_ADD, 1), DOES(VERB_ADD, 2),
		      SAYS(VERB_READ, NIL, 0), SAYS(VERB_READ, NIL, 1),
		      SAYS(VERB_READ, NIL, 2), SAYS(VERB_READ, NIL, 12),
		      OPEN(VERB_ADD, 1), OPEN(VERB_ADD, 2) } },
	{ "list", "list", brute_list, EXHAUST_IN_TURN, .reads_lists = true,
	  .ops = 4,
	  .labels = { DOES(VERB_APPEND, 1), DOES(VERB_APPEND, 2),
		      SAYS(VERB_READ, NIL, 0), SAYS(VERB_READ, NIL, 1),
		      SAYS(VERB_READ, NIL, 2), SAYS(VERB_READ, NIL, 12),
		      SAYS(VERB_READ, NIL, 21), OPEN(VERB_APPEND, 1),
		      OPEN(VERB_APPEND, 2) } },
	{ "mutex", "mutex", brute_mutex, EXHAUST_ANY, .ops = 5, .watched = 1037,
	  .labels = { DOES(VERB_ACQUIRE, NIL), DOES(VERB_RELEASE, NIL),
		      OPEN(VERB_ACQUIRE, NIL), OPEN(VERB_RELEASE, NIL) } },
	{ "owner-mutex", "owner-mutex", brute_owner, EXHAUST_PROCESSES,
	  .ops = 5, .watched = 7032, .labels = { OWNED } },
	{ "reentrant-mutex", "reentrant-mutex", brute_reentrant,
	  EXHAUST_PROCESSES, .ops = 5, .labels = { OWNED } },
	{ "semaphore of two permits", "semaphore", brute_semaphore,
	  EXHAUST_ANY, .ops = 5, .watched = 506,
	  .labels = { DOES(VERB_ACQUIRE, NIL), DOES(VERB_RELEASE, NIL),
		      OPEN(VERB_ACQUIRE, NIL), OPEN(VERB_RELEASE, NIL) } },
	{ "fenced-lock", "fenced-lock", brute_fenced, EXHAUST_ANY,
	  .initial = NIL, .ops = 4, .watched = 6540,
	  .labels = { SAYS(VERB_ACQUIRE, NIL, 1), SAYS(VERB_ACQUIRE, NIL, 2),
		      DOES(VERB_ACQUIRE, NIL), DOES(VERB_RELEASE, 1),
		      DOES(VERB_RELEASE, 2), DOES(VERB_RELEASE, NIL),
		      OPEN(VERB_ACQUIRE, NIL), OPEN(VERB_RELEASE, NIL) } },
	{ "counter that goes up", "counter", brute_counter, EXHAUST_ANY,
	  .ops = 4,
	  .labels = { DOES(VERB_INCREMENT, NIL),
		      SAYS(VERB_INCREMENT, NIL, 1),
		      SAYS(VERB_INCREMENT, NIL, 2), SAYS(VERB_READ, NIL, 0),
		      SAYS(VERB_READ, NIL, 1), SAYS(VERB_READ, NIL, 2),
		      OPEN(VERB_INCREMENT, NIL) } },
	{ "counter", "counter", brute_counter, EXHAUST_ANY, .ops = 4,
	  .labels = { DOES(VERB_INCREMENT, NIL), DOES(VERB_DECREMENT, NIL),
		      SAYS(VERB_READ, NIL, 0), SAYS(VERB_READ, NIL, 1),
		      SAYS(VERB_READ, NIL, -1), OPEN(VERB_INCREMENT, NIL),
		      OPEN(VERB_DECREMENT, NIL) } },
};

const size_t exhaust_object_count =
	sizeof(exhaust_objects) / sizeof(*exhaust_objects);
