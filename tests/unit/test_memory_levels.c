/* SPDX-License-Identifier: MIT */
/* Each isolation level of the memory target is judged as exactly that. */
#include "tests/support/memory_play.h"

#include "checkers/isolation/model.h"

#define SEEDS 100 /* for each level; the environment may say otherwise */

/* Registers give less away than lists. Snapshots that conflict fail, so that
 * more of them are needed; lost updates need few keys. */
static const struct shape lists = { OBJECT_LIST, 5, 8, 700, false };
static const struct shape few_registers = { OBJECT_REGISTER, 5, 3, 700,
					    false };
static const struct shape registers = { OBJECT_REGISTER, 5, 8, 2500, false };

static bool is_out(const struct verdict *verdict, const char *level)
{
	return has_text(figure_find(&verdict->figures, "not"), level) ||
	       has_text(figure_find(&verdict->figures, "also_not"), level);
}

/*
 * Registers that are only written and read do not show in which order they
 * were written. So whatever keeps read committed can be explained by writes in
 * the order of real time, too, and the same holds one level below: there the
 * strong form is the level itself. `strongest` names it.
 */
static void assert_judged(const struct history *history, const char *level,
			  const char *strongest, uint64_t seed)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	size_t same = lattice_find(strongest);

	judge(history, NULL, &arena, &verdict);
	if (!has_text(figure_find(&verdict.figures, "strongest"), strongest))
		fail_msg("seed %d: %s is not the strongest; %s", (int)seed,
			 strongest, verdict.reason);
	for (size_t i = 0; i < model_count; i++) {
		bool is_stronger =
			i != lattice_find(level) &&
			model_weaker(i) >> lattice_find(level) & 1 &&
			!(model_weaker(same) >> i & 1);

		if (is_stronger && !is_out(&verdict, models[i].name))
			fail_msg("seed %d: %s is not ruled out at %s",
				 (int)seed, models[i].name, level);
	}
	arena_release(&arena);
}

static void assert_exactly(struct fixture *f, const struct shape *shape,
			   const char *level, const char *strongest)
{
	const char *text = getenv("SEEDS");
	uint64_t seeds = text ? strtoull(text, NULL, 10) : SEEDS;

	option(f, "isolation", level);
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct history *history = play_seed(f, shape, seed);

		assert_judged(history, level, strongest, seed);
		history_free(history);
	}
}

static void strict_serializable_is_judged_so(void **state)
{
	assert_exactly(*state, &lists, "strict-serializable",
		       "strict-serializable");
	assert_exactly(*state, &registers, "strict-serializable",
		       "strict-serializable");
}

static void serializable_is_judged_so(void **state)
{
	assert_exactly(*state, &lists, "serializable", "serializable");
	assert_exactly(*state, &registers, "serializable",
		       "serializable");
}

static void snapshot_isolation_is_judged_so(void **state)
{
	assert_exactly(*state, &lists, "snapshot-isolation",
		       "snapshot-isolation");
	assert_exactly(*state, &registers, "snapshot-isolation",
		       "snapshot-isolation");
}

static void read_committed_is_judged_so(void **state)
{
	assert_exactly(*state, &lists, "read-committed",
		       "read-committed");
	assert_exactly(*state, &few_registers, "read-committed",
		       "strong-read-committed");
}

static void read_uncommitted_is_judged_so(void **state)
{
	assert_exactly(*state, &lists, "read-uncommitted",
		       "read-uncommitted");
	assert_exactly(*state, &few_registers, "read-uncommitted",
		       "strong-read-uncommitted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strict_serializable_is_judged_so),
		TEST(serializable_is_judged_so),
		TEST(snapshot_isolation_is_judged_so),
		TEST(read_committed_is_judged_so),
		TEST(read_uncommitted_is_judged_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
