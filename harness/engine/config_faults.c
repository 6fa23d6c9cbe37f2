/* SPDX-License-Identifier: MIT */
/* Which faults: by their own names, or several at once. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/engine/config_private.h"
#include "harness/registry.h"

static bool is_chosen(const struct run_config *config,
		      const struct fault *fault)
{
	for (size_t i = 0; i < config->fault_count; i++) {
		if (config->faults[i].fault == fault)
			return true;
	}
	return false;
}

/* Can this target be hurt so? One that is asked for by name is told why not;
 * one that was not is left out. */
static bool is_fit(const struct run_config *config, const struct fault *fault)
{
	if (config->target->is_in_process)
		return fault->cuts_links;
	return !fault->changes_members || config->target->members;
}

static int add(struct making *making, const struct fault *fault,
	       struct error *err)
{
	struct run_config *config = making->config;

	if (config->fault_count == CONFIG_FAULTS_MAX)
		return error_set(err, "%s: more than %d faults",
				 config_where(making->settings, "faults"),
				 CONFIG_FAULTS_MAX);
	config->faults[config->fault_count++] = (struct fault_config){
		.fault = fault,
		.options = config_choose(making, fault->name, fault->options),
	};
	return 0;
}

/* All that fit, of one family or (NULL) of any. How many there are. */
static int add_family(struct making *making, const char *family,
		      struct error *err)
{
	const struct fault *fault;
	int count = 0;

	for (unsigned i = 0; (fault = registry_fault_at(i)); i++) {
		if (!fault->family ||
		    (family && strcmp(fault->family, family) != 0))
			continue;
		count++;
		if (is_fit(making->config, fault) &&
		    !is_chosen(making->config, fault) &&
		    add(making, fault, err) < 0)
			return -1;
	}
	return count;
}

static int add_named(struct making *making, const char *name, struct error *err)
{
	struct run_config *config = making->config;
	const char *where = config_where(making->settings, "faults");
	const struct fault *fault = registry_fault(name);
	int count;

	if (fault && is_chosen(config, fault))
		return error_set(err, "%s: '%s' is there twice", where, name);
	if (fault && fault->changes_members && !config->target->members)
		return error_set(err,
				 "%s: %s: the members of %s cannot be "
				 "changed while it runs",
				 where, name, config->target->name);
	if (fault)
		return add(making, fault, err);
	if (strcmp(name, "none") == 0)
		return 0;
	if (strcmp(name, "all") == 0)
		return add_family(making, NULL, err) < 0 ? -1 : 0;
	if (strcmp(name, "chaos") == 0) {
		if (!options_is_given(config->options, "schedule") &&
		    options_set(config->options, making->arena, "schedule",
				"overlap", err) < 0)
			return -1;
		return add_family(making, NULL, err) < 0 ? -1 : 0;
	}
	count = add_family(making, name, err);
	if (count == 0)
		error_set(err,
			  "%s: there is no fault '%s'; 'ordeal list "
			  "faults' names all",
			  where, name);
	return count > 0 ? 0 : -1;
}

int config_choose_faults(struct making *making, struct error *err)
{
	struct run_config *config = making->config;
	const char *const *names = options_list(config->options, "faults");

	config->faults = arena_array(making->arena, CONFIG_FAULTS_MAX,
				     sizeof(*config->faults));
	for (size_t i = 0; names[i]; i++) {
		if (add_named(making, names[i], err) < 0)
			return -1;
	}
	return 0;
}
