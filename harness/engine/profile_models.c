/* SPDX-License-Identifier: MIT */
#include "harness/engine/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/text.h"

#define EVIDENCE_POINTS 50 /* columns of the last cell */

/* Strongest first; `below`: a bit for each that follows from it. */
struct model_row {
	const char *name;
	unsigned below;
	const char *means;
};

#define BIT(model) (1u << PROFILE_##model)
#define BELOW_PRAM \
	(BIT(READ_YOUR_WRITES) | BIT(MONOTONIC_READS) | BIT(MONOTONIC_WRITES))
#define BELOW_CAUSAL                                     \
	(BIT(READ_YOUR_WRITES) | BIT(MONOTONIC_WRITES) | \
	 BIT(WRITES_FOLLOW_READS))
#define BELOW_CM (BIT(CAUSAL) | BIT(PRAM) | BELOW_PRAM | BELOW_CAUSAL)
#define BELOW_CCV (BIT(CAUSAL) | BIT(MONOTONIC_READS) | BELOW_CAUSAL)
#define BELOW_SC \
	(BIT(PROCESSOR) | BIT(CAUSAL_MEMORY) | BIT(CAUSAL_CONVERGENCE) | \
	 BELOW_CM | BELOW_CCV)
#define TIMED \
	(BIT(LINEARIZABLE) | BIT(REGULAR) | BIT(SAFE) | BIT(REAL_TIME_CAUSAL))

static const struct model_row rows[PROFILE_MODELS] = {
	{ "linearizable",
	  BIT(SEQUENTIAL) | BIT(REGULAR) | BIT(SAFE) | BIT(REAL_TIME_CAUSAL) |
		  BELOW_SC,
	  "every read sees the latest write" },
	{ "regular", BIT(SAFE),
	  "a read sees the latest write, or one under way" },
	{ "safe", 0,
	  "a read sees the latest write where none is under way" },
	{ "sequential", BELOW_SC,
	  "all see the same history, though perhaps late" },
	{ "real-time-causal", BIT(CAUSAL_CONVERGENCE) | BELOW_CCV,
	  "nobody sees an effect without its cause, and of two writes all "
	  "take the later one for the newer" },
	{ "processor", BIT(PRAM) | BELOW_PRAM,
	  "the writes of a session are seen in its order, and those of a key "
	  "in one order by all" },
	{ "causal-memory", BELOW_CM,
	  "a session never sees an effect without its cause, nor goes back" },
	{ "causal-convergence", BELOW_CCV,
	  "nobody sees an effect without its cause, and all settle conflicts "
	  "alike" },
	{ "causal", BELOW_CAUSAL,
	  "nobody sees an effect without its cause" },
	{ "pram", BELOW_PRAM,
	  "the writes of a session are seen in its order" },
	{ "read-your-writes", 0, "a session sees what it wrote" },
	{ "monotonic-reads", 0, "what a session sees never goes back" },
	{ "monotonic-writes", 0,
	  "who sees a write sees its session's earlier ones" },
	{ "writes-follow-reads", 0,
	  "who sees a write sees what its session had read" },
};

const char *profile_model_name(enum profile_model model)
{
	return rows[model].name;
}

const char *profile_model_means(enum profile_model model)
{
	return rows[model].means;
}

bool profile_model_is_timed(enum profile_model model)
{
	return TIMED >> model & 1u;
}

const struct judged *profile_judged(const struct profile *profile,
				    const char *checker)
{
	for (size_t i = 0; i < profile->judgement.count; i++) {
		if (strcmp(profile->judgement.judged[i].checker->name,
			   checker) == 0)
			return &profile->judgement.judged[i];
	}
	return NULL;
}

void profile_find_standing(struct profile *profile)
{
	for (size_t i = 0; i < PROFILE_MODELS; i++) {
		profile->judged[i] = profile_judged(profile, rows[i].name);
		if (profile->judged[i] &&
		    profile->judged[i]->verdict.kind == VERDICT_VALID)
			profile->stand |= 1u << i | rows[i].below;
	}
}

bool profile_is_strongest(const struct profile *profile,
			  enum profile_model model)
{
	if (!(profile->stand >> model & 1u))
		return false;
	for (size_t i = 0; i < PROFILE_MODELS; i++) {
		if ((profile->stand >> i & 1u) && (rows[i].below >> model & 1u))
			return false;
	}
	return true;
}

