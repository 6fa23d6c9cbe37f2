/* SPDX-License-Identifier: MIT */
/* The undo journal: what was injected on this node, and how to undo it. */
#ifndef ORDEAL_NEMESIS_AGENT_JOURNAL_H
#define ORDEAL_NEMESIS_AGENT_JOURNAL_H

#include <stddef.h>

#define JOURNAL_KEY_MAX 64
#define JOURNAL_LINE_MAX 16384
#define JOURNAL_ENTRIES_MAX 256

/*
 * A file of one line an entry, "KEY SHELL-LINE": a word, and what undoes it.
 * An entry is written before the thing is injected and goes when the line has
 * succeeded, so lines must do no harm when there is nothing to undo. The file
 * is replaced as a whole at each change: kill -9 leaves the old one or the
 * new one. No file is an empty journal.
 */
struct journal_entry {
	char key[JOURNAL_KEY_MAX];
	char *line;
};

struct journal {
	char path[256];
	struct journal_entry entries[JOURNAL_ENTRIES_MAX]; /* oldest first */
	size_t count;
};

/* Reads what is there; a torn or foreign line is left out and counted in
 * `skipped`. -1 with errno when the file is there and cannot be read. */
int journal_open(struct journal *journal, const char *path, size_t *skipped);
void journal_close(struct journal *journal);

/* Adds an entry, in the place of the one with that key if there is one.
 * Returns NULL, or what is wrong. */
const char *journal_add(struct journal *journal, const char *key,
			const char *line);

/* Forgets the entry without undoing it: who injected it healed it. No such
 * key is no error. Returns NULL, or what is wrong. */
const char *journal_forget(struct journal *journal, const char *key);

/* Told of each entry that was undone; `trouble` NULL: it succeeded. */
typedef void journal_teller(void *context, const char *key,
			    const char *trouble);

/* Undoes all, the newest first; what fails stays in the journal. Returns how
 * many stay. */
size_t journal_undo(struct journal *journal, journal_teller *tell,
		    void *context);

#endif
