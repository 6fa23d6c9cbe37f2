/* SPDX-License-Identifier: MIT */
/* The layer as a daemon, and what it can be told. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_SERVE_H
#define ORDEAL_NEMESIS_AGENT_DISK_SERVE_H

#include <stdint.h>

/* Where its socket is: `ordeal-agent ask --folder DISK_FOLDER REQUEST`. */
#define DISK_FOLDER "/run/ordeal/disk"

/*
 * Mounts the layer over `folder` and serves until it is unmounted. Requests
 * are lines, replies begin with "ok" or "error":
 *
 *   status              how things are
 *   log off|journal|posix   what a power loss takes back (disk_log.h)
 *   fsync obey|ignore   ignored: fsync succeeds and nothing is kept by it
 *   writeback MS        as often all is written back, as a kernel does; 0:
 *                       never
 *   rule ...            disk_rules.h
 *   lose all|latest|torn SEED   the power goes (disk_undo.h)
 *   sync                all counts as written back
 *   detach              unmounts; ends once nobody has a file open
 *   quit                ends at once; who has a file open gets errors
 *
 * SIGTERM and SIGINT detach. Returns the exit status.
 */
int disk_serve(const char *folder);

/* Has the layer that runs here detach and waits up to `wait_ms` for its end,
 * then has it quit, for another mount namespace may hold the mount (0: it may
 * stay for who has a file open). Detaches mounts whose layer is dead. Success
 * if there is nothing. */
int disk_end(int64_t wait_ms);

#endif
