/* SPDX-License-Identifier: MIT */
/* Shell lines on the node, each with a deadline. */
#ifndef ORDEAL_NEMESIS_AGENT_SHELL_H
#define ORDEAL_NEMESIS_AGENT_SHELL_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds that only go on, also while the machine sleeps; no clock fault
 * moves them. */
int64_t agent_now_ms(void);

/*
 * Runs `line` with /bin/sh in a process group of its own, which is killed
 * after `timeout_ms`. 0 when it ended with status 0; else -1, with what it
 * printed last, or what became of it, in `said` (`size` bytes, always ended
 * by a NUL, without newlines).
 */
int shell_run(const char *line, int64_t timeout_ms, char *said, size_t size);

#endif
