/* SPDX-License-Identifier: MIT */
/* Wrong clocks: of the store's processes alone, or of the machine. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_H

/*
 * `ordeal-agent clock VERB OPTION VALUE ...`; returns the exit status, and
 * tells on standard error what went wrong.
 *
 * keep: makes the clocks of daemons wrong, also of processes that they start
 * and of daemons that start later, and keeps them so until SIGTERM or SIGINT;
 * then puts all right. Begins by putting right what one that died left.
 *   --daemon NAME       (repeated) whose pid and start time are in
 *                       FOLDER/NAME.pid
 *   --offset-ns N --rate-ppb N --period-ns N   how (clock_shim.h)
 *   --monotonic 0|1     also the clocks that nobody sets
 *
 * look: how the daemons' clocks are, one line a process (but for those that
 *   they started in the last two seconds):
 *   clock PID DAEMON true
 *   clock PID DAEMON wrong offset-ns N slack-ns N intended-ns N used 0|1
 *		state C
 *   clock PID DAEMON foreign | unreadable | gone
 *   clock PID DAEMON trouble SENTENCE
 *   --daemon NAME, and --id N: of which clock (0, CLOCK_REALTIME)
 *
 * list: PID of each process on this node whose clock is wrong, one a line.
 *
 * undo: puts right every process on this node whose clock is wrong by us, and
 * the machine's clock.
 *
 * machine: as keep, the clock of this machine (clock_machine.h); refused where
 *   the kernel is the controller's or another node's as well:
 *   --foreign-boot-id ID   (repeated, at least one)
 *
 * machine-look: one line, "machine true" or
 *   machine wrong offset-ns N slack-ns N intended-ns N
 *
 * All take --folder F (/run/ordeal).
 */
int clock_run(int argc, char **argv);

#endif
