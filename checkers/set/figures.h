/* SPDX-License-Identifier: MIT */
/* What is counted and measured of elements. */
#ifndef ORDEAL_SET_FIGURES_H
#define ORDEAL_SET_FIGURES_H

#include "checkers/set/set.h"

/* So many of the most stale elements are listed. */
#define WORST_MAX 8

struct latencies {
	int64_t *items; /* nanoseconds */
	size_t count;
	size_t capacity;
};

/* An element that was not seen for a while although it was known. */
struct worst {
	const char *element;
	int64_t stale_ns;
	uint32_t known;	  /* operation that proves that it was there */
	uint32_t lacking; /* the last read that lacks it */
};

struct figures {
	uint64_t attempted; /* elements that somebody began to add */
	uint64_t acknowledged;
	uint64_t stable;     /* seen, or known to be gone, as it should be */
	uint64_t never_read; /* acknowledged, and no read began after that */
	uint64_t recovered;  /* in doubt, and seen */
	uint64_t removed;    /* that somebody began to remove */
	uint64_t stale;	     /* was missing from a read, and seen later */
	uint64_t undecided;
	uint64_t counts[FAULT_OTHER + 1]; /* elements with each fault */
	uint64_t duplicated;		  /* elements twice in a read */
	struct latencies stable_ns;	  /* until no read lacked it any more */
	struct latencies lost_ns;	  /* how long it was there */
	struct worst worst[WORST_MAX];
	size_t worst_count;
};

void latencies_add(struct latencies *latencies, int64_t latency_ns);
/* Keeps the most stale. */
void figures_add_worst(struct figures *figures, const struct worst *worst);
/* Writes them to the verdict of the account. */
void figures_write(struct figures *figures, struct account *account);
void figures_release(struct figures *figures);

#endif
