/* SPDX-License-Identifier: MIT */
#include "harness/engine/leaders.h"

#include "tests/support/recorder_fixture.h"

#include <stdatomic.h>

#include "harness/report/html_chronicle.h"

#define NODES 3

static const char *const names[NODES] = { "n1", "n2", "n3" };

/* A store whose leader is what the test says: bits of nodes; ALL_SILENT: no
 * node answers. */
#define ALL_SILENT 0x80u

struct store {
	atomic_uint leaders;
	atomic_uint asked;
};

static int primaries(void *state, bool *is_primary, struct error *err)
{
	struct store *store = state;
	unsigned leaders = atomic_load(&store->leaders);

	for (size_t i = 0; i < NODES; i++)
		is_primary[i] = leaders >> i & 1;
	atomic_fetch_add(&store->asked, 1);
	return leaders & ALL_SILENT ? error_set(err, "nobody answers") : 0;
}

static const struct target target = { .name = "fake", .primaries = primaries };

static struct leaders *start(struct fixture *f, struct store *store)
{
	const struct leaders_setup setup = {
		.target = &target,
		.state = store,
		.names = names,
		.count = NODES,
		.recorder = f->recorder,
	};
	struct leaders *leaders = leaders_start(&setup, &f->err);

	assert_non_null(leaders);
	return leaders;
}

/* Returns when it has been asked again, and again: the first of the two may
 * have begun before. */
static void await_questions(struct leaders *leaders, struct store *store)
{
	for (int i = 0; i < 2; i++) {
		unsigned before = atomic_load(&store->asked);

		leaders_look(leaders);
		while (atomic_load(&store->asked) == before)
			clock_sleep_until(clock_now_ns() + NS_PER_MS);
	}
}

/* What the history tells, as "n1|n2, n3|": a bar after each change. */
static const char *told(struct fixture *f, struct arena *arena)
{
	struct history *history;
	struct chronicle chronicle;
	const char *text = "";

	close_recorder(f);
	history = read_back(f);
	chronicle_read(&chronicle, history, arena);
	for (size_t i = 0; i < chronicle.leader_count; i++)
		text = arena_printf(arena, "%s%s|", text,
				    chronicle.leaders[i].nodes);
	history_free(history);
	return text;
}

static void each_change_of_the_leader_is_recorded_once(void **state)
{
	static const unsigned told_by_store[] = { 1, 1, 2, ALL_SILENT, 2,
						  0, 6, 1 };
	struct fixture *f = *state;
	struct store store = { 1, 0 };
	struct leaders *leaders = start(f, &store);
	struct arena arena = { 0 };

	for (size_t i = 0; i < 8; i++) {
		atomic_store(&store.leaders, told_by_store[i]);
		await_questions(leaders, &store);
	}
	leaders_stop(leaders);
	assert_string_equal(told(f, &arena), "n1|n2||n2, n3|n1|");
	arena_release(&arena);
}

static void a_leader_is_no_fault(void **state)
{
	struct fixture *f = *state;
	struct store store = { 1, 0 };
	struct leaders *leaders = start(f, &store);
	struct chronicle chronicle;
	struct arena arena = { 0 };
	struct history *history;

	await_questions(leaders, &store);
	leaders_stop(leaders);
	close_recorder(f);
	history = read_back(f);
	chronicle_read(&chronicle, history, &arena);
	assert_int_equal(chronicle.band_count, 0);
	assert_int_equal(chronicle.note_count, 0);
	assert_int_equal(chronicle.client_count, 0);
	history_free(history);
	arena_release(&arena);
}

static void a_store_without_a_leader_is_not_asked(void **state)
{
	static const struct target quiet = { .name = "quiet" };
	struct fixture *f = *state;
	const struct leaders_setup setup = { .target = &quiet,
					     .recorder = f->recorder };

	assert_null(leaders_start(&setup, &f->err));
	leaders_look(NULL);
	leaders_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_change_of_the_leader_is_recorded_once),
		TEST(a_leader_is_no_fault),
		TEST(a_store_without_a_leader_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
