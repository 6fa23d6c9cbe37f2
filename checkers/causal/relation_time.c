/* SPDX-License-Identifier: MIT */
#include "checkers/causal/relation.h"

#include <stdlib.h>

/* Those that ended and that no other has followed since: at most one of each
 * session. */
struct ended {
	uint32_t event;
	uint32_t end;
};

/* `e` began: what ended before it comes before it. */
static void begin(struct relation *relation, const struct ended *ended,
		  uint32_t count, uint32_t e)
{
	for (uint32_t i = 0; i < count; i++)
		relation_infer(relation, ended[i].event, e, TRACE_NONE);
}

/* `e`, which began at `began`, ended: all that ended before it began comes
 * before whatever comes after it. */
static uint32_t end(struct ended *ended, uint32_t count, uint32_t e,
		    uint32_t began, uint32_t at)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (ended[i].end > began)
			ended[kept++] = ended[i];
	}
	ended[kept++] = (struct ended){ e, at };
	return kept;
}

void relation_infer_time(struct relation *relation)
{
	const struct trace *trace = relation->trace;
	const struct history *history = trace->history;
	uint32_t *events =
		heap_alloc((history->op_count + 1) * sizeof(*events));
	struct ended *ended =
		heap_alloc((trace->count + 1) * sizeof(*ended));
	uint32_t count = 0;

	for (uint32_t i = 0; i < history->op_count; i++)
		events[i] = TRACE_NONE;
	for (uint32_t e = 0; e < trace->count; e++)
		events[trace->events[e].op] = e;
	for (uint32_t n = 0; n < history->entry_count; n++) {
		uint32_t o = history->entry_ops[n];
		uint32_t e = o < history->op_count ? events[o] : TRACE_NONE;

		if (e == TRACE_NONE)
			continue;
		if (history->ops[o].invoke == n)
			begin(relation, ended, count, e);
		else if (history->ops[o].outcome == OUTCOME_OK)
			count = end(ended, count, e, history->ops[o].invoke,
				    n);
	}
	free(events);
	free(ended);
}
