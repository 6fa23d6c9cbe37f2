/* SPDX-License-Identifier: MIT */
/* What the gateway answers, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include "targets/etcd/outcome.h"
#include "targets/etcd/reply.h"

#define HEADER                                             \
	"{\"header\":{\"cluster_id\":\"1\",\"member_id\":" \
	"\"17819814642761637952\",\"revision\":\"4\",\"raft_term\":\"2\"}"
#define ENTRY                                          \
	"{\"key\":\"cjE=\",\"create_revision\":\"2\"," \
	"\"mod_revision\":\"3\",\"version\":\"1\",\"value\":\"NQ==\"}"

static int range(const char *body, struct etcd_entry *entry)
{
	static struct arena arena;
	struct error err;
	int result;

	result = reply_range(body, strlen(body), "r1", &arena, entry, &err);
	arena_release(&arena);
	return result;
}

static void a_range_finds_its_key_or_nothing(void **state)
{
	struct etcd_entry entry;

	(void)state;
	assert_int_equal(
		range(HEADER ",\"kvs\":[" ENTRY "],\"count\":\"1\"}", &entry),
		0);
	assert_true(entry.is_present);
	assert_int_equal(entry.mod_revision, 3);
	assert_int_equal(entry.value_size, 1);
	assert_int_equal(range(HEADER "}", &entry), 0);
	assert_false(entry.is_present);
	assert_int_equal(entry.mod_revision, 0);
}

static void a_doubtful_range_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"header\":{}}",
		HEADER ",\"kvs\":{}}",
		HEADER ",\"count\":\"1\"}",
		HEADER ",\"kvs\":[" ENTRY "," ENTRY "]}",
		HEADER ",\"kvs\":[{\"key\":\"cjI=\",\"mod_revision\":\"3\"}]}",
		HEADER ",\"kvs\":[{\"key\":\"cjE=\",\"value\":\"NQ==\"}]}",
		HEADER ",\"kvs\":[{\"key\":\"cjE=\",\"mod_revision\":\"3\","
		       "\"value\":\"N\"}]}",
		HEADER ",\"kvs\":[{\"key\":\"cjE=\",\"mod_revision\":\"3\","
		       "\"value\":5}]}",
	};
	struct etcd_entry entry;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (range(bad[i], &entry) == 0)
			fail_msg("taken for a range: %s", bad[i]);
	}
}

static void a_transaction_tells_its_branch_and_ranges(void **state)
{
	static const char *const keys[] = { "r1", "r2" };
	static const char both[] = HEADER
		",\"succeeded\":true,\"responses\":["
		"{\"response_range\":{\"header\":{},\"kvs\":[" ENTRY
		"],\"count\":\"1\"}},{\"response_range\":{\"header\":{}}}]}";
	struct etcd_entry entries[3] = { 0 };
	struct arena arena = { 0 };
	struct error err;
	bool has_succeeded;

	(void)state;
	assert_int_equal(reply_txn(both, strlen(both), keys, 2, &arena,
				   &has_succeeded, entries, &err),
			 0);
	assert_true(has_succeeded);
	assert_true(entries[0].is_present);
	assert_false(entries[1].is_present);
	assert_int_equal(reply_txn(both, strlen(both), keys, 1, &arena,
				   &has_succeeded, entries, &err),
			 -1);
	assert_int_equal(reply_txn(both, strlen(both), NULL, 3, &arena,
				   &has_succeeded, NULL, &err),
			 -1);
	assert_int_equal(reply_txn(HEADER "}", strlen(HEADER "}"), NULL, 2,
				   &arena, &has_succeeded, NULL, &err),
			 0);
	assert_false(has_succeeded);
	arena_release(&arena);
}

static int keys(const char *body, const char ***rests, size_t *count,
		struct arena *arena)
{
	struct error err;

	return reply_keys(body, strlen(body), "r", arena, rests, count, &err);
}

static void keys_of_a_prefix_are_all_there_or_none_is_believed(void **state)
{
	struct arena arena = { 0 };
	const char **rests;
	size_t count;

	(void)state;
	assert_int_equal(keys(HEADER ",\"kvs\":[{\"key\":\"cjE=\"},{\"key\":"
				     "\"cjIz\"}],\"count\":\"2\"}",
			      &rests, &count, &arena),
			 0);
	assert_int_equal(count, 2);
	assert_string_equal(rests[1], "23");
	assert_int_equal(keys(HEADER "}", &rests, &count, &arena), 0);
	assert_int_equal(count, 0);
	assert_int_equal(keys(HEADER ",\"kvs\":[{\"key\":\"cjE=\"}],"
				     "\"count\":\"2\"}",
			      &rests, &count, &arena),
			 -1);
	assert_int_equal(keys(HEADER ",\"kvs\":[{\"key\":\"cjE=\"}]}", &rests,
			      &count, &arena),
			 -1);
	assert_int_equal(keys(HEADER ",\"kvs\":[{\"key\":\"cTE=\"}],"
				     "\"count\":\"1\"}",
			      &rests, &count, &arena),
			 -1);
	assert_int_equal(keys(HEADER ",\"count\":\"9999999999\"}", &rests,
			      &count, &arena),
			 -1);
	arena_release(&arena);
}

static void a_leader_knows_itself(void **state)
{
	static const char leader[] =
		HEADER ",\"version\":\"3.4.23\","
		       "\"leader\":\"17819814642761637952\"}";
	static const char other[] = HEADER ",\"version\":\"3.4.23\","
					   "\"leader\":\"5\"}";
	static const char none[] = HEADER ",\"version\":\"3.4.23\"}";
	static const char far[] = HEADER ",\"version\":\"3.4.23\","
					 "\"raftIndex\":\"20\","
					 "\"raftAppliedIndex\":\"17\"}";
	static const char old[] = HEADER ",\"version\":\"3.3.1\","
					 "\"raftIndex\":\"9\"}";
	struct etcd_status status;
	struct arena arena = { 0 };
	struct error err;

	(void)state;
	assert_int_equal(
		reply_status(leader, strlen(leader), &arena, &status, &err), 0);
	assert_true(status.is_leader && status.has_leader);
	assert_string_equal(status.version, "3.4.23");
	assert_int_equal(
		reply_status(other, strlen(other), &arena, &status, &err), 0);
	assert_true(!status.is_leader && status.has_leader);
	assert_int_equal(
		reply_status(none, strlen(none), &arena, &status, &err), 0);
	assert_true(!status.is_leader && !status.has_leader);
	assert_int_equal(status.applied, -1);
	assert_int_equal(reply_status(far, strlen(far), &arena, &status, &err),
			 0);
	assert_int_equal(status.applied, 17);
	assert_int_equal(reply_status(old, strlen(old), &arena, &status, &err),
			 0);
	assert_int_equal(status.applied, 9);
	arena_release(&arena);
}

static enum outcome outcome_of(const char *message, struct error *err)
{
	struct etcd_failure failure = { .code = 14, .message = message };

	return outcome_of_failure(&failure, 503, err);
}

static void only_refusals_before_the_proposal_are_definite(void **state)
{
	static const char *const doubtful[] = {
		"",
		"etcdserver: request timed out",
		"etcdserver: request timed out, possibly due to previous "
		"leader failure",
		"etcdserver: request timed out, possibly due to connection "
		"lost",
		"etcdserver: leader changed",
		"etcdserver: server stopped",
		"etcdserver: no leader",
		"raft proposal dropped",
		"etcdserver: mvcc: database space exceeded",
		"etcdserver: too many requests, or so",
		"transport is closing",
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(doubtful) / sizeof(*doubtful); i++)
		assert_int_equal(outcome_of(doubtful[i], &err),
				 OUTCOME_INDETERMINATE);
	assert_int_equal(outcome_of("etcdserver: too many requests", &err),
			 OUTCOME_FAIL);
	assert_string_equal(err.text, "too many requests");
	assert_int_equal(outcome_of("etcdserver: duplicate key given in txn "
				    "request",
				    &err),
			 OUTCOME_FAIL);
}

static int members_of(const char *body, struct etcd_member **members,
		      size_t *count, struct arena *arena)
{
	struct error err;

	return reply_members(body, strlen(body), arena, members, count, &err);
}

static void members_are_told_with_or_without_a_name(void **state)
{
	static const char list[] =
		"{\"header\":{\"cluster_id\":\"1\",\"raft_term\":\"2\"},"
		"\"members\":[{\"ID\":\"17819814642761637952\",\"name\":"
		"\"n1\",\"peerURLs\":[\"http://198.18.0.1:2380\"],"
		"\"clientURLs\":[\"http://198.18.0.1:2379\"]},"
		"{\"ID\":\"7\",\"peerURLs\":[\"http://198.18.0.2:2380\"]}]}";
	struct arena arena = { 0 };
	struct etcd_member *members;
	size_t count;

	(void)state;
	assert_int_equal(members_of(list, &members, &count, &arena), 0);
	assert_int_equal(count, 2);
	assert_string_equal(members[0].id, "17819814642761637952");
	assert_string_equal(members[0].name, "n1");
	assert_string_equal(members[1].name, "");
	assert_string_equal(members[1].peer, "http://198.18.0.2:2380");
	assert_int_equal(members_of("{}", &members, &count, &arena), -1);
	assert_int_equal(members_of("{\"members\":[{\"ID\":\"7\"}]}",
				    &members, &count, &arena),
			 -1);
	assert_int_equal(members_of("[1", &members, &count, &arena), -1);
	arena_release(&arena);
}

static void the_gateways_messages_lose_their_addresses(void **state)
{
	struct error err;

	(void)state;
	outcome_of("all SubConns are in TransientFailure: dial tcp "
		   "198.18.0.2:2379",
		   &err);
	assert_string_equal(err.text, "gRPC code 14");
}

static void a_loss_is_definite_only_without_effect(void **state)
{
	(void)state;
	assert_int_equal(outcome_of_loss(true, false), OUTCOME_INDETERMINATE);
	assert_int_equal(outcome_of_loss(true, true), OUTCOME_FAIL);
	assert_int_equal(outcome_of_loss(false, false), OUTCOME_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_finds_its_key_or_nothing),
		cmocka_unit_test(a_doubtful_range_is_refused),
		cmocka_unit_test(a_transaction_tells_its_branch_and_ranges),
		cmocka_unit_test(
			keys_of_a_prefix_are_all_there_or_none_is_believed),
		cmocka_unit_test(a_leader_knows_itself),
		cmocka_unit_test(
			only_refusals_before_the_proposal_are_definite),
		cmocka_unit_test(members_are_told_with_or_without_a_name),
		cmocka_unit_test(the_gateways_messages_lose_their_addresses),
		cmocka_unit_test(a_loss_is_definite_only_without_effect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
