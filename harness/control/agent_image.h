/* SPDX-License-Identifier: MIT */
/* The agent's program, as part of ours. */
#ifndef ORDEAL_CONTROL_AGENT_IMAGE_H
#define ORDEAL_CONTROL_AGENT_IMAGE_H

#include <stddef.h>

/* The bytes of the static program that the Makefile built for this machine's
 * architecture, and how many; constant, any thread. */
const char *agent_image(size_t *size);

#endif
