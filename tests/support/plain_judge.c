/* SPDX-License-Identifier: MIT */
#include "tests/support/plain_judge.h"

#include "checkers/linearizable/monitor.h"

static enum verdict_kind search_calls(const struct judge *judge,
				      const struct calls *calls)
{
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;
	struct problem problem;

	problem_init(&problem, judge->model, states, calls->items,
		     calls->count);
	search(&problem, judge->limits, &result);
	problem_release(&problem);
	states_free(states);
	return result.kind;
}

static enum verdict_kind monitor_calls(const struct judge *judge,
				       const struct calls *calls,
				       bool *is_decided)
{
	const struct monitor *monitor;
	enum verdict_kind kind = VERDICT_UNKNOWN;

	for (size_t i = 0; kind == VERDICT_UNKNOWN &&
			   (monitor = monitor_at(judge->model, i));
	     i++) {
		struct monitor_result result = { 0 };

		monitor->decide(judge, calls, &result);
		kind = result.kind;
		*is_decided |= kind != VERDICT_UNKNOWN;
		if (kind == VERDICT_UNKNOWN && result.core.count)
			kind = search_calls(judge, &result.core);
		calls_release(&result.core);
	}
	return kind == VERDICT_UNKNOWN ? search_calls(judge, calls) : kind;
}

void judge_plainly(const struct history *history, const char *model,
		   const struct model_settings *settings,
		   struct plain_verdict *verdict)
{
	const struct budget budget = { 0 };
	const struct search_limits limits = {
		.states_max = 1000000,
		.bytes_max = (size_t)1 << 26,
		.budget = &budget,
	};
	const struct judge judge = { .history = history,
				     .model = model_find(model),
				     .settings = settings,
				     .limits = &limits };
	struct calls calls = { 0 };

	for (uint32_t i = 0; i < history->op_count; i++)
		calls_add(&calls, history, i, settings->failed_cas_asserts, 0);
	verdict->is_decided = false;
	verdict->searched = search_calls(&judge, &calls);
	verdict->monitored =
		monitor_calls(&judge, &calls, &verdict->is_decided);
	calls_release(&calls);
}
