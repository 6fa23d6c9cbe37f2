/* SPDX-License-Identifier: MIT */
/* A memory target with options, and calls of it that read like a story. */
#ifndef ORDEAL_SUPPORT_MEMORY_FIXTURE_H
#define ORDEAL_SUPPORT_MEMORY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/option.h"
#include "harness/target.h"

extern const struct target target_memory;

/* One thread's: a client and the values of its requests. */
struct talker {
	void *client;
	int32_t process;
	struct values *values;
	struct arena arena;
	struct action action; /* the last one, with its result */
	struct error err;
};

struct fixture {
	struct arena arena;
	struct options *options;
	void *state;
	struct talker a;
	struct talker b;
};

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->options = options_new(&f->arena, target_memory.options);
	*state = f;
	return 0;
}

static inline void talker_open(struct fixture *f, struct talker *talker,
			       int32_t process)
{
	talker->process = process;
	talker->values = values_new();
	talker->client = target_memory.connect(f->state, (size_t)process % 2,
					       INT64_MAX, &talker->err);
}

static inline void talker_close(struct talker *talker)
{
	if (talker->client)
		target_memory.disconnect(talker->client);
	values_free(talker->values);
	arena_release(&talker->arena);
	*talker = (struct talker){ 0 };
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	talker_close(&f->a);
	talker_close(&f->b);
	if (f->state)
		target_memory.close(f->state);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static inline void option(struct fixture *f, const char *name, const char *text)
{
	struct error err;

	if (options_set(f->options, &f->arena, name, text, &err))
		fail_msg("%s", err.text);
}

/* Opens the target and two clients: a is process 0, b is process 1, and a
 * split brain parts them. */
static inline void open_target(struct fixture *f)
{
	struct error err;
	struct target_setup setup = {
		.options = f->options,
		.seed = 7,
		.threads = 2,
		.nodes = 2,
		.arena = &f->arena,
	};

	f->state = target_memory.open(&setup, &err);
	if (!f->state)
		fail_msg("%s", err.text);
	talker_open(f, &f->a, 0);
	talker_open(f, &f->b, 1);
}

/* With this bug, which fires whenever it can. */
static inline void open_with_bug(struct fixture *f, const char *bug)
{
	option(f, "bug", bug);
	option(f, "bug-rate", "1");
	open_target(f);
}

/* Carries out actions of this talker; results stay in them. */
static inline enum outcome carry_out(struct talker *talker,
				     struct action *actions, size_t count,
				     bool is_transaction)
{
	struct request request = {
		.actions = actions,
		.action_count = count,
		.is_transaction = is_transaction,
		.process = talker->process,
		.values = talker->values,
		.arena = &talker->arena,
		.deadline_ns = INT64_MAX,
	};

	return target_memory.apply(talker->client, &request, &talker->err);
}

/* One action on key 1; nil where `arg` is 0. */
static inline enum outcome act(struct talker *talker, enum object object,
			       enum verb verb, int64_t arg)
{
	talker->action = (struct action){
		.verb = (uint16_t)verb,
		.object = (uint16_t)object,
		.key = value_int(talker->values, 1),
	};
	if (arg)
		talker->action.arg = value_int(talker->values, arg);
	return carry_out(talker, &talker->action, 1, false);
}

static inline void must(struct talker *talker, enum object object,
			enum verb verb, int64_t arg)
{
	if (act(talker, object, verb, arg) != OUTCOME_OK)
		fail_msg("%s of a %s: %s", verb_name(verb), object_name(object),
			 talker->err.text);
}

/* What came back, as JSON. */
static inline const char *answer(struct talker *talker)
{
	return value_text(talker->values, talker->action.result,
			  &talker->arena);
}

static inline const char *asked(struct talker *talker, enum object object,
				enum verb verb, int64_t arg)
{
	must(talker, object, verb, arg);
	return answer(talker);
}

static inline const char *seen(struct talker *talker, enum object object)
{
	return asked(talker, object, VERB_READ, 0);
}

static inline enum outcome cas(struct talker *talker, int64_t expected,
			       int64_t wanted)
{
	talker->action = (struct action){
		.verb = VERB_CAS,
		.object = OBJECT_REGISTER,
		.key = value_int(talker->values, 1),
		.expected = value_int(talker->values, expected),
		.arg = value_int(talker->values, wanted),
	};
	return carry_out(talker, &talker->action, 1, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
