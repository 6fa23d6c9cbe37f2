/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/journal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/shell.h"

/* For one line of the journal; removing a table takes milliseconds, but on a
 * starved node everything takes long. */
#define UNDO_TIMEOUT_MS 10000

static const char key_letters[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789._-/:";

static bool is_key(const char *text, size_t size)
{
	return size > 0 && size < JOURNAL_KEY_MAX &&
	       strspn(text, key_letters) >= size;
}

static bool push(struct journal *journal, const char *key, size_t size,
		 const char *line)
{
	struct journal_entry *entry = &journal->entries[journal->count];

	if (journal->count == JOURNAL_ENTRIES_MAX)
		return false;
	entry->line = strdup(line);
	if (!entry->line)
		return false;
	memcpy(entry->key, key, size);
	entry->key[size] = '\0';
	journal->count++;
	return true;
}

static void drop(struct journal *journal, size_t index)
{
	free(journal->entries[index].line);
	journal->count--;
	memmove(&journal->entries[index], &journal->entries[index + 1],
		(journal->count - index) * sizeof(journal->entries[0]));
}

int journal_open(struct journal *journal, const char *path, size_t *skipped)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	FILE *file;

	memset(journal, 0, sizeof(*journal));
	*skipped = 0;
	snprintf(journal->path, sizeof(journal->path), "%s", path);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? 0 : -1;
	while ((size = getline(&line, &room, file)) > 0) {
		size_t key = strcspn(line, " ");
		bool is_whole = line[size - 1] == '\n';

		line[size - 1] = '\0';
		if (!is_whole || !line[key] || !is_key(line, key) ||
		    !push(journal, line, key, line + key + 1))
			++*skipped;
	}
	free(line);
	fclose(file);
	return 0;
}

void journal_close(struct journal *journal)
{
	while (journal->count > 0)
		drop(journal, journal->count - 1);
}

static const char *save(const struct journal *journal)
{
	char fresh[sizeof(journal->path) + 8];
	bool is_good = true;
	FILE *file;

	snprintf(fresh, sizeof(fresh), "%s.new", journal->path);
	file = fopen(fresh, "we");
	if (!file)
		return "the journal cannot be written";
	for (size_t i = 0; i < journal->count; i++)
		is_good = fprintf(file, "%s %s\n", journal->entries[i].key,
				  journal->entries[i].line) > 0 &&
			  is_good;
	is_good = fflush(file) == 0 && fsync(fileno(file)) == 0 && is_good;
	is_good = fclose(file) == 0 && is_good;
	if (!is_good || rename(fresh, journal->path) < 0)
		return "the journal cannot be written";
	return NULL;
}

static size_t find(const struct journal *journal, const char *key)
{
	size_t i = 0;

	while (i < journal->count && strcmp(journal->entries[i].key, key) != 0)
		i++;
	return i;
}

const char *journal_add(struct journal *journal, const char *key,
			const char *line)
{
	size_t at = find(journal, key);

	if (!is_key(key, strlen(key)))
		return "this cannot be a key";
	if (!*line || strlen(line) > JOURNAL_LINE_MAX || strchr(line, '\n'))
		return "this cannot be a line that undoes something";
	if (at == journal->count && at == JOURNAL_ENTRIES_MAX)
		return "the journal is full";
	if (at < journal->count)
		drop(journal, at);
	if (!push(journal, key, strlen(key), line))
		return "out of memory";
	return save(journal);
}

const char *journal_forget(struct journal *journal, const char *key)
{
	size_t at = find(journal, key);

	if (at == journal->count)
		return NULL;
	drop(journal, at);
	return save(journal);
}

size_t journal_undo(struct journal *journal, journal_teller *tell,
		    void *context)
{
	for (size_t i = journal->count; i-- > 0;) {
		struct journal_entry *entry = &journal->entries[i];
		char said[256];
		int result = shell_run(entry->line, UNDO_TIMEOUT_MS, said,
				       sizeof(said));

		tell(context, entry->key, result ? said : NULL);
		if (result == 0) {
			drop(journal, i);
			save(journal);
		}
	}
	return journal->count;
}
