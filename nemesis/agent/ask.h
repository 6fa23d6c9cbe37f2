/* SPDX-License-Identifier: MIT */
/* The other end: one request to the agent that runs here. */
#ifndef ORDEAL_NEMESIS_AGENT_ASK_H
#define ORDEAL_NEMESIS_AGENT_ASK_H

#include <stddef.h>
#include <stdint.h>

/* How `ordeal-agent ask` ends. */
#define ASK_OK 0
#define ASK_REFUSED 1
#define ASK_NOBODY 3 /* no agent runs here */

/*
 * Sends the words of `argv` (NULL at the end) as one line (serve.h) and prints
 * the reply. Waits up to `wait_ms` for an agent that is just starting.
 */
int ask_run(const char *folder, int64_t wait_ms, char *const *argv);

/* The same, with the reply, or what is wrong, in `reply` (`size` bytes). */
int ask_reply(const char *folder, int64_t wait_ms, char *const *argv,
	      char *reply, size_t size);

#endif
