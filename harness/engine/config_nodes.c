/* SPDX-License-Identifier: MIT */
/* Which nodes, and how many clients. */
#include <stdio.h>
#include <string.h>

#include "harness/engine/config_private.h"

#define THREADS_MAX 1024
#define NODES_MAX 200

const char *config_where(const struct settings *settings, const char *name)
{
	const char *where = "the configuration";

	for (const struct setting *s = settings->first; s; s = s->next) {
		if (strcmp(s->name, name) == 0)
			where = s->where;
	}
	return where;
}

static const char *read_secret(const struct making *making,
			       const char *option, struct error *err)
{
	const char *path = options_text(making->config->options, option);
	char line[1024];
	FILE *file;

	if (!path)
		return NULL;
	file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file)) {
		error_errno(err, "--%s %s", option, path);
		if (file)
			fclose(file);
		return NULL;
	}
	fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	return arena_strdup(making->arena, line);
}

/* "%n" in the prefix is the node's name. */
static const char *node_prefix(const struct making *making, const char *prefix,
			       const char *name)
{
	const char *mark = prefix ? strstr(prefix, "%n") : NULL;

	if (!mark)
		return prefix;
	return arena_printf(making->arena, "%.*s%s%s", (int)(mark - prefix),
			    prefix, name, mark + 2);
}

static int fill_node(struct making *making, struct node_config *node,
		     struct error *err)
{
	const struct options *options = making->config->options;
	const char *password = read_secret(making, "password-file", err);
	const char *sudo = read_secret(making, "sudo-password-file", err);

	if ((!password && options_text(options, "password-file")) ||
	    (!sudo && options_text(options, "sudo-password-file")))
		return -1;
	if (!node->user)
		node->user = options_text(options, "user");
	if (!node->port)
		node->port = (int)options_int(options, "port");
	if (!node->key_file)
		node->key_file = options_text(options, "key");
	if (!node->password)
		node->password = password;
	if (!node->sudo_password)
		node->sudo_password = sudo;
	if (!node->known_hosts)
		node->known_hosts = options_text(options, "known-hosts");
	if (options_bool(options, "accept-any-host-key"))
		node->accept_any_host_key = true;
	if (!node->prefix)
		node->prefix = node_prefix(
			making, options_text(options, "prefix"), node->name);
	if (!node->step_timeout_ns)
		node->step_timeout_ns =
			options_duration_ns(options, "step-timeout");
	return 0;
}

/* Without nodes there are at most links. */
static int check_faults(const struct run_config *config, struct error *err)
{
	for (size_t i = 0; i < config->fault_count; i++) {
		if (!config->target->cut_links)
			return error_set(err, "the target '%s' has no nodes "
					      "to inject faults into; leave "
					      "out --faults",
					 config->target->name);
		if (!config->faults[i].fault->cuts_links)
			return error_set(err, "the target '%s' has no nodes, "
					      "only links to cut: no fault "
					      "'%s'",
					 config->target->name,
					 config->faults[i].fault->name);
	}
	return 0;
}

int config_choose_nodes(struct making *making, struct error *err)
{
	struct run_config *config = making->config;
	const char *const *names = options_list(config->options, "nodes");
	int64_t local = options_int(config->options, "local");
	size_t count = making->settings->node_count;
	bool are_objects = making->settings->nodes &&
			   !options_is_given(config->options, "nodes");

	if (!are_objects)
		for (count = 0; names[count];)
			count++;
	if (local < 0 || local > NODES_MAX || count > NODES_MAX)
		return error_set(err, "at most %d nodes", NODES_MAX);
	if (config->target->is_in_process) {
		config->node_count = count ? count : local ? (size_t)local : 5;
		return check_faults(config, err);
	}
	if (local) {
		config->local = (size_t)local;
		config->node_count = (size_t)local;
		return 0;
	}
	if (!count)
		return error_set(err, "no nodes; say --local 5 for nodes on "
				      "this machine (needs root), or --nodes "
				      "a,b,c for machines of your own");
	config->nodes =
		arena_array(making->arena, count, sizeof(*config->nodes));
	config->node_count = count;
	for (size_t i = 0; i < count; i++) {
		if (are_objects)
			config->nodes[i] = making->settings->nodes[i];
		else
			config->nodes[i].name = names[i];
		if (fill_node(making, &config->nodes[i], err))
			return -1;
	}
	return 0;
}

/* "10" threads, or "2n": two for each node. */
int config_count_threads(struct making *making, struct error *err)
{
	struct run_config *config = making->config;
	const char *text = options_text(config->options, "concurrency");
	size_t length = strlen(text);
	int64_t number;
	bool is_per_node = length > 1 && text[length - 1] == 'n';
	const char *digits = is_per_node ?
				     arena_strndup(making->arena, text,
						   length - 1) :
				     text;

	if (parse_int(digits, &number, err))
		return error_wrap(err, "%s", config_where(making->settings,
							  "concurrency"));
	if (is_per_node && number <= THREADS_MAX)
		number *= (int64_t)config->node_count;
	if (number < 1 || number > THREADS_MAX)
		return error_set(err, "%s: 1 to %d client threads are "
				      "possible, as in '10' or '2n'",
				 config_where(making->settings, "concurrency"),
				 THREADS_MAX);
	config->threads = (size_t)number;
	return 0;
}
