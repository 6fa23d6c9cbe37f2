/* SPDX-License-Identifier: MIT */
/* What a partition's target means, and the ports it is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#include "nemesis/cut.h"
#include "nemesis/grudge.h"
#include "nemesis/ports.h"

#define NODES 5

static const char *const names[NODES] = { "a", "b", "c", "d", "e" };
static const bool is_primary[NODES] = { false, false, true, false, false };

struct table {
	struct arena arena;
	struct rng rng;
	struct error err;
	struct cut cut;
};

static int begin(void **state)
{
	static struct table table;

	table = (struct table){ .cut = { .clients = NULL } };
	rng_init(&table.rng, 1, "cut", 0);
	*state = &table;
	return 0;
}

static int end(void **state)
{
	struct table *table = *state;

	arena_release(&table->arena);
	return 0;
}

static int draw(struct table *table, const char *target, bool is_one_way)
{
	const struct cut_nodes nodes = { .names = names,
					 .is_primary = is_primary,
					 .count = NODES };

	return cut_draw(&table->cut, target, is_one_way, &nodes, &table->rng,
			&table->arena, &table->err);
}

/* Nodes of one camp ("ac") cannot talk with the others; within each they
 * can. */
static void expect_camp(const struct cut *cut, const char *camp)
{
	for (size_t i = 0; i < NODES; i++) {
		for (size_t j = 0; j < NODES; j++) {
			bool is_parted = !strchr(camp, *names[i]) !=
					 !strchr(camp, *names[j]);

			assert_int_equal(grudge_parts(&cut->grudge, i, j),
					 is_parted);
		}
	}
	assert_false(cut_has_clients(cut));
}

static void expect_clients(const struct cut *cut, const char *camp)
{
	assert_true(grudge_is_empty(&cut->grudge));
	for (size_t i = 0; i < NODES; i++)
		assert_int_equal(cut->clients[i],
				 strchr(camp, *names[i]) != NULL);
}

static void named_nodes_are_a_camp(void **state)
{
	struct table *table = *state;

	assert_int_equal(draw(table, "b", false), 0);
	expect_camp(&table->cut, "b");
	assert_int_equal(draw(table, "a+e", false), 0);
	expect_camp(&table->cut, "ae");
	assert_int_equal(draw(table, "primary+a", false), 0);
	expect_camp(&table->cut, "ac");
	assert_int_equal(draw(table, "a+e", true), 0);
	expect_camp(&table->cut, "ae");
	assert_true(grudge_refuses(&table->cut.grudge, 0, 1) !=
		    grudge_refuses(&table->cut.grudge, 1, 0));
}

static void clients_are_refused_by_a_camp(void **state)
{
	struct table *table = *state;
	int refusing = 0;

	assert_int_equal(draw(table, "clients+primary", false), 0);
	expect_clients(&table->cut, "c");
	assert_int_equal(draw(table, "b+clients+d", false), 0);
	expect_clients(&table->cut, "bd");
	assert_int_equal(draw(table, "clients+all", false), 0);
	expect_clients(&table->cut, "abcde");
	assert_int_equal(draw(table, "clients", false), 0);
	for (size_t i = 0; i < NODES; i++)
		refusing += table->cut.clients[i];
	assert_int_equal(refusing, 1);
	assert_int_equal(draw(table, "clients+majority", false), 0);
	refusing = 0;
	for (size_t i = 0; i < NODES; i++)
		refusing += table->cut.clients[i];
	assert_int_equal(refusing, 3);
}

static void a_shape_is_what_it_was(void **state)
{
	struct table *table = *state;

	for (size_t i = 0; grudge_names[i]; i++) {
		assert_int_equal(draw(table, grudge_names[i], false), 0);
		assert_false(cut_is_empty(&table->cut));
		assert_false(cut_has_clients(&table->cut));
	}
}

static void what_cannot_be_cut_is_refused(void **state)
{
	static const char *const targets[][2] = {
		{ "bridge+a", "bridge stands alone" },
		{ "clients+majorities-ring", "majorities-ring stands alone" },
		{ "f", "no node f" },
		{ "a+f", "no node f" },
		{ "all", "cannot be cut" },
		{ "a+b+c+d+e", "cannot be cut" },
		{ "", "no node" },
	};
	struct table *table = *state;

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		assert_int_equal(draw(table, targets[i][0], false), -1);
		assert_non_null(strstr(table->err.text, targets[i][1]));
	}
}

static void who_is_primary_is_asked_where_it_matters(void **state)
{
	struct table *table = *state;

	assert_true(cut_wants_primary("primary", &table->arena));
	assert_true(cut_wants_primary("clients+primary", &table->arena));
	assert_false(cut_wants_primary("one+primary1", &table->arena));
}

static void all_shapes_are_choices(void **state)
{
	(void)state;
	for (size_t i = 0; grudge_names[i]; i++)
		assert_string_equal(cut_choices[i], grudge_names[i]);
}

static void ports_have_names_and_numbers(void **state)
{
	static const struct cluster_control control = { .client_port = 2379,
							.peer_port = 2380 };
	static const char *const all[] = { "peer", "client", "80", "2380",
					   NULL };
	static const char *const bad[][2] = {
		{ "peer", NULL }, { "0", NULL },   { "65536", NULL },
		{ "x", NULL },	  { "80x", NULL },
	};
	struct table *table = *state;
	struct ports ports;

	assert_int_equal(ports_read(all, &control, &ports, &table->err), 0);
	assert_int_equal(ports.count, 3);
	assert_int_equal(ports.numbers[0], 2380);
	assert_int_equal(ports.numbers[1], 2379);
	assert_int_equal(ports.numbers[2], 80);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(ports_read(bad[i], NULL, &ports, &table->err),
				 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(named_nodes_are_a_camp, begin,
						end),
		cmocka_unit_test_setup_teardown(clients_are_refused_by_a_camp,
						begin, end),
		cmocka_unit_test_setup_teardown(a_shape_is_what_it_was, begin,
						end),
		cmocka_unit_test_setup_teardown(what_cannot_be_cut_is_refused,
						begin, end),
		cmocka_unit_test_setup_teardown(
			who_is_primary_is_asked_where_it_matters, begin, end),
		cmocka_unit_test_setup_teardown(all_shapes_are_choices, begin,
						end),
		cmocka_unit_test_setup_teardown(ports_have_names_and_numbers,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
