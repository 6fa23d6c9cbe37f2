/* SPDX-License-Identifier: MIT */
/* Generators: what to do next, when, and by whom. */
#ifndef ORDEAL_CORE_GENERATOR_H
#define ORDEAL_CORE_GENERATOR_H

#include "harness/core/arena.h"
#include "harness/core/op.h"
#include "harness/core/rng.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A generator is asked for an operation, offers one (or says "pending": not
 * now, or "exhausted": never again), and is told when the offer was taken and
 * what became of operations. The semantics of the combinators are those of
 * Jepsen's (jepsen-io/generator), with two differences: state is kept inside
 * and changes only in `take` and `event`, so that a parent may look at an
 * offer and decline it; and all randomness comes from streams of the run's
 * seed. Time is virtual: whoever asks says what time it is.
 *
 * Generators are made in an arena and live as long as it; they take memory
 * from it when they are asked, too. All calls on one tree, and all use of its
 * arena, are made by one thread at a time (the engine holds a lock).
 */
struct generator;

/* Threads are numbered from 0; client threads first, then the nemesis, whose
 * number is the count of client threads. */
struct gen_context {
	int64_t time_ns; /* since the start of the phase */
	size_t threads; /* client threads */
	size_t total; /* all threads: `threads`, or one more with a nemesis */
	const uint64_t *free; /* bit t: thread t is idle */
	const int32_t *processes; /* the process each thread plays */
	size_t asker; /* the idle thread that asks: preferred where several
		       * will do; SIZE_MAX: nobody in particular */
	struct values *values; /* the table of the values in requests */
	const uint64_t *members; /* bit t: thread t may ever be offered
				  * anything; NULL (as at the root): all.
				  * For combinators that restrict threads. */
};

/* Bits for `total` threads are so many words. */
#define GEN_WORDS(total) (((total) + 63) / 64)

/* An operation on offer. */
struct gen_op {
	int64_t time_ns; /* not before; never less than the context's time */
	size_t thread; /* who is to do it: one of the free ones */
	uint16_t f; /* enum verb; VERB_NONE for the nemesis */
	bool is_transaction;
	size_t action_count;
	const struct action *actions; /* valid until the next call */
	const void *note; /* for the nemesis: what its schedule says */
	uint32_t hop; /* by so many nodes the thread moves on before it: a new
		       * connection, the same process */
};

enum gen_answer {
	GEN_EXHAUSTED, /* nothing, now and for ever */
	GEN_PENDING, /* nothing now; ask again after an event, and when the
		      * time is op->time_ns (INT64_MAX: events only) */
	GEN_OP,
};

/* An invocation or completion, as generators are told of it. */
struct gen_event {
	enum op_type type;
	size_t thread;
	int32_t process; /* that did it (retired after an OP_INFO) */
	int64_t time_ns;
	uint16_t f;
	size_t action_count;
	const struct action *actions;
};

/* Asking twice without `take` or `event` in between gives the same answer,
 * apart from time and threads. `op` is written over, whatever the answer. */
enum gen_answer generator_offer(struct generator *generator,
				const struct gen_context *context,
				struct gen_op *op);
/* The operation last offered by it is going to be done. Here and in events,
 * the context within a combinator that restricts threads is that of the root:
 * `free` and `members` are of no account. */
void generator_take(struct generator *generator,
		    const struct gen_context *context,
		    const struct gen_op *op);
void generator_event(struct generator *generator,
		     const struct gen_context *context,
		     const struct gen_event *event);

/*
 * A generator of one's own: fills in f, actions and is_transaction of `op`;
 * time and thread are filled in already (now, and any free client thread; the
 * nemesis where it alone is in the context) and may be changed: it is then
 * done by no other thread, and not before. Called when an operation is first
 * offered, and again after it was taken. False: no more. The actions are
 * copied (so functions may share a buffer), the note is not.
 */
typedef bool generator_next(void *state, const struct gen_context *context,
			    struct gen_op *op);
struct generator *generator_function(struct arena *arena, generator_next *next,
				     void *state);

/* The same operation for ever (see gen_limit, gen_once). Time and thread are
 * of no account; actions and note are not copied. */
struct generator *gen_constant(struct arena *arena, const struct gen_op *op);

/* Hears of the events that reach it, then passes them on to `inner`. */
typedef void generator_hear(void *state, const struct gen_context *context,
			    const struct gen_event *event);
struct generator *gen_hear(struct arena *arena, generator_hear *hear,
			   void *state, struct generator *inner);

/* At most `count` operations; gen_once: one. */
struct generator *gen_limit(struct arena *arena, uint64_t count,
			    struct generator *inner);