bool profile_tells_models(const struct profile *profile)
{
	for (size_t i = 0; i < PROFILE_MODELS; i++) {
		if (profile->judged[i] &&
		    profile->judged[i]->verdict.kind != VERDICT_UNKNOWN)
			return true;
	}
	return false;
}

bool profile_is_of_registers(const struct profile *profile)
{
	const struct judged *judged = profile->judged[PROFILE_CAUSAL];

	/* Else it stops before it counts. */
	return judged && figure_find(&judged->verdict.figures, "operations");
}

static int64_t figure_of(const struct judged *judged, const char *name)
{
	const struct figure *figure =
		judged ? figure_find(&judged->verdict.figures, name) : NULL;

	return figure && figure->kind == FIGURE_INT ? figure->number : 0;
}

/* Reads that cannot be as they are, as far as they were counted: what breaks
 * a model breaks those above it. */
static int64_t reads_concerned(const struct profile *profile, size_t model)
{
	unsigned judges = 1u << model | rows[model].below;
	int64_t most = 0;

	for (size_t i = 0; i < PROFILE_MODELS; i++) {
		int64_t count =
			figure_of(profile->judged[i], "violations");

		if ((judges >> i & 1u) && count > most)
			most = count;
	}
	return most > 0 ? most : 1;
}

static const char *share_text(struct profile *profile, size_t model)
{
	int64_t reads = figure_of(profile->judged[PROFILE_CAUSAL], "reads");
	int64_t concerned = reads_concerned(profile, model);

	if (reads < concerned)
		return "";
	return arena_printf(&profile->arena, "%" PRId64 " (%.2g %%)", concerned,
			    100.0 * (double)concerned / (double)reads);
}

static const char *first_evidence(struct profile *profile,
				  const struct verdict *verdict)
{
	const struct history *history = profile->history;
	const struct anomaly *anomaly = verdict->anomalies;
	const char *at = "";

	if (!anomaly)
		return verdict->reason ? verdict->reason : "";
	for (size_t i = 0; i < anomaly->evidence_count && i < 4; i++)
		at = arena_printf(
			&profile->arena, "%s%s%" PRIu64, at, i ? "," : "",
			history_index(history,
				      history->ops[anomaly->evidence[i].op]
					      .invoke));
	return arena_printf(&profile->arena, "%s [%s%s] %s", anomaly->name, at,
			    anomaly->evidence_count > 4 ? ",..." : "",
			    anomaly->text);
}

static void print_row(struct profile *profile, size_t model)
{
	const struct judged *judged = profile->judged[model];
	bool is_strongest =
		profile_is_strongest(profile, (enum profile_model)model);
	const char *word = "unknown";
	const char *share = "";
	const char *evidence = "not judged: the format tells no real time";

	if (judged) {
		evidence = first_evidence(profile, &judged->verdict);
		if (judged->verdict.kind == VERDICT_INVALID) {
			word = "broken";
			share = share_text(profile, model);
		} else if (judged->verdict.kind == VERDICT_VALID) {
			word = "holds";
		}
	}
	if (profile->stand >> model & 1u && strcmp(word, "unknown") == 0) {
		word = "holds";
		evidence = "follows from a stronger model";
	}
	if (strcmp(word, "holds") == 0 && !is_strongest)
		evidence = "";
	if (!*evidence) {
		printf("  %-20s %s\n", rows[model].name, word);
		return;
	}
	printf("%c %-20s %-8s %-15s %s\n", is_strongest ? '*' : ' ',
	       rows[model].name, word, share,
	       text_cut(&profile->arena,
			text_shown(&profile->arena, evidence, false),
			EVIDENCE_POINTS));
}

void profile_print_models(struct profile *profile)
{
	const struct judged *causal = profile->judged[PROFILE_CAUSAL];

	if (!profile_is_of_registers(profile)) {
		printf("models of registers: unknown: %s\n",
		       text_shown(&profile->arena,
				  causal ? causal->verdict.reason : "",
				  false));
		return;
	}
	printf("%" PRId64 " reads in %" PRId64 " operations of %" PRId64
	       " processes on %" PRId64 " keys\n\n",
	       figure_of(causal, "reads"), figure_of(causal, "operations"),
	       figure_of(causal, "sessions"), figure_of(causal, "keys"));
	printf("  %-20s %-8s %-15s %s\n", "model", "verdict", "reads concerned",
	       "evidence [operations by index]");
	for (size_t i = 0; i < PROFILE_MODELS; i++)
		print_row(profile, i);
	puts("\n* the strongest that stand. At least so many reads are "
	     "concerned.");
}
