/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_log.h"

void log_init(struct log *log, enum log_order rules)
{
	*log = (struct log){ .rules = rules, .sector = 512, .page = 4096 };
}

void log_add(struct log *log, struct log_op *op)
{
	op->order = ++log->order;
	op->next = NULL;
	op->previous = log->last;
	if (log->last)
		log->last->next = op;
	else
		log->first = op;
	log->last = op;
	log->count++;
}

static void take_out(struct log *log, struct log_op *op)
{
	if (op->previous)
		op->previous->next = op->next;
	else
		log->first = op->next;
	if (op->next)
		op->next->previous = op->previous;
	else
		log->last = op->previous;
	log->count--;
}

/* Is it about this file or folder? */
static bool concerns(const struct log_op *op, uint64_t id)
{
	return op->file == id || op->folders[0] == id || op->folders[1] == id;
}

static struct log_op *latest(const struct log *log, uint64_t upto)
{
	struct log_op *op = log->last;

	while (op && op->order > upto)
		op = op->previous;
	return op;
}

/* The journal is written up to the last entry that concerns `id`. */
static void sync_journal(struct log *log, uint64_t id, uint64_t upto,
			 log_drop *drop, void *context)
{
	struct log_op *op = latest(log, upto);

	while (op && (op->kind != LOG_NAMES || !concerns(op, id)))
		op = op->previous;
	while (op) {
		struct log_op *previous = op->previous;

		if (op->kind == LOG_NAMES) {
			take_out(log, op);
			drop(context, op);
		}
		op = previous;
	}
}

/* How many folders a chain of renames may lead through. */
#define CHAIN_MAX 64

struct chain {
	uint64_t folders[CHAIN_MAX];
	size_t count;
};

/* Of one that is full nothing is known but that it may be in there. */
static bool is_in(const struct chain *chain, uint64_t folder)
{
	if (chain->count == CHAIN_MAX)
		return true;
	for (size_t i = 0; i < chain->count; i++) {
		if (chain->folders[i] == folder)
			return true;
	}
	return false;
}

static void enter(struct chain *chain, uint64_t folder)
{
	if (folder && !is_in(chain, folder))
		chain->folders[chain->count++] = folder;
}

/* The folder's names, and what they presuppose: a rename out of another folder
 * is kept whole, and so is what was done there before. */
static void sync_folder(struct log *log, uint64_t id, uint64_t upto,
			log_drop *drop, void *context)
{
	struct chain chain = { .folders = { id }, .count = 1 };
	struct log_op *op = latest(log, upto);

	while (op) {
		struct log_op *previous = op->previous;

		if (op->kind == LOG_NAMES && (is_in(&chain, op->folders[0]) ||
					      is_in(&chain, op->folders[1]))) {
			enter(&chain, op->folders[0]);
			enter(&chain, op->folders[1]);
			take_out(log, op);
			drop(context, op);
		}
		op = previous;
	}
}

void log_sync(struct log *log, uint64_t id, uint64_t upto, log_drop *drop,
	      void *context)
{
	struct log_op *next;

	for (struct log_op *op = log->first; op && op->order <= upto;
	     op = next) {
		next = op->next;
		if (op->kind != LOG_NAMES && op->file == id) {
			take_out(log, op);
			drop(context, op);
		}
	}
	if (log->rules == LOG_JOURNAL)
		sync_journal(log, id, upto, drop, context);
	else
		sync_folder(log, id, upto, drop, context);
}

void log_sync_all(struct log *log, log_drop *drop, void *context)
{
	while (log->first) {
		struct log_op *op = log->first;

		take_out(log, op);
		drop(context, op);
	}
}

