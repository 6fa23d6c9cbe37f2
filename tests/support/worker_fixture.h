/* SPDX-License-Identifier: MIT */
/* A phase on a target that does as a script says. */
#ifndef ORDEAL_SUPPORT_WORKER_FIXTURE_H
#define ORDEAL_SUPPORT_WORKER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/core/clock.h"
#include "harness/core/reader.h"
#include "harness/engine/worker.h"
#include "harness/report/export.h"

#define THREADS 4

static const char *const node_names[2] = { "n1", "n2" };

/* What the fake target does; set before the phase, counters read after. */
struct script {
	enum outcome outcome;
	const char *error;
	bool refuses;	 /* to connect */
	bool scribbles;	 /* over the request */
	char (*traces)[TRACEPARENT_SIZE]; /* by number, or NULL */
	int64_t hang_ns; /* how long apply takes, whatever the deadline */
	atomic_int connects;
	atomic_int disconnects;
	atomic_int applies;
	atomic_int returns; /* from apply */
	atomic_int late;    /* requests whose deadline was over already */
};

struct fixture {
	struct script script;
	struct arena arena;
	char path[64];
	struct action action;
	int64_t next_number;
	int32_t processes[THREADS];
	atomic_bool stop;
	atomic_int nemesis_count;
	struct phase phase;
	struct error err;
};

static void *fake_connect(void *state, size_t node, int64_t deadline_ns,
			  struct error *err)
{
	struct script *script = state;

	(void)node;
	(void)deadline_ns;
	atomic_fetch_add(&script->connects, 1);
	if (!script->refuses)
		return script;
	error_set(err, "connection refused");
	return NULL;
}

static void fake_disconnect(void *client)
{
	struct script *script = client;

	atomic_fetch_add(&script->disconnects, 1);
}

static enum outcome fake_apply(void *client, struct request *request,
			       struct error *err)
{
	struct script *script = client;
	enum outcome outcome = script->outcome;

	atomic_fetch_add(&script->applies, 1);
	if (request->deadline_ns < clock_now_ns())
		atomic_fetch_add(&script->late, 1);
	if (script->traces)
		snprintf(script->traces[value_as_int(request->values,
						     request->actions[0].arg)],
			 TRACEPARENT_SIZE, "%s",
			 request->trace ? request->trace : "none");
	arena_alloc(request->arena, 100);
	if (script->hang_ns)
		clock_sleep_until(clock_now_ns() + script->hang_ns);
	if (script->scribbles)
		request->actions[0].arg = value_int(request->values, -77);
	request->actions[0].result = value_string(request->values, "result");
	if (script->error)
		error_set(err, "%s", script->error);
	atomic_fetch_add(&script->returns, 1);
	return outcome;
}

static const struct target fake = {
	.name = "fake",
	.connect = fake_connect,
	.apply = fake_apply,
	.disconnect = fake_disconnect,
};

static bool numbers_next(void *state, const struct gen_context *context,
			 struct gen_op *op)
{
	struct fixture *f = state;

	f->action = (struct action){
		.verb = VERB_WRITE,
		.object = OBJECT_REGISTER,
		.key = value_string(context->values, "a key"),
		.arg = value_int(context->values, f->next_number++),
	};
	op->f = VERB_WRITE;
	op->actions = &f->action;
	op->action_count = 1;
	return true;
}

static inline struct generator *numbers(struct fixture *f, uint64_t count)
{
	return gen_limit(&f->arena, count,
			 generator_function(&f->arena, numbers_next, f));
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int file;

	snprintf(f->path, sizeof(f->path), "/tmp/test_worker.XXXXXX");
	file = mkstemp(f->path);
	if (file < 0)
		return -1;
	close(file);
	phase_processes_init(f->processes, THREADS);
	f->script.outcome = OUTCOME_OK;
	f->phase = (struct phase){
		.target = &fake,
		.state = &f->script,
		.recorder = recorder_open(f->path, clock_now_ns(), &f->err),
		.threads = THREADS,
		.nodes = 2,
		.node_names = node_names,
		.processes = f->processes,
		.op_timeout_ns = NS_PER_S,
		.stop = &f->stop,
		.grace_ns = 100 * NS_PER_MS,
	};
	*state = f;
	return f->phase.recorder ? 0 : -1;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	while (f->script.returns < f->script.applies)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	recorder_close(f->phase.recorder, &f->err);
	unlink(f->path);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static inline void run(struct fixture *f, struct generator *generator)
{
	f->phase.generator = generator;
	if (phase_run(&f->phase, NULL, &f->err))
		fail_msg("%s", f->err.text);
}

static inline struct history *recorded(struct fixture *f)
{
	struct history *history;

	assert_int_equal(recorder_flush(f->phase.recorder, &f->err), 0);
	history = history_read(f->path, NULL, NULL, &f->err);
	if (!history)
		fail_msg("%s", f->err.text);
	return history;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
