/* SPDX-License-Identifier: MIT */
/* Programs that tell what time they believe it is, in C, Go and Java. */
#ifndef ORDEAL_TESTS_CLOCK_PROGRAMS_H
#define ORDEAL_TESTS_CLOCK_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/etcd_cluster.h"

/*
 * Each is a daemon on a node and prints a line every few milliseconds: a time
 * that no fault here moves (CLOCK_MONOTONIC), the time of the day, the former
 * again, and the time of the day by another function, in nanoseconds.
 */
struct clock_program {
	const char *daemon; /* its name */
	const char *needs;  /* the command that must be there */
	const char *file;   /* its source on the node, or NULL */
	const char *source;
	const char *build; /* a shell line, or NULL */
	const char *line;  /* NULL: this program, called with "tell" */
};

/* NULL at the end of `daemon`. */
extern const struct clock_program clock_programs[];

/* What the program in C does; never returns. */
int clock_program_tell(void);

/* Starts it on a node and waits for its first line. False when the node has
 * not what it needs. */
bool clock_program_start(struct bed *bed, size_t node,
			 const struct clock_program *program);

/*
 * How far its time of the day is from this machine's now, from lines that it
 * prints from now on, and how far that may be wrong. False when it prints
 * none in time.
 */
bool clock_program_offset(struct bed *bed, size_t node,
			  const struct clock_program *program,
			  int64_t *offset_ns, int64_t *slack_ns);

/* This machine's real time minus its monotonic time. */
int64_t clock_program_host_ns(void);

#endif
