/* SPDX-License-Identifier: MIT */
#include "harness/control/agent_image.h"

#include <stddef.h>
#include <string.h>

/* Carried inside the program, so that there is no second file to install, to
 * look for or to mismatch. The Makefile says where they are; who only analyses
 * this file gets none. */
#define CARRY(name, file)                       \
	__asm__(".pushsection .rodata\n"        \
		".balign 16\n"                  \
		"ordeal_agent_" name ":\n"      \
		".incbin \"" file "\"\n"        \
		"ordeal_agent_" name "_end:\n"  \
		".byte 0\n"                     \
		".popsection\n")

#ifdef ORDEAL_AGENT_x86_64
CARRY("x86_64", ORDEAL_AGENT_x86_64);
extern const char ordeal_agent_x86_64[];
extern const char ordeal_agent_x86_64_end[];
#endif

#ifdef ORDEAL_AGENT_aarch64
CARRY("aarch64", ORDEAL_AGENT_aarch64);
extern const char ordeal_agent_aarch64[];
extern const char ordeal_agent_aarch64_end[];
#endif

static const struct agent_image images[] = {
#ifdef ORDEAL_AGENT_x86_64
	{ "x86_64", ordeal_agent_x86_64, ordeal_agent_x86_64_end },
#endif
#ifdef ORDEAL_AGENT_aarch64
	{ "aarch64", ordeal_agent_aarch64, ordeal_agent_aarch64_end },
#endif
	{ .machine = NULL },
};

const struct agent_image *agent_image_at(size_t index)
{
	return index < sizeof(images) / sizeof(images[0]) - 1 ?
		       &images[index] :
		       NULL;
}

const struct agent_image *agent_image(const char *machine)
{
	for (size_t i = 0; images[i].machine; i++) {
		if (strcmp(images[i].machine, machine) == 0)
			return &images[i];
	}
	return NULL;
}
