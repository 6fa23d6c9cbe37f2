/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/models.h"

#include <string.h>

#include "checkers/linearizable/value_map.h"

static const struct model *const models[] = {
	&model_register,	&model_cas_register,	&model_multi_register,
	&model_kv_string,	&model_set,		&model_fifo_queue,
	&model_priority_queue,	&model_bag,		&model_stack,
	&model_mutex,		&model_owner_mutex,	&model_reentrant_mutex,
	&model_semaphore,	&model_fenced_lock,	&model_counter,
	&model_list,		&model_log,
};

const struct model *model_at(size_t number)
{
	return number < sizeof(models) / sizeof(*models) ? models[number] :
							   NULL;
}

const struct model *model_find(const char *name)
{
	const struct model *model;

	for (size_t i = 0; (model = model_at(i)) != NULL; i++) {
		if (strcmp(model->name, name) == 0)
			return model;
	}
	return NULL;
}

const char *models_describe_values(const struct states *states,
				   uint32_t state, const char *empty,
				   struct arena *arena)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	const char *text = "";

	if (!count)
		return empty;
	for (size_t i = 0; i < count && i < 12; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
				    value_text(states->history->values,
					       (struct value){ words[i] },
					       arena));
	if (count > 12)
		text = arena_printf(arena, "%s, ... (%zu in all)", text, count);
	return arena_printf(arena, "[%s]", text);
}

uint32_t models_init_empty(struct states *states)
{
	return states_intern(states, NULL, 0);
}

bool models_is_insertion(const struct call *call)
{
	return call->verb == VERB_ENQUEUE || call->verb == VERB_PUSH ||
	       call->verb == VERB_ADD;
}

bool models_is_removal(const struct call *call)
{
	return call->verb == VERB_DEQUEUE || call->verb == VERB_POP;
}

void models_insertion_relevance(const struct states *states,
				const struct call *calls, size_t count,
				uint32_t *until)
{
	struct value_map last = { 0 };

	(void)states;
	for (size_t i = 0; i < count; i++) {
		if (!call_is_open(&calls[i]) && !models_is_insertion(&calls[i]))
			value_map_raise(&last, calls[i].result,
					calls[i].complete);
	}
	for (size_t i = 0; i < count; i++) {
		if (call_is_open(&calls[i]) && models_is_insertion(&calls[i]))
			until[i] = value_map_at(&last, calls[i].arg, 0);
	}
	value_map_release(&last);
}
