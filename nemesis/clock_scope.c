/* SPDX-License-Identifier: MIT */
#include "nemesis/clock_scope.h"

#include <stdio.h>
#include <string.h>

#include "harness/control/node.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct question {
	struct arena *arenas; /* [i] is of node i alone */
	const char **answers;
};

static int ask_node(struct node *node, void *argument, struct error *err)
{
	struct question *question = argument;
	size_t i = node_index(node);

	return node_run(node, &question->arenas[i], &question->answers[i], err,
			"cat " BOOT_ID " 2>/dev/null || true");
}

static const char *own_id(struct arena *arena)
{
	char text[64] = "";
	FILE *file = fopen(BOOT_ID, "re");

	if (!file)
		return "";
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

int clock_scope_learn(struct clock_scope *scope, struct cluster *cluster,
		      struct arena *arena, struct error *err)
{
	size_t count = cluster_count(cluster);
	struct question question = {
		.arenas = arena_array(arena, count, sizeof(struct arena)),
		.answers = arena_array(arena, count, sizeof(char *)),
	};
	int result = cluster_each(cluster, NULL, ask_node, &question, err);

	scope->count = count;
	scope->boot_ids =
		arena_array(arena, count + 1, sizeof(*scope->boot_ids));
	for (size_t i = 0; i < count; i++) {
		const char *answer = question.answers[i];

		scope->boot_ids[i] = arena_strdup(arena, answer ? answer : "");
		arena_release(&question.arenas[i]);
	}
	scope->boot_ids[count] = own_id(arena);
	return result;
}

bool clock_scope_is_own(const struct clock_scope *scope, size_t node)
{
	if (!*scope->boot_ids[node] || !*scope->boot_ids[scope->count])
		return false;
	for (size_t i = 0; i <= scope->count; i++) {
		if (i != node &&
		    strcmp(scope->boot_ids[i], scope->boot_ids[node]) == 0)
			return false;
	}
	return true;
}

const char *const *clock_scope_foreign(const struct clock_scope *scope,
				       size_t node, struct arena *arena)
{
	const char **foreign =
		arena_array(arena, scope->count + 2, sizeof(*foreign));
	size_t count = 0;

	for (size_t i = 0; i <= scope->count; i++) {
		if (i != node && *scope->boot_ids[i])
			foreign[count++] = scope->boot_ids[i];
	}
	return foreign;
}
