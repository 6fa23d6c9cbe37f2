/* SPDX-License-Identifier: MIT */
/* Faults on a bed of etcd: what has to go well, or the test fails with why. */
#ifndef ORDEAL_TESTS_MUST_H
#define ORDEAL_TESTS_MUST_H

#include "tests/support/etcd_cluster.h"

/* See bed_open_fault. */
struct bed_fault *must_open(struct bed *bed, const struct fault *fault,
			    const char *const *options);

/* Injects and wants it proven; prints how long each took. What a busy machine
 * kept from being seen is healed and injected again, twice at most. */
void must_inject(struct bed *bed, struct bed_fault *opened,
		 const char *target);

/* Heals and wants that proven. */
void must_heal(struct bed *bed, struct bed_fault *opened);

/* The store works again, through every node. */
void must_serve(struct bed *bed);

/* As bed_write and bed_read, tried again until they succeed: an election or a
 * slow disk may be in the way for a while. */
void must_write(struct bed *bed, size_t node, int key, int64_t value);
int64_t must_read(struct bed *bed, size_t node, int key);

#endif
