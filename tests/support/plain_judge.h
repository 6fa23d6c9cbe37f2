/* SPDX-License-Identifier: MIT */
/* Verdicts without explanations, which take longer than the verdicts. */
#ifndef ORDEAL_TESTS_SUPPORT_PLAIN_JUDGE_H
#define ORDEAL_TESTS_SUPPORT_PLAIN_JUDGE_H

#include "checkers/linearizable/model.h"
#include "harness/core/history.h"
#include "harness/core/verdict.h"

#include <stdbool.h>

struct plain_verdict {
	enum verdict_kind searched; /* by search alone */
	enum verdict_kind monitored; /* by the monitors, and by search of what
				      * they leave */
	bool is_decided; /* without search */
};

/* Judges a history of one key by the model of that name. */
void judge_plainly(const struct history *history, const char *model,
		   const struct model_settings *settings,
		   struct plain_verdict *verdict);

#endif
