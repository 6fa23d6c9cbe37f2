/* SPDX-License-Identifier: MIT */
/* The kernel's clock functions that every process has mapped (the vDSO). */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_VDSO_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_VDSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nemesis/agent/clock_shim.h"

/* All processes of one kernel (and of one kind: 64 bits) have the same, each
 * at an address of its own. */
struct clock_vdso {
	const unsigned char *image; /* ours, which nobody redirects */
	size_t size;
	size_t entries[CLOCK_FUNCTIONS]; /* offsets; 0: it has none */
	size_t syscall; /* offset of a system call instruction; 0: none */
	size_t text;	/* where its code begins and ends */
	size_t text_end;
};

/* Finds our own. False when there is none that we can use. */
bool clock_vdso_find(struct clock_vdso *vdso);

/* The same of the image at `image`; for tests. */
bool clock_vdso_parse(struct clock_vdso *vdso, const unsigned char *image);

#endif
