/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/failpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/gofail.h"
#include "nemesis/agent/serve.h"

#define WRONG_USE 64
#define RECORDS_MAX 64
#define ENDPOINT_MAX 64
#define RECORD_LINE (ENDPOINT_MAX + GOFAIL_NAME_MAX + GOFAIL_TERM_MAX + 4)

struct record {
	char endpoint[ENDPOINT_MAX];
	char name[GOFAIL_NAME_MAX];
	char term[GOFAIL_TERM_MAX];
};

struct records {
	char path[128];
	struct record list[RECORDS_MAX];
	size_t count;
};

static int tell(const char *trouble)
{
	fprintf(stderr, "failpoint: %s\n", trouble);
	return 1;
}

static bool take_word(char **line, char *word, size_t size)
{
	size_t length = strcspn(*line, " ");

	if (!length || length >= size || !(*line)[length])
		return false;
	memcpy(word, *line, length);
	word[length] = '\0';
	*line += length + 1;
	return true;
}

/* A line that was cut off was never set. */
static void read_records(struct records *records)
{
	FILE *file = fopen(records->path, "re");
	char line[RECORD_LINE];

	while (file && records->count < RECORDS_MAX &&
	       fgets(line, sizeof(line), file)) {
		struct record *record = &records->list[records->count];
		char *at = line;

		line[strcspn(line, "\n")] = '\0';
		if (!take_word(&at, record->endpoint, ENDPOINT_MAX) ||
		    !take_word(&at, record->name, GOFAIL_NAME_MAX) || !*at)
			continue;
		snprintf(record->term, sizeof(record->term), "%s", at);
		records->count++;
	}
	if (file)
		fclose(file);
}

/* 0 once it is on the disk. */
static int write_records(const struct records *records)
{
	char fresh[sizeof(records->path) + 4];
	int result;
	FILE *file;

	if (!records->count)
		return unlink(records->path) && errno != ENOENT ? -1 : 0;
	snprintf(fresh, sizeof(fresh), "%s.new", records->path);
	file = fopen(fresh, "we");
	if (!file)
		return -1;
	for (size_t i = 0; i < records->count; i++)
		fprintf(file, "%s %s %s\n", records->list[i].endpoint,
			records->list[i].name, records->list[i].term);
	result = fflush(file) || fsync(fileno(file));
	return fclose(file) || result || rename(fresh, records->path) ? -1 : 0;
}

static int names(const char *endpoint)
{
	char trouble[GOFAIL_TROUBLE], name[GOFAIL_NAME_MAX];
	char term[GOFAIL_TERM_MAX];
	struct gofail gofail;

	if (gofail_list(&gofail, endpoint, trouble) != GOFAIL_OK)
		return tell(trouble);
	for (size_t at = 0; gofail_next(&gofail, &at, name, term);) {
		if (!*term)
			puts(name);
	}
	gofail_release(&gofail);
	return 0;
}

/* Whether it is there, and free; `record` gets its full name. */
static int find_free(struct record *record, const char *wanted)
{
	char trouble[GOFAIL_TROUBLE + GOFAIL_NAME_MAX];
	char term[GOFAIL_TERM_MAX];
	struct gofail gofail;
	int found;

	if (gofail_list(&gofail, record->endpoint, trouble) != GOFAIL_OK)
		return tell(trouble);
	found = gofail_find(&gofail, wanted, record->name, term);
	gofail_release(&gofail);
	if (found == 1 && !*term)
		return 0;
	snprintf(trouble, sizeof(trouble), "%s: %s %.80s", record->endpoint,
		 found == 0 ? "there is no failpoint" :
		 found == 2 ? "there are several failpoints called" :
			      "this failpoint is set already:",
		 wanted);
	return tell(trouble);
}

static int set(struct records *records, const char *endpoint,
	       const char *wanted, const char *term)
{
	struct record *record = &records->list[records->count];
	char trouble[GOFAIL_TROUBLE];

	if (records->count == RECORDS_MAX || strlen(endpoint) >= ENDPOINT_MAX ||
	    strlen(term) >= GOFAIL_TERM_MAX || strpbrk(term, "\r\n") || !*term)
		return WRONG_USE;
	snprintf(record->endpoint, ENDPOINT_MAX, "%s", endpoint);
	snprintf(record->term, GOFAIL_TERM_MAX, "%s", term);
	if (find_free(record, wanted))
		return 1;
	records->count++;
	if (write_records(records))
		return tell(strerror(errno));
	if (gofail_ask(endpoint, "PUT", record->name, term, NULL, trouble) !=
	    GOFAIL_OK)
		return tell(trouble);
	printf("set %s\n", record->name);
	return 0;
}

