/* SPDX-License-Identifier: MIT */
#include "harness/report/explain.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const struct explanation *const tables[] = {
	explain_causal,
	explain_invariants,
	explain_isolation,
	explain_isolation_cycles,
	explain_isolation_levels,
	explain_isolation_seldom,
	explain_isolation_sessions,
	explain_linearizable,
	explain_replicated,
	explain_run,
};

const struct explanation *explanation_at(size_t number)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const struct explanation *row = tables[i];

		for (; row->name; row++) {
			if (number-- == 0)
				return row;
		}
	}
	return NULL;
}

static bool is_among(const char *names, const char *name)
{
	size_t length = strlen(name);

	while (names && *names) {
		size_t part;

		names += strspn(names, ", ");
		part = strcspn(names, ",");
		if (part == length && strncasecmp(names, name, part) == 0)
			return true;
		names += part;
	}
	return false;
}

const struct explanation *explanation_find(const char *name)
{
	const struct explanation *row;

	for (size_t i = 0; (row = explanation_at(i)); i++) {
		if (strcasecmp(row->name, name) == 0)
			return row;
	}
	for (size_t i = 0; (row = explanation_at(i)); i++) {
		if (is_among(row->also, name))
			return row;
	}
	return NULL;
}

const char *explanation_kind_name(enum explanation_kind kind)
{
	switch (kind) {
	case EXPLAIN_ANOMALY:
		return "anomaly";
	case EXPLAIN_MODEL:
		return "model";
	case EXPLAIN_NONE:
		break;
	}
	return "word";
}
