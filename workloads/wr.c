/* SPDX-License-Identifier: MIT */
/*
 * Transactions that read and write registers, each write with a value of its
 * own: for stores without lists. Who wrote what was read is known; which write
 * came first must be inferred, so it sees less than append.
 */
#include "workloads/txn.h"

static const struct txn_kind wr_kind = { .name = "wr",
					 .object = OBJECT_REGISTER,
					 .write = VERB_WRITE };

static const struct need *wr_needs(const struct workload_setup *setup)
{
	return txn_needs(setup, &wr_kind);
}

static struct generator *wr_main(const struct workload_setup *setup,
				 struct error *err)
{
	return txn_main(setup, &wr_kind, err);
}

static struct generator *wr_final(const struct workload_setup *setup,
				  struct error *err)
{
	(void)err;
	return txn_final(setup, &wr_kind);
}

static const char *const wr_checkers[] = { "isolation", NULL };

const struct workload workload_wr = {
	.name = "wr",
	.summary = "transactions of reads and writes of registers",
	.options = txn_options,
	.checkers = wr_checkers,
	.needs = wr_needs,
	.main_phase = wr_main,
	.final_phase = wr_final,
};