/* splitmix64, as a hash of three numbers. */
static uint64_t mix(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t x = a;

	for (int i = 0; i < 3; i++) {
		x += UINT64_C(0x9e3779b97f4a7c15) + (i == 0 ? b : c);
		x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

/* Numbers the operations of one file and says how far they survive. */
static void plan_file(struct log_op *first, enum log_loss loss, uint64_t moment,
		      uint64_t seed, uint64_t doomed)
{
	uint64_t file = first->file;
	uint64_t count = 0;
	uint64_t whole = 0;
	uint64_t barrier;

	for (struct log_op *op = first; op; op = op->next) {
		if (op->kind == LOG_NAMES || op->file != file)
			continue;
		op->index = ++count;
		whole += loss == LOSS_LATEST && op->order <= moment;
	}
	if (loss == LOSS_TORN && file != doomed)
		whole = mix(seed, file, 1) % (count + 1);
	barrier = whole + 1;
	for (struct log_op *op = first; op; op = op->next) {
		if (op->kind == LOG_NAMES || op->file != file)
			continue;
		if (loss == LOSS_TORN && file != doomed &&
		    op->index == barrier && op->kind == LOG_WRITE)
			barrier++;
	}
	for (struct log_op *op = first; op; op = op->next) {
		if (op->kind == LOG_NAMES || op->file != file)
			continue;
		op->whole = whole;
		op->barrier = barrier;
		op->seed = seed;
		op->survives = op->kind == LOG_RESIZE && op->index <= whole;
	}
}

/* In POSIX's rules a name that is lost takes along what came later in the same
 * folders. */
static void plan_folders(struct log *log, uint64_t seed, uint64_t doomed)
{
	struct chain lost = { .count = 0 };

	for (struct log_op *op = log->first; op; op = op->next) {
		if (op->kind != LOG_NAMES)
			continue;
		op->survives = op->file != doomed &&
			       !is_in(&lost, op->folders[0]) &&
			       !is_in(&lost, op->folders[1]) &&
			       mix(seed, op->order, 2) % 2 == 0;
		if (op->survives)
			continue;
		enter(&lost, op->folders[0]);
		enter(&lost, op->folders[1]);
	}
}

static void plan_names(struct log *log, uint64_t moment)
{
	for (struct log_op *op = log->first; op; op = op->next) {
		if (op->kind == LOG_NAMES)
			op->survives = op->order <= moment;
	}
}

/* A moment within the log, from before its first operation to its last, but
 * before anything is done to the file `doomed`. */
static uint64_t draw_moment(const struct log *log, uint64_t seed,
			    uint64_t doomed, bool names_alone)
{
	uint64_t choices = 1;
	uint64_t chosen;
	uint64_t moment = 0;

	for (const struct log_op *op = log->first;
	     op && !(doomed && op->file == doomed); op = op->next)
		choices += !names_alone || op->kind == LOG_NAMES;
	chosen = mix(seed, 3, choices) % choices;
	for (const struct log_op *op = log->first; op && chosen > 0;
	     op = op->next) {
		if (names_alone && op->kind != LOG_NAMES)
			continue;
		moment = op->order;
		chosen--;
	}
	return moment;
}

void log_plan(struct log *log, enum log_loss loss, uint64_t seed,
	      uint64_t doomed)
{
	uint64_t moment = 0;

	if (loss != LOSS_ALL)
		moment = draw_moment(log, seed, doomed, loss == LOSS_TORN);
	for (struct log_op *op = log->first; op; op = op->next)
		op->index = 0;
	for (struct log_op *op = log->first; op; op = op->next) {
		if (op->kind != LOG_NAMES && op->index == 0)
			plan_file(op, loss, moment, seed, doomed);
	}
	if (loss == LOSS_TORN && log->rules == LOG_POSIX)
		plan_folders(log, seed, doomed);
	else
		plan_names(log, moment);
}

/* Which version of a sector is on the disk: the file's operations up to this
 * one have reached it. */
static uint64_t version(const struct log_op *op, int64_t sector)
{
	return op->whole + mix(op->seed, op->file, (uint64_t)sector + 4) %
				   (op->barrier - op->whole);
}

bool log_piece(const struct log *log, const struct log_op *op, int64_t *at,
	       int64_t *end, int64_t *grown)
{
	int64_t last = op->offset + op->size;
	int64_t sector = *at / log->sector;

	while (sector * log->sector < last && version(op, sector) < op->index)
		sector++;
	if (*at < sector * log->sector)
		*at = sector * log->sector;
	if (*at >= last)
		return false;
	while (sector * log->sector < last && version(op, sector) >= op->index)
		sector++;
	*end = sector * log->sector < last ? sector * log->sector : last;
	*grown = (*end + log->page - 1) / log->page * log->page;
	if (*grown > op->reached)
		*grown = op->reached;
	return true;
}
