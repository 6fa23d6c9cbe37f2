/* SPDX-License-Identifier: MIT */
#include "nemesis/layer.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/agent.h"
#include "harness/core/figure.h"

#define DAEMON "disk-layer"
#define LOG "/run/ordeal/disk.log"
#define ASK AGENT_PROGRAM " " LAYER_ASK

/* How long one that was just started may take until it answers, and one that
 * nobody needs any more until it has ended. */
#define START_WAIT_MS "10000"
#define END_WAIT_MS "10000"

static const char undo_line[] = "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
				" disk end 0";
static const char end_line[] = "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
			       " disk end " END_WAIT_MS;

const char *layer_undo_line(void)
{
	return undo_line;
}

const char *layer_data(struct cluster *cluster, struct error *err)
{
	const struct cluster_control *control = cluster_control(cluster);

	if (control && control->data)
		return control->data;
	error_set(err, "this store does not say where its data is");
	return NULL;
}

int layer_tell(struct node *node, struct arena *arena, const char **reply,
	       struct error *err, const char *format, ...)
{
	struct arena scratch = { 0 };
	const char *words;
	va_list args;
	int result;

	va_start(args, format);
	words = arena_vprintf(&scratch, format, args);
	va_end(args);
	result = node_run(node, arena, reply, err, ASK "%s", words);
	arena_release(&scratch);
	return result;
}

struct preparing {
	const char *data;
	const char *const *requests;
};

static int start(struct node *node, const char *data, struct error *err)
{
	struct arena arena = { 0 };
	const char *folder = shell_quote(&arena, data);
	struct daemon daemon = {
		.name = DAEMON,
		.line = arena_printf(&arena, AGENT_PROGRAM " disk serve %s",
				     folder),
		.log = LOG,
	};
	int result = -1;

	if (node_run(node, &arena, NULL, err,
		     "%s && mkdir -p -m 700 %s && rm -f " LOG, end_line,
		     folder) == 0 &&
	    node_daemon_start(node, &daemon, err) == 0)
		result = node_run(node, &arena, NULL, err,
				  ASK "--wait " START_WAIT_MS " status || "
				      "{ cat " LOG " >&2; exit 1; }");
	arena_release(&arena);
	return result;
}

static int prepare_node(struct node *node, void *argument, struct error *err)
{
	const struct preparing *preparing = argument;
	struct arena arena = { 0 };
	struct reply reply;
	int result;

	result = agent_install(node, err) ||
				 node_try(node, &arena, &reply, err,
					  ASK "status") ?
			 -1 :
			 0;
	if (result == 0 && reply.exit_status != 0)
		result = start(node, preparing->data, err);
	for (const char *const *request = preparing->requests;
	     result == 0 && request && *request; request++)
		result = layer_tell(node, NULL, NULL, err, "%s", *request);
	arena_release(&arena);
	return result;
}

int layer_prepare(struct cluster *cluster, const char *const *requests,
		  struct error *err)
{
	struct preparing preparing = { .data = layer_data(cluster, err),
				       .requests = requests };

	if (!preparing.data)
		return -1;
	return cluster_each(cluster, NULL, prepare_node, &preparing, err);
}

static int run_line(struct node *node, void *argument, struct error *err)
{
	const char *line = argument;

	return node_run(node, NULL, NULL, err, "%s", line);
}

int layer_dismantle(struct cluster *cluster, struct error *err)
{
	char line[sizeof(end_line)];

	memcpy(line, end_line, sizeof(end_line));
	return cluster_each(cluster, NULL, run_line, line, err);
}

int layer_heal_leftovers(struct cluster *cluster, struct error *err)
{
	char line[sizeof(undo_line)];

	memcpy(line, undo_line, sizeof(undo_line));
	return cluster_each(cluster, NULL, run_line, line, err);
}

static int rescue_node(struct node *node, void *argument, struct error *err)
{
	bool *is_dead = argument; /* [i] is of node i alone */
	struct error ignored;

	if (layer_tell(node, NULL, NULL, err, "status") == 0)
		return 0;
	is_dead[node_index(node)] = true;
	node_run(node, NULL, NULL, &ignored, "%s", undo_line);
	return error_wrap(err, "the disk layer is gone");
}

int layer_rescue(struct cluster *cluster, bool *is_dead, struct error *err)
{
	return cluster_each(cluster, NULL, rescue_node, is_dead, err);
}

int64_t layer_number(const char *reply, const char *word)
{
	size_t length = strlen(word);
	const char *at = reply;

	while ((at = strstr(at, word))) {
		bool is_whole = (at == reply || at[-1] == ' ') &&
				at[length] == ' ';

		at += length;
		if (is_whole)
			return strtoll(at + 1, NULL, 10);
	}
	return -1;
}

void layer_answers_init(struct layer_answers *answers, size_t count,
			struct arena *arena)
{
	answers->count = count;
	answers->replies = arena_array(arena, count, sizeof(*answers->replies));
	answers->arenas = arena_array(arena, count, sizeof(*answers->arenas));
}

void layer_answers_release(struct layer_answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		arena_release(&answers->arenas[i]);
}

int layer_ask(struct layer_answers *answers, struct node *node,
	      struct error *err, const char *format, ...)
{
	size_t i = node_index(node);
	struct arena *arena = &answers->arenas[i];
	const char *words;
	va_list args;

	va_start(args, format);
	words = arena_vprintf(arena, format, args);
	va_end(args);
	answers->replies[i] = NULL;
	return node_run(node, arena, &answers->replies[i], err,
			AGENT_PROGRAM " %s", words);
}

void layer_answers_note(const struct layer_answers *answers,
			struct cluster *cluster, const bool *picked,
			const char *name, const char *const *words,
			struct arena *arena, struct figure *note)
{
	struct figure *group = figure_add_group(note, arena, name);

	for (size_t i = 0; i < answers->count; i++) {
		struct figure *one;

		if ((picked && !picked[i]) || !answers->replies[i])
			continue;
		one = figure_add_group(group, arena,
				       node_name(cluster_node(cluster, i)));
		for (const char *const *word = words; *word; word++)
			figure_add_int(one, arena, *word,
				       layer_number(answers->replies[i],
						    *word));
	}
}
