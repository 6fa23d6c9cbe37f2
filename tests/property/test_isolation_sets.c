/* SPDX-License-Identifier: MIT */
/* On small histories of sets, which are read whole (by predicate), the checker
 * says what trying every order says. The argument is how many (default 10,000),
 * and from which on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/isolation_history.h"

#define TXNS 5
#define ACCESSES 3
#define KEYS 2

/* An insert has one row; a read, all that it saw. Rows are bits. */
struct access {
	bool is_read;
	unsigned key;
	unsigned rows;
};

struct txn {
	unsigned process;
	bool spans; /* overlaps all others */
	unsigned count;
	struct access accesses[ACCESSES];
};

struct world {
	unsigned count;
	struct txn txns[TXNS];
	unsigned order[TXNS]; /* of commits */
};

enum order { FREE, SESSION, REALTIME };

static const struct {
	const char *name;
	bool is_snapshot;
	enum order order;
} levels[] = {
	{ "serializable", false, FREE },
	{ "strong-session-serializable", false, SESSION },
	{ "strict-serializable", false, REALTIME },
	{ "snapshot-isolation", true, FREE },
	{ "strong-session-snapshot-isolation", true, SESSION },
	{ "strong-snapshot-isolation", true, REALTIME },
};

#define LEVELS (sizeof(levels) / sizeof(*levels))

static bool comes_before(const struct world *w, enum order order, unsigned a,
			 unsigned b)
{
	const struct txn *one = &w->txns[a], *two = &w->txns[b];

	if (a >= b || order == FREE)
		return false;
	return order == SESSION ? one->process == two->process :
				  !one->spans && !two->spans;
}

/* Does the transaction read what the first `length` commits left, and what it
 * inserted before itself? */
static bool reads_prefix(const struct world *w, unsigned t, unsigned length)
{
	unsigned rows[KEYS] = { 0 };

	for (unsigned i = 0; i < length; i++) {
		const struct txn *txn = &w->txns[w->order[i]];

		for (unsigned a = 0; a < txn->count; a++)
			if (!txn->accesses[a].is_read)
				rows[txn->accesses[a].key] |=
					txn->accesses[a].rows;
	}
	for (unsigned a = 0; a < w->txns[t].count; a++) {
		const struct access *access = &w->txns[t].accesses[a];

		if (!access->is_read)
			rows[access->key] |= access->rows;
		else if (rows[access->key] != access->rows)
			return false;
	}
	return true;
}

/* All before whom the one at `place` must not begin are in the prefix. */
static bool may_begin(const struct world *w, enum order order, unsigned place,
		      unsigned length)
{
	for (unsigned i = length; i < w->count; i++) {
		if (i != place &&
		    comes_before(w, order, w->order[i], w->order[place]))
			return false;
	}
	return true;
}

static bool holds_now(const struct world *w, bool is_snapshot,
		      enum order order)
{
	for (unsigned place = 0; place < w->count; place++) {
		unsigned length = is_snapshot ? 0 : place;

		while (length <= place &&
		       !(may_begin(w, order, place, length) &&
			 reads_prefix(w, w->order[place], length)))
			length++;
		if (length > place)
			return false;
	}
	return true;
}

/* Tries every order of commits. */
static void try_orders(struct world *w, bool holds[LEVELS])
{
	unsigned total = 1;

	for (unsigned i = 2; i <= w->count; i++)
		total *= i;
	for (unsigned number = 0; number < total; number++) {
		unsigned left[TXNS], rest = number;

		for (unsigned i = 0; i < w->count; i++)
			left[i] = i;
		for (unsigned i = 0; i < w->count; i++) {
			unsigned pick = rest % (w->count - i);

			rest /= w->count - i;
			w->order[i] = left[pick];
			left[pick] = left[w->count - i - 1];
		}
		for (size_t l = 0; l < LEVELS; l++)
			holds[l] |= holds_now(w, levels[l].is_snapshot,
					      levels[l].order);
	}
}

/* Rows of others go missing, or are seen too early, by chance. */
static void go_astray(struct world *w, struct rng *rng, double stray)
{
	for (unsigned t = 0; t < w->count; t++) {
		for (unsigned a = 0; a < w->txns[t].count; a++) {
			struct access *read = &w->txns[t].accesses[a];

			for (unsigned i = 0; i < w->count * ACCESSES; i++) {
				unsigned u = i / ACCESSES, b = i % ACCESSES;
				const struct access *other =
					&w->txns[u].accesses[b];
				bool is_seen = u < t || (u == t && b < a);

				if (!read->is_read || b >= w->txns[u].count ||
				    other->is_read || other->key != read->key)
					continue;
				if (u != t && rng_chance(rng, stray))
					is_seen = !is_seen;
				read->rows |= is_seen ? other->rows : 0;
			}
		}
	}
}

