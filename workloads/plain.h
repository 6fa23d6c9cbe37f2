/* SPDX-License-Identifier: MIT */
/*
 * Single reads and writes of a few registers at a time by all threads, every
 * value written once: what the workloads causal and convergence have in
 * common. Threads may touch several keys, one after the other, so that what
 * one thread saw of one key bears on what another may see of the next.
 */
#ifndef ORDEAL_WORKLOADS_PLAIN_H
#define ORDEAL_WORKLOADS_PLAIN_H

#include "harness/workload.h"

/* Rows of a table of options; so many threads hop by themselves. */
#define PLAIN_OPTIONS(hoppers)                                             \
	{ "reads", OPTION_REAL, "60%", "share of reads; the rest writes",  \
	  NULL },                                                          \
	{ "key-count", OPTION_INT, "5", "keys in use at a time", NULL },   \
	{ "writes-per-key", OPTION_INT, "100",                             \
	  "writes of a key before a new one takes its place", NULL },      \
	{ "final-keys", OPTION_INT, "500",                                 \
	  "how many of the last keys are read at the end", NULL },         \
	{ "hoppers", OPTION_REAL, hoppers,                                 \
	  "share of threads that change nodes again and again", NULL },    \
	{ "hop-rate", OPTION_REAL, "20%",                                  \
	  "chance that such a thread does so before an operation", NULL }

/* Reads and writes without end; the values of a key are 1, 2, 3, ... NULL with
 * a sentence. */
struct generator *plain_main(const struct workload_setup *setup,
			     const char *name, struct error *err);

/* How many keys were begun, 0 if there was no main phase. */
uint64_t plain_begun(const struct workload_setup *setup);

const struct need *plain_needs(const struct workload_setup *setup);

#endif
