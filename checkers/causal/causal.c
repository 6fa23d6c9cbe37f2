/* SPDX-License-Identifier: MIT */
/*
 * causal, causal-convergence, real-time-causal, causal-memory, sequential,
 * processor, pram, regular, safe and the session guarantees: what precisely is
 * judged stands in patterns.h and sessions.h.
 *
 * Values must be distinct: no value is written twice to a key, nor nil, with
 * which keys begin. Where a value that was read has several writers, that
 * read is left out, which may hide a violation but not make one: the verdict
 * is unknown unless the rest convicts.
 */
#include "checkers/causal/patterns.h"
#include "checkers/causal/sessions.h"

/* Here a read may show what nobody wrote. */
static void decide_safe(struct causal *causal)
{
	judge_registers(causal, true);
}

static int judge(const struct check *check, struct verdict *verdict,
		 void (*decide)(struct causal *causal), const char *praise)
{
	struct trace trace;
	struct causal causal = { .check = check,
				 .trace = &trace,
				 .verdict = verdict };
	const char *misfit = trace_init(&trace, check->history, check->arena);

	if (misfit) {
		verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "%s",
			    misfit);
		return 0;
	}
	if (decide != decide_safe)
		causal.found = evidence_strangers(check, &trace, verdict);
	decide(&causal);
	figure_add_int(&verdict->figures, check->arena, "violations",
		       (int64_t)causal.found);
	evidence_conclude(check, &trace, verdict, praise);
	return 0;
}

static void decide_causal(struct causal *causal)
{
	judge_causal(causal, CAUSAL_WEAK);
}

static void decide_convergence(struct causal *causal)
{
	judge_causal(causal, CAUSAL_CONVERGENCE);
}

static void decide_real_time(struct causal *causal)
{
	judge_causal(causal, CAUSAL_REAL_TIME);
}

static void decide_regular(struct causal *causal)
{
	judge_registers(causal, false);
}

static void decide_memory(struct causal *causal)
{
	judge_memory(causal, true);
}

static void decide_pram(struct causal *causal)
{
	judge_memory(causal, false);
}

/* clang-format off */
#define CHECKER(part, title, what, decide, praise)                         \
	static int part##_check(const struct check *check,                 \
				struct verdict *verdict,                   \
				struct error *err)                         \
	{                                                                  \
		(void)err;                                                 \
		return judge(check, verdict, decide, praise);              \
	}                                                                  \
	const struct checker checker_##part = {                            \
		.name = title,                                             \
		.summary = what,                                           \
		.check = part##_check,                                     \
	}

CHECKER(causal, "causal",
	"every read can be explained by what causally precedes it (CC)",
	decide_causal, "no read overlooks what causally precedes it");
CHECKER(causal_convergence, "causal-convergence",
	"causal, and one order of the writes explains all reads (CCv)",
	decide_convergence,
	"one order of the writes explains what every read saw of its past");
CHECKER(causal_memory, "causal-memory",
	"each session can explain all its reads by one order of its causal "
	"past (CM)",
	decide_memory,
	"each session can order what causally precedes it so that all its "
	"reads are right");
CHECKER(pram, "pram",
	"each session sees the writes of every other in the order they were "
	"made",
	decide_pram,
	"each session saw the writes of every other in the order they were "
	"made");
CHECKER(processor, "processor",
	"pram, and all see the writes of a key in the same order",
	judge_processor,
	"each session saw the writes of every other in the order they were "
	"made, and all those of a key in one order");
CHECKER(real_time_causal, "real-time-causal",
	"causal-convergence, by an order that real time agrees with",
	decide_real_time,
	"one order that agrees with real time explains what every read saw of "
	"its past");
CHECKER(regular, "regular",
	"each read sees a write under way or the latest before it",
	decide_regular,
	"no read missed a write that had ended before it began");
CHECKER(safe, "safe",
	"each read that no write overlaps sees the latest write",
	decide_safe,
	"no read that overlapped no write missed one that had ended before");
CHECKER(read_your_writes, "read-your-writes",
	"a session sees what it wrote, or something newer",
	judge_read_your_writes, "no session missed a write of its own");
CHECKER(monotonic_reads, "monotonic-reads",
	"what a session sees of a key never goes back",
	judge_monotonic_reads, "no session read a key backwards");
CHECKER(monotonic_writes, "monotonic-writes",
	"whoever sees a write of a session sees those it made before",
	judge_monotonic_writes,
	"no session saw a write and then missed one that its writer had made "
	"before");
CHECKER(sequential, "sequential",
	"one order of all operations, each session's in its own, explains "
	"all reads",
	judge_sequential,
	"all operations can be put into one order that explains every read");
CHECKER(writes_follow_reads, "writes-follow-reads",
	"whoever sees a write sees what its session had read before",
	judge_writes_follow_reads,
	"no session saw a write and then missed what its writer had read "
	"before");
