/* SPDX-License-Identifier: MIT */
/* Of any two models of registers, where one does not imply the other, a case
 * of the corpus shows that; and no case contradicts what implies what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <glob.h>

#include "harness/core/reader.h"
#include "harness/engine/judge.h"
#include "tests/support/causal_tiny.h"

struct lattice {
	bool implies[TINY_MODELS][TINY_MODELS];
	bool is_shown[TINY_MODELS][TINY_MODELS]; /* holds, where it does not */
};

static const enum tiny_model laws[][2] = {
	{ TINY_LINEARIZABLE, TINY_SEQUENTIAL },
	{ TINY_LINEARIZABLE, TINY_REAL_TIME_CAUSAL },
	{ TINY_LINEARIZABLE, TINY_REGULAR },
	{ TINY_REGULAR, TINY_SAFE },
	{ TINY_REAL_TIME_CAUSAL, TINY_CAUSAL_CONVERGENCE },
	{ TINY_SEQUENTIAL, TINY_PROCESSOR },
	{ TINY_SEQUENTIAL, TINY_CAUSAL_MEMORY },
	{ TINY_SEQUENTIAL, TINY_CAUSAL_CONVERGENCE },
	{ TINY_CAUSAL_MEMORY, TINY_CAUSAL },
	{ TINY_CAUSAL_MEMORY, TINY_PRAM },
	{ TINY_CAUSAL_CONVERGENCE, TINY_CAUSAL },
	{ TINY_CAUSAL_CONVERGENCE, TINY_MONOTONIC_READS },
	{ TINY_PROCESSOR, TINY_PRAM },
	{ TINY_PRAM, TINY_READ_YOUR_WRITES },
	{ TINY_PRAM, TINY_MONOTONIC_READS },
	{ TINY_PRAM, TINY_MONOTONIC_WRITES },
	{ TINY_CAUSAL, TINY_READ_YOUR_WRITES },
	{ TINY_CAUSAL, TINY_MONOTONIC_WRITES },
	{ TINY_CAUSAL, TINY_WRITES_FOLLOW_READS },
};

static void close_laws(struct lattice *lattice)
{
	for (size_t i = 0; i < sizeof(laws) / sizeof(*laws); i++)
		lattice->implies[laws[i][0]][laws[i][1]] = true;
	for (int k = 0; k < TINY_MODELS; k++) {
		lattice->implies[k][k] = true;
		for (int a = 0; a < TINY_MODELS; a++) {
			for (int b = 0; b < TINY_MODELS; b++)
				lattice->implies[a][b] |=
					lattice->implies[a][k] &&
					lattice->implies[k][b];
		}
	}
}

static enum verdict_kind judge(const struct history *history,
			       enum tiny_model model, struct arena *arena)
{
	struct judge_limits limits = { .threads = 1 };
	struct panel panel = { 0 };
	struct judgement judgement;
	struct error err;

	if (!panel_add(&panel, arena, tiny_model_name(model), &err))
		fail_msg("%s", err.text);
	judge_history(history, &panel, &limits, arena, &judgement);
	return judgement.judged[0].verdict.kind;
}

static void take_case(struct lattice *lattice, const char *path)
{
	enum verdict_kind kinds[TINY_MODELS];
	struct arena arena = { 0 };
	struct error err;
	struct history *history = history_read(path, NULL, NULL, &err);

	if (!history)
		fail_msg("%s", err.text);
	for (int m = 0; m < TINY_MODELS; m++)
		kinds[m] = judge(history, (enum tiny_model)m, &arena);
	for (int a = 0; a < TINY_MODELS; a++) {
		for (int b = 0; b < TINY_MODELS; b++) {
			if (kinds[a] != VERDICT_VALID ||
			    kinds[b] != VERDICT_INVALID)
				continue;
			lattice->is_shown[a][b] = true;
			if (lattice->implies[a][b])
				fail_msg("%s: %s holds, %s does not", path,
					 tiny_model_name((enum tiny_model)a),
					 tiny_model_name((enum tiny_model)b));
		}
	}
	history_free(history);
	arena_release(&arena);
}

static void the_corpus_tells_any_two_models_apart(void **state)
{
	struct lattice lattice = { 0 };
	int missing = 0;

	(void)state;
	close_laws(&lattice);
	for (int m = 0; m < TINY_MODELS; m++) {
		char pattern[128];
		glob_t cases;

		if (m == TINY_LINEARIZABLE)
			continue; /* its cases are of many objects */
		snprintf(pattern, sizeof(pattern),
			 "tests/corpus/%s/*/history.jsonl",
			 tiny_model_name((enum tiny_model)m));
		assert_int_equal(glob(pattern, 0, NULL, &cases), 0);
		for (size_t i = 0; i < cases.gl_pathc; i++)
			take_case(&lattice, cases.gl_pathv[i]);
		globfree(&cases);
	}
	for (int a = 0; a < TINY_MODELS; a++) {
		for (int b = 0; b < TINY_MODELS; b++) {
			if (lattice.implies[a][b] || lattice.is_shown[a][b])
				continue;
			printf("no case where %s holds and %s does not\n",
			       tiny_model_name((enum tiny_model)a),
			       tiny_model_name((enum tiny_model)b));
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_corpus_tells_any_two_models_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
