/* SPDX-License-Identifier: MIT */
/* Which ports of the store a network fault is about. */
#ifndef ORDEAL_NEMESIS_PORTS_H
#define ORDEAL_NEMESIS_PORTS_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"

#include <stddef.h>

/* As many as one rule of iptables takes. */
#define PORTS_MAX 15

struct ports {
	int numbers[PORTS_MAX];
	size_t count; /* 0: all that a node sends */
};

/*
 * Reads the values of an option "ports" (NULL at the end): "peer", "client"
 * (the target tells them), or numbers. Each is there once. -1 with a sentence
 * when one is no port, or the store does not tell; `control` may be NULL.
 */
int ports_read(const char *const *texts, const struct cluster_control *control,
	       struct ports *ports, struct error *err);

/* Adds the list "ports", if there are any. */
void ports_note(const struct ports *ports, struct arena *arena,
		struct figure *note);

#endif
