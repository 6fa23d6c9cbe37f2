/* SPDX-License-Identifier: MIT */
/* The agent's programs, as part of ours. */
#ifndef ORDEAL_CONTROL_AGENT_IMAGE_H
#define ORDEAL_CONTROL_AGENT_IMAGE_H

#include <stddef.h>

/* One static program for a kind of machine. */
struct agent_image {
	const char *machine; /* as `uname -m` has it: "x86_64", "aarch64" */
	const char *begin;
	const char *end;
};

/* The one for a machine, constant; NULL where the Makefile had no compiler for
 * it, or nobody knows it. Any thread. */
const struct agent_image *agent_image(const char *machine);

/* Those that there are: 0, 1, ...; NULL after the last. */
const struct agent_image *agent_image_at(size_t index);

#endif
