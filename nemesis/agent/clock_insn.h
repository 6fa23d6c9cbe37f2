/* SPDX-License-Identifier: MIT */
/* The first instructions of a function, moved to another place. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_INSN_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_INSN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copies whole x86-64 instructions from `code` (`size` bytes that run at
 * address `from`) until `least` bytes are covered, so that they do the same at
 * address `to`, and ends them with a jump to where the function goes on.
 * Knows what compilers put at the beginning of the kernel's clock functions.
 * Returns how many bytes `out` (`room`) has, or 0 when there is one that it
 * does not know, or that would not reach. `taken` is what was covered.
 */
size_t clock_insn_move(const unsigned char *code, size_t size, size_t least,
		       uint64_t from, uint64_t to, unsigned char *out,
		       size_t room, size_t *taken);

#endif
