/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"

#include "targets/etcd/etcd.h"
#include "targets/etcd/http.h"
#include "targets/etcd/reply.h"

/* What a fault may spend on asking who is primary. */
#define PRIMARIES_TIMEOUT_NS (400 * NS_PER_MS)
#define VERSION_TIMEOUT_NS (1 * NS_PER_S)

static int ask_status(const struct etcd *etcd, size_t node, int64_t deadline_ns,
		      struct arena *arena, struct etcd_status *status,
		      struct error *err)
{
	struct http *http =
		http_open(etcd->addresses[node], etcd->client_port, err);
	struct http_answer answer;
	const char *path;
	int result = -1;

	if (!http)
		return -1;
	path = arena_printf(arena, "/%s/maintenance/status", etcd->api);
	if (http_request(http, path, "{}", deadline_ns, &answer, err) < 0)
		goto out;
	if (answer.status != 200) {
		error_set(err, "status %ld", answer.status);
		goto out;
	}
	result = reply_status(answer.body, answer.size, arena, status, err);
out:
	http_close(http);
	return result;
}

/* A question to one node, in a thread of its own. */
struct question {
	const struct etcd *etcd;
	size_t node;
	int64_t deadline_ns;
	pthread_t thread;
	bool is_asked;
	bool has_answer;
	struct etcd_status status;
};

static void *ask(void *argument)
{
	struct question *question = argument;
	struct arena arena = { 0 };
	struct error ignored;

	question->has_answer =
		ask_status(question->etcd, question->node,
			   question->deadline_ns, &arena, &question->status,
			   &ignored) == 0;
	question->status.version = NULL; /* it goes with the arena */
	arena_release(&arena);
	return NULL;
}

/* Asks all nodes at once; in `arena`. NULL when none answers. */
static const struct question *ask_all(const struct etcd *etcd,
				      struct arena *arena)
{
	struct question *questions =
		arena_array(arena, etcd->nodes, sizeof(*questions));
	int64_t deadline_ns = clock_now_ns() + PRIMARIES_TIMEOUT_NS;
	bool has_answer = false;

	for (size_t i = 0; i < etcd->nodes; i++) {
		questions[i] = (struct question){
			.etcd = etcd,
			.node = i,
			.deadline_ns = deadline_ns,
		};
		questions[i].is_asked = pthread_create(&questions[i].thread,
						       NULL, ask,
						       &questions[i]) == 0;
	}
	for (size_t i = 0; i < etcd->nodes; i++) {
		if (questions[i].is_asked)
			pthread_join(questions[i].thread, NULL);
		has_answer = has_answer || questions[i].has_answer;
	}
	return has_answer ? questions : NULL;
}

/* Each node that takes itself for the leader: behind a partition the old one
 * goes on doing so for a while, and is as interesting as the new one. */
int etcd_primaries(void *state, bool *is_primary, struct error *err)
{
	const struct etcd *etcd = state;
	struct arena arena = { 0 };
	const struct question *questions = ask_all(etcd, &arena);

	for (size_t i = 0; i < etcd->nodes; i++)
		is_primary[i] = questions && questions[i].has_answer &&
				questions[i].status.is_leader;
	arena_release(&arena);
	if (!questions)
		return error_set(err, "no node tells who is the leader");
	return 0;
}

int etcd_progress(void *state, int64_t *applied, struct error *err)
{
	const struct etcd *etcd = state;
	struct arena arena = { 0 };
	const struct question *questions = ask_all(etcd, &arena);

	for (size_t i = 0; i < etcd->nodes; i++)
		applied[i] = questions && questions[i].has_answer ?
				     questions[i].status.applied :
				     -1;
	arena_release(&arena);
	if (!questions)
		return error_set(err, "no node tells how far it is");
	return 0;
}

int etcd_leader(const struct etcd *etcd)
{
	struct arena arena = { 0 };
	bool *is_primary =
		arena_array(&arena, etcd->nodes, sizeof(*is_primary));
	struct error ignored;
	int leader = -1;

	/* etcd_primaries changes nothing of it. */
	if (etcd_primaries((void *)(uintptr_t)etcd, is_primary, &ignored) ==
	    0) {
		for (size_t i = 0; i < etcd->nodes; i++) {
			if (is_primary[i])
				leader = (int)i;
		}
	}
	arena_release(&arena);
	return leader;
}

const char *etcd_version(void *state, struct arena *arena)
{
	const struct etcd *etcd = state;

	for (size_t i = 0; i < etcd->nodes; i++) {
		struct etcd_status status;
		struct error ignored;

		if (ask_status(etcd, i, clock_now_ns() + VERSION_TIMEOUT_NS,
			       arena, &status, &ignored) == 0)
			return arena_printf(arena, "etcd %s", status.version);
	}
	return NULL;
}
