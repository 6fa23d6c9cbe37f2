/* SPDX-License-Identifier: MIT */
/* Looks at a bad disk as any program sees it. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_PROBE_H
#define ORDEAL_NEMESIS_AGENT_DISK_PROBE_H

#include <stdint.h>

/*
 * Creates, writes, syncs and reads LAYER_PROBE in the folder until something
 * fails or takes long, a second or some hundred times at most. Prints how many
 * calls there were, how many failed with EIO or ENOSPC, the times, and the free
 * bytes:
 *
 *   ok calls N failed N refused N mean-us N slowest-us N free N
 */
int probe_rules(const char *folder);

/*
 * Writes one file with fsync and one without, has the power go, and looks what
 * is there (1) or not (0):
 *
 *   ok unsynced N survived N synced-probe 1 unsynced-probe 0
 */
int probe_loss(const char *folder, const char *loss, uint64_t seed);

#endif
