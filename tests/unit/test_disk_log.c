/* SPDX-License-Identifier: MIT */
/*
 * What a power loss may leave, judged by brute force: a small disk on which
 * every version of every sector and every order of names is tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#include "nemesis/agent/disk_log.h"

#define SECTOR 2
#define PAGE 4
#define FILE_MAX 16
#define OPS_MAX 10
#define FILES 3 /* numbers 1.. */
#define FOLDERS 3 /* numbers 11.. */
#define SEEDS 400

struct image {
	char bytes[FILE_MAX]; /* zeros past the end */
	int64_t size;
};

/* What was done, and what is still in the log of it. */
struct world {
	struct arena arena;
	struct log log;
	struct log_op *ops[OPS_MAX];
	bool is_synced[OPS_MAX];
	size_t count;
	struct image before[FILES + 1]; /* durable, of each file */
	struct image now[FILES + 1];
};

static void mark_synced(void *context, struct log_op *op)
{
	struct world *world = context;

	for (size_t i = 0; i < world->count; i++) {
		if (world->ops[i] == op)
			world->is_synced[i] = true;
	}
}

/* What the operation makes of the image; each writes a letter of its own. */
static void apply(const struct world *world, const struct log_op *op,
		  int64_t from, int64_t end, struct image *image)
{
	size_t letter = 0;

	while (world->ops[letter] != op)
		letter++;
	memset(image->bytes + from, (int)('a' + letter), (size_t)(end - from));
	if (image->size < end)
		image->size = end;
}

static void resize(struct image *image, int64_t size)
{
	if (size < image->size)
		memset(image->bytes + size, 0, (size_t)(image->size - size));
	image->size = size;
}

static void apply_whole(const struct world *world, const struct log_op *op,
			struct image *image)
{
	if (op->kind == LOG_RESIZE)
		resize(image, op->size);
	else
		apply(world, op, op->offset, op->offset + op->size, image);
}

static struct log_op *add(struct world *world, enum log_kind kind,
			  uint64_t file, int64_t offset, int64_t size)
{
	struct log_op *op = arena_alloc(&world->arena, sizeof(*op));

	op->kind = kind;
	op->file = file;
	op->offset = offset;
	op->size = size;
	log_add(&world->log, op);
	world->ops[world->count++] = op;
	if (kind == LOG_NAMES)
		return op;
	apply_whole(world, op, &world->now[file]);
	op->reached = world->now[file].size;
	return op;
}

/* As the layer does it. */
static struct image survivor(const struct world *world, uint64_t file)
{
	struct image image = world->before[file];

	for (const struct log_op *op = world->log.first; op; op = op->next) {
		int64_t at = op->offset;
		int64_t end;
		int64_t grown;

		if (op->kind == LOG_NAMES || op->file != file)
			continue;
		if (op->kind == LOG_RESIZE && op->survives)
			resize(&image, op->size);
		while (op->kind == LOG_WRITE &&
		       log_piece(&world->log, op, &at, &end, &grown)) {
			apply(world, op, at, end, &image);
			if (image.size < grown)
				image.size = grown;
			at = end;
		}
	}
	return image;
}

/* The contents that the file had since it was synced. */
static size_t versions(const struct world *world, uint64_t file,
		       struct image *list)
{
	size_t count = 1;

	list[0] = world->before[file];
	for (size_t i = 0; i < world->count; i++) {
		const struct log_op *op = world->ops[i];

		if (op->kind == LOG_NAMES || op->file != file ||
		    world->is_synced[i])
			continue;
		list[count] = list[count - 1];
		apply_whole(world, op, &list[count++]);
	}
	return count;
}

/* Every sector is some version of itself, and the size is one that the file
 * had, or ends a page of one. */
static bool is_legal(const struct world *world, uint64_t file,
		     const struct image *image)
{
	struct image list[OPS_MAX + 1];
	size_t count = versions(world, file, list);
	bool is_size = false;

	for (size_t i = 0; i < count; i++)
		is_size = is_size || image->size == list[i].size ||
			  (image->size % PAGE == 0 &&
			   image->size < list[i].size);
	for (int64_t at = 0; at < FILE_MAX; at += SECTOR) {
		bool is_version = false;

		for (size_t i = 0; i < count; i++) {
			char sector[SECTOR];

			memcpy(sector, list[i].bytes + at, SECTOR);
			/* Past its end there is nothing. */
			for (int64_t j = 0; j < SECTOR; j++) {
				if (at + j >= image->size)
					sector[j] = 0;
			}
			is_version = is_version || memcmp(image->bytes + at,
							  sector, SECTOR) == 0;
		}
		if (!is_version)
			return false;
	}
	return is_size;
}

static void make_random(struct world *world, struct rng *rng,
			enum log_order rules)
{
	*world = (struct world){ 0 };
	log_init(&world->log, rules);
	world->log.sector = SECTOR;
	world->log.page = PAGE;
	while (world->count < OPS_MAX) {
		uint64_t file = 1 + rng_below(rng, FILES);
		int64_t offset = (int64_t)rng_below(rng, FILE_MAX - 1);
		int64_t most = FILE_MAX - offset;
		uint64_t what = rng_below(rng, 10);

		if (what == 0) {
			log_sync(&world->log, file, world->log.order,
				 mark_synced, world);
			world->before[file] = world->now[file];
		} else if (what == 1) {
			add(world, LOG_RESIZE, file, 0, offset);
		} else if (what <= 3) {
			add(world, LOG_NAMES, file, 0, 0)->folders[0] =
				11 + rng_below(rng, FOLDERS);
		} else {
			add(world, LOG_WRITE, file, offset,
			    1 + (int64_t)rng_below(rng, (uint64_t)most));
		}
	}
}

