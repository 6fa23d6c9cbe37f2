/* SPDX-License-Identifier: MIT */
/* ordeal profile: which models of consistency does a history show? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/engine/arguments.h"
#include "harness/engine/choose.h"
#include "harness/engine/cli.h"
#include "harness/engine/profile.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

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

static void print_help(void)
{
	puts("usage: ordeal profile FILE|RUN [OPTIONS]\n\n"
	     "Says which models of consistency a history of registers shows: "
	     "what holds, what\nis broken, by which operations and in how many "
	     "reads, what cannot be told; how\nstale reads were, node by "
	     "node, and how long after heals; whether the nodes\nagreed at the "
	     "end; what partitions cost; and what the run's own judges say "
	     "(of\nreplicated data types, too). Written values must be "
	     "distinct. The strongest\nmodels that stand are marked *. Exit "
	     "code: 0 when some model stands, 1 when all\nare broken, 2 when "
	     "nothing can be told.\n");
	options_print(stdout, profile_options, 2);
}

/* Those that the run's workload named, with their options, come first. */
static int add_judges(struct profile *profile, const struct found *found,
		      struct panel *panel, struct judge_limits *limits,
		      struct error *err)
{
	static const char *const others[] = { "staleness", "lag",
					      "convergence" };
	struct arena *arena = &profile->arena;

	if (found->run &&
	    choose_by_config(panel, arena, found->run, limits, err) != 0)
		return -1;
	for (size_t i = 0; i < PROFILE_MODELS; i++) {
		enum profile_model model = (enum profile_model)i;

		if (profile_model_is_timed(model) &&
		    !profile->info.has_real_time)
			continue;
		if (!panel_add(panel, arena, profile_model_name(model), err))
			return -1;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (!panel_add(panel, arena, others[i], err))
			return -1;
	}
	return 0;
}

/* What a judge that is none of the models leaves to rely on, or NULL. */
static const char *meaning_of(const struct judged *judged)
{
	if (judged->verdict.kind != VERDICT_VALID)
		return NULL;
	if (strcmp(judged->checker->name, "replicated") == 0)
		return "a read shows what the data type makes of the updates "
		       "that reached it";
	if (strcmp(judged->checker->name, "convergence") == 0)
		return "the replicas agree in the end";
	return NULL;
}

static int exit_code(const struct profile *profile)
{
	const struct judged *judged = profile_judged(profile, "replicated");

	if (profile_is_of_registers(profile))
		return profile->stand			? EXIT_VALID :
		       profile_tells_models(profile) ? EXIT_INVALID :
							EXIT_UNKNOWN;
	if (!judged || judged->verdict.kind == VERDICT_UNKNOWN)
		return EXIT_UNKNOWN;
	return judged->verdict.kind == VERDICT_VALID ? EXIT_VALID :
						       EXIT_INVALID;
}

static void print_sentence(struct profile *profile)
{
	struct arena *arena = &profile->arena;
	const char *text = "";

	for (size_t i = 0;
	     profile_is_of_registers(profile) && i < PROFILE_MODELS; i++) {
		enum profile_model model = (enum profile_model)i;

		if (profile_is_strongest(profile, model))
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? "; " : "",
					    profile_model_means(model));
	}
	for (size_t i = 0; i < profile->judgement.count; i++) {
		const char *more = meaning_of(&profile->judgement.judged[i]);

		if (more)
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? "; " : "", more);
	}
	if (*text)
		printf("\nAs far as this history shows, an application may "
		       "rely on this: %s.\n",
		       text);
	else if (exit_code(profile) == EXIT_INVALID)
		puts("\nAn application may rely on none of these models.");
	else
		puts("\nThis history does not tell what an application may "
		     "rely on.");
}

static int print_profile(struct profile *profile)
{
	profile_print_models(profile);
	putchar('\n');
	profile_print_measures(profile);
	profile_print_place(profile);
	print_sentence(profile);
	return exit_code(profile);
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
	if (!profile->history ||
	    add_judges(profile, &found, &panel, &limits, err) != 0)
		return -1;
	judge_history(profile->history, &panel, &limits, &profile->arena,
		      &profile->judgement);
	profile_find_standing(profile);
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
