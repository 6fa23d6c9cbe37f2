/* SPDX-License-Identifier: MIT */
#include "tests/support/invariant_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/report/explain.h"

static void stop(const char *what, const char *text)
{
	fprintf(stderr, "judge: %s: %s\n", what, text);
	abort();
}

struct verdict *invariant_judge(const struct checker *checker,
				const struct history *history,
				const char *option, const char *text,
				struct arena *arena)
{
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 1 };
	struct options *options = options_new(arena, checker->options);
	struct check check = { history, options, &budget, arena };
	struct verdict *verdict = arena_alloc(arena, sizeof(*verdict));
	struct error err;

	verdict_init(verdict);
	if (option && options_set(options, arena, option, text, &err) != 0)
		stop(option, err.text);
	if (checker->check(&check, verdict, &err) != 0)
		stop(checker->name, err.text);
	if ((verdict->kind == VERDICT_INVALID) != (verdict->anomalies != NULL))
		stop(checker->name, "invalid, and no anomaly, or the reverse");
	for (const struct anomaly *a = verdict->anomalies; a; a = a->next) {
		if (!a->story || a->evidence_count == 0)
			stop(a->name, "no story, or no evidence");
		if (!explanation_find(a->name))
			stop(a->name, "nobody explains this");
	}
	return verdict;
}

enum verdict_kind invariant_verdict(const struct checker *checker,
				    const struct history *history,
				    const char *option, const char *text)
{
	struct arena arena = { 0 };
	enum verdict_kind kind =
		invariant_judge(checker, history, option, text, &arena)->kind;

	arena_release(&arena);
	return kind;
}
