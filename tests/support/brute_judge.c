/* SPDX-License-Identifier: MIT */
#include "tests/support/brute_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/checker.h"

extern const struct checker checker_linearizable;

static void set(struct options *options, struct arena *arena, const char *name,
		const char *text)
{
	struct error err;

	if (options_set(options, arena, name, text, &err)) {
		fprintf(stderr, "judge: %s\n", err.text);
		abort();
	}
}

static void run(const struct random_object *object,
		const struct history *history, const char *algorithm,
		unsigned threads, struct arena *arena, struct verdict *verdict)
{
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = threads };
	struct options *options =
		options_new(arena, checker_linearizable.options);
	struct check check = { history, options, &budget, arena };
	struct error err;

	set(options, arena, "model", object->model);
	set(options, arena, "algorithm", algorithm);
	if (object->spec == brute_register && object->initial != NIL)
		set(options, arena, "initial", "1");
	if (object->failed_cas_asserts)
		set(options, arena, "failed-cas", "assert");
	if (object->spec == brute_semaphore)
		set(options, arena, "permits", "2");
	verdict_init(verdict);
	if (checker_linearizable.check(&check, verdict, &err)) {
		fprintf(stderr, "judge: %s\n", err.text);
		abort();
	}
}

enum verdict_kind judge_random(const struct random_object *object,
			       const struct history *history,
			       const char *algorithm)
{
	struct arena arena = { 0 };
	struct verdict verdict;

	run(object, history, algorithm, 1, &arena, &verdict);
	if (verdict.kind == VERDICT_INVALID && !verdict.anomalies->story) {
		print_random(object, history);
		fprintf(stderr, "judge: invalid without a story\n");
		abort();
	}
	arena_release(&arena);
	return verdict.kind;
}

const char *judge_text(const struct random_object *object,
		       const struct history *history, unsigned threads,
		       struct arena *arena)
{
	struct verdict verdict;
	const char *text;

	run(object, history, "auto", threads, arena, &verdict);
	text = arena_printf(arena, "%s %s", verdict_kind_name(verdict.kind),
			    verdict.reason);
	for (const struct anomaly *a = verdict.anomalies; a; a = a->next) {
		text = arena_printf(arena, "%s\n%s %s\n%s", text, a->name,
				    a->text, a->story);
		for (size_t i = 0; i < a->evidence_count; i++)
			text = arena_printf(arena, "%s\n%u %s", text,
					    a->evidence[i].op,
					    a->evidence[i].role);
	}
	return text;
}

void print_random(const struct random_object *object,
		  const struct history *history)
{
	struct arena arena = { 0 };

	fprintf(stderr, "%s:\n", object->model);
	for (uint32_t i = 0; i < history->entry_count; i++) {
		const struct op *op = &history->ops[history->entry_ops[i]];
		const struct action *a = op_actions(history, op);

		fprintf(stderr, "  %u %s p%d %s %s %s -> %s\n", i,
			op_type_name(history_entry_type(history, i)),
			op->process, verb_name((enum verb)a->verb),
			value_text(history->values, a->expected, &arena),
			value_text(history->values, a->arg, &arena),
			value_text(history->values, a->result, &arena));
	}
	arena_release(&arena);
}

uint64_t rounds_wanted(uint64_t usual)
{
	const char *text = getenv("ORDEAL_ROUNDS");
	uint64_t rounds = text ? strtoull(text, NULL, 10) : 0;

	return rounds ? rounds : usual;
}