static void whatever_survives_is_a_legal_state(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, "disk", 0);
	for (uint64_t seed = 0; seed < 20 * SEEDS; seed++) {
		struct world world;

		make_random(&world, &rng, LOG_JOURNAL);
		log_plan(&world.log, (enum log_loss)(seed % 3), seed, 0);
		for (uint64_t file = 1; file <= FILES; file++) {
			struct image image = survivor(&world, file);

			if (!is_legal(&world, file, &image))
				fail_msg("seed %d, file %d", (int)seed,
					 (int)file);
		}
		arena_release(&world.arena);
	}
}

static void nothing_survives_where_all_is_lost(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, "disk", 0);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct world world;

		make_random(&world, &rng, LOG_POSIX);
		log_plan(&world.log, LOSS_ALL, seed, 0);
		for (uint64_t file = 1; file <= FILES; file++) {
			struct image image = survivor(&world, file);

			assert_memory_equal(&image, &world.before[file],
					    sizeof(image));
		}
		for (const struct log_op *op = world.log.first; op;
		     op = op->next)
			assert_false(op->survives);
		arena_release(&world.arena);
	}
}

/* Two writes to two sectors, which one operation more overlaps. */
static void every_legal_state_comes_up(void **state)
{
	static const char *const states[] = { "....", "aa..", "bb..", "..cc",
					      "aacc", "bbcc", "abcc" };
	bool is_seen[7] = { false };

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct world world = { 0 };
		struct image image;

		log_init(&world.log, LOG_JOURNAL);
		world.log.sector = SECTOR;
		world.log.page = SECTOR;
		world.before[1] = (struct image){ .bytes = "....", .size = 4 };
		world.now[1] = world.before[1];
		add(&world, LOG_WRITE, 1, 0, 2);
		add(&world, LOG_WRITE, 1, 0, 2);
		add(&world, LOG_WRITE, 1, 2, 2);
		log_plan(&world.log, LOSS_TORN, seed, 0);
		image = survivor(&world, 1);
		for (size_t i = 0; i < 7; i++)
			is_seen[i] = is_seen[i] ||
				     memcmp(image.bytes, states[i], 4) == 0;
		arena_release(&world.arena);
	}
	for (size_t i = 0; i < 6; i++)
		assert_true(is_seen[i]);
	/* Half a sector of the one and half of the other never. */
	assert_false(is_seen[6]);
}

static void a_moment_is_one_for_all_files(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, "disk", 0);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct world world;
		bool is_over = false;

		make_random(&world, &rng, LOG_JOURNAL);
		log_plan(&world.log, LOSS_LATEST, seed, 0);
		for (const struct log_op *op = world.log.first; op;
		     op = op->next) {
			bool is_there = op->kind == LOG_WRITE ?
						op->index <= op->whole :
						op->survives;

			assert_false(is_there && is_over);
			is_over = !is_there;
		}
		arena_release(&world.arena);
	}
}

/* The journal keeps its order; a folder keeps its own. */
static void names_survive_in_order(void **state)
{
	struct rng rng;
	int survivors = 0;

	(void)state;
	rng_init(&rng, 4, "disk", 0);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		enum log_order rules = seed % 2 ? LOG_JOURNAL : LOG_POSIX;
		bool is_lost[FOLDERS] = { false };
		bool is_any_lost = false;
		struct world world;

		make_random(&world, &rng, rules);
		log_plan(&world.log, LOSS_TORN, seed, 0);
		for (const struct log_op *op = world.log.first; op;
		     op = op->next) {
			bool *lost = &is_lost[(op->folders[0] + 1) % FOLDERS];

			if (op->kind != LOG_NAMES)
				continue;
			assert_false(op->survives && *lost);
			if (rules == LOG_JOURNAL)
				assert_false(op->survives && is_any_lost);
			*lost = *lost || !op->survives;
			is_any_lost = is_any_lost || !op->survives;
			survivors += op->survives;
		}
		arena_release(&world.arena);
	}
	assert_true(survivors > SEEDS / 10);
}

static void the_doomed_never_survives(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 5, "disk", 0);
	for (uint64_t seed = 0; seed < 3 * SEEDS; seed++) {
		struct world world;
		struct image image;

		make_random(&world, &rng, seed % 2 ? LOG_JOURNAL : LOG_POSIX);
		log_plan(&world.log, (enum log_loss)(seed % 3), seed, 2);
		image = survivor(&world, 2);
		assert_memory_equal(&image, &world.before[2], sizeof(image));
		for (const struct log_op *op = world.log.first; op;
		     op = op->next)
			assert_false(op->file == 2 && op->survives);
		arena_release(&world.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_survives_is_a_legal_state),
		cmocka_unit_test(nothing_survives_where_all_is_lost),
		cmocka_unit_test(every_legal_state_comes_up),
		cmocka_unit_test(a_moment_is_one_for_all_files),
		cmocka_unit_test(names_survive_in_order),
		cmocka_unit_test(the_doomed_never_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
