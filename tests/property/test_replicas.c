/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous replicas keep exactly what they promise, and every bug planted
 * in them is convicted by the right checker under the right name. A few seeds;
 * ORDEAL_SEEDS=100 takes that many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/replica_run.h"

#define SEEDS 4
#define OPERATIONS 6000

/* Links on which updates overtake each other. */
#define SLOW "link-delay=100ms anti-entropy=1s"
/* Links that are faster than anti-entropy, so that what is cut off hears of an
 * effect sooner than of its cause. */
#define FAST "link-delay=8ms anti-entropy=1s"
/* Few writes of each key, so that they are not overwritten at once. */
#define RARE "key-count=4 reads=0.85 writes-per-key=4"

static uint64_t seed_count(void)
{
	const char *text = getenv("ORDEAL_SEEDS");

	return text ? strtoull(text, NULL, 10) : SEEDS;
}

struct promise {
	const char *workload;
	const char *settings;
	const char *target;
	const char *checker;
	const char *how; /* settings of the checker */
	size_t times;	 /* as many operations */
};

/* What holds with every seed. */
static const struct promise kept[] = {
	{ "causal", NULL, NULL, "causal", NULL, 1 },
	{ "causal", NULL, NULL, "causal-convergence", NULL, 1 },
	{ "causal", NULL, "timeout-rate=0.02", "causal-convergence", NULL, 1 },
	{ "causal", NULL, NULL, "replicated", "model=lww-register", 1 },
	{ "convergence", NULL, NULL, "convergence", NULL, 1 },
	{ "convergence", NULL, "timeout-rate=0.02", "convergence",
	  "rule=any", 1 },
	{ "convergence", NULL, "conflict=arrival",
	  "convergence", "rule=any", 1 },
	{ "convergence", NULL, "delivery=any", "convergence", NULL, 1 },
	{ "session", "hoppers=0", NULL, "read-your-writes", NULL, 1 },
	{ "session", "hoppers=0", NULL, "monotonic-reads", NULL, 1 },
	{ "session", "hoppers=0", NULL, "monotonic-writes", NULL, 1 },
	{ "session", "hoppers=0", NULL, "writes-follow-reads", NULL, 1 },
	{ "siblings", NULL, "conflict=siblings", "replicated",
	  "model=mv-register", 1 },
	{ "siblings", NULL, "conflict=siblings timeout-rate=0.02",
	  "replicated", "model=mv-register", 1 },
	{ "siblings", "hoppers=1", "conflict=siblings", "replicated",
	  "model=mv-register visibility=eventual", 1 },
	{ "orset", NULL, NULL, "replicated", "model=or-set", 1 },
	{ "orset", NULL, "timeout-rate=0.02", "replicated", "model=or-set", 1 },
	{ "orset", "type=2p-set", "set-type=2p-set", "replicated",
	  "model=2p-set", 1 },
	{ "orset", "type=g-set", "set-type=g-set", "replicated",
	  "model=g-set", 1 },
	{ "pncounter", NULL, NULL, "replicated", "model=pn-counter", 1 },
	{ "pncounter", "decrements=0", "timeout-rate=0.02", "replicated",
	  "model=g-counter", 1 },
	{ "ormap", NULL, NULL, "replicated", "model=or-map", 1 },
	{ "ormap", "type=lww-map", "map-type=lww-map", "replicated",
	  "model=lww-map", 1 },
	{ "ormap", NULL, "timeout-rate=0.02", "replicated", "model=or-map", 1 },
};

/* What does not: such replicas are not better than they say. */
static const struct promise broken[] = {
	{ "causal", NULL, NULL, "sequential", NULL, 1 },
	{ "causal", NULL, NULL, "linearizable", NULL, 1 },
	{ "session", "hoppers=0", "conflict=arrival", "processor", NULL, 1 },
	{ "session", "hoppers=1", NULL, "read-your-writes", NULL, 1 },
	{ "session", "hoppers=1", NULL, "monotonic-reads", NULL, 1 },
	{ "causal", RARE, "delivery=any " SLOW, "causal", NULL, 1 },
	{ "causal", RARE, "delivery=any " SLOW, "monotonic-writes",
	  NULL, 1 },
	{ "causal", RARE, "delivery=fifo " FAST,
	  "writes-follow-reads", NULL, 4 },
	{ "convergence", NULL, "conflict=arrival", "causal-convergence",
	  NULL, 1 },
	{ "orset", NULL, "set-type=2p-set", "replicated", "model=or-set", 1 },
	{ "pncounter", NULL, NULL, "counter", NULL, 1 },
};

struct planted {
	const char *bug;
	struct promise promise;
	const char *name; /* of the anomaly */
};

