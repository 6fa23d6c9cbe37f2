/* SPDX-License-Identifier: MIT */
#include "tests/support/isolation_history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct checker checker_isolation;

void isolation_run(const struct history *history, const char *model,
		   struct arena *arena, struct verdict *verdict)
{
	isolation_run_threads(history, model, 1, arena, verdict);
}

void isolation_run_threads(const struct history *history, const char *model,
			   unsigned threads, struct arena *arena,
			   struct verdict *verdict)
{
	struct options *options = options_new(arena,
					      checker_isolation.options);
	struct budget budget = { BUDGET_STATES_DEFAULT, BUDGET_BYTES_DEFAULT,
				 threads, NULL };
	struct check check = { history, options, &budget, arena };
	struct error err;

	verdict_init(verdict);
	/* "model; option=value; option=value" */
	for (const char *at = model; at && *at;) {
		size_t length = strcspn(at, ";");
		char *text = arena_strndup(arena, at, length);
		char *value = strchr(text, '=');

		if (value)
			*value++ = 0;
		if (options_set(options, arena, value ? text : "model",
				value ? value : text, &err)) {
			fprintf(stderr, "%s\n", err.text);
			abort();
		}
		at += length + (at[length] == ';');
	}
	if (checker_isolation.check(&check, verdict, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

int64_t isolation_count(const struct verdict *verdict, const char *anomaly)
{
	const struct figure *group = figure_find(&verdict->figures,
						 "anomaly_counts");
	const struct figure *count = group ? figure_find(group, anomaly) :
					     NULL;

	return count ? count->number : 0;
}

bool isolation_lists(const struct verdict *verdict, const char *list,
		     const char *text)
{
	const struct figure *figure = figure_find(&verdict->figures, list);

	for (const struct figure *item = figure ? figure->first : NULL; item;
	     item = item->next) {
		if (strcmp(item->text, text) == 0)
			return true;
	}
	return false;
}

const char *isolation_names(const struct verdict *verdict, struct arena *arena)
{
	const struct figure *group = figure_find(&verdict->figures,
						 "anomaly_counts");
	char *text = NULL;

	for (const struct figure *item = group ? group->first : NULL; item;
	     item = item->next)
		text = text ? arena_printf(arena, "%s %s", text, item->name) :
			      arena_strdup(arena, item->name);
	return text ? text : "";
}

const char *isolation_print(const struct history *history, struct arena *arena)
{
	const struct values *values = history->values;
	char *text = arena_strdup(arena, "");

	for (size_t t = 0; t < history->op_count; t++) {
		const struct op *op = &history->ops[t];

		text = arena_printf(arena, "%s%d-%d p%d %s:", text,
				    (int)op->invoke, (int)op->complete,
				    (int)op->process,
				    op->outcome == OUTCOME_OK	? "ok" :
				    op->outcome == OUTCOME_FAIL ? "fail" :
								  "info");
		for (unsigned i = 0; i < op->action_count; i++) {
			const struct action *a = op_actions(history, op) + i;

			text = arena_printf(
				arena, "%s %s %s %s", text,
				verb_name((enum verb)a->verb),
				value_text(values, a->key, arena),
				value_text(values,
					   a->verb == VERB_READ ? a->result :
								  a->arg,
					   arena));
		}
		text = arena_printf(arena, "%s\n", text);
	}
	return text;
}
