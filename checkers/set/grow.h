/* SPDX-License-Identifier: MIT */
/* Elements that nobody removes: once there, there. */
#ifndef ORDEAL_SET_GROW_H
#define ORDEAL_SET_GROW_H

#include "checkers/set/figures.h"

/*
 * Judges such an element, which costs no more than the reads that have it and
 * those that should and do not, and counts it. Exact: with K the first end of
 * an acknowledged addition or of a read that has it, the element is
 * linearizable iff no read that has it ended before any addition began, and
 * every read that began after K has it. The fault, if any, is in *fault; a
 * stale one is there only if `strict`.
 */
void grow_judge(struct account *account, const struct element *element,
		const struct reads *reads, bool strict, struct figures *figures,
		struct fault *fault);

#endif
