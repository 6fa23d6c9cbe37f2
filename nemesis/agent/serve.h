/* SPDX-License-Identifier: MIT */
/* The agent as a daemon: it keeps the journal, and the lease. */
#ifndef ORDEAL_NEMESIS_AGENT_SERVE_H
#define ORDEAL_NEMESIS_AGENT_SERVE_H

#include <stdint.h>

/* Below the folder (/run/ordeal): the journal, the socket, and the lock that
 * one agent holds. */
#define AGENT_FOLDER "/run/ordeal"
#define AGENT_JOURNAL "agent.journal"
#define AGENT_SOCKET "agent.socket"
#define AGENT_LOCK "agent.lock"

/* A request or a reply, with its newline. */
#define AGENT_MESSAGE_MAX 20000

#define LEASE_MIN_MS 100
#define LEASE_MAX_MS 3600000

/*
 * Undoes what the journal of a dead agent holds, then answers at the socket
 * until the lease runs out, it is told to stop, or SIGTERM or SIGINT comes;
 * in each case everything in the journal is undone first, with some patience
 * for lines that fail. What happens is told on standard error. Returns the
 * exit status: 0, or 1 when something could not be undone (it stays in the
 * journal), or when it could not begin (another agent is there).
 *
 * A request is one line; so is the reply, which begins with "ok" or "error":
 *
 *   renew [MS]     the lease is MS (or what it was) from now
 *   add KEY LINE   from now on LINE undoes KEY
 *   forget KEY     it is undone already
 *   undo           undoes all, now
 *   status         how things are
 *   stop           undoes all, ends
 */
int serve_run(const char *folder, int64_t lease_ms);

#endif
