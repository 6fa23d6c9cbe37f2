/* SPDX-License-Identifier: MIT */
/* What fsync of a file or a folder makes durable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nemesis/agent/disk_log.h"

#define OPS_MAX 8

struct world {
	struct log log;
	struct log_op ops[OPS_MAX];
	size_t count;
};

/* Files are 1.., folders 11..; a write concerns no folder. */
static void add(struct world *world, enum log_kind kind, uint64_t file,
		uint64_t folder, uint64_t other)
{
	struct log_op *op = &world->ops[world->count++];

	op->kind = kind;
	op->file = file;
	op->folders[0] = folder;
	op->folders[1] = other;
	log_add(&world->log, op);
}

/* Marked by the order of none. */
static void leave(void *context, struct log_op *op)
{
	(void)context;
	op->order = 0;
}

static size_t left_after(enum log_order rules, uint64_t synced)
{
	struct world world = { 0 };

	log_init(&world.log, rules);
	add(&world, LOG_NAMES, 1, 11, 0);
	add(&world, LOG_WRITE, 1, 0, 0);
	add(&world, LOG_NAMES, 2, 12, 0);
	add(&world, LOG_NAMES, 2, 12, 13);
	add(&world, LOG_WRITE, 2, 0, 0);
	log_sync(&world.log, synced, world.log.order, leave, NULL);
	return world.log.count;
}

static void fsync_keeps_what_the_rules_say(void **state)
{
	(void)state;
	/* The file: its bytes, and in a journal its name and all before. */
	assert_int_equal(left_after(LOG_POSIX, 1), 4);
	assert_int_equal(left_after(LOG_JOURNAL, 1), 3);
	assert_int_equal(left_after(LOG_POSIX, 2), 4);
	assert_int_equal(left_after(LOG_JOURNAL, 2), 1);
	/* A folder: its names, and what a rename into it presupposes. */
	assert_int_equal(left_after(LOG_POSIX, 11), 4);
	assert_int_equal(left_after(LOG_POSIX, 13), 3);
	assert_int_equal(left_after(LOG_JOURNAL, 13), 2);
	/* Somebody else's changes nothing. */
	assert_int_equal(left_after(LOG_JOURNAL, 99), 5);
}

static void what_came_after_fsync_began_is_not_kept(void **state)
{
	struct world world = { 0 };
	uint64_t upto;

	(void)state;
	log_init(&world.log, LOG_JOURNAL);
	add(&world, LOG_WRITE, 1, 0, 0);
	upto = world.log.order;
	add(&world, LOG_WRITE, 1, 0, 0);
	add(&world, LOG_NAMES, 1, 11, 0);
	log_sync(&world.log, 1, upto, leave, NULL);
	assert_int_equal(world.log.count, 2);
	assert_int_equal(world.ops[0].order, 0);
}

static void writeback_keeps_all(void **state)
{
	struct world world = { 0 };

	(void)state;
	log_init(&world.log, LOG_POSIX);
	add(&world, LOG_WRITE, 1, 0, 0);
	add(&world, LOG_NAMES, 2, 11, 0);
	log_sync_all(&world.log, leave, NULL);
	assert_int_equal(world.log.count, 0);
	assert_null(world.log.first);
	assert_null(world.log.last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fsync_keeps_what_the_rules_say),
		cmocka_unit_test(what_came_after_fsync_began_is_not_kept),
		cmocka_unit_test(writeback_keeps_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
