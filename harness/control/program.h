/* SPDX-License-Identifier: MIT */
/* Programs on this machine that never run longer than they may. */
#ifndef ORDEAL_CONTROL_PROGRAM_H
#define ORDEAL_CONTROL_PROGRAM_H

#include "harness/control/transport.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Runs the program words[0] (looked for in PATH) with its arguments, NULL at
 * the end, and waits until it has ended and closed its output. `command` has
 * its input and deadline; the line is not looked at. `in_fd` and `out_fd`,
 * unless -1, are descriptors that it reads and writes itself in place of
 * command->input and reply->out.
 *
 * 0 when it ran to its end, whatever it thought of it: see `reply`, in
 * `arena`. -1 when it cannot be started, prints more than 256 MiB, or has not
 * ended by the deadline: then its process group is killed. Any thread.
 */
int program_run(char *const *words, const struct command *command, int in_fd,
		int out_fd, struct arena *arena, struct reply *reply,
		struct error *err);

/* write(), without the signal where nobody reads the pipe any more: EPIPE is
 * all that is heard of it. */
ssize_t program_write(int fd, const char *bytes, size_t size);

#endif
