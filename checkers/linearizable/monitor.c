/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/monitor.h"

#include <string.h>

#include "harness/core/arena.h"

static const struct monitor *const monitors[] = {
	&monitor_register_zones,
	&monitor_fifo_queue,
	&monitor_stack,
	&monitor_priority_queue,
	&monitor_bag,
	&monitor_set_growing,
	&monitor_set_elements,
	&monitor_mutex,
	&monitor_owner_mutex,
	&monitor_reentrant_mutex,
	&monitor_semaphore,
	&monitor_fenced_lock,
	&monitor_counter,
	&monitor_list,
};

const struct monitor *monitor_at(const struct model *model, size_t number)
{
	for (size_t i = 0; i < sizeof(monitors) / sizeof(*monitors); i++) {
		for (size_t m = 0; monitors[i]->models[m]; m++) {
			if (strcmp(monitors[i]->models[m], model->name) == 0 &&
			    number-- == 0)
				return monitors[i];
		}
	}
	return NULL;
}

bool monitor_is_late(struct monitor_result *result)
{
	if (!result->is_late &&
	    (!result->budget || !budget_expired(result->budget)))
		return false;
	result->is_late = true;
	result->kind = VERDICT_UNKNOWN;
	result->why = "time ran out";
	return true;
}

void monitor_convict(struct monitor_result *result, const struct call *call)
{
	struct calls *core = &result->core;

	result->kind = VERDICT_INVALID;
	core->items = array_reserve(core->items, &core->capacity,
				    core->count + 1, sizeof(*core->items));
	core->items[core->count++] = *call;
	core->open_count += call_is_open(call);
}
