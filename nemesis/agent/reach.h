/* SPDX-License-Identifier: MIT */
/* Which ports of other nodes answer this one. */
#ifndef ORDEAL_NEMESIS_AGENT_REACH_H
#define ORDEAL_NEMESIS_AGENT_REACH_H

/*
 * `ordeal-agent reach MS ADDRESS PORT LABEL ...`: connects to all of them at
 * once by TCP and hangs up; prints a line "port LABEL" for each that answers
 * within MS milliseconds, be it that nobody listens there. Addresses are
 * numeric. Returns the exit status.
 */
int reach_run(int argc, char **argv);

#endif
