/* SPDX-License-Identifier: MIT */
/* Stores that get too little of the processor, or of the memory. */
#ifndef ORDEAL_NEMESIS_AGENT_STARVE_H
#define ORDEAL_NEMESIS_AGENT_STARVE_H

/*
 * `ordeal-agent starve VERB [KIND AMOUNT] OPTION VALUE ...`; returns the exit
 * status, and tells on standard error what went wrong. KIND is cpu, and AMOUNT
 * the microseconds of processor time in each tenth of a second that the
 * daemons have together; or memory, and the bytes that they may take from now
 * on. See cgroup.h for how.
 *
 * begin KIND AMOUNT: from now on. With memory a process of ours then takes
 *   all that is allowed, so that the kernel ends who has the most for want of
 *   memory (the daemon, and it alone where we have CAP_SYS_RESOURCE); waits
 *   until it has. Prints
 *   processes N oom-kills N
 *
 * look KIND: "none", or
 *   processes N throttled N probe-permille N     (cpu)
 *   processes N oom-kills N                      (memory)
 *   of the group; with cpu a process of ours works in it for a while, until
 *   the kernel has held the group back, ten seconds at most: how often it
 *   was, and the share of a processor that the process got.
 *
 * undo [KIND]: ends what there is of it here.
 * list [KIND]: what there is of it, one a line.
 *
 *   --daemon NAME     (repeated) whose pid and start time are in
 *                     FOLDER/NAME.pid
 *   --folder F        (/run/ordeal)
 */
int starve_run(int argc, char **argv);

#endif
