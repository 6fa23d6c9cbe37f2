/* SPDX-License-Identifier: MIT */
#include "checkers/convergence.h"
#include "checkers/moment.h"

#define TOLD_MAX 5    /* anomalies of each kind */
static const char *const wrong_names[WRONG_KINDS] = {
	[DIVERGED] = "divergence",
	[LOST] = "lost-write",
	[GARBAGE] = "garbage-read",
	[REFUSED] = "failed-write-observed",
};

const char *wrong_name(enum wrong wrong)
{
	return wrong_names[wrong];
}

static const char *text_of(const struct convergence *c, struct value value)
{
	return value_text(c->check->history->values, value, c->check->arena);
}

static const char *node_of(const struct convergence *c, uint32_t number)
{
	const char *node =
		moment_text(c->check->history, op_at(c, number)->node);

	return node ? node : "a node that is not named";
}

static struct anomaly *accuse(struct convergence *c, enum wrong wrong,
			      const char *text)
{
	if (c->counts[wrong]++ >= TOLD_MAX)
		return NULL;
	return verdict_add_anomaly(c->verdict, c->check->arena,
				   wrong_names[wrong], "key %s: %s",
				   text_of(c, c->key), text);
}

void tell_divergence(struct convergence *c)
{
	struct arena *arena = c->check->arena;
	struct anomaly *anomaly = accuse(
		c, DIVERGED, "the nodes do not show the same at the end");

	for (size_t i = 0; anomaly && i < c->shown_count; i++)
		anomaly_add_evidence(anomaly, arena, c->shown[i].read,
				     "%s shows %s",
				     node_of(c, c->shown[i].read),
				     text_of(c, c->shown[i].value));
}

void tell_lost(struct convergence *c, const struct shown *shown,
	       uint32_t writer)
{
	struct arena *arena = c->check->arena;
	struct anomaly *anomaly = accuse(
		c, LOST,
		arena_printf(arena,
			     "the write of %s was acknowledged and nothing "
			     "came after it, but at the end %s shows %s",
			     text_of(c, action_at(c, c->last)->arg),
			     node_of(c, shown->read),
			     value_is_nil(shown->value) ?
				     "nothing" :
				     text_of(c, shown->value)));

	if (!anomaly)
		return;
	if (writer != HISTORY_NONE)
		anomaly_add_evidence(anomaly, arena, writer,
				     "wrote %s, and had ended before",
				     text_of(c, shown->value));
	anomaly_add_evidence(anomaly, arena, c->last,
			     "the acknowledged write that is lost");
	anomaly_add_evidence(anomaly, arena, shown->read,
			     "the read at the end");
}

void tell_unwritten(struct convergence *c, const struct shown *shown,
		    uint32_t refused)
{
	struct arena *arena = c->check->arena;
	bool is_refused = refused != HISTORY_NONE;
	struct anomaly *anomaly = accuse(
		c, is_refused ? REFUSED : GARBAGE,
		arena_printf(arena, "at the end %s shows %s, which %s",
			     node_of(c, shown->read), text_of(c, shown->value),
			     is_refused ? "was refused" : "nobody wrote"));

	if (!anomaly)
		return;
	if (is_refused)
		anomaly_add_evidence(anomaly, arena, refused,
				     "this write was refused");
	anomaly_add_evidence(anomaly, arena, shown->read,
			     "the read at the end");
}
