/* SPDX-License-Identifier: MIT */
/* Words of causal consistency of registers, and what is near it. */
#include "harness/report/explain.h"

#define BOUAJJANI                                                      \
	"A. Bouajjani, C. Enea, R. Guerraoui, J. Hamza: On verifying\n" \
	"causal consistency. POPL 2017."

#define SEQUENTIAL                                                      \
	"L. Lamport: How to make a multiprocessor computer that\n"      \
	"correctly executes multiprocess programs. IEEE Trans. Comp., 1979."

#define REAL_TIME                                                       \
	"P. Mahajan et al.: Consistency, availability, and convergence. " \
	"2011;\nP. Viotti, M. Vukolic, ACM Computing Surveys 49(1), 2016."
#define PROCESSOR                                                       \
	"J. Goodman: Cache consistency and sequential consistency. 1989;\n" \
	"M. Ahamad et al.: The power of processor consistency. SPAA 1993."
#define LAMPORT                                                        \
	"L. Lamport: On interprocess communication. Distributed "       \
	"Computing 1, 1986;\nC. Shao et al., SIAM J. Comput. 40(1), 2011."

const struct explanation explain_causal[] = {
	{
		.name = "ThinAirRead",
		.kind = EXPLAIN_ANOMALY,
		.also = "thin-air",
		.meaning = "A read returned a value that no write which "
			   "happened wrote: nobody\ntried, or the one who did "
			   "was refused.",
		.example = "  process 0: write x 1\n"
			   "  process 1: read x: 7",
		.rules_out = "every consistency model",
		.source = BOUAJJANI,
	},
	{
		.name = "CyclicCO",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "An operation precedes itself, by the order of "
			   "sessions and of who\nread from whom: somebody saw "
			   "the future.",
		.example = "  process 0: read x: 1, write y 1\n"
			   "  process 1: read y: 1, write x 1",
		.rules_out = "causal, and all above it",
		.source = BOUAJJANI,
	},
	{
		.name = "WriteCOInitRead",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A read returned the initial value although a write "
			   "of that key causally\nprecedes the read.",
		.example = "  process 0: write x 1, write y 1\n"
			   "  process 1: read y: 1, read x: nil",
		.rules_out = "causal, and all above it",
		.source = BOUAJJANI,
	},
	{
		.name = "WriteCORead",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A read returned a value that was overwritten by a "
			   "write that causally\nprecedes the read.",
		.example = "  process 0: write x 1, write x 2, write y 1\n"
			   "  process 1: read y: 1, read x: 1",
		.rules_out = "causal, and all above it",
		.source = BOUAJJANI,
	},
	{
		.name = "CyclicCF",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "Replicas disagree on which of two concurrent "
			   "writes is newer, and do\nnot come to agree: no one "
			   "order of the writes explains all reads.",
		.example = "  process 0: write x 1, read x: 2\n"
			   "  process 1: write x 2, read x: 1",
		.rules_out = "causal-convergence, and all above it",
		.source = BOUAJJANI,
	},
	{
		.name = "WriteHBInitRead",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "A read returned the initial value although what "
			   "its process had read\nbefore can only be explained "
			   "if a write of that key was there.",
		.example = "  process 0: write z 1, write x 1, write y 1\n"
			   "  process 1: write x 2\n"
			   "  process 2: read x: 2, read z: nil, read y: 1, "
			   "read x: 2\n"
			   "The last read tells that x 2 came after x 1, "
			   "hence after z 1; so z 1\nwas there when x 2 was "
			   "seen first.",
		.rules_out = "causal-memory, pram, and all above them",
		.source = BOUAJJANI,
	},
	{
		.name = "CyclicHB",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "The reads of one process cannot be explained by "
			   "any order of what it\nmay have seen: each order "
			   "contradicts one of its reads.",
		.example = "  process 0: write x 1\n"
			   "  process 1: write x 2\n"
			   "  process 2: read x: 1, read x: 2, read x: 1",
		.rules_out = "causal-memory, pram, and all above them",
		.source = BOUAJJANI,
	},
	{
		.name = "divergence",
		.kind = EXPLAIN_ANOMALY,
		.also = "replicas-diverged",
		.meaning = "When all work and all faults had ended and time "
			   "had passed, nodes\nstill showed different values "
			   "of one key.",
		.example = "  final phase: read x through n1: 1\n"
			   "  final phase: read x through n2: 2",
		.rules_out = "eventual consistency (convergence)",
		.source = "W. Vogels: Eventually consistent. ACM Queue 6(6), "
			  "2008.",
	},
	{
		.name = "non-sequential",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "No one order of all operations, in which those of "
			   "each process stand\nas it made them, explains what "
			   "every read saw.",
		.example = "  process 0: write x 1, read y: nil\n"
			   "  process 1: write y 1, read x: nil",
		.rules_out = "sequential, linearizable",
		.source = SEQUENTIAL,
	},
	{
		.name = "sequential",
		.kind = EXPLAIN_MODEL,
		.also = "sequential-consistency, SC",
		.meaning = "All operations can be put into one order, in which "
			   "those of each\nprocess stand as it made them, and "
			   "every read sees the last write\nbefore it. Real "
			   "time does not matter: all may lag behind together.",
		.rules_out = "non-sequential, and what the causal models "
			     "forbid",
		.source = SEQUENTIAL,
	},
	{
		.name = "causal-convergence",
		.kind = EXPLAIN_MODEL,
		.also = "CCv, causal+",
		.meaning = "Causal consistency where all replicas settle "
			   "conflicts alike: there is\none order of the "
			   "writes, and each read sees the last in it of "
			   "those\nthat causally precede the read.",
		.rules_out = "CyclicCF, and what causal forbids",
		.source = BOUAJJANI,
	},
	{
		.name = "causal-memory",
		.kind = EXPLAIN_MODEL,
		.also = "CM, strong causal consistency",
		.meaning = "Causal consistency where each process can explain "
			   "all that it read by\none order of the writes, its "
			   "own; another process may have another.",
		.rules_out =
			"WriteHBInitRead, CyclicHB, and what causal forbids",
		.source = "M. Ahamad et al.: Causal memory: definitions, "
			  "implementation, and\nprogramming. Distributed "
			  "Computing 9(1), 1995.",
	},
	{
		.name = "CyclicPC",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "Processes do not agree which of two writes of a "
			   "key is the newer one:\nfor no order of the writes "
			   "of each key, the same for all, can each\nexplain "
			   "what it read.",
		.example = "  process 0: write x 1\n"
			   "  process 1: write x 2\n"
			   "  process 2: read x: 1, read x: 2\n"
			   "  process 3: read x: 2, read x: 1",
		.rules_out = "processor, sequential, linearizable",
		.source = PROCESSOR,
	},
	{
		.name = "processor",
		.kind = EXPLAIN_MODEL,
		.also = "processor consistency, PC, PRAM and coherence",
		.meaning = "Each process sees the writes of every other in the "
			   "order they were made,\nand all see those of one "
			   "key in the same order. Who sees an effect may\n"
			   "still miss its cause.",
		.rules_out = "CyclicPC, and what pram forbids",
		.source = PROCESSOR,
	},
	{
		.name = "CyclicRT",
		.kind = EXPLAIN_ANOMALY,
		.meaning = "What reads saw demands that a write is older than "
			   "one that had ended\nbefore it began: no one order "
			   "of the writes explains all reads and\nagrees with "
			   "real time.",
		.example = "  process 0: write x 1, ended\n"
			   "  process 1: write x 2, begun after that\n"
			   "  process 2: read x: 2, read x: 1",
		.rules_out = "real-time-causal, linearizable",
		.source = REAL_TIME,
	},
	{
		.name = "real-time-causal",
		.kind = EXPLAIN_MODEL,
		.also = "RTC, real-time causal consistency",
		.meaning = "Causal convergence by an order that agrees with "
			   "real time: a write that\nbegan when another had "
			   "ended is the newer one. Reads may still be late.",
		.rules_out = "CyclicRT, and what causal-convergence forbids",
		.source = REAL_TIME,
	},
	{
		.name = "regular",
		.kind = EXPLAIN_MODEL,
		.also = "regular register",
		.meaning = "Each read by itself sees a write that was under "
			   "way at the time, or the\nlast that had ended "
			   "before it began. Two reads, one after the other, "
			   "may\nsee them in different orders.",
		.rules_out = "stale-read, future-read, ThinAirRead",
		.source = LAMPORT,
	},
	{
		.name = "safe",
		.kind = EXPLAIN_MODEL,
		.also = "safe register",
		.meaning = "Each read during which no write of the key was "
			   "under way sees the last\nthat had ended. While one "
			   "is under way, a read may show anything.",
		.rules_out = "stale-read and ThinAirRead where no write was "
			     "under way",
		.source = LAMPORT,
	},
	{ 0 },
};
