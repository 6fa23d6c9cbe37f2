/* SPDX-License-Identifier: MIT */
/* Room in the address space of a process, near a place in it. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_GAP_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Finds `size` bytes that nothing is mapped to, within the reach of a short
 * jump (1 GiB) of `near`, and not where a stack would grow: the nearest.
 */
bool clock_gap_find(pid_t pid, uint64_t near, uint64_t size, uint64_t *gap);

/* The same from the lines of /proc/PID/maps. */
bool clock_gap_read(FILE *maps, uint64_t near, uint64_t size, uint64_t *gap);

/* The single pages of code that are no file's: at most `max`. */
size_t clock_gap_pages(pid_t pid, uint64_t *pages, size_t max);

#endif
