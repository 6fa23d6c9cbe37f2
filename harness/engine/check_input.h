/* SPDX-License-Identifier: MIT */
/* One input of `ordeal check`, from its name to its verdict. */
#ifndef ORDEAL_ENGINE_CHECK_INPUT_H
#define ORDEAL_ENGINE_CHECK_INPUT_H

#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/judge.h"
#include "harness/report/outputs.h"
#include "harness/report/store.h"

#include <stdbool.h>

/* One call of the command. */
struct checking {
	struct arguments arguments;
	struct options *options;
	struct judge_limits limits;
	const char *root;
	bool as_json;
	bool has_many;	   /* a line each */
	bool names_judges; /* by --checker, --workload or --model */
	bool sets_options; /* of checkers */
	struct outputs *outputs;
	struct arena arena;
};

/* One input, from its name to its verdict. */
struct input {
	const char *name;
	struct found found;
	struct history *history;
	struct read_info info;
	struct panel panel;
	struct judge_limits limits;
	const char *chosen;
	struct judgement judgement;
	struct arena arena;
};

/*
 * Finds and reads the input, chooses who is to judge, and lets them; what a
 * run's own judges say is written into its results.json. 0, or with a sentence
 * EXIT_USAGE or EXIT_TROUBLE. Set `name` and `limits` before; release it in
 * any case.
 */
int input_judge(const struct checking *checking, struct input *input,
		struct error *err);
void input_release(struct input *input);

#endif
