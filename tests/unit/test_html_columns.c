/* SPDX-License-Identifier: MIT */
#include "harness/report/html_columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/reader.h"

struct fixture {
	struct arena arena;
	struct history *history;
	struct columns columns;
	size_t at; /* in columns.bytes */
};

static void take(struct fixture *fixture, const char *lines, bool has_times)
{
	struct error err;

	*fixture = (struct fixture){ .at = 0 };
	fixture->history = history_read_bytes("test", lines, strlen(lines),
					      NULL, NULL, &err);
	if (!fixture->history)
		fail_msg("%s", err.text);
	columns_make(&fixture->columns, fixture->history, has_times,
		     &fixture->arena);
}

static void release(struct fixture *fixture)
{
	columns_release(&fixture->columns);
	history_free(fixture->history);
	arena_release(&fixture->arena);
}

/* As the script reads it. */
static uint64_t next(struct fixture *fixture)
{
	uint64_t number = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		assert_true(fixture->at < fixture->columns.length);
		byte = fixture->columns.bytes[fixture->at++];
		number |= (uint64_t)(byte & 127) << shift;
		shift += 7;
	} while (byte & 128);
	return number;
}

static void assert_op(struct fixture *fixture, const uint64_t expected[8])
{
	for (int i = 0; i < 8; i++)
		assert_int_equal(next(fixture), expected[i]);
}

static void operations_become_numbers_and_back(void **state)
{
	static const char lines[] =
		"{\"index\":5,\"time\":1000,\"process\":3,\"type\":\"invoke\","
		"\"f\":\"write\",\"key\":7,\"value\":-2,\"node\":\"n1\"}\n"
		"{\"index\":6,\"time\":1500,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"cut\"}\n"
		"{\"index\":9,\"time\":1600,\"process\":1,\"type\":\"invoke\","
		"\"f\":\"read\",\"key\":\"k\"}\n"
		"{\"index\":300,\"time\":2000,\"process\":3,\"type\":\"fail\","
		"\"f\":\"write\",\"key\":7,\"value\":-2}\n";
	struct fixture fixture;
	const struct columns *columns = &fixture.columns;

	(void)state;
	take(&fixture, lines, true);
	assert_int_equal(columns->op_count, 2);
	assert_false(columns->is_cut);
	/* Processes are in order of their numbers, keys of their bits. */
	assert_int_equal(columns->processes[0].number, 1);
	assert_int_equal(columns->processes[1].number, 3);
	assert_int_equal(columns->key_count, 2);
	assert_string_equal(columns->names[0], "write");
	assert_string_equal(columns->names[1], "read");
	assert_int_equal(next(&fixture), 2000); /* 1000, zigzag */
	assert_int_equal(next(&fixture), 1001);
	assert_int_equal(next(&fixture), 1);
	assert_int_equal(next(&fixture), 0 * 4 + 1);
	next(&fixture);
	assert_int_equal(next(&fixture), 2 * 3 + 1); /* -2 is 3, zigzag */
	assert_int_equal(next(&fixture), 5);
	assert_int_equal(next(&fixture), 295);
	assert_int_equal(next(&fixture), 1200);
	assert_int_equal(next(&fixture), 0); /* never answered */
	assert_int_equal(next(&fixture), 0);
	assert_int_equal(next(&fixture), 1 * 4 + 3);
	next(&fixture);
	assert_int_equal(next(&fixture), 0);
	assert_int_equal(next(&fixture), 4);
	assert_int_equal(next(&fixture), 0);
	assert_int_equal(fixture.at, columns->length);
	release(&fixture);
}

static void without_times_positions_stand_for_them(void **state)
{
	static const char lines[] =
		"{\"index\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"cas\","
		"\"value\":[1,2]}\n"
		"{\"index\":1,\"process\":0,\"type\":\"ok\",\"f\":\"cas\","
		"\"value\":[1,2]}\n";
	static const uint64_t expected[] = { 0, 2, 0, 0, 0, 2, 0, 1 };
	struct fixture fixture;

	(void)state;
	take(&fixture, lines, false);
	assert_op(&fixture, expected);
	assert_int_equal(fixture.columns.text_count, 1);
	assert_string_equal(fixture.columns.texts[0], "1\u21922");
	release(&fixture);
}

#define READ(index, process, type)                                         \
	"{\"index\":" #index ",\"process\":" #process ",\"type\":\"" #type \
	"\",\"f\":\"read\"}\n"

static void a_retired_process_leaves_its_lane(void **state)
{
	static const char lines[] = READ(0, 0, invoke) READ(1, 1, invoke)
		READ(2, 0, info) READ(3, 10, invoke) READ(4, 1, ok)
			READ(5, 1, invoke) READ(6, 10, ok);
	struct fixture fixture;
	const struct column_process *processes;

	(void)state;
	take(&fixture, lines, false);
	processes = fixture.columns.processes;
	assert_int_equal(fixture.columns.lane_count, 2);
	assert_int_equal(processes[0].lane, 0);
	assert_int_equal(processes[1].lane, 1);
	assert_int_equal(processes[2].number, 10);
	assert_int_equal(processes[2].lane, 0);
	release(&fixture);
}

static void more_processes_than_lanes_share_the_last(void **state)
{
	struct history *history = history_new();
	const struct action action = { .verb = VERB_READ };
	struct entry entry = { .type = OP_INVOKE,
			       .f = VERB_READ,
			       .actions = &action,
			       .action_count = 1 };
	struct arena arena = { 0 };
	struct columns columns;
	struct error err;

	(void)state;
	for (int32_t i = 0; i < 2 * (COLUMNS_LANES_MAX + 5); i++) {
		entry.index = (uint64_t)i;
		entry.process = i % (COLUMNS_LANES_MAX + 5);
		entry.type = i < COLUMNS_LANES_MAX + 5 ? OP_INVOKE : OP_OK;
		assert_int_equal(history_append(history, &entry, &err), 0);
	}
	columns_make(&columns, history, false, &arena);
	assert_int_equal(columns.lane_count, COLUMNS_LANES_MAX);
	for (size_t i = 0; i < columns.process_count; i++)
		assert_true(columns.processes[i].lane < COLUMNS_LANES_MAX);
	columns_release(&columns);
	history_free(history);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_become_numbers_and_back),
		cmocka_unit_test(without_times_positions_stand_for_them),
		cmocka_unit_test(a_retired_process_leaves_its_lane),
		cmocka_unit_test(more_processes_than_lanes_share_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
