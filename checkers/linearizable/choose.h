/* SPDX-License-Identifier: MIT */
/* Which model a history is about, as its verbs tell. */
#ifndef ORDEAL_LINEARIZABLE_CHOOSE_H
#define ORDEAL_LINEARIZABLE_CHOOSE_H

#include "checkers/linearizable/model.h"
#include "harness/core/arena.h"
#include "harness/core/history.h"

/*
 * The model that fits the verbs of the history, or NULL with *reason (one
 * sentence) why none does. An empty history is a register's.
 */
const struct model *choose_model(const struct history *history,
				 struct arena *arena, const char **reason);

/* NULL when the model understands every operation of the history, else a
 * sentence naming what it does not. */
const char *model_misfit(const struct model *model,
			 const struct history *history, struct arena *arena);

#endif
