/* SPDX-License-Identifier: MIT */
#include "harness/control/agent.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/control/agent_image.h"
#include "harness/control/node_open.h"
#include "harness/core/clock.h"

#define DAEMON "agent"
#define ASK AGENT_PROGRAM " ask "

/* How long an agent that was just started may take until it answers. It may
 * have to undo what a dead one left. */
#define START_WAIT_MS 10000

/* FNV-1a, as `ordeal-agent version` counts it. */
static const char *image_version(const struct agent_image *image,
				 struct arena *arena)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *byte = image->begin; byte < image->end; byte++)
		hash = (hash ^ (unsigned char)*byte) * UINT64_C(1099511628211);
	return arena_printf(arena, "%016" PRIx64, hash);
}

static int refuse_machine(const char *machine, struct arena *arena,
			  struct error *err)
{
	const char *names = "";
	const struct agent_image *image;

	for (size_t i = 0; (image = agent_image_at(i)) != NULL; i++)
		names = arena_printf(arena, "%s%s%s", names, i > 0 ? ", " : "",
				     image->machine);
	return error_set(err,
			 "no agent for a node that is %s in this program (it "
			 "has: %s): build it where a compiler for %s is, or do "
			 "without by --lease 0 and faults that need none",
			 machine, *names ? names : "none", machine);
}

static int upload(struct node *node, const struct agent_image *image,
		  struct arena *arena, struct error *err)
{
	if (node_write_file(node, AGENT_PROGRAM, 0755, image->begin,
			    (uintptr_t)image->end - (uintptr_t)image->begin,
			    err))
		return -1;
	return node_run(node, arena, NULL, err, "%s version", AGENT_PROGRAM);
}

int agent_install(struct node *node, struct error *err)
{
	struct arena arena = { 0 };
	const struct agent_image *image;
	const char *there = "";
	char machine[32] = "";
	int result;

	result = node_run(node, &arena, &there, err,
			  "uname -m; %s version 2>/dev/null || true",
			  AGENT_PROGRAM);
	if (result == 0) {
		size_t length = strcspn(there, "\n");

		snprintf(machine, sizeof(machine), "%.*s", (int)length, there);
		there += length + (there[length] == '\n');
		image = agent_image(machine);
		if (!image) {
			refuse_machine(machine, &arena, err);
			result = node_error(node, err);
		} else if (strcmp(there, image_version(image, &arena)) != 0) {
			result = upload(node, image, &arena, err);
		}
	}
	arena_release(&arena);
	return result;
}

static int hand_over(struct node *node, struct arena *arena,
		     const struct agent_undo *undo, struct error *err)
{
	return node_run(node, arena, NULL, err, ASK "add %s %s", undo->key,
			shell_quote(arena, undo->line));
}

int agent_start(struct node *node, int64_t lease_ns,
		const struct agent_undo *undo, size_t count, struct error *err)
{
	struct arena arena = { 0 };
	struct daemon daemon = {
		.name = DAEMON,
		.line = arena_printf(&arena,
				     AGENT_PROGRAM " run --lease %" PRId64,
				     lease_ns / NS_PER_MS),
		.log = "/run/ordeal/agent.log",
	};
	int result = -1;

	if (agent_stop(node, err) == 0 && agent_install(node, err) == 0 &&
	    node_daemon_start(node, &daemon, err) == 0)
		result = node_run(node, &arena, NULL, err,
				  AGENT_PROGRAM " ask --wait %d renew",
				  START_WAIT_MS);
	for (size_t i = 0; result == 0 && i < count; i++)
		result = hand_over(node, &arena, &undo[i], err);
	arena_release(&arena);
	return result;
}

int agent_renew(struct node *node, int64_t timeout_ns, bool *is_there,
		struct error *err)
{
	struct arena arena = { 0 };
	const char *words = "";
	int result = node_run_within(node, timeout_ns, &arena, &words, err,
				     ASK "renew || true");

	*is_there = result == 0 && strncmp(words, "ok", 2) == 0;
	arena_release(&arena);
	return result;
}

/* An agent that runs has a socket or, while it ends, a journal. One that went
 * down with its node has neither, but what it changed in files. */
static const char tell_stop[] =
	"cd / && if [ -S /run/ordeal/agent.socket ]; then " ASK
	"stop || [ $? = 3 ]\n"
	"elif [ -e /run/ordeal/agent.journal ] || "
	"[ -e " AGENT_CHANGES " ]; then echo dead\n"
	"else echo none; fi";

/* An agent undoes first what a dead one left; this one's lease is short. */
static const char finish_journal[] =
	"{ [ ! -e /run/ordeal/agent.journal ] || " AGENT_PROGRAM
	" run --lease 100; } && { [ ! -e " AGENT_CHANGES " ] || "
	"[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM " disk mend; }";

/* By words where it answers, so that we hear what it could not undo; then by
 * signal, for one that hangs (TERM has it undo as well). */
int agent_stop(struct node *node, struct error *err)
{
	struct arena arena = { 0 };
	struct error trouble;
	const char *words = "";
	int told = node_run(node, &arena, &words, &trouble, "%s", tell_stop);
	int result = 0;

	if (told != 0 || strcmp(words, "none") != 0)
		result = node_daemon_stop(node, DAEMON, err) ||
					 node_run(node, NULL, NULL, err, "%s",
						  finish_journal)
				 ? -1
				 : 0;
	if (result == 0 && told != 0)
		result = error_set(err, "%s", trouble.text);
	arena_release(&arena);
	return result;
}

static int stop_one(struct node *node, void *argument, struct error *err)
{
	(void)argument;
	return agent_stop(node, err);
}

int agent_stop_all(struct cluster *cluster, struct error *err)
{
	return cluster_each(cluster, NULL, stop_one, NULL, err);
}
