/* SPDX-License-Identifier: MIT */
/* ordeal profile: which models of consistency does a history show? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/engine/judge.h"
#include "harness/engine/placement.h"
#include "harness/registry.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

#define MODELS 13
#define SIDE_LEAST 20 /* operations; of fewer nothing is concluded */
#define SIDE_PERCENT 95 /* answered: the side is available */
#define EVIDENCE_POINTS 58 /* columns of the last cell */

static const struct option profile_options[] = {
	{ "timeout", OPTION_DURATION, NULL,
	  "end the search after this time, undecided", NULL },
	{ "memory", OPTION_SIZE, NULL, "memory that a checker may use [4GiB]",
	  NULL },
	{ "independent", OPTION_BOOL, NULL,
	  "each value is a pair [key, value], as in Jepsen's histories", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

/* Strongest first; `below`: a bit for each that follows from it. */
struct model_row {
	const char *name;
	unsigned below;
	const char *means; /* what an application may rely on */
};

enum {
	LINEARIZABLE,
	REGULAR,
	SAFE,
	SEQUENTIAL,
	REAL_TIME_CAUSAL,
	CAUSAL_MEMORY,
	CAUSAL_CONVERGENCE,
	CAUSAL,
	PRAM,
	READ_YOUR_WRITES,
	MONOTONIC_READS,
	MONOTONIC_WRITES,
	WRITES_FOLLOW_READS,
};

#define BIT(model) (1u << (model))
#define BELOW_PRAM \
	(BIT(READ_YOUR_WRITES) | BIT(MONOTONIC_READS) | BIT(MONOTONIC_WRITES))
#define BELOW_CAUSAL                                     \
	(BIT(READ_YOUR_WRITES) | BIT(MONOTONIC_WRITES) | \
	 BIT(WRITES_FOLLOW_READS))
#define BELOW_CM (BIT(CAUSAL) | BIT(PRAM) | BELOW_PRAM | BELOW_CAUSAL)
#define BELOW_CCV (BIT(CAUSAL) | BIT(MONOTONIC_READS) | BELOW_CAUSAL)
#define BELOW_SC \
	(BIT(CAUSAL_MEMORY) | BIT(CAUSAL_CONVERGENCE) | BELOW_CM | BELOW_CCV)

#define TIMED \
	(BIT(LINEARIZABLE) | BIT(REGULAR) | BIT(SAFE) | BIT(REAL_TIME_CAUSAL))

static const struct model_row rows[MODELS] = {
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

/* One history and what came out. */
struct profile {
	struct arena arena;
	struct history *history;
	struct read_info info;
	struct judgement judgement;
	const struct judged *judged[MODELS]; /* NULL: not judged */
	unsigned stand; /* models that hold, themselves or by a stronger one */
};

static void print_help(void)
{
	puts("usage: ordeal profile FILE|RUN [OPTIONS]\n\n"
	     "Says which models of consistency a history of registers shows: "
	     "what holds, what\nis broken and by which operations, what "
	     "cannot be told; how stale reads were;\nwhether the nodes agreed "
	     "at the end. Written values must be distinct. The\nstrongest "
	     "models that stand are marked *. Exit code: 0 when some model "
	     "stands, 1\nwhen all are broken, 2 when nothing can be told.\n");
	options_print(stdout, profile_options, 2);
}

static int add_judges(struct profile *profile, struct panel *panel,
		      struct error *err)
{
	static const char *const others[] = { "staleness", "convergence" };
	struct judge *judge;

	for (size_t i = 0; i < MODELS; i++) {
		if ((BIT(i) & TIMED) && !profile->info.has_real_time)
			continue;
		judge = panel_add(panel, &profile->arena, rows[i].name, err);
		if (!judge)
			return -1;
	}
	for (size_t i = 0; i < 2; i++) {
		if (!panel_add(panel, &profile->arena, others[i], err))
			return -1;
	}
	return 0;
}

static const struct judged *find_judged(const struct profile *profile,
					const char *name)
{
	for (size_t i = 0; i < profile->judgement.count; i++) {
		if (strcmp(profile->judgement.judged[i].checker->name, name) ==
		    0)
			return &profile->judgement.judged[i];
	}
	return NULL;
}

/* What a stronger model that holds implies, holds. */
static void find_standing(struct profile *profile)
{
	for (size_t i = 0; i < MODELS; i++) {
		profile->judged[i] = find_judged(profile, rows[i].name);
		if (profile->judged[i] &&
		    profile->judged[i]->verdict.kind == VERDICT_VALID)
			profile->stand |= BIT(i) | rows[i].below;
	}
}

static bool is_strongest(const struct profile *profile, size_t model)
{
	if (!(profile->stand & BIT(model)))
		return false;
	for (size_t i = 0; i < MODELS; i++) {
		if ((profile->stand & BIT(i)) && (rows[i].below & BIT(model)))
			return false;
	}
	return true;
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
	const char *word = "unknown";
	const char *evidence = "not judged: the format tells no real time";

	if (judged) {
		evidence = first_evidence(profile, &judged->verdict);
		if (judged->verdict.kind == VERDICT_INVALID)
			word = "broken";
		else if (judged->verdict.kind == VERDICT_VALID)
			word = "holds";
	}
	if (profile->stand & BIT(model) && strcmp(word, "unknown") == 0) {
		word = "holds";
		evidence = "follows from a stronger model";
	}
	if (strcmp(word, "holds") == 0 && !is_strongest(profile, model))
		evidence = "";
	printf("%c %-20s %-8s%s%s\n",
	       is_strongest(profile, model) ? '*' : ' ', rows[model].name,
	       word, *evidence ? " " : "",
	       text_cut(&profile->arena,
			text_shown(&profile->arena, evidence, false),
			EVIDENCE_POINTS));
}

static void print_other(struct profile *profile, const char *name)
{
	const struct judged *judged = find_judged(profile, name);

	if (judged)
		printf("%s: %s\n", name,
		       text_shown(&profile->arena, judged->verdict.reason,
				  false));
}

static bool is_anything_told(const struct profile *profile)
{
	for (size_t i = 0; i < MODELS; i++) {
		if (profile->judged[i] &&
		    profile->judged[i]->verdict.kind != VERDICT_UNKNOWN)
			return true;
	}
	return false;
}

static void print_sentence(struct profile *profile)
{
	const char *text = "";

	for (size_t i = 0; i < MODELS; i++) {
		if (is_strongest(profile, i))
			text = arena_printf(&profile->arena, "%s%s%s", text,
					    *text ? "; " : "", rows[i].means);
	}
	if (*text)
		printf("\nAs far as this history shows, an application may "
		       "rely on this: %s.\n",
		       text);
	else if (is_anything_told(profile))
		puts("\nAn application may rely on none of these models.");
	else
		puts("\nThis history does not tell what an application may "
		     "rely on.");
}

static void print_side(const char *name, const struct side *side)
{
	if (side->asked)
		printf("%s answered %" PRIu64 " of %" PRIu64 " (%.1f %%)",
		       name, side->answered, side->asked,
		       100.0 * (double)side->answered / (double)side->asked);
	else
		printf("%s was asked nothing", name);
}

/* Almost all that it was asked; of a few nothing can be told. */
static bool is_available(const struct side *side)
{
	return side->answered * 100 >= side->asked * SIDE_PERCENT;
}

static const char *place(const struct profile *profile,
			 const struct placement *placement)
{
	const struct judged *judged = profile->judged[LINEARIZABLE];
	bool available = is_available(&placement->majority) &&
			 is_available(&placement->minority);

	if (placement->majority.asked < SIDE_LEAST ||
	    placement->minority.asked < SIDE_LEAST || !judged ||
	    judged->verdict.kind == VERDICT_UNKNOWN)
		return "cannot be told";
	if (judged->verdict.kind == VERDICT_INVALID)
		return available ? "AP: available, not linearizable" :
				   "neither: not linearizable, nor available";
	return available ? "cannot be told: linearizable, and these partitions "
			   "cost no side anything" :
			   "CP: linearizable, not available on both sides";
}

static void print_placement(const struct profile *profile)
{
	struct placement placement;

	placement_measure(profile->history, &placement);
	if (placement.partitions == 0) {
		puts("CAP: no partition is proven in this record");
		return;
	}
	printf("CAP: %s\n     in %" PRIu64 " partitions ",
	       place(profile, &placement), placement.partitions);
	print_side("the majority's side", &placement.majority);
	print_side(", the minority's", &placement.minority);
	putchar('\n');
}

static int print_profile(struct profile *profile)
{
	printf("  %-20s %-8s %s\n", "model", "verdict",
	       "evidence [operations by index]");
	for (size_t i = 0; i < MODELS; i++)
		print_row(profile, i);
	putchar('\n');
	print_other(profile, "staleness");
	print_other(profile, "convergence");
	print_placement(profile);
	print_sentence(profile);
	if (profile->stand)
		return EXIT_VALID;
	return is_anything_told(profile) ? EXIT_INVALID : EXIT_UNKNOWN;
}

static int judge_input(struct profile *profile, const struct options *options,
		       const char *name, struct error *err)
{
	const char *root =
		store_root(options_text(options, "store"), &profile->arena);
	struct read_options how = { 0 };
	struct panel panel = { 0 };
	struct judge_limits limits = {
		.bytes_max = options_size(options, "memory"),
		.timeout_ns = options_duration_ns(options, "timeout"),
		.threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
	};
	struct found found;

	if (options_is_given(options, "independent"))
		how.independent = options_bool(options, "independent") ?
					  READ_INDEPENDENT_YES :
					  READ_INDEPENDENT_NO;
	if (store_find(root, name, &found, &profile->arena, err) != 0)
		return -1;
	profile->history =
		history_read(found.history, &how, &profile->info, err);
	if (!profile->history || add_judges(profile, &panel, err) != 0)
		return -1;
	judge_history(profile->history, &panel, &limits, &profile->arena,
		      &profile->judgement);
	find_standing(profile);
	return 0;
}

static int take_options(struct options *options, struct arena *arena,
			const struct arguments *arguments, struct error *err)
{
	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (options_set(options, arena, a->name, a->value, err) != 0)
			return -1;
	}
	if (arguments->operand_count != 1)
		return error_set(err, "name one history or run; `ordeal "
				      "profile --help` tells more");
	return 0;
}

int cli_profile(int argc, char **argv)
{
	struct profile profile = { .history = NULL };
	struct arena *arena = &profile.arena;
	struct options *options = options_new(arena, profile_options);
	struct arguments arguments;
	struct error err;
	int code = EXIT_VALID;

	if (arguments_read(&arguments, argc, argv, profile_options, false,
			   arena, &err) != 0)
		code = EXIT_USAGE;
	else if (arguments.wants_help)
		print_help();
	else if (take_options(options, arena, &arguments, &err) != 0)
		code = EXIT_USAGE;
	else if (judge_input(&profile, options, arguments.operands[0], &err) !=
		 0)
		code = EXIT_TROUBLE;
	else
		code = print_profile(&profile);
	if (code == EXIT_USAGE || code == EXIT_TROUBLE)
		fprintf(stderr, "ordeal profile: %s\n",
			text_shown(arena, err.text, false));
	history_free(profile.history);
	arena_release(arena);
	return code;
}
