/* SPDX-License-Identifier: MIT */
/* The models there are; each is explained where it is defined. */
#ifndef ORDEAL_LINEARIZABLE_MODELS_H
#define ORDEAL_LINEARIZABLE_MODELS_H

#include "checkers/linearizable/model.h"

extern const struct model model_register;
extern const struct model model_cas_register;
extern const struct model model_multi_register;
extern const struct model model_kv_string;
extern const struct model model_set;
extern const struct model model_fifo_queue;
extern const struct model model_priority_queue;
extern const struct model model_bag;
extern const struct model model_stack;
extern const struct model model_mutex;
extern const struct model model_owner_mutex;
extern const struct model model_reentrant_mutex;
extern const struct model model_semaphore;
extern const struct model model_fenced_lock;
extern const struct model model_counter;
extern const struct model model_list;
extern const struct model model_log;

/* The bit of a verb in struct model. */
#define VERB_BIT(verb) (UINT32_C(1) << (verb))

/* The values in a state as text: "[1, 2]", or `empty` if there are none. */
const char *models_describe_values(const struct states *states,
				   uint32_t state, const char *empty,
				   struct arena *arena);

/* The relevance of an open insertion (`verbs`): until the last call that
 * brought its value back. Serves every container that hands values out. */
void models_insertion_relevance(const struct states *states,
				const struct call *calls, size_t count,
				uint32_t *until);

/* The initial state of containers. */
uint32_t models_init_empty(struct states *states);

/* True for calls that put a value in, and for those that take one out. */
bool models_is_insertion(const struct call *call);
bool models_is_removal(const struct call *call);

/* How many permits an acquire or a release of a semaphore is about. */
uint32_t models_permits(const struct values *values, struct value amount);

#endif