/* -1 where it is not told: by older ones. */
static int64_t hits_of(const struct record *record)
{
	char trouble[GOFAIL_TROUBLE], path[GOFAIL_NAME_MAX + 8];
	char *text = NULL, *end;
	long long number;

	snprintf(path, sizeof(path), "%s/count", record->name);
	if (gofail_ask(record->endpoint, "GET", path, NULL, &text, trouble) !=
	    GOFAIL_OK)
		return -1;
	number = strtoll(text, &end, 10);
	if (end == text)
		number = -1;
	free(text);
	return number;
}

/* GOFAIL_OK: `*is_ours` tells whether it has our term. */
static enum gofail_result ask_record(const struct record *record, bool *is_ours,
				     char *trouble)
{
	char name[GOFAIL_NAME_MAX], term[GOFAIL_TERM_MAX] = "";
	struct gofail gofail;
	enum gofail_result result =
		gofail_list(&gofail, record->endpoint, trouble);

	*is_ours = result == GOFAIL_OK &&
		   gofail_find(&gofail, record->name, name, term) == 1 &&
		   strcmp(term, record->term) == 0;
	gofail_release(&gofail);
	return result;
}

static int look(const struct records *records)
{
	char trouble[GOFAIL_TROUBLE];
	size_t in_force = 0, gone = 0;
	int64_t hits = 0;

	for (size_t i = 0; i < records->count; i++) {
		bool is_ours;
		int64_t met;

		switch (ask_record(&records->list[i], &is_ours, trouble)) {
		case GOFAIL_NO:
			return tell(trouble);
		case GOFAIL_NOBODY:
			gone++;
			continue;
		case GOFAIL_OK:
			break;
		}
		in_force += is_ours;
		met = hits_of(&records->list[i]);
		hits = met < 0 || hits < 0 ? -1 : hits + met;
	}
	printf("points %zu set %zu gone %zu hits %" PRId64 "\n",
	       records->count, in_force, gone, hits);
	return 0;
}

/* What a process had set is gone with it, and nothing to be undone. */
static int undo_one(const struct record *record)
{
	char trouble[GOFAIL_TROUBLE];
	bool is_ours;
	enum gofail_result result = ask_record(record, &is_ours, trouble);

	if (result == GOFAIL_OK && is_ours)
		result = gofail_ask(record->endpoint, "DELETE", record->name,
				    NULL, NULL, trouble);
	if (result == GOFAIL_OK && is_ours) {
		result = ask_record(record, &is_ours, trouble);
		if (result == GOFAIL_OK && is_ours)
			return tell("it is there yet");
	}
	return result == GOFAIL_NO ? tell(trouble) : 0;
}

static int undo(struct records *records)
{
	size_t left = 0;

	for (size_t i = 0; i < records->count; i++) {
		if (undo_one(&records->list[i]))
			records->list[left++] = records->list[i];
	}
	records->count = left;
	if (write_records(records))
		return tell(strerror(errno));
	return left ? 1 : 0;
}

static int list(const struct records *records)
{
	for (size_t i = 0; i < records->count; i++)
		printf("%s %s\n", records->list[i].endpoint,
		       records->list[i].name);
	return 0;
}

static int obey(struct records *records, char *const *words, size_t count)
{
	const char *verb = words[0];

	read_records(records);
	if (count == 2 && strcmp(verb, "names") == 0)
		return names(words[1]);
	if (count == 4 && strcmp(verb, "set") == 0)
		return set(records, words[1], words[2], words[3]);
	if (count == 1 && strcmp(verb, "look") == 0)
		return look(records);
	if (count == 1 && strcmp(verb, "undo") == 0)
		return undo(records);
	if (count == 1 && strcmp(verb, "list") == 0)
		return list(records);
	return WRONG_USE;
}

int failpoint_run(int argc, char **argv)
{
	struct records records = { .count = 0 };
	const char *folder = AGENT_FOLDER;
	char *words[4] = { NULL };
	size_t count = 0;
	int status = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
			folder = argv[++i];
		else if (count < 4)
			words[count++] = argv[i];
		else
			status = WRONG_USE;
	}
	if (!count || strlen(folder) > 80)
		status = WRONG_USE;
	if (status == 0) {
		snprintf(records.path, sizeof(records.path), "%s/failpoints",
			 folder);
		status = obey(&records, words, count);
	}
	if (status == WRONG_USE)
		fputs("failpoint: wrong use\n", stderr);
	return status;
}
