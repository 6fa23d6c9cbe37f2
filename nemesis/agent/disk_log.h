/* SPDX-License-Identifier: MIT */
/* What a disk has not been asked to keep: unsynced operations, and what a
 * power loss may leave of them. Pure: no I/O. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_LOG_H
#define ORDEAL_NEMESIS_AGENT_DISK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the disk promises (after Pillai et al., "All File Systems Are Not
 * Created Equal", OSDI 2014). Of data, either way: fsync of a file keeps what
 * was written to it; of each sector that was not synced any version since then
 * may be there, whatever becomes of the others, but never half of one.
 */
enum log_order {
	LOG_OFF,
	/* As ext4 and XFS do it: names change in the order of a journal, and
	 * fsync of a file or folder keeps all changes up to the last that
	 * concerns it. */
	LOG_JOURNAL,
	/* What POSIX promises and no more: only fsync of a folder keeps names
	 * in it; folders are independent of each other. */
	LOG_POSIX,
};

enum log_loss {
	LOSS_ALL,    /* nothing of it survives */
	LOSS_LATEST, /* all up to a moment survives, nothing after it */
	LOSS_TORN,   /* each sector and each name for itself, within the rules
		      */
};

enum log_kind {
	LOG_WRITE,  /* `size` bytes at `offset` */
	LOG_RESIZE, /* from `offset` bytes to `size` */
	LOG_NAMES,  /* names in `folders` come, go or change */
};

/* Files and folders are known by numbers; 0 is none. */
struct log_op {
	struct log_op *previous;
	struct log_op *next;
	enum log_kind kind;
	uint64_t order; /* given by log_add */
	uint64_t file;
	uint64_t folders[2];
	int64_t offset;
	int64_t size;
	int64_t reached; /* of a write: the size of the file after it */
	void *owner; /* how to undo it; not looked at here */

	/* By log_plan: */
	bool survives; /* a resize, or names */
	uint64_t index; /* among its file's writes and resizes, from 1 */
	uint64_t whole; /* the file's operations up to this survive */
	uint64_t barrier; /* and none from this on */
	uint64_t seed;
};

struct log {
	enum log_order rules;
	int64_t sector; /* bytes that are written as one */
	int64_t page; /* in which a file grows */
	struct log_op *first; /* oldest */
	struct log_op *last;
	uint64_t order;
	size_t count;
};

/* Called with each operation that leaves the log; frees it. */
typedef void log_drop(void *context, struct log_op *op);

void log_init(struct log *log, enum log_order rules);

/* At the end; the log has it from now on. */
void log_add(struct log *log, struct log_op *op);

/* fsync of a file or folder: what it makes durable of operations up to `upto`
 * (an order) is dropped. */
void log_sync(struct log *log, uint64_t id, uint64_t upto, log_drop *drop,
	      void *context);

/* All of it is on the disk now. */
void log_sync_all(struct log *log, log_drop *drop, void *context);

/*
 * Draws what survives; the same seed, the same fate. Nothing of the file
 * `doomed` does (0: of none), for it is there to prove the loss.
 */
void log_plan(struct log *log, enum log_loss loss, uint64_t seed,
	      uint64_t doomed);

/*
 * A write's next part that survives, from `*at` (from the start: the
 * operation's offset): sets `*at` and `*end`, or returns false. The file then
 * has at least `*grown` bytes.
 */
bool log_piece(const struct log *log, const struct log_op *op, int64_t *at,
	       int64_t *end, int64_t *grown);

#endif
