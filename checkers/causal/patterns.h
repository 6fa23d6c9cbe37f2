/* SPDX-License-Identifier: MIT */
/*
 * Causal consistency by bad patterns: A. Bouajjani, C. Enea, R. Guerraoui,
 * J. Hamza: On verifying causal consistency. POPL 2017.
 *
 * Causal order (CO) is the least transitive order in which an operation comes
 * after the one before it in its session, and a read after the write whose
 * value it saw. A cas is one operation that both reads and writes.
 *
 * - causal (CC): each read can be explained by an order of what causally
 *   precedes it. Broken exactly by ThinAirRead, CyclicCO, WriteCOInitRead (a
 *   read of the initial value although a write of the key precedes it) and
 *   WriteCORead (a read of a write that another write, which also precedes the
 *   read, has overwritten). O(operations * sessions * log).
 * - causal-convergence (CCv): moreover there is one order of all writes, the
 *   same for all, and each read sees the last in it of those that causally
 *   precede the read. Broken by the above and by CyclicCF: conflicting writes
 *   of which reads demand a cycle. The same cost.
 * - causal-memory (CM): each session can explain all its reads by one order of
 *   what causally precedes its end. Broken by the above patterns and by
 *   WriteHBInitRead and CyclicHB: as above, where what precedes what (HB) is
 *   inferred for each session, from the reads of that session.
 * - real-time-causal: as CCv, where the one order of the writes can be extended
 *   to all operations such that it also respects causal order and real time
 *   (what ended before another began comes before it): P. Mahajan, L. Alvisi,
 *   M. Dahlin: Consistency, availability, and convergence. 2011, in the form
 *   of P. Viotti, M. Vukolic: Consistency in non-transactional distributed
 *   storage systems. ACM Computing Surveys 49(1), 2016. Broken by what breaks
 *   CCv and by CyclicRT, a cycle of all these.
 * - regular: each read by itself sees a write that did not begin after it, and
 *   that no other write began after and ended before the read: L. Lamport: On
 *   interprocess communication. 1986; for many writers C. Shao, J. Welch,
 *   E. Pierce, H. Lee: Multiwriter consistency conditions for shared memory
 *   registers. SIAM J. Comput. 40(1), 2011 (MWRegWeak).
 * - safe: the same, only of reads during which no write of the key was under
 *   way; any other may return whatever it likes. What is in doubt is under way
 *   from its invocation on, for ever. Both O(operations * log).
 * - processor: as pram, where moreover the orders of all sessions have the
 *   writes of each key in the same order. Broken by CyclicPC, a cycle of what
 *   follows from that; or by every choice of such orders.
 * - pram: as CM, where causal order is replaced by the order of each session
 *   and the reads of the one session that is judged.
 */
#ifndef ORDEAL_CAUSAL_PATTERNS_H
#define ORDEAL_CAUSAL_PATTERNS_H

#include "checkers/causal/evidence.h"

/* A check under way. */
struct causal {
	const struct check *check;
	const struct trace *trace;
	struct verdict *verdict;
	uint64_t found; /* violations, told or not */
};

/* False, and the verdict is unknown, when a clock for each operation exceeds
 * the budget. */
bool causal_fits(struct causal *causal);

enum causal_reading {
	CAUSAL_WEAK,	    /* CC */
	CAUSAL_CONVERGENCE, /* CCv */
	CAUSAL_REAL_TIME,
};

/* Judges CC, or what is asked for beyond it. */
void judge_causal(struct causal *causal, enum causal_reading reading);

/* Tells of a cycle: in causal order, or in what was inferred beyond it. */
void causal_tell_cycle(struct causal *causal, const struct relation *relation,
		       const struct cycle *cycle);

/* `write` precedes the read and was not taken into account: it saw what was
 * there before, the initial value or that of an older write. */
void causal_tell_overlooked(struct causal *causal, struct relation *relation,
			    uint32_t write, uint32_t read);

/* Judges regular registers, or safe ones, which sees to ThinAirRead, too. */
void judge_registers(struct causal *causal, bool is_safe);

/*
 * One order of all operations explains all reads, and was found at once: it
 * serves every session. False says nothing. O(operations * sessions) at worst,
 * and little memory.
 */
bool causal_is_sequential(const struct causal *causal);

/* Judges CM (`with_causality`) or PRAM. The budget counts events visited,
 * for all sessions together; more where there are many sessions. */
void judge_memory(struct causal *causal, bool with_causality);

/* What was inferred from the reads of a session makes a cycle. */
void memory_tell_cyclic(struct causal *causal, struct relation *relation,
			uint32_t session, const struct cycle *cycle);

/* A read of the initial value that `write` precedes, by what was inferred. */
void memory_tell_initial(struct causal *causal, struct relation *relation,
			 uint32_t write, uint32_t read);

/* Judges processor consistency; see processor.c. */
void judge_processor(struct causal *causal);

/* Judges sequential consistency; see sequential.c. */
void judge_sequential(struct causal *causal);

#endif
