/* SPDX-License-Identifier: MIT */
/* Some operations of a history, as a history of their own. */
#ifndef ORDEAL_CORE_HISTORY_PART_H
#define ORDEAL_CORE_HISTORY_PART_H

#include "harness/core/error.h"
#include "harness/core/history.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The operations named (their numbers in history.ops), and whoever wrote what
 * they read: of a transaction that is there for this alone only its writes are
 * kept. So the evidence of an anomaly can be judged alone: what was read was
 * written, and nothing is there that was not. Entries keep their indexes; those
 * of the nemesis are left out. The caller frees the result; NULL with a
 * sentence if it cannot be made. Time and memory: linear.
 */
struct history *history_part(const struct history *history,
			     const uint32_t *ops, size_t count,
			     struct error *err);

#endif
