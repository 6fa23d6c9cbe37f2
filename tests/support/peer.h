/* SPDX-License-Identifier: MIT */
/* Other programs that judge histories, to be measured beside ours. */
#ifndef ORDEAL_TESTS_PEER_H
#define ORDEAL_TESTS_PEER_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A program that judges, and what of it is compared. */
struct peer {
	const char *name;
	const char *variable; /* of the environment: its path */
	const char *command; /* $0: its path, $1: the level, $2: a file */
	const char *needs; /* a program in PATH; NULL: the peer itself */
	bool reads_plume; /* else another form */
};

/* Seconds by the clock and of processors. */
struct taken {
	double wall;
	double cpu;
	double judging; /* as a peer tells it by itself; 0: not told */
	char verdict[16];
};

/* How to start it, or NULL: it is not here. */
const char *peer_find(const struct peer *peer);

/* Says which peers are not here; false if none is. */
bool peers_tell(const struct peer *const *peers, size_t count);

/* Has a file judged; never fails: the verdict is then "nothing". */
void peer_run(const struct peer *peer, const char *path, const char *level,
	      const char *file, struct taken *taken);

/* Processor seconds so far of this program (RUSAGE_SELF), or of those it
 * waited for (RUSAGE_CHILDREN). */
double taken_cpu(int who);

/* The one in the middle by the clock; sorts them. */
const struct taken *taken_median(struct taken *taken, size_t count);

/* One line, and a second where the peer says how long it judged. */
void taken_tell(const char *label, const char *level, const struct taken *our,
		const struct peer *peer, const struct taken *their);

/* The operations in the form of Plume, each a transaction: w(key,value,session,
 * transaction). Keys and values are integers; 0 is the initial state. */
void peer_write_plume(const struct history *history, FILE *out);

#endif
