/* SPDX-License-Identifier: MIT */
#include "harness/control/agent_image.h"

#include <stddef.h>
#include <stdint.h>

/* Carried inside the program, so that there is no second file to install, to
 * look for or to mismatch. The Makefile says where it is; who only analyses
 * this file gets an empty one. */
#ifdef ORDEAL_AGENT
#define AGENT_BYTES ".incbin \"" ORDEAL_AGENT "\"\n"
#else
#define AGENT_BYTES ""
#endif

__asm__(".pushsection .rodata\n"
	".balign 16\n"
	"ordeal_agent_begin:\n" AGENT_BYTES "ordeal_agent_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char ordeal_agent_begin[];
extern const char ordeal_agent_end[];

const char *agent_image(size_t *size)
{
	*size = (uintptr_t)ordeal_agent_end - (uintptr_t)ordeal_agent_begin;
	return ordeal_agent_begin;
}