static void make_world(struct world *w, struct rng *rng, unsigned long i)
{
	unsigned next[KEYS] = { 1, 1 };

	*w = (struct world){ .count = 2 + (unsigned)(i % 4) };
	for (unsigned t = 0; t < w->count; t++) {
		struct txn *txn = &w->txns[t];

		txn->spans = t == 0 && rng_chance(rng, 0.5);
		txn->process =
			txn->spans ? 9 : 1 + (unsigned)rng_below(rng, 3);
		txn->count = 1 + (unsigned)rng_below(rng, ACCESSES);
		for (unsigned a = 0; a < txn->count; a++) {
			struct access *access = &txn->accesses[a];

			access->key = (unsigned)rng_below(rng, KEYS);
			access->is_read = next[access->key] > 9 ||
					  rng_chance(rng, 0.5);
			if (!access->is_read)
				access->rows = 1u << next[access->key]++;
		}
	}
	go_astray(w, rng, 0.05 * (double)(i / 4 % 8));
}

static void write_world(const struct world *w, char *text, size_t size)
{
	size_t length = 0;

	for (unsigned t = 0; t < w->count; t++) {
		const struct txn *txn = &w->txns[t];

		length += (size_t)snprintf(text + length, size - length,
					   "%s%u:%s", t ? " | " : "",
					   txn->process,
					   txn->spans ? "~" : " ");
		for (unsigned a = 0; a < txn->count; a++) {
			const struct access *access = &txn->accesses[a];

			length += (size_t)snprintf(text + length,
						   size - length, "%c%c",
						   access->is_read ? 'r' : 'i',
						   access->key ? 'y' : 'x');
			for (unsigned row = 1; row <= 9; row++)
				if (access->rows >> row & 1)
					text[length++] = (char)('0' + row);
		}
	}
	text[length] = 0;
}

static bool has_insert(const struct world *w, unsigned key)
{
	for (unsigned i = 0; i < w->count * ACCESSES; i++) {
		const struct txn *txn = &w->txns[i / ACCESSES];

		if (i % ACCESSES < txn->count &&
		    !txn->accesses[i % ACCESSES].is_read &&
		    txn->accesses[i % ACCESSES].key == key)
			return true;
	}
	return false;
}

static void compare(struct world *w, unsigned long held[LEVELS])
{
	bool holds[LEVELS] = { false };
	char text[512];
	struct history *history;
	struct arena arena = { 0 };
	struct verdict verdict;

	write_world(w, text, sizeof(text));
	history = isolation_shorthand(text);
	isolation_run(history, NULL, &arena, &verdict);
	try_orders(w, holds);
	for (size_t l = 0; l < LEVELS; l++) {
		bool is_out = isolation_lists(&verdict, "not",
					      levels[l].name) ||
			      isolation_lists(&verdict, "also_not",
					      levels[l].name);

		held[l] += holds[l];
		if (holds[l] == is_out)
			fail_msg("%s %s, but the checker found: %s\n%s",
				 levels[l].name, holds[l] ? "holds" : "is out",
				 isolation_names(&verdict, &arena), text);
	}
	arena_release(&arena);
	history_free(history);
}

static unsigned long count = 10000;
static unsigned long first; /* of the histories: to go on where a run ended */

static void sets_are_judged_as_by_trying_all_orders(void **state)
{
	unsigned long held[LEVELS] = { 0 }, judged = 0;
	struct rng rng;

	(void)state;
	for (unsigned long i = first; i < first + count; i++) {
		struct world world;

		rng_init(&rng, i, "sets", 0);
		make_world(&world, &rng, i);
		/* A key that nobody inserts into need not be a set. */
		if (!has_insert(&world, 0) || !has_insert(&world, 1))
			continue;
		compare(&world, held);
		judged++;
	}
	for (size_t l = 0; l < LEVELS; l++) {
		print_message("%s: held %lu of %lu\n", levels[l].name, held[l],
			      judged);
		assert_true(held[l] > judged / 20);
		assert_true(held[l] < judged * 19 / 20);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_judged_as_by_trying_all_orders),
	};

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