static const struct planted planted[] = {
	{ "reordered-delivery",
	  { "causal", RARE, "bug-rate=0.5 " SLOW, "monotonic-writes", NULL, 1 },
	  "non-monotonic-writes" },
	{ "reordered-delivery",
	  { "causal", RARE, "bug-rate=0.5 " SLOW, "causal", NULL, 1 },
	  "WriteCORead|WriteCOInitRead" },
	{ "dropped-dependency",
	  { "causal", RARE, "bug-rate=1 " FAST, "writes-follow-reads", NULL,
	    4 },
	  "writes-do-not-follow-reads" },
	{ "dropped-dependency",
	  { "causal", RARE, "bug-rate=1 " FAST, "causal", NULL, 2 },
	  "WriteCORead|WriteCOInitRead" },
	{ "skewed-clock",
	  { "convergence", "writes-per-key=20", NULL, "convergence", NULL, 1 },
	  "lost-write" },
	{ "skewed-clock",
	  { "session", "hoppers=0", NULL, "read-your-writes", NULL, 1 },
	  "not-read-your-writes" },
	{ "non-commutative-merge",
	  { "convergence", NULL, NULL, "convergence", NULL, 1 },
	  "divergence" },
	{ "non-commutative-merge",
	  { "causal", NULL, NULL, "causal-convergence", NULL, 1 },
	  "CyclicCF" },
	{ "non-commutative-merge",
	  { "causal", NULL, NULL, "processor", NULL, 1 },
	  "CyclicPC" },
	{ "non-commutative-merge",
	  { "orset", NULL, NULL, "replicated", "model=or-set", 1 },
	  "divergence" },
	{ "stuck-replica",
	  { "convergence", NULL, NULL, "convergence", NULL, 1 },
	  "divergence" },
	{ "stuck-replica",
	  { "pncounter", NULL, NULL, "replicated", "model=pn-counter", 1 },
	  "divergence" },
	{ "stale-read",
	  { "session", "hoppers=0", "bug-rate=0.3",
	    "read-your-writes", NULL, 1 },
	  "not-read-your-writes" },
	{ "stale-read",
	  { "session", "hoppers=0", "bug-rate=0.3",
	    "monotonic-reads", NULL, 1 },
	  "non-monotonic-reads" },
	{ "lost-write",
	  { "convergence", NULL, "bug-rate=0.5", "convergence", NULL, 1 },
	  "lost-write" },
	{ "lost-write",
	  { "orset", NULL, NULL, "replicated", "model=or-set", 1 },
	  "lost-element" },
	{ "lost-write",
	  { "pncounter", "decrements=0", NULL, "replicated",
	    "model=g-counter", 1 },
	  "lost-increment" },
	{ "lost-write",
	  { "ormap", NULL, NULL, "replicated", "model=or-map", 1 },
	  "lost-element|stale-read" },
	{ "garbage-read",
	  { "siblings", NULL, "conflict=siblings", "replicated",
	    "model=mv-register", 1 },
	  "garbage-read" },
	{ "resurrection",
	  { "orset", "elements=0", NULL, "replicated", "model=or-set", 1 },
	  "resurrected-element" },
	{ "resurrection",
	  { "ormap", NULL, NULL, "replicated", "model=or-map", 1 },
	  "resurrected-element" },
	{ "remove-wins",
	  { "orset", NULL, NULL, "replicated", "model=or-set", 1 },
	  "lost-element" },
	{ "remove-wins",
	  { "ormap", NULL, NULL, "replicated", "model=or-map", 1 },
	  "lost-element" },
	{ "double-count",
	  { "pncounter", "decrements=0", NULL, "replicated",
	    "model=g-counter", 1 },
	  "overcount" },
	{ "lost-sibling",
	  { "siblings", NULL, "conflict=siblings", "replicated",
	    "model=mv-register", 1 },
	  "lost-sibling" },
	{ "dominated-sibling",
	  { "siblings", NULL, "conflict=siblings", "replicated",
	    "model=mv-register", 1 },
	  "dominated-sibling" },
};

static struct verdict judge(const struct promise *promise, const char *bug,
			    uint64_t seed, struct arena *arena)
{
	struct replica_plan plan = {
		.workload = promise->workload,
		.settings = promise->settings,
		.target = arena_printf(arena, "bug=%s bug-rate=0.05 %s",
				       bug ? bug : "none",
				       promise->target ? promise->target : ""),
		.seed = seed,
		.operations = OPERATIONS * promise->times,
	};
	struct history *history = replica_play(&plan);
	struct verdict verdict = replica_judge(history, promise->checker,
					       promise->how, arena);

	history_free(history);
	return verdict;
}

/* `names`: one or more, with | between them. */
static bool is_named(const struct verdict *verdict, const char *names)
{
	for (const struct anomaly *a = verdict->anomalies; a; a = a->next) {
		const char *at = strstr(names, a->name);

		if (at && at[strcspn(at, "|")] == at[strlen(a->name)])
			return true;
	}
	return false;
}

/* Judges a row with every seed; tells of those that come out otherwise, and
 * returns how many there are. `name`: an anomaly that must be found. */
static int play_row(const struct promise *promise, enum verdict_kind wanted,
		    const char *bug, const char *name)
{
	uint64_t seeds = seed_count();
	int wrong = 0;

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct arena arena = { 0 };
		struct verdict verdict = judge(promise, bug, seed, &arena);

		if (verdict.kind != wanted ||
		    (name && !is_named(&verdict, name))) {
			wrong++;
			printf("seed %d: %s%s%s (%s): %s is %s: %s\n",
			       (int)seed, bug ? bug : "", bug ? ", " : "",
			       promise->workload,
			       promise->target ? promise->target : "",
			       promise->checker,
			       verdict_kind_name(verdict.kind),
			       verdict.reason);
		}
		arena_release(&arena);
	}
	return wrong;
}

static void promises_are_kept_with_every_seed(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		wrong += play_row(&kept[i], VERDICT_VALID, NULL, NULL);
	assert_int_equal(wrong, 0);
}

static void nothing_more_is_promised(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		wrong += play_row(&broken[i], VERDICT_INVALID, NULL, NULL);
	assert_int_equal(wrong, 0);
}

static void every_bug_is_convicted_by_name(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(planted) / sizeof(*planted); i++)
		wrong += play_row(&planted[i].promise, VERDICT_INVALID,
				  planted[i].bug, planted[i].name);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_are_kept_with_every_seed),
		cmocka_unit_test(nothing_more_is_promised),
		cmocka_unit_test(every_bug_is_convicted_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
