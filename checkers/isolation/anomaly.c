/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/anomaly.h"

#include <assert.h>
#include <stddef.h>

static const char *const names[] = {
#define ANOMALY_NAME(id, name) [A_##id] = name,
	ANOMALIES(ANOMALY_NAME)
#undef ANOMALY_NAME
};

const char *anomaly_text(enum anomaly_name name)
{
	assert(name < A_COUNT);
	return names[name];
}

/* Who finds `from` has also found `to`: the history has it, or breaks at
 * least the promises that it breaks. */
struct implication {
	uint8_t from;
	uint8_t to;
};

static const struct implication implications[] = {
	{ A_GARBAGE_READ, A_G1A },
	{ A_INCOMPATIBLE_ORDER, A_G1A },
	{ A_DIRTY_UPDATE, A_G1A },
	{ A_FUTURE_READ, A_G1C },
	{ A_NON_REPEATABLE_READ, A_INTERNAL },

	{ A_G1A, A_G1 },
	{ A_G1B, A_G1 },
	{ A_G1C, A_G1 },
	{ A_G0, A_G1C },
	{ A_G0, A_G0_P },
	{ A_G0_P, A_G0_R },
	{ A_G0_P, A_G1C_P },
	{ A_G0_R, A_G1C_R },
	{ A_G1, A_G1_P },
	{ A_G1_P, A_G1_R },
	{ A_G1C, A_G1C_P },
	{ A_G1C_P, A_G1C_R },
	{ A_G1C_P, A_G1_P },
	{ A_G1C_R, A_G1_R },

	{ A_LOST_UPDATE, A_G2_ITEM },
	{ A_G_CURSOR, A_G_SINGLE_ITEM },
	{ A_READ_SKEW, A_FRACTURED_READ },
	{ A_G_MONOTONIC, A_FRACTURED_READ },
	{ A_FRACTURED_READ, A_CAUSALITY },
	{ A_FRACTURED_READ, A_G_SINGLE_ITEM },
	{ A_CAUSALITY, A_G_SINGLE_ITEM_P },
	{ A_LONG_FORK, A_G_NONADJACENT_ITEM },
	{ A_WRITE_SKEW, A_G2_ITEM },

	{ A_MONOTONIC_READS, A_G_SINGLE_ITEM_P },
	{ A_READ_YOUR_WRITES, A_G_SINGLE_ITEM_P },
	{ A_MONOTONIC_WRITES, A_G0_P },
	{ A_WRITES_FOLLOW_READS, A_CAUSALITY },

	{ A_G_SINGLE_ITEM, A_G_SINGLE },
	{ A_G_SINGLE_ITEM, A_G_NONADJACENT_ITEM },
	{ A_G_SINGLE_ITEM, A_G_SINGLE_ITEM_P },
	{ A_G_SINGLE_ITEM_P, A_G_SINGLE_P },
	{ A_G_SINGLE_ITEM_P, A_G_NONADJACENT_ITEM_P },
	{ A_G_SINGLE_ITEM_P, A_G_SINGLE_ITEM_R },
	{ A_G_SINGLE_ITEM_R, A_G_SINGLE_R },
	{ A_G_SINGLE_ITEM_R, A_G_NONADJACENT_ITEM_R },
	{ A_G_SINGLE, A_G_NONADJACENT },
	{ A_G_SINGLE, A_G_SINGLE_P },
	{ A_G_SINGLE_P, A_G_NONADJACENT_P },
	{ A_G_SINGLE_P, A_G_SINGLE_R },
	{ A_G_SINGLE_R, A_G_NONADJACENT_R },

	{ A_G_NONADJACENT_ITEM, A_G_NONADJACENT },
	{ A_G_NONADJACENT_ITEM, A_G2_ITEM },
	{ A_G_NONADJACENT_ITEM, A_G_NONADJACENT_ITEM_P },
	{ A_G_NONADJACENT_ITEM_P, A_G_NONADJACENT_P },
	{ A_G_NONADJACENT_ITEM_P, A_G2_ITEM_P },
	{ A_G_NONADJACENT_ITEM_P, A_G_NONADJACENT_ITEM_R },
	{ A_G_NONADJACENT_ITEM_R, A_G_NONADJACENT_R },
	{ A_G_NONADJACENT_ITEM_R, A_G2_ITEM_R },
	{ A_G_NONADJACENT, A_G2 },
	{ A_G_NONADJACENT, A_G_NONADJACENT_P },
	{ A_G_NONADJACENT_P, A_G2_P },
	{ A_G_NONADJACENT_P, A_G_NONADJACENT_R },
	{ A_G_NONADJACENT_R, A_G2_R },

	{ A_G2_ITEM, A_G2 },
	{ A_G2_ITEM, A_G2_ITEM_P },
	{ A_G2_ITEM_P, A_G2_P },
	{ A_G2_ITEM_P, A_G2_ITEM_R },
	{ A_G2_ITEM_R, A_G2_R },
	{ A_MAV_CYCLE, A_SESSION_MAV_CYCLE },
	{ A_MAV_CYCLE, A_RA_CYCLE },
	{ A_SESSION_MAV_CYCLE, A_SESSION_RA_CYCLE },
	{ A_RA_CYCLE, A_SESSION_RA_CYCLE },
	{ A_SESSION_RA_CYCLE, A_CAUSAL_CYCLE },
	{ A_CAUSAL_CYCLE, A_SESSION_SI_CYCLE },
	{ A_RA_CYCLE, A_SI_CYCLE },
	{ A_CS_CYCLE, A_SI_CYCLE },
	{ A_MV_CYCLE, A_G_SINGLE_ITEM },
	{ A_MSR_CYCLE, A_SI_CYCLE },
	{ A_UA_CYCLE, A_G_SINGLE_ITEM },
	{ A_CERONE_CYCLE, A_G_SINGLE_ITEM },
	{ A_CERONE_CYCLE, A_CAUSAL_CYCLE },
	{ A_CERONE_CYCLE, A_PREFIX_CYCLE },
	{ A_PREFIX_CYCLE, A_SI_CYCLE },
	{ A_G_UPDATE, A_G2_ITEM },
	{ A_SI_CYCLE, A_PL3_CYCLE },
	{ A_SESSION_SI_CYCLE, A_SESSION_SER_CYCLE },
	{ A_STRONG_SI_CYCLE, A_PL_SS_CYCLE },
	{ A_SI_CYCLE, A_SESSION_SI_CYCLE },
	{ A_SESSION_SI_CYCLE, A_STRONG_SI_CYCLE },
	{ A_PL3_CYCLE, A_SESSION_SER_CYCLE },
	{ A_SESSION_SER_CYCLE, A_PL_SS_CYCLE },
	{ A_G2, A_G2_P },
	{ A_G2_P, A_G2_R },
};

anomaly_set anomaly_closure(anomaly_set set)
{
	anomaly_set before;

	do {
		before = set;
		for (size_t i = 0;
		     i < sizeof(implications) / sizeof(*implications); i++) {
			if (set & anomaly_bit(implications[i].from))
				set |= anomaly_bit(implications[i].to);
		}
	} while (set != before);
	return set;
}

anomaly_set anomaly_implied(enum anomaly_name name)
{
	return anomaly_closure(anomaly_bit(name));
}
