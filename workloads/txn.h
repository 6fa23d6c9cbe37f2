/* SPDX-License-Identifier: MIT */
/*
 * Transactions of several reads and writes over a few keys at a time: what
 * the workloads append and wr have in common. After Elle's generator
 * (Kingsbury and Alvaro, VLDB 2020): each write of a key has a value of its
 * own, and most keys are written a few times, some often, so that there are
 * both short version orders and long ones.
 */
#ifndef ORDEAL_WORKLOADS_TXN_H
#define ORDEAL_WORKLOADS_TXN_H

#include "harness/workload.h"

/* Options of both. */
extern const struct option txn_options[];

struct txn_kind {
	const char *name; /* of its random streams */
	enum object object;
	enum verb write;
};

const struct need *txn_needs(const struct workload_setup *setup,
			     const struct txn_kind *kind);
struct generator *txn_main(const struct workload_setup *setup,
			   const struct txn_kind *kind, struct error *err);
struct generator *txn_final(const struct workload_setup *setup,
			    const struct txn_kind *kind);

#endif
