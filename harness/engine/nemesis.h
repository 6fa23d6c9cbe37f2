/* SPDX-License-Identifier: MIT */
/* The nemesis: injects and heals faults, and writes down what it did. */
#ifndef ORDEAL_ENGINE_NEMESIS_H
#define ORDEAL_ENGINE_NEMESIS_H

#include "harness/control/cluster.h"
#include "harness/core/error.h"
#include "harness/engine/config.h"
#include "harness/engine/leaders.h"
#include "harness/engine/recorder.h"
#include "harness/engine/scheduler.h"
#include "harness/fault.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Each act stands in the history twice: when it begins, and when it has ended
 * with what was done and whether its effect was seen (process "nemesis", type
 * info):
 *
 *   {"f":"partition","value":{"do":"inject","stage":"begin","target":"one"}}
 *   {"f":"partition","value":{"do":"inject","stage":"end","target":"one",
 *    "effect":"proven","grudge":{...}}}
 *
 * One thread at a time uses it: the run's own before and after the main phase,
 * the nemesis's in it. Should a step of the latter still be at work when all
 * is to be healed, the nemesis is lost: the step keeps what it uses.
 */
struct nemesis;

/* Opens every fault of the configuration, on a cluster or on links (one is
 * NULL). `recorder` may be NULL: nothing is written then (healing what an
 * earlier run left). NULL with a sentence. */
struct nemesis *nemesis_open(const struct run_config *config,
			     struct cluster *cluster,
			     const struct fault_links *links,
			     struct recorder *recorder, struct error *err);
void nemesis_close(struct nemesis *nemesis); /* NULL is accepted */

/* Then the cluster must not be closed either. NULL is accepted. */
bool nemesis_is_lost(const struct nemesis *nemesis);

/* Puts there what faults need while the store runs, before it starts (again
 * does no harm), and takes it away once it has ended. -1 with what went
 * wrong. */
int nemesis_prepare(struct nemesis *nemesis, struct error *err);
int nemesis_dismantle(struct nemesis *nemesis, struct error *err);

/* True if a store may have ended by no fault of its own: by a fault that has
 * the right to (fault.h), or because what was put under it broke. */
bool nemesis_excuses_crashes(const struct nemesis *nemesis);

/* Who is to be told when a fault begins or ends; NULL: nobody, as at first. */
void nemesis_set_leaders(struct nemesis *nemesis, struct leaders *leaders);

/* Carries out one step of the schedule: a phase_nemesis. */
void nemesis_act(void *nemesis, const struct work *work);

/* Heals every fault, whether injected or not, and looks whether it is gone.
 * -1 with all that went wrong; it goes on to the end in any case. */
int nemesis_heal_all(struct nemesis *nemesis, struct error *err);

/* "partition one" while it is in force, or NULL; for the progress line. Any
 * thread. */
const char *nemesis_in_force(const struct nemesis *nemesis);

/* Writes one entry of the run itself: a phase, a finding, trouble. `error` may
 * be NULL. */
int nemesis_note(struct recorder *recorder, const char *f,
		 const struct figure *value, const char *error,
		 struct error *err);

#endif
