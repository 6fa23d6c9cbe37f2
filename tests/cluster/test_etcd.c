/* SPDX-License-Identifier: MIT */
/* A real etcd on three nodes of this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/target.h"

#include "tests/support/etcd_cluster.h"

extern const struct target target_etcd;

#define NODES 3

/* An election or a slow disk may be in the way of what has to succeed. */
#define PATIENCE_NS (20 * NS_PER_S)

static int begin(void **state)
{
	static struct bed bed;

	*state = &bed;
	if (bed_make(&bed, "test-etcd", NODES) < 0 ||
	    bed_start_etcd(&bed, NULL, NULL) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	bed.patience_ns = PATIENCE_NS;
	return 0;
}

static int end(void **state)
{
	bed_remove(*state);
	return 0;
}

static void what_one_node_is_told_another_tells(void **state)
{
	struct bed *bed = *state;
	int64_t value;

	assert_int_equal(bed_read(bed, 0, 1, &value), OUTCOME_OK);
	assert_int_equal(value, -1);
	assert_int_equal(bed_write(bed, 0, 1, 5), OUTCOME_OK);
	assert_int_equal(bed_read(bed, 1, 1, &value), OUTCOME_OK);
	assert_int_equal(value, 5);
	assert_int_equal(bed_write(bed, 2, 1, -7), OUTCOME_OK);
	assert_int_equal(bed_read(bed, 0, 1, &value), OUTCOME_OK);
	assert_int_equal(value, -7);
}

static void a_cas_happens_only_where_it_should(void **state)
{
	struct bed *bed = *state;
	int64_t value;

	assert_int_equal(bed_cas(bed, 0, 2, 1, 2), OUTCOME_FAIL);
	assert_int_equal(bed_cas(bed, 0, 2, -1, 2), OUTCOME_OK);
	assert_int_equal(bed_cas(bed, 1, 2, -1, 3), OUTCOME_FAIL);
	assert_string_equal(bed->err.text, "precondition failed");
	assert_int_equal(bed_cas(bed, 1, 2, 2, 3), OUTCOME_OK);
	assert_int_equal(bed_read(bed, 2, 2, &value), OUTCOME_OK);
	assert_int_equal(value, 3);
}

static void exactly_one_node_is_primary(void **state)
{
	struct bed *bed = *state;
	bool is_primary[NODES];
	int count = 0;

	assert_int_equal(
		target_etcd.primaries(bed->etcd, is_primary, &bed->err), 0);
	for (size_t i = 0; i < NODES; i++)
		count += is_primary[i];
	assert_int_equal(count, 1);
}

static void it_tells_its_version(void **state)
{
	struct bed *bed = *state;
	const char *version = target_etcd.version(bed->etcd, &bed->arena);

	assert_non_null(version);
	assert_true(strncmp(version, "etcd 3.", 7) == 0);
}

static void its_log_is_where_it_says(void **state)
{
	struct bed *bed = *state;
	char line[256];

	snprintf(line, sizeof(line), "wc -c <%s", target_etcd.logs[0]);
	assert_true(strlen(bed_ask(bed, 0, line)) >= 3);
}

/* A transaction of two actions. */
static enum outcome transact(struct bed *bed, size_t node,
			     struct action *actions, size_t count)
{
	struct arena arena = { 0 };
	struct request request = {
		.actions = actions,
		.action_count = count,
		.is_transaction = true,
		.values = bed->values,
		.arena = &arena,
		.deadline_ns = clock_now_ns() + PATIENCE_NS,
	};
	enum outcome outcome;

	outcome = target_etcd.apply(bed->clients[node], &request, &bed->err);
	arena_release(&arena);
	return outcome;
}

static struct action action_of(struct bed *bed, enum object object,
			       enum verb verb, int key, int64_t arg)
{
	return (struct action){
		.object = (uint16_t)object,
		.verb = (uint16_t)verb,
		.key = value_int(bed->values, key),
		.arg = value_int(bed->values, arg),
	};
}

static void lists_grow_in_transactions(void **state)
{
	struct bed *bed = *state;
	struct action first[] = {
		action_of(bed, OBJECT_LIST, VERB_READ, 1, 0),
		action_of(bed, OBJECT_LIST, VERB_APPEND, 1, 10),
		action_of(bed, OBJECT_LIST, VERB_APPEND, 1, 11),
		action_of(bed, OBJECT_LIST, VERB_READ, 1, 0),
		action_of(bed, OBJECT_LIST, VERB_APPEND, 2, 20),
	};
	struct action second[] = {
		action_of(bed, OBJECT_LIST, VERB_READ, 2, 0),
		action_of(bed, OBJECT_LIST, VERB_APPEND, 1, 12),
		action_of(bed, OBJECT_LIST, VERB_READ, 1, 0),
	};
	struct values *values = bed->values;
	struct value list;

	assert_int_equal(transact(bed, 0, first, 5), OUTCOME_OK);
	assert_true(value_is_nil(first[0].result));
	assert_int_equal(value_list_length(values, first[3].result), 2);
	assert_int_equal(transact(bed, 1, second, 3), OUTCOME_OK);
	assert_int_equal(value_list_length(values, second[0].result), 1);
	list = second[2].result;
	assert_int_equal(value_list_length(values, list), 3);
	assert_int_equal(value_as_int(values, value_list_last(values, list)),
			 12);
	assert_true(value_list_has_prefix(values, list, first[3].result));
}

static void registers_are_written_in_transactions(void **state)
{
	struct bed *bed = *state;
	struct action writes[] = {
		action_of(bed, OBJECT_REGISTER, VERB_WRITE, 11, 1),
		action_of(bed, OBJECT_REGISTER, VERB_WRITE, 12, 2),
		action_of(bed, OBJECT_REGISTER, VERB_WRITE, 11, 3),
		action_of(bed, OBJECT_REGISTER, VERB_READ, 11, 0),
	};
	struct action reads[] = {
		action_of(bed, OBJECT_REGISTER, VERB_READ, 11, 0),
		action_of(bed, OBJECT_REGISTER, VERB_READ, 12, 0),
		action_of(bed, OBJECT_REGISTER, VERB_READ, 13, 0),
	};

	assert_int_equal(transact(bed, 0, writes, 4), OUTCOME_OK);
	assert_int_equal(value_as_int(bed->values, writes[3].result), 3);
	assert_int_equal(transact(bed, 2, reads, 3), OUTCOME_OK);
	assert_int_equal(value_as_int(bed->values, reads[0].result), 3);
	assert_int_equal(value_as_int(bed->values, reads[1].result), 2);
	assert_true(value_is_nil(reads[2].result));
}

/* One action, outside of a transaction; its result is in *action. */
static enum outcome act(struct bed *bed, size_t node, struct action *action)
{
	struct arena arena = { 0 };
	struct request request = {
		.actions = action,
		.action_count = 1,
		.values = bed->values,
		.arena = &arena,
		.deadline_ns = clock_now_ns() + PATIENCE_NS,
	};
	enum outcome outcome;

	outcome = target_etcd.apply(bed->clients[node], &request, &bed->err);
	arena_release(&arena);
	return outcome;
}

static void sets_counters_and_ids_do_what_they_should(void **state)
{
	static const enum verb changes[] = { VERB_ADD, VERB_ADD, VERB_ADD,
					     VERB_REMOVE };
	static const int elements[] = { 3, 14, 3, 3 };
	struct bed *bed = *state;
	struct action action;
	int64_t first;

	for (size_t i = 0; i < 4; i++) {
		action = action_of(bed, OBJECT_SET, changes[i], 1, elements[i]);
		assert_int_equal(act(bed, i % NODES, &action), OUTCOME_OK);
		action = action_of(bed, OBJECT_SET, VERB_READ, 1, 0);
		assert_int_equal(act(bed, 0, &action), OUTCOME_OK);
		assert_int_equal(value_list_length(bed->values, action.result),
				 i == 1 || i == 2 ? 2 : 1);
	}
	assert_int_equal(
		value_as_int(bed->values,
			     value_list_last(bed->values, action.result)),
		14);
	action = action_of(bed, OBJECT_COUNTER, VERB_READ, 1, 0);
	assert_int_equal(act(bed, 0, &action), OUTCOME_OK);
	assert_int_equal(value_as_int(bed->values, action.result), 0);
	action = action_of(bed, OBJECT_COUNTER, VERB_INCREMENT, 1, 5);
	assert_int_equal(act(bed, 0, &action), OUTCOME_OK);
	action = action_of(bed, OBJECT_COUNTER, VERB_DECREMENT, 1, 7);
	assert_int_equal(act(bed, 1, &action), OUTCOME_OK);
	action = action_of(bed, OBJECT_COUNTER, VERB_READ, 1, 0);
	assert_int_equal(act(bed, 2, &action), OUTCOME_OK);
	assert_int_equal(value_as_int(bed->values, action.result), -2);
	action = action_of(bed, OBJECT_ID, VERB_GENERATE, 0, 0);
	assert_int_equal(act(bed, 0, &action), OUTCOME_OK);
	first = value_as_int(bed->values, action.result);
	assert_int_equal(act(bed, 1, &action), OUTCOME_OK);
	assert_true(value_as_int(bed->values, action.result) > first);
}

static void a_stopped_node_refuses_and_comes_back(void **state)
{
	struct bed *bed = *state;
	struct node *node = cluster_node(bed->cluster, 1);
	int64_t value;

	assert_int_equal(bed_write(bed, 0, 3, 30), OUTCOME_OK);
	assert_int_equal(target_etcd.stop(bed->etcd, node, &bed->err), 0);
	assert_int_equal(bed_write(bed, 1, 3, 31), OUTCOME_FAIL);
	assert_string_equal(bed->err.text, "connection refused");
	assert_int_equal(target_etcd.start(bed->etcd, node, &bed->err), 0);
	assert_int_equal(target_etcd.start(bed->etcd, node, &bed->err), 0);
	assert_int_equal(
		target_etcd.await_ready(bed->etcd, node,
					clock_now_ns() + 120 * NS_PER_S,
					&bed->err),
		0);
	assert_int_equal(bed_read(bed, 1, 3, &value), OUTCOME_OK);
	assert_int_equal(value, 30);
}

static void a_node_that_is_not_there_is_named(void **state)
{
	struct bed *bed = *state;
	struct node *node = cluster_node(bed->cluster, 2);

	assert_int_equal(target_etcd.stop(bed->etcd, node, &bed->err), 0);
	assert_int_equal(target_etcd.await_ready(bed->etcd, node,
						 clock_now_ns() + NS_PER_S,
						 &bed->err),
			 -1);
	assert_non_null(strstr(bed->err.text, "node n3: etcd is not ready"));
	assert_int_equal(target_etcd.start(bed->etcd, node, &bed->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_node_is_told_another_tells),
		cmocka_unit_test(a_cas_happens_only_where_it_should),
		cmocka_unit_test(exactly_one_node_is_primary),
		cmocka_unit_test(it_tells_its_version),
		cmocka_unit_test(its_log_is_where_it_says),
		cmocka_unit_test(lists_grow_in_transactions),
		cmocka_unit_test(registers_are_written_in_transactions),
		cmocka_unit_test(sets_counters_and_ids_do_what_they_should),
		cmocka_unit_test(a_stopped_node_refuses_and_comes_back),
		cmocka_unit_test(a_node_that_is_not_there_is_named),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
