/* SPDX-License-Identifier: MIT */
/* Who is to judge: from a run's config.json, a workload, a model, or what the
 * history itself shows. */
#ifndef ORDEAL_ENGINE_CHOOSE_H
#define ORDEAL_ENGINE_CHOOSE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/engine/judge.h"

#include <stdbool.h>

/*
 * Each adds judges to a panel (not the standing ones). 0, or -1 with a
 * sentence. `chosen`, where there is one, gets a sentence that says what was
 * chosen and why, in the arena.
 */

/* The "judges" of RUN/config.json; see results/README.md. The memory that they
 * were given there is set in `limits`, unless it is set already. */
int choose_by_config(struct panel *panel, struct arena *arena, const char *run,
		     struct judge_limits *limits, struct error *err);

/* The judges that the workload names, with the options it gives them. */
int choose_by_workload(struct panel *panel, struct arena *arena,
		       const char *workload, struct error *err);

/* The first checker whose option "model" takes that name. */
int choose_by_model(struct panel *panel, struct arena *arena, const char *model,
		    struct error *err);

/* The checker that the operations of the history call for; -1 when they are
 * of no known kind, or nobody here judges that kind, listing the choices. */
int choose_by_history(struct panel *panel, struct arena *arena,
		      const struct history *history, const char **chosen,
		      struct error *err);

#endif