struct generator *gen_once(struct arena *arena, struct generator *inner);

/* One after the other, each to exhaustion. Events go to the current one. */
struct generator *gen_sequence(struct arena *arena, struct generator **inner,
			       size_t count);

/* The window starts with the first operation; one at or after its end is not
 * offered, and then it is exhausted. */
struct generator *gen_time_limit(struct arena *arena, int64_t limit_ns,
				 struct generator *inner);

/*
 * Gaps between operations, over all threads together: uniform in 0 .. 2*mean
 * (stagger), or at least `gap` after the time of the one before (delay).
 * Stagger keeps to its rate when somebody takes an operation a little late
 * (10 ms, or one gap); what is later starts a new schedule, without a burst.
 */
struct generator *gen_stagger(struct arena *arena, const struct rng *rng,
			      int64_t mean_ns, struct generator *inner);
struct generator *gen_delay(struct arena *arena, int64_t gap_ns,
			    struct generator *inner);

/* For each operation one of them by weight (NULL: equal), drawn again only
 * after it was taken: while it is pending, so is the mix. Exhausted ones are
 * left out; one of weight 0 is never drawn. */
struct generator *gen_mix(struct arena *arena, const struct rng *rng,
			  struct generator **inner, const uint32_t *weights,
			  size_t count);

/* All are asked, the soonest offer counts (ties by chance); events go to all;
 * ends when all have ended. */
struct generator *gen_any(struct arena *arena, const struct rng *rng,
			  struct generator **inner, size_t count);

/* The first sizes[0] client threads (of its context) do the first, the next
 * sizes[1] the second, and so on; all others do the last of `count` + 1
 * generators. Each hears of its own threads. */
struct generator *gen_reserve(struct arena *arena, const struct rng *rng,
			      const size_t *sizes, struct generator **inner,
			      size_t count);

/* Makes a generator anew: for combinators that need copies. The arena, and
 * all that was made in it, is released when what was made is exhausted. */
typedef struct generator *generator_make(void *state, struct arena *arena,
					 uint64_t number);

/* A copy of its own for each client thread of its context (`number` is the
 * thread). */
struct generator *gen_each_thread(struct arena *arena, const struct rng *rng,
				  generator_make *make, void *state);

/* Again from the start when it is exhausted, `times` times (0: for ever);
 * `number` is the round. A round without an operation, or one that was only
 * a pause, ends it. */
struct generator *gen_cycle(struct arena *arena, generator_make *make,
			    void *state, uint64_t times);

/* What `inner` offers first, again and again, `times` times (0: for ever):
 * its state does not advance, but events reach it. */
struct generator *gen_repeat(struct arena *arena, uint64_t times,
			     struct generator *inner);

/* Strictly by turns; ends when the one whose turn it is ends. */
struct generator *gen_flip_flop(struct arena *arena, struct generator *a,
				struct generator *b);

/* Until one of its own operations completes ok. There may be more of them in
 * flight by then. */
struct generator *gen_until_ok(struct arena *arena, struct generator *inner);

/* Only threads for which `allow` holds see it, and it hears only of them.
 * Exhausted at once when there is no such thread. */
typedef bool generator_allow(const void *state, size_t thread);
struct generator *gen_on_threads(struct arena *arena, generator_allow *allow,
				 const void *state, struct generator *inner);
/* Client threads only; the nemesis only. */
struct generator *gen_clients(struct arena *arena, struct generator *inner);
struct generator *gen_nemesis(struct arena *arena, struct generator *inner);

/* Waits until every thread (of its context) is free, then goes on; after its
 * first operation it waits no more. */
struct generator *gen_synchronize(struct arena *arena,
				  struct generator *inner);
/* Each synchronised, one after the other. */
struct generator *gen_phases(struct arena *arena, struct generator **inner,
			     size_t count);

/* Nothing until `wait_ns` after it was first asked, then exhausted: a pause in
 * a sequence. */
struct generator *gen_sleep(struct arena *arena, int64_t wait_ns);

/*
 * Independent keys: threads work in groups of `group`; each group runs the
 * generator of one key to exhaustion, then takes the next key (0, 1, 2, ...),
 * until `keys` have been begun (0: no end). `make` is given the key's number;
 * what it makes need not set action keys: every action gets the key. It hears
 * of its own operations only. The number of client threads (of its context)
 * must be a multiple of `group`.
 */
struct generator *gen_independent(struct arena *arena, const struct rng *rng,
				  size_t group, uint64_t keys,
				  generator_make *make, void *state);

#endif
