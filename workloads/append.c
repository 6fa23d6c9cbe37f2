/* SPDX-License-Identifier: MIT */
/*
 * Transactions that read lists and append to them. A list tells the order of
 * all appends that it holds, so that dependencies between transactions are
 * known and not guessed: the sharpest test of isolation there is.
 */
#include "workloads/txn.h"

static const struct txn_kind append_kind = { .name = "append",
					     .object = OBJECT_LIST,
					     .write = VERB_APPEND };

static const struct need *append_needs(const struct workload_setup *setup)
{
	return txn_needs(setup, &append_kind);
}

static struct generator *append_main(const struct workload_setup *setup,
				     struct error *err)
{
	return txn_main(setup, &append_kind, err);
}

static struct generator *append_final(const struct workload_setup *setup,
				      struct error *err)
{
	(void)err;
	return txn_final(setup, &append_kind);
}

static const char *const append_checkers[] = { "isolation", NULL };

const struct workload workload_append = {
	.name = "append",
	.summary = "transactions of reads of lists and appends to them",
	.options = txn_options,
	.checkers = append_checkers,
	.needs = append_needs,
	.main_phase = append_main,
	.final_phase = append_final,
};
