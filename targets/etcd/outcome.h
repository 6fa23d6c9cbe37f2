/* SPDX-License-Identifier: MIT */
/* Which of etcd's errors are definite: the place to argue about. */
#ifndef ORDEAL_ETCD_OUTCOME_H
#define ORDEAL_ETCD_OUTCOME_H

#include "harness/core/error.h"
#include "harness/core/op.h"

#include "targets/etcd/reply.h"

#include <stdbool.h>

/*
 * Of a request that would change something. OUTCOME_FAIL where etcd's
 * documentation or the order of things in it says that the change was not
 * made and never will be, else OUTCOME_INDETERMINATE. Sets `err` to a few
 * words without addresses, equal for equal causes.
 */
enum outcome outcome_of_failure(const struct etcd_failure *failure, long status,
				struct error *err);

/* A request that changes nothing has failed when its answer did not come:
 * there is no effect to be in doubt of. */
enum outcome outcome_of_loss(bool is_sent, bool only_reads);

#endif
