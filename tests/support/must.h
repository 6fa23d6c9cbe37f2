/* SPDX-License-Identifier: MIT */
/* Faults on a bed of etcd: what has to go well, or the test fails with why. */
#ifndef ORDEAL_TESTS_MUST_H
#define ORDEAL_TESTS_MUST_H

#include "tests/support/etcd_cluster.h"

/* See bed_open_fault. */
struct bed_fault *must_open(struct bed *bed, const struct fault *fault,
			    const char *const *options);

/* Injects and wants it proven; prints how long each took. */
void must_inject(struct bed *bed, struct bed_fault *opened,
		 const char *target);

/* Heals and wants that proven. */
void must_heal(struct bed *bed, struct bed_fault *opened);

/* The store works again, through every node. */
void must_serve(struct bed *bed);

#endif
